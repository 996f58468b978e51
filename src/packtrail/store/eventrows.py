"""Event rows as a journey needs them: without bodies, and with what has been declared wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from packtrail.hierarchy.containment import STAYS
from packtrail.store import direct, named, segments
from packtrail.store.direct import Kind, Statement
from packtrail.store.identity import event_key, probes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.hierarchy.containment import Moment
    from packtrail.store.direct import Asked
    from packtrail.store.objects import Instance
    from packtrail.store.segments import Segment

_SQL = named.statements("eventrows")
_RECORDED = Statement(_SQL["recorded"], keys=Kind.BIGINTS)
_OF_KEYS = Statement(_SQL["segments_of_keys"], keys=Kind.BIGINTS)
_CHUNK = 20_000

Ref: TypeAlias = tuple[int, int]
"""(segment, place in it): which event is meant."""


@dataclass(slots=True)
class EventRow:
    """What a journey needs of one event; what like events share, its segment has."""

    ref: Ref
    segment: Segment
    event_time: datetime
    identity: str
    ordinal: int
    parent: Instance | None
    """The parent, where the event names one."""
    epc_count: int
    output_count: int
    # Of the segment, by name: read more often than a property would be cheap.
    owner_id: int
    record_time: datetime
    type: str
    action: str | None

    @property
    def is_error_declaration(self) -> bool:
        """Whether the event declares another one wrong."""
        return self.segment.is_error_declaration

    @property
    def empties(self) -> bool:
        """Whether it unpacks everything its parent holds, without naming it."""
        return self.segment.empties

    @property
    def time_zone_offset(self) -> str:
        """The offset that its time was written with."""
        return self.segment.time_zone_offset

    @property
    def biz_step(self) -> str | None:
        """Its business step."""
        return self.segment.biz_step

    @property
    def disposition(self) -> str | None:
        """Its disposition."""
        return self.segment.disposition

    @property
    def read_point(self) -> str | None:
        """Where it was read."""
        return self.segment.read_point

    @property
    def biz_location(self) -> str | None:
        """Where its objects are afterwards."""
        return self.segment.biz_location

    @property
    def fact(self) -> tuple[object, ...]:
        """What the event says of whatever it packs or unpacks, whatever else it lists."""
        return (
            *(self.event_time, self.type, self.action, self.biz_step, self.disposition),
            *(*self.segment.where, self.parent),
        )


def row(segment: Segment, place: int) -> EventRow:
    """Return the row of one event of a segment."""
    columns = segment.columns
    parent, epc_count, output_count = columns.gist(place)
    return EventRow(
        (segment.segment_id, place), segment, segment.event_time(place), columns.identity(place),
        columns.ordinal(place), parent, epc_count, output_count, segment.owner_id,
        segment.record_time, segment.type, segment.action,
    )  # fmt: skip


def withdrawn(
    conn: Connection, rows: Iterable[EventRow], *, as_known_at: datetime | None = None
) -> set[Ref]:
    """Return the events that their owner has declared wrong.

    An error declaration is itself among them: it has no effect either.
    """
    return Declarations(rows).withdrawn(conn, as_known_at=as_known_at)


class Declarations:
    """Error declarations of some events, to be looked for.

    Args:
        rows: The events.
    """

    def __init__(self, rows: Iterable[EventRow] = ()) -> None:
        self._events: dict[tuple[int, str], list[Ref]] = {}
        self._wanted: dict[int, tuple[int, str]] = {}
        for one in rows:
            self.add(one)

    def add(self, one: EventRow) -> None:
        """Look for those of one more event."""
        event = one.owner_id, one.identity
        refs = self._events.get(event)
        if refs is not None:
            refs.append(one.ref)
            return
        self._events[event] = [one.ref]
        self._wanted |= dict.fromkeys(probes(event_key(*event, is_error_declaration=True)), event)

    def asked(self) -> list[Asked]:
        """Return what to ask the database."""
        keys = list(self._wanted)
        starts = range(0, len(keys), _CHUNK)
        return [(_OF_KEYS, (keys[start : start + _CHUNK],)) for start in starts]

    def withdrawn(self, conn: Connection, *, as_known_at: datetime | None = None) -> set[Ref]:
        """Ask, and return the events that their owner has declared wrong."""
        answers = direct.together(conn, self.asked())
        return self.answered(conn, answers, as_known_at=as_known_at)

    def answered(
        self,
        conn: Connection,
        answers: Iterable[Iterable[Sequence[Any]]],
        *,
        as_known_at: datetime | None = None,
    ) -> set[Ref]:
        """Return the events that their owner has declared wrong, by the answers to `asked`."""
        places: dict[int, list[int]] = {}
        for rows in answers:
            for key, segment_id in rows:
                places.setdefault(segment_id, []).append(key)
        if not places:
            return set()
        found: set[Ref] = set()
        # Who declares an event wrong tells everybody who sees the event.
        for segment in segments.read(conn, places, audience_ids=None).values():
            if not segment.is_error_declaration:
                continue
            if as_known_at is not None and segment.record_time > as_known_at:
                continue
            for owner_id, identity in {self._wanted[key] for key in places[segment.segment_id]}:
                is_it = segment.columns.place_of(identity) is not None
                if segment.owner_id == owner_id and is_it:
                    found.update(self._events[owner_id, identity])
        return found


def recorded(
    conn: Connection, owner_id: int, identities: Iterable[str]
) -> Iterator[tuple[str, int]]:
    """Yield where events of an owner are recorded: an identity, and a segment that may hold it."""
    wanted = {
        key: identity
        for identity in identities
        for key in probes(event_key(owner_id, identity, is_error_declaration=False))
    }
    keys = list(wanted)
    for start in range(0, len(keys), _CHUNK):
        for key, segment_id in direct.rows(conn, _RECORDED, keys[start : start + _CHUNK]):
            yield wanted[key], segment_id


def effective(
    conn: Connection,
    events: Iterable[tuple[Segment, int]],
    *,
    as_of: datetime | None,
    as_known_at: datetime | None,
) -> dict[Ref, EventRow]:
    """Return the rows of those events that have an effect.

    Of an event that several owners recorded the first record counts that was not declared wrong.
    """
    rows = [
        row(segment, place)
        for segment, place in events
        if happened(segment, place, as_of=as_of, as_known_at=as_known_at)
    ]
    wrong = withdrawn(conn, rows, as_known_at=as_known_at)
    first: dict[str, EventRow] = {}
    for one in sorted(rows, key=recording):
        if not one.is_error_declaration and one.ref not in wrong:
            first.setdefault(one.identity, one)
    return {one.ref: one for one in first.values()}


def happened(
    segment: Segment, place: int, *, as_of: datetime | None, as_known_at: datetime | None
) -> bool:
    """Tell whether an event had happened, and had been recorded, by certain moments."""
    return (as_of is None or segment.event_time(place) <= as_of) and (
        as_known_at is None or segment.record_time <= as_known_at
    )


def moment(one: EventRow) -> Moment:
    """Return the place of an event in the order of everything."""
    return one.event_time, STAYS, one.segment.turn, one.identity, one.identity


def recording(one: EventRow) -> tuple[datetime, datetime, int, str]:
    """Return the place of a record of an event among all of them: the first counts."""
    return one.event_time, one.record_time, one.ordinal, one.identity
