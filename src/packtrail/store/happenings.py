"""Happenings: every event that counts and the objects it names, read from the index once.

What a census or a search for oddities sweeps over. A fact that several events tell of an object is
told by the first of them only, as in `packtrail.lifecycle.fold.in_order`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np
from psycopg.rows import args_row

from packtrail.epcis import turns
from packtrail.lifecycle.sweep import distinct
from packtrail.store import eventrows, named, segments, timelines
from packtrail.store.drafts import microseconds
from packtrail.store.likes import (
    Crowd,
    Likes,
    Stretch,
    Timeline,
    occasion,
    occasion_base,
    spread,
)
from packtrail.store.roles import CHILD, CLASS_OFFSET, EPC, OUTPUT, PARENT
from packtrail.store.segments import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.sweep import Objects
    from packtrail.store.columns import Mentions
    from packtrail.store.integers import Numbers
    from packtrail.store.layout import Layout
    from packtrail.store.objects import Instance

_SQL = named.statements("census")
_TOGETHER_MIN: Final = 2
"""Packing events that follow each other, from which on they are told at once."""
NO_NUMBER: Final = -1
"""Number of what stands for many events."""


class Event(NamedTuple):
    """What a sweep needs of one event."""

    event_id: int
    """Number of the event in this reading."""
    like: int
    """Number of its segment: events that have it in common say the same."""
    type: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    turn: int
    """When it counts among those of its moment."""
    parent: Instance | None
    empties: bool
    fact: int
    """Hash of what the event says of its objects: time, kind, words, places, parent."""
    occasion: int
    """Hash of time, place, lot and expiry: commissionings on one occasion are one."""
    at: int
    """Event time in microseconds since 1970, UTC."""
    read_point: str | None
    biz_location: str | None
    links: list[str] | None
    """Transactions, sources and destinations, see `packtrail.store.rows.link`."""
    lot: str | None
    expires: str | None


class Packings(NamedTuple):
    """Events that pack, or unpack, different objects: told one after the other, or at once."""

    kind: Event
    """What all of them say."""
    events: tuple[Event, ...]
    parents: Objects
    """By event, each another."""
    at: Numbers
    """Time by event, in microseconds since 1970, UTC."""
    children: Objects
    """Those of an event together, each once and none of them a parent."""
    sizes: Numbers
    """By event: how many children it names."""

    def one_by_one(self, index: Index) -> Iterator[Event]:
        """Yield the events, and put what they name into the index."""
        children = np.split(self.children, np.cumsum(self.sizes)[:-1])
        for event, parent, some in zip(self.events, self.parents, children, strict=True):
            index.named[event.event_id] += [(PARENT, np.array([parent]))]
            if len(some):
                index.named[event.event_id] += [(CHILD, np.sort(some))]
            yield event


@dataclass(slots=True)
class Index:
    """What events name, as numbers of objects."""

    layout: Layout
    within: NDArray[np.bool_] | None = None
    """By object: whether it is looked at; None: all are."""
    named: defaultdict[int, list[tuple[int, Objects]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Number of an event -> (role code, objects)."""

    @property
    def bases(self) -> dict[int, int]:
        """Class -> number of its object 0."""
        return self.layout.bases

    def number(self, instance: Instance) -> int:
        """Return the number of an object."""
        class_id, seq = instance
        return self.bases[class_id] + seq

    @property
    def total(self) -> int:
        """How many numbers of objects there are."""
        return self.layout.total


class Opening(NamedTuple):
    """What happens at one moment at which something may be taken out of its container."""

    parts: tuple[Event | Likes, ...]


Happening: TypeAlias = "Event | Packings | Likes | Opening"
Wrong: TypeAlias = "dict[int, set[int]]"
"""Segment -> places of its events that their owners have declared wrong."""


