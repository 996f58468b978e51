"""Policies of detection: what the rules may be set to, as people write it, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from packtrail.detection import codes
from packtrail.detection.scans import Parameters

if TYPE_CHECKING:
    from packtrail.base.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One parameter as people see it."""

    unit: str
    meaning: str
    least: float
    most: float
    rules: tuple[str, ...]
    """Signals that it is about."""


KNOBS: Final[Mapping[str, Knob]] = {
    "chance_max": Knob(
        unit="share", least=1e-12, most=0.01, rules=("SIG-003", "SIG-005"),
        meaning="How probable what was seen may be by chance and habit, for a signal",
    ),
    "speed": Knob(
        unit="km/h", least=20, most=1_000, rules=("SIG-002",),
        meaning="How fast a pack travels at most, handling included",
    ),
    "distance_min": Knob(
        unit="km", least=1, most=2_000, rules=("SIG-002", "SIG-006"),
        meaning="Below this two places count as one",
    ),
    "clock_error": Knob(
        unit="hours", least=0, most=48, rules=("SIG-001", "SIG-002", "SIG-006"),
        meaning="By how much clocks of two places may differ",
    ),
    "late_max": Knob(
        unit="hours", least=0.01, most=240, rules=("SIG-002",),
        meaning="A scan recorded later than this has no speed; before, it was made in between",
    ),
    "retype_within": Knob(
        unit="hours", least=0, most=24, rules=("SIG-003", "SIG-004", "SIG-005"),
        meaning="How soon a mistyped number is corrected by the same actor",
    ),
    "window": Knob(
        unit="hours", least=0.5, most=168, rules=("SIG-005",),
        meaning="Scans of an actor that belong together",
    ),
    "series_min": Knob(
        unit="numbers", least=2, most=100, rules=("SIG-004",),
        meaning="Neighbouring unknown numbers that are a series",
    ),
    "burst_min": Knob(
        unit="numbers", least=2, most=100, rules=("SIG-005",),
        meaning="Fewest unknown numbers that are a burst",
    ),
    "close_window": Knob(
        unit="hours", least=0.1, most=24, rules=("SIG-005",),
        meaning="Scans of an actor that lie close together",
    ),
    "close_min": Knob(
        unit="numbers", least=2, most=100, rules=("SIG-005",),
        meaning="Fewest unknown numbers close together that are a burst",
    ),
    "unknown_share": Knob(
        unit="share", least=1e-6, most=0.2, rules=("SIG-005",),
        meaning="Share of unknown numbers among honest scans: the habit",
    ),
    "settle": Knob(
        unit="hours", least=0, most=720, rules=("SIG-001", "SIG-006", "SIG-010"),
        meaning="How long a late report of a sale or an undo is waited for",
    ),
    "undo_within": Knob(
        unit="hours", least=0, most=2_400, rules=("SIG-006",),
        meaning="How long a supply can be undone; a look nearby says nothing until then",
    ),
    "scanner_min": Knob(
        unit="scans", least=1, most=1_000, rules=("SIG-020",),
        meaning="Damaged scans of an actor that point to its scanner",
    ),
    "fault_min": Knob(
        unit="packs", least=2, most=10_000, rules=("SIG-008", "SIG-021"),
        meaning="Packs of a lot with other data that show its record to be wrong",
    ),
}  # fmt: skip
"""Parameter -> what it is."""

_HOUR: Final = timedelta(hours=1)


def written(parameters: Parameters) -> dict[str, float]:
    """Return parameters as numbers; times in hours."""
    return {name: _number(getattr(parameters, name)) for name in KNOBS}


def changed(values: Mapping[str, Any]) -> Parameters:
    """Return the parameters with some changed from their defaults; check them before."""
    defaults = Parameters()
    kinds = {each.name: type(getattr(defaults, each.name)) for each in fields(Parameters)}
    given: dict[str, Any] = {
        name: float(value) * _HOUR if kinds[name] is timedelta else kinds[name](value)
        for name, value in values.items()
    }
    return replace(defaults, **given)


def defects(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with values of parameters."""
    for name, value in values.items():
        knob = KNOBS.get(name)
        if knob is None:
            text = f"{name[:40]!r} is no parameter; there are {', '.join(KNOBS)}."
            yield codes.BAD_PARAMETER.found(text, at=name)
            continue
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not knob.least <= value <= knob.most:
            text = f"{name} is {value!r}; it is {knob.least:g} to {knob.most:g} {knob.unit}."
            yield codes.BAD_PARAMETER.found(text, at=name)
        elif isinstance(getattr(Parameters(), name), int) and value != int(value):
            text = f"{name} is {value!r}; it is a whole number."
            yield codes.BAD_PARAMETER.found(text, at=name)


def _number(value: float | timedelta) -> float:
    return value / _HOUR if isinstance(value, timedelta) else value
