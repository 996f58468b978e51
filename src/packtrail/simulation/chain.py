"""Puts the chain together and plans its year: lots, weekly orders, closing times, incidents."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from packtrail.simulation import organisations as who
from packtrail.simulation.counterfeiter import Counterfeiter
from packtrail.simulation.documents import JSON_LD, XML
from packtrail.simulation.line import Line
from packtrail.simulation.maker import Maker
from packtrail.simulation.pharmacy import Pharmacy
from packtrail.simulation.plan import hospital_share, plan_lots, weekly_demand
from packtrail.simulation.recall import recall
from packtrail.simulation.scene import Scene
from packtrail.simulation.timetable import DAYS, working_day
from packtrail.simulation.wholesale import Wholesaler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from packtrail.simulation.documents import Draft
    from packtrail.simulation.goods import Container, Lot
    from packtrail.simulation.organisations import Location, Organisation
    from packtrail.simulation.recall import Holder
    from packtrail.simulation.truth import Truth

RECALLED_LOT, RECALLED_LOT_EVERY = 1, 30
RECALLED_AFTER = timedelta(days=75)
"""From packing: some packs are dispensed by then, others are on every shelf."""
FAKES_ON = (date(2026, 5, 12), date(2026, 7, 1), date(2026, 8, 19))


class Chain:
    """The supply chain of one run.

    Args:
        packs: How many packs are given a serial number in the year.
        seed: Where all chance comes from.
    """

    def __init__(self, packs: int, seed: int) -> None:
        self._scene = Scene.of(seed)
        lots = plan_lots(self._scene.rng, packs)
        self.truth.lots = lots
        self._us = self._wholesaler(who.DELTA_DC, XML, lots, event_ids="never")
        self._eu = self._wholesaler(who.ELBE_DC, JSON_LD, lots, event_ids="always")
        customers = {"US": self._us, "EU": self._eu}
        self._makers = {
            who.ASTERION: Maker(self._scene, who.ASTERION_DC, customers),
            who.BELMONT: Maker(self._scene, who.BELMONT_DC, customers, event_ids="always"),
        }
        self._lines: dict[tuple[Location, Organisation], Line] = {}
        for wholesaler in customers.values():
            wholesaler.makers = self._makers
        share = hospital_share(packs)
        self._pharmacies = [
            *self._open(who.FOXGLOVE_HOSPITAL, who.FOXGLOVE_STORES, self._us, share),
            *self._open(who.GENTIAN_HOSPITAL, who.GENTIAN_STORES, self._eu, share),
        ]
        self._plan_packing(lots)
        self._plan_closing_times()
        self._plan_fakes()

    @property
    def truth(self) -> Truth:
        """What really happened so far."""
        return self._scene.truth

    def run(self) -> Iterator[Draft]:
        """Let the year pass, and yield its messages in order of sending."""
        outgoing = self._scene.post.outgoing
        for _ in self._scene.agenda.run():
            while outgoing:
                yield outgoing.popleft()

    def _wholesaler(
        self, warehouse: Location, media_type: str, lots: list[Lot], *, event_ids: str
    ) -> Wholesaler:
        demand = weekly_demand(lots, warehouse.organisation.market)
        return Wholesaler(
            self._scene, warehouse, media_type=media_type, demand=demand, event_ids=event_ids
        )

    def _open(
        self,
        hospital: Location,
        stores: tuple[Location, ...],
        supplier: Wholesaler,
        share_of_hospital: float,
    ) -> Iterator[Pharmacy]:
        """Open the pharmacies of a group, each with its share of orders and its weekday."""
        scene = self._scene
        share = (1 - share_of_hospital) / len(stores)
        places = [(hospital, share_of_hospital), *((store, share) for store in stores)]
        for weekday, (place, part) in enumerate(places):
            kind = "hospital" if place is hospital else "community"
            pharmacy = Pharmacy(scene, place, supplier, kind=kind)
            for day in DAYS:
                if day.weekday() == weekday:
                    at = supplier.location.zone.at(day, 6, 20)
                    scene.agenda.at(at, partial(supplier.deliver, pharmacy, part))
            yield pharmacy

    def _plan_packing(self, lots: list[Lot]) -> None:
        for n, lot in enumerate(lots):
            line = self._line(lot)
            at = line.plant.zone.at(lot.packed_on, 6, 30)
            self._scene.agenda.at(at, partial(self._pack, line, lot))
            if n % RECALLED_LOT_EVERY == RECALLED_LOT:
                zone = self._makers[lot.product.maker].location.zone
                day = working_day(lot.packed_on + RECALLED_AFTER)
                self._scene.agenda.at(zone.at(day, 16, 5), partial(self._recall, lot))

    def _line(self, lot: Lot) -> Line:
        plant, maker = lot.product.packed_at, lot.product.maker
        if (plant, maker) not in self._lines:
            event_ids = "always" if plant is who.BELMONT_PLANT else "never"
            self._lines[plant, maker] = Line(self._scene, plant, maker, event_ids=event_ids)
        return self._lines[plant, maker]

    def _pack(self, line: Line, lot: Lot, moment: datetime) -> None:
        """Pack a lot; the cases go on pallets on the next working day."""
        cases: list[Container] = line.run(lot, moment)
        maker = self._makers[lot.product.maker]
        tomorrow = working_day(lot.packed_on, after=1)
        is_own = line.plant.organisation is maker.organisation
        zone = maker.location.zone if is_own else line.plant.zone
        take = (
            partial(maker.take_from_plant, lot, cases)
            if is_own
            else partial(maker.receive_from_packer, line, lot, cases)
        )
        self._scene.agenda.at(zone.at(tomorrow, 8, self._scene.rng.randint(5, 55)), take)

    def _recall(self, lot: Lot, moment: datetime) -> None:
        maker = self._makers[lot.product.maker]
        holders: tuple[Holder, ...] = (maker, self._us, self._eu, *self._pharmacies)
        recall(self._scene, maker, holders, lot=lot, moment=moment)

    def _plan_closing_times(self) -> None:
        for pharmacy in self._pharmacies:
            for day in DAYS:
                if day.weekday() < 6:
                    at = pharmacy.location.zone.at(day, 18, 5)
                    self._scene.agenda.at(at, pharmacy.close_day)

    def _plan_fakes(self) -> None:
        counterfeiter = Counterfeiter(self._scene, self._pharmacies)
        shops = [pharmacy for pharmacy in self._pharmacies if not pharmacy.is_hospital]
        target = self._scene.rng.choice(shops)
        for day in FAKES_ON:
            at = target.location.zone.at(day, 12, self._scene.rng.randint(0, 59))
            self._scene.agenda.at(at, partial(counterfeiter.sell, target))
