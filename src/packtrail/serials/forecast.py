"""Forecast: when a pool runs low if it goes on as it did.

    >>> two_weeks = [0, 0, 0, 0, 0, 0, 0, 0, 700, 0, 0, 0, 0, 0]
    >>> forecast(two_weeks, left=2_000, low_water=1_000)
    Forecast(per_day=100.0, days=10, days_min=10, days_max=10)

A pool that nothing was taken from has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WEEK: Final = 7
WINDOW_DAYS: Final = 56
"""So far back consumption is looked at."""
DAYS_MAX: Final = 3_650
"""What lies further ahead is not foreseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How fast a pool is used, and when it runs low."""

    per_day: float
    """Numbers a day, on average since it was first used, at most 56 days."""
    days: int | None
    """Until fewer are left than should be; 0: already; None: more than ten years."""
    days_min: int | None
    """If every week were as the busiest."""
    days_max: int | None
    """If every week were as the quietest; None also when that had none."""


def forecast(daily: Sequence[int], *, left: int, low_water: int) -> Forecast | None:
    """Return when a pool runs low, or None when nothing was taken from it.

    Args:
        daily: Numbers taken on each day, the oldest first, up to today.
        left: Numbers that can still be taken.
        low_water: It is low when fewer are left.
    """
    recent = list(daily)[-WINDOW_DAYS:]
    first = next((at for at, count in enumerate(recent) if count), None)
    if first is None:
        return None
    # Days before the first use say nothing, but a single order is no daily rate either.
    counted = recent[min(first, max(len(recent) - WEEK, 0)) :]
    per_day = sum(counted) / max(len(counted), WEEK)
    weeks = [sum(counted[at : at + WEEK]) / WEEK for at in range(len(counted) - WEEK + 1)]
    room = left - low_water
    return Forecast(
        per_day=per_day,
        days=_days(room, per_day),
        days_min=_days(room, max([*weeks, per_day])),
        days_max=_days(room, min([*weeks, per_day])),
    )


def _days(room: int, per_day: float) -> int | None:
    if room < 0:
        return 0
    if per_day <= 0 or room / per_day > DAYS_MAX:
        return None
    return int(room / per_day)
