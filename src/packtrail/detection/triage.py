"""What an alert may be: technical, procedural or suspect, and what false alerts come from.

The three categories are those of European alert handling; the causes are data, so that outcomes can
be counted and fed back to the parameters that let an alert of this cause through.

Clause:
    EMVO best practice on alert handling: technical, procedural, suspected falsification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from packtrail.detection import codes


class Category(StrEnum):
    """What kind of thing an alert points to."""

    TECHNICAL = "technical"
    """A scanner, a keyboard, software or a network did it."""
    PROCEDURAL = "procedural"
    """People or reports did not keep to the procedure; the medicine is genuine."""
    SUSPECT = "suspect"
    """It may be a falsified, stolen or diverted medicine."""


PROPOSED: Final[Mapping[str, Category]] = {
    codes.SCANNER.code: Category.TECHNICAL,
    codes.DATA_FAULT.code: Category.PROCEDURAL,
    codes.WRONG_DATA.code: Category.SUSPECT,
}
"""Signal -> the category it is proposed under; any other is suspect until a person has looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What a false alert came from."""

    category: Category
    meaning: str
    parameter: str = ""
    """Parameter of the rules that lets such alerts through, where there is one."""
    factor: float = 1.0
    """By how much it would be changed, if a person decides so."""


CAUSES: Final[Mapping[str, Cause]] = {
    "scanner_set_up": Cause(
        category=Category.TECHNICAL, meaning="Scanner or keyboard layout", parameter="scanner_min"
    ),
    "lost_separator": Cause(category=Category.TECHNICAL, meaning="Group separator lost"),
    "clock_wrong": Cause(
        category=Category.TECHNICAL,
        meaning="Clock of the station wrong",
        parameter="clock_error",
        factor=1.5,
    ),
    "sent_late": Cause(
        category=Category.TECHNICAL,
        meaning="Scans kept offline and sent late",
        parameter="late_max",
        factor=0.5,
    ),
    "typed_by_hand": Cause(category=Category.TECHNICAL, meaning="Number or expiry typed by hand"),
    "software": Cause(category=Category.TECHNICAL, meaning="Software of the user"),
    "data_not_uploaded": Cause(
        category=Category.PROCEDURAL, meaning="The maker's data was not, or not yet, reported"
    ),
    "data_wrong": Cause(
        category=Category.PROCEDURAL, meaning="The recorded lot or expiry is wrong"
    ),
    "report_late": Cause(
        category=Category.PROCEDURAL,
        meaning="A sale, undo or return was reported late",
        parameter="settle",
        factor=1.5,
    ),
    "dispensed_twice": Cause(
        category=Category.PROCEDURAL, meaning="The same pack was dispensed twice by mistake"
    ),
    "moved_between_sites": Cause(
        category=Category.PROCEDURAL,
        meaning="The pack was moved between sites by somebody who may",
        parameter="distance_min",
        factor=1.5,
    ),
    "licence_not_recorded": Cause(
        category=Category.PROCEDURAL, meaning="An import licence exists and was not recorded"
    ),
    "training": Cause(category=Category.PROCEDURAL, meaning="Test or training with real numbers"),
    "habit": Cause(
        category=Category.PROCEDURAL,
        meaning="This user meets more unknown numbers than others, for a known reason",
        parameter="unknown_share",
        factor=2.0,
    ),
}
"""Code -> what a false alert came from."""


def proposed(code: str) -> Category:
    """Return the category under which an alert of a signal starts."""
    return PROPOSED.get(code, Category.SUSPECT)
