"""Spans of time as laws write them: 24 hours, 2 working days, 10 days, 6 years.

>>> Span.read("6 years").after(date(2020, 2, 29))
datetime.date(2026, 2, 28)
>>> Span.read("24 hours") < Span.read("10 days")
True
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORM: Final = re.compile(r"(\d{1,6}) (hour|working day|day|week|month|year)s?")
_HOURS: Final[Mapping[str, int]] = {
    "hour": 1,
    "day": 24,
    "working day": 24,
    "week": 7 * 24,
    "month": 365 * 24 // 12,
    "year": 365 * 24,
}
"""For comparing spans; a calendar decides what a month really is."""
_KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("hour", "day", "week"), "clock"),
    **dict.fromkeys(("month", "year"), "calendar"),
    "working day": "working",
}
"""Unit -> kind: spans of one kind can be compared exactly."""
_MONTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_IN_A_ROW: Final = [[sum((_MONTHS * 2)[n : n + many]) for n in range(12)] for many in range(12)]
_FEWEST_DAYS: Final = [min(each) for each in _IN_A_ROW]
"""Days of so many months in a row, at least."""
_MOST_DAYS: Final = [max(each) for each in _IN_A_ROW]
"""At most: these have no February among them."""
_SATURDAY: Final = 5
_WORKING_DAY: Final = "working day"
_A_WEEK: Final = 5
"""Working days of a week."""
_WEEKEND: Final = 48
"""Hours."""


IsWorked = Callable[[date], bool]
"""Tells whether a day is a working day."""


def monday_to_friday(day: date) -> bool:
    """Tell whether a day is a working day where nothing is known of the place."""
    return day.weekday() < _SATURDAY


@dataclass(frozen=True, slots=True)
class Span:
    """A count of one unit of time."""

    EXPECTED: ClassVar[str] = "a span of time such as 24 hours, 2 working days or 6 years"

    count: int
    unit: str
    """`hour`, `day`, `working day`, `week`, `month` or `year`."""

    @classmethod
    def read(cls, text: str) -> Span | None:
        """Return the span of a text, or None where it is none."""
        match = _FORM.fullmatch(text)
        return cls(int(match[1]), match[2]) if match else None

    @property
    def hours(self) -> int:
        """About how many hours, for comparing."""
        return self.count * _HOURS[self.unit]

    def is_within(self, limit: Span) -> bool | None:
        """Tell whether it is no longer than a limit; None: that hangs on which days they are.

        Between working days lie weekends, and months and years have leap days: how many, only a
        calendar knows.

        Examples:
            >>> hour_limit = Span.read("24 hours")
            >>> Span.read("20 hours").is_within(hour_limit), Span.read("1 working day").is_within(
            ...     hour_limit
            ... )
            (True, None)
            >>> Span.read("6 years").is_within(Span.read("2190 days"))
            False
        """
        if _KINDS[self.unit] == _KINDS[limit.unit]:
            return self.hours <= limit.hours
        (least, most), (limit_least, limit_most) = self._bounds, limit._bounds
        if most <= limit_least:
            return True
        return False if least > limit_most else None

    @property
    def _bounds(self) -> tuple[int, int]:
        """The fewest and the most hours: without holidays, and up to the year 2099."""
        if self.unit == _WORKING_DAY:
            weekends = -(-self.count // _A_WEEK)  # One less, where they begin with a week.
            return (
                self.hours + _WEEKEND * max(weekends - 1, 0),
                self.hours + _WEEKEND * weekends,
            )
        if _KINDS[self.unit] != "calendar":
            return self.hours, self.hours
        years, months = divmod(self.count * (12 if self.unit == "year" else 1), 12)
        days = 365 * years
        return (
            24 * (days + years // 4 + _FEWEST_DAYS[months]),
            24 * (days - (-years // 4) + _MOST_DAYS[months]),
        )

    def __lt__(self, other: Span) -> bool:
        return self.hours < other.hours

    def __le__(self, other: Span) -> bool:
        return self.hours <= other.hours

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    def after(self, day: date, *, is_worked: IsWorked | None = None) -> date:
        """Return the last day on which something is in time that began on a day.

        What ends beyond the calendar ends with it, as what counts from an expiry of 9999-12-31.

        Args:
            day: On which it began.
            is_worked: Tells whether a day is a working day where it counts; default: Monday to
                Friday, with no holidays.
        """
        if self.unit in {"month", "year"}:
            return _months_after(day, self.count * (12 if self.unit == "year" else 1))
        if self.unit == _WORKING_DAY:
            return _working_days_after(day, self.count, is_worked or monday_to_friday)
        return day + min(timedelta(hours=self.hours), date.max - day)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    if year > MAXYEAR:
        return date.max
    return day.replace(
        year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1])
    )


def _working_days_after(day: date, count: int, is_worked: IsWorked) -> date:
    left = count
    while left > 0 and day < date.max:
        day += timedelta(days=1)
        left -= is_worked(day)
    return day
