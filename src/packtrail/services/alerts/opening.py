"""Opening: what a container was found to hold, beside what packing events say of that moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.detection.rules_of_containers import differs
from packtrail.detection.scans import Scan
from packtrail.services.alerts.mapping import Sighted, site_of
from packtrail.services.goods import describing
from packtrail.store import contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg import Connection

    from packtrail.detection.scans import Signal
    from packtrail.services.alerts.record import Record
    from packtrail.store.events import StoredEvent
    from packtrail.store.journeys import ItemKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A container, and the packs that differ."""

    label: str
    missing: tuple[Sighted, ...]
    surplus: tuple[Sighted, ...]
    is_withdrawn: bool
    """The event was declared wrong."""

    @property
    def differing(self) -> tuple[Sighted, ...]:
        """Packs that were not where they were said to be."""
        return (*self.missing, *self.surplus)

    def signal(self) -> Signal | None:
        """Return what that points to, if anything."""
        if self.is_withdrawn:
            return None
        missing, surplus = ([each.scan for each in some] for some in (self.missing, self.surplus))
        return differs(self.label, missing, surplus)


def is_opening(event: StoredEvent) -> bool:
    """Tell whether an event says what a container was found to hold, all of it."""
    body = event.body
    is_look = body.get("type") == "AggregationEvent" and body.get("action") == "OBSERVE"
    return is_look and bool(body.get("parentID"))


def opened(record: Record, conn: Connection, events: Sequence[StoredEvent]) -> list[Opened]:
    """Return containers that were opened, and what differs in each.

    Args:
        record: Whose events count.
        conn: A connection.
        events: What `is_opening`.
    """
    parents = gs1.identify([str(event.body["parentID"]) for event in events])
    told = record.journeys(parents)
    withdrawn = {
        step.event_id for journey in told.values() for step in journey.steps if step.is_withdrawn
    }
    return [
        _opened(record, conn, event, parent, is_withdrawn=event.identity in withdrawn)
        for event, parent in zip(events, parents, strict=True)
    ]


def _opened(
    record: Record, conn: Connection, event: StoredEvent, parent: ItemKey, *, is_withdrawn: bool
) -> Opened:
    tree = contents.expand(conn, [parent], audience_ids=record.audience_ids, as_of=event.event_time)
    said = set(tree.get(parent, ()))
    found = set(gs1.identify([str(each) for each in event.body.get("childEPCs", ())]))
    return Opened(
        label=describing.label_of(str(event.body["parentID"])),
        missing=tuple(_sighted(event, _packs(said - found, tree))),
        surplus=tuple(_sighted(event, _packs(found - said, tree))),
        is_withdrawn=is_withdrawn,
    )


def _packs(keys: Iterable[ItemKey], tree: dict[ItemKey, tuple[ItemKey, ...]]) -> list[ItemKey]:
    """Return packs, those in containers among them."""
    waiting, found = list(keys), set()
    while waiting:
        key = waiting.pop()
        inside = tree.get(key)
        if inside:
            waiting += inside
        elif key[0].startswith("sgtin/") and key[1]:
            found.add(key)
    return sorted(found)


def _sighted(event: StoredEvent, packs: Iterable[ItemKey]) -> Iterator[Sighted]:
    place = str((event.body.get("bizLocation") or event.body.get("readPoint") or {}).get("id", ""))
    site = site_of(place)
    for item in packs:
        scan = Scan(
            scan_id=f"{event.identity} {item[1]}",
            at=event.event_time,
            recorded_at=event.record_time,
            product=item[0].partition("/")[2],
            serial=item[1],
            actor=site,
            place=site,
        )
        yield Sighted(scan=scan, kind="event", market="")
