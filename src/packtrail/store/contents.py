"""Contents: what a container holds, level by level.

The opposite of a journey: from the packing events of a container down to its children, and from
these to theirs. Whether a child is still inside is decided by the last event that moved the child,
whichever container that event was about.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from packtrail.hierarchy.containment import DEPTH_MAX
from packtrail.store import eventrows, named, objects, segments
from packtrail.store.blocks import BLOCK_BITS, LANE_MASK, Lanes
from packtrail.store.happenings import first_mentions
from packtrail.store.roles import CHILD, PARENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.eventrows import EventRow, Ref
    from packtrail.store.journeys import ItemKey
    from packtrail.store.objects import Instance
    from packtrail.store.segments import Segment

_SQL = named.statements("contents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One thing directly inside a container."""

    class_key: str
    item_key: str
    prefix_length: int | None
    identifier: str
    count: int
    """How many objects it holds itself, directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a container holds."""

    items: tuple[Content, ...]
    """The first few directly inside, in order of first sight."""
    levels: tuple[int, ...]
    """How many objects are inside, by level: directly, inside those, and so on."""

    @property
    def total(self) -> int:
        """How many objects are directly inside."""
        return self.levels[0] if self.levels else 0


@dataclass(frozen=True, slots=True)
class _Scope:
    conn: Connection
    audience_ids: list[int]
    as_of: datetime | None
    as_known_at: datetime | None
    segments: dict[int, Segment] = field(default_factory=dict)
    """Everything read so far."""

    def read(self, segment_ids: Iterable[int]) -> list[Segment]:
        """Return segments, each read once."""
        wanted = set(segment_ids)
        new = wanted - self.segments.keys()
        self.segments.update(segments.read(self.conn, new, audience_ids=self.audience_ids))
        return [self.segments[one] for one in wanted]

    def effective(self, refs: Iterable[Ref]) -> dict[Ref, EventRow]:
        """Return those of some events that have an effect."""
        events = [(self.segments[segment_id], place) for segment_id, place in refs]
        return eventrows.effective(
            self.conn, events, as_of=self.as_of, as_known_at=self.as_known_at
        )


