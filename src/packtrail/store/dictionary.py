"""Reading the dictionary: from serials to numbers, and from numbers back to names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from packtrail.store import class_rows, direct, name_blocks, named, pool_blocks
from packtrail.store.blocks import BLOCK_SIZE, LANE_MASK, decode
from packtrail.store.direct import Kind, Statement
from packtrail.store.mentions import Texts, hashes, str_of, texts
from packtrail.store.name_blocks import BLOCK_MAX
from packtrail.store.names import identifier
from packtrail.store.parameters import integers
from packtrail.store.pool_blocks import PoolBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from psycopg import Connection

    from packtrail.store.class_rows import ClassRow
    from packtrail.store.direct import Asked
    from packtrail.store.integers import Numbers
    from packtrail.store.pool_blocks import Places

_SQL = named.statements("objects")
_BY_KEY: Final = Statement(
    _SQL["blocks_by_key"],
    class_id=Kind.INTEGER,
    keys=Kind.BIGINTS,
    pools=Kind.INTEGERS,
    generations=Kind.INTEGERS,
    stretches=Kind.BIGINTS,
)
_BETWEEN: Final = Statement(
    _SQL["blocks_between"],
    class_id=Kind.INTEGER,
    first_name=Kind.INTEGER,
    first_position=Kind.INTEGER,
    highest=Kind.INTEGER,
)
_OF_KEY: Final = Statement(_SQL["block_of_key"], class_id=Kind.INTEGER, keys=Kind.BIGINTS)
_BEFORE: Final = Statement(_SQL["block_before"], class_id=Kind.INTEGER, seq=Kind.INTEGER)
_ASKED_AT_ONCE: Final = 400
_FEW: Final = 16
"""Objects of a class that are looked up one by one, not as arrays."""
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
    by_class: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for class_key, item_key in keys:
        by_class[class_key][item_key] = None
    classes = class_rows.by_key(conn, by_class)
    few = [
        (row, item_key)
        for row in classes.values()
        if not row.sources and len(by_class[row.class_key]) <= _FEW
        for item_key in by_class[row.class_key]
    ]
    found = _look_up_few(conn, few)
    for row in classes.values():
        if row.sources or len(by_class[row.class_key]) > _FEW:
            found |= _look_up(conn, row, list(by_class[row.class_key]))
    missing = {
        class_key: some
        for class_key in classes
        if (some := [item for item in by_class[class_key] if (class_key, item) not in found])
    }
    # What was remembered of a class may be too old to find them.
    for row in class_rows.by_key(conn, missing, is_fresh=True).values():
        if classes.get(row.class_key) != row:
            found |= _look_up(conn, row, missing[row.class_key])
    return found


def _look_up(
    conn: Connection, of_class: ClassRow, item_keys: list[str]
) -> dict[tuple[str, str], tuple[Instance, Name]]:
    """Return the objects of a class that are in the dictionary."""
    class_id, class_key, length, salt, names, sources = of_class
    wanted = texts(item_keys)
    some = list(pool_blocks.candidates(conn, sources, wanted))
    by_name = wanted if names else wanted[:0]
    hashed = hashes(by_name, np.full(len(by_name), salt, dtype=np.uint64))
    numbers = name_blocks.keys(np.full(len(by_name), class_id, dtype=np.int64), hashed)
    return {
        (class_key, item_keys[place]): (
            (class_id, seq),
            Name(class_key, item_keys[place], own or length),
        )
        for seq, place, own in _numbers(conn, class_id, wanted, numbers, some)
    }


def _look_up_few(
    conn: Connection, wanted: Sequence[tuple[ClassRow, str]]
) -> dict[tuple[str, str], tuple[Instance, Name]]:
    """Return the objects that are in the dictionary, of classes of which all are known by name."""
    serials = texts([item_key for _, item_key in wanted]).tolist()
    asked: list[Asked] = [
        (_OF_KEY, (row.class_id, [name_blocks.key(row.class_id, serial, row.salt)]))
        for (row, _), serial in zip(wanted, serials, strict=True)
    ]
    found = {}
    answers = direct.together(conn, asked)
    for (row, item_key), serial, blocks in zip(wanted, serials, answers, strict=True):
        for seq_from, packed, lengths in blocks:
            place = name_blocks.place_of(packed, serial)
            if place is not None:
                own = lengths[place] if lengths else 0
                name = Name(row.class_key, item_key, own or row.prefix_length)
                found[row.class_key, item_key] = (row.class_id, seq_from + place), name
    return found


def names(conn: Connection, instances: Iterable[Instance]) -> dict[Instance, Name]:
    """Return what the dictionary knows of objects.

    Raises:
        Unavailable: Serials are recorded as positions under a key that does not open.
    """
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for class_id, seq in instances:
        by_class[class_id].append(seq)
    if not by_class:
        return {}
    classes = class_rows.by_id(conn, by_class)
    few = [
        (row, (row.class_id, seq))
        for row in classes.values()
        if not row.sources and len(by_class[row.class_id]) <= _FEW
        for seq in by_class[row.class_id]
    ]
    found = _names_of_few(conn, few)
    for of_class in classes.values():
        class_id, class_key, length = of_class[:3]
        missing = [seq for seq in by_class[class_id] if (class_id, seq) not in found]
        if not missing:
            continue
        wanted = np.unique(np.array(missing, dtype=np.int64))
        for block in _blocks(conn, of_class, _rows_of(conn, class_id, wanted), wanted):
            for place, seq in enumerate(block.seqs.tolist()):
                found[class_id, seq] = Name(
                    class_key,
                    str_of(block.serials[place]),
                    block.prefix_length(place, length),
                )
    return found


def _names_of_few(
    conn: Connection, wanted: Sequence[tuple[ClassRow, Instance]]
) -> dict[Instance, Name]:
    """Return what the dictionary knows of objects of classes of which all are known by name."""
    answers = direct.together(conn, [(_BEFORE, instance) for _, instance in wanted])
    return {
        instance: name
        for (row, instance), blocks in zip(wanted, answers, strict=True)
        if (name := _name_in(row, instance[1], blocks)) is not None
    }


def ask_name(conn: Connection, instance: Instance) -> Asked | None:
    """Return the question for the name of an object; None where `names` has to look for it."""
    of_class = class_rows.of_id(conn, instance[0])
    return None if of_class.sources else (_BEFORE, instance)


def name(conn: Connection, instance: Instance, rows: Sequence[Sequence[Any]]) -> Name | None:
    """Return the name that answers `ask_name`; None where `names` has to look for it."""
    of_class = class_rows.of_id(conn, instance[0])
    return _name_in(of_class, instance[1], rows)


def _name_in(of_class: ClassRow, seq: int, rows: Sequence[Sequence[Any]]) -> Name | None:
    for seq_from, serials, lengths in rows:
        serial = name_blocks.serial_at(serials, seq - seq_from)
        if serial is not None:
            own = lengths[seq - seq_from] if lengths else 0
            return Name(of_class.class_key, str_of(serial), own or of_class.prefix_length)
    return None


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
    of_class = class_rows.of_id(conn, class_id)
    bound = {"class_id": class_id, "after": seq, "limit": limit}
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(_SQL["blocks_of_class"], bound, prepare=True).fetchall()
    return list(_blocks(conn, of_class, rows)), rows[-1][0] if rows else None


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
        for at, place in _found(name_blocks.unpack(serials), places):
            yield seq_from + at, place, lengths[at] if lengths else None
    for which, seqs in pool_blocks.match(class_id, some, blocks):
        yield from ((seq, at, None) for seq, at in zip(seqs.tolist(), which.tolist(), strict=True))


def _found(serials: Texts, places: Mapping[bytes, int]) -> Iterator[tuple[int, int]]:
    """Yield where a block has serials that are wanted, and the place of each among these."""
    if len(places) == 1:
        ((wanted, place),) = places.items()
        yield from ((at, place) for at in np.flatnonzero(serials == wanted).tolist())
        return
    # Texts are found by their hash in a tenth of the time that comparing them all takes.
    for at, serial in enumerate(serials.tolist()):
        found = places.get(serial)
        if found is not None:
            yield at, found


def _rows_by_key(
    conn: Connection, class_id: int, keys: Numbers, some: Sequence[Places]
) -> Iterator[Sequence[Any]]:
    """Yield rows of blocks that may have serials, each once."""
    stretches = sorted(pool_blocks.stretches(class_id, some))
    _, pools, generations, numbers = (
        (sorted(set(column)) for column in zip(*stretches, strict=True))
        if stretches
        else ([], [], [], [])
    )
    seen = set()
    for start in range(0, max(len(keys), bool(stretches)), _ASKED_AT_ONCE):
        chunk = keys[start : start + _ASKED_AT_ONCE].tolist()
        for row in direct.rows(conn, _BY_KEY, class_id, chunk, pools, generations, numbers):
            if row[0] not in seen:
                seen.add(row[0])
                yield row
        numbers = []  # Asked for once.


def _rows_of(conn: Connection, class_id: int, seqs: Numbers) -> Iterable[Sequence[Any]]:
    """Return rows of the blocks that hold some objects of a class.

    Args:
        conn: A connection.
        class_id: The class.
        seqs: Their numbers, ascending.
    """
    lowest, highest = int(seqs[0]), int(seqs[-1])
    if highest - lowest < _DENSE * len(seqs) + BLOCK_MAX:
        firsts = (max(lowest - size + 1, 0) for size in (BLOCK_MAX, BLOCK_SIZE))
        return direct.rows(conn, _BETWEEN, class_id, *firsts, highest)
    starts = np.unique(seqs & ~LANE_MASK)
    each = {"class_id": class_id, "seqs": integers(seqs), "starts": integers(starts)}
    with conn.cursor(binary=True) as cursor:
        return cursor.execute(_SQL["blocks_of_seqs"], each, prepare=True).fetchall()


def _blocks(
    conn: Connection,
    of_class: ClassRow,
    rows: Iterable[Sequence[Any]],
    seqs: Numbers | None = None,
) -> Iterator[Block]:
    """Yield the objects of rows, or those of them that are wanted."""
    sources = {(each.pool_id, each.generation): each for each in of_class.sources}
    for seq_from, serials, lengths, *of_pool in rows:
        if serials is not None:
            yield _named(seq_from, serials, lengths, seqs)
            continue
        block = PoolBlock(of_class.class_id, seq_from, *of_pool)
        made_by = block.pool_id, block.generation
        if made_by not in sources:  # It was opened since the class was remembered.
            (of_class,) = class_rows.by_id(conn, [of_class.class_id], is_fresh=True).values()
            sources = {(each.pool_id, each.generation): each for each in of_class.sources}
        lanes = block.lanes if seqs is None else _within(seqs, seq_from, BLOCK_SIZE)
        lanes = lanes if seqs is None else lanes[block.has(lanes)]
        positions = block.stretch * BLOCK_SIZE + lanes
        texts = pool_blocks.serials_at(conn, sources[made_by], positions)
        yield Block(seq_from + lanes, texts, None)


def _named(seq_from: int, serials: bytes, lengths: bytes | None, seqs: Numbers | None) -> Block:
    """Return the objects of a row that are known by name, or those of them that are wanted."""
    found = name_blocks.unpack(serials)
    places = np.arange(len(found)) if seqs is None else _within(seqs, seq_from, len(found))
    own = bytes(lengths[place] for place in places.tolist()) if lengths else None
    return Block(seq_from + places, found[places], own)


def _within(seqs: Numbers, seq_from: int, size: int) -> Numbers:
    """Return the places of wanted numbers in a block."""
    start, stop = np.searchsorted(seqs, (seq_from, seq_from + size))
    return seqs[start:stop] - seq_from
