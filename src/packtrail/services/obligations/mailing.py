"""Mails of obligations: one comes near, or is late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.compliance.obligations import OVERDUE
from packtrail.rendering import times
from packtrail.services.mail import outbox, preferences
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.services.mail.preferences import Preference
    from packtrail.store.obligations import NewReminder


def remind(app: Application, conn: Connection, new: Sequence[NewReminder], *, at: datetime) -> None:
    """Record the mails of reminders that are new, in their transaction.

    Whoever sees to an obligation is told; where that is nobody with an account, all who may.
    """
    if not new or not outbox.is_on(app.settings):
        return
    people = preferences.who_may(conn, new[0].organisation_id, Permission.OBLIGATION_UPDATE)
    for each in new:
        for person in _whom(each, people):
            letter = _letter(each, person)
            outbox.post(app, conn, each.organisation_id, letter, at=at)


def _whom(reminder: NewReminder, people: Sequence[Preference]) -> Sequence[Preference]:
    owners = {owner.strip() for owner in reminder.owner.split(",")}
    own = [each for each in people if owners & {each.name, each.display_name}]
    return own or people


def _letter(reminder: NewReminder, person: Preference) -> Letter:
    is_late = reminder.days_before == OVERDUE
    day = times.day(reminder.due_on)
    return Letter(
        kind=Kind.OBLIGATION,
        cause=f"obligation/{reminder.key}/{reminder.due_on}/{reminder.days_before}",
        to=person.address,
        name=person.display_name,
        subject=f"{'Was' if is_late else 'Is'} due on {day}: {reminder.what}",
        text=(
            f"{reminder.what}\n\n{'It was' if is_late else 'It is'} due on {day}. "
            f"{reminder.owner or 'Nobody'} sees to it."
        ),
        path=f"/comply/obligations/{reminder.key}",
    )
