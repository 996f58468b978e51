"""A packing line: numbers packs, rejects bad ones, and fills cases, with some rework.

The line report names every pack. A few packs fail camera inspection and are decommissioned or
destroyed; quality takes samples; and now and then a case is opened again, its bad pack destroyed
and replaced by one out of the last case.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from packtrail.simulation.containers import CASE, logistic_unit, trade_item_cases
from packtrail.simulation.documents import XML, Channel
from packtrail.simulation.goods import Container, Fate, Lot, Pack, Unit, become
from packtrail.simulation.numbering import serials
from packtrail.simulation.scribe import Scribe
from packtrail.simulation.timetable import Ticker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.epcis.events import Event
    from packtrail.simulation.organisations import Location, Organisation
    from packtrail.simulation.scene import Scene

PACKS_PER_EVENT = 2_500
PACKS_PER_SECOND = 2
REJECT_SHARE = 0.006
REWORK_SHARE = 0.015
COMMISSIONING_FOR = timedelta(hours=3)
PACKING_FOR = timedelta(hours=4)


class Line:
    """One line at one plant, packing for one maker."""

    def __init__(
        self, scene: Scene, plant: Location, maker: Organisation, *, event_ids: str = "never"
    ) -> None:
        self.plant = plant
        self.scribe = Scribe(plant, scene.rng, event_ids=event_ids)
        self.packing = self._channel("packing", maker)
        self._commissioning = self._channel("commissioning", maker)
        self._scene = scene

    def run(self, lot: Lot, moment: datetime) -> list[Container]:
        """Pack a lot in one shift, report it, and return the full cases."""
        ticker = Ticker(moment)
        packs = self._commission(lot, ticker)
        events: list[Event] = []
        good = self._sort_out(packs, ticker, events)
        cases = self._fill_cases(lot, good, ticker, events)
        cases = self._rework(cases, ticker, events)
        due_at = ticker.next(seconds=1800)
        self._scene.post.put(self.packing, due_at, events, [lot.product])
        return cases

    def _commission(self, lot: Lot, ticker: Ticker) -> list[Pack]:
        scene, product = self._scene, lot.product
        drawn = serials(
            scene.rng, lot.size, alphabet=product.serial_alphabet, length=product.serial_length
        )
        packs = [Pack(lot, serial) for serial in drawn]
        starts = range(0, lot.size, PACKS_PER_EVENT)
        seconds_max = COMMISSIONING_FOR.total_seconds() / len(starts)
        events = []
        for start in starts:
            portion = packs[start : start + PACKS_PER_EVENT]
            moment = ticker.next(seconds=min(len(portion) / PACKS_PER_SECOND, seconds_max))
            events.append(self.scribe.commission(moment, portion, lot=lot))
        become(packs, Fate.AT_MAKER)
        lot.commissioned_at = ticker.now
        scene.post.put(self._commissioning, ticker.next(seconds=300), events, [product])
        return packs

    def _sort_out(self, packs: list[Pack], ticker: Ticker, events: list[Event]) -> list[Pack]:
        """Take out rejects and samples; return what goes into cases."""
        rng, count = self._scene.rng, len(packs)
        bad = self._scene.part(count, REJECT_SHARE)
        if not bad and self._scene.happens("reject", 0, first=1):
            bad = 1
        samples = min(3, count // 40)
        chosen = rng.sample(range(count), bad + samples)
        rejects, sampled = (
            [packs[n] for n in sorted(part)] for part in (chosen[:bad], chosen[bad:])
        )
        half = rng.randint(0, bad)
        for part, biz_step, disposition, fate in (
            (rejects[:half], "decommissioning", "inactive", Fate.DECOMMISSIONED),
            (rejects[half:], "destroying", "destroyed", Fate.DESTROYED),
        ):
            if part:
                moment = ticker.next(seconds=45)
                events.append(self.scribe.end(moment, (biz_step, disposition), part))
                become(part, fate)
        if sampled:
            what = ("sampling", "non_sellable_other")
            events.append(self.scribe.observe(ticker.next(seconds=60), what, sampled))
            become(sampled, Fate.SAMPLED)
        gone = frozenset(chosen)
        return [pack for n, pack in enumerate(packs) if n not in gone]

    def _fill_cases(
        self, lot: Lot, packs: list[Pack], ticker: Ticker, events: list[Event]
    ) -> list[Container]:
        size = min(lot.product.packs_per_case, max(3, lot.size // 6))
        portions = [packs[n : n + size] for n in range(0, len(packs), size)]
        cases = self._new_cases(lot, len(portions), ticker.next(seconds=180))
        trade_items = lot if lot.product.case_indicator is not None else None
        events.append(self.scribe.commission(ticker.now, cases, lot=trade_items))
        seconds = min(20.0, PACKING_FOR.total_seconds() / len(cases))
        for case, portion in zip(cases, portions, strict=True):
            self._put(case, portion, ticker.next(seconds=seconds), events)
        return cases

    def _new_cases(self, lot: Lot, count: int, moment: datetime) -> list[Container]:
        if lot.product.case_indicator is not None:
            return trade_item_cases(self._scene.rng, lot, count, made_at=moment)
        prefix = self.plant.organisation.company_prefix
        numbering = self._scene.numbering
        return [
            logistic_unit(numbering, prefix, [], extension=CASE, made_at=moment)
            for _ in range(count)
        ]

    def _put(
        self, case: Container, packs: Sequence[Unit], moment: datetime, events: list[Event]
    ) -> None:
        events.append(self.scribe.pack(moment, case, packs))
        case.contents = [*case.contents, *packs]
        case.packed_at, case.packed_in = moment, self.plant

    def _rework(
        self, cases: list[Container], ticker: Ticker, events: list[Event]
    ) -> list[Container]:
        """Open some cases again, and fill each with a pack out of the last case."""
        donor = cases[-1]
        count = self._scene.part(len(cases) - 1, REWORK_SHARE)
        if not count and len(cases) > 1 and self._scene.happens("rework", 0, first=1):
            count = 1
        for n in sorted(self._scene.rng.sample(range(len(cases) - 1), count)):
            if len(donor.contents) == 1:
                break
            self._replace_one(cases[n], donor, ticker, events)
        return cases

    def _replace_one(
        self, case: Container, donor: Container, ticker: Ticker, events: list[Event]
    ) -> None:
        bad = self._scene.rng.choice(case.contents)
        spare = donor.contents[-1]
        events.append(self.scribe.unpack(ticker.next(seconds=240), case, [bad]))
        events.append(self.scribe.end(ticker.next(seconds=60), ("destroying", "destroyed"), [bad]))
        become([bad], Fate.DESTROYED)
        events.append(self.scribe.unpack(ticker.next(seconds=60), donor, [spare]))
        case.contents = [unit for unit in case.contents if unit is not bad]
        donor.contents = donor.contents[:-1]
        self._put(case, [spare], ticker.next(seconds=60), events)

    def _channel(self, kind: str, maker: Organisation) -> Channel:
        operator = self.plant.organisation
        return Channel(kind, XML, sender=operator, owner=maker, recorder=operator, receiver=maker)
