"""Objects by name, and the segments whose events name them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from packtrail.store import dictionary, direct, named
from packtrail.store.blocks import BLOCK_BITS, BLOCK_SIZE, LANE_MASK, decode
from packtrail.store.dictionary import Instance, Name, ask_name, look_up, name, names
from packtrail.store.direct import Kind, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from random import Random

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.store.direct import Asked
    from packtrail.store.integers import Numbers

__all__ = [
    "Instance",
    "Name",
    "Sighting",
    "ask_name",
    "class_ids",
    "find",
    "look_up",
    "name",
    "names",
    "sightings",
    "some",
]

_SQL = named.statements("objects")
_TOUCHING: Final = Statement(
    _SQL["touching"],
    class_id=Kind.INTEGER,
    blocks=Kind.INTEGERS,
    audience_ids=Kind.INTEGERS,
    roles=Kind.INTEGERS,
    firsts=Kind.INTEGERS,
    lasts=Kind.INTEGERS,
)
_SIGHTINGS: Final = Statement(
    _SQL["sightings"],
    class_id=Kind.INTEGER,
    seqs=Kind.INTEGERS,
    audience_ids=Kind.INTEGERS,
    blocks=Kind.INTEGERS,
    firsts=Kind.INTEGERS,
    lasts=Kind.INTEGERS,
)
_GAP: Final = 64
"""Numbers with at most so many between them are asked for together."""
_DRAWS: Final = 8
"""How often numbers are drawn until enough are found, twice as many each time."""
_BLOCKS: Final = 500
"""Blocks of the dictionary that are read at once."""
_WILDCARDS: Final = {"_": ".", "%": ".*"}

Sighting = tuple[Instance, int, int]
"""(instance, segment, role code)"""


def find(conn: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Instance]:
    """Return the objects that are in the dictionary, by (class key, item key).

    Being in the dictionary is no news for anybody: it says nothing of who may see what.
    """
    return {key: instance for key, (instance, _) in look_up(conn, keys).items()}


def class_ids(conn: Connection, class_keys: Sequence[str]) -> list[int]:
    """Return the numbers of the classes that are known."""
    return [row[1] for row in conn.execute(_SQL["class_ids"], [list(class_keys)])]


def instances_like(
    conn: Connection, classes: str, serials: str, prefix_length: int | None
) -> set[Instance]:
    """Return the objects whose class and serial match patterns.

    Args:
        conn: A connection.
        classes: Pattern of SQL's `like` for the class key.
        serials: The same for the serial.
        prefix_length: Objects that tell another length of company prefix do not match.
    """
    found: set[Instance] = set()
    pattern = _regular(serials)
    for class_id, length in conn.execute(_SQL["classes_like"], [classes]).fetchall():
        after: int | None = -1
        while after is not None:
            blocks, after = dictionary.blocks_after(conn, class_id, after, _BLOCKS)
            for block in blocks:
                for place, serial in enumerate(block.serials.tolist()):
                    if not pattern.fullmatch(serial):
                        continue
                    own = block.prefix_length(place, length)
                    if prefix_length is None or own is None or own == prefix_length:
                        found.add((class_id, int(block.seqs[place])))
    return found


def numbers(conn: Connection, kind: str) -> dict[int, int]:
    """Return by class of a kind how many numbers were given to objects.

    Args:
        conn: A connection.
        kind: How their class keys begin.
    """
    return {
        class_id: size
        for class_id, class_key, _, size in conn.execute(named.statements("census")["classes"])
        if size and class_key.startswith(kind)
    }


def some(conn: Connection, kind: str, count: int, draw: Random) -> list[Name]:
    """Return what the dictionary knows of up to so many objects, drawn from all of a kind.

    Args:
        conn: A connection.
        kind: How their class keys begin.
        count: How many.
        draw: Draws them.
    """
    sizes = numbers(conn, kind)
    found: dict[Instance, Name] = {}
    for turn in range(_DRAWS if sizes else 0):
        drawn = draw.choices(list(sizes), list(sizes.values()), k=count << turn)
        wanted = dict.fromkeys((class_id, draw.randrange(sizes[class_id])) for class_id in drawn)
        there = names(conn, wanted)  # Not every number is somebody's.
        found |= {one: there[one] for one in wanted if one in there}
        if len(found) >= count:
            break
    return list(found.values())[:count]


def sightings(
    conn: Connection, instances: Iterable[Instance], audience_ids: Sequence[int]
) -> list[Sighting]:
    """Return every segment that names one of the instances, with the role.

    Args:
        conn: A connection.
        instances: Any number, each once.
        audience_ids: Only segments these may see.
    """
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for class_id, seq in instances:
        by_class[class_id].append(seq)
    asked: list[Asked] = [
        (_SIGHTINGS, (class_id, seqs, audience_ids, *_spans_of_lanes(seqs)))
        for class_id, seqs in by_class.items()
    ]
    answers = direct.together(conn, asked)
    return [
        sighting
        for (class_id, seqs), rows in zip(by_class.items(), answers, strict=True)
        for sighting in _seen(class_id, seqs, rows)
    ]


def _regular(pattern: str) -> re.Pattern[bytes]:
    """Return a pattern of `like` as a regular expression."""
    parts = (_WILDCARDS.get(letter) or re.escape(letter) for letter in pattern)
    return re.compile("".join(parts).encode(), re.DOTALL)


def _spans_of_lanes(seqs: Iterable[int]) -> tuple[list[int], list[int], list[int]]:
    """Return the spans in which objects of a class lie: block, first lane and last lane of each."""
    spans: list[list[int]] = []
    for seq in sorted(seqs):
        block, lane = seq >> BLOCK_BITS, seq & LANE_MASK
        if spans and spans[-1][0] == block and lane - spans[-1][2] <= _GAP:
            spans[-1][2] = lane
        else:
            spans.append([block, lane, lane])
    blocks, firsts, lasts = zip(*spans, strict=True)
    return [*blocks], [*firsts], [*lasts]


def _seen(
    class_id: int, seqs: Iterable[int], rows: Iterable[tuple[Any, ...]]
) -> Iterator[Sighting]:
    """Yield where objects of a class are named, by the rows that tell it."""
    wanted: defaultdict[int, _Wanted] = defaultdict(_Wanted)
    for seq in seqs:
        wanted[seq >> BLOCK_BITS].lanes.append(seq & LANE_MASK)
    for place, segment_id, role, lo, hi, members in dict.fromkeys(rows):
        if lo is None:
            yield (class_id, place), segment_id, role
            continue
        for lane in wanted[place].named(lo, hi, members):
            yield (class_id, place << BLOCK_BITS | lane), segment_id, role


@dataclass(slots=True)
class _Wanted:
    """Lanes of a block that are looked for."""

    lanes: list[int] = field(default_factory=list)
    _is_wanted: NDArray[np.bool_] | None = None
    """By lane; made for the first posting that has a list of members."""

    def named(self, lo: int, hi: int, members: bytes | None) -> list[int]:
        """Return those that a posting names."""
        if members is None:
            return [lane for lane in self.lanes if lo <= lane <= hi]
        if self._is_wanted is None:
            self._is_wanted = np.zeros(BLOCK_SIZE, dtype=np.bool_)
            self._is_wanted[self.lanes] = True
        named = decode(lo, hi, members)
        found: list[int] = named[self._is_wanted[named]].tolist()
        return found


def touching(
    conn: Connection,
    class_id: int,
    seqs: Numbers,
    is_wanted: NDArray[np.bool_],
    audience_ids: Sequence[int],
    *,
    roles: Sequence[int],
    first: int = 0,
) -> set[int]:
    """Return the segments that name any of some objects of a class.

    Args:
        conn: A connection.
        class_id: The class.
        seqs: The numbers of the objects within it, ascending.
        is_wanted: By number, from `first` on: whether it is one of them.
        audience_ids: Only segments these may see.
        roles: Only where they are named in one of these roles.
        first: The number where a block begins, before all of them.
    """
    blocks = np.unique(seqs >> BLOCK_BITS).tolist()
    asked = class_id, blocks, audience_ids, roles, *_spans(seqs)
    return {
        segment_id
        for segment_id, at, lo, hi, members in direct.rows(conn, _TOUCHING, *asked)
        if (
            is_wanted[at - first]
            if lo is None
            else is_wanted[(at << BLOCK_BITS) - first + decode(lo, hi, members)].any()
        )
    }


def _spans(seqs: Numbers) -> tuple[list[int], list[int]]:
    """Return where ascending numbers begin and end that are near each other."""
    cuts = np.flatnonzero(np.diff(seqs) > _GAP)
    firsts = np.concatenate((seqs[:1], seqs[cuts + 1]))
    lasts = np.concatenate((seqs[cuts], seqs[-1:]))
    return firsts.tolist(), lasts.tolist()


def touching_class(roles: str, classes: str, audiences: str) -> str:
    """Return a subquery for the segments whose events name anything of some classes.

    Args:
        roles: Placeholder of the role codes.
        classes: Placeholder of the class numbers.
        audiences: Placeholder of the audiences.
    """
    text = _SQL["segments_of_class"]
    return text.replace(":roles", roles).replace(":classes", classes).replace(":aud", audiences)
