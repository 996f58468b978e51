"""Books of programmes as they are now: read once for each version, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.planning import codes
from packtrail.planning.book import KINDS, Book, Terms
from packtrail.services.plan import codec
from packtrail.store import plans as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True)
class Mark:
    """How an entry stands: how often it was changed, when last and by whom."""

    revision: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A programme with its book."""

    row: rows.ProgrammeRow
    terms: Terms
    book: Book
    marks: Mapping[tuple[str, str], Mark]
    """Kind and code of an entry -> its mark."""

    @property
    def code(self) -> str:
        """Code of the programme."""
        return self.row.code

    @property
    def version(self) -> int:
        """Counts its changes."""
        return self.row.version


def opened(app: Application, actor: Actor, code: str) -> Opened:
    """Return a programme of the actor's organisation with its book.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        NotPermitted: The actor may not see programmes.
    """
    require(actor, Permission.PLAN_READ)
    with app.database.reading() as conn:
        return read(app, conn, visible(conn, actor, code))


def visible(
    conn: Connection, actor: Actor, code: str, *, is_locked: bool = False
) -> rows.ProgrammeRow:
    """Return a programme that the actor's organisation owns.

    Args:
        conn: The connection.
        actor: Who asks.
        code: Code of the programme.
        is_locked: Whether it is about to be changed.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    row = rows.by_code(conn, actor.organisation_id, code, is_locked=is_locked)
    if row is None:
        raise NotFound(codes.NO_PROGRAMME.found(f"There is no programme {code[:80]!r}."))
    return row


def read(app: Application, conn: Connection, row: rows.ProgrammeRow) -> Opened:
    """Return the book of a programme; of a version that was read before, the same."""
    name = f"plan/{row.programme_id}"
    known = cast("Opened | None", app.remembered.get(name, row.version))
    if known is not None and known.row == row:
        return known
    members: dict[str, dict[str, object]] = {each.member: {} for each in KINDS.values()}
    marks = {}
    for entry in rows.entries(conn, row.programme_id):
        members[KINDS[entry.kind].member][entry.code] = codec.decode(entry.kind, entry.body)
        marks[entry.kind, entry.code] = Mark(entry.revision, entry.changed_at, entry.changed_by)
    made = Opened(
        row=row,
        terms=codec.decode_terms(row.terms),
        book=Book(**members),  # type: ignore[arg-type]
        marks=marks,
    )
    app.remembered.put(name, row.version, made)
    return made
