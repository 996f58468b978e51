"""Contents: what a container holds, level by level.

The opposite of a journey: from the packing events of a container down to its children, and from
these to theirs. Whether a child is still inside is decided by the last event that moved the child,
whichever container that event was about.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from packtrail.hierarchy.containment import DEPTH_MAX
from packtrail.store import eventrows, objects, segments
from packtrail.store.blocks import BLOCK_BITS, LANE_MASK, Lanes
from packtrail.store.happenings import first_mentions
from packtrail.store.roles import CHILD, PARENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.eventrows import EventRow, Ref
    from packtrail.store.integers import Numbers
    from packtrail.store.journeys import ItemKey
    from packtrail.store.objects import Instance
    from packtrail.store.segments import Segment


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
    level = _level(objects.find(conn, [(class_key, item_key)]).values())
    seen = dict(level)
    levels: list[int] = []
    direct: list[Instance] = []
    counts: dict[Instance, int] = {}
    for depth in range(DEPTH_MAX):
        inside = _inside(scope, level)
        level = _new(inside, seen)
        if not level:
            break
        levels.append(sum(map(len, level.values())))
        if depth == 0:
            direct = sorted(_instances(level))[offset : offset + limit]
        elif depth == 1:
            counts = inside.counts()
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
    level = _level(objects.find(conn, keys).values())
    seen = dict(level)
    held: dict[Instance, list[Instance]] = {}
    for _ in range(DEPTH_MAX):
        inside = _inside(scope, level)
        held |= inside.by_parent()
        level = _new(inside, seen)
        if not level:
            break
    names = objects.names(conn, {*held, *(child for some in held.values() for child in some)})
    key = {one: (name.class_key, name.item_key) for one, name in names.items()}
    return {key[parent]: tuple(key[child] for child in some) for parent, some in held.items()}


_Level: TypeAlias = "dict[int, Numbers]"
"""Objects: class -> their numbers within it, ascending."""


@dataclass(frozen=True, slots=True)
class _Inside:
    """What some containers hold directly."""

    parents: list[Instance]
    children: dict[int, tuple[Numbers, Numbers]]
    """Class -> numbers of the children within it, ascending; place of each one's parent."""

    def counts(self) -> dict[Instance, int]:
        """Return how many children each parent has."""
        found = np.zeros(len(self.parents), dtype=np.int64)
        for _, places in self.children.values():
            found += np.bincount(places, minlength=len(found))
        return dict(zip(self.parents, found.tolist(), strict=True))

    def by_parent(self) -> dict[Instance, list[Instance]]:
        """Return the children of each parent that has some, ascending."""
        found: defaultdict[Instance, list[Instance]] = defaultdict(list)
        for class_id, (seqs, places) in sorted(self.children.items()):
            for seq, place in zip(seqs.tolist(), places.tolist(), strict=True):
                found[self.parents[place]].append((class_id, seq))
        return found


def _level(instances: Iterable[Instance]) -> _Level:
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for class_id, seq in instances:
        by_class[class_id].append(seq)
    return {one: np.unique(np.array(seqs, dtype=np.int64)) for one, seqs in by_class.items()}


def _instances(level: _Level) -> list[Instance]:
    return [(class_id, seq) for class_id, seqs in level.items() for seq in seqs.tolist()]


def _new(inside: _Inside, seen: _Level) -> _Level:
    """Return the children that were not seen yet, and note them."""
    found = {}
    for class_id, (seqs, _) in inside.children.items():
        before = seen.get(class_id, seqs[:0])
        new = np.setdiff1d(seqs, before, assume_unique=True)
        if len(new):
            found[class_id] = new
            seen[class_id] = np.union1d(before, new)
    return found


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


def _inside(scope: _Scope, containers: _Level) -> _Inside:
    """Return what each of some containers holds directly."""
    about = scope.effective(_naming(scope, containers, PARENT))
    packing = [row for row in about.values() if row.type == "AggregationEvent"]
    emptyings = [row for row in packing if row.empties]
    inside = _Inside([], {})
    places: dict[Instance, int] = {}
    for class_id, seqs in _packed(scope, [row.ref for row in packing if row.action == "ADD"]):
        parent_of, parents = _holders(scope, class_id, seqs, emptyings)
        wanted = [_is_among(parent, containers) for parent in parents]
        is_held = np.array([*wanted, False])[parent_of]  # -1, nothing, is the last.
        number = [places.setdefault(one, len(places)) for one in parents]
        if is_held.any():
            of = np.array(number, dtype=np.int64)[parent_of[is_held]]
            inside.children[class_id] = seqs[is_held], of
    inside.parents.extend(places)
    return inside


def _is_among(instance: Instance, level: _Level) -> bool:
    seqs = level.get(instance[0])
    return seqs is not None and bool((seqs == instance[1]).any())


