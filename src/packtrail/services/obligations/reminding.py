"""Reminders: a chore looks which obligations come near, and writes down whom to remind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Actor, Permission, require
from packtrail.compliance.obligations import obligations
from packtrail.compliance.obligations import reminders as due_reminders
from packtrail.services.obligations import mailing, reading
from packtrail.services.portfolio import books
from packtrail.store import obligations as rows
from packtrail.store.organisation_books import PORTFOLIO

if TYPE_CHECKING:
    from packtrail.services.application import Application

AHEAD: Final = timedelta(days=4 * 365)
"""Packs remind up to three years before."""
SHOWN_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Somebody is to be reminded of an obligation."""

    key: str
    due_on: date
    days_before: int
    """-1 once the day is past."""
    what: str
    owner: str
    at: datetime
    seen_at: datetime | None
    seen_by: str | None


def remind_all(app: Application) -> int:
    """Write down the reminders of all organisations that are due; return how many are new."""
    with app.database.reading() as conn:
        found = PORTFOLIO.organisations(conn)
    return sum(_remind(app, Actor.system(
        "reminders", organisation_id=number, organisation_code=code
    )) for number, code in found)  # fmt: skip


def reminders(app: Application, actor: Actor, *, with_seen: bool = False) -> tuple[Reminder, ...]:
    """Return reminders, the most urgent first.

    Args:
        app: The application.
        actor: Whose.
        with_seen: Whether those that somebody has seen are told too.
    """
    require(actor, Permission.OBLIGATION_READ)
    with app.database.reading() as conn:
        found = rows.reminders(conn, actor.organisation_id, with_seen=with_seen, limit=SHOWN_MAX)
    return tuple(
        Reminder(
            key=row.key, due_on=row.due_on, days_before=row.days_before, what=row.what,
            owner=row.owner, at=row.at, seen_at=row.seen_at, seen_by=row.seen_by,
        )
        for row in found
    )  # fmt: skip


def mark_seen(app: Application, actor: Actor, key: str) -> int:
    """Say that the reminders of an obligation were seen; return how many that were.

    Raises:
        NotPermitted: The actor may not see to obligations.
    """
    require(actor, Permission.OBLIGATION_UPDATE)
    with app.database.transaction() as conn:
        return rows.mark_seen(conn, actor.organisation_id, key, at=app.clock(), by=actor.name)


def _remind(app: Application, actor: Actor) -> int:
    at = app.clock()
    today = at.date()
    with app.database.transaction() as conn:
        company = books.company_of(app, conn, actor)
        notes = reading.notes_of(conn, actor.organisation_id)
        found = obligations(
            company.law, company.portfolio, notes, today=today,
            first=today - reading.BEHIND, last=today + AHEAD,
        )  # fmt: skip
        new = [
            rows.NewReminder(
                organisation_id=actor.organisation_id, key=each.key, due_on=each.on,
                days_before=days, what=each.what, owner=", ".join(each.owners), at=at,
            )
            for each, days in due_reminders(found)
            if each.on is not None
        ]  # fmt: skip
        fresh = [each for each in new if rows.remind(conn, each)]
        mailing.remind(app, conn, fresh, at=at)
        return len(fresh)
