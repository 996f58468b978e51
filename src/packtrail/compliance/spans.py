"""Spans of time as laws write them: 24 hours, 2 working days, 10 days, 6 years.

>>> Span.read("6 years").after(date(2020, 2, 29))
datetime.date(2026, 2, 28)
>>> Span.read("24 hours") < Span.read("10 days")
True
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
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

    def __lt__(self, other: Span) -> bool:
        return self.hours < other.hours

    def __le__(self, other: Span) -> bool:
        return self.hours <= other.hours

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    def after(self, day: date) -> date:
        """Return the last day on which something is in time that began on a day.

        Working days skip Saturdays and Sundays; holidays are for whoever knows the place.
        """
        if self.unit in {"month", "year"}:
            return _months_after(day, self.count * (12 if self.unit == "year" else 1))
        if self.unit == "working day":
            return _working_days_after(day, self.count)
        return day + timedelta(hours=self.hours)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return day.replace(
        year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1])
    )


def _working_days_after(day: date, count: int) -> date:
    left = count
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day
