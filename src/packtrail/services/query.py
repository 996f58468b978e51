"""Query: the events that match EPCIS query parameters, page by page."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from packtrail.access import Permission, require
from packtrail.base.errors import LimitExceeded, NotFound, RefusedError
from packtrail.services import parameters, tokens
from packtrail.services.codes import BAD_PAGE_TOKEN, NO_EVENT, TOO_MANY_RESULTS
from packtrail.services.documents import with_shared_context
from packtrail.services.organisations import visible_to
from packtrail.services.times import written
from packtrail.store import accounts as secret_rows
from packtrail.store import events as rows
from packtrail.store.filters import EventFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.store.filters import PageKey

_SECRET = "page_token"  # noqa: S105 - its name, not the secret


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
    namespaces: Mapping[str, str] | None = None,
    form: parameters.Form = "rest",
) -> EventPage:
    """Return the events that match, newest first unless `orderBy` says otherwise.

    Args:
        app: The application.
        actor: Who asks; only events its organisation may see are found.
        params: EPCIS query parameters (EPCIS 2.0, 8.2.7); `|` separates several values of one.
        page_token: The `next_token` of the page before; pins the query, `params` may be empty.
        namespaces: Prefix -> namespace of extension fields, as the query declares them.
        form: How the names of extension fields are spelled, see `parameters.parse`.

    Raises:
        RefusedError: `QRY-…`, a parameter is unknown or its value cannot be used.
        LimitExceeded: `QRY-005`, more events match than `maxEventCount`.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    settings = app.settings
    size = parameters.per_page(
        params, default=settings.page_events_default, most=settings.page_events_max
    )
    token = page_token or parameters.page_token(params)
    asked = parameters.parse(
        params, events_max=settings.query_events_max, namespaces=namespaces, form=form
    )
    with app.database.reading() as conn:
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
            next_token=None,
            expires_at=None,
        )
    expires_at = now + timedelta(minutes=app.settings.page_token_for_minutes)
    token = tokens.PageToken(
        organisation_id=actor.organisation_id,
        expires_at=expires_at,
        filter=wanted,
        after=found.next,
    )
    return EventPage(
        events=bodies,
        namespaces=namespaces,
        capture_ids=captures,
        next_token=tokens.write(token, _secret(conn)),
        expires_at=expires_at,
    )


def _continued(
    app: Application, conn: Connection, actor: Actor, text: str, asked: EventFilter
) -> tuple[EventFilter, PageKey]:
    """Return the query a token pins, and where to go on; parameters beside it must agree."""
    token = tokens.read(text, _secret(conn), organisation_id=actor.organisation_id, at=app.clock())
    if asked not in (EventFilter(), token.filter):
        raise RefusedError(
            BAD_PAGE_TOKEN.found(
                "The page token belongs to a query with other parameters.", at="nextPageToken"
            )
        )
    return token.filter, token.after


def _require_few(
    conn: Connection, wanted: EventFilter, most: int, audience_ids: list[int], now: datetime
) -> None:
    if rows.exceeds(conn, wanted, most, audience_ids=audience_ids, now=now):
        raise LimitExceeded(
            TOO_MANY_RESULTS.found(
                f"More than {most} events match, and maxEventCount is {most}.", at="maxEventCount"
            )
        )


def _secret(conn: Connection) -> bytes:
    return secret_rows.secret(conn, _SECRET, fresh=secrets.token_bytes(32))


def _body(event: rows.StoredEvent) -> dict[str, Any]:
    """Return a stored event as it is answered, with the time it was recorded."""
    return {**event.body, "recordTime": written(event.record_time)}
