"""Event queries: a typed filter in, a page of events out.

A statement finds segments in the order asked for; their events are then put in order among each
other. Pages are cut by time and number, never by counting: a page starts after the last event of
the one before. A watermark, pinned by the first page, keeps what arrives meanwhile out of the
answer.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from psycopg.rows import tuple_row

from packtrail.store import capture, conditions, named, objects, segments
from packtrail.store.drafts import microseconds
from packtrail.store.filters import PageKey
from packtrail.store.segments import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.conditions import Conditions
    from packtrail.store.eventrows import Ref
    from packtrail.store.filters import EventFilter
    from packtrail.store.objects import Instance

_SQL = named.statements("events")

_LAST, _FIRST, _RECORDED = "e.time_until", "e.time_from", "e.record_time"
_RANK: Final = "case when o.number is not null then 0 when o.text is not null then 1 else 2 end"
"""Of an event's value to order by: numbers before texts, events without the field last."""
_NUMBER: Final = "coalesce(o.number, 0)"
_TEXT: Final = "coalesce(o.text, '') collate \"C\""
_WIDTH: Final = len(segments.FIELDS)
_BATCH: Final = 32
_BATCH_MAX: Final = 1_000
"""Segments read at once: few at first, for a page is often full after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One event as it is stored."""

    ref: Ref
    identity: str
    event_time: datetime
    record_time: datetime
    capture_id: str
    owner_id: int
    body: dict[str, Any]
    """Standalone JSON-LD, with its own `@context`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRows:
    """One page."""

    events: tuple[StoredEvent, ...]
    next: PageKey | None
    """Where the next page starts; None on the last page."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An event that matches."""

    segment: Segment
    place: int
    value: tuple[Any, ...] = ()
    """Rank, number and text of its field, where the answer is ordered by one."""


def query(
    conn: Connection,
    wanted: EventFilter,
    *,
    audience_ids: Sequence[int],
    page_size: int,
    now: datetime,
    after: PageKey | None = None,
) -> EventRows:
    """Return a page of the events that match.

    Args:
        conn: A connection.
        wanted: The filter; give the same one for every page.
        audience_ids: What the asker may see.
        page_size: Most events to return, 1 or more.
        now: The time now, aware: the watermark of a first page.
        after: `next` of the page before.

    `event_count_max` is not looked at here: ask `exceeds` before the first page.
    """
    watermark = after.watermark if after else _latest(conn, now)
    size, is_end = _page_size(wanted, page_size, after)
    if size <= 0:
        return EventRows(events=(), next=None)
    search = _Search(conn, wanted, list(audience_ids), watermark, after)
    found = list(islice(search.events(size + 1), size + 1))
    events = tuple(_read(conn, found[:size]))
    if len(found) <= size or is_end:
        return EventRows(events=events, next=None)
    returned = len(events) + (after.returned if after else 0)
    return EventRows(events=events, next=_key(found[size - 1], wanted, watermark, returned))


def plan(
    conn: Connection,
    wanted: EventFilter,
    *,
    audience_ids: Sequence[int],
    watermark: datetime,
    size: int,
    after: PageKey | None = None,
) -> tuple[str, dict[str, Any]]:
    """Return the statement that finds the first segments of a page, and the values bound in it."""
    search = _Search(conn, wanted, list(audience_ids), watermark, after)
    return search.statement(None), {**search.bound(None), "limit": size}


def exceeds(
    conn: Connection,
    wanted: EventFilter,
    most: int,
    *,
    audience_ids: Sequence[int],
    now: datetime,
) -> bool:
    """Tell whether more than so many events match; counts no further than that."""
    search = _Search(conn, wanted, list(audience_ids), _latest(conn, now), None)
    total = 0
    for segment, _ in search.segments(_BATCH_MAX):
        total += len(search.conditions.places(segment))
        if total > most:
            return True
    return False


def count(conn: Connection, audience_ids: Sequence[int]) -> int:
    """Return how many events may be seen."""
    row = conn.execute(_SQL["count"], [list(audience_ids)]).fetchone()
    return int(row[0]) if row else 0


def _latest(conn: Connection, now: datetime) -> datetime:
    """Return the time now; while the clock is behind it, that of what was recorded last."""
    newest = capture.newest_record_time(conn)
    return now if newest is None else max(now, newest)


