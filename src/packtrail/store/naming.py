"""What names an object: the segments whose events do, asked for by its number or by its name.

By name the answer holds the number, too, so that nobody has to wait for that first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from packtrail.store import class_rows, direct, name_blocks, named
from packtrail.store.blocks import BLOCK_BITS, LANE_MASK
from packtrail.store.dictionary import Instance, Name
from packtrail.store.direct import Kind, Statement
from packtrail.store.mentions import octets_of
from packtrail.store.segments import SELECT, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

    from packtrail.store.class_rows import ClassRow
    from packtrail.store.direct import Asked

_SQL = named.statements("objects")
_COLUMNS: Final = SELECT.removeprefix("select")
_BY_NUMBER: Final = Statement(
    _SQL["segments_naming"].replace(":columns", _COLUMNS),
    class_id=Kind.INTEGER,
    seq=Kind.INTEGER,
    block=Kind.INTEGER,
    lane=Kind.SMALLINT,
    octets=Kind.BYTES,
    audience_ids=Kind.INTEGERS,
    known=Kind.BIGINTS,
)
_BY_KEY: Final = Statement(
    _SQL["segments_naming_key"].replace(":columns", _COLUMNS),
    class_id=Kind.INTEGER,
    keys=Kind.BIGINTS,
    audience_ids=Kind.INTEGERS,
)


class Found(NamedTuple):
    """An object, and what names it."""

    instance: Instance
    name: Name
    segments: list[Segment]
    """A few may be among them that do not name it; `places_of_one` finds nothing in those."""


def by_names(
    conn: Connection, keys: Sequence[tuple[str, str]], audience_ids: Sequence[int]
) -> dict[tuple[str, str], Found]:
    """Return objects that are known by name, with the segments that name them.

    Not those that nothing names as far as may be seen, and not those that are recorded as positions
    of a pool: who misses one asks `dictionary.look_up` for it.

    Args:
        conn: A connection.
        keys: (class key, item key), a few.
        audience_ids: Only segments these may see.
    """
    classes = class_rows.by_key(conn, {class_key for class_key, _ in keys})
    wanted = []
    for class_key, item_key in keys:
        of_class = classes.get(class_key)
        if of_class is not None and not of_class.sources:
            wanted.append((of_class, item_key, octets_of(item_key)))
    asked: list[Asked] = [
        (_BY_KEY, (one.class_id, [name_blocks.key(one.class_id, serial, one.salt)], audience_ids))
        for one, _, serial in wanted
    ]
    answers = direct.together(conn, asked)
    return {
        (one.class_key, item_key): found
        for (one, item_key, serial), rows in zip(wanted, answers, strict=True)
        if (found := _found(one, item_key, serial, rows)) is not None
    }


def _found(
    of_class: ClassRow, item_key: str, serial: bytes, rows: Sequence[Sequence[Any]]
) -> Found | None:
    """Return the object whose serial is in one of the blocks; each comes with every segment."""
    seen = set()
    for seq_from, seq, serials, lengths, *_ in rows:
        if seq in seen:
            continue
        seen.add(seq)
        if name_blocks.serial_at(serials, seq - seq_from) == serial:
            own = lengths[seq - seq_from] if lengths else 0
            name = Name(of_class.class_key, item_key, own or of_class.prefix_length)
            found = read(row[4:] for row in rows if row[1] == seq)
            return Found((of_class.class_id, seq), name, found)
    return None


def ask(instance: Instance, *, audience_ids: Sequence[int], known: Sequence[int] = ()) -> Asked:
    """Return the question for the segments whose events name an object; see `read`.

    Args:
        instance: The object.
        audience_ids: Only those these may see.
        known: Numbers of segments that are left out.
    """
    class_id, seq = instance
    lane = seq & LANE_MASK
    octets = lane.to_bytes(2, "little")
    return _BY_NUMBER, (class_id, seq, seq >> BLOCK_BITS, lane, octets, audience_ids, known)


def read(rows: Iterable[Sequence[Any]]) -> list[Segment]:
    """Return the segments that answer `ask`, each once.

    A few may be among them that do not name the object; `places_of_one` finds nothing in those.
    """
    return [Segment.of(row) for row in {row[0]: row for row in rows}.values()]