def contents(
    conn: Connection,
    class_key: str,
    item_key: str,
    *,
    audience_ids: Sequence[int],
    limit: int = 100,
    offset: int = 0,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Contents:
    """Return what a container holds.

    Args:
        conn: A connection.
        class_key: What the container is a serial of.
        item_key: Its serial.
        audience_ids: Only events these may see.
        limit: Most items to return; the counts are of everything.
        offset: Items to leave out first.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    scope = _Scope(conn, list(audience_ids), as_of, as_known_at)
    found = objects.find(conn, [(class_key, item_key)])
    level = set(found.values())
    seen = set(level)
    levels: list[int] = []
    direct: list[Instance] = []
    counts: dict[Instance, int] = {}
    for depth in range(DEPTH_MAX):
        inside = _inside(scope, level)
        children = [child for some in inside.values() for child in some if child not in seen]
        if not children:
            break
        levels.append(len(children))
        if depth == 0:
            direct = sorted(children)[offset : offset + limit]
        elif depth == 1:
            counts = {parent: len(some) for parent, some in inside.items()}
        seen.update(children)
        level = set(children)
    return Contents(items=_items(conn, direct, counts), levels=tuple(levels))


def expand(
    conn: Connection,
    keys: Iterable[ItemKey],
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> dict[ItemKey, tuple[ItemKey, ...]]:
    """Return what containers hold, and what these hold in turn: container -> directly inside.

    Args:
        conn: A connection.
        keys: Objects; those that hold nothing have no entry.
        audience_ids: Only events these may see.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    scope = _Scope(conn, list(audience_ids), as_of, as_known_at)
    level = set(objects.find(conn, keys).values())
    seen = set(level)
    held: dict[Instance, list[Instance]] = {}
    for _ in range(DEPTH_MAX):
        inside = _inside(scope, level) if level else {}
        held |= {parent: sorted(some) for parent, some in inside.items()}
        level = {child for some in inside.values() for child in some} - seen
        seen |= level
    names = objects.names(conn, {*held, *(child for some in held.values() for child in some)})
    key = {one: (name.class_key, name.item_key) for one, name in names.items()}
    return {key[parent]: tuple(key[child] for child in some) for parent, some in held.items()}


def _items(
    conn: Connection, direct: list[Instance], counts: dict[Instance, int]
) -> tuple[Content, ...]:
    names = objects.names(conn, direct)
    return tuple(
        Content(
            class_key=names[one].class_key,
            item_key=names[one].item_key,
            prefix_length=names[one].prefix_length,
            identifier=names[one].identifier,
            count=counts.get(one, 0),
        )
        for one in direct
    )


def _inside(scope: _Scope, containers: set[Instance]) -> dict[Instance, list[Instance]]:
    """Return what each of some containers holds directly."""
    about = scope.effective(_events_of_parents(scope, containers))
    packing = [row for row in about.values() if row.type == "AggregationEvent"]
    added = [row.ref for row in packing if row.action == "ADD"]
    if not added:
        return {}
    emptyings = [row for row in packing if row.empties]
    inside: defaultdict[Instance, list[Instance]] = defaultdict(list)
    for class_id, blocks in _blocks_of(scope, added).items():
        for child, parent in _holders(scope, class_id, sorted(blocks), emptyings):
            if parent in containers:
                inside[parent].append(child)
    return inside


def _events_of_parents(scope: _Scope, containers: set[Instance]) -> set[Ref]:
    by_segment: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for (class_id, seq), segment_id, _ in objects.sightings(
        scope.conn, containers, scope.audience_ids, role=PARENT
    ):
        by_segment[segment_id, class_id].append(seq)
    scope.read(segment_id for segment_id, _ in by_segment)
    return {
        (segment_id, place)
        for (segment_id, class_id), seqs in by_segment.items()
        for _, place, role in scope.segments[segment_id].places_of(class_id, np.unique(seqs))
        if role == PARENT
    }


def _blocks_of(scope: _Scope, events: list[Ref]) -> dict[int, set[int]]:
    """Return the blocks in which some events name children, by class."""
    blocks: defaultdict[int, set[int]] = defaultdict(set)
    by_segment: defaultdict[int, list[int]] = defaultdict(list)
    for segment_id, place in events:
        by_segment[segment_id].append(place)
    for segment_id, places in by_segment.items():
        for class_id, seqs, _ in scope.segments[segment_id].named(CHILD, places):
            blocks[class_id].update(np.unique(seqs >> BLOCK_BITS).tolist())
    return blocks


def _holders(
    scope: _Scope, class_id: int, blocks: list[int], emptyings: list[EventRow]
) -> Iterable[tuple[Instance, Instance]]:
    """Yield the objects of some blocks of a class that something holds, with what holds them."""
    moves = _moves(scope, class_id, blocks)
    rows = sorted([*scope.effective(moves).values(), *emptyings], key=eventrows.moment)
    rows = _told_once(rows, moves)
    parent_of = np.full(len(blocks) << BLOCK_BITS, -1, dtype=np.int64)
    numbers: dict[Instance, int] = {}
    for row in rows:
        if row.parent is None or row.type != "AggregationEvent":
            continue
        number = numbers.setdefault(row.parent, len(numbers))
        _move(parent_of, row, number, moves.get(row.ref, []))
    parents = list(numbers)
    held = np.flatnonzero(parent_of >= 0)
    for place, number in zip(held.tolist(), parent_of[held].tolist(), strict=True):
        seq = blocks[place >> BLOCK_BITS] << BLOCK_BITS | place & LANE_MASK
        yield (class_id, seq), parents[number]


def _told_once(rows: list[EventRow], moves: dict[Ref, list[Lanes]]) -> list[EventRow]:
    """Leave out what an event before has told: whole emptyings, single places of the others."""
    tellers: defaultdict[tuple[object, ...], list[EventRow]] = defaultdict(list)
    for row in rows:
        tellers[row.empties, *row.fact].append(row)
    again: set[Ref] = set()
    for (empties, *_), some in tellers.items():
        if empties:
            again.update(row.ref for row in some[1:])
        elif len(some) > 1:
            places = [np.concatenate(moves[row.ref]) for row in some]
            for row, one, is_first in zip(some, places, first_mentions(places), strict=True):
                moves[row.ref] = [one[is_first]]
    return [row for row in rows if row.ref not in again]


def _move(parent_of: Lanes, row: EventRow, number: int, moved: list[Lanes]) -> None:
    """Let one packing event have its effect on what holds the objects."""
    if row.empties:
        parent_of[parent_of == number] = -1
        return
    places = np.concatenate(moved)
    if row.action == "ADD":
        parent_of[places] = number
    elif row.action == "DELETE":
        parent_of[places[parent_of[places] == number]] = -1


def _moves(scope: _Scope, class_id: int, blocks: list[int]) -> dict[Ref, list[Lanes]]:
    """Return the events that name objects of some blocks as children.

    Returns:
        Event -> places, counted through the blocks as if they followed each other.
    """
    moves: dict[Ref, list[Lanes]] = {}
    every = np.array(blocks, dtype=np.int64)
    for segment in scope.read(_segments_of_children(scope, class_id, blocks)):
        for of_class, seqs, places in segment.named(CHILD):
            if of_class != class_id:
                continue
            at = np.minimum(np.searchsorted(every, seqs >> BLOCK_BITS), len(every) - 1)
            is_here = every[at] == seqs >> BLOCK_BITS
            lanes = (at << BLOCK_BITS | seqs & LANE_MASK)[is_here]
            for place, some in _by_event(places[is_here], lanes):
                moves.setdefault((segment.segment_id, place), []).append(some)
    return moves


def _segments_of_children(scope: _Scope, class_id: int, blocks: list[int]) -> set[int]:
    """Return the segments that name objects of some blocks as children."""
    parameters = {
        "class_id": class_id,
        "blocks": blocks,
        "audience_ids": scope.audience_ids,
        "role": CHILD,
    }
    found = {row[0] for row in scope.conn.execute(_SQL["child_postings"], parameters)}
    for block in blocks:
        first = block << BLOCK_BITS
        span = [class_id, first, first | LANE_MASK, scope.audience_ids, CHILD]
        found.update(row[0] for row in scope.conn.execute(_SQL["child_touches"], span))
    return found


def _by_event(places: Lanes, lanes: Lanes) -> Iterator[tuple[int, Lanes]]:
    """Yield the lanes of each event; a segment names them event by event."""
    cuts = np.flatnonzero(np.diff(places)) + 1
    if len(places):
        first = places[np.concatenate(([0], cuts))].tolist()
        yield from zip(first, np.split(lanes, cuts), strict=True)