class _Search:
    """One way through the segments that may hold events of a page."""

    def __init__(
        self,
        conn: Connection,
        wanted: EventFilter,
        audience_ids: list[int],
        watermark: datetime,
        after: PageKey | None,
    ) -> None:
        self.conditions: Conditions = conditions.build(conn, wanted, audience_ids, watermark)
        self._conn = conn
        self._wanted = wanted
        self._after = after
        self._is_ascending = wanted.order_direction == "ASC"
        self._sign = ">" if self._is_ascending else "<"
        if wanted.order_field is not None:
            names = conditions.order_names(conn, wanted.order_field)
            self.conditions.bound["order_names"] = names
            self._order: tuple[str, ...] = (_RANK, _NUMBER, _TEXT)
        elif wanted.order_by == "recordTime":
            self._order = (_RECORDED,)
        else:
            self._order = (_FIRST if self._is_ascending else _LAST,)
        self._is_by_event_time = self._order[0] in {_FIRST, _LAST}
        if after is not None:
            self._start_after(after)

    def events(self, size: int) -> Iterator[_Found]:
        """Yield the events that match, in order, at least the first `size` of them."""
        if not self._is_by_event_time:
            for segment, value in self.segments(_BATCH):
                for place in self._places(segment):
                    yield _Found(segment, place, value)
            return
        waiting: list[tuple[int, int, int, _Found]] = []
        sign = 1 if self._is_ascending else -1
        for segment, _ in self.segments(_BATCH):
            edge = segment.time_from if self._is_ascending else segment.time_until
            limit = sign * microseconds(edge)
            while waiting and waiting[0][0] < limit:
                yield heapq.heappop(waiting)[-1]
            for time, place in self._first(segment, size):
                key = (sign * time, sign * segment.segment_id, sign * place)
                heapq.heappush(waiting, (*key, _Found(segment, place)))
        while waiting:
            yield heapq.heappop(waiting)[-1]

    def segments(self, batch: int) -> Iterator[tuple[Segment, tuple[Any, ...]]]:
        """Yield the segments that may hold events that match, in the order of the statement."""
        last: tuple[Any, ...] | None = None
        while True:
            bound = {**self.bound(last), "limit": batch}
            with self._conn.cursor(binary=True, row_factory=tuple_row) as cursor:
                rows = cursor.execute(self.statement(last), bound).fetchall()
            for row in rows:
                yield Segment(*row[:_WIDTH]), row[_WIDTH:]
            if len(rows) < batch:
                return
            last = (*rows[-1][_WIDTH:], rows[-1][0])
            batch = min(batch * 2, _BATCH_MAX)

    def statement(self, last: tuple[Any, ...] | None) -> str:
        """Return the statement that finds the next segments."""
        texts = list(self.conditions.texts)
        source = ""
        if self._wanted.order_field is not None:
            values = _SQL["order_values"].replace(":names", "%(order_names)s")
            values = values.replace(":aud", "%(audience_ids)s")
            source = f" left join ({values}) o on o.segment_id = e.segment_id"
        if last is not None:
            texts.append(self._after_last())
        direction = self._wanted.order_direction
        columns = ", ".join(self._order)
        selected = f"{segments.SELECT}, {columns} {segments.FROM}{source}"
        ordered = self._ordered(direction)
        legs = [
            f"{selected} where {' and '.join([*texts, *one])}"
            f" order by {ordered}, e.segment_id {direction} limit %(limit)s"
            for one in ([[each] for each in self.conditions.either] or [[]])
        ]
        if len(legs) == 1:
            return legs[0]
        places = range(_WIDTH + 1, _WIDTH + 1 + len(self._order))
        ordered = self._ordered(direction, [str(place) for place in places])
        every = " union all ".join(f"({leg})" for leg in legs)
        return f"{every} order by {ordered}, 1 {direction} limit %(limit)s"

    def _ordered(self, direction: str, names: Sequence[str] | None = None) -> str:
        """Return what segments are ordered by; under other names where they are told."""
        return ", ".join(
            name if column == _RANK else f"{name} {direction}"
            for column, name in zip(self._order, names or self._order, strict=True)
        )

    def bound(self, last: tuple[Any, ...] | None) -> dict[str, Any]:
        """Return the values bound in the statement."""
        if last is None:
            return self.conditions.bound
        names = [f"last_{number}" for number in range(len(last))]
        return self.conditions.bound | dict(zip(names, last, strict=True))

    def _after_last(self) -> str:
        """Return the condition that a segment comes after the last one that was read."""
        if self._wanted.order_field is None:
            return f"({self._order[0]}, e.segment_id) {self._sign} (%(last_0)s, %(last_1)s)"
        last = "%(last_1)s::numeric, %(last_2)s::text, %(last_3)s::bigint"
        same = f"{_RANK} = %(last_0)s and ({_NUMBER}, {_TEXT}, e.segment_id) {self._sign} ({last})"
        return f"({_RANK} > %(last_0)s or ({same}))"

    def _start_after(self, after: PageKey) -> None:
        """Leave out the segments that lie wholly on the pages before."""
        bound: dict[str, Any] = {"after_segment": after.segment_id}
        if self._wanted.order_field is not None:
            bound |= {"rank": after.rank, "after_number": after.number, "after_text": after.text}
            last = "%(after_number)s::numeric, %(after_text)s::text, %(after_segment)s::bigint"
            same = (
                f"{_RANK} = %(rank)s and ({_NUMBER}, {_TEXT}, e.segment_id) {self._sign}= ({last})"
            )
            text = f"({_RANK} > %(rank)s or ({same}))"
        elif self._is_by_event_time:
            bound["after_time"] = after.time
            far = _LAST if self._is_ascending else _FIRST
            text = f"{far} {self._sign}= %(after_time)s"
        else:
            bound["after_time"] = after.time
            text = f"({_RECORDED}, e.segment_id) {self._sign}= (%(after_time)s, %(after_segment)s)"
        self.conditions.add(text, bound)

    def _places(self, segment: Segment) -> list[int]:
        """Return the events of a segment that match, and come after the page before, in order."""
        places: list[int] = self.conditions.places(segment).tolist()
        after = self._after
        if after is not None and after.segment_id == segment.segment_id:
            places = [
                place
                for place in places
                if (place > after.place if self._is_ascending else place < after.place)
            ]
        return places if self._is_ascending else places[::-1]

    def _first(self, segment: Segment, size: int) -> Iterator[tuple[int, int]]:
        """Yield time and place of the first few events of a segment that match."""
        places = self.conditions.places(segment)
        times = segment.columns.times[places]
        order = np.lexsort([places, times])
        if not self._is_ascending:
            order = order[::-1]
        taken = 0
        for time, place in zip(times[order].tolist(), places[order].tolist(), strict=True):
            if self._is_before(time, segment.segment_id, place):
                continue
            yield time, place
            taken += 1
            if taken == size:
                return

    def _is_before(self, time: int, segment_id: int, place: int) -> bool:
        """Tell whether an event was on the page before, or on one before that."""
        after = self._after
        if after is None:
            return False
        this, last = (
            (time, segment_id, place),
            (microseconds(after.time), after.segment_id, after.place),
        )
        return this <= last if self._is_ascending else this >= last


