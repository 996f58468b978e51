"""Histories: the events that made and packed what is shipped, reduced to it.

A receiver gets what concerns the goods and nothing else: of a commissioning of ten thousand packs
only those that are in the shipment, of all packings only those that still hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from packtrail import gs1
from packtrail.epcis.events import AggregationEvent, Event, ObjectEvent
from packtrail.reporting.material import Holder, holders_in, units_in

if TYPE_CHECKING:
    from packtrail.reporting.material import ItemKey, Unit

COMMISSIONING = "commissioning"


@dataclass(frozen=True, slots=True)
class History:
    """What happened to goods before they were shipped."""

    events: tuple[Event, ...]
    """In the order in which they happened."""
    unborn: tuple[str, ...]
    """Objects of which no commissioning is recorded."""
    unpacked: tuple[str, ...]
    """Containers of which no packing is recorded."""


def history_of(tops: tuple[Unit | Holder, ...], candidates: Iterable[Event]) -> History:
    """Return how the goods came to be what they are.

    Args:
        tops: What is shipped, with all that is in it.
        candidates: Events that name any of it, and perhaps others.
    """
    holders = tuple(holders_in(tops))
    nodes: dict[ItemKey, Unit | Holder] = {each.key: each for each in holders}
    nodes |= {each.key: each for each in units_in(tops)}
    parent_of = {part.key: holder.key for holder in holders for part in holder.parts}
    found: list[Event] = []
    born: set[ItemKey] = set()
    packed: set[ItemKey] = set()
    for event in sorted(candidates, key=lambda each: each.event_time, reverse=True):
        if isinstance(event, ObjectEvent) and _makes(event):
            found += _made(event, nodes, born)
        elif isinstance(event, AggregationEvent) and event.action == "ADD":
            found += _packed(event, nodes, parent_of, packed)
    found.sort(key=lambda each: each.event_time)
    return History(
        tuple(found),
        unborn=tuple(each.identifier for key, each in nodes.items() if key not in born),
        unpacked=tuple(each.identifier for each in holders if not _is_packed(each, packed)),
    )


def _makes(event: ObjectEvent) -> bool:
    return event.action == "ADD" and event.biz_step == COMMISSIONING


def _made(
    event: ObjectEvent, nodes: Mapping[ItemKey, Unit | Holder], born: set[ItemKey]
) -> Iterator[Event]:
    """Yield a commissioning with only those objects that are not told yet."""
    keys = [key for key in gs1.identify(event.epcs) if key in nodes and key not in born]
    if keys:
        born.update(keys)
        epcs = tuple(nodes[key].identifier for key in keys)
        yield msgspec.structs.replace(event, epcs=epcs, quantities=())


def _packed(
    event: AggregationEvent,
    nodes: Mapping[ItemKey, Unit | Holder],
    parent_of: Mapping[ItemKey, ItemKey],
    packed: set[ItemKey],
) -> Iterator[Event]:
    """Yield a packing with only those children that it put where they still are."""
    if not event.parent_id:
        return
    (parent,) = gs1.identify([event.parent_id])
    keys = [
        key
        for key in gs1.identify(event.child_epcs)
        if key not in packed and parent_of.get(key) == parent
    ]
    if keys:
        packed.update(keys)
        children = tuple(nodes[key].identifier for key in keys)
        yield msgspec.structs.replace(
            event,
            parent_id=nodes[parent].identifier,
            child_epcs=children,
            child_quantities=(),
        )


def _is_packed(holder: Holder, packed: set[ItemKey]) -> bool:
    return all(part.key in packed for part in holder.parts)
