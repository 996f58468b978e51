"""Reading the dictionary: from serials to numbers, and from numbers back to names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from packtrail.store import name_blocks, named, pool_blocks
from packtrail.store.blocks import BLOCK_SIZE, LANE_MASK, decode
from packtrail.store.mentions import Hashes, Texts, hashes, str_of, texts
from packtrail.store.name_blocks import BLOCK_MAX
from packtrail.store.names import identifier
from packtrail.store.parameters import bigints, integers
from packtrail.store.pool_blocks import PoolBlock, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg import Connection

    from packtrail.store.integers import Numbers
    from packtrail.store.keyring import Source
    from packtrail.store.pool_blocks import Places

_SQL = named.statements("objects")
_ASKED_AT_ONCE: Final = 400
_DENSE: Final = 50
"""Numbers with at most this many between them are read as one range."""

Instance = tuple[int, int]
"""(class_id, seq)"""
_Sources: TypeAlias = "dict[tuple[int, int], Source]"
"""(pool, generation) -> what it is."""


@dataclass(frozen=True, slots=True)
class Name:
    """What the dictionary knows of one object."""

    class_key: str
    item_key: str
    prefix_length: int | None

    @property
    def identifier(self) -> str:
        """EPC URI where the company prefix is known, else Digital Link, else the URI recorded."""
        return identifier(self.class_key, self.item_key, self.prefix_length)


@dataclass(frozen=True, slots=True)
class Block:
    """Objects of a class near each other."""

    seqs: Numbers
    """Ascending."""
    serials: Texts
    prefix_lengths: bytes | None

    def prefix_length(self, place: int, of_class: int | None) -> int | None:
        """Return the length of the company prefix of one of them, where it is known."""
        own = self.prefix_lengths[place] if self.prefix_lengths else 0
        return own or of_class


def look_up(
    conn: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Instance, Name]]:
    """Return the objects that are in the dictionary, and what it knows of them.

    Args:
        conn: A connection.
        keys: (class key, item key)

    Raises:
        Unavailable: Serials are recorded as positions under a key that does not open.
    """
    by_class: defaultdict[str, list[str]] = defaultdict(list)
    for class_key, item_key in keys:
        by_class[class_key].append(item_key)
    found = {}
    rows = conn.execute(_SQL["classes"], [list(by_class)], prepare=True).fetchall()
    for class_id, class_key, length, salt, names, told in rows:
        item_keys = list(dict.fromkeys(by_class[class_key]))
        wanted = texts(item_keys)
        some = list(pool_blocks.candidates(conn, sources_of(told), wanted))
        hashed = _hashes(wanted if names else wanted[:0], salt)
        numbers = name_blocks.keys(np.full(len(hashed), class_id, dtype=np.int64), hashed)
        for seq, place, own in _numbers(conn, class_id, wanted, numbers, some):
            name = Name(class_key, item_keys[place], own or length)
            found[class_key, item_keys[place]] = (class_id, seq), name
    return found


def names(conn: Connection, instances: Iterable[Instance]) -> dict[Instance, Name]:
    """Return what the dictionary knows of objects.

    Raises:
        Unavailable: Serials are recorded as positions under a key that does not open.
    """
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for class_id, seq in instances:
        by_class[class_id].append(seq)
    found: dict[Instance, Name] = {}
    if not by_class:
        return found
    rows = conn.execute(_SQL["classes_by_id"], [list(by_class)], prepare=True).fetchall()
    for class_id, class_key, length, told in rows:
        wanted = np.unique(np.array(by_class[class_id], dtype=np.int64))
        for block in _blocks_of(conn, class_id, wanted, _by_number(told)):
            for place, seq in enumerate(block.seqs.tolist()):
                found[class_id, seq] = Name(
                    class_key,
                    str_of(block.serials[place]),
                    block.prefix_length(place, length),
                )
    return found


def blocks_after(
    conn: Connection, class_id: int, seq: int, limit: int
) -> tuple[list[Block], int | None]:
    """Return blocks of a class that begin after a number, in order.

    Args:
        conn: A connection.
        class_id: The class.
        seq: Where to go on from; -1 for the beginning.
        limit: Most blocks.

    Returns:
        The blocks, and where to go on; None at the end.
    """
    (row,) = conn.execute(_SQL["classes_by_id"], [[class_id]], prepare=True).fetchall()
    sources = _by_number(row[-1])
    bound = {"class_id": class_id, "after": seq, "limit": limit}
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(_SQL["blocks_of_class"], bound, prepare=True).fetchall()
    blocks = [_block(conn, class_id, row, sources) for row in rows]
    return blocks, rows[-1][0] if rows else None


def objects_after(conn: Connection, after: Instance, limit: int) -> list[Instance]:
    """Return the objects that come after one, by class and number.

    Args:
        conn: A connection.
        after: Where to go on from; (0, -1) for the beginning.
        limit: Most objects to return; fewer are the last.
    """
    found: list[Instance] = []
    # The block that holds `after` is read again, and of either kind.
    class_id, seq = after[0], after[1] - BLOCK_SIZE
    while len(found) < limit:
        bound = {"class_id": class_id, "after": seq, "limit": 2 + limit // BLOCK_MAX}
        rows = conn.execute(_SQL["blocks_after"], bound, binary=True).fetchall()
        for class_id, seq, serials, lo, hi, members in rows:
            if serials is None:
                places = decode(lo, hi, members).tolist()
            else:
                places = range(len(name_blocks.unpack(serials)))
            every = [(class_id, seq + place) for place in places]
            found += [one for one in every if one > after]
        if len(rows) < bound["limit"]:
            break
    return found[:limit]


def _numbers(
    conn: Connection, class_id: int, wanted: Texts, keys: Numbers, some: Sequence[Places]
) -> Iterator[tuple[int, int, int | None]]:
    """Yield (number, place among the serials, length of its own prefix) of those there are."""
    places = {serial: place for place, serial in enumerate(wanted.tolist())}
    blocks: dict[pool_blocks.Stretch, PoolBlock] = {}
    for seq_from, serials, lengths, *of_pool in _rows_by_key(conn, class_id, keys, some):
        if serials is None:
            block = PoolBlock(class_id, seq_from, *of_pool)
            blocks[block.key] = block
            continue
        named_ones = name_blocks.unpack(serials)
        for at in np.flatnonzero(np.isin(named_ones, wanted)).tolist():
            yield seq_from + at, places[named_ones[at]], lengths[at] if lengths else None
    for which, seqs in pool_blocks.match(class_id, some, blocks):
        yield from ((seq, at, None) for seq, at in zip(seqs.tolist(), which.tolist(), strict=True))


def _rows_by_key(
    conn: Connection, class_id: int, keys: Numbers, some: Sequence[Places]
) -> Iterator[Sequence[Any]]:
    """Yield rows of blocks that may have serials, each once."""
    stretches = pool_blocks.stretches(class_id, some)
    seen = set()
    with conn.cursor(binary=True) as cursor:
        for start in range(0, max(len(keys), bool(stretches)), _ASKED_AT_ONCE):
            bound = {
                "class_id": class_id,
                "keys": bigints(keys[start : start + _ASKED_AT_ONCE]),
                "pools": integers(sorted({each[1] for each in stretches})),
                "generations": integers(sorted({each[2] for each in stretches})),
                "stretches": bigints(sorted({each[3] for each in stretches})),
            }
            stretches = set()  # Asked for once.
            for row in cursor.execute(_SQL["blocks_by_key"], bound, prepare=True).fetchall():
                if row[0] not in seen:
                    seen.add(row[0])
                    yield row


def _blocks_of(
    conn: Connection, class_id: int, seqs: Numbers, sources: _Sources
) -> Iterator[Block]:
    """Yield some objects of a class, block by block.

    Args:
        conn: A connection.
        class_id: The class.
        seqs: Their numbers, ascending.
        sources: The generations of its pools.
    """
    lowest, highest = int(seqs[0]), int(seqs[-1])
    is_dense = highest - lowest < _DENSE * len(seqs) + BLOCK_MAX
    bound: dict[str, object] = {"class_id": class_id}
    if is_dense:
        bound |= {"first_name": lowest - BLOCK_MAX + 1, "highest": highest}
        bound["first_position"] = lowest - BLOCK_SIZE + 1
    else:
        bound |= {"seqs": integers(seqs), "starts": integers(np.unique(seqs & ~LANE_MASK))}
    statement = _SQL["blocks_between" if is_dense else "blocks_of_seqs"]
    with conn.cursor(binary=True) as cursor:
        for row in cursor.execute(statement, bound, prepare=True).fetchall():
            yield _block(conn, class_id, row, sources, seqs)


def _block(
    conn: Connection,
    class_id: int,
    row: Sequence[Any],
    sources: _Sources,
    seqs: Numbers | None = None,
) -> Block:
    """Return the objects of a row, or those of them that are wanted."""
    seq_from, serials, lengths, *of_pool = row
    if serials is None:
        block = PoolBlock(class_id, seq_from, *of_pool)
        lanes = block.lanes if seqs is None else _within(seqs, seq_from, BLOCK_SIZE)
        lanes = lanes if seqs is None else lanes[block.has(lanes)]
        source = sources[block.pool_id, block.generation]
        positions = block.stretch * BLOCK_SIZE + lanes
        return Block(seq_from + lanes, pool_blocks.serials_at(conn, source, positions), None)
    found = name_blocks.unpack(serials)
    places = np.arange(len(found)) if seqs is None else _within(seqs, seq_from, len(found))
    own = bytes(lengths[place] for place in places.tolist()) if lengths else None
    return Block(seq_from + places, found[places], own)


def _within(seqs: Numbers, seq_from: int, size: int) -> Numbers:
    """Return the places of wanted numbers in a block."""
    start, stop = np.searchsorted(seqs, (seq_from, seq_from + size))
    return seqs[start:stop] - seq_from


def _by_number(told: Sequence[Sequence[int]]) -> _Sources:
    return {(each.pool_id, each.generation): each for each in sources_of(told)}


def _hashes(wanted: Texts, salt: int) -> Hashes:
    return hashes(wanted, np.full(len(wanted), salt, dtype=np.uint64))
