"""A maker's distribution centre: pallets, release by quality, and shipments to wholesalers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from packtrail.epcis.events import QuantityElement
from packtrail.simulation.containers import PALLET, logistic_unit
from packtrail.simulation.documents import XML, Channel
from packtrail.simulation.goods import (
    Container,
    Fate,
    Lot,
    Unit,
    become,
    containers_in,
    packs_in,
    products_of,
)
from packtrail.simulation.history import history
from packtrail.simulation.recall import send_back
from packtrail.simulation.scribe import DROP_SHIPMENT, Scribe, Transfer
from packtrail.simulation.timetable import Ticker, working_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.epcis.events import Event
    from packtrail.simulation.line import Line
    from packtrail.simulation.organisations import Location
    from packtrail.simulation.scene import Scene
    from packtrail.simulation.wholesale import Wholesaler

PACKS_PER_SHIPMENT = 5_000


class Maker:
    """A maker, seen from its distribution centre.

    Args:
        scene: The shared scene.
        centre: The distribution centre.
        customers: The wholesaler of each market.
        event_ids: Whether its events carry identifiers: `never` or `always`.
    """

    def __init__(
        self,
        scene: Scene,
        centre: Location,
        customers: Mapping[str, Wholesaler],
        *,
        event_ids: str = "never",
    ) -> None:
        self.location = centre
        self.organisation = centre.organisation
        self.scribe = Scribe(centre, scene.rng, event_ids=event_ids)
        self._scene = scene
        self._customers = customers
        self._stock: dict[Lot, list[Container]] = {}

    def take_from_plant(self, lot: Lot, cases: list[Container], moment: datetime) -> None:
        """Put cases of an own plant on pallets, and into stock."""
        ticker = Ticker(moment)
        pallets, events = build_pallets(self._scene, self.scribe, cases, ticker)
        self.report("packing", ticker.next(seconds=2400), events, pallets)
        self._stock_up(lot, pallets, moment)

    def receive_from_packer(
        self, line: Line, lot: Lot, cases: list[Container], moment: datetime
    ) -> None:
        """Have the contract packer put cases on pallets and send them, and receive these."""
        scene, zone = self._scene, line.plant.zone
        ticker = Ticker(moment)
        pallets, events = build_pallets(scene, line.scribe, cases, ticker)
        leaves_at = ticker.next(seconds=5400)
        transfer = Transfer(line.plant, self.location, self._papers("C"), party="possessing_party")
        events.append(line.scribe.ship(leaves_at, pallets, transfer))
        become(pallets, Fate.IN_TRANSIT)
        scene.post.put(line.packing, ticker.next(seconds=1800), events, [lot.product])
        arrives_on = working_day(
            zone.local_day(moment), after=2 if zone is self.location.zone else 7
        )
        arrives_at = self.location.zone.at(arrives_on, 9, scene.rng.randint(0, 59))
        scene.agenda.at(arrives_at, lambda now: self._receive(lot, pallets, transfer, now))

    def report(
        self,
        kind: str,
        due_at: datetime,
        events: list[Event],
        units: Sequence[Unit],
        /,
    ) -> None:
        """Report events of the distribution centre."""
        company = self.organisation
        channel = Channel(kind, XML, sender=company, owner=company, recorder=company)
        self._scene.post.put(channel, due_at, events, products_of(units))

    def take_out(self, lot: Lot) -> list[Unit]:
        """Take everything of a lot out of stock."""
        return [*self._stock.pop(lot, [])]

    def announce_recall(self, lot: Lot, moment: datetime) -> None:
        """Recall a lot, by its class; partners hold and send back what they have of it."""
        product = lot.product
        lot_class = f"urn:epc:class:lgtin:{product.company_prefix}.0{product.item}.{lot.number}"
        quantities = (QuantityElement(epc_class=lot_class),)
        event = self.scribe.note(moment, ("holding", "recalled"), (), quantities=quantities)
        company = self.organisation
        channel = Channel("recall", XML, sender=company, owner=company, recorder=company)
        self._scene.post.put(channel, moment + timedelta(minutes=20), [event], [product])
        lot.recalled_at = moment

    def receive_recalled(self, units: list[Unit], transfer: Transfer, moment: datetime) -> None:
        """Receive what partners send back, and have it destroyed."""
        what = ("receiving", "recalled")
        event = self.scribe.observe(moment, what, units, **transfer.fields())
        self.report("recall", moment + timedelta(hours=3), [event], units)
        day = working_day(
            self.location.zone.local_day(moment), after=self._scene.rng.randint(5, 12)
        )
        destroyed_at = self.location.zone.at(day, 15, self._scene.rng.randint(0, 50))
        self._scene.agenda.at(destroyed_at, lambda now: self.destroy(units, now))

    def destroy(self, units: list[Unit], moment: datetime) -> None:
        """Destroy packs with whatever holds them."""
        everything: list[Unit] = [*packs_in(units), *containers_in(units)]
        event = self.scribe.end(moment, ("destroying", "destroyed"), everything)
        self.report("recall", moment + timedelta(hours=1), [event], units)
        become(units, Fate.DESTROYED)

    def _receive(
        self, lot: Lot, pallets: list[Container], transfer: Transfer, moment: datetime
    ) -> None:
        what = ("receiving", "in_progress")
        event = self.scribe.observe(moment, what, pallets, **transfer.fields())
        become(pallets, Fate.AT_MAKER)
        self.report("receiving", moment + timedelta(hours=5), [event], pallets)
        self._stock_up(lot, pallets, moment)

    def _stock_up(self, lot: Lot, pallets: list[Container], moment: datetime) -> None:
        """Keep pallets until quality releases the lot, then ship them over some weeks."""
        scene, zone = self._scene, self.location.zone
        self._stock[lot] = pallets
        day = zone.local_day(moment)
        for _ in pallets:
            day = working_day(day, after=scene.rng.randint(6, 13))
            at = zone.at(day, scene.rng.randint(9, 14), scene.rng.randint(0, 59))
            scene.agenda.at(at, lambda now: self._ship_some(lot, now))

    def _ship_some(self, lot: Lot, moment: datetime) -> None:
        stock = self._stock.get(lot, [])
        count_max = min(PACKS_PER_SHIPMENT, lot.size // 2)
        load: list[Container] = []
        count = 0
        while stock and (not load or count + _count(stock[0]) <= count_max):
            count += _count(stock[0])
            load.append(stock.pop(0))
        if not load:
            return
        if lot.recalled_at:
            send_back(self._scene, self, self, [*load], moment)
        else:
            self._ship(load, self._customers[lot.product.market], moment)

    def _ship(self, load: list[Container], customer: Wholesaler, moment: datetime) -> None:
        is_dscsa = customer.organisation.market == "US"
        transfer = Transfer(self.location, customer.location, self._papers("D"))
        extensions = DROP_SHIPMENT if is_dscsa else {}
        event = self.scribe.ship(moment, load, transfer, extensions=extensions)
        become(load, Fate.IN_TRANSIT)
        self.report("shipping", moment + timedelta(minutes=30), [event], load)
        inbound = Channel(
            "inbound_shipment",
            XML,
            sender=self.organisation,
            owner=customer.organisation,
            recorder=customer.organisation,
            has_statement=is_dscsa,
        )
        told = [*history([*load], self.scribe), event]
        self._scene.post.put(inbound, moment + timedelta(minutes=45), told, products_of(load))
        is_near = self.location.country == customer.location.country
        is_overland = is_near or self.location.zone is customer.location.zone
        days = self._scene.rng.randint(2, 4) if is_overland else self._scene.rng.randint(8, 14)
        customer.expect(load, transfer, days=days, shipped_at=moment)

    def _papers(self, letter: str) -> tuple[tuple[str, str], ...]:
        numbering, company = self._scene.numbering, self.organisation.code
        number = numbering.next(f"despatch {company}")
        return ("po", f"PO{4_500_000 + number * 7}"), ("desadv", f"{letter}{80_000 + number}")


def build_pallets(
    scene: Scene, scribe: Scribe, cases: list[Container], ticker: Ticker
) -> tuple[list[Container], list[Event]]:
    """Put cases on as few pallets as will do, two at least where there are two cases."""
    lot = packs_in(cases)[0].lot
    size = min(lot.product.cases_per_pallet, max(1, -(-len(cases) // 2)))
    prefix = scribe.location.organisation.company_prefix
    made_at = ticker.next(seconds=300)
    pallets = [
        logistic_unit(
            scene.numbering, prefix, cases[n : n + size], extension=PALLET, made_at=made_at
        )
        for n in range(0, len(cases), size)
    ]
    events: list[Event] = [scribe.commission(made_at, pallets)]
    for pallet in pallets:
        pallet.packed_at, pallet.packed_in = ticker.next(seconds=150), scribe.location
        events.append(scribe.pack(pallet.packed_at, pallet, pallet.contents))
    return pallets, events


def _count(container: Container) -> int:
    return len(packs_in([container]))
