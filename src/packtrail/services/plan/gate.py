"""The gate: who is not trained does not do what a course holds them back from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access.actor import ActorKind
from packtrail.base.errors import NotPermitted
from packtrail.planning import codes
from packtrail.planning.people import of_account
from packtrail.planning.training import Held, untrained
from packtrail.services.plan import books

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.planning.training import Competence
    from packtrail.services.application import Application

__all__ = ["Held", "require_trained"]


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
    if actor.kind is not ActorKind.USER or not actor.organisation_id:
        return
    missing = _missing(app, actor, action)
    if missing:
        told = "; ".join(f"{each.course.title} ({each.standing.value})" for each in missing)
        message = f"{actor.name} must be trained first: {told}."
        raise NotPermitted(codes.NOT_TRAINED.found(message))


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
