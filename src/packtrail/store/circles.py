"""Circles: the objects on which new events bear, and everything that was told of them.

What an object is follows from the events that name it and from those that name what ever held it.
So new events bear on what they name and on what that ever held; and to say what these objects are,
everything is needed that was told of them, of what ever held them, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.hierarchy.containment import DEPTH_MAX
from packtrail.store import eventrows, objects, segments
from packtrail.store.happenings import Index, numbers_of, touching
from packtrail.store.roles import CHILD, CLASS_OFFSET, PARENT, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.sweep import Objects
    from packtrail.store.layout import Layout
    from packtrail.store.segments import Segment

_EVERY_ROLE: Final = tuple(ROLES)


class Circle:
    """Objects, and the segments that tell of them.

    Args:
        conn: A connection in a transaction, so that its reads see one state of the store.
        layout: The numbers of the objects.
        audience_ids: Only events these may see.
        is_container: By object: whether it was known to have held something.
    """

    def __init__(
        self,
        conn: Connection,
        layout: Layout,
        audience_ids: Sequence[int],
        is_container: NDArray[np.bool_],
    ) -> None:
        self._conn = conn
        self._layout = layout
        self._audience_ids = list(audience_ids)
        self._is_holder = is_container.copy()
        self._read: dict[int, Segment] = {}
        self.within: NDArray[np.bool_] = np.zeros(layout.total, dtype=bool)
        """By object: whether it is one of them."""

    @property
    def segments(self) -> list[Segment]:
        """What tells of them; not every event does."""
        return [each for each in self._read.values() if not each.is_error_declaration]

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of the segments that were read, error declarations among them."""
        return frozenset(self._read)

    def take(self, news: Iterable[Segment]) -> None:
        """Take in what new segments name."""
        for segment in news:
            self._read[segment.segment_id] = segment
            for stream in segment.columns.mentions:
                if stream.role < CLASS_OFFSET:
                    self._note(numbers_of(segment, stream, self._layout.bases), stream.role)

    def take_events(self, recorded: Mapping[int, Iterable[str]]) -> None:
        """Take in what some events name, by owner and identity, where they are recorded."""
        for segment, place in self._events(recorded):
            for stream in segment.columns.mentions:
                if stream.role < CLASS_OFFSET:
                    numbers = numbers_of(segment, stream, self._layout.bases)
                    self._note(numbers[stream.of(place)], stream.role)

    def complete(self) -> None:
        """Take in what the objects ever held, and read everything that was told of them all."""
        level = np.flatnonzero(self.within)
        for _ in range(DEPTH_MAX):
            holders = level[self._is_holder[level]]
            level = self._new(self._others(holders, PARENT, CHILD))
        level = np.flatnonzero(self.within)
        for _ in range(DEPTH_MAX + 1):
            level = self._new(self._others(level, CHILD, PARENT))

    def take_tellers(self, owners: Iterable[int]) -> None:
        """Read what other owners have recorded of the same events: the first record counts."""
        index = Index(self._layout, self.within)
        told: dict[int, set[str]] = {owner: set() for owner in owners}
        for segment in self.segments:
            places = np.flatnonzero(touching(segment, index)).tolist()
            identities = {segment.identity(place) for place in places}
            for owner in told.keys() - {segment.owner_id}:
                told[owner] |= identities
        for _ in self._events(told):
            pass

    def _note(self, numbers: Objects, role: int) -> None:
        self.within[numbers] = True
        if role == PARENT:
            self._is_holder[numbers] = True

    def _new(self, numbers: Objects) -> Objects:
        """Take in objects; return those that are new."""
        new = np.unique(numbers[~self.within[numbers]])
        self.within[new] = True
        return new

    def _others(self, numbers: Objects, role: int, other: int) -> Objects:
        """Return what events name in one role that name some objects in another.

        Upwards everything that was told of the objects is read, downwards what packs into them.
        """
        if not len(numbers):
            return numbers
        is_asked = np.zeros(self._layout.total, dtype=bool)
        is_asked[numbers] = True
        index = Index(self._layout, is_asked)
        roles = (PARENT,) if role == PARENT else _EVERY_ROLE
        wanted = set()
        for class_id, first, seqs in self._by_class(numbers):
            wanted |= objects.touching(
                self._conn, class_id, seqs, is_asked[first:], self._audience_ids, roles=roles
            )
        found = [numbers[:0]]
        for segment in self._segments(wanted):
            if segment.type == "AggregationEvent":
                found += _across(segment, index, role, other)
        return np.concatenate(found)

    def _by_class(self, numbers: Objects) -> Iterator[tuple[int, int, Objects]]:
        """Yield class, number of its object 0, and the numbers within the class."""
        for class_id, first in self._layout.bases.items():
            here = (numbers >= first) & (numbers < first + self._layout.rooms[class_id])
            if here.any():
                yield class_id, first, numbers[here] - first

    def _segments(self, wanted: set[int]) -> list[Segment]:
        missing = wanted - self._read.keys()
        self._read |= segments.read(self._conn, missing, audience_ids=self._audience_ids)
        return [self._read[one] for one in wanted if one in self._read]

    def _events(self, recorded: Mapping[int, Iterable[str]]) -> Iterator[tuple[Segment, int]]:
        """Yield the events of owners that have some identities."""
        for owner, identities in recorded.items():
            there = list(eventrows.recorded(self._conn, owner, identities))
            self._segments({segment_id for _, segment_id in there})
            for identity, segment_id in there:
                segment = self._read.get(segment_id)
                if segment is None or segment.owner_id != owner or segment.is_error_declaration:
                    continue
                if (place := segment.columns.place_of(identity)) is not None:
                    yield segment, place


def _across(segment: Segment, index: Index, role: int, other: int) -> Iterator[Objects]:
    """Yield what the events of a segment name in one role that name asked ones in another."""
    streams = segment.columns.mentions
    is_asked = np.zeros(segment.event_count, dtype=bool)
    for stream in streams:
        if stream.role == role and index.within is not None:
            at = np.flatnonzero(index.within[numbers_of(segment, stream, index.bases)])
            is_asked[stream.event_of(at)] = True
    for stream in streams:
        if stream.role == other and is_asked.any():
            numbers = numbers_of(segment, stream, index.bases)
            yield numbers[np.repeat(is_asked, np.diff(stream.starts))]
