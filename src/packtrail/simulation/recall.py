"""A recall: whoever holds packs of the lot puts them on hold and sends them to be destroyed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from packtrail.simulation.goods import Fate, Lot, Unit, become
from packtrail.simulation.scribe import Transfer
from packtrail.simulation.timetable import working_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from packtrail.epcis.events import Event
    from packtrail.simulation.maker import Maker
    from packtrail.simulation.organisations import Location
    from packtrail.simulation.scene import Scene
    from packtrail.simulation.scribe import Scribe


class Holder(Protocol):
    """Anybody who can hold packs of a recalled lot."""

    location: Location
    scribe: Scribe

    def take_out(self, lot: Lot) -> list[Unit]:
        """Take everything of a lot out of stock."""

    def report(
        self, kind: str, due_at: datetime, events: list[Event], units: Sequence[Unit], /
    ) -> None:
        """Report events."""


def recall(
    scene: Scene, maker: Maker, holders: Iterable[Holder], *, lot: Lot, moment: datetime
) -> None:
    """Recall a lot: announce it, and have every holder act on the next working day."""
    maker.announce_recall(lot, moment)
    for holder in holders:
        zone = holder.location.zone
        at = zone.at(working_day(zone.local_day(moment), after=1), 7, scene.rng.randint(5, 55))
        scene.agenda.at(at, _pull(scene, maker, holder, lot))


def _pull(scene: Scene, maker: Maker, holder: Holder, lot: Lot) -> Callable[[datetime], None]:
    def act(now: datetime) -> None:
        units = holder.take_out(lot)
        if units:
            send_back(scene, holder, maker, units, now)

    return act


def send_back(
    scene: Scene, holder: Holder, maker: Maker, units: list[Unit], moment: datetime
) -> None:
    """Put units of a recalled lot on hold, and send them to the maker some days later."""
    event = holder.scribe.observe(moment, ("holding", "recalled"), units)
    become(units, Fate.RECALLED)
    holder.report("recall", moment + timedelta(hours=2), [event], units)
    zone = holder.location.zone
    day = working_day(zone.local_day(moment), after=scene.rng.randint(4, 9))
    at = zone.at(day, 10, scene.rng.randint(0, 59))
    if holder.location is maker.location:
        scene.agenda.at(at, lambda now: maker.destroy(units, now))
    else:
        scene.agenda.at(at, lambda now: _return(scene, holder, maker, units, now))


def _return(
    scene: Scene, holder: Holder, maker: Maker, units: list[Unit], moment: datetime
) -> None:
    number = scene.numbering.next(f"rma {maker.organisation.code}")
    transfer = Transfer(holder.location, maker.location, (("rma", f"RC{number:05d}"),))
    event = holder.scribe.ship(moment, units, transfer, disposition="recalled")
    holder.report("recall", moment + timedelta(hours=2), [event], units)
    zone = maker.location.zone
    arrives_on = working_day(zone.local_day(moment), after=scene.rng.randint(3, 8))
    arrives_at = zone.at(arrives_on, 11, scene.rng.randint(0, 59))
    scene.agenda.at(arrives_at, lambda now: maker.receive_recalled(units, transfer, now))
