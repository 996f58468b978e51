"""The simulated year and its working days, with the time-zone offsets of the places.

The year is fixed, 2025-11-01 to 2026-10-31, and so are its changes to and from summer time: they
are written down here, so that the same seed gives the same bytes on every machine, whatever
time-zone database it has.

    >>> US_EASTERN.at(date(2026, 1, 7), 8, 30).isoformat()
    '2026-01-07T08:30:00-05:00'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

FIRST_DAY = date(2025, 11, 1)
LAST_DAY = date(2026, 10, 31)
CLOSING = datetime(2026, 11, 1, tzinfo=UTC)
"""Nothing happens, and nothing is sent, at or after this moment."""

DAYS = tuple(FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """The offset from UTC that clocks of a region show, day by day."""

    winter: timezone
    summer: timezone
    summers: tuple[tuple[date, date], ...]
    """First day, and the day after the last one."""

    def offset(self, day: date) -> timezone:
        """Return the offset that holds on a day (from its morning on)."""
        is_summer = any(since <= day < until for since, until in self.summers)
        return self.summer if is_summer else self.winter

    def at(self, day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
        """Return a moment by the clock of the place."""
        return datetime.combine(day, time(hour, minute, second), self.offset(day))

    def local_day(self, moment: datetime) -> date:
        """Return the date that the place has at a moment."""
        return moment.astimezone(self.offset(moment.date())).date()


def _hours(count: int) -> timezone:
    return timezone(timedelta(hours=count))


US_EASTERN = Zone(
    _hours(-5),
    _hours(-4),
    ((date(2025, 3, 9), date(2025, 11, 2)), (date(2026, 3, 8), date(2026, 11, 1))),
)
US_CENTRAL = Zone(_hours(-6), _hours(-5), US_EASTERN.summers)
CENTRAL_EUROPE = Zone(
    _hours(1),
    _hours(2),
    ((date(2025, 3, 30), date(2025, 10, 26)), (date(2026, 3, 29), date(2026, 10, 25))),
)


def working_day(day: date, *, after: int = 0) -> date:
    """Return the day so many calendar days later, moved to Monday when it is a weekend."""
    day += timedelta(days=after)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def offset_text(moment: datetime) -> str:
    """Return the offset of a moment as EPCIS writes it.

    >>> offset_text(US_EASTERN.at(date(2026, 7, 1), 12))
    '-04:00'
    """
    return moment.isoformat()[-6:]


class Ticker:
    """Gives out one moment after another, for work done one piece at a time."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def next(self, *, seconds: float) -> datetime:
        """Return the moment so many seconds after the last one, in whole seconds."""
        self.now += timedelta(seconds=max(1, round(seconds)))
        return self.now
