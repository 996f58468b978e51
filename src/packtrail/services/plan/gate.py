"""The gate: who is not trained does not do what a course holds them back from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access.actor import ActorKind
from packtrail.base import days
from packtrail.base.errors import NotPermitted
from packtrail.planning import codes
from packtrail.planning.people import of_account
from packtrail.planning.training import Held, untrained
from packtrail.services.plan import books

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.planning.training import Competence
    from packtrail.services.application import Application

__all__ = ["Held", "held_back", "require_trained"]


def require_trained(app: Application, actor: Actor, action: Held) -> None:
    """Refuse when a course holds somebody back from an action before they passed it.

    Only people are held back whom a programme of the organisation names with their account;
    programs are not, nor is the command line of the machine.

    Args:
        app: The application.
        actor: Who acts.
        action: What they are about to do.

    Raises:
        NotPermitted: `PLN-024`, naming the courses that are missing or have expired.
    """
    found = held_back(app, actor, action)
    if found is not None:
        raise NotPermitted(found)


def held_back(app: Application, actor: Actor, action: Held) -> Finding | None:
    """Return `PLN-024` where somebody would be held back from an action; None where they may.

    Args:
        app: The application.
        actor: Who is about to act.
        action: What it is.
    """
    if actor.kind is not ActorKind.USER or not actor.organisation_id:
        return None
    missing = _missing(app, actor, action)
    if not missing:
        return None
    told = "; ".join(f"{each.course.title} ({_since(each)})" for each in missing)
    message = f"{missing[0].person.name} must be trained first: {told}."
    return codes.NOT_TRAINED.found(message)


def _since(each: Competence) -> str:
    if each.valid_until is None:
        return "not passed yet"
    return f"no longer valid since {days.written(each.valid_until)}"


def _missing(app: Application, actor: Actor, action: Held) -> list[Competence]:
    today = app.clock().date()
    found: list[Competence] = []
    with app.database.reading() as conn:
        for _, book in books.in_use(app, conn, actor.organisation_id):
            courses = {code: each for code, each in book.courses.items() if action in each.holds}
            person = of_account(book.people, actor.person)
            if person is not None and courses:
                sessions = book.sessions.values()
                found += untrained(book.people, courses, sessions, person.code, today)
    return found
