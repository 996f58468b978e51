"""Lessons: how right the rules were by what became of real alerts, and what could be set otherwise.

Nothing is changed by itself: a person reads the suggestion, and sets the parameter with a reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.detection.policies import KNOBS, written
from packtrail.detection.triage import CAUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packtrail.detection.scans import Parameters

DECIDED_MIN: Final = 5
"""So many false alerts of one cause before a parameter is suggested."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of some alerts of one signal."""

    code: str
    is_right: bool
    cause: str
    """Of a false one."""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Another value of a parameter, and why."""

    parameter: str
    now: float
    suggested: float
    unit: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """How right one rule was."""

    code: str
    right: int
    false: int
    causes: Mapping[str, int]
    """Cause of false alerts -> how many, the most frequent first."""
    suggestions: tuple[Suggestion, ...]

    @property
    def precision(self) -> float | None:
        """Share of right ones among those decided; None: none was decided."""
        decided = self.right + self.false
        return self.right / decided if decided else None


def lessons(decided: Iterable[Decided], parameters: Parameters) -> tuple[Lesson, ...]:
    """Return what real outcomes say of each rule, by code."""
    right: Counter[str] = Counter()
    causes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in decided:
        if each.is_right:
            right[each.code] += each.count
        else:
            causes[each.code][each.cause] += each.count
    return tuple(
        Lesson(
            code=code,
            right=right[code],
            false=sum(causes[code].values()),
            causes=dict(causes[code].most_common()),
            suggestions=tuple(_suggestions(code, causes[code], parameters)),
        )
        for code in sorted({*right, *causes})
    )


def _suggestions(
    code: str, causes: Mapping[str, int], parameters: Parameters
) -> Iterable[Suggestion]:
    values = written(parameters)
    for cause, count in causes.items():
        row = CAUSES.get(cause)
        knob = KNOBS.get(row.parameter) if row else None
        if row is None or knob is None or count < DECIDED_MIN or code not in knob.rules:
            continue
        now = values[row.parameter]
        wanted = min(knob.most, max(knob.least, now * row.factor))
        if row.factor == 1.0 and now < knob.most:
            wanted = now + 1
        if wanted != now:
            because = f"{count} alerts {code} were false: {row.meaning.lower()}"
            yield Suggestion(
                parameter=row.parameter, now=now, suggested=wanted, unit=knob.unit, because=because
            )
