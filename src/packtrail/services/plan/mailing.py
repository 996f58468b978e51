"""Mails of a programme: a notice that is published, an input that is answered.

Both are recorded with the change that makes them, so that no answer is lost between a decision and
a mail server, and none is sent of a change that was rolled back.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from packtrail.planning.communication import readers
from packtrail.planning.inputs import InputState, Way
from packtrail.rendering import times
from packtrail.services.mail import addresses, outbox, preferences
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.services.mail.private_links import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from psycopg import Connection

    from packtrail.planning.book import Book
    from packtrail.planning.communication import Notice
    from packtrail.planning.inputs import Input
    from packtrail.planning.training import Person
    from packtrail.services.application import Application
    from packtrail.services.mail.preferences import Preference
    from packtrail.store.plans import ProgrammeRow

_WITH_ACCOUNT: Final = frozenset({Way.CONSOLE, Way.API})
"""How inputs come from people with an account."""


def tell(
    app: Application,
    conn: Connection,
    row: ProgrammeRow,
    before: Book,
    after: Book,
    *,
    at: datetime,
) -> None:
    """Record the mails of a change, in its transaction."""
    if not outbox.is_on(app.settings):
        return
    for code, person in after.people.items():
        if person.mail and not person.until and person != before.people.get(code):
            addresses.given(app, conn, row.organisation_id, person.mail, at=at)
    notices = [
        each
        for code, each in after.notices.items()
        if each.published_on is not None and _unpublished(before.notices.get(code))
    ]
    answered = [
        each
        for code, each in after.inputs.items()
        if each.state is InputState.CLOSED and each != before.inputs.get(code)
    ]
    if not notices and not answered:
        return
    wishes = preferences.everybody(conn, row.organisation_id)
    letters = [
        *(letter for each in notices for letter in _of_notice(row, after, each, wishes, at.date())),
        *(letter for each in answered for letter in _of_answer(row, after, each, wishes)),
    ]
    for letter in letters:
        outbox.post(app, conn, row.organisation_id, letter, at=at)


def remind(
    app: Application, conn: Connection, row: ProgrammeRow, book: Book, notice: Notice, *,
    at: datetime,
) -> tuple[list[Person], list[Person]]:  # fmt: skip
    """Record a mail to everybody who must still read a notice, once a day.

    Returns:
        Who is reminded, and who is not: without an address, or reminded or told today already.
    """
    wishes = preferences.everybody(conn, row.organisation_id)
    reminded: list[Person] = []
    others: list[Person] = []
    for person in readers(notice, book.people, at.date()).missing:
        to = address_of(person, wishes)
        is_told = bool(to) and outbox.post(
            app, conn, row.organisation_id, _reminder(row, notice, person, to, at.date()), at=at
        )
        (reminded if is_told else others).append(person)
    return reminded, others


def unconfirmed(
    app: Application, conn: Connection, row: ProgrammeRow, people: Sequence[Person]
) -> list[Person]:
    """Return those of some people whose notices wait until they have confirmed their address."""
    wishes = preferences.everybody(conn, row.organisation_id)

    def is_waiting(person: Person) -> bool:
        to = address_of(person, wishes)
        told = outbox.verdict(app.settings, conn, row.organisation_id, Kind.NOTICE, to)
        return told.state == "unconfirmed"

    return [each for each in people if is_waiting(each)]


def address_of(person: Person, wishes: Sequence[Preference]) -> str:
    """Return where somebody who takes part gets mails; empty where they want or have none.

    What they say themselves, with their account, counts before what the programme says.
    """
    own = wish_of(person, wishes)
    if own is None:
        return person.mail
    return (own.address or person.mail) if own.is_on else ""


def wish_of(person: Person, wishes: Sequence[Preference]) -> Preference | None:
    """Return what somebody who takes part has said they want; None: nothing, or no account."""
    return next(
        (each for each in wishes if each.changed_at and each.name == person.login),
        None,
    )


def _unpublished(known: Notice | None) -> bool:
    return known is None or known.published_on is None


def _of_notice(
    row: ProgrammeRow, book: Book, notice: Notice, wishes: Sequence[Preference], today: date
) -> Iterator[Letter]:
    for person in book.people.values():
        to = address_of(person, wishes)
        must = notice.is_for(person.department) and person.takes_part(today)
        if not to or not must or notice.receipt_of(person):
            continue
        yield Letter(
            kind=Kind.NOTICE,
            cause=f"notice/{row.code}/{notice.code}",
            to=to,
            name=person.name,
            subject=f"{row.name}: {notice.title}",
            text=f"{notice.title}\n\n{notice.text}\n\nSay that you have read it:",
            purpose=Purpose.RECEIPT,
            about=f"{row.programme_id} {notice.code} {person.code}",
        )


def _reminder(row: ProgrammeRow, notice: Notice, person: Person, to: str, today: date) -> Letter:
    since = f" of {times.day(notice.published_on)}" if notice.published_on else ""
    return Letter(
        kind=Kind.NOTICE,
        cause=f"reminder/{row.code}/{notice.code}/{today}",
        to=to,
        name=person.name,
        subject=f"{row.name}: please read: {notice.title}",
        text=(
            f"You have not said yet that you have read this notice{since}.\n\n"
            f"{notice.title}\n\n{notice.text}\n\nSay that you have read it:"
        ),
        purpose=Purpose.RECEIPT,
        about=f"{row.programme_id} {notice.code} {person.code}",
    )


def _of_answer(
    row: ProgrammeRow, book: Book, told: Input, wishes: Sequence[Preference]
) -> Iterator[Letter]:
    to, has_account = _asker(book, told, wishes)
    if not to:
        return
    # Taken up again and answered anew, it is told anew.
    mark = hashlib.sha256(told.answer.encode()).hexdigest()[:12]
    yield Letter(
        kind=Kind.ANSWER,
        cause=f"answer/{row.code}/{told.code}/{mark}",
        to=to,
        name=told.raised_by,
        subject=f"{told.code} answered: {told.title}",
        text=(
            f"On {times.day(told.raised_on)} you said: {told.title}\n\n"
            f"The answer of {told.answered_by}:\n\n{told.answer}"
        ),
        path=f"/plan/{row.code}/inputs/{told.code}" if has_account else "",
        purpose=None if has_account else Purpose.STATUS,
        about="" if has_account else f"{row.programme_id} {told.code}",
    )


def _asker(book: Book, told: Input, wishes: Sequence[Preference]) -> tuple[str, bool]:
    """Return the address of whoever raised an input, and whether they have an account."""
    if told.contact:
        return told.contact, False
    if told.way not in _WITH_ACCOUNT:
        return "", False
    person = next((each for each in book.people.values() if each.is_meant(told.person)), None)
    login = person.login if person else told.person
    own = next((each for each in wishes if each.name == login), None)
    if own is not None and own.changed_at:
        return (own.address if own.wants_mail else ""), True
    return (person.mail if person else ""), own is not None
