"""Walls: when a meter will reach what there is, by its trend and by the plan.

>>> days = [Day(on=date(2027, 1, 1) + timedelta(days=n), value=100.0 + n) for n in range(60)]
>>> found = trend(days)
>>> (found.per_day.likely, reached(159.0, 459.0, 1.0, date(2027, 3, 1)))
(1.0, datetime.date(2027, 12, 26))
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.base.amounts import Scale
from packtrail.base.days import written
from packtrail.planning.capacity import codes
from packtrail.planning.capacity.estimating import Span
from packtrail.planning.capacity.meters import Day, Meter, Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packtrail.base.findings import Finding

TREND_DAYS: Final = 120
"""Days that a trend is seen in: a quarter and some, so that a campaign is not all of it."""
TREND_DAYS_MIN: Final = 14
NEAR: Final = timedelta(days=45)
AHEAD: Final = timedelta(days=365)
_FAR: Final = 3650
"""Days after which nobody believes a trend."""
_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How a meter moves."""

    per_day: Span
    """Nine of ten pairs of days lie above low, nine of ten under high."""
    days: int
    """From the first to the last that was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What there is of something."""

    meter: Meter
    value: float
    """In the unit of the meter."""
    source: str
    """Who says so."""
    advice: tuple[str, ...]
    """What to buy or change, the simplest first."""
    is_floor: bool = False
    """Whether the meter falls to it, as numbers left in a pool do."""
    planned: Span | None = None
    """By how much a day the plan has the meter move; None: it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """When a meter will reach what there is."""

    limit: Limit
    now: float
    trend: Trend | None
    """None: there are too few days."""
    earliest: date | None
    """By the steeper end of the trend; None: not within ten years."""
    likely: date | None
    latest: date | None
    by_plan: date | None
    """At the pace of the plan, counted from what is now."""

    @property
    def scale(self) -> Scale:
        """The unit that it is all told in."""
        return Scale.of(self.limit.meter.unit, (self.now, self.limit.value))

    @property
    def share(self) -> float:
        """How much of what there is is used; of a meter that falls, nothing."""
        if self.limit.is_floor or not self.limit.value:
            return 0.0
        return self.now / self.limit.value

    @property
    def first(self) -> date | None:
        """The first day that trend or plan name."""
        return min((day for day in (self.earliest, self.by_plan) if day), default=None)


def trend(days: Sequence[Day]) -> Trend | None:
    """Return how a meter moves, or None where there are too few days to say.

    The slope is the middle one of the slopes between all pairs of days that lie a third of the
    time or more apart: a day that is out of line moves it little.

    Args:
        days: In order; the last `TREND_DAYS` count.
    """
    some = days[-TREND_DAYS:]
    if len(some) < TREND_DAYS_MIN:
        return None
    span = (some[-1].on - some[0].on).days
    apart = max(1, span // 3)
    slopes = sorted(
        (after.value - before.value) / gap
        for at, before in enumerate(some)
        for after in some[at + 1 :]
        if (gap := (after.on - before.on).days) >= apart
    )
    last = len(slopes) - 1
    low, likely, high = (slopes[round(share * last)] for share in (_LOW, 0.5, _HIGH))
    return Trend(per_day=Span.of(low, likely, high), days=span + 1)


def reached(now: float, limit: float, per_day: float, today: date) -> date | None:
    """Return the day on which a value reaches a limit; None: never, or not within ten years."""
    distance = limit - now
    if distance * per_day <= 0:
        return today if distance == 0 else None
    days = math.ceil(distance / per_day)
    return today + timedelta(days=days) if days <= _FAR else None


def wall(limit: Limit, days: Sequence[Day], today: date) -> Wall | None:
    """Return when a meter reaches a limit; None where it showed nothing yet.

    Args:
        limit: What there is.
        days: What the meter showed, in order.
        today: The day.
    """
    if not days:
        return None
    now, found = days[-1].value, trend(days)
    is_over = now <= limit.value if limit.is_floor else now >= limit.value
    if found is None and limit.meter.read is not Read.LAST:
        is_over = False  # What goes up and down says nothing on its first days.

    def at(per_day: float | None) -> date | None:
        if is_over:
            return today
        return None if per_day is None else reached(now, limit.value, per_day, today)

    steep, flat = (None, None)
    if found is not None:
        ends = (found.per_day.high, found.per_day.low)
        steep, flat = ends if not limit.is_floor else ends[::-1]
    return Wall(
        limit=limit,
        now=now,
        trend=found,
        earliest=at(steep),
        likely=at(found.per_day.likely if found else None),
        latest=at(flat),
        by_plan=at(limit.planned.likely) if limit.planned else None,
    )


def alarms(walls: Sequence[Wall], today: date) -> Iterator[Finding]:
    """Yield which walls are near, or months ahead, each with what to buy or change."""
    for each in sorted(walls, key=lambda one: one.first or date.max):
        first, meter = each.first, each.limit.meter
        if first is None or first > today + AHEAD:
            continue
        is_near = (each.likely or date.max) <= today + NEAR or first <= today + NEAR / 2
        kind = codes.WALL_NEAR if is_near else codes.WALL_AHEAD
        yield kind.found(_told(each, today), at=meter.name, remedy=" ".join(each.limit.advice))


def _told(each: Wall, today: date) -> str:
    meter, limit, amount = each.limit.meter, each.limit, each.scale.amount
    reaches = "falls to" if limit.is_floor else "reaches"
    now = f"{meter.title} is {amount(each.now)} now"
    if each.first is not None and each.first <= today:
        return f"{now}: {limit.source} is {amount(limit.value)}."
    parts = []
    if each.earliest is not None:
        likely = f", likely {written(each.likely)}" if each.likely else ""
        parts.append(f"by its trend from {written(each.earliest)} on{likely}")
    if each.by_plan is not None:
        parts.append(f"at the pace of the plan on {written(each.by_plan)}")
    what = f"{amount(limit.value)} ({limit.source})"
    return f"{now}, and {reaches} {what} {' and '.join(parts)}."