def _read(conn: Connection, found: Sequence[_Found]) -> Iterator[StoredEvent]:
    """Return events with their bodies."""
    by_segment: defaultdict[int, list[int]] = defaultdict(list)
    known: dict[int, Segment] = {}
    for one in found:
        known[one.segment.segment_id] = one.segment
        by_segment[one.segment.segment_id].append(one.place)
    wanted: set[Instance] = set()
    for segment_id, places in by_segment.items():
        wanted |= known[segment_id].instances(places)
    names = objects.names(conn, wanted)
    for one in found:
        yield _event(one, names)


def _event(found: _Found, names: Mapping[Instance, objects.Name]) -> StoredEvent:
    segment, place = found.segment, found.place
    return StoredEvent(
        ref=(segment.segment_id, place),
        identity=segment.identity(place),
        event_time=segment.event_time(place),
        record_time=segment.record_time,
        capture_id=segment.capture_id,
        owner_id=segment.owner_id,
        body=segment.body(place, names),
    )


def _key(found: _Found, wanted: EventFilter, watermark: datetime, returned: int) -> PageKey:
    """Return where the page after an event starts."""
    more = dict(zip(("rank", "number", "text"), found.value, strict=False))
    segment, place = found.segment, found.place
    is_by_event = wanted.order_by == "eventTime"
    return PageKey(
        time=segment.event_time(place) if is_by_event else segment.record_time,
        segment_id=segment.segment_id,
        place=place,
        watermark=watermark,
        returned=returned,
        **(more if wanted.order_field is not None else {}),
    )


def _page_size(wanted: EventFilter, page_size: int, after: PageKey | None) -> tuple[int, bool]:
    """Return how many events the page may have, and whether the limit ends the answer there."""
    if wanted.event_count_limit is None:
        return page_size, False
    left = wanted.event_count_limit - (after.returned if after else 0)
    return min(page_size, left), left <= page_size
