"""Books of programmes as they are now: read once for each version, and whose they are.

What Packtrail holds of a scope is read from portfolio and floor, not from the entry that names it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.planning import codes
from packtrail.planning.book import KINDS, Book, Terms
from packtrail.services.plan import codec
from packtrail.services.plan.held import held
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
    held: frozenset[tuple[str, str]] = frozenset()
    """Kind and code of the entries whose facts are those of portfolio and floor."""
    held_mark: object = None
    """Differs when these facts have changed."""

    @property
    def mark(self) -> tuple[object, ...]:
        """Differs when anything of the programme has changed."""
        return self.row.version, self.terms, self.held_mark

    @property
    def code(self) -> str:
        """Code of the programme."""
        return self.row.code

    @property
    def version(self) -> int:
        """Counts its changes."""
        return self.row.version


def opened(app: Application, actor: Actor, code: str) -> Opened:
    """Return a programme of the actor's organisation with its book, its scope as it is held now.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        NotPermitted: The actor may not see programmes.
    """
    require(actor, Permission.PLAN_READ)
    with app.database.reading() as conn:
        return _with_held(app, conn, read(app, conn, visible(conn, actor, code)))


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


def _with_held(app: Application, conn: Connection, found: Opened) -> Opened:
    """Return a programme with the facts that portfolio and floor hold of its scope."""
    there = held(app, conn, found.row.organisation_id, app.clock().date())
    name, mark = f"plan held/{found.row.programme_id}", (found.row, there.mark)
    known = cast("Opened | None", app.remembered.get(name, mark))
    if known is not None:
        return known
    book, of_scope = there.read_into(found.book)
    made = replace(found, book=book, held=of_scope, held_mark=there.mark)
    app.remembered.put(name, mark, made)
    return made
