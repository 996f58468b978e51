"""Moments in the controls of pages: what a person chose, and what to show there again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlencode

if TYPE_CHECKING:
    from packtrail.console.visit import Visit


class Moments(TypedDict):
    """Until when things count, as use cases take it."""

    as_of: datetime | None
    as_known_at: datetime | None


def moments_of(visit: Visit) -> Moments:
    """Return the moments of a page that can look back."""
    as_of, as_known_at = visit.query("as_of"), visit.query("as_known_at")
    return Moments(as_of=instant(as_of), as_known_at=instant(as_known_at))


def shown(moments: Moments) -> dict[str, Any]:
    """Return what the controls of such a page show."""
    return {
        "as_of_typed": typed(moments["as_of"]),
        "as_known_typed": typed(moments["as_known_at"]),
    }


def kept(moments: Moments) -> str:
    """Return what a link adds to its path to look back as the page does; nothing: it shows now."""
    told = {name: at.isoformat() for name, at in moments.items() if isinstance(at, datetime)}
    return f"?{urlencode(told)}" if told else ""


def instant(text: str) -> datetime | None:
    """Read a moment from the page's own control, or an ISO moment; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # The last hours of the year 9999 have no UTC.
        return None


def typed(moment: datetime | None) -> str:
    """Return a moment as the control of the page wants it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if moment else ""
