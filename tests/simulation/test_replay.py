"""Replays the simulated events, believing nothing but them, and compares with the ground truth."""

from __future__ import annotations

from collections import Counter
from operator import itemgetter

import pytest

from packtrail import gs1
from packtrail.epcis import LOT_NUMBER, AggregationEvent, ObjectEvent
from packtrail.simulation import simulate
from packtrail.simulation.goods import Fate
from packtrail.simulation.organisations import BY_SGLN, Part

AT = {
    Part.MAKER: Fate.AT_MAKER,
    Part.CONTRACT_PACKER: Fate.AT_MAKER,
    Part.WHOLESALER: Fate.AT_WHOLESALER,
    Part.PHARMACY: Fate.AT_PHARMACY,
}
ENDS = {
    "decommissioning": Fate.DECOMMISSIONED,
    "destroying": Fate.DESTROYED,
    "sampling": Fate.SAMPLED,
    "dispensing": Fate.DISPENSED,
}
FINAL = {*ENDS.values(), Fate.STOLEN}
HELD = {"recalled": Fate.RECALLED, "stolen": Fate.STOLEN}


class Replay:
    """What an omniscient reader makes of all events, in order of event time."""

    def __init__(self, world):
        self.world = world
        self.fates = {}
        self.parents = {}
        self.contents = {}
        self.problems = []
        self.lots = {}

    def run(self):
        drafts = list(self.world.drafts())
        truth = self.world.truth
        repeats = {repeated.name for repeated in truth.repeated}
        withdrawn = {correction.wrong_event_id for correction in truth.corrections}
        fakes = {(sighting.event_id, sighting.identifier) for sighting in truth.sightings}
        told = [
            (event.event_time, number, event)
            for draft in drafts
            if draft.channel.kind != "inbound_shipment" and draft.name not in repeats
            for number, event in enumerate(draft.document.events)
            if event.event_id not in withdrawn or event.event_id is None
        ]
        for _, _, event in sorted(told, key=itemgetter(0, 1)):
            self.apply(event, fakes)
        return self

    def apply(self, event, fakes):
        match event:
            case AggregationEvent():
                children = gs1.identify(event.child_epcs)
                [parent] = gs1.identify([event.parent_id])
                (self.pack if event.action == "ADD" else self.unpack)(parent, children, event)
            case ObjectEvent():
                epcs = [epc for epc in event.epcs if (event.event_id, epc) not in fakes]
                self.see(gs1.identify(epcs), event)

    def pack(self, parent, children, event):
        for child in (parent, *children):
            self.expect(child in self.fates, "packed before it was commissioned", child, event)
        for child in children:
            self.expect(child not in self.parents, "packed into a second parent", child, event)
            self.parents[child] = parent
            self.contents.setdefault(parent, {})[child] = None

    def unpack(self, parent, children, event):
        for child in children:
            is_inside = self.parents.get(child) == parent
            self.expect(is_inside, "unpacked from what does not hold it", child, event)
            self.parents.pop(child, None)
            self.contents.get(parent, {}).pop(child, None)

    def see(self, things, event):
        if event.biz_step == "commissioning":
            for thing in things:
                self.expect(thing not in self.fates, "commissioned twice", thing, event)
                self.fates[thing] = Fate.AT_MAKER
                self.lots[thing] = event.ilmd.get(LOT_NUMBER)
            return
        if event.biz_step in ("shipping", "receiving"):
            for thing in things:
                self.expect(thing not in self.parents, "moved without its parent", thing, event)
        for thing in self.with_contents(things):
            self.expect(thing in self.fates, "seen but never commissioned", thing, event)
            is_gone = self.fates.get(thing) in FINAL
            self.expect(not is_gone, f"touched after {self.fates.get(thing)}", thing, event)
        fate = self.fate_after(event)
        if fate:
            for thing in self.with_contents(things):
                self.fates[thing] = fate

    def fate_after(self, event):
        if event.disposition in HELD:
            return HELD[event.disposition]
        if event.biz_step == "shipping":
            return Fate.IN_TRANSIT
        if event.biz_step == "receiving":
            return AT[BY_SGLN[event.biz_location.id].organisation.part]
        return ENDS.get(event.biz_step)

    def with_contents(self, things):
        found = dict.fromkeys(things)
        waiting = list(found)
        while waiting:
            inside = [child for child in self.contents.get(waiting.pop(), {}) if child not in found]
            found.update(dict.fromkeys(inside))
            waiting += inside
        return found

    def expect(self, is_so, problem, thing, event):
        if not is_so:
            self.problems.append((problem, thing, event))

    def pack_fates(self):
        """Fates of saleable packs: their GTIN has the indicator 0."""
        return {thing: fate for thing, fate in self.fates.items() if thing[0].startswith("sgtin/0")}


@pytest.fixture(scope="module", params=[(50, 1), (333, 5), (2_000, 7), (12_000, 11)], ids=str)
def replay(request):
    packs, seed = request.param
    return Replay(simulate(packs, seed)).run()


def test_no_event_contradicts_the_ones_before_it(replay):
    assert replay.problems == []


def test_every_pack_is_commissioned_once_and_the_fates_add_up(replay):
    truth = replay.world.truth.fates()

    assert len(replay.pack_fates()) == replay.world.packs
    assert sum(truth.values()) == replay.world.packs


def test_the_events_lead_to_the_true_fates(replay):
    expected = {fate: count for fate, count in replay.world.truth.fates().items() if count}

    assert dict(Counter(replay.pack_fates().values())) == expected


def test_each_lot_ends_as_its_ground_truth_says(replay):
    found = {}
    for thing, fate in replay.pack_fates().items():
        found.setdefault(replay.lots[thing], Counter())[fate] += 1

    assert found == {lot.number: +lot.fates for lot in replay.world.truth.lots}


def test_stolen_packs_are_those_of_the_ground_truth(replay):
    stolen = {thing for thing, fate in replay.pack_fates().items() if fate is Fate.STOLEN}

    assert stolen == set(gs1.identify([theft.epc for theft in replay.world.truth.thefts]))
    assert stolen


def test_copied_numbers_are_genuine_and_invented_ones_unknown(replay):
    for sighting in replay.world.truth.sightings:
        [thing] = gs1.identify([sighting.identifier])

        assert (thing in replay.fates) is (sighting.suspicion == "copied")
        assert [thing] == gs1.identify([sighting.epc])


def test_a_pack_is_dispensed_a_second_time_only_as_a_counterfeit(replay):
    world = replay.world
    dispensed = Counter()
    withdrawn = {correction.wrong_event_id for correction in world.truth.corrections}
    repeats = {repeated.name for repeated in world.truth.repeated}
    for draft in world.drafts():
        for event in draft.document.events if draft.name not in repeats else ():
            if event.biz_step == "dispensing" and event.event_id not in withdrawn:
                dispensed.update(gs1.identify(event.epcs))
    copies = gs1.identify([sighting.epc for sighting in world.truth.sightings])

    assert {thing for thing, count in dispensed.items() if count > 1} <= set(copies)
