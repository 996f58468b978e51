"""The table of rules, and what they say of many scans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypeVar

from packtrail.detection import codes
from packtrail.detection import rules_of_actors as actors
from packtrail.detection import rules_of_lots as lots
from packtrail.detection import rules_of_packs as packs
from packtrail.detection.scans import Known, Pack, Parameters, Scan, Signal

_Key = TypeVar("_Key", bound=Hashable)
PackRule = Callable[[Sequence[Scan], Pack, Known, Parameters], Iterator[Signal]]

PACK_RULES: Final[tuple[PackRule, ...]] = (
    packs.supplied_twice,
    packs.too_fast,
    packs.dead_seen,
    packs.stolen_seen,
    packs.diverted,
    packs.never_sold,
)

CLOCK_SCANS_MIN: Final = 20
"""Scans of a place by which its clock is told."""
PACK_CODES: Final = frozenset(
    each.code
    for each in (
        codes.SUPPLIED_TWICE, codes.TOO_FAST, codes.DEAD_SEEN, codes.STOLEN_SEEN,
        codes.DIVERTED, codes.NEVER_SOLD,
    )
)  # fmt: skip
LOT_CODES: Final = frozenset({codes.WRONG_DATA.code, codes.DATA_FAULT.code})
OPENING_CODES: Final = frozenset({codes.CASE_DIFFERS.code})
"""Of what containers were found to hold; `rules_of_containers` says them one by one."""
ACTOR_CODES: Final = frozenset(
    each.code for each in (codes.NEAR_ISSUED, codes.PROBING, codes.BURST, codes.SCANNER)
)


def detect(
    scans: Iterable[Scan], known: Known, parameters: Parameters | None = None
) -> list[Signal]:
    """Return the signals that scans give, the surest first.

    Args:
        scans: Of a time; those before it that matter are part of it.
        known: What is recorded of their packs, products and places.
        parameters: What the rules are set to.
    """
    parameters = parameters or Parameters()
    ordered = sorted(scans, key=lambda each: (each.at, each.scan_id))
    clocks = clocks_of(ordered)
    places = {
        name: replace(place, clock=clocks.get(name, place.clock))
        for name, place in known.places.items()
    }
    known = replace(known, places=places)
    found = [
        signal
        for rules in (of_packs, of_lots, of_actors)
        for signal in rules(ordered, known, parameters)
    ]
    return sorted(found, key=lambda each: (-each.score, each.code, each.scans))


def clocks_of(scans: Iterable[Scan]) -> dict[str, timedelta]:
    """Return how far the clocks of places are behind: the middle of what their scans show.

    Most scans are recorded at once, so late ones do not matter; a place with few has no entry.
    """
    behind: dict[str, list[timedelta]] = defaultdict(list)
    for scan in scans:
        behind[scan.place].append(scan.recorded_at - scan.at)
    return {
        place: sorted(some)[len(some) // 2]
        for place, some in behind.items()
        if len(some) >= CLOCK_SCANS_MIN
    }


def of_packs(scans: Sequence[Scan], known: Known, parameters: Parameters) -> Iterator[Signal]:
    """Yield what the scans of packs give; of each pack there are all, in the order of time."""
    for key, own in _grouped(scans, lambda each: each.pack).items():
        pack = known.packs.get(key)
        if pack is not None:
            for rule in PACK_RULES:
                yield from rule(own, pack, known, parameters)


def of_lots(scans: Sequence[Scan], known: Known, parameters: Parameters) -> Iterator[Signal]:
    """Yield what the scans of lots give; of each lot there are all of some time."""
    recorded = [each for each in scans if each.pack in known.packs]
    for own in _grouped(recorded, lambda each: (each.product, known.packs[each.pack].lot)).values():
        yield from lots.wrong_data(own, known, parameters)


def of_actors(scans: Sequence[Scan], known: Known, parameters: Parameters) -> Iterator[Signal]:
    """Yield what the scans of actors give; of each actor there are all of some time."""
    for own in _grouped(scans, lambda each: each.actor).values():
        strange = [each for each in own if not known.has(each.pack)]
        damaged = [each for each in strange if actors.meant(each, known)]
        excused = {each.scan_id for each in damaged}
        unknown = [
            each
            for each in strange
            if each.scan_id not in excused and not actors.corrected(each, own, known, parameters)
        ]
        repaired = [each for each in own if each.is_repaired and each.scan_id not in excused]
        yield from actors.scanner([*damaged, *repaired], parameters)
        yield from actors.near_issued(unknown, known, parameters)
        yield from actors.probing(unknown, known, parameters)
        yield from actors.burst(unknown, own, parameters)


def _grouped(scans: Sequence[Scan], key: Callable[[Scan], _Key]) -> dict[_Key, list[Scan]]:
    groups: dict[_Key, list[Scan]] = defaultdict(list)
    for scan in scans:
        groups[key(scan)].append(scan)
    return groups
