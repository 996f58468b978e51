"""Serials that our own pools made: the dictionary keeps them as positions, not as names.

A pool counts positions, and its key turns a position into a serial and back. So of 4,096
neighbouring positions one row is enough, with a bit for each that events have named: the number of
an object is that of its row and its place in it.

Whether a serial is ours is asked only when it is new. What the dictionary has by name keeps its
name, and what it has as a position keeps that: each object has one number for ever, whatever pools
are opened, closed or given new keys later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from packtrail.store import named
from packtrail.store.blocks import (
    BLOCK_BITS,
    BLOCK_SIZE,
    LANE_MASK,
    Lanes,
    contains,
    decode,
    encode,
)
from packtrail.store.keyring import PoolClosed, Source, keyring_of
from packtrail.store.parameters import bigints, integers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from psycopg import Connection

    from packtrail.store.integers import Numbers
    from packtrail.store.mentions import Texts

_SQL = named.statements("pool_blocks")
_STRETCHES_AT_ONCE: Final = 2_000
_FEW: Final = 8
"""Places that are looked at one by one, not as arrays."""
_SPACE, _TILDE = 0x20, 0x7E

Stretch: TypeAlias = tuple[int, int, int, int]
"""(class_id, pool_id, generation, position / 4096)"""


@dataclass(frozen=True, slots=True)
class Places:
    """Which of some serials a generation of a pool made, and at which positions."""

    source: Source
    which: Numbers
    """Places among the serials."""
    positions: Numbers

    def only(self, chosen: NDArray[np.bool_]) -> Places:
        """Return some of the places."""
        return Places(self.source, self.which[chosen], self.positions[chosen])

    def among(self, serials: Numbers) -> Places:
        """Return the places, told by those among more serials."""
        return Places(self.source, serials[self.which], self.positions)


@dataclass(frozen=True, slots=True)
class PoolBlock:
    """Neighbouring positions of a pool that events have named."""

    class_id: int
    seq_from: int
    pool_id: int
    generation: int
    stretch: int
    lo: int
    hi: int
    members: bytes | None

    @property
    def key(self) -> Stretch:
        """What there is one of."""
        return self.class_id, self.pool_id, self.generation, self.stretch

    @property
    def lanes(self) -> Lanes:
        """The places that were named, ascending."""
        return decode(self.lo, self.hi, self.members)

    def has(self, lanes: Lanes) -> NDArray[np.bool_]:
        """Tell which places were named."""
        if len(lanes) <= _FEW:
            told = [contains(lane, self.lo, self.hi, self.members) for lane in lanes.tolist()]
            return np.array(told, dtype=bool)
        named_ones = np.zeros(BLOCK_SIZE, dtype=bool)
        named_ones[self.lanes] = True
        return named_ones[lanes]

    def joined(self, lanes: Lanes) -> PoolBlock:
        """Return the block with more places named."""
        every = np.union1d(self.lanes, lanes)
        return _block(self.key, self.seq_from, every)


def sources_of(told: Sequence[Sequence[int]]) -> tuple[Source, ...]:
    """Return the generations of pools as the database tells them, in order."""
    return tuple(Source(*each) for each in told)


def candidates(conn: Connection, sources: Iterable[Source], items: Texts) -> Iterator[Places]:
    """Yield which serials could be of which generations: their keys turn them into positions given.

    Args:
        conn: A connection.
        sources: Generations of the pools of a trade item.
        items: Serials of it.

    Raises:
        PoolClosed: A key does not open, and serials are recorded as positions under it.
    """
    keyring = keyring_of(conn)
    rows = items.view(np.uint8).reshape(len(items), items.dtype.itemsize)
    for source in sources:
        try:
            numbering = keyring.numbering(conn, source)
        except PoolClosed:
            if _is_used(conn, source):
                raise
            continue  # Its serials are known by name, if at all.
        which = _of_length(rows, numbering.length)
        if not len(which):
            continue
        found = numbering.positions(np.ascontiguousarray(rows[which, : numbering.length]))
        is_given = found < np.uint64(source.reached)
        if is_given.any():
            yield Places(source, which[is_given], found[is_given].astype(np.int64))


def serials_at(conn: Connection, source: Source, positions: Numbers) -> Texts:
    """Return the serials at positions of a generation."""
    if not len(positions):
        return np.empty(0, dtype="S1")
    numbering = keyring_of(conn).numbering(conn, source)
    texts = numbering.texts_at(positions.astype(np.uint64))
    return np.ascontiguousarray(texts).view(f"S{numbering.length}").reshape(-1)


def stretches(class_id: int, some: Iterable[Places]) -> set[Stretch]:
    """Return the stretches that serials of a class may lie in."""
    return {
        (class_id, each.source.pool_id, each.source.generation, stretch)
        for each in some
        for stretch in np.unique(each.positions >> BLOCK_BITS).tolist()
    }


class Asked:
    """Blocks that are being asked for; on a pipelined connection several may be under way."""

    def __init__(self, conn: Connection, wanted: Iterable[Stretch]) -> None:
        self._wanted = set(wanted)
        every = sorted(self._wanted)
        self._cursors = []
        for start in range(0, len(every), _STRETCHES_AT_ONCE):
            part = every[start : start + _STRETCHES_AT_ONCE]
            class_ids, pools, generations, numbers = (
                sorted(set(c)) for c in zip(*part, strict=True)
            )
            values = [integers(class_ids), integers(pools), integers(generations), bigints(numbers)]
            cursor = conn.cursor(binary=True)
            self._cursors.append(cursor.execute(_SQL["blocks_at"], values, prepare=True))

    def blocks(self) -> dict[Stretch, PoolBlock]:
        """Return those that there are."""
        rows = (PoolBlock(*row) for cursor in self._cursors for row in cursor.fetchall())
        return {block.key: block for block in rows if block.key in self._wanted}


def match(
    class_id: int, some: Iterable[Places], blocks: Mapping[Stretch, PoolBlock]
) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield (places among the serials, numbers) of those that blocks have."""
    for each in some:
        for key, at in _by_stretch(class_id, each):
            block = blocks.get(key)
            if block is not None:
                lanes = each.positions[at] & LANE_MASK
                is_here = block.has(lanes)
                yield each.which[at][is_here], block.seq_from + lanes[is_here]


