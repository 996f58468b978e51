"""Two events of one moment, on a container and on what is in it: what must hold, pair by pair.

Each row is told in every order of arrival, one document an event; traces, contents and the census
must say the same each time.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pytest

from packtrail.lifecycle.journey import Status
from packtrail.services.goods import tracing

from .conftest import World
from .documents import commissioning, event, pack, packing
from .test_disorder import ONE_MOMENT, census_after

_numbers = itertools.count(1)
S = Status


@dataclass(frozen=True)
class Pair:
    """What was before, what happens at one moment, and what the pack is then."""

    before: str
    now: str
    status: Status
    holder: str | None
    steps: str
    """Business steps of the pack at that moment, in order."""
    findings: frozenset[str] = frozenset()


TABLE = [
    # Received and opened at one time: the packs are received, then taken out.
    Pair("pack C", "receive C; unpack C", S.RECEIVED, None, "receiving unpacking"),
    Pair("pack C", "receive C; empty C", S.RECEIVED, None, "receiving unpacking"),
    Pair("pack C; ship C", "receive C; unpack C", S.RECEIVED, None, "receiving unpacking"),
    Pair("pack C; ship C", "void C; unpack C", S.ACTIVE, None, "void_shipping unpacking"),
    Pair("pack C; ship C", "store C; unpack C", S.ACTIVE, None, "storing unpacking"),
    Pair("pack C", "hold C; unpack C", S.ON_HOLD, None, "holding unpacking"),
    Pair("pack C; stow P", "receive P; unpack C", S.RECEIVED, None, "unpacking receiving"),
    Pair("pack C; stow P", "receive P; empty C", S.RECEIVED, None, "unpacking receiving"),
    # Taken out before it leaves, is supplied or is destroyed.
    Pair("pack C", "ship C; unpack C", S.ACTIVE, None, "unpacking"),
    Pair("pack C", "destroy C; unpack C", S.ACTIVE, None, "unpacking"),
    Pair("pack C", "dispense C; unpack C", S.ACTIVE, None, "unpacking"),
    Pair("pack C", "retire C; unpack C", S.ACTIVE, None, "unpacking"),
    # What is put into a container shares what becomes of it.
    Pair("", "pack C; ship C", S.IN_TRANSIT, "C", "packing shipping"),
    Pair("", "pack C; receive C", S.RECEIVED, "C", "packing receiving"),
    Pair("", "pack C; hold C", S.ON_HOLD, "C", "packing holding"),
    Pair("", "pack C; destroy C", S.DESTROYED, "C", "packing destroying"),
    Pair("", "pack C; receive P", S.RECEIVED, "C", "packing receiving"),
    Pair("", "pack C; ship P", S.IN_TRANSIT, "C", "packing shipping"),
    # From container to container.
    Pair("", "pack C; unpack C", S.ACTIVE, None, "packing unpacking"),
    Pair("", "pack C; empty C", S.PACKED, "C", "packing"),
    Pair("pack C", "pack C; unpack C", S.PACKED, "C", "unpacking packing"),
    Pair("pack C", "unpack C; empty C", S.ACTIVE, None, "unpacking"),
    Pair("pack C", "unpack C; pack D", S.PACKED, "D", "unpacking packing"),
    Pair("pack C", "receive C; pack D", S.PACKED, "D", "receiving packing", frozenset({"TRC-101"})),
    Pair("pack C", "unpack D; receive C", S.RECEIVED, "C", "unpacking receiving",
         frozenset({"TRC-102"})),
    # Whole journeys within one written day.
    Pair("pack C", "ship C; receive C", S.RECEIVED, "C", "shipping receiving"),
    Pair("pack C", "ship C; receive C; unpack C", S.RECEIVED, None,
         "shipping receiving unpacking"),
    Pair("", "pack C; receive C; unpack C", S.RECEIVED, None, "packing receiving unpacking"),
    Pair("pack C", "receive C; unpack C; pack D; ship D", S.IN_TRANSIT, "D",
         "receiving unpacking packing shipping"),
    # Of a pallet: what befalls it reaches the packs of a case that is taken off it.
    Pair("pack C; load C", "receive L; unload C", S.RECEIVED, "C", "receiving unpacking"),
    Pair("pack C; load C", "receive L; unload C; unpack C", S.RECEIVED, None,
         "receiving unpacking"),
    Pair("pack C; load C", "receive L; unpack C", S.RECEIVED, None, "receiving unpacking"),
    Pair("", "pack C; load C; ship L", S.IN_TRANSIT, "C", "packing packing shipping"),
    # Alone.
    Pair("", "destroy P; dispense P", S.DESTROYED, None, "dispensing destroying"),
    Pair("", "receive P; dispense P", S.DISPENSED, None, "receiving dispensing"),
]  # fmt: skip
STEPS = {
    "ship": ("shipping", "in_transit"),
    "receive": ("receiving", "in_progress"),
    "store": ("storing", "sellable_accessible"),
    "stow": ("storing", "sellable_accessible"),
    "void": ("void_shipping", None),
    "hold": ("holding", None),
    "destroy": ("destroying", "destroyed"),
    "dispense": ("dispensing", "dispensed"),
    "retire": ("decommissioning", "inactive"),
}


class Told:
    """One telling of a row, with packs and cases of its own."""

    def __init__(self) -> None:
        self.number = next(_numbers)
        self.names = {name: f"urn:epc:id:sscc:030001.{self.number:08}{n:03}" for n, name
                      in enumerate("CDL", 600)}  # fmt: skip
        self.names["P"] = pack(f"T{self.number}")
        self._count = self.number * 100

    def events(self, words: str) -> list[dict[str, Any]]:
        return [self._event(*each.split()) for each in words.split("; ") if each]

    def _event(self, verb: str, name: str) -> dict[str, Any]:
        self._count += 1
        what, item = self.names[name], self.names["P"]
        if verb in {"load", "unload"}:
            made = packing(self._count, self.names["L"], [what])
        elif verb in {"pack", "unpack"}:
            made = packing(self._count, what, [item])
        elif verb == "empty":
            made = packing(self._count, what, [])
        else:
            step, disposition = STEPS[verb]
            said = {"disposition": disposition} if disposition else {}
            made = event(self._count, action="OBSERVE", bizStep=step, epcList=[what], **said)
        if verb in {"unload", "unpack", "empty"}:
            made |= {"action": "DELETE", "bizStep": "unpacking"}
        return made


@pytest.mark.parametrize("pair", TABLE, ids=lambda pair: f"{pair.before}: {pair.now}")
def test_events_of_one_moment_tell_what_the_table_says(world: World, pair: Pair) -> None:
    count = len(pair.now.split("; "))
    counts = []
    for order in itertools.permutations(range(count)):
        told = Told()
        before = [commissioning(told.number * 100 + 90, [told.names["P"]])]
        before += told.events(pair.before)
        for place, each in enumerate(before):
            each["eventTime"] = f"2026-03-03T07:{place:02}:00.000+01:00"
        now = told.events(pair.now)
        for each in now:
            each["eventTime"] = ONE_MOMENT
        arrivals = [*before, *(now[place] for place in order), now[0]]
        counts.append(census_after(world, arrivals))
        trace = tracing.trace(world.app, world.maker, told.names["P"])
        moment = [s for s in trace.steps if s.event_time.minute == 0 and s.biz_step
                  and s.biz_step != "commissioning"]  # fmt: skip
        inside = []
        if " C" in f"{pair.before} {pair.now}":
            case = tracing.trace(world.app, world.maker, told.names["C"])
            inside = [each.identifier for each in case.contents]

        assert trace.standing.status is pair.status
        assert trace.standing.parent == (told.names[pair.holder] if pair.holder else None)
        assert (told.names["P"] in inside) == (pair.holder == "C")
        said = [s.biz_step for s in moment if s.event_time == moment[-1].event_time]
        assert said == pair.steps.split()
        odd = {f.code for f in trace.findings if f.code.startswith(("TRC-1", "TRC-2"))}
        assert odd == pair.findings
    assert counts == counts[:1] * len(counts)
