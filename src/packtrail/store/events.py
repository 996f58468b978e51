"""Event queries: a typed filter in, a page of events out.

Pages are cut by time and key, never by counting: a page starts after the last row of the one
before. A watermark, pinned by the first page, keeps what arrives meanwhile out of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from packtrail.store import bodies, named, objects
from packtrail.store.filters import PageKey
from packtrail.store.identity import event_key, probes
from packtrail.store.roles import (
    CHILD,
    CHILD_CLASS,
    CODES,
    EPC,
    EPC_CLASS,
    INPUT,
    INPUT_CLASS,
    OUTPUT,
    OUTPUT_CLASS,
    PARENT,
)
from packtrail.store.rows import DESTINATION, SOURCE, TRANSACTION, link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.filters import EpcMatch, EventFilter

_SQL = named.statements("events")

_CONDITIONS: Final[Mapping[str, str]] = {
    "event_types": "e.type = any(%(event_types)s)",
    "event_time_from": "e.event_time >= %(event_time_from)s",
    "event_time_before": "e.event_time < %(event_time_before)s",
    "record_time_from": "e.record_time >= %(record_time_from)s",
    "record_time_before": "e.record_time < %(record_time_before)s",
    "actions": "e.action = any(%(actions)s)",
    "biz_steps": "e.biz_step = any(%(biz_steps)s)",
    "dispositions": "e.disposition = any(%(dispositions)s)",
    "read_points": "e.read_point = any(%(read_points)s)",
    "biz_locations": "e.biz_location = any(%(biz_locations)s)",
    "exists_error_declaration": "e.is_error_declaration = %(exists_error_declaration)s",
    "captures": "e.capture_id = any(%(captures)s::uuid[])",
    "lots": "e.lot = any(%(lots)s)",
}
"""Member of the filter -> condition on the event's own row."""

_LINKS: Final[Mapping[str, str]] = {
    "biz_transactions": TRANSACTION,
    "sources": SOURCE,
    "destinations": DESTINATION,
}
_MATCHES: Final[Mapping[str, tuple[int, ...]]] = {
    "match_epc": (EPC, CHILD),
    "match_parent_id": (PARENT,),
    "match_any_epc": tuple(CODES.values()),
    "match_input_epc": (INPUT,),
    "match_output_epc": (OUTPUT,),
    "match_epc_class": (EPC_CLASS, CHILD_CLASS),
    "match_input_epc_class": (INPUT_CLASS,),
    "match_output_epc_class": (OUTPUT_CLASS,),
    "match_any_epc_class": (EPC_CLASS, CHILD_CLASS, INPUT_CLASS, OUTPUT_CLASS),
}
"""Member of the filter -> roles in which the object may be named."""