def _naming(scope: _Scope, level: _Level, role: int) -> Iterator[Ref]:
    """Yield the events that name some objects in a role."""
    for class_id, seqs in level.items():
        for segment, events, _ in _mentions(scope, class_id, seqs, role):
            yield from ((segment.segment_id, place) for place in np.unique(events).tolist())


def _mentions(
    scope: _Scope, class_id: int, seqs: Numbers, role: int
) -> Iterator[tuple[Segment, Numbers, Numbers]]:
    """Yield where objects of a class are named in a role: segment, places of events, objects.

    Args:
        scope: What may be read.
        class_id: The class.
        seqs: Numbers of the objects within it, ascending.
        role: The role.
    """
    first = int(seqs[0]) >> BLOCK_BITS << BLOCK_BITS
    is_wanted = np.zeros((int(seqs[-1]) - first | LANE_MASK) + 1, dtype=bool)
    is_wanted[seqs - first] = True
    found = objects.touching(
        *(scope.conn, class_id, seqs, is_wanted, scope.audience_ids), roles=(role,), first=first
    )
    for segment in scope.read(found):
        for of_class, named_ones, events in segment.named(role):
            if of_class == class_id:
                at = named_ones - first
                is_here = (at >= 0) & (at < len(is_wanted))
                is_here[is_here] = is_wanted[at[is_here]]
                yield segment, events[is_here], named_ones[is_here]


def _packed(scope: _Scope, events: list[Ref]) -> Iterator[tuple[int, Numbers]]:
    """Yield what some events name as children: class, numbers of the objects, ascending."""
    by_segment: defaultdict[int, list[int]] = defaultdict(list)
    for segment_id, place in events:
        by_segment[segment_id].append(place)
    found: defaultdict[int, list[Numbers]] = defaultdict(list)
    for segment_id, places in by_segment.items():
        for class_id, seqs, _ in scope.segments[segment_id].named(CHILD, places):
            found[class_id].append(seqs)
    for class_id, some in found.items():
        yield class_id, np.unique(np.concatenate(some))


def _holders(
    scope: _Scope, class_id: int, seqs: Numbers, emptyings: list[EventRow]
) -> tuple[Numbers, list[Instance]]:
    """Return what holds objects of a class in the end: the place of each one's parent; parents."""
    moves: dict[Ref, list[Lanes]] = {}
    for segment, events, named_ones in _mentions(scope, class_id, seqs, CHILD):
        for place, some in _by_event(events, np.searchsorted(seqs, named_ones)):
            moves.setdefault((segment.segment_id, place), []).append(some)
    rows = sorted([*scope.effective(moves).values(), *emptyings], key=eventrows.moment)
    parent_of = np.full(len(seqs), -1, dtype=np.int64)
    numbers: dict[Instance, int] = {}
    packing = (row for row in _told_once(rows, moves) if row.type == "AggregationEvent")
    for _, together in groupby(packing, key=attrgetter("event_time")):
        moved = [
            _Move(row, numbers.setdefault(row.parent, len(numbers)), moves.get(row.ref, []))
            for row in together
            if row.parent is not None
        ]
        _move(parent_of, moved)
    return parent_of, list(numbers)


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


class _Move(NamedTuple):
    """A packing event, the number of its parent, and places of the objects it names."""

    row: EventRow
    parent: int
    moved: list[Lanes]


def _move(parent_of: Lanes, moves: list[_Move]) -> None:
    """Let the packing events of one moment have their effect on what holds the objects.

    Args:
        parent_of: Number of what holds each object; changed.
        moves: In order: unpacking stands before packing.
    """
    before = parent_of.copy() if len(moves) > 1 else parent_of
    taken: dict[int, list[Lanes]] = {}  # By parent, what was not in it before.
    for row, parent, moved in moves:
        if row.empties:
            parent_of[parent_of == parent] = -1
        elif row.action == "DELETE":
            places = np.concatenate(moved)
            is_inside = before[places] == parent
            parent_of[places[is_inside]] = -1
            taken.setdefault(parent, []).append(places[~is_inside])
    packed = [
        (parent, np.concatenate(moved)) for row, parent, moved in moves if row.action == "ADD"
    ]
    stays = [
        (parent, np.setdiff1d(places, np.concatenate(taken[parent])) if parent in taken else places)
        for parent, places in packed
    ]
    for _, places in packed:
        parent_of[places] = -1
    for parent, places in stays:
        parent_of[places] = parent


def _by_event(places: Lanes, lanes: Lanes) -> Iterator[tuple[int, Lanes]]:
    """Yield the lanes of each event; a segment names them event by event."""
    cuts = np.flatnonzero(np.diff(places)) + 1
    if len(places):
        first = places[np.concatenate(([0], cuts))].tolist()
        yield from zip(first, np.split(lanes, cuts), strict=True)
