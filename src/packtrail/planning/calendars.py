"""Working calendars: on which days work goes on, and arithmetic with those days.

One mechanism for all that makes days different: weekends and holidays of a site, the weeks in which
a line may be stopped, the campaigns in which a product is packed, and `ELAPSED`, on which every day
counts, for what a supplier or an authority needs.

Spans are half open and counted in day ordinals: work of one day on Monday runs from Monday to
Tuesday. Work of no days, a milestone, is a point: the end of a day.

    >>> christmas = DayOff(date(2026, 12, 25), "Christmas")
    >>> site = Calendar(code="leuven", name="Leuven", days_off=(christmas,))
    >>> days = working_days(site, date(2026, 12, 1), date(2027, 1, 31))
    >>> date.fromordinal(days.end(date(2026, 12, 24).toordinal(), 2) - 1)
    datetime.date(2026, 12, 28)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate, compress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


class NoWorkingDay(Exception):
    """A calendar ends before the work does."""

    def __init__(self, calendar: str) -> None:
        super().__init__(calendar)
        self.calendar = calendar


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day on which nobody works."""

    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Days in a row, the last included."""

    from_on: date
    to_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When work goes on."""

    code: str
    name: str
    weekdays: tuple[int, ...] = MONDAY_TO_FRIDAY
    """Days of the week that are worked, Monday is 0."""
    days_off: tuple[DayOff, ...] = ()
    windows: tuple[Window, ...] = ()
    """Work goes on only within them: campaigns, planned stops. None: at any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRule:
    """A calendar as people write it down, before its holidays are known."""

    code: str
    name: str
    country: str = ""
    """ISO 3166 code, whose public holidays are days off."""
    subdivision: str = ""
    """ISO 3166-2 part whose holidays are days off besides."""
    weekdays: tuple[int, ...] = MONDAY_TO_FRIDAY
    days_off: tuple[DayOff, ...] = ()
    """Days off besides: the works holiday, the inventory."""
    worked: tuple[date, ...] = ()
    """Holidays that are worked all the same."""
    windows: tuple[Window, ...] = ()

    def resolve(self, holidays: Mapping[date, str]) -> Calendar:
        """Return the calendar, given the public holidays of its country."""
        off = {day: name for day, name in holidays.items() if day not in self.worked}
        off |= {each.on: each.reason for each in self.days_off}
        return Calendar(
            code=self.code,
            name=self.name,
            weekdays=self.weekdays,
            days_off=tuple(DayOff(on, off[on]) for on in sorted(off)),
            windows=self.windows,
        )


ELAPSED = Calendar(code="elapsed", name="Every day counts", weekdays=EVERY_DAY)
"""For lead times of suppliers and authorities."""
STANDARD = Calendar(code="standard", name="Monday to Friday")


class WorkingDays:
    """The working days of a calendar between two days, ready for arithmetic.

    Args:
        calendar: The calendar.
        first: The first day that can be asked about.
        last: The last.
    """

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        self.code = calendar.code
        self._first = first.toordinal()
        size = last.toordinal() - self._first + 1
        worked = _mask(calendar, self._first, size)
        self._before = [0, *accumulate(worked)]
        """How many working days lie before each day."""
        self._days = list(compress(range(self._first, self._first + size), worked))
        self._spells = [self._spell(each) for each in calendar.windows]
        """Windows as ranks of working days, half open: work is not spread over two of them."""

    def is_worked(self, day: int) -> bool:
        """Tell whether a day is worked."""
        return self.count(day, day + 1) == 1

    def count(self, start: int, end: int) -> int:
        """Return how many working days a half-open span has; negative when it runs backwards."""
        return self._rank(end) - self._rank(start)

    def earliest(self, day: int, count: int) -> int:
        """Return the first day from a day on at which work of `count` days can begin.

        Within windows that is where it fits into one; into the first, if it fits into none.

        Raises:
            NoWorkingDay: There is none.
        """
        return self._at(self._fitting(day, count))

    def earliest_span(self, day: int, count: int) -> tuple[int, int]:
        """Return `earliest` and the `end` of work that begins there, found at once.

        Raises:
            NoWorkingDay: There are not so many days.
        """
        rank, days = self._fitting(day, count), self._days
        try:
            start = days[rank]
            return start, days[rank + count - 1] + 1 if count else start
        except IndexError:
            raise NoWorkingDay(self.code) from None

    def _fitting(self, day: int, count: int) -> int:
        rank = self._rank(day)
        if not self._spells:
            return rank
        starts = [max(rank, lo) for lo, hi in self._spells if max(rank, lo) + count <= hi]
        return min(starts, default=rank)

    def latest(self, end: int, count: int) -> int:
        """Return the last day on which work of `count` days can begin to be over by `end`.

        Within windows that is where it fits into one; into the last, if it fits into none.

        Raises:
            NoWorkingDay: There is none.
        """
        if not count:
            return end
        rank = self._rank(end)
        starts = [min(rank, hi) - count for lo, hi in self._spells if min(rank, hi) - count >= lo]
        return self._at(max(starts, default=rank - count))

    def end(self, start: int, count: int) -> int:
        """Return when `count` working days from a day on are over; 0 days are over at once.

        Raises:
            NoWorkingDay: There are not so many.
        """
        return self._at(self._rank(start) + count - 1) + 1 if count else start

    def start(self, end: int, count: int) -> int:
        """Return when work of `count` working days must begin at the latest to be over by `end`.

        Raises:
            NoWorkingDay: There are not so many.
        """
        return self._at(self._rank(end) - count) if count else end

    def shift(self, day: int, count: int) -> int:
        """Return the point `count` working days after a point; before it when negative.

        Raises:
            NoWorkingDay: There are not so many.
        """
        return self.end(day, count) if count >= 0 else self.start(day, -count)

    def unshift(self, day: int, count: int) -> int:
        """Return the latest point that `shift` by `count` moves no further than a point.

        Raises:
            NoWorkingDay: There is none.
        """
        if count > 0:
            return self.start(day, count)
        return self._at(self._rank(day + 1) - count - 1) if count else day

    def span(self, start: int, count: int) -> Sequence[int]:
        """Return the first `count` working days from a day on; fewer when there are no more."""
        rank = self._rank(start)
        return self._days[rank : rank + count]

    def within(self, start: int, end: int) -> Sequence[int]:
        """Return the working days of a half-open span; none when it runs backwards."""
        return self._days[self._rank(start) : self._rank(end)]

    def from_(self, day: int) -> tuple[Sequence[int], int]:
        """Return all working days, and the place of the first of them from a day on."""
        return self._days, self._rank(day)

    def _spell(self, window: Window) -> tuple[int, int]:
        lo = min(max(window.from_on.toordinal(), self._first), self._first + len(self._before) - 1)
        hi = min(max(window.to_on.toordinal() + 1, lo), self._first + len(self._before) - 1)
        return self._rank(lo), self._rank(hi)

    def _rank(self, day: int) -> int:
        at = day - self._first
        if at < 0:
            raise NoWorkingDay(self.code)
        try:
            return self._before[at]
        except IndexError:
            raise NoWorkingDay(self.code) from None

    def _at(self, rank: int) -> int:
        if not 0 <= rank < len(self._days):
            raise NoWorkingDay(self.code)
        return self._days[rank]


@lru_cache(maxsize=2048)
def working_days(calendar: Calendar, first: date, last: date) -> WorkingDays:
    """Return the working days of a calendar between two days; asked again it is the same."""
    return WorkingDays(calendar, first, last)


def _mask(calendar: Calendar, first: int, size: int) -> bytearray:
    """Return a byte for each day: 1 where it is worked."""
    monday = (first - 1) % 7
    week = bytes((monday + at) % 7 in calendar.weekdays for at in range(7))
    worked = bytearray((week * (size // 7 + 1))[:size])
    for day in calendar.days_off:
        at = day.on.toordinal() - first
        if 0 <= at < size:
            worked[at] = 0
    if calendar.windows:
        allowed = bytearray(size)
        for window in calendar.windows:
            lo = max(0, window.from_on.toordinal() - first)
            hi = min(size, window.to_on.toordinal() - first + 1)
            if lo < hi:
                allowed[lo:hi] = b"\1" * (hi - lo)
        worked = bytearray(a & b for a, b in zip(worked, allowed, strict=True))
    return worked
