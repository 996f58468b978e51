"""Event queries: a typed filter in, a page of events out.

Pages are cut by time and key, never by counting: a page starts after the last row of the one
before. A watermark, pinned by the first page, keeps what arrives meanwhile out of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from packtrail.store import bodies, conditions, named
from packtrail.store.filters import PageKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.filters import EventFilter

_SQL = named.statements("events")

_TIME: Final[Mapping[str, str]] = {"eventTime": "e.event_time", "recordTime": "e.record_time"}
_RANK: Final = "case when o.number is not null then 0 when o.text is not null then 1 else 2 end"
"""Of an event's value to order by: numbers before texts, events without the field last."""
_NUMBER: Final = "coalesce(o.number, 0)"
_TEXT: Final = "coalesce(o.text, '') collate \"C\""


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
    size, is_end = _page_size(wanted, page_size, after)
    if size <= 0:
        return EventRows(events=(), next=None)
    statement, bound = plan(
        conn, wanted, audience_ids=audience_ids, watermark=watermark, size=size + 1, after=after
    )
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(statement, bound).fetchall()
    found = tuple(_event(row) for row in rows[:size])
    if len(rows) <= size or is_end:
        return EventRows(events=found, next=None)
    returned = len(found) + (after.returned if after else 0)
    return EventRows(events=found, next=_key(rows[size - 1], wanted, watermark, returned))


def plan(
    conn: Connection,
    wanted: EventFilter,
    *,
    audience_ids: Sequence[int],
    watermark: datetime,
    size: int,
    after: PageKey | None = None,
) -> tuple[str, dict[str, Any]]:
    """Return the statement of a page, and the values bound in it."""
    texts, bound = conditions.build(conn, wanted, list(audience_ids), watermark)
    order = wanted.order_direction
    source, columns, sorting = "event e", "", [f"{_TIME[wanted.order_by]} {order}"]
    if wanted.order_field is not None:
        names = conditions.order_names(conn, wanted.order_field)
        values = _SQL["order_values"].replace(":names", "%(order_names)s")
        values = values.replace(":aud", "%(audience_ids)s")
        source += f" left join ({values}) o on o.event_id = e.event_id"
        columns = f", {_RANK}, {_NUMBER}, {_TEXT}"
        sorting = [_RANK, f"{_NUMBER} {order}", f"{_TEXT} {order}"]
        bound["order_names"] = names
    if after is not None:
        text, values_after = _after(wanted, after)
        texts.append(text)
        bound |= values_after
    statement = (
        f"{_SQL['select_events'].replace(':more', columns)} from {source}"
        f" where {' and '.join(texts)}"
        f" order by {', '.join(sorting)}, e.event_id {order} limit %(limit)s"
    )
    return statement, {**bound, "limit": size}


def _after(wanted: EventFilter, after: PageKey) -> tuple[str, dict[str, Any]]:
    """Return the condition that an event comes after the last one of the page before."""
    sign = ">" if wanted.order_direction == "ASC" else "<"
    bound: dict[str, Any] = {"after_key": after.event_key}
    if wanted.order_field is None:
        bound["after_time"] = after.time
        text = f"({_TIME[wanted.order_by]}, e.event_id) {sign} (%(after_time)s, %(after_key)s)"
        return text, bound
    bound |= {"rank": after.rank, "after_number": after.number, "after_text": after.text}
    last = "%(after_number)s::numeric, %(after_text)s::text, %(after_key)s::bigint"
    same = f"{_RANK} = %(rank)s and ({_NUMBER}, {_TEXT}, e.event_id) {sign} ({last})"
    return f"({_RANK} > %(rank)s or ({same}))", bound


def _key(row: Sequence[Any], wanted: EventFilter, watermark: datetime, returned: int) -> PageKey:
    """Return where the page after a row starts."""
    more = {}
    if wanted.order_field is not None:
        more = dict(zip(("rank", "number", "text"), row[-3:], strict=True))
    return PageKey(
        time=row[2] if wanted.order_by == "eventTime" else row[3],
        event_key=row[0],
        watermark=watermark,
        returned=returned,
        **more,
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
    texts, bound = conditions.build(conn, wanted, list(audience_ids), now)
    statement = (
        f"select count(*) from (select 1 from event e where {' and '.join(texts)}"
        " limit %(most)s + 1) as matching"
    )
    row = conn.execute(statement, {**bound, "most": most}).fetchone()
    return row is not None and row[0] > most


def count(conn: Connection, audience_ids: Sequence[int]) -> int:
    """Return how many events may be seen."""
    row = conn.execute(_SQL["count"], [list(audience_ids)]).fetchone()
    return int(row[0]) if row else 0


def _event(row: Sequence[Any]) -> StoredEvent:
    key, identity, event_time, record_time, capture_id, owner_id, body, *_ = row
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
