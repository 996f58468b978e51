"""The words of Microsoft Project's XML: what its numbers stand for.

Clause:
    Microsoft, "Project XML Data Interchange Schema", namespace
    http://schemas.microsoft.com/project.
"""

from __future__ import annotations

from typing import Final

from packtrail.planning.work import LinkKind

NAMESPACE: Final = "http://schemas.microsoft.com/project"
SAVE_VERSION: Final = "12"
"""Of Project 2007, whose schema this is; later ones read it too."""
HOURS_A_DAY, HOURS_ELAPSED_A_DAY = 8, 24
DAYS, ELAPSED_DAYS = "7", "8"
"""DurationFormat and LagFormat."""
ELAPSED_FORMATS: Final = frozenset({"4", "6", "8", "10", "12", "20", "36", "38", "40", "42", "44"})
"""Elapsed minutes to months, and the same as estimates; 20 is elapsed percent."""
PERCENT_FORMATS: Final = frozenset({"19", "20", "51", "52"})
"""Percent and elapsed percent of the work that is waited for, and the same as estimates."""
LINK_TYPES: Final = {
    "0": LinkKind.FINISH_FINISH,
    "1": LinkKind.FINISH_START,
    "2": LinkKind.START_FINISH,
    "3": LinkKind.START_START,
}
TENTHS_A_MINUTE: Final = 10
AS_SOON, AS_LATE, START_NO_EARLIER, FINISH_NO_LATER = "0", "1", "4", "7"
"""ConstraintType."""
CONSTRAINTS: Final = {
    "2": "must start on",
    "3": "must finish on",
    "5": "start no later than",
    "6": "finish no earlier than",
}
"""Constraints that a plan here has no word for."""
OWN_FIELDS: Final = {"code": "188743731", "extra": "188743734"}
"""Text1 holds the code of a package, Text2 what Project has no field for, as JSON."""
DAY_TYPES: Final = ("2", "3", "4", "5", "6", "7", "1")
"""DayType of Monday to Sunday."""
NO_PHASE: Final = "Work"
"""Summary task of packages without a phase."""
EXCEPTION_DAY_TYPE: Final = "0"
EPOCH_TIMES: Final = (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"))
