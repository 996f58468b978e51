"""What tells of objects: the events that name them, and what held them, read level by level.

First the events that name the objects, then those that name what these were packed into, and so
on, each level in one go however many objects there are. Of a few objects the next level is asked
for as soon as it is known what may hold them; all else is read while the answer is on its way.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from packtrail.hierarchy.containment import DEPTH_MAX
from packtrail.store import direct, eventrows, naming, objects, segments
from packtrail.store.roles import CHILD, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.eventrows import EventRow, Ref
    from packtrail.store.objects import Instance, Name
    from packtrail.store.segments import Segment

FEW: Final = 16
"""Objects of a level that are asked for one by one: sooner than in two steps for all of them."""
_KNOWN_MAX: Final = 32
"""Segments that are looked through rather than asked for again."""


@dataclass(slots=True)
class Reading:
    """Everything that tells of some objects, as far as it was read."""

    conn: Connection
    audience_ids: list[int]
    """Only events these may see."""
    as_of: datetime | None = None
    """Only what had happened by then."""
    as_known_at: datetime | None = None
    """Only what had been recorded by then."""
    segments: dict[int, Segment] = field(default_factory=dict)
    events: dict[Ref, EventRow] = field(default_factory=dict)
    named: defaultdict[Instance, list[tuple[Ref, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Instance -> (event, role code)."""
    parents: defaultdict[Instance, dict[Instance, None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """Instance -> what it was ever packed into, each once."""
    declarations: eventrows.Declarations = field(default_factory=eventrows.Declarations)
    """What is to be asked: whether events were declared wrong."""
    names: dict[Instance, Name] = field(default_factory=dict)
    _several: dict[Instance, list[tuple[Ref, int]]] = field(default_factory=dict)
    """As `named`, of what is named by events that several owners recorded: by all records."""
    _unread: dict[Instance, Sequence[Sequence[Any]]] = field(default_factory=dict)
    """What the dictionary answered of names, not looked at yet."""

    def load(
        self, by_name: Mapping[Instance, Sequence[Segment]], *, meanwhile: Callable[[], object]
    ) -> None:
        """Read everything about the objects that have a name so far.

        Args:
            by_name: What names some of them, where it was found already.
            meanwhile: Makes something of what is there, while more is on its way.
        """
        level, found = set(self.names), _Found(by_name)
        for _ in range(DEPTH_MAX + 1):
            if not level:
                break
            if len(level) > FEW:
                self._note(level, self._sightings_of_many(level))
                found = _Found({})
            else:
                found = self._load_few(level, found, meanwhile)
            level = {each for one in level for each in self.parents[one]} - self.named.keys()

    def name_parents(self) -> None:
        """Note what everything is called that events name as a parent."""
        self._read_names()
        unnamed = {row.parent for row in self.events.values() if row.parent is not None}
        if not self.names.keys() >= unnamed:
            self.names |= objects.names(self.conn, unnamed - self.names.keys())

    def leave_out(self, wrong: Collection[Ref]) -> None:
        """Let other records stand for those that their owners have declared wrong."""
        for instance, every in self._several.items():
            self.named[instance] = self._first_records(every, wrong)

    def whole(self) -> Iterator[Instance]:
        """Yield the objects whose containers have been read, and whose parents have names."""
        for instance, parents in self.parents.items():
            rows = (self.events[ref] for ref, _ in self.named[instance])
            named = {row.parent for row in rows if row.parent is not None}
            if self.named.keys() >= parents.keys() and self.names.keys() >= named:
                yield instance

    def _load_few(
        self, level: set[Instance], found: _Found, meanwhile: Callable[[], object]
    ) -> _Found:
        """Read a level; return what names that which may hold its objects."""
        missing = level - found.segments.keys()
        if missing:
            asked = _Questions(self, missing)
            there = self._answered(asked, direct.together(self.conn, asked.all)).segments
            found = _Found({**found.segments, **there}, asked.known)
        packing: list[tuple[Instance, Segment]] = []
        other: list[tuple[Instance, Segment]] = []
        for one in level:
            new = [self.segments.setdefault(s.segment_id, s) for s in found.segments[one]]
            for segment in (*found.known.values(), *new):
                (packing if segment.packs else other).append((one, segment))
        packed = _sightings_of_few(packing)
        parents = {segment.parent(place) for _, segment, place, role in packed if role == CHILD}
        holders = [
            one for one in parents if one is not None and one not in self.named and one not in level
        ]
        if not 0 < len(holders) <= FEW:
            self._note(level, packed + _sightings_of_few(other))
            return _Found({})
        asked = _Questions(self, holders)
        with direct.Underway(self.conn, asked.all) as answers:
            self._note(level, packed + _sightings_of_few(other))
            self._read_names()
            meanwhile()
            return self._answered(asked, answers.rows())

    def _answered(self, asked: _Questions, answers: Sequence[Sequence[Sequence[Any]]]) -> _Found:
        """Return what names the objects asked for; their names are looked at later."""
        count = len(asked.instances)
        self._unread |= zip(asked.unnamed, answers[count:], strict=True)
        segments = map(naming.read, answers[:count])
        return _Found(dict(zip(asked.instances, segments, strict=True)), asked.known)

    def _read_names(self) -> None:
        """Note the names that the dictionary has answered."""
        for instance, rows in self._unread.items():
            name = objects.name(self.conn, instance, rows)
            if name is not None:
                self.names[instance] = name
        self._unread.clear()

    def _note(
        self, level: Iterable[Instance], sightings: Iterable[tuple[Instance, Segment, int, int]]
    ) -> None:
        """Note which events name the objects of a level, and what these were packed into."""
        named: defaultdict[Instance, list[tuple[Ref, int]]] = defaultdict(list)
        events = self.events
        for instance, segment, place, role in sightings:
            ref = segment.segment_id, place
            if role in ROLES and (ref in events or self._take(segment, place)):
                named[instance].append((ref, role))
        for instance in level:
            every = named[instance]
            self.named[instance] = self._first_records(every)
            if len(self.named[instance]) < len(every):
                self._several[instance] = every
            self.parents[instance] = dict.fromkeys(self._parents(every))

    def _sightings_of_many(
        self, level: Iterable[Instance]
    ) -> Iterator[tuple[Instance, Segment, int, int]]:
        """Yield the same as `_sightings_of_few`, reading each segment once."""
        by_segment: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        sightings = objects.sightings(self.conn, level, self.audience_ids)
        for (class_id, seq), segment_id, _ in sightings:
            by_segment[segment_id, class_id].add(seq)
        new = {segment_id for segment_id, _ in by_segment} - self.segments.keys()
        self.segments |= segments.read(self.conn, new, audience_ids=self.audience_ids)
        for (segment_id, class_id), seqs in by_segment.items():
            segment = self.segments[segment_id]
            for seq, place, role in segment.places_of(class_id, seqs):
                yield (class_id, seq), segment, place, role

    def _take(self, segment: Segment, place: int) -> bool:
        """Read an event of a segment, unless it had not happened or been recorded by then."""
        if not eventrows.happened(segment, place, as_of=self.as_of, as_known_at=self.as_known_at):
            return False
        row = self.events[segment.segment_id, place] = eventrows.row(segment, place)
        self.declarations.add(row)
        return True

    def _first_records(
        self, named: list[tuple[Ref, int]], wrong: Collection[Ref] = ()
    ) -> list[tuple[Ref, int]]:
        """Keep the first record of each event that is not wrong, where several owners recorded it.

        An error declaration gives way to the event it declares wrong, which is marked withdrawn.
        """
        rows = self.events
        if len({rows[ref].identity for ref, _ in named}) == len(named):
            return named
        first: dict[str, EventRow] = {}
        for ref, _ in named:
            row = rows[ref]
            before = first.get(row.identity)
            if before is None or _rank(row, wrong) < _rank(before, wrong):
                first[row.identity] = row
        return [(ref, role) for ref, role in named if first[rows[ref].identity].ref == ref]

    def _parents(self, named: Iterable[tuple[Ref, int]]) -> Iterator[Instance]:
        """Yield what an instance was ever packed into, by what names it."""
        for ref, role in named:
            row = self.events[ref]
            if role == CHILD and row.parent and row.segment.packs:
                yield row.parent


@dataclass(frozen=True, slots=True)
class _Found:
    """What names the objects of a level, where each was asked for by itself."""

    segments: Mapping[Instance, Sequence[Segment]]
    known: Mapping[int, Segment] = field(default_factory=dict)
    """Segments that were there before, such as the packing that led to a case: not asked for."""


class _Questions:
    """Questions for what names some objects, and for what they are called.

    Args:
        reading: What was read so far.
        instances: The objects.
    """

    def __init__(self, reading: Reading, instances: Iterable[Instance]) -> None:
        self.instances = list(instances)
        self.known = dict(islice(reading.segments.items(), _KNOWN_MAX))
        """Segments that are looked through rather than asked for."""
        known, audience_ids = list(self.known), reading.audience_ids
        self.all = [
            naming.ask(one, audience_ids=audience_ids, known=known) for one in self.instances
        ]
        self.unnamed: list[Instance] = []
        """Objects whose name is asked for, in the order of these questions after the others."""
        for one in self.instances:
            question = None if one in reading.names else objects.ask_name(reading.conn, one)
            if question is not None:
                self.all.append(question)
                self.unnamed.append(one)


def _sightings_of_few(
    named_by: Iterable[tuple[Instance, Segment]],
) -> list[tuple[Instance, Segment, int, int]]:
    """Return where objects are named: object, segment, place, role."""
    return [
        (instance, segment, place, role)
        for instance, segment in named_by
        for place, role in segment.places_of_one(*instance)
    ]


def _rank(row: EventRow, wrong: Collection[Ref]) -> tuple[object, ...]:
    return row.ref in wrong, row.is_error_declaration, *eventrows.recording(row)
