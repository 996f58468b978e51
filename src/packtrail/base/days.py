"""Days as people read them: `22 Nov 2026`, never 11/22."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
YEARS_IN_REACH: Final = range(1900, 3000)
"""Years of the days that plans and laws are asked for: years are counted from each, both ways."""


def written(on: date) -> str:
    """Return `22 Nov 2026`."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
