"""The private page of an input: what became of it, for whoever raised it without an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.base.errors import NotFound
from packtrail.planning import codes
from packtrail.services.mail import private_links
from packtrail.services.mail.private_links import Purpose
from packtrail.services.plan import books, input_files
from packtrail.store import organisations as organisation_rows
from packtrail.store import plans as rows

if TYPE_CHECKING:
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """What whoever raised an input sees of it: not the discussion, nor what it does to the plan."""

    organisation: str
    programme: str
    code: str
    title: str
    text: str
    raised_by: str
    raised_on: date
    state: str
    has_owner: bool
    due_on: date | None
    resolution: str
    """Only with the answer."""
    answer: str
    answered_by: str
    answered_on: date | None
    is_mailed: bool
    """Whether the answer also goes to a mail address they gave."""
    files: tuple[str, ...]


def seen(app: Application, token: str) -> AnswerView:
    """Return what became of the input of a private link.

    Raises:
        NotFound: `PLN-041`, the link leads nowhere.
    """
    with app.database.reading() as conn:
        subject = private_links.read(conn, Purpose.STATUS, token) or ""
        number, _, code = subject.partition(" ")
        row = rows.by_id(conn, int(number)) if number.isdigit() else None
        told = books.read(app, conn, row).book.inputs.get(code) if row else None
        if row is None or told is None:
            raise NotFound(codes.LINK_ENDED.found("The link leads nowhere, or not any more."))
        files = input_files.of(conn, row.programme_id, code)
        (owner,) = organisation_rows.by_ids(conn, [row.organisation_id])
    is_answered = not told.is_open
    return AnswerView(
        organisation=owner.name,
        programme=row.name,
        code=told.code,
        title=told.title,
        text=told.text,
        raised_by=told.raised_by,
        raised_on=told.raised_on,
        state=told.state.value,
        has_owner=bool(told.owner),
        due_on=told.due_on,
        resolution=told.resolution.value if is_answered and told.resolution else "",
        answer=told.answer if is_answered else "",
        answered_by=told.answered_by if is_answered else "",
        answered_on=told.answered_on if is_answered else None,
        is_mailed=bool(told.contact),
        files=tuple(each.name for each in files),
    )
