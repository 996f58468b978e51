"""What a seller tells a buyer about a shipment: the history of everything in it.

A DSCSA message repeats, in order of time, how each pack, case and pallet of the shipment was
commissioned and packed, as it stands now: what was reworked or left out is not told.

Clause:
    GS1 US Implementation Guideline for DSCSA, Release 1.3.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from packtrail.simulation.goods import Container, Lot, Unit, containers_in, lots_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from packtrail.epcis.events import Event
    from packtrail.simulation.organisations import Location
    from packtrail.simulation.scribe import Scribe

PACKS_PER_EVENT = 5_000


def history(units: list[Unit], scribe: Scribe) -> list[Event]:
    """Return commissioning and packing events of units and all they hold, in order of time."""
    events = [
        *_packs(units, scribe),
        *_containers(units, scribe),
    ]
    return sorted(events, key=attrgetter("event_time"))


def _packs(units: list[Unit], scribe: Scribe) -> Iterator[Event]:
    for lot, packs in lots_of(units).items():
        teller = scribe.at(lot.product.packed_at)
        if lot.commissioned_at is None:
            continue
        for n in range(0, len(packs), PACKS_PER_EVENT):
            portion = packs[n : n + PACKS_PER_EVENT]
            yield teller.commission(lot.commissioned_at, portion, lot=lot)


def _containers(units: list[Unit], scribe: Scribe) -> Iterator[Event]:
    made: dict[tuple[datetime, Location, Lot | None], list[Container]] = {}
    for container in containers_in(units):
        if container.packed_at is None or container.packed_in is None:
            continue
        made.setdefault((container.made_at, container.packed_in, container.lot), []).append(
            container
        )
        teller = scribe.at(container.packed_in)
        yield teller.pack(container.packed_at, container, container.contents)
    for (moment, place, lot), containers in made.items():
        yield scribe.at(place).commission(moment, containers, lot=lot)
