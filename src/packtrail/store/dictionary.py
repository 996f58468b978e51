"""Reading the dictionary: from serials to numbers, and from numbers back to names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.store import class_rows, direct, name_blocks, named
from packtrail.store.direct import Kind, Statement
from packtrail.store.mentions import Texts, hashes, str_of, texts
from packtrail.store.name_blocks import BLOCK_MAX
from packtrail.store.names import identifier
from packtrail.store.parameters import integers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg import Connection

    from packtrail.store.class_rows import ClassRow
    from packtrail.store.integers import Numbers

_SQL = named.statements("objects")
_BY_KEY: Final = Statement(_SQL["blocks_by_key"], class_id=Kind.INTEGER, keys=Kind.BIGINTS)
_BETWEEN: Final = Statement(
    _SQL["blocks_between"], class_id=Kind.INTEGER, lowest=Kind.INTEGER, highest=Kind.INTEGER
)
_ASKED_AT_ONCE: Final = 400
_DENSE: Final = 50
"""Numbers with at most this many between them are read as one range."""

Instance = tuple[int, int]
"""(class_id, seq)"""


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
    """Neighbouring objects of a class."""

    seq_from: int
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
    """
    by_class: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for class_key, item_key in keys:
        by_class[class_key][item_key] = None
    classes = class_rows.by_key(conn, by_class)
    found: dict[tuple[str, str], tuple[Instance, Name]] = {}
    for row in classes.values():
        found |= _look_up(conn, row, list(by_class[row.class_key]))
    empty = by_class.keys() - {class_key for class_key, _ in found}
    for row in class_rows.by_key(conn, empty, is_fresh=True).values() if empty else ():
        if classes.get(row.class_key) != row:
            found |= _look_up(conn, row, list(by_class[row.class_key]))
    return found


def _look_up(
    conn: Connection, of_class: ClassRow, item_keys: list[str]
) -> dict[tuple[str, str], tuple[Instance, Name]]:
    """Return the objects of a class that are in the dictionary."""
    class_id, class_key, length, salt = of_class
    wanted = texts(item_keys)
    hashed = hashes(wanted, np.full(len(wanted), salt, dtype=np.uint64))
    numbers = name_blocks.keys(np.full(len(wanted), class_id, dtype=np.int64), hashed)
    places = dict(zip(wanted.tolist(), item_keys, strict=True))
    found = {}
    for block in _blocks_by_key(conn, class_id, numbers):
        for place, item_key in _places(block, wanted, places):
            name = Name(class_key, item_key, block.prefix_length(place, length))
            found[class_key, item_key] = (class_id, block.seq_from + place), name
    return found


def names(conn: Connection, instances: Iterable[Instance]) -> dict[Instance, Name]:
    """Return what the dictionary knows of objects."""
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for class_id, seq in instances:
        by_class[class_id].append(seq)
    found: dict[Instance, Name] = {}
    if not by_class:
        return found
    for class_id, class_key, length, _ in class_rows.by_id(conn, by_class).values():
        seqs = np.unique(np.array(by_class[class_id], dtype=np.int64))
        for block in blocks_of(conn, class_id, seqs):
            start = np.searchsorted(seqs, block.seq_from)
            stop = np.searchsorted(seqs, block.seq_from + len(block.serials))
            for seq in seqs[start:stop].tolist():
                place = seq - block.seq_from
                found[class_id, seq] = Name(
                    class_key,
                    str_of(block.serials[place]),
                    block.prefix_length(place, length),
                )
    return found


def blocks_of(conn: Connection, class_id: int, seqs: Numbers) -> Iterator[Block]:
    """Yield the blocks that hold some objects of a class.

    Args:
        conn: A connection.
        class_id: The class.
        seqs: Ascending numbers of the objects.
    """
    lowest, highest = int(seqs[0]), int(seqs[-1])
    is_dense = highest - lowest < _DENSE * len(seqs) + BLOCK_MAX
    if is_dense:
        first = max(lowest - BLOCK_MAX + 1, 0)
        yield from map(_block, direct.rows(conn, _BETWEEN, class_id, first, highest))
        return
    each = {"class_id": class_id, "seqs": integers(seqs)}
    with conn.cursor(binary=True) as cursor:
        yield from map(_block, cursor.execute(_SQL["blocks_of_seqs"], each, prepare=True))


def blocks_after(conn: Connection, class_id: int, seq: int, limit: int) -> list[Block]:
    """Return blocks of a class that begin after a number, in order."""
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(_SQL["blocks_of_class"], [class_id, seq, limit], prepare=True)
        return [_block(row) for row in rows]


def objects_after(conn: Connection, after: Instance, limit: int) -> list[Instance]:
    """Return the objects that come after one, by class and number.

    Args:
        conn: A connection.
        after: Where to go on from; (0, -1) for the beginning.
        limit: Most objects to return; fewer are the last.
    """
    found: list[Instance] = []
    class_id, seq = after[0], after[1] - BLOCK_MAX
    while len(found) < limit:
        bound = [class_id, seq, 2 + limit // BLOCK_MAX]
        rows = conn.execute(_SQL["blocks_after"], bound, binary=True).fetchall()
        for class_id, seq, serials in rows:
            count = len(name_blocks.unpack(serials))
            every = [(class_id, seq + place) for place in range(count)]
            found += [one for one in every if one > after]
        if len(rows) < bound[2]:
            break
    return found[:limit]


def _blocks_by_key(conn: Connection, class_id: int, keys: Numbers) -> Iterator[Block]:
    seen = set()
    for start in range(0, len(keys), _ASKED_AT_ONCE):
        chunk = keys[start : start + _ASKED_AT_ONCE].tolist()
        for row in direct.rows(conn, _BY_KEY, class_id, chunk):
            if row[0] not in seen:
                seen.add(row[0])
                yield _block(row)


def _places(block: Block, wanted: Texts, item_keys: dict[bytes, str]) -> Iterator[tuple[int, str]]:
    """Yield where in a block wanted serials are."""
    is_it = block.serials == wanted[0] if len(wanted) == 1 else np.isin(block.serials, wanted)
    for place in np.flatnonzero(is_it).tolist():
        yield place, item_keys[block.serials[place]]


def _block(row: Sequence[object]) -> Block:
    seq_from, serials, prefix_lengths = row
    return Block(int(seq_from), name_blocks.unpack(serials), prefix_lengths)  # type: ignore[call-overload,arg-type]
