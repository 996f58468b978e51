"""What a document brought, told from the columns of its segments and a few of their events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from packtrail.store import named, objects, segments
from packtrail.store.drafts import moment
from packtrail.store.parameters import bigints

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.objects import Instance
    from packtrail.store.segments import Segment

_SQL = named.statements("brought")
_UNPACKED_MAX: Final = 100
"""Segments of which single events are looked at."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Events of one type, action and business step."""

    type: str
    action: str | None
    biz_step: str | None
    count: int
    object_count: int
    """Objects named, each as often as it is named."""
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtRows:
    """What is told of the events of one document."""

    kinds: tuple[Kind, ...]
    lots: tuple[tuple[str, str | None], ...]
    """Lot, expiry as recorded."""
    links: tuple[tuple[str, ...], ...]
    """Distinct sets of `t:type|id`, `s:type|id` and `d:type|id`."""
    captures: tuple[tuple[str, int], ...]
    """Earlier captures that recorded the events first, with how many."""
    containers: tuple[str, ...]
    """Identifiers of what something was packed into, the outermost first."""
    samples: tuple[dict[str, Any], ...]
    """Bodies, one of each kind and lot."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Events of one segment that the document brought; the columns of `own` in their order."""

    segment_id: int
    event_count: int
    object_count: int
    time_from: datetime
    time_until: datetime
    type: str
    action: str | None
    biz_step: str | None
    lot: str | None
    expires: str | None
    links: list[str] | None
    is_error_declaration: bool
    places: tuple[int, ...] | None = None
    """Which events; None: all of the segment."""


def brought(
    conn: Connection,
    capture_id: str,
    keys: Sequence[int],
    *,
    audience_ids: Sequence[int],
    limit: int,
) -> BroughtRows:
    """Return what a document brought.

    Args:
        conn: A connection.
        capture_id: The capture that recorded the events.
        keys: Storage keys of events that it repeats and others recorded.
        audience_ids: Only events these may see.
        limit: Most lots, containers, samples and so on.
    """
    own = _own(conn, capture_id, audience_ids)
    repeated, earlier = _repeated(conn, capture_id, keys, audience_ids)
    parts = sorted([*own, *repeated], key=lambda part: (part.time_from, part.type))
    lots: dict[str, str | None] = {}
    for part in parts:
        if part.lot is not None:
            lots[part.lot] = min(filter(None, (lots.get(part.lot), part.expires)), default=None)
    parents = list(islice(_parents(conn, parts, audience_ids), limit))
    names = objects.names(conn, parents)
    return BroughtRows(
        kinds=tuple(_kinds(parts)),
        lots=tuple(islice(lots.items(), limit)),
        links=tuple(islice(dict.fromkeys(tuple(p.links) for p in parts if p.links), limit)),
        captures=tuple(islice(sorted(earlier.items()), limit)),
        containers=tuple(names[one].identifier for one in parents if one in names),
        samples=tuple(_samples(conn, parts, audience_ids, limit)),
    )


def _own(conn: Connection, capture_id: str, audience_ids: Sequence[int]) -> list[_Part]:
    span = conn.execute(_SQL["captured"], [capture_id]).fetchone()
    if span is None or span[0] is None:
        return []
    bound = [*span, capture_id, list(audience_ids)]
    return [_Part(*row) for row in conn.execute(_SQL["own"], bound)]


def _repeated(
    conn: Connection, capture_id: str, keys: Sequence[int], audience_ids: Sequence[int]
) -> tuple[list[_Part], Counter[str]]:
    """Return the events of some keys that other captures recorded, and how many each did."""
    if not keys:
        return [], Counter()
    ids = {row[0] for row in conn.execute(_SQL["segments_of_keys"], {"keys": bigints(keys)})}
    parts, captures = [], Counter[str]()
    for segment in segments.read(conn, ids, audience_ids=audience_ids).values():
        places = np.flatnonzero(np.isin(segment.keys(), np.array(keys, dtype=np.int64)))
        if len(places) and segment.capture_id != capture_id:
            parts.append(_part(segment, places.tolist()))
            captures[segment.capture_id] += len(places)
    return parts, captures


def _part(segment: Segment, places: list[int]) -> _Part:
    times = segment.columns.times[places]
    return _Part(
        segment_id=segment.segment_id,
        event_count=len(places),
        object_count=sum(sum(segment.gist(place)[1:]) for place in places),
        time_from=moment(int(times.min())),
        time_until=moment(int(times.max())),
        type=segment.type,
        action=segment.action,
        biz_step=segment.biz_step,
        lot=segment.lot,
        expires=segment.expires,
        links=segment.links,
        is_error_declaration=segment.is_error_declaration,
        places=tuple(places),
    )


def _kinds(parts: Iterable[_Part]) -> list[Kind]:
    kinds: dict[tuple[str, str | None, str | None], Kind] = {}
    for part in parts:
        key = part.type, part.action, part.biz_step
        known = kinds.get(key)
        kinds[key] = Kind(
            *key,
            part.event_count + (known.count if known else 0),
            part.object_count + (known.object_count if known else 0),
            min(part.time_from, known.first_at) if known else part.time_from,
            max(part.time_until, known.last_at) if known else part.time_until,
        )
    return list(kinds.values())


def _parents(
    conn: Connection, parts: Sequence[_Part], audience_ids: Sequence[int]
) -> Iterable[Instance]:
    """Return what was packed into: what was packed last holds the rest, so it comes first."""
    packing = [part for part in parts if part.action != "DELETE"]
    packing.sort(key=lambda part: part.time_until, reverse=True)
    found: dict[Instance, int] = {}
    for part, segment in _unpacked(conn, packing, audience_ids):
        for place in part.places or range(segment.event_count):
            parent = segment.parent(place)
            if parent is not None:
                time = int(segment.columns.times[place])
                found[parent] = max(time, found.get(parent, time))
    return sorted(found, key=lambda parent: (-found[parent], parent))


def _samples(
    conn: Connection, parts: Iterable[_Part], audience_ids: Sequence[int], limit: int
) -> Iterable[dict[str, Any]]:
    """Yield one body of each kind and lot, to name a few of the objects."""
    first: dict[tuple[str | None, ...], _Part] = {}
    for part in parts:
        if not part.is_error_declaration:
            first.setdefault((part.type, part.biz_step, part.lot), part)
    for part, segment in _unpacked(conn, list(first.values())[:limit], audience_ids):
        place = part.places[0] if part.places else 0
        yield segment.body(place, objects.names(conn, segment.instances([place])))


def _unpacked(
    conn: Connection, parts: Sequence[_Part], audience_ids: Sequence[int]
) -> Iterable[tuple[_Part, Segment]]:
    some = parts[:_UNPACKED_MAX]
    ids = {part.segment_id for part in some}
    found = segments.read(conn, ids, audience_ids=audience_ids)
    return [(part, found[part.segment_id]) for part in some if part.segment_id in found]