_TIME: Final[Mapping[str, str]] = {"eventTime": "e.event_time", "recordTime": "e.record_time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One event as it is stored."""

    event_key: int
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
    watermark = after.watermark if after else now
    conditions, bound = _conditions(conn, wanted, list(audience_ids), watermark)
    size, is_end = _page_size(wanted, page_size, after)
    if size <= 0:
        return EventRows(events=(), next=None)
    time, order = _TIME[wanted.order_by], wanted.order_direction
    if after is not None:
        sign = ">" if order == "ASC" else "<"
        conditions.append(f"({time}, e.event_id) {sign} (%(after_time)s, %(after_key)s)")
        bound.update(after_time=after.time, after_key=after.event_key)
    statement = (
        f"{_SQL['select_events']} where {' and '.join(conditions)}"
        f" order by {time} {order}, e.event_id {order} limit %(limit)s"
    )
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(statement, {**bound, "limit": size + 1}).fetchall()
    found = tuple(_event(row) for row in rows[:size])
    if len(rows) <= size or is_end:
        return EventRows(events=found, next=None)
    last = found[-1]
    return EventRows(
        events=found,
        next=PageKey(
            time=last.event_time if wanted.order_by == "eventTime" else last.record_time,
            event_key=last.event_key,
            watermark=watermark,
            returned=len(found) + (after.returned if after else 0),
        ),
    )


def exceeds(
    conn: Connection,
    wanted: EventFilter,
    most: int,
    *,
    audience_ids: Sequence[int],
    now: datetime,
) -> bool:
    """Tell whether more than so many events match; counts no further than that."""
    conditions, bound = _conditions(conn, wanted, list(audience_ids), now)
    statement = (
        f"select count(*) from (select 1 from event e where {' and '.join(conditions)}"
        " limit %(most)s + 1) as matching"
    )
    row = conn.execute(statement, {**bound, "most": most}).fetchone()
    return row is not None and row[0] > most


def count(conn: Connection, audience_ids: Sequence[int]) -> int:
    """Return how many events may be seen."""
    row = conn.execute(_SQL["count"], [list(audience_ids)]).fetchone()
    return int(row[0]) if row else 0


def _event(row: Sequence[Any]) -> StoredEvent:
    key, identity, event_time, record_time, capture_id, owner_id, body = row
    return StoredEvent(
        event_key=key,
        identity=identity,
        event_time=event_time,
        record_time=record_time,
        capture_id=str(capture_id),
        owner_id=owner_id,
        body=bodies.read(body),
    )


def _page_size(wanted: EventFilter, page_size: int, after: PageKey | None) -> tuple[int, bool]:
    """Return how many events the page may have, and whether the limit ends the answer there."""
    if wanted.event_count_limit is None:
        return page_size, False
    left = wanted.event_count_limit - (after.returned if after else 0)
    return min(page_size, left), left <= page_size


def _conditions(
    conn: Connection, wanted: EventFilter, audience_ids: list[int], watermark: datetime
) -> tuple[list[str], dict[str, Any]]:
    """Return the conditions of a filter and the values bound in them."""
    conditions = ["e.audience_id = any(%(audience_ids)s)", "e.record_time <= %(watermark)s"]
    bound: dict[str, Any] = {"audience_ids": audience_ids, "watermark": watermark}
    for member, condition in _CONDITIONS.items():
        value = getattr(wanted, member)
        if value is not None and value != ():
            conditions.append(condition)
            bound[member] = list(value) if isinstance(value, tuple) else value
    for condition, name, value in _special(conn, wanted, audience_ids):
        conditions.append(condition)
        bound[name] = value
    return conditions, bound


def _special(
    conn: Connection, wanted: EventFilter, audience_ids: list[int]
) -> Iterator[tuple[str, str, Any]]:
    """Yield what needs more than a column: (condition, name of its value, value)."""
    for member, kind in _LINKS.items():
        for number, (of_type, identifiers) in enumerate(getattr(wanted, member).items()):
            name = f"{member}_{number}"
            yield f"e.links && %({name})s", name, [link(kind, of_type, i) for i in identifiers]
    if wanted.event_ids:
        yield "e.identity = any(%(event_ids)s)", "event_ids", list(wanted.event_ids)
        keys = _event_keys(conn, wanted.event_ids, audience_ids)
        yield "e.event_id = any(%(event_keys)s)", "event_keys", keys
    for member, roles in _MATCHES.items():
        matches: tuple[EpcMatch, ...] = getattr(wanted, member)
        if matches:
            yield from _match(conn, member, matches, roles, audience_ids)


def _event_keys(conn: Connection, identities: Sequence[str], audience_ids: list[int]) -> list[int]:
    """Return every key under which an event of these identities may be stored and be seen."""
    owners = [row[0] for row in conn.execute(_SQL["members"], [audience_ids])]
    return [
        key
        for owner in owners
        for identity in identities
        for declared in (False, True)
        for key in probes(event_key(owner, identity, is_error_declaration=declared))
    ]


def _match(
    conn: Connection,
    member: str,
    matches: tuple[EpcMatch, ...],
    roles: tuple[int, ...],
    audience_ids: list[int],
) -> Iterator[tuple[str, str, Any]]:
    """Yield the condition that one of some objects, or anything of some classes, is named."""
    exact = [(m.class_key, m.item_key) for m in matches if m.item_key is not None]
    instances = objects.find(conn, exact).values()
    seen = objects.sightings(conn, instances, audience_ids)
    keys = list({key for _, key, role in seen if role in roles})
    condition = f"e.event_id = any(%({member})s)"
    whole = [m.class_key for m in matches if m.item_key is None]
    if whole:
        subquery = objects.touching_class(
            f"%({member}_roles)s", f"%({member}_classes)s", "%(audience_ids)s"
        )
        yield f"({condition} or e.event_id in ({subquery}))", member, keys
        yield "true", f"{member}_roles", list(roles)
        yield "true", f"{member}_classes", objects.class_ids(conn, whole)
    else:
        yield condition, member, keys
