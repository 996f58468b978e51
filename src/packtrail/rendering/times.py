"""Moments, days and durations as people read them: `22 Nov 2026 14:05 +01:00`, never 11/22.

Examples:
    >>> expiry("2026-11-00")
    'end of Nov 2026'
    >>> duration(timedelta(hours=50))
    '2 days'
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from packtrail.base import days

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\Z")
_EXPIRY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)
_UNITS = (
    (timedelta(days=730), timedelta(days=365), "year"),
    (timedelta(days=120), timedelta(days=30), "month"),
    (timedelta(hours=36), timedelta(days=1), "day"),
    (timedelta(minutes=90), timedelta(hours=1), "hour"),
    (timedelta(seconds=90), timedelta(minutes=1), "minute"),
)


def zone(offset: str | None) -> timezone:
    """Return the time zone of an EPCIS offset such as `-05:00`; UTC when it tells none."""
    match = _OFFSET.match(offset or "")
    if match is None:
        return UTC
    sign, hours, minutes = match.groups()
    shift = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-shift if sign == "-" else shift) if shift < timedelta(days=1) else UTC


def local(at: datetime, offset: str | None = None) -> datetime:
    """Return the instant on the clock it was recorded by."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(zone(offset)) if offset else aware


def day(on: date) -> str:
    """Return `22 Nov 2026`."""
    return days.written(on)


def clock(at: datetime, offset: str | None = None) -> str:
    """Return `14:05`."""
    return f"{local(at, offset):%H:%M}"


def moment(at: datetime, offset: str | None = None) -> str:
    """Return `22 Nov 2026 14:05 +01:00`; `UTC` stands for a zero offset."""
    here = local(at, offset)
    shift = f"{here:%z}"
    shown = "UTC" if shift in {"+0000", "-0000"} else f"{shift[:3]}:{shift[3:5]}"
    return f"{day(here)} {here:%H:%M} {shown}"


def precise(at: datetime) -> str:
    """Return the instant in UTC to the second, for the hover of a shorter form."""
    return f"{local(at).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def iso(at: datetime) -> str:
    """Return the instant in UTC as ISO 8601, for files that programs read."""
    return local(at).astimezone(UTC).isoformat().replace("+00:00", "Z")


def expiry(text: str | None) -> str:
    """Return an expiry as people read it: day 00 is the end of its month."""
    match = _EXPIRY.match(text or "")
    if match is None or not 1 <= int(match[2]) <= len(days.MONTHS):
        return text or ""
    month = f"{days.MONTHS[int(match[2]) - 1]} {match[1]}"
    return f"end of {month}" if match[3] == "00" else f"{int(match[3])} {month}"


def duration(span: timedelta) -> str:
    """Return a length of time in its largest sensible unit."""
    for least, unit, name in _UNITS:
        if span >= least:
            count = round(span / unit)
            return f"{count} {name}{'' if count == 1 else 's'}"
    seconds = max(0, round(span.total_seconds()))
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago an instant was."""
    span = local(now) - local(at)
    return "just now" if span < timedelta(seconds=45) else f"{duration(span)} ago"
