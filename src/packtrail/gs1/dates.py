"""Dates of two-digit years, such as expiry dates on packs.

    >>> resolve("300200", reference_year=2026)
    datetime.date(2030, 2, 28)

Clause:
    GS1 General Specifications, section 7.12 (determination of century in dates).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time
from typing import Final

NO_TIME: Final = "9999"
"""Stands where hour and minute would, when none is told (AIs 4324 and 4325)."""


def resolve(yymmdd: str, *, reference_year: int) -> date:
    """Return the date that six digits mean; day 00 is the last day of the month.

    Args:
        yymmdd: Year in the century, month and day, checked before.
        reference_year: The year the date is looked at. The result lies from 49 years before to
            50 years after it.

    Raises:
        ValueError: There is no such date.
    """
    year, month, day = int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:6])
    difference = year - reference_year % 100
    year += reference_year - reference_year % 100
    if difference >= 51:
        year -= 100
    elif difference <= -50:
        year += 100
    return date(year, month, day or monthrange(year, month)[1])


def resolve_moment(text: str, *, reference_year: int) -> datetime | None:
    """Return the local date and time that digits mean; None where they tell a date only.

    Args:
        text: YYMMDD and perhaps HH, MM and SS, checked before; AIs 4324, 7003, 7011 and 8008.
        reference_year: As for `resolve`.

    Raises:
        ValueError: There is no such time.

    Examples:
        >>> resolve_moment("2703311405", reference_year=2026)
        datetime.datetime(2027, 3, 31, 14, 5)
    """
    clock = text[6:]
    if not clock or clock == NO_TIME:
        return None
    hour, minute, second = (int(clock[at : at + 2] or 0) for at in (0, 2, 4))
    day = resolve(text, reference_year=reference_year)
    return datetime.combine(day, time(hour, minute, second))
