"""Query: the events that match EPCIS query parameters, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.access import Permission, require
from packtrail.base.errors import LimitExceeded, NotFound, RefusedError
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import BAD_PAGE_TOKEN, NO_EVENT, TOO_COMPLEX, TOO_MANY_RESULTS
from packtrail.services.queries import paging, parameters
from packtrail.services.queries.documents import with_shared_context
from packtrail.services.times import written
from packtrail.store import events as rows
from packtrail.store.filters import EventFilter, PageKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

_LIST = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """One page of events."""

    events: list[dict[str, Any]]
    """JSON-LD bodies with `recordTime`; one has an `@context` of its own only where its prefixes
    mean something else than `namespaces` says."""
    namespaces: Mapping[str, str]
    """Prefix -> namespace of the extensions on this page."""
    capture_ids: Mapping[str, str]
    """Event id -> the capture that brought it first."""
    following: paging.Next | None
    """The way to the next page; None on the last one."""

    @property
    def next_token(self) -> str | None:
        """The token of the next page; None on the last one."""
        return self.following.token if self.following else None


def events(
    app: Application,
    actor: Actor,
    params: Mapping[str, str | Sequence[str]],
    *,
    page_token: str | None = None,
    namespaces: Mapping[str, str] | None = None,
    form: parameters.Form = "rest",
) -> EventPage:
    """Return the events that match, newest first unless `orderBy` says otherwise.

    Args:
        app: The application.
        actor: Who asks; only events its organisation may see are found.
        params: EPCIS query parameters (EPCIS 2.0, 8.2.7); `|` separates several values of one.
        page_token: The token of the page before; pins the query, `params` may be empty.
        namespaces: Prefix -> namespace of extension fields, as the query declares them.
        form: How the names of extension fields are spelled, see `parameters.parse`.

    Raises:
        RefusedError: `QRY-…`, a parameter is unknown or its value cannot be used.
        LimitExceeded: `QRY-005`, more events match than `maxEventCount`; `QRY-022`, the query has
            too many values, or takes too long.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    settings = app.settings
    size = parameters.per_page(
        params, default=settings.page_events_default, most=settings.page_events_max
    )
    token = page_token or parameters.page_token(params)
    asked = parameters.understood(settings, params, namespaces=namespaces, form=form)
    too_slow = TOO_COMPLEX.found(
        f"The query takes longer than {settings.query_seconds_max} seconds."
    )
    with app.database.reading_for(settings.query_seconds_max, too_slow) as conn:
        wanted, after = asked, None
        if token is not None:
            wanted, after = _continued(app, conn, actor, token, asked)
        return _page(app, conn, actor, wanted, size, after)


def matching(app: Application, actor: Actor, wanted: EventFilter, *, limit: int = 30) -> EventPage:
    """Return the first events that match a typed filter, as pages of the console need them."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        return _page(app, conn, actor, wanted, limit, None)


def event(app: Application, actor: Actor, event_id: str) -> EventPage:
    """Return the page that holds one event, and the error declarations of it.

    Raises:
        NotFound: No such event, or none the actor's organisation may see.
    """
    page = matching(app, actor, EventFilter(event_ids=(event_id,)))
    if not page.events:
        raise NotFound(NO_EVENT.found(f"There is no event {event_id[:200]!r}."))
    return page


def _page(
    app: Application,
    conn: Connection,
    actor: Actor,
    wanted: EventFilter,
    size: int,
    after: PageKey | None,
) -> EventPage:
    now, audience_ids = app.clock(), visible_to(conn, actor)
    if after is None and wanted.event_count_max is not None:
        _require_few(conn, wanted, wanted.event_count_max, audience_ids, now)
    found = rows.query(
        conn, wanted, audience_ids=audience_ids, page_size=size, now=now, after=after
    )
    bodies, namespaces = with_shared_context(map(_body, found.events))
    captures = {each.identity: each.capture_id for each in reversed(found.events)}
    if found.next is None:
        return EventPage(
            events=bodies,
            namespaces=namespaces,
            capture_ids=captures,
            following=None,
        )
    following = paging.give(app, conn, actor, _LIST, _Place(filter=wanted, after=found.next))
    return EventPage(
        events=bodies,
        namespaces=namespaces,
        capture_ids=captures,
        following=following,
    )


class _Place(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Where the next page starts, and of which query."""

    filter: EventFilter
    after: PageKey


def _continued(
    app: Application, conn: Connection, actor: Actor, text: str, asked: EventFilter
) -> tuple[EventFilter, PageKey]:
    """Return the query a token pins, and where to go on; parameters beside it must agree."""
    place = paging.take(app, conn, actor, _LIST, text, _Place)
    if asked not in (EventFilter(), place.filter):
        raise RefusedError(
            BAD_PAGE_TOKEN.found(
                "The page token belongs to a query with other parameters.", at="nextPageToken"
            )
        )
    return place.filter, place.after


def _require_few(
    conn: Connection, wanted: EventFilter, most: int, audience_ids: list[int], now: datetime
) -> None:
    if rows.exceeds(conn, wanted, most, audience_ids=audience_ids, now=now):
        raise LimitExceeded(
            TOO_MANY_RESULTS.found(
                f"More than {most} events match, and maxEventCount is {most}.", at="maxEventCount"
            )
        )


def _body(event: rows.StoredEvent) -> dict[str, Any]:
    """Return a stored event as it is answered, with the time it was recorded."""
    return {**event.body, "recordTime": written(event.record_time)}
