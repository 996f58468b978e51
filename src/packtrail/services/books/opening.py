"""A book as it is now: read from the database once for each version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from packtrail.compliance.encoding import encode, node_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.compliance.nodes import Node
    from packtrail.services.application import Application
    from packtrail.store.book_rows import EntryRow
    from packtrail.store.organisation_books import OrganisationBook


class Entry(Protocol):
    """What all entries of all books have."""

    @property
    def KIND(self) -> StrEnum:  # noqa: N802 - a constant of the class
        """Which kind it is."""

    @property
    def key(self) -> str:
        """What it is called among those of its kind."""


K = TypeVar("K", bound=StrEnum)
E = TypeVar("E", bound=Entry)


class Entries(Protocol[K, E]):
    """The entries of a book, as the core knows them."""

    @property
    def entries(self) -> Mapping[K, Mapping[str, E]]:
        """By kind and key."""

    def changed(self, puts: Iterable[E], gone: Iterable[tuple[K, str]] = ()) -> Self:
        """Return them with entries put in or taken out."""


B = TypeVar("B", bound=Entries[Any, Any])


@dataclass(frozen=True, slots=True)
class Written:
    """When an entry was last changed."""

    revision: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Opened(Generic[B]):
    """The book of an organisation as it is now."""

    book: B
    version: int
    """0: nothing was ever written."""
    written: Mapping[tuple[StrEnum, str], Written]

    def revision_of(self, kind: StrEnum, key: str) -> int:
        """Return how often an entry was changed; 0 where there is none."""
        known = self.written.get((kind, key))
        return known.revision if known else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf(Generic[B, K, E]):
    """Where the books of a sort stand, and how they are read."""

    name: str
    """Of the sort, unique: `portfolio`."""
    rows: OrganisationBook
    kinds: type[K]
    read_entry: Callable[[K, Node, list[Finding]], E | None]
    bound: Callable[[Iterable[E]], B]
    """Makes the book of its entries."""

    def opened(self, app: Application, conn: Connection, organisation_id: int) -> Opened[B]:
        """Return the book of an organisation; of one that was read before, only what changed."""
        version = self.rows.version(conn, organisation_id)
        name = f"{self.name} {organisation_id}"
        known = app.remembered.get(name, None)
        if isinstance(known, Opened) and known.version == version:
            return known
        if isinstance(known, Opened) and known.version < version:
            rows, gone = self.rows.entries_since(conn, organisation_id, known.version)
            made = self._changed(known, version, rows, [(self.kinds(k), key) for k, key in gone])
        else:
            rows = self.rows.entries(conn, organisation_id)
            made = self._changed(Opened(self.bound(()), 0, {}), version, rows, ())
        app.remembered.put(name, None, made)
        return made

    def _changed(
        self,
        known: Opened[B],
        version: int,
        rows: Iterable[EntryRow],
        gone: Sequence[tuple[K, str]],
    ) -> Opened[B]:
        entries: list[E] = []
        written = dict(known.written)
        for each in gone:
            written.pop(each, None)
        for row in rows:
            kind = self.kinds(row.kind)
            findings: list[Finding] = []
            at = f"{row.kind}/{row.code}"
            entry = self.read_entry(kind, node_of(json.loads(row.body), at), findings)
            if entry is None:
                # What was written passed the same reading: a word must have left the code since.
                raise RuntimeError(f"the entry {at} cannot be read: {findings}")
            entries.append(entry)
            written[kind, row.code] = Written(row.revision, row.changed_at, row.changed_by)
        return Opened(known.book.changed(entries, gone), version, written)


def plain(entry: Entry) -> dict[str, Any]:
    """Return an entry as text, lists and dictionaries."""
    found: dict[str, Any] = encode(entry)
    return found


def to_json(entry: Entry) -> str:
    """Return an entry as it is kept."""
    return json.dumps(plain(entry), ensure_ascii=False, sort_keys=True)
