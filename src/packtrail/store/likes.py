"""Likes: events that say the same of different objects, told at once.

Most events of a store name packs, one each or ten thousand, and no two of one stretch of time name
the same pack. In which order such events have their effect is of no account, so those of a segment
are taken together. An event stays alone when order counts for it: when it packs or unpacks, names
something that was ever a container, or tells the same as one that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from packtrail.epcis import turns
from packtrail.store.roles import CLASS_OFFSET, EPC, PARENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from packtrail.lifecycle.sweep import Objects
    from packtrail.store.happenings import Event
    from packtrail.store.integers import Numbers
    from packtrail.store.segments import Segment

_MASK: Final = (1 << 64) - 1
_ODD: Final = 0x9E3779B97F4A7C15
_ODD_2: Final = 0xBF58476D1CE4E5B9


class Likes(NamedTuple):
    """Events that differ in time and object alone, each object named once."""

    event: Event
    """What all of them say; its time is that of one of them."""
    objects: Objects
    at: Numbers
    """Time by object, in microseconds since 1970, UTC."""
    occasions: Numbers
    """By object, see `Event.occasion`."""


class Timeline(NamedTuple):
    """Events in the order in which they count."""

    numbers: Numbers
    """Which of the segments."""
    places: Numbers
    """Place in it."""


@dataclass(slots=True)
class Stretch:
    """Events that follow each other in the timeline, none of them alone."""

    start: int
    stop: int


class Crowd:
    """What the events of segments name, side by side.

    Args:
        found: The segments.
        timeline: Their events that have an effect.
        bases: Class -> number of its object 0.
        total: How many objects there are.
        within: By object: whether it is looked at; None: all are.
    """

    def __init__(
        self,
        found: Sequence[Segment],
        timeline: Timeline,
        bases: Mapping[int, int],
        total: int,
        within: NDArray[np.bool_] | None = None,
    ) -> None:
        self._numbers = timeline.numbers
        columns = [_columns(segment, bases, within) for segment in found]
        firsts = np.cumsum([0, *(len(one.objects) for one in columns)])
        events = np.cumsum([0, *(segment.event_count for segment in found)])
        at = events[timeline.numbers] + timeline.places if len(found) else timeline.places
        none = np.empty(0, dtype=np.int64)
        self._objects = np.concatenate([none, *(one.objects for one in columns)])
        starts = np.concatenate([none, *(one.starts for one in columns)])
        sizes = np.concatenate([none, *(one.sizes for one in columns)])
        times = np.concatenate([none, *(segment.columns.times for segment in found)])
        self._starts = starts[at] + firsts[timeline.numbers] if len(found) else none
        self._sizes = sizes[at]
        self.times = times[at]
        """Time, by event."""
        self._is_dropped = np.zeros(len(self._objects), dtype=bool)
        occasions = [occasion_base(segment) for segment in found]
        self._occasions = np.array(occasions, dtype=np.uint64)
        self.is_alone = self._alone(found, columns, total)
        """Whether order counts for an event."""
        self._tell_once(np.array([_said(segment) for segment in found], dtype=np.uint64))

    def stretches(self) -> Iterator[int | Stretch]:
        """Yield events that are alone, and the stretches between them, in order."""
        done = 0
        for number in [*np.flatnonzero(self.is_alone).tolist(), len(self.is_alone)]:
            if number > done:
                yield Stretch(done, number)
            if number < len(self.is_alone):
                yield number
            done = number + 1

    def opened(self, found: Sequence[Segment]) -> Numbers:
        """Return the times at which order is not all: something is taken out, and more happens.

        What is packed is taken out of whatever held it; where a container only leaves at that
        time, the order of turns says all there is to say.
        """
        moves = [segment.type == "AggregationEvent" and segment.action for segment in found]
        counted_at = np.array([segment.turn for segment in found], dtype=np.int64)
        takes_out = np.array([action == "DELETE" for action in moves], dtype=bool)
        puts_in = np.array([action == "ADD" for action in moves], dtype=bool)
        befalls = (
            np.isin(counted_at, list(turns.OPENS_AFTER - {turns.BEGINS})) & ~takes_out & ~puts_in
        )
        alone = np.flatnonzero(self.is_alone)
        numbers, times = self._numbers[alone], self.times[alone]

        def at(is_it: NDArray[np.bool_]) -> Numbers:
            return times[is_it[numbers]] if len(found) else times

        opened = np.intersect1d(at(takes_out), at(befalls | puts_in))
        arrives = befalls & (counted_at != turns.LEAVES)
        return np.union1d(opened, np.intersect1d(at(puts_in), at(arrives)))

    def likes(self, stretch: Stretch, kinds: Sequence[Event]) -> Iterator[Likes]:
        """Yield the events of a stretch, those of a segment together as far as it goes.

        Args:
            stretch: The stretch.
            kinds: By segment: what its events say.
        """
        span = slice(stretch.start, stretch.stop)
        sizes = self._sizes[span]
        named = spread(self._starts[span], sizes)
        events = np.repeat(np.arange(stretch.start, stretch.stop), sizes)
        is_kept = ~self._is_dropped[named]
        named, events = named[is_kept], events[is_kept]
        objects = self._objects[named]
        for window in _windows(objects, events):
            yield from self._by_segment(objects[window], events[window], kinds)

    def _by_segment(
        self, objects: Objects, events: Numbers, kinds: Sequence[Event]
    ) -> Iterator[Likes]:
        numbers = self._numbers[events]
        order = np.argsort(numbers, kind="stable")
        ordered = numbers[order]
        cuts = np.flatnonzero(np.diff(ordered)) + 1
        for some in np.split(order, cuts):
            if len(some):
                number = int(numbers[some[0]])
                at = self.times[events[some]]
                occasions = _mixed(self._occasions[number], at)
                yield Likes(kinds[number], objects[some], at, occasions)

    def _alone(
        self, found: Sequence[Segment], columns: Sequence[_Columns], total: int
    ) -> NDArray[np.bool_]:
        is_container = np.zeros(total, dtype=bool)
        for one in columns:
            is_container[one.parents] = True
        names_one = np.concatenate(([0], np.cumsum(is_container[self._objects])))
        is_ordered = np.array([one.is_ordered for one in columns], dtype=bool)
        counts = names_one[self._starts + self._sizes] - names_one[self._starts]
        found_alone: NDArray[np.bool_] = counts > 0
        if len(found):
            found_alone |= is_ordered[self._numbers]
        return found_alone

    def _tell_once(self, said: NDArray[np.uint64]) -> None:
        """Drop what an event before has told of an object; a fact that an event tells alone stays.

        The same facts are the same for `Event.fact`: where one event of them is alone, all are.
        """
        if not len(self._numbers):
            return
        facts = _mixed(said[self._numbers], self.times)
        _, which, counts = np.unique(facts, return_inverse=True, return_counts=True)
        is_again = counts[which] > 1
        has_alone = np.zeros(len(counts), dtype=bool)
        has_alone[which[self.is_alone]] = True
        self.is_alone |= is_again & has_alone[which]
        told = np.flatnonzero(is_again & ~self.is_alone)
        if not len(told):
            return
        sizes = self._sizes[told]
        named = spread(self._starts[told], sizes)
        events = np.repeat(told, sizes)
        occasions = _mixed(self._occasions[self._numbers[events]], self.times[events])
        keys = np.lexsort([occasions, which[events], self._objects[named]])
        # A stable sort: of equal ones the first told stays first.
        told_of = [each[keys] for each in (self._objects[named], which[events], occasions)]
        is_same = np.logical_and.reduce([each[1:] == each[:-1] for each in told_of])
        self._is_dropped[named[keys[1:][is_same]]] = True


@dataclass(slots=True)
class _Columns:
    """What the events of one segment name."""

    is_ordered: bool
    """Order counts for them, whatever they name."""
    objects: Objects
    starts: Numbers
    """By event: where its objects begin."""
    sizes: Numbers
    parents: Objects


def _columns(
    segment: Segment, bases: Mapping[int, int], within: NDArray[np.bool_] | None
) -> _Columns:
    streams = [one for one in segment.columns.mentions if one.role < CLASS_OFFSET]
    none = np.empty(0, dtype=np.int64)
    nothing = np.zeros(segment.event_count, dtype=np.int64)
    number_of = np.array([bases.get(one, 0) for one in segment.columns.form_classes.tolist()])
    parents = [number_of[one.form_of] + one.seqs for one in streams if one.role == PARENT]
    is_ordered = segment.empties or any(one.role != EPC for one in streams)
    if is_ordered or not streams:
        return _Columns(is_ordered, none, nothing, nothing, np.concatenate([none, *parents]))
    (stream,) = streams
    objects, starts = number_of[stream.form_of] + stream.seqs, stream.starts
    if within is not None:
        is_kept = within[objects]
        objects, starts = objects[is_kept], np.concatenate(([0], np.cumsum(is_kept)))[starts]
    return _Columns(is_ordered, objects, starts[:-1], np.diff(starts), none)


def occasion_base(segment: Segment) -> int:
    """Return what all events of a segment say of the occasion, as a number of 64 bits."""
    return hash((segment.where[0], segment.lot, segment.expires)) & _MASK


def occasion(base: int, at: int) -> int:
    """Return the number of an occasion: of what was said, at a time."""
    found = (base + at * _ODD) * _ODD_2 & _MASK
    found ^= found >> 29
    return found - (1 << 64) if found >> 63 else found


def _said(segment: Segment) -> int:
    said = (segment.type, segment.action, segment.biz_step, segment.disposition)
    return hash((said, *segment.where)) & _MASK


def _mixed(base: NDArray[np.uint64] | np.uint64, at: Numbers) -> Numbers:
    """Return one number for what was said at each of some times."""
    with np.errstate(over="ignore"):
        found = (base + at.astype(np.uint64) * np.uint64(_ODD)) * np.uint64(_ODD_2)
    return (found ^ (found >> np.uint64(29))).astype(np.int64)


def spread(starts: Numbers, sizes: Numbers) -> Numbers:
    """Return the numbers of the runs that begin and are as long as told, one after the other."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - ends + sizes, sizes)


def _windows(objects: Objects, events: Numbers) -> Iterator[slice]:
    """Yield spans of events that name different objects.

    An event that names an object twice does not end its span.
    """
    if not len(objects):
        return
    order = np.argsort(objects, kind="stable")
    is_again = objects[order[1:]] == objects[order[:-1]]
    before = np.full(len(objects), -1, dtype=np.int64)
    before[order[1:][is_again]] = order[:-1][is_again]
    start = 0
    for place in np.flatnonzero(before >= 0).tolist():
        if before[place] >= start and events[before[place]] != events[place]:
            stop = int(np.searchsorted(events, events[place], side="left"))
            yield slice(start, stop)
            start = stop
    yield slice(start, len(objects))
