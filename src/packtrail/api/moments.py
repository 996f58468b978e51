"""Moments as requests tell them: with an offset, and within the calendar wherever they are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


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


Instant = Annotated[AwareDatetime, AfterValidator(_in_calendar)]
"""A moment with its offset."""
