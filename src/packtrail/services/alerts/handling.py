"""Handling: events in which packs were themselves in somebody's hand, as scans of a place.

Whoever receives, stores, inspects, sells or destroys packs one by one has scanned them. An event
that names only a container is no scan of what is inside. What a rework station refuses is not kept,
and is no scan: its numbers are those of our own lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from packtrail import gs1
from packtrail.detection.scans import Purpose, Scan
from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.rules import effect_of
from packtrail.services.alerts.mapping import ACTS, Sighted, site_of
from packtrail.store import events as event_rows
from packtrail.store.filters import EventFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.events import StoredEvent
    from packtrail.store.journeys import ItemKey

STEPS: Final = (
    "accepting", "decommissioning", "destroying", "dispensing", "inspecting", "receiving",
    "reactivating", "removing", "retail_selling", "stocking",
)  # fmt: skip
"""Business steps by which a pack is in somebody's hand, or ends."""
ACCOUNT: Final = "place:"
"""Beginning of the account of a place, where that of a person would stand."""
_EVENTS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Handled:
    """A pack in an event."""

    item: ItemKey
    account: str
    """The place as events spell it, after `ACCOUNT`."""
    sighted: Sighted


def wanted() -> tuple[EventFilter, ...]:
    """Return what to ask for: packs by themselves, and what a container was found to hold."""
    objects = EventFilter(event_types=("ObjectEvent",), biz_steps=STEPS)
    opened = EventFilter(
        event_types=("AggregationEvent",), actions=("OBSERVE",), biz_steps=("inspecting",)
    )
    return objects, opened


def handled(events: Iterable[StoredEvent]) -> Iterator[Handled]:
    """Yield the packs that events name themselves."""
    for event in events:
        body = event.body
        names = [str(each) for each in (*body.get("epcList", ()), *body.get("childEPCs", ()))]
        place = str((body.get("bizLocation") or body.get("readPoint") or {}).get("id", ""))
        for item in gs1.identify(names):
            # Indicator 0 is the saleable pack; cases are not scanned at a counter.
            if item[0].startswith("sgtin/0") and item[1]:
                yield Handled(item, f"{ACCOUNT}{place}", _sighted(event, item, site_of(place)))


def at_place(
    conn: Connection,
    audience_ids: Sequence[int],
    account: str,
    between: tuple[datetime, datetime],
    *,
    now: datetime,
    limit: int,
) -> list[Handled]:
    """Return what a place handled in a time, the first `limit` packs of it.

    Args:
        conn: A connection.
        audience_ids: Whose events count.
        account: Of the place.
        between: Event times, the second exclusive.
        now: The moment of asking.
        limit: Most packs.
    """
    place, (since, until) = account.removeprefix(ACCOUNT), between
    found: dict[str, Handled] = {}
    for asked in wanted():
        timed = replace(
            asked, event_time_from=since, event_time_before=until, order_direction="ASC"
        )
        for of_place in (
            replace(timed, biz_locations=(place,)), replace(timed, read_points=(place,)),
        ):  # fmt: skip
            for events in pages(conn, of_place, audience_ids, now=now):
                own = (each for each in handled(events) if each.account == account)
                found |= {each.sighted.scan.scan_id: each for each in own}
                if len(found) >= limit:
                    return list(found.values())[:limit]
    return list(found.values())


def pages(
    conn: Connection, asked: EventFilter, audience_ids: Sequence[int], *, now: datetime
) -> Iterator[Sequence[StoredEvent]]:
    """Yield events, a bounded number at a time."""
    after = None
    while True:
        page = event_rows.query(
            conn, asked, audience_ids=audience_ids, page_size=_EVENTS_AT_ONCE, now=now, after=after
        )
        if page.events:
            yield page.events
        after = page.next
        if after is None:
            return


def _sighted(event: StoredEvent, item: ItemKey, site: str) -> Sighted:
    body = event.body
    effect = effect_of(
        str(body.get("type", "")), Role.EPC, body.get("action"), body.get("bizStep"),
        body.get("disposition"),
    )  # fmt: skip
    scan = Scan(
        scan_id=f"{event.identity} {item[1]}",
        at=event.event_time,
        recorded_at=event.record_time,
        product=item[0].partition("/")[2],
        serial=item[1],
        actor=site,
        place=site,
        purpose=ACTS.get(effect or "", Purpose.LOOK),
    )
    return Sighted(scan=scan, kind="event", market="")
