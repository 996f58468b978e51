"""Calendars as planners write them into cells: weekdays, days off, and windows of work.

    >>> format_weekdays((0, 1, 2, 3, 4)), parse_weekdays("Mo, tue, Sunday")
    ('Mon, Tue, Wed, Thu, Fri', (0, 1, 6))
    >>> parse_days_off("2026-12-24 Works holiday; 2026-12-31")[0]
    DayOff(on=datetime.date(2026, 12, 24), reason='Works holiday')
    >>> format_days_off(parse_days_off("2027-08-02 to 2027-08-20 Works holiday"))
    '2027-08-02 to 2027-08-20 Works holiday'
    >>> format_windows(parse_windows("2027-01-04 to 2027-01-29 Campaign"))
    '2027-01-04 to 2027-01-29 Campaign'

What cannot be read raises `ValueError`, which says what was expected.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.planning.calendars import DayOff, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s+(.+))?", re.ASCII)
_WINDOW: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\s+to\s+(\d{4}-\d{2}-\d{2})(?:\s+(.+))?", re.ASCII)
_DAYS_MAX: Final = 4_000
"""Days off of one calendar, also those that are written as a span."""
_ROW_MIN: Final = 3
"""So many days in a row are written as a span."""
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
    return "; ".join(_said(told, row[0].reason) for row in _in_rows(days) for told in _days_of(row))


def parse_days_off(text: str) -> tuple[DayOff, ...]:
    """Return the days that a text names, alone or as a span, each with its reason."""
    found: list[DayOff] = []
    for part in _parts(text, ";"):
        if span := _WINDOW.fullmatch(part):
            first, last = map(_date, span.group(1, 2))
            count, reason = (last - first).days + 1, span[3] or ""
        elif match := _DAY.fullmatch(part):
            first, count, reason = _date(match[1]), 1, match[2] or ""
        else:
            raise ValueError(f"{part[:40]!r} is no day; expected such as 2026-12-24 Works holiday")
        if count < 1:
            raise ValueError(f"{part[:40]!r} ends before it begins")
        if len(found) + count > _DAYS_MAX:
            raise ValueError(f"{part[:40]!r} makes it more than {_DAYS_MAX:,} days")
        found += (DayOff(first + timedelta(days=at), reason) for at in range(count))
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
        first, last = map(_date, match.group(1, 2))
        found.append(Window(first, last, match[3] or ""))
    return tuple(found)


def _in_rows(days: Iterable[DayOff]) -> Iterator[list[DayOff]]:
    """Yield days off, those together that follow each other for the same reason."""
    row: list[DayOff] = []
    for day in days:
        if row and ((day.on - row[-1].on).days, day.reason) != (1, row[-1].reason):
            yield row
            row = []
        row.append(day)
    if row:
        yield row


def _days_of(row: Sequence[DayOff]) -> Iterator[str]:
    if len(row) < _ROW_MIN:
        yield from (each.on.isoformat() for each in row)
    else:
        yield f"{row[0].on.isoformat()} to {row[-1].on.isoformat()}"


def _parts(text: str, separator: str) -> Iterator[str]:
    return filter(None, (each.strip() for each in text.split(separator)))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no day that there is") from None


def _said(day: str, reason: str) -> str:
    """Return a day with its reason, in which no semicolon ends it."""
    return f"{day} {' '.join(reason.replace(';', ',').split())}".strip()
