"""The words of recalls: how grave, how deep, how thoroughly checked; as tables.

Clause:
    21 CFR 7.3(m) (classes), 7.42(b)(1) (depth), 7.42(b)(3) (effectiveness checks); EU GMP, part I,
    chapter 8 (recalls, and mock recalls that show that they work).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class RecallKind(StrEnum):
    """Whether it is meant."""

    RECALL = "recall"
    DRILL = "drill"
    """A mock recall: everything is found and counted, and nothing changes."""


class Hazard(StrEnum):
    """How grave the hazard is."""

    ONE = "1"
    TWO = "2"
    THREE = "3"


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardTerm:
    """What a class means, and how soon a holder is reminded."""

    meaning: str
    remind_for_hours: int
    """Hours between a message that nobody answers and the first reminder; ours, no law's."""


HAZARDS: Final[Mapping[Hazard, HazardTerm]] = {
    Hazard.ONE: HazardTerm(meaning="May threaten life or do grave harm", remind_for_hours=24),
    Hazard.TWO: HazardTerm(
        meaning="May make ill or lead to a wrong treatment, for a time", remind_for_hours=48
    ),
    Hazard.THREE: HazardTerm(meaning="Is not likely to do harm", remind_for_hours=120),
}


class Depth(StrEnum):
    """How far down the chain it goes."""

    WHOLESALE = "wholesale"
    RETAIL = "retail"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthTerm:
    """What a depth means."""

    meaning: str
    reaches_retail: bool
    """Whether pharmacies and hospitals are told."""
    reaches_patients: bool
    """Whether what was dispensed is to come back, too."""


DEPTHS: Final[Mapping[Depth, DepthTerm]] = {
    Depth.WHOLESALE: DepthTerm(
        meaning="Wholesalers and distributors", reaches_retail=False, reaches_patients=False
    ),
    Depth.RETAIL: DepthTerm(
        meaning="Also pharmacies and hospitals", reaches_retail=True, reaches_patients=False
    ),
    Depth.PATIENT: DepthTerm(
        meaning="Down to the patients", reaches_retail=True, reaches_patients=True
    ),
}


class CheckLevel(StrEnum):
    """How many of those who were told are asked whether they understood and acted."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTerm:
    """What a level of effectiveness checks asks for."""

    meaning: str
    share: float
    """Of those who were told, 0 to 1."""

    def wanted(self, told: int) -> int:
        """Return how many of so many holders are to be checked."""
        return ceil(self.share * told - 1e-9)


LEVELS: Final[Mapping[CheckLevel, LevelTerm]] = {
    CheckLevel.A: LevelTerm(meaning="All of them", share=1.0),
    # The rule says more than 10 and less than 100 per cent, case by case; this is our middle.
    CheckLevel.B: LevelTerm(meaning="Half of them", share=0.5),
    CheckLevel.C: LevelTerm(meaning="One in ten", share=0.1),
    CheckLevel.D: LevelTerm(meaning="One in fifty", share=0.02),
    CheckLevel.E: LevelTerm(meaning="None", share=0.0),
}
