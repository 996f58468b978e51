"""What of programmes waits for somebody themselves: notices to read, inputs to answer, answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from packtrail.access import Permission
from packtrail.base.findings import Severity
from packtrail.planning.inputs import InputState
from packtrail.planning.people import of_account
from packtrail.services.overview import Attention
from packtrail.services.plan import books
from packtrail.services.plan.inputs import is_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from packtrail.access import Actor
    from packtrail.planning.book import Book
    from packtrail.planning.training import Person
    from packtrail.services.application import Application

ANSWER_SHOWN_DAYS: Final = 7
"""So long somebody is told that what they raised was answered."""


def attention(app: Application, actor: Actor) -> tuple[Attention, ...]:
    """Return what waits for whoever asks; nothing for programs, and who may see no programme."""
    if not actor.person or not actor.may(Permission.PLAN_READ):
        return ()
    today = app.clock().date()
    with app.database.reading() as conn:
        found = books.in_use(app, conn, actor.organisation_id)
    return tuple(each for code, book in found for each in _of_book(actor, code, book, today))


def _of_book(actor: Actor, programme: str, book: Book, today: date) -> Iterator[Attention]:
    base = f"/plan/{quote(programme, safe='')}"
    person = of_account(book.people, actor.person)
    if person is not None:
        yield from _to_read(book, person, base, today)
    for told in book.inputs.values():
        link = f"{base}/inputs/{quote(told.code, safe='')}"
        if told.is_open and person is not None and told.owner == person.code:
            is_late = told.due_on is not None and told.due_on < today
            late = ", overdue" if is_late else ""
            severity = Severity.WARNING if is_late else Severity.NOTE
            yield _one(f"{told.code} waits for your answer{late}: {told.title}", link, severity)
        elif told.state is InputState.CLOSED and is_of(book, told, actor):
            since = today - timedelta(days=ANSWER_SHOWN_DAYS)
            if told.answered_on is not None and told.answered_on >= since:
                yield _one(f"{told.code} is answered: {told.title}", link)


def _to_read(book: Book, person: Person, base: str, today: date) -> Iterator[Attention]:
    for notice in book.notices.values():
        must = notice.published_on is not None and notice.is_for(person.department)
        if must and person.takes_part(today) and notice.receipt_of(person) is None:
            link = f"{base}/news#n-{quote(notice.code, safe='')}"
            yield _one(f"Read: {notice.title}", link)


def _one(text: str, link: str, severity: Severity = Severity.NOTE) -> Attention:
    return Attention(severity=severity, code="", text=text, count=1, link=link)
