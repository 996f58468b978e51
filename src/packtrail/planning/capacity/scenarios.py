"""A scenario: what somebody assumes instead of what the model has, and why it is believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.base.errors import UsageError
from packtrail.planning import codes as plan_codes
from packtrail.planning.capacity.estimating import Basis, Input, Span
from packtrail.planning.capacity.forecasts import VALUE_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packtrail.base.findings import Finding

BASES = {basis.value: basis for basis in (Basis.MEASUREMENT, Basis.FACT, Basis.ASSUMPTION)}
"""What an assumption may rest on."""
CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
TEXT_MAX = 2_000
NAME_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A value that a scenario has instead of that of the model."""

    key: str
    """Of the input that it replaces."""
    low: float
    likely: float
    high: float
    basis: Basis
    """Measurement, fact or assumption."""
    source: str
    """Who says so, or what measured it."""
    noted_on: date
    noted_by: str

    @property
    def told(self) -> str:
        """Source with who noted it, and when."""
        return f"{self.source} (noted by {self.noted_by}, {self.noted_on})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What somebody assumes, under a name."""

    code: str
    name: str
    note: str = ""
    forecast_no: int | None = None
    """Number of the forecast it is about; None: always the latest."""
    is_in_force: bool = False
    """Whether meters are compared with it; of one organisation one is."""
    assumptions: tuple[Assumption, ...] = ()
    """Each key once."""

    def inputs(self, known: Mapping[str, Input]) -> dict[str, Input]:
        """Return its assumptions as inputs, with the titles of those they replace."""
        return {
            each.key: Input(
                each.key,
                known[each.key].title if each.key in known else each.key,
                known[each.key].unit if each.key in known else "",
                Span.of(each.low, each.likely, each.high),
                each.basis,
                each.told,
                known[each.key].least if each.key in known else 0.0,
            )
            for each in self.assumptions
        }


def check(scenario: Scenario, known: Sequence[Input]) -> Iterator[Finding]:
    """Yield every defect of a scenario.

    Args:
        scenario: The scenario.
        known: All inputs there are.
    """
    if not CODE.fullmatch(scenario.code):
        message = f"{scenario.code[:80]!r} is no code: expected small letters, digits, . _ and -."
        yield plan_codes.BAD_VALUE.found(message, at="code")
    if not 1 <= len(scenario.name.strip()) <= NAME_MAX:
        message = f"The name has {len(scenario.name.strip())} letters; expected 1 to {NAME_MAX}."
        yield plan_codes.BAD_VALUE.found(message, at="name")
    if len(scenario.note) > TEXT_MAX:
        message = f"The note has {len(scenario.note)} letters; expected at most {TEXT_MAX}."
        yield plan_codes.BAD_VALUE.found(message, at="note")
    texts = (scenario.name, scenario.note, *(each.source for each in scenario.assumptions))
    if any("\0" in text for text in texts):
        yield plan_codes.BAD_VALUE.found("A text holds NUL, which no database keeps.", at="name")
    inputs = {each.key: each for each in known}
    keys = [each.key for each in scenario.assumptions]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield plan_codes.DOUBLE_CODE.found(f"{key!r} is assumed twice.", at=key)
    for each in scenario.assumptions:
        yield from _check_assumption(each, inputs)


def _check_assumption(told: Assumption, inputs: Mapping[str, Input]) -> Iterator[Finding]:
    known = inputs.get(told.key)
    if known is None:
        message = f"{told.key[:80]!r} is no input; there are {', '.join(inputs)}."
        yield plan_codes.UNKNOWN_REFERENCE.found(message, at=told.key[:80])
        return
    values = (told.low, told.likely, told.high)
    try:
        Span.of(*values)
    except UsageError as error:
        yield plan_codes.BAD_VALUE.found(str(error), at=told.key)
    if not all(known.least <= each <= VALUE_MAX for each in values):
        message = f"{told.low:g} to {told.high:g}: expected {known.least:g} to {VALUE_MAX:g}."
        yield plan_codes.BAD_VALUE.found(message, at=told.key)
    if told.basis not in BASES.values():
        message = f"{told.basis.value!r} is no basis: expected one of {', '.join(BASES)}."
        yield plan_codes.BAD_VALUE.found(message, at=told.key)
    if not 1 <= len(told.source.strip()) <= TEXT_MAX:
        message = f"{told.source[:40]!r} is no source: expected who says so, or what measured it."
        yield plan_codes.BAD_VALUE.found(message, at=told.key)
