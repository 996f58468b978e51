"""Calendars as planners write them into cells: weekdays, days off, and windows of work.

    >>> format_weekdays((0, 1, 2, 3, 4)), parse_weekdays("Mo, tue, Sunday")
    ('Mon, Tue, Wed, Thu, Fri', (0, 1, 6))
    >>> parse_days_off("2026-12-24 Works holiday; 2026-12-31")[0]
    DayOff(on=datetime.date(2026, 12, 24), reason='Works holiday')
    >>> format_windows(parse_windows("2027-01-04 to 2027-01-29 Campaign"))
    '2027-01-04 to 2027-01-29 Campaign'

What cannot be read raises `ValueError`, which says what was expected.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from packtrail.planning.calendars import DayOff, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s+(.+))?", re.ASCII)
_WINDOW: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\s+to\s+(\d{4}-\d{2}-\d{2})(?:\s+(.+))?", re.ASCII)
_PREFIX_MIN: Final = 2
"""Letters that tell a weekday from the others."""


def format_weekdays(weekdays: Iterable[int]) -> str:
    """Return days of the week, Monday is 0, as `parse_weekdays` reads them."""
    return ", ".join(WEEKDAYS[day] for day in weekdays)


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Return the days of the week that a text names, in their order; Monday is 0."""
    found = set()
    for part in _parts(text, ","):
        named = [
            day for day, name in enumerate(_NAMES)
            if name.startswith(part.lower()) and len(part) >= _PREFIX_MIN
        ]  # fmt: skip
        if not named:
            raise ValueError(f"{part[:40]!r} is no day of the week; expected some of Mon to Sun")
        found.add(named[0])
    return tuple(sorted(found))


def format_days_off(days: Iterable[DayOff]) -> str:
    """Return days off as `parse_days_off` reads them."""
    return "; ".join(_said(each.on.isoformat(), each.reason) for each in days)


def parse_days_off(text: str) -> tuple[DayOff, ...]:
    """Return the days that a text names, each with its reason."""
    found = []
    for part in _parts(text, ";"):
        match = _DAY.fullmatch(part)
        if match is None:
            raise ValueError(f"{part[:40]!r} is no day; expected such as 2026-12-24 Works holiday")
        found.append(DayOff(date.fromisoformat(match[1]), match[2] or ""))
    return tuple(found)


def format_windows(windows: Iterable[Window]) -> str:
    """Return windows as `parse_windows` reads them."""
    return "; ".join(
        _said(f"{each.from_on.isoformat()} to {each.to_on.isoformat()}", each.reason)
        for each in windows
    )


def parse_windows(text: str) -> tuple[Window, ...]:
    """Return the windows that a text names, each with its reason."""
    found = []
    for part in _parts(text, ";"):
        match = _WINDOW.fullmatch(part)
        if match is None:
            expected = "expected such as 2027-01-04 to 2027-01-29 Campaign"
            raise ValueError(f"{part[:40]!r} is no window; {expected}")
        first, last = map(date.fromisoformat, match.group(1, 2))
        found.append(Window(first, last, match[3] or ""))
    return tuple(found)


def _parts(text: str, separator: str) -> Iterator[str]:
    return filter(None, (each.strip() for each in text.split(separator)))


def _said(day: str, reason: str) -> str:
    """Return a day with its reason, in which no semicolon ends it."""
    return f"{day} {' '.join(reason.replace(';', ',').split())}".strip()
