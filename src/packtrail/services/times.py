"""Times as EPCIS writes them, read from what a person or program sends."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(text: str) -> datetime | None:
    """Return a date and time with offset in UTC; None when it is none.

    >>> moment("2026-11-03T15:02:00+01:00").isoformat()
    '2026-11-03T14:02:00+00:00'
    """
    try:
        found = datetime.fromisoformat(text if "T" in text else "")
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def written(moment: datetime) -> str:
    """Return a moment with milliseconds, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
