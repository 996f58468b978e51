"""Files of inputs: photos, PDFs and texts that somebody hands in with what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import NotFound, RefusedError
from packtrail.exchange import file_types
from packtrail.planning import codes
from packtrail.services.plan import books
from packtrail.store import input_links as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.settings import Settings
    from packtrail.store.plans import ProgrammeRow

FILES_MAX: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """A file as somebody hands it in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file of an input."""

    number: int
    name: str
    media_type: str
    size: int
    """In bytes."""
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of an input with its content."""

    name: str
    media_type: str
    content: bytes


def check(settings: Settings, files: Sequence[HandedIn]) -> Iterator[Finding]:
    """Yield what is wrong with files, `PLN-044`."""
    if len(files) > FILES_MAX:
        message = f"These are {len(files)} files; at most {FILES_MAX} are taken."
        yield codes.BAD_FILE.found(message, at="files")
    for each in files:
        if objection := _objection(settings, each):
            yield codes.BAD_FILE.found(f"{each.name[:80]!r} {objection}.", at="files")


def taken(
    settings: Settings, files: Sequence[HandedIn]
) -> tuple[tuple[HandedIn, ...], tuple[str, ...]]:
    """Return the files that can be kept, and the names of the others."""
    good = [each for each in files if not _objection(settings, each)]
    kept = tuple(good[:FILES_MAX])
    return kept, tuple(each.name for each in files if each not in kept)


def keep(
    conn: Connection, row: ProgrammeRow, code: str, files: Sequence[HandedIn], *, at: datetime
) -> None:
    """Keep files of an input, in the transaction that makes it.

    Raises:
        RefusedError: `PLN-044`, one is of no kind that is taken.
    """
    for each in files:
        kind = file_types.type_of(each.content)
        if kind is None:
            message = f"{each.name[:80]!r} is of a kind that is not taken."
            raise RefusedError(codes.BAD_FILE.found(message, at="files"))
        rows.add_file(
            conn, row.programme_id, code, name=kind.name_for(each.name),
            media_type=kind.media_type, content=each.content, at=at,
        )  # fmt: skip


def listed(app: Application, actor: Actor, programme: str, code: str) -> tuple[FileView, ...]:
    """Return the files of an input.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or input.
        NotPermitted: The actor may not see programmes.
    """
    opened = books.opened(app, actor, programme)
    if code not in opened.book.inputs:
        raise NotFound(codes.NO_ENTRY.found(f"There is no input {code[:80]!r}.", at="code"))
    with app.database.reading() as conn:
        return of(conn, opened.row.programme_id, code)


def of(conn: Connection, programme_id: int, code: str) -> tuple[FileView, ...]:
    """Return the files of an input that somebody may see."""
    return tuple(
        FileView(
            number=row.file_no, name=row.name, media_type=row.media_type, size=row.size,
            sha256=row.sha256, at=row.at,
        )
        for row in rows.files(conn, programme_id, code)
    )  # fmt: skip


def content(app: Application, actor: Actor, programme: str, code: str, number: int) -> File:
    """Return a file of an input.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or file.
        NotPermitted: The actor may not see programmes.
    """
    opened = books.opened(app, actor, programme)
    with app.database.reading() as conn:
        found = rows.file(conn, opened.row.programme_id, code, number)
    if found is None:
        message = f"{code[:80]} has no file {number}."
        raise NotFound(codes.NO_ENTRY.found(message, at="number"))
    return File(name=found[0], media_type=found[1], content=found[2])


def _objection(settings: Settings, file: HandedIn) -> str:
    """Return why a file is not taken; empty where it is."""
    most = settings.form_file_bytes_max
    if not file.content:
        return "is empty"
    if len(file.content) > most:
        return f"has {len(file.content):,} bytes; at most {most:,} are taken"
    if file_types.type_of(file.content) is None:
        return "is no photo, PDF or plain text, whatever its name says"
    return ""