def visible(
    conn: Connection,
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> list[Segment]:
    """Return every segment that may be seen and declares no error.

    Args:
        conn: A connection in a transaction, so that its reads see one state of the store.
        audience_ids: Only events these may see.
        as_of: Only what may have happened by then.
        as_known_at: Only what had been recorded by then.
    """
    scope: dict[str, object] = {
        "audience_ids": list(audience_ids),
        "as_of": as_of,
        "as_known_at": as_known_at,
    }
    with conn.cursor(binary=True, row_factory=args_row(Segment)) as cursor:
        return list(cursor.execute(f"{segments.COLUMNS} {_SQL['in_scope']}", scope))


def in_order(
    found: Sequence[Segment], index: Index, wrong: Wrong, *, as_of: datetime | None = None
) -> list[Happening]:
    """Return the events that have an effect, in the order in which they count.

    Like events for which order is of no account come together.

    Args:
        found: The segments.
        index: Takes what the events name.
        wrong: What has been declared wrong.
        as_of: Only what had happened by then.
    """
    timeline = _effective(found, timelines.every_event(found), wrong, as_of)
    if index.within is not None:
        timeline = _touching(found, timeline, index)
    crowd = Crowd(found, timeline, index.bases, index.total, index.within)
    opened = crowd.opened(found)
    told = _told_once(list(_happenings(found, timeline, crowd, index, opened)), index)
    return _together(told, opened) if len(opened) else [*told]


def first_mentions(mentions: Sequence[Objects]) -> list[NDArray[np.bool_]]:
    """Mark the objects that no mention before names.

    Args:
        mentions: Objects without repetition, in the order in which they count.
    """
    is_first = np.zeros(sum(map(len, mentions)), dtype=bool)
    is_first[np.unique(np.concatenate(mentions), return_index=True)[1]] = True
    return np.split(is_first, np.cumsum([len(one) for one in mentions])[:-1])


def declared(conn: Connection, *, as_known_at: datetime | None = None) -> dict[int, set[str]]:
    """Return the identities of all events that their owners have declared wrong, by owner."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    asked = {"as_known_at": as_known_at}
    with conn.cursor(binary=True, row_factory=args_row(Segment)) as cursor:
        for one in cursor.execute(f"{segments.COLUMNS} {_SQL['declaring_error']}", asked):
            found[one.owner_id].update(map(one.identity, range(one.event_count)))
    return found


def wrong_among(
    conn: Connection, found: Iterable[Segment], declared: Mapping[int, Iterable[str]]
) -> Wrong:
    """Return which events of segments are among those that their owners have declared wrong."""
    by_id = {segment.segment_id: segment for segment in found}
    wrong: defaultdict[int, set[int]] = defaultdict(set)
    for owner_id, identities in declared.items():
        for identity, segment_id in eventrows.recorded(conn, owner_id, identities):
            segment = by_id.get(segment_id)
            if segment is None or segment.owner_id != owner_id:
                continue
            if (place := segment.columns.place_of(identity)) is not None:
                wrong[segment_id].add(place)
    return wrong


def _effective(
    found: Sequence[Segment],
    timeline: Timeline,
    withdrawn: Wrong,
    as_of: datetime | None,
) -> Timeline:
    """Leave out what had not happened by then, is told by several or was declared wrong."""
    numbers, places = timeline
    is_kept = np.ones(len(numbers), dtype=bool)
    if as_of is not None and len(numbers):
        until = microseconds(as_of)
        sizes = np.cumsum([0, *(segment.event_count for segment in found)])
        times = np.concatenate([segment.columns.times for segment in found])
        is_kept = times[sizes[numbers] + places] <= until
    for number, segment in enumerate(found):
        wrong = withdrawn.get(segment.segment_id)
        if wrong:
            is_kept &= (numbers != number) | ~np.isin(places, list(wrong))
    if len({segment.owner_id for segment in found}) > 1:
        is_kept[is_kept] = _are_first(found, numbers[is_kept], places[is_kept])
    return Timeline(numbers[is_kept], places[is_kept])


def _touching(found: Sequence[Segment], timeline: Timeline, index: Index) -> Timeline:
    """Leave out events that name nothing that is looked at."""
    sizes = np.cumsum([0, *(segment.event_count for segment in found)])
    touches = np.concatenate(
        [np.empty(0, dtype=bool), *(touching(segment, index) for segment in found)]
    )
    is_kept = touches[sizes[timeline.numbers] + timeline.places]
    return Timeline(timeline.numbers[is_kept], timeline.places[is_kept])


def touching(segment: Segment, index: Index) -> NDArray[np.bool_]:
    """Tell of each event of a segment whether it names something that is looked at."""
    touches = np.zeros(segment.event_count, dtype=bool)
    for stream in segment.columns.mentions:
        if stream.role < CLASS_OFFSET and index.within is not None:
            count = np.cumsum(index.within[numbers_of(segment, stream, index.bases)])
            count = np.concatenate(([0], count))
            touches |= count[stream.starts[1:]] > count[stream.starts[:-1]]
    return touches


def numbers_of(segment: Segment, stream: Mentions, bases: Mapping[int, int]) -> Objects:
    """Return the numbers of the objects that the events of a segment name in one role."""
    firsts = [bases.get(one, 0) for one in segment.columns.form_classes.tolist()]
    return np.array(firsts, dtype=np.int64)[stream.form_of] + stream.seqs


def _are_first(found: Sequence[Segment], numbers: Numbers, places: Numbers) -> NDArray[np.bool_]:
    """Tell of each event whether it is the first record of its identity."""
    is_first = np.ones(len(numbers), dtype=bool)
    first: dict[str, tuple[int, int, int]] = {}
    for at, (number, place) in enumerate(zip(numbers.tolist(), places.tolist(), strict=True)):
        one = at, number, place
        before = first.setdefault(found[number].identity(place), one)
        if before is not one:
            sooner, later = sorted((before, one), key=lambda each: _recording(found, *each[1:]))
            first[found[number].identity(place)] = sooner
            is_first[later[0]] = False
    return is_first


def _recording(found: Sequence[Segment], number: int, place: int) -> tuple[int, datetime, int]:
    """Return the place of a record among all of them, as `packtrail.store.eventrows.recording`."""
    segment = found[number]
    return segment.columns.time(place), segment.record_time, segment.columns.ordinal(place)


def _happenings(
    found: Sequence[Segment],
    timeline: Timeline,
    crowd: Crowd,
    index: Index,
    opened: Numbers,
) -> Iterator[Event | Packings | Likes]:
    """Yield the events in order, and put what those that are alone name into the index."""
    kinds = [_kind(segment, number) for number, segment in enumerate(found)]
    is_opened = np.isin(crowd.times, opened)
    for like, some in _alike(crowd.stretches(), timeline, is_opened):
        if isinstance(some, Stretch):
            yield from crowd.likes(some, kinds)
            continue
        segment, places = found[like], timeline.places[some]
        events = [
            _event(kinds[like], segment, place, number)
            for number, place in zip(some, places.tolist(), strict=True)
        ]
        packings = None
        if len(some) >= _TOGETHER_MIN and _packs(segment) and not is_opened[some[0]]:
            packings = _packings(kinds[like], events, segment, places, index)
        if packings is not None:
            yield packings
            continue
        for event, place in zip(events, places.tolist(), strict=True):
            index.named[event.event_id] += _named(segment, place, index)
            yield event


def _alike(
    parts: Iterable[int | Stretch], timeline: Timeline, is_opened: NDArray[np.bool_]
) -> Iterator[tuple[int, list[int] | Stretch]]:
    """Yield stretches, and runs of events of one segment that are alone: segment, places.

    Those of a moment at which containers are opened are in runs of their own.
    """
    like, run = NO_NUMBER, list[int]()
    for part in parts:
        number = int(timeline.numbers[part]) if isinstance(part, int) else NO_NUMBER
        is_other = isinstance(part, int) and is_opened[run[-1]] != is_opened[part] if run else False
        if run and (number != like or is_other):
            yield like, run
            run = []
        like = number
        if isinstance(part, int):
            run.append(part)
        else:
            yield NO_NUMBER, part
    if run:
        yield like, run


def _together(told: Sequence[Event | Packings | Likes], opened: Numbers) -> list[Happening]:
    """Put the happenings of each of some times together, but for what comes into being then."""
    times = set(opened.tolist())
    found: list[Happening] = []
    place = 0
    while place < len(told):
        first, stop = told[place], place + 1
        if isinstance(first, Event) and first.at in times and first.turn > turns.BEGINS:
            for number in range(stop, len(told)):
                each = told[number]
                if isinstance(each, Event) and each.at == first.at:
                    stop = number + 1
                elif not isinstance(each, Likes):
                    break
            parts = [each for each in told[place:stop] if not isinstance(each, Packings)]
            found.append(Opening(tuple(parts)))
        else:
            found.append(first)
        place = stop
    return found


def _packs(segment: Segment) -> bool:
    """Tell whether the events of a segment do nothing but pack, or unpack, what they name."""
    roles = {stream.role for stream in segment.columns.mentions if stream.role < CLASS_OFFSET}
    is_it = segment.type == "AggregationEvent" and segment.action in {"ADD", "DELETE"}
    return is_it and not segment.empties and roles == {PARENT, CHILD}


def _packings(
    kind: Event, events: Sequence[Event], segment: Segment, places: Numbers, index: Index
) -> Packings | None:
    """Return events of a segment together; None where an object is named twice."""
    named_by = {}
    for stream in segment.columns.mentions:
        if stream.role < CLASS_OFFSET:
            starts, sizes = stream.starts[places], np.diff(stream.starts)[places]
            named_by[stream.role] = (
                numbers_of(segment, stream, index.bases)[spread(starts, sizes)], sizes,
            )  # fmt: skip
    (parents, each), (children, sizes) = named_by[PARENT], named_by[CHILD]
    if index.within is not None:
        is_kept = index.within[children]
        of = np.repeat(np.arange(len(sizes)), sizes)
        children, sizes = children[is_kept], np.bincount(of[is_kept], minlength=len(sizes))
    every = np.concatenate((parents, children))
    if (each != 1).any() or len(distinct(every)) < len(every):
        return None
    at = np.array([event.at for event in events], dtype=np.int64)
    return Packings(kind, tuple(events), parents, at, children, sizes)


def _kind(segment: Segment, like: int) -> Event:
    """Return what all events of a segment say."""
    said = (segment.type, segment.action, segment.biz_step, segment.disposition)
    return Event(
        event_id=NO_NUMBER,
        like=like,
        type=segment.type,
        action=segment.action,
        biz_step=segment.biz_step,
        disposition=segment.disposition,
        turn=segment.turn,
        parent=None,
        empties=segment.empties,
        fact=hash((said, *segment.where)),
        occasion=occasion_base(segment),
        at=0,
        read_point=segment.read_point,
        biz_location=segment.biz_location,
        links=segment.links,
        lot=segment.lot,
        expires=segment.expires,
    )


def _event(kind: Event, segment: Segment, place: int, number: int) -> Event:
    """Return one event of a segment."""
    parent, time = segment.parent(place), segment.columns.time(place)
    return kind._replace(
        event_id=number,
        parent=parent,
        fact=hash((time, kind.fact, parent)),
        occasion=occasion(kind.occasion, time),
        at=time,
    )


def _named(segment: Segment, place: int, index: Index) -> Iterator[tuple[int, Objects]]:
    """Yield what an event names: a role, and the numbers of the objects."""
    classes = segment.columns.form_classes
    for stream in segment.columns.mentions:
        mentions = stream.of(place)
        if stream.role > CLASS_OFFSET or mentions.start == mentions.stop:
            continue
        base = np.array([index.bases[one] for one in classes.tolist()])[stream.form_of[mentions]]
        objects = distinct(base + stream.seqs[mentions])
        if index.within is not None:
            objects = objects[index.within[objects]]
        if len(objects):
            yield stream.role, objects


def _told_once(
    found: list[Event | Packings | Likes], index: Index
) -> list[Event | Packings | Likes]:
    """Take from the index, and from what empties, whatever an event before has told."""
    counts = Counter(fact for each in found for fact in _facts(each))
    events: list[Event | Packings | Likes] = []
    for each in found:
        if isinstance(each, Packings) and any(counts[fact] > 1 for fact in _facts(each)):
            events += each.one_by_one(index)
        else:
            events.append(each)
    emptied: set[int] = set()
    told: defaultdict[tuple[int, ...], list[tuple[int, int]]] = defaultdict(list)
    for number, event in enumerate(events):
        if not isinstance(event, Event) or counts[event.fact] == 1:
            continue
        if event.empties and event.fact in emptied:
            events[number] = event._replace(empties=False)
        if event.empties:
            emptied.add(event.fact)
        for place, (role, _) in enumerate(index.named.get(event.event_id, ())):
            # Lot and expiry are said of what comes into being, not of the rest.
            more = (event.occasion,) if role in {EPC, OUTPUT} else ()
            told[event.fact, role, *more].append((event.event_id, place))
    for mentions in told.values():
        if len(mentions) > 1:
            _keep_first(index, mentions)
    return events


def _facts(happening: Event | Packings | Likes) -> Iterator[int]:
    if isinstance(happening, Event):
        yield happening.fact
    elif isinstance(happening, Packings):
        yield from (event.fact for event in happening.events)


def _keep_first(index: Index, mentions: list[tuple[int, int]]) -> None:
    objects = [index.named[event_id][place][1] for event_id, place in mentions]
    for (event_id, place), is_first in zip(mentions, first_mentions(objects), strict=True):
        role, lanes = index.named[event_id][place]
        index.named[event_id][place] = role, lanes[is_first]
