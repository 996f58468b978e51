"""Moments and days as requests tell them: within the calendar, whatever is reckoned from them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from packtrail.base.days import YEARS_IN_REACH


def _in_calendar(moment: datetime) -> datetime:
    """Return a moment that every zone has a date for.

    Raises:
        ValueError: It is not.
    """
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC it is beyond the years 1 to 9999") from None
    return moment


def _in_reach(day: date) -> date:
    """Return a day from which years can be counted forwards and back.

    Raises:
        ValueError: It is not.
    """
    if day.year not in YEARS_IN_REACH:
        first, last = YEARS_IN_REACH[0], YEARS_IN_REACH[-1]
        raise ValueError(f"it is not within the years {first} to {last}")
    return day


Instant = Annotated[AwareDatetime, AfterValidator(_in_calendar)]
"""A moment with its offset."""
Day = Annotated[date, AfterValidator(_in_reach)]
"""A day of a plan or of the law."""
