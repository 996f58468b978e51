"""The dictionary: numbers for the objects that events speak of, dense within each class.

What it has is looked for (`seeking`), and what is new is numbered (`numbering`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packtrail.store import class_rows, named, numbering, pool_blocks
from packtrail.store.class_rows import ClassRow
from packtrail.store.names import has_own_prefix_length
from packtrail.store.numbering import POOLS, AskedClasses, New, ask_classes, prefix_length, rows_of
from packtrail.store.parameters import bigints
from packtrail.store.seeking import FIRST_ASKED, Search, Sought

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.store.integers import Numbers
    from packtrail.store.mentions import Named
    from packtrail.store.numbering import Block

_SQL = named.statements("instances")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The numbers of what a draft names."""

    class_ids: Numbers
    """By class of the draft."""
    seqs: Numbers
    """By mention."""
    new: New
    """What the dictionary does not have yet: the caller inserts it in this transaction."""


class Resolving:
    """Finds the numbers of objects, and numbers those that are new.

    Args:
        conn: A connection in a transaction.
        mentioned: What is named, in document order, repeats allowed.
        has_pools: Whether serials may be positions of pools: not so in databases that do not know
            of it yet.
        are_known: The objects are most likely in the dictionary. A few are then asked for at once,
            with what is remembered of their classes; who is not found is asked for again.
    """

    def __init__(
        self,
        conn: Connection,
        mentioned: Named,
        *,
        has_pools: bool = True,
        are_known: bool = False,
    ) -> None:
        self._conn = conn
        self._mentioned = mentioned
        self._has_pools = has_pools
        class_of = mentioned.class_of
        self._classes = [
            Sought(key, np.flatnonzero(class_of == number))
            for number, key in enumerate(mentioned.classes)
        ]
        self._early = self._begin_early() if are_known else None
        self._asked = self._ask(self._classes) if self._classes and not self._early else None
        self._lengths: list[tuple[int, int]] = []
        """(length of the company prefix, class_id) where only this document tells it."""

    def look_up(self) -> None:
        """Find what the dictionary has, as far as nothing is to be locked for it.

        Whoever does so first has the database do something else while the rest is worked out.
        """
        if self._early is not None:
            self._early.finish()
            self._early = None
            if any((one.seqs < 0).any() for one in self._classes):
                self._asked = self._ask(self._classes)
        if self._asked is not None:
            self._read_classes(self._asked, self._classes)
            self._asked = None
            if not self._new_classes():
                self._begin().finish()

    @property
    def is_unknown(self) -> NDArray[np.bool_]:
        """By mention, whether the dictionary did not have it when it was looked up."""
        found = np.zeros(len(self._mentioned.items), dtype=bool)
        for one in self._classes:
            found[one.mentions] = one.seqs[one.place_of] < 0 if one.class_id else True
        return found

    def resolve(self) -> Resolved:
        """Return the numbers; the classes of new objects stay locked until the transaction ends."""
        self.look_up()
        if new := self._new_classes():
            self._add_classes(new)
            self._begin().finish()
        for learned in self._lengths:
            self._conn.execute(_SQL["learn_prefix_length"], learned)
        classes, mentioned = self._classes, self._mentioned
        added = numbering.numbered(self._conn, classes, mentioned, has_pools=self._has_pools)
        seqs = np.empty(len(mentioned.items), dtype=np.int64)
        for one in classes:
            seqs[one.mentions] = one.seqs[one.place_of]
        class_ids = np.array([one.class_id for one in classes], dtype=np.int64)
        return Resolved(class_ids, seqs, added)

    def _ask(self, classes: Collection[Sought]) -> AskedClasses:
        return ask_classes(self._conn, classes, POOLS if self._has_pools else _SQL)

    def _new_classes(self) -> list[Sought]:
        return sorted((one for one in self._classes if one.class_id == 0), key=lambda one: one.key)

    def _add_classes(self, new: list[Sought]) -> None:
        lengths = [_prefix_length(one, self._mentioned) for one in new]
        salts = [secrets.randbits(63) for _ in new]
        keys = [one.key for one in new]
        self._conn.execute(_SQL["insert_classes"], [keys, lengths, salts])
        self._read_classes(self._ask(new), new)

    def _read_classes(self, asked: AskedClasses, classes: list[Sought]) -> None:
        by_key = {one.key: one for one in classes}
        for class_id, class_key, next_seq, length, salt, *beside in rows_of(asked):
            one = by_key[class_key]
            one.class_id, one.next_seq, one.salt = class_id, next_seq, salt
            one.names, told = beside or (next_seq, ())
            one.sources = pool_blocks.sources_of(told)
            if self._has_pools:
                row = (class_id, class_key, length, salt, one.names, one.sources)
                class_rows.remember(self._conn, ClassRow(*row))
            told_here = _prefix_length(one, self._mentioned) if length is None else None
            if told_here is not None:
                self._lengths.append((told_here, class_id))

    def _begin_early(self) -> Search | None:
        """Begin to search with what is remembered of the classes; None where that is not all.

        They may have more objects since, and pools may have given more: none that is found would be
        another.
        """
        if not self._classes or len(self._mentioned.items) > FIRST_ASKED:
            return None
        known = class_rows.remembered(self._conn, self._mentioned.classes)
        if len(known) < len(self._classes):
            return None
        for one in self._classes:
            row = known[one.key]
            one.class_id, one.salt = row.class_id, row.salt
            one.names, one.sources = row.names, row.sources
        return self._begin()

    def _begin(self) -> Search:
        """Begin to search for the objects."""
        for one in self._classes:
            one.make_distinct(self._mentioned.items[one.mentions])
            if one.sources:
                one.places = list(pool_blocks.candidates(self._conn, one.sources, one.items))
        return Search(self._conn, self._classes)


def resolve(conn: Connection, mentioned: Named, *, has_pools: bool = True) -> Resolved:
    """Return the numbers of objects, numbering those that are new."""
    return Resolving(conn, mentioned, has_pools=has_pools).resolve()


def insert(conn: Connection, new: New) -> None:
    """Insert new objects."""
    insert_names(conn, new.by_name)
    pool_blocks.insert(conn, new.by_position)


def insert_names(conn: Connection, blocks: Iterable[Block]) -> None:
    """Insert new objects that are known by name."""
    written = [
        (one.class_id, one.seq_from, bigints(one.keys), one.serials, one.prefix_lengths)
        for one in blocks
    ]
    if written:
        with conn.cursor() as cursor:
            cursor.executemany(_SQL["insert_block"], written)


def _prefix_length(one: Sought, mentioned: Named) -> int | None:
    """Return the length of the company prefix of a class, where the first notation tells it."""
    if has_own_prefix_length(one.key) or not len(one.mentions):
        return None
    return prefix_length(mentioned.text(int(one.mentions[0])))
