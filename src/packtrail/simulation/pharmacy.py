"""A pharmacy: receives totes, dispenses, sends some packs back, and now and then errs.

It reports once a week, in JSON-LD, and names packs by Digital Link as its scanner reads them. A
community pharmacy dispenses pack by pack; a hospital issues lists of packs to its wards.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from packtrail.epcis.events import Destination, ErrorDeclaration, ObjectEvent, Source
from packtrail.simulation.documents import JSON_LD, Channel
from packtrail.simulation.goods import (
    Container,
    Fake,
    Fate,
    Lot,
    Pack,
    Unit,
    become,
    packs_in,
)
from packtrail.simulation.organisations import UNKNOWN_BROKER
from packtrail.simulation.recall import send_back
from packtrail.simulation.scribe import Scribe, Transfer, by_link
from packtrail.simulation.timetable import CLOSING, Ticker, working_day
from packtrail.simulation.truth import Correction, Sighting, Suspicion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from packtrail.epcis.events import Event
    from packtrail.simulation.organisations import Location
    from packtrail.simulation.scene import Scene
    from packtrail.simulation.wholesale import Wholesaler

RETURNED_SHARE = 0.02
KEPT_SHARE = 0.03
MISTAKE_SHARE = 0.006
"""Per pharmacy and day."""
BOX_FOUND_SHARE = 0.2
UNNOTICED_SHARE = 0.6
DAYS_ON_SHELF = 9
DAYS_ON_SHELF_MAX = 70
OPEN_FOR = timedelta(hours=8, minutes=30)
DISPENSED = ("dispensing", "dispensed")


class Pharmacy:
    """A pharmacy of a group, supplied by one wholesaler."""

    def __init__(
        self, scene: Scene, location: Location, supplier: Wholesaler, *, kind: str = "community"
    ) -> None:
        self.location = location
        self.is_hospital = kind == "hospital"
        self.scribe = Scribe(location, scene.rng, name=by_link, event_ids="always")
        group = location.organisation
        self._channel = Channel("pharmacy", JSON_LD, sender=group, owner=group, recorder=group)
        self._scene = scene
        self._supplier = supplier
        self._shelf: dict[date, list[Pack | Fake]] = {}
        """By the day on which it will be dispensed."""
        self._kept: list[Pack] = []
        self._returning: list[Pack] = []
        self._mistakes: list[tuple[ObjectEvent, Pack, Pack]] = []
        """Event, the pack it names, and the pack that was really dispensed."""

    def expect(self, units: list[Unit], transfer: Transfer, *, shipped_at: datetime) -> None:
        """Receive a delivery on the next working day."""
        zone = self.location.zone
        day = working_day(zone.local_day(shipped_at), after=1)
        at = zone.at(day, 8, self._scene.rng.randint(5, 50))
        self._scene.agenda.at(at, lambda now: self._receive(units, transfer, now))

    def report(
        self, _kind: str, due_at: datetime, events: list[Event], _units: Sequence[Unit], /
    ) -> None:
        """Report events with the upload of the week, whatever their kind."""
        self._scene.post.put(self._channel, self._upload_at(due_at), events, ())

    def take_out(self, lot: Lot) -> list[Unit]:
        """Take everything of a lot off the shelves."""
        taken: list[Unit] = [pack for pack in self._kept if pack.lot is lot]
        taken += [pack for pack in self._returning if pack.lot is lot]
        self._kept = [pack for pack in self._kept if pack.lot is not lot]
        self._returning = [pack for pack in self._returning if pack.lot is not lot]
        for day, stock in self._shelf.items():
            taken += [pack for pack in stock if isinstance(pack, Pack) and pack.lot is lot]
            self._shelf[day] = [
                pack for pack in stock if isinstance(pack, Fake) or pack.lot is not lot
            ]
        return taken

    def close_day(self, moment: datetime) -> None:
        """Write down what was dispensed today."""
        today = self.location.zone.local_day(moment)
        events: list[Event] = []
        self._correct(moment, events)
        stock = self._shelf.pop(today, [])
        if stock:
            opening = self.location.zone.at(today, 9)
            portions = list(self._portions(stock))
            seconds = int(OPEN_FOR.total_seconds())
            offsets = sorted(self._scene.rng.sample(range(seconds), min(seconds, len(portions))))
            moments = [opening + timedelta(seconds=offset) for offset in offsets]
            other = self._mistaken_for(portions[0], moments[0])
            if other:
                events.append(self._mix_up(other, portions.pop(0), moments.pop(0)))
            events += map(self._dispense, portions, moments)
        if events:
            self.report("dispensing", moment, events, [])

    def buy(self, fakes: list[Fake], moment: datetime) -> None:
        """Buy from a stranger, and dispense what is not noticed to be counterfeit."""
        fields = {
            "sources": (Source(type="owning_party", source=UNKNOWN_BROKER),),
            "destinations": (
                Destination(type="owning_party", destination=self.location.organisation.sgln),
                Destination(type="location", destination=self.location.sgln),
            ),
        }
        event = self.scribe.observe(moment, ("receiving", "in_progress"), fakes, **fields)
        self.report("receiving", moment, [event], [])
        self._saw(event, fakes)
        noticed = []
        for fake in fakes:
            if self._scene.happens("unnoticed", UNNOTICED_SHARE, first=1):
                self._put_on_shelf(fake, moment)
            else:
                noticed.append(fake)
        zone = self.location.zone
        day = working_day(zone.local_day(moment), after=self._scene.rng.randint(9, 20))
        if noticed:
            self._scene.agenda.at(zone.at(day, 16, 10), lambda now: self._suspect(noticed, now))

    def peek(self, today: date) -> Pack | None:
        """Return a pack that will be dispensed in some days, as a thief of numbers sees it."""
        soon = today + timedelta(days=3)
        for day in sorted(day for day in self._shelf if day > soon):
            for pack in self._shelf[day]:
                if isinstance(pack, Pack):
                    return pack
        return None

    def _receive(self, units: list[Unit], transfer: Transfer, moment: datetime) -> None:
        ticker = Ticker(moment)
        what = ("receiving", "in_progress")
        events: list[Event] = [self.scribe.observe(moment, what, units, **transfer.fields())]
        events += [
            self.scribe.unpack(ticker.next(seconds=200), unit, unit.contents)
            for unit in units
            if isinstance(unit, Container)
        ]
        become(units, Fate.AT_PHARMACY)
        self.report("receiving", moment, events, units)
        recalled: dict[Lot, list[Unit]] = {}
        for pack in packs_in(units):
            if pack.lot.recalled_at:
                recalled.setdefault(pack.lot, []).append(pack)
            else:
                self._put_away(pack, moment)
        for lot, packs in recalled.items():
            maker = self._supplier.makers[lot.product.maker]
            send_back(self._scene, self, maker, packs, ticker.next(seconds=900))

    def _put_away(self, pack: Pack, moment: datetime) -> None:
        if self._scene.happens("return", RETURNED_SHARE, first=6):
            self._returning.append(pack)
            zone = self.location.zone
            day = working_day(zone.local_day(moment), after=self._scene.rng.randint(6, 18))
            self._scene.agenda.at(zone.at(day, 14, 30), self._send_returns)
        elif self._scene.rng.random() < KEPT_SHARE:
            self._kept.append(pack)
        else:
            self._put_on_shelf(pack, moment)

    def _put_on_shelf(self, pack: Pack | Fake, moment: datetime) -> None:
        days = 1 + int(self._scene.rng.expovariate(1 / DAYS_ON_SHELF))
        day = self.location.zone.local_day(moment) + timedelta(days=min(days, DAYS_ON_SHELF_MAX))
        if day.weekday() == 6:
            day += timedelta(days=1)
        self._shelf.setdefault(day, []).append(pack)

    def _portions(self, stock: list[Pack | Fake]) -> Iterator[list[Pack | Fake]]:
        """Split what is dispensed on a day by patient, or by ward."""
        rng, source = self._scene.rng, iter(stock)
        while portion := list(islice(source, rng.randint(5, 40) if self.is_hospital else 1)):
            yield portion

    def _dispense(self, portion: list[Pack | Fake], moment: datetime) -> Event:
        event = self.scribe.observe(moment, DISPENSED, portion)
        packs = [pack for pack in portion if isinstance(pack, Pack)]
        become(packs, Fate.DISPENSED)
        if packs and self._scene.rng.random() < BOX_FOUND_SHARE:
            self._scene.recently_dispensed.append(packs[0])
        if len(packs) < len(portion):
            self._saw(event, [pack for pack in portion if isinstance(pack, Fake)])
        return event

    def _mix_up(self, named: Pack, portion: list[Pack | Fake], moment: datetime) -> Event:
        """Name another pack than the one that is dispensed."""
        event = self.scribe.observe(moment, DISPENSED, [named])
        meant = [pack for pack in portion if isinstance(pack, Pack)]
        become(meant, Fate.DISPENSED)
        self._mistakes.append((event, named, meant[0]))
        return event

    def _mistaken_for(self, portion: list[Pack | Fake], moment: datetime) -> Pack | None:
        """Return, once in a while, another pack that is recorded as dispensed by mistake."""
        is_single_pack = len(portion) == 1 and isinstance(portion[0], Pack)
        if not is_single_pack or moment + timedelta(days=8) > CLOSING:
            return None
        other = self.peek(moment.date())
        errs = other and self._scene.happens("mistake", MISTAKE_SHARE, first=1)
        return other if errs else None

    def _correct(self, moment: datetime, events: list[Event]) -> None:
        """Declare wrong, at the end of the next day, what was recorded by mistake."""
        for wrong, named, meant in self._mistakes:
            right = self.scribe.observe(wrong.event_time, DISPENSED, [meant])
            declaration = ErrorDeclaration(
                declaration_time=moment,
                reason="incorrect_data",
                corrective_event_ids=(right.event_id or "",),
            )
            events += [replace(wrong, error_declaration=declaration), right]
            self._scene.truth.corrections.append(
                Correction(wrong.event_id or "", right.event_id or "", named.urn, meant.urn, moment)
            )
        self._mistakes.clear()

    def _send_returns(self, moment: datetime) -> None:
        packs = [pack for pack in self._returning if not pack.lot.recalled_at]
        if not packs:
            return
        self._returning = [pack for pack in self._returning if pack.lot.recalled_at]
        number = self._scene.numbering.next("rma")
        transfer = Transfer(self.location, self._supplier.location, (("rma", f"R{number:06d}"),))
        event = self.scribe.ship(moment, packs, transfer, disposition="returned")
        become(packs, Fate.IN_TRANSIT)
        self.report("returns", moment, [event], [*packs])
        zone = self._supplier.location.zone
        day = working_day(zone.local_day(moment), after=2)
        at = zone.at(day, 10, self._scene.rng.randint(0, 59))
        self._scene.agenda.at(at, lambda now: self._supplier.receive_returns(packs, transfer, now))

    def _suspect(self, fakes: list[Fake], moment: datetime) -> None:
        event = self.scribe.observe(moment, ("inspecting", "no_pedigree_match"), fakes)
        self._saw(event, fakes)
        self.report("suspicion", moment, [event], [])

    def _saw(self, event: ObjectEvent, fakes: list[Fake]) -> None:
        self._scene.truth.sightings += [
            Sighting(
                identifier=fake.link,
                epc=fake.urn,
                suspicion=Suspicion.COPIED if fake.is_copy else Suspicion.INVENTED,
                event_id=event.event_id or "",
                biz_step=event.biz_step or "",
                location=self.location.sgln,
                seen_at=event.event_time,
            )
            for fake in fakes
        ]

    def _upload_at(self, moment: datetime) -> datetime:
        """Return the next weekly upload, on Saturday evening."""
        zone = self.location.zone
        day = zone.local_day(moment)
        saturday = day + timedelta(days=(5 - day.weekday()) % 7)
        at = zone.at(saturday, 18, 15)
        return at if at >= moment else zone.at(saturday + timedelta(days=7), 18, 15)