def added(
    class_id: int, next_seq: int, some: Places, blocks: Mapping[Stretch, PoolBlock]
) -> tuple[int, list[tuple[Numbers, Numbers]], list[PoolBlock]]:
    """Give serials that are new their numbers.

    Args:
        class_id: Their class, which is locked.
        next_seq: From where numbers of the class are free.
        some: Where they lie, each serial once.
        blocks: What there is of their stretches.

    Returns:
        From where numbers are free now; (places among the serials, numbers); blocks to be put.
    """
    given, changed = [], []
    for key, at in _by_stretch(class_id, some):
        lanes, block = some.positions[at] & LANE_MASK, blocks.get(key)
        if block is None:
            seq_from = -(-next_seq // BLOCK_SIZE) * BLOCK_SIZE
            next_seq = seq_from + BLOCK_SIZE
            block = _block(key, seq_from, np.sort(lanes))
        else:
            block = block.joined(lanes)
        changed.append(block)
        given.append((some.which[at], block.seq_from + lanes))
    return next_seq, given, changed


def insert(conn: Connection, blocks: Iterable[PoolBlock]) -> None:
    """Put blocks, new ones and those that have more in them than before."""
    written = [
        (*(b.class_id, b.seq_from, b.pool_id, b.generation, b.stretch), b.lo, b.hi, b.members)
        for b in blocks
    ]
    if written:
        with conn.cursor() as cursor:
            cursor.executemany(_SQL["put_block"], written)


def _block(key: Stretch, seq_from: int, lanes: Lanes) -> PoolBlock:
    class_id, pool_id, generation, stretch = key
    bounds = int(lanes[0]), int(lanes[-1])
    return PoolBlock(class_id, seq_from, pool_id, generation, stretch, *bounds, encode(lanes))


def _by_stretch(class_id: int, some: Places) -> Iterator[tuple[Stretch, Numbers]]:
    """Yield the stretches that serials lie in, and which of them lie there."""
    source, of = some.source, some.positions >> BLOCK_BITS
    order = np.argsort(of, kind="stable")
    cuts = np.flatnonzero(np.diff(of[order])) + 1
    for at in np.split(order, cuts) if len(order) else []:
        yield (class_id, source.pool_id, source.generation, int(of[at[0]])), at


def _of_length(rows: NDArray[np.uint8], length: int) -> Numbers:
    """Return the places of serials of a length that a pool could have made."""
    if not len(rows) or rows.shape[1] < length:
        return np.empty(0, dtype=np.int64)
    head, tail = rows[:, :length], rows[:, length:]
    fits = ((head > _SPACE) & (head <= _TILDE)).all(axis=1) & (tail == 0).all(axis=1)
    return np.flatnonzero(fits)


def _is_used(conn: Connection, source: Source) -> bool:
    row = conn.execute(_SQL["is_used"], [source.pool_id, source.generation]).fetchone()
    return bool(row and row[0])
