"""Mails of obligations: one comes near, or is late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.compliance.obligations import OVERDUE
from packtrail.planning.people import keyed
from packtrail.rendering import times
from packtrail.services.mail import outbox, preferences
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.services.plan import books
from packtrail.store import plans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.planning.training import Person
    from packtrail.services.application import Application
    from packtrail.services.mail.preferences import Preference
    from packtrail.store.obligations import NewReminder


def remind(app: Application, conn: Connection, new: Sequence[NewReminder], *, at: datetime) -> None:
    """Record the mails of reminders that are new, in their transaction.

    Whoever sees to an obligation is told; where that is nobody with an account, all who may.
    """
    if not new or not outbox.is_on(app.settings):
        return
    organisation = new[0].organisation_id
    accounts = preferences.who_may(conn, organisation, Permission.OBLIGATION_UPDATE)
    programmes = [
        books.read(app, conn, row).book.people
        for row in plans.of_organisation(conn, organisation)
        if row.archived_at is None
    ]
    for each in new:
        for account in _whom(each, accounts, programmes):
            letter = _letter(each, account)
            outbox.post(app, conn, each.organisation_id, letter, at=at)


def _whom(
    reminder: NewReminder,
    accounts: Sequence[Preference],
    programmes: Sequence[Mapping[str, Person]],
) -> Sequence[Preference]:
    """Return whose accounts the owners have; all, where none of them has one.

    An owner is named by their account, or as in a programme: by code, or by a name of one person.
    """
    own: set[str] = set()
    for owner in filter(None, map(str.strip, reminder.owner.split(","))):
        own.add(owner)
        for people in programmes:
            code = keyed(people, owner)
            if code in people:
                own.add(people[code].login)
        called = [each.name for each in accounts if each.display_name == owner]
        if len(called) == 1:
            own.add(called[0])
    return [each for each in accounts if each.name in own] or accounts


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
