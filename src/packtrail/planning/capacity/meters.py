"""Meters: what this installation does, measured day by day, and what the plan says of the same.

A counter counts what happened in a day. A gauge shows how things stood; its last value of a day
counts, or its highest where the peak matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.base.amounts import Scale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.planning.capacity.estimating import Estimate

_DAYS_A_YEAR: Final = 365
COMPARED_DAYS: Final = 28
"""Days that are held against the plan: whole weeks, since weekends differ."""
COMPARED_DAYS_MIN: Final = 7


class Read(StrEnum):
    """Which value of a day counts."""

    LAST = "last"
    HIGHEST = "highest"
    TOTAL = "total"
    MEAN = "mean"
    """Of its samples: of what goes up and down within a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """One thing that is measured."""

    name: str
    title: str
    unit: str
    read: Read
    is_own: bool
    """Whether it is measured for each organisation; else for the installation as a whole."""
    scale: float = 1.0
    """What is kept times this is what is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a meter showed on a day, in the unit of the meter."""

    on: date
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was measured beside what the plan says."""

    meter: Meter
    measured: float
    low: float
    likely: float
    high: float
    unit: str
    days: int
    """That were measured."""

    @property
    def scale(self) -> Scale:
        """The unit that it is all told in."""
        return Scale.of(self.unit, (self.measured, self.low, self.likely, self.high))

    @property
    def verdict(self) -> str:
        """`above`, `within` or `below` what the plan says."""
        if self.measured > self.high:
            return "above"
        return "below" if self.measured < self.low else "within"


METERS: Final[tuple[Meter, ...]] = tuple(
    Meter(name=name, title=title, unit=unit, read=read, is_own=own, scale=scale)
    for name, title, unit, read, own, scale in (
        ("database", "Database", "GB", Read.LAST, False, 1e-9),
        ("disk_free", "Disk that is free", "GB", Read.LAST, False, 1e-9),
        ("events_stored", "Events and their index", "GB", Read.LAST, False, 1e-9),
        ("dictionary", "Dictionary of serial numbers", "GB", Read.LAST, False, 1e-9),
        ("originals", "Original documents", "GB", Read.LAST, False, 1e-9),
        ("verifications_stored", "Verifications kept", "GB", Read.LAST, False, 1e-9),
        ("events", "Events recorded", "a day", Read.TOTAL, True, 1),
        ("objects", "Packs, cases and pallets commissioned", "a day", Read.TOTAL, True, 1),
        ("messages", "Messages taken in", "a day", Read.TOTAL, True, 1),
        ("bytes_sent", "Documents taken in", "GB a day", Read.TOTAL, True, 1e-9),
        ("verifications", "Verifications", "a day", Read.TOTAL, True, 1),
        ("events_rate", "Events, busiest sample", "a second", Read.HIGHEST, False, 1),
        ("verifications_rate", "Verifications, busiest sample", "a second", Read.HIGHEST, False, 1),
        ("requests", "Requests to the interface", "a day", Read.TOTAL, False, 1),
        ("request_p99", "Request, 99 of 100 within", "ms", Read.MEAN, False, 1),
        ("verify_p99", "Verification, 99 of 100 within", "ms", Read.MEAN, False, 1),
        ("serials_left", "Serial numbers left in pools", "numbers", Read.LAST, True, 1),
        ("cpu_load", "Programs that want to run, a core", "x", Read.MEAN, False, 1),
        ("memory_free", "Memory that is free", "GB", Read.LAST, False, 1e-9),
    )
)
BY_NAME: Final[Mapping[str, Meter]] = {each.name: each for each in METERS}

_COMPARED: Final = (
    # meter, quantities of the plan that add up, what a mean day is times, unit
    ("objects", ("packs", "container_numbers"), _DAYS_A_YEAR, "a year"),
    ("events", ("events",), _DAYS_A_YEAR, "a year"),
    ("messages", ("messages",), _DAYS_A_YEAR, "a year"),
    ("bytes_sent", ("bytes_sent",), _DAYS_A_YEAR, "GB a year"),
)
_PEAKS: Final = (("events_rate", "events_peak"), ("verifications_rate", "checks_peak"))


def compare(
    days: Mapping[str, Sequence[Day]], plan: Estimate, *, today: date
) -> tuple[Comparison, ...]:
    """Return what was measured beside what the plan says.

    Counters of whole days are held against the plan's year, the growth of the database against
    its first year, and peaks against its busiest hour.

    Args:
        days: Name of a meter -> what it showed, by day.
        plan: The scenario in force.
        today: It is not over, so it does not count.
    """
    found = []
    for name, keys, factor, unit in _COMPARED:
        some = _latest(days.get(name, ()), today)
        if len(some) >= COMPARED_DAYS_MIN:
            span = (some[-1].on - some[0].on).days + 1
            measured = sum(each.value for each in some) / span * factor
            found.append(_beside(name, measured, keys, plan, unit, span))
    grown = _latest(days.get("database", ()), today)
    if len(grown) >= COMPARED_DAYS_MIN:
        span = (grown[-1].on - grown[0].on).days
        measured = (grown[-1].value - grown[0].value) / span * _DAYS_A_YEAR
        found.append(_beside("database", measured, ("stored_1",), plan, "GB a year more", span))
    for name, key in _PEAKS:
        some = _latest(days.get(name, ()), today)
        if len(some) >= COMPARED_DAYS_MIN:
            measured = max(each.value for each in some)
            found.append(_beside(name, measured, (key,), plan, "a second", len(some)))
    return tuple(found)


def _latest(days: Sequence[Day], today: date) -> Sequence[Day]:
    return [each for each in days if each.on < today][-COMPARED_DAYS:]


def _beside(
    name: str, measured: float, keys: Sequence[str], plan: Estimate, unit: str, days: int
) -> Comparison:
    figures = [plan[key] for key in keys]
    return Comparison(
        meter=BY_NAME[name],
        measured=measured,
        low=sum(each.low for each in figures),
        likely=sum(each.likely for each in figures),
        high=sum(each.high for each in figures),
        unit=unit,
        days=days,
    )
