"""Sightings: where suspects were, in which order, and the ways between, as values to be drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

Pack = tuple[str, str]
"""(GTIN, serial number)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A pack at a place at a moment."""

    at: datetime
    pack: Pack
    place: str
    name: str
    market: str
    latitude: float | None
    longitude: float | None
    what: str
    """`dispensing`, `verified` ..."""
    who: str
    is_suspect: bool
    """An alert rests on it; else it is what the record says of the pack."""

    @property
    def is_on_map(self) -> bool:
        """Whether it is known where the place lies."""
        return self.latitude is not None and self.longitude is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Packs that were at one place, and next at another."""

    source: str
    target: str
    count: int
    is_suspect: bool
    """At one end an alert rests on what was seen."""


def ways(sightings: Iterable[Sighting]) -> tuple[Way, ...]:
    """Return the ways between places that packs were seen at one after the other."""
    by_pack: defaultdict[Pack, list[Sighting]] = defaultdict(list)
    for each in sorted(sightings, key=lambda one: (one.at, one.place)):
        if each.place:
            by_pack[each.pack].append(each)
    counts: Counter[tuple[str, str]] = Counter()
    suspect: set[tuple[str, str]] = set()
    for own in by_pack.values():
        for one, other in pairwise(own):
            if one.place != other.place:
                counts[one.place, other.place] += 1
                if one.is_suspect or other.is_suspect:
                    suspect.add((one.place, other.place))
    return tuple(
        Way(source=a, target=b, count=count, is_suspect=(a, b) in suspect)
        for (a, b), count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    )


def places(sightings: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """Return for each place its first sighting, a suspect one before others, in order of time."""
    found: dict[str, Sighting] = {}
    for each in sorted(sightings, key=lambda one: (not one.is_suspect, one.at)):
        if each.place:
            found.setdefault(each.place, each)
    first = {p: min(each.at for each in sightings if each.place == p) for p in found}
    return tuple(sorted(found.values(), key=lambda each: (first[each.place], each.place)))
