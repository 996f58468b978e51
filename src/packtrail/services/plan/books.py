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
from packtrail.planning.templates import TEMPLATES
from packtrail.services.plan import codec
from packtrail.services.plan.held import held
from packtrail.store import plans as rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.planning.work import WorkPackage
    from packtrail.services.application import Application
    from packtrail.services.plan.held import Held
    from packtrail.store.book_rows import EntryRow


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

    def doer(self, package: WorkPackage) -> str:
        """Return who sees to a package, as they are called; empty: nobody is named."""
        return self.book.doer(package, TEMPLATES[self.terms.template])

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
    """Return the book of a programme; of one that was read before, only what changed since."""
    name = f"plan/{row.programme_id}"
    known = cast("Opened | None", app.remembered.get(name, None))
    if known is not None and known.row == row:
        return known
    if known is not None and known.version <= row.version:
        made = _brought_up(conn, known, row)
    else:
        found = rows.entries(conn, row.programme_id)
        made = _with_rows(Opened(row=row, terms=_terms(row), book=Book(), marks={}), found, ())
    app.remembered.put(name, None, made)
    return made


def in_use(app: Application, conn: Connection, organisation_id: int) -> list[tuple[str, Book]]:
    """Return the programmes of an organisation that are in use, by code, with their books."""
    return [
        (row.code, read(app, conn, row).book)
        for row in rows.of_organisation(conn, organisation_id)
        if row.archived_at is None
    ]


def _brought_up(conn: Connection, known: Opened, row: rows.ProgrammeRow) -> Opened:
    """Return a book that was read at an earlier version as it is now."""
    found, gone = rows.entries_since(conn, row.programme_id, known.version)
    return _with_rows(replace(known, row=row, terms=_terms(row)), found, gone)


def _with_rows(known: Opened, found: Sequence[EntryRow], gone: Sequence[tuple[str, str]]) -> Opened:
    """Return a book with entries put in and taken out, those of a kind in the order of their codes.

    The order is the same however a book came to be: schedules of one version do not differ.
    """
    touched = {*(kind for kind, _ in gone), *(each.kind for each in found)}
    members = {kind: dict(known.book.of_kind(kind)) for kind in touched}
    marks = dict(known.marks)
    for kind, code in gone:
        members[kind].pop(code, None)
        marks.pop((kind, code), None)
    for entry in found:
        members[entry.kind][entry.code] = codec.decode(entry.kind, entry.body)
        marks[entry.kind, entry.code] = Mark(entry.revision, entry.changed_at, entry.changed_by)
    ordered = {KINDS[kind].member: dict(sorted(each.items())) for kind, each in members.items()}
    return replace(known, book=replace(known.book, **ordered), marks=marks)


def _terms(row: rows.ProgrammeRow) -> Terms:
    return codec.decode_terms(row.terms)


def _with_held(app: Application, conn: Connection, found: Opened) -> Opened:
    """Return a programme with the facts that portfolio and floor hold of its scope."""
    there = held(app, conn, found.row.organisation_id, app.clock().date())
    name, mark = f"plan held/{found.row.programme_id}", (found.row, there.mark)
    known = cast("Opened | None", app.remembered.get(name, mark))
    if known is not None:
        return known
    book, of_scope = _scope(app, found, there)
    made = replace(found, book=book, held=of_scope, held_mark=there.mark)
    app.remembered.put(name, mark, made)
    return made


def _scope(app: Application, found: Opened, there: Held) -> tuple[Book, frozenset[tuple[str, str]]]:
    """Return a book with its scope as it is held, which is read again where either has changed."""
    book = found.book
    name = f"plan scope/{found.row.programme_id}"
    mark = (there.mark, book.markets, book.sites, book.lines, book.products, book.partners)
    known = cast("tuple[Book, frozenset[tuple[str, str]]] | None", app.remembered.get(name, mark))
    if known is None:
        known = there.read_into(book)
        app.remembered.put(name, mark, known)
    read, of_scope = known
    own = replace(
        book, sites=read.sites, lines=read.lines, products=read.products, partners=read.partners
    )
    return own, of_scope
