"""Seeking: the numbers of serials that the dictionary has, by position of a pool or by name.

Looking up many serials, a few of them are asked for first: the blocks they are in hold their
neighbours too, so that a case of packs costs one look-up, not a hundred. Of a few serials all is
asked at once, and only then waited for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from psycopg.pq import PipelineStatus

from packtrail.store import absence, name_blocks, named, pool_blocks, presence
from packtrail.store.mentions import Hashes, Texts, hash_of, hashes
from packtrail.store.parameters import bigints, integers
from packtrail.store.runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from psycopg import Connection, Cursor

    from packtrail.store.integers import Numbers
    from packtrail.store.keyring import Source
    from packtrail.store.pool_blocks import Places, PoolBlock

_SQL = named.statements("instances")
_ASKED_AT_ONCE: Final = 400
"""Objects looked up by one statement: beyond, a GIN index takes longer for each."""
FIRST_ASKED: Final = 32
"""Serials of a class that are asked for in the first round."""
_MORE: Final = 8
"""How many times as many are asked for in each round as in the one before."""
_FEW: Final = 24
"""Serials that are looked at one by one sooner than as columns."""


def _no_texts() -> Texts:
    return np.empty(0, dtype="S1")


def _no_numbers() -> Numbers:
    return np.empty(0, dtype=np.int64)


@dataclass(slots=True)
class Sought:
    """What is sought of one class."""

    key: str
    mentions: Numbers
    """Which mentions name something of it."""
    class_id: int = 0
    next_seq: int = 0
    salt: int = 0
    names: int = 0
    """How many of its objects are known by name."""
    sources: tuple[Source, ...] = ()
    """The generations of our pools that made serials of it."""
    places: list[Places] = field(default_factory=list)
    """Where its serials lie in these."""
    items: Texts = field(default_factory=_no_texts)
    """Its distinct serials, in order of first sight."""
    hashes: Hashes = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    first_mentions: Numbers = field(default_factory=_no_numbers)
    """Per distinct serial: the mention that brought it."""
    place_of: Numbers = field(default_factory=_no_numbers)
    """Per mention: place among the distinct serials."""
    seqs: Numbers = field(default_factory=_no_numbers)
    """Per distinct serial: its number, -1 while it is not known."""

    @property
    def missing(self) -> Numbers:
        """Places of the serials whose numbers are not known."""
        return np.flatnonzero(self.seqs < 0)

    @property
    def keys(self) -> Numbers:
        """What its serials are looked up by."""
        return name_blocks.keys(
            np.full(len(self.hashes), self.class_id, dtype=np.int64), self.hashes
        )

    def still_open(self, places: Places) -> Places:
        """Return the places of serials whose numbers are not known."""
        return places.only(self.seqs[places.which] < 0)

    def make_distinct(self, items: Texts) -> None:
        """Find the distinct serials among those that are mentioned, in order of first sight."""
        if len(items) <= _FEW:
            self._make_few_distinct(items.tolist())
            return
        found = hashes(items, np.full(len(items), self.salt, dtype=np.uint64))
        order = np.argsort(found, kind="stable")
        is_first = np.ones(len(items), dtype=bool)
        is_first[1:] = items[order[1:]] != items[order[:-1]]
        same_hash = found[order[1:]] == found[order[:-1]]
        if (is_first[1:] & same_hash).any():
            order = np.argsort(items, kind="stable")  # Serials met in a hash: go by the serials.
            is_first[1:] = items[order[1:]] != items[order[:-1]]
        firsts = order[is_first]
        rank = np.argsort(firsts, kind="stable")
        place_of = np.empty(len(items), dtype=np.int64)
        by_rank = np.empty(len(firsts), dtype=np.int64)
        by_rank[rank] = np.arange(len(firsts))
        place_of[order] = by_rank[is_first.cumsum() - 1]
        chosen = firsts[rank]
        self.items, self.hashes, self.place_of = items[chosen], found[chosen], place_of
        self.first_mentions = self.mentions[chosen]
        self.seqs = np.full(len(chosen), -1, dtype=np.int64)

    def _make_few_distinct(self, serials: Sequence[bytes]) -> None:
        firsts: dict[bytes, int] = {}
        for mention, serial in enumerate(serials):
            firsts.setdefault(serial, mention)
        ranks = {serial: rank for rank, serial in enumerate(firsts)}
        self.items = np.array(list(firsts), dtype=np.bytes_)
        self.hashes = np.array([hash_of(each, self.salt) for each in firsts], dtype=np.uint64)
        self.place_of = np.array([ranks[serial] for serial in serials], dtype=np.int64)
        self.first_mentions = self.mentions[list(firsts.values())]
        self.seqs = np.full(len(firsts), -1, dtype=np.int64)

    def match(self, blocks: Mapping[int, bytes]) -> None:
        """Take the numbers of serials from blocks of names, told by their first numbers."""
        if not blocks:
            return
        missing = self.missing
        if len(missing) * len(blocks) <= _FEW:
            self._match_few(missing.tolist(), blocks)
            return
        run = Run.of(blocks.items(), self.salt)
        self.seqs[missing] = run.numbers(self.hashes[missing], self.items[missing])

    def _match_few(self, missing: Sequence[int], blocks: Mapping[int, bytes]) -> None:
        for which in missing:
            serial = self.items[which].item()
            for seq_from, serials in blocks.items():
                place = name_blocks.place_of(serials, serial)
                if place is not None:
                    self.seqs[which] = seq_from + place


def stretches(every: Iterable[Sought]) -> set[pool_blocks.Stretch]:
    """Return the stretches in which serials may lie whose numbers are not known."""
    found: set[pool_blocks.Stretch] = set()
    for one in every:
        one.places = [part for each in one.places if len((part := one.still_open(each)).which)]
        found |= pool_blocks.stretches(one.class_id, one.places)
    return found


def match_positions(
    every: Iterable[Sought], blocks: Mapping[pool_blocks.Stretch, PoolBlock]
) -> None:
    """Take the numbers of serials from blocks of positions."""
    for one in every:
        for which, seqs in pool_blocks.match(one.class_id, one.places, blocks):
            one.seqs[which] = seqs


class Search:
    """A search for all that is sought, which is under way from its beginning.

    Args:
        conn: A connection, pipelined or gathered at best.
        every: The classes, with their distinct serials; their numbers are filled in.
    """

    def __init__(self, conn: Connection, every: Sequence[Sought]) -> None:
        self._conn = conn
        self._every = every
        wanted = stretches(every)
        self._positions = pool_blocks.Asked(conn, wanted) if wanted else None
        # Of many serials those are asked for by name that have no position.
        is_few = not wanted or sum(len(one.seqs) for one in every) <= FIRST_ASKED
        self._names = _ByName(conn, every) if is_few else None

    def finish(self) -> None:
        """Wait for what was asked, and ask what is left to ask."""
        if self._positions is not None:
            match_positions(self._every, self._positions.blocks())
        (self._names or _ByName(self._conn, self._every)).finish()


class _ByName:
    """A search by name: in the memory of what came since, or in the dictionary."""

    def __init__(self, conn: Connection, every: Iterable[Sought]) -> None:
        self._conn = conn
        # What is remembered must be committed. A transaction that is not a capture's own may have
        # added to the dictionary before, and may yet be undone.
        self._may_remember = conn.pgconn.pipeline_status != PipelineStatus.OFF
        known = [one for one in every if one.names > 0]
        asked = [self._ask_memory(one) for one in known]
        self._in_memory = [
            (one, memory) for one, memory in zip(known, asked, strict=True) if memory is not None
        ]
        self._left = [
            (one, one.missing) for one, memory in zip(known, asked, strict=True) if memory is None
        ]
        self._round = _Round(conn, self._left, FIRST_ASKED)

    def finish(self) -> None:
        forgotten = self._take_from_memory()
        self._round.take()
        size = FIRST_ASKED
        if forgotten:
            self._left += [(one, one.missing) for one in forgotten]
            self._round = _Round(self._conn, self._left, size)
            self._round.take()
        while not self._round.is_last:
            size *= _MORE
            self._left = [(one, self._perhaps_there(one, missing)) for one, missing in self._left]
            self._round = _Round(self._conn, self._left, size)
            self._round.take()

    def _ask_memory(self, one: Sought) -> presence.Asked | None:
        missing = len(one.missing)
        if not self._may_remember or not missing:
            return None
        # A few serials are asked for by themselves where the class is yet to be read.
        is_many = missing > FIRST_ASKED
        return presence.ask(self._conn, one.class_id, one.names, one.salt, may_begin=is_many)

    def _take_from_memory(self) -> list[Sought]:
        """Fill numbers from memory; return the classes that are not remembered any more."""
        forgotten = []
        for one, memory in self._in_memory:
            missing = one.missing
            found = memory.numbers(one.hashes[missing], one.items[missing])
            if found is None:
                forgotten.append(one)
            else:
                one.seqs[missing] = found
        return forgotten

    def _perhaps_there(self, one: Sought, missing: Numbers) -> Numbers:
        """Leave out the serials that are known, or certainly not in the dictionary."""
        missing = missing[one.seqs[missing] < 0]
        asked = (self._conn, one.class_id, one.names, one.salt)
        if not self._may_remember or not absence.is_worth_it(*asked, len(missing)):
            return missing
        wanted = one.hashes[missing]
        is_absent = absence.are_absent(self._conn, one.class_id, one.next_seq, one.salt, wanted)
        return missing[~is_absent]


class _Round:
    """Some serials of each class that are being asked for, with whatever is in the same blocks."""

    def __init__(self, conn: Connection, left: Sequence[tuple[Sought, Numbers]], size: int) -> None:
        self._conn = conn
        self._by_id = {one.class_id: one for one, _ in left}
        self.is_last = all(len(missing) <= size for _, missing in left)
        """Whether all are asked for that are left."""
        some = [one.keys[missing[:: max(1, -(-len(missing) // size))]] for one, missing in left]
        keys = np.concatenate(some) if some else _no_numbers()
        # Asked for in one go, on a pipelined connection, and only then waited for.
        self._cursors: list[Cursor[Any]] = []
        for start in range(0, len(keys), _ASKED_AT_ONCE):
            chunk = [integers(list(self._by_id)), bigints(keys[start : start + _ASKED_AT_ONCE])]
            cursor = conn.cursor(binary=True)
            self._cursors.append(cursor.execute(_SQL["blocks_by_key"], chunk, prepare=True))

    def take(self) -> None:
        """Wait for the blocks, and take numbers from them."""
        blocks: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
        for cursor in self._cursors:
            for class_id, seq_from, serials in cursor.fetchall():
                blocks[class_id][seq_from] = serials
        for class_id, found in blocks.items():
            one = self._by_id[class_id]
            presence.note(self._conn, class_id, one.salt, len(found))
            one.match(found)
