"""Receipts by mail: a private link shows somebody a notice, and a button says they have read it.

Opening the link says nothing yet: mail programs and scanners open links before people do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from packtrail.access import Actor, Permission
from packtrail.base.errors import NotFound
from packtrail.planning import codes
from packtrail.services.mail import private_links
from packtrail.services.mail.private_links import Purpose
from packtrail.services.plan import books, telling
from packtrail.store import plans as rows

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.planning.communication import Notice
    from packtrail.planning.training import Person
    from packtrail.services.application import Application
    from packtrail.store.plans import ProgrammeRow

_MAY: Final = frozenset({Permission.PLAN_READ, Permission.PLAN_RAISE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """A notice as somebody sees it who came by a link in a mail."""

    programme: str
    title: str
    text: str
    published_on: date | None
    written_by: str
    person: str
    read_at: datetime | None
    """When this person said that they have read it."""


def opened(app: Application, token: str) -> ReceiptView:
    """Return the notice of a link, for the person it was sent to.

    Raises:
        NotFound: `PLN-041`, the link leads nowhere, or not any more.
    """
    with app.database.reading() as conn:
        return _view(*_found(app, conn, token))


def confirm(app: Application, token: str) -> ReceiptView:
    """Take down that the person of a link has read its notice; the first time counts.

    Raises:
        NotFound: `PLN-041`, the link leads nowhere, or not any more.
    """
    with app.database.reading() as conn:
        row, notice, person = _found(app, conn, token)
    actor = Actor.system("link in a mail", organisation_id=row.organisation_id)
    reader = actor.with_permissions(_MAY).named(person.name, person=person.login)
    telling.acknowledge(app, reader, row.code, notice.code)
    return opened(app, token)


def _found(app: Application, conn: Connection, token: str) -> tuple[ProgrammeRow, Notice, Person]:
    subject = private_links.read(conn, Purpose.RECEIPT, token) or ""
    number, code, name = (*subject.split(" "), "", "", "")[:3]
    row = rows.by_id(conn, int(number)) if number.isdigit() else None
    if row is not None and row.archived_at is None:
        book = books.read(app, conn, row).book
        notice, person = book.notices.get(code), book.people.get(name)
        is_told = notice is not None and notice.published_on is not None
        if is_told and notice and person and person.takes_part(app.clock().date()):
            return row, notice, person
    raise NotFound(codes.LINK_ENDED.found("The link leads nowhere, or not any more."))


def _view(row: ProgrammeRow, notice: Notice, person: Person) -> ReceiptView:
    receipt = notice.receipt_of(person)
    return ReceiptView(
        programme=row.name, title=notice.title, text=notice.text,
        published_on=notice.published_on, written_by=notice.written_by, person=person.name,
        read_at=receipt.at if receipt else None,
    )  # fmt: skip
