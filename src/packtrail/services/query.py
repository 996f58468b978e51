"""Query: the events that match EPCIS query parameters, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """One page of events."""

    events: list[dict[str, Any]]
    """JSON-LD bodies, each with its own `@context` unless it needs no more than `namespaces`."""
    namespaces: Mapping[str, str]
    """Prefix -> namespace of the extensions on this page."""
    next_token: str | None
    """Opaque; None on the last page."""
    expires_at: datetime | None
    """Until when `next_token` works."""


def events(
    app: Application,
    actor: Actor,
    params: Mapping[str, str | Sequence[str]],
    *,
    page_token: str | None = None,
) -> EventPage:
    """Return the events that match, newest first unless `orderBy` says otherwise.

    Args:
        app: The application.
        actor: Who asks; only events its organisation may see are found.
        params: EPCIS query parameters (EPCIS 2.0, 8.2.7); `|` separates several values of one.
        page_token: The `next_token` of the page before; pins the query, `params` may be empty.

    Raises:
        RefusedError: `QRY-…`, a parameter is unknown or its value cannot be used.
        LimitExceeded: More events match than `maxEventCount`.
        NotPermitted: The actor may not read events.
    """
    raise NotImplementedError


def event(app: Application, actor: Actor, event_id: str) -> EventPage:
    """Return the page that holds one event.

    Raises:
        NotFound: No such event, or none the actor's organisation may see.
    """
    raise NotImplementedError
