"""A wholesaler: takes in pallets, picks orders of pharmacies into totes, and handles returns.

Hospitals get whole cases where their order is large enough; everything else is picked pack by pack.
Now and then a pack is damaged in the warehouse, and once in a while a tote is stolen on its way.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from packtrail.simulation.containers import TOTE, logistic_unit
from packtrail.simulation.documents import Channel
from packtrail.simulation.goods import (
    Container,
    Fate,
    Lot,
    Pack,
    Unit,
    become,
    packs_in,
    products_of,
)
from packtrail.simulation.history import history
from packtrail.simulation.recall import send_back
from packtrail.simulation.scribe import DROP_SHIPMENT, Scribe, Transfer
from packtrail.simulation.timetable import Ticker, working_day
from packtrail.simulation.truth import Theft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.epcis.events import Event
    from packtrail.simulation.maker import Maker
    from packtrail.simulation.organisations import Location, Organisation
    from packtrail.simulation.pharmacy import Pharmacy
    from packtrail.simulation.products import Product
    from packtrail.simulation.scene import Scene

PACKS_PER_TOTE = 24
DAMAGED_SHARE = 0.002
STOLEN_SHARE = 0.003
RESALEABLE_SHARE = 0.65


@dataclass(slots=True)
class Shelf:
    """What a wholesaler has of one product."""

    cases: deque[Container] = field(default_factory=deque)
    loose: list[Pack] = field(default_factory=list)
    """Packs that came back."""


@dataclass(slots=True)
class Order:
    """One order being picked."""

    ticker: Ticker
    cases: list[Container] = field(default_factory=list)
    packs: list[Pack] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    damaged: list[Pack] = field(default_factory=list)


class Wholesaler:
    """A wholesaler, seen from its warehouse.

    Args:
        scene: The shared scene.
        warehouse: The warehouse.
        media_type: Format of its messages.
        demand: Packs a week that its pharmacies want of each product.
        event_ids: Whether its events carry identifiers: `never` or `always`.
    """

    def __init__(
        self,
        scene: Scene,
        warehouse: Location,
        *,
        media_type: str,
        demand: Mapping[Product, float],
        event_ids: str = "never",
    ) -> None:
        self.location = warehouse
        self.organisation: Organisation = warehouse.organisation
        self.scribe = Scribe(warehouse, scene.rng, event_ids=event_ids)
        self.makers: dict[Organisation, Maker] = {}
        self._scene = scene
        self._media_type = media_type
        self._demand = demand
        self._shelves = {product: Shelf() for product in demand}

    def expect(
        self, pallets: list[Container], transfer: Transfer, *, days: int, shipped_at: datetime
    ) -> None:
        """Receive pallets some days after they were shipped."""
        zone = self.location.zone
        day = working_day(zone.local_day(shipped_at), after=days)
        at = zone.at(day, self._scene.rng.randint(7, 11), self._scene.rng.randint(0, 59))
        self._scene.agenda.at(at, lambda now: self._receive(pallets, transfer, now))

    def report(
        self, kind: str, due_at: datetime, events: list[Event], units: Sequence[Unit], /
    ) -> None:
        """Report events of the warehouse."""
        company = self.organisation
        channel = Channel(kind, self._media_type, sender=company, owner=company, recorder=company)
        self._scene.post.put(channel, due_at, events, products_of(units))

    def take_out(self, lot: Lot) -> list[Unit]:
        """Take everything of a lot out of stock."""
        shelf = self._shelves.get(lot.product, Shelf())
        taken: list[Unit] = [case for case in shelf.cases if _lot(case) is lot]
        taken += [pack for pack in shelf.loose if pack.lot is lot]
        shelf.cases = deque(case for case in shelf.cases if _lot(case) is not lot)
        shelf.loose = [pack for pack in shelf.loose if pack.lot is not lot]
        return taken

    def deliver(self, pharmacy: Pharmacy, share: float, moment: datetime) -> None:
        """Pick and ship what a pharmacy wants this week."""
        order = Order(Ticker(moment))
        for product, weekly in self._demand.items():
            wanted = self._scene.about(share * weekly * self._scene.rng.uniform(0.5, 1.5))
            self._pick(product, wanted, order, prefers_cases=pharmacy.is_hospital)
        if order.cases or order.events or order.packs:
            self._despatch(order, pharmacy)
        if order.damaged:
            self._write_off(order)

    def receive_returns(self, packs: list[Pack], transfer: Transfer, moment: datetime) -> None:
        """Receive packs that a pharmacy sends back, and decide on them days later."""
        what = ("receiving", "returned")
        event = self.scribe.observe(moment, what, packs, **transfer.fields())
        become(packs, Fate.AT_WHOLESALER)
        self.report("returns", self._evening(moment), [event], [*packs])
        zone = self.location.zone
        day = working_day(zone.local_day(moment), after=self._scene.rng.randint(2, 5))
        at = zone.at(day, 13, self._scene.rng.randint(0, 59))
        self._scene.agenda.at(at, lambda now: self._decide(packs, now))

    def _receive(self, pallets: list[Container], transfer: Transfer, moment: datetime) -> None:
        ticker = Ticker(moment)
        what = ("receiving", "in_progress")
        events: list[Event] = [self.scribe.observe(moment, what, pallets, **transfer.fields())]
        cases: list[Unit] = []
        for pallet in pallets:
            events.append(self.scribe.unpack(ticker.next(seconds=600), pallet, pallet.contents))
            cases += pallet.contents
        stored = ("storing", "sellable_not_accessible")
        events.append(self.scribe.observe(ticker.next(seconds=900), stored, cases))
        become(cases, Fate.AT_WHOLESALER)
        self.report("receiving", self._evening(ticker.now), events, cases)
        lot = packs_in(cases)[0].lot
        if lot.recalled_at:
            maker = self.makers[lot.product.maker]
            send_back(self._scene, self, maker, cases, ticker.next(seconds=1800))
        else:
            shelf = self._shelves[lot.product]
            shelf.cases.extend(case for case in cases if isinstance(case, Container))

    def _pick(self, product: Product, wanted: int, order: Order, *, prefers_cases: bool) -> None:
        shelf = self._shelves[product]
        while wanted and shelf.loose and not shelf.loose[0].lot.recalled_at:
            order.packs.append(shelf.loose.pop(0))
            wanted -= 1
        while prefers_cases and shelf.cases and not shelf.cases[0].is_open:
            if len(shelf.cases[0].contents) > wanted or _is_recalled(shelf.cases[0]):
                break
            order.cases.append(shelf.cases.popleft())
            wanted -= len(order.cases[-1].contents)
        while wanted and shelf.cases and not _is_recalled(shelf.cases[0]):
            wanted -= self._open(shelf, wanted, order)

    def _open(self, shelf: Shelf, wanted: int, order: Order) -> int:
        """Take packs out of the first case; return how many."""
        case = shelf.cases[0]
        picked = packs_in(case.contents[:wanted])
        case.contents, case.is_open = case.contents[wanted:], True
        if not case.contents:
            shelf.cases.popleft()
        order.events.append(self.scribe.unpack(order.ticker.next(seconds=35), case, picked))
        if self._scene.happens("damage", DAMAGED_SHARE, first=4):
            order.damaged.append(picked[-1])
            order.packs += picked[:-1]
        else:
            order.packs += picked
        return len(picked)

    def _despatch(self, order: Order, pharmacy: Pharmacy) -> None:
        totes = self._fill_totes(order)
        units: list[Unit] = [*order.cases, *totes]
        if not units:
            self.report("shipping", self._evening(order.ticker.now), order.events, [])
            return
        number = self._scene.numbering.next(f"despatch {self.organisation.code}")
        papers = (("po", f"W{200_000 + 3 * number}"), ("desadv", f"{number:08d}"))
        transfer = Transfer(self.location, pharmacy.location, papers)
        is_dscsa = self.organisation.market == "US"
        extensions = DROP_SHIPMENT if is_dscsa else {}
        moment = order.ticker.next(seconds=2700)
        shipping = self.scribe.ship(moment, units, transfer, extensions=extensions)
        become(units, Fate.IN_TRANSIT)
        self.report("shipping", self._evening(moment), [*order.events, shipping], units)
        if is_dscsa:
            self._tell(pharmacy, units, shipping)
        if totes and not pharmacy.is_hospital:
            units = self._lose_some(totes[0], units, moment)
        if units:
            pharmacy.expect(units, transfer, shipped_at=moment)

    def _fill_totes(self, order: Order) -> list[Container]:
        portions = [
            order.packs[n : n + PACKS_PER_TOTE] for n in range(0, len(order.packs), PACKS_PER_TOTE)
        ]
        if not portions:
            return []
        made_at = order.ticker.next(seconds=60)
        prefix, numbering = self.organisation.company_prefix, self._scene.numbering
        totes = [
            logistic_unit(numbering, prefix, portion, extension=TOTE, made_at=made_at)
            for portion in portions
        ]
        order.events.append(self.scribe.commission(made_at, totes))
        for tote in totes:
            tote.packed_at, tote.packed_in = order.ticker.next(seconds=40), self.location
            order.events.append(self.scribe.pack(tote.packed_at, tote, tote.contents))
        return totes

    def _tell(self, pharmacy: Pharmacy, units: list[Unit], shipping: Event) -> None:
        """Send the pharmacy the transaction data of its delivery."""
        buyer = pharmacy.location.organisation
        channel = Channel(
            "inbound_shipment",
            self._media_type,
            sender=self.organisation,
            owner=buyer,
            recorder=buyer,
            has_statement=True,
        )
        told = [*history(units, self.scribe), shipping]
        due_at = shipping.event_time + timedelta(minutes=50)
        self._scene.post.put(channel, due_at, told, products_of(units))

    def _lose_some(self, tote: Container, units: list[Unit], moment: datetime) -> list[Unit]:
        """Have a tote stolen on its way, once in a while; return what still arrives."""
        if not self._scene.happens("theft", STOLEN_SHARE, first=7):
            return units
        zone = self.location.zone
        at = zone.at(working_day(zone.local_day(moment), after=2), 11, 20)
        self._scene.agenda.at(at, lambda now: self._report_theft(tote, now))
        return [unit for unit in units if unit is not tote]

    def _report_theft(self, tote: Container, moment: datetime) -> None:
        stolen: list[Unit] = [tote, *tote.contents]
        event = self.scribe.observe(moment, ("inspecting", "stolen"), stolen)
        become(tote.contents, Fate.STOLEN)
        self.report("theft", self._evening(moment), [event], [tote])
        self._scene.truth.thefts += [Theft(pack.urn, tote.urn, moment) for pack in packs_in([tote])]

    def _write_off(self, order: Order) -> None:
        moment = order.ticker.next(seconds=600)
        damaged: list[Unit] = [*order.damaged]
        event = self.scribe.observe(moment, ("inspecting", "damaged"), damaged)
        self.report("damage", self._evening(moment), [event], damaged)
        later = moment + timedelta(days=7, minutes=12)
        self._scene.agenda.at(later, lambda now: self._destroy(damaged, "damage", now))

    def _decide(self, packs: list[Pack], moment: datetime) -> None:
        """Put returned packs back to stock, or destroy them."""
        recalled: list[Unit] = [pack for pack in packs if pack.lot.recalled_at]
        for lot in dict.fromkeys(pack.lot for pack in packs if pack.lot.recalled_at):
            mine = [unit for unit in recalled if isinstance(unit, Pack) and unit.lot is lot]
            send_back(self._scene, self, self.makers[lot.product.maker], [*mine], moment)
        rest = [pack for pack in packs if not pack.lot.recalled_at]
        good = [pack for pack in rest if self._scene.happens("resale", RESALEABLE_SHARE, first=1)]
        kept = frozenset(map(id, good))
        bad: list[Unit] = [pack for pack in rest if id(pack) not in kept]
        if good:
            what = ("storing", "sellable_not_accessible")
            event = self.scribe.observe(moment, what, good)
            self.report("returns", self._evening(moment), [event], [*good])
            for pack in good:
                self._shelves[pack.lot.product].loose.append(pack)
        if bad:
            self._destroy(bad, "returns", moment + timedelta(minutes=40))

    def _destroy(self, units: list[Unit], kind: str, moment: datetime) -> None:
        event = self.scribe.end(moment, ("destroying", "destroyed"), units)
        become(units, Fate.DESTROYED)
        self.report(kind, self._evening(moment), [event], units)

    def _evening(self, moment: datetime) -> datetime:
        """Return when the reports of a day go out."""
        zone = self.location.zone
        return max(zone.at(zone.local_day(moment), 18, 30), moment + timedelta(minutes=30))


def _lot(case: Container) -> Lot:
    return packs_in([case])[0].lot


def _is_recalled(case: Container) -> bool:
    return _lot(case).recalled_at is not None
