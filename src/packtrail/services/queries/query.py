"""Query: the events that match EPCIS query parameters, page by page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
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
class Asked:
    """What one request asks of a list of events."""

    wanted: EventFilter
    page_size: int
    token: str | None = None
    """The token of the page before."""
    list_name: str = _LIST
    """A list with a query of its own has a name of its own: tokens of one list lead to no other."""
    says_more: bool = True
    """Beside a token, the request tells parameters of its own, which must be those of before."""
    is_kept: bool = False
    """Each request of the list tells the whole query anew, so that a token needs no copy of it."""


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
    wanted = parameters.understood(app.settings, params, namespaces=namespaces, form=form)
    return answer(
        app,
        actor,
        Asked(
            wanted=wanted,
            page_size=page_size(app, params),
            token=page_token or parameters.page_token(params),
            says_more=wanted != EventFilter(),
        ),
    )


def page_size(app: Application, params: parameters.Params) -> int:
    """Return how many events a page of an answer has.

    Raises:
        RefusedError: `QRY-003`, `perPage` is no number.
    """
    settings = app.settings
    return parameters.per_page(
        params, default=settings.page_events_default, most=settings.page_events_max
    )


def answer(app: Application, actor: Actor, asked: Asked) -> EventPage:
    """Return a page of the events that match a query which is understood already.

    Raises:
        RefusedError: `QRY-006`, the token cannot be used.
        LimitExceeded: As `events`.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    seconds = app.settings.query_seconds_max
    too_slow = TOO_COMPLEX.found(f"The query takes longer than {seconds} seconds.")
    with app.database.reading_for(seconds, too_slow) as conn:
        if asked.token is None:
            return _page(app, conn, actor, asked, None)
        wanted, after = _continued(app, conn, actor, asked.token, asked)
        return _page(app, conn, actor, replace(asked, wanted=wanted), after)


def matching(app: Application, actor: Actor, wanted: EventFilter, *, limit: int = 30) -> EventPage:
    """Return the first events that match a typed filter, as pages of the console need them."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        return _page(app, conn, actor, Asked(wanted=wanted, page_size=limit), None)


def event(app: Application, actor: Actor, event_id: str) -> EventPage:
    """Return the page that holds one event, and the error declarations of it.

    Raises:
        NotFound: No such event, or none the actor's organisation may see.
    """
    page = matching(app, actor, EventFilter(event_ids=(event_id,)))
    if not page.events:
        raise NotFound(NO_EVENT.found(f"There is no event {event_id[:200]!r}."))
    return page


def require_few(
    conn: Connection, wanted: EventFilter, audience_ids: list[int], now: datetime
) -> None:
    """Refuse a query of which more events match than it allows itself.

    Raises:
        LimitExceeded: `QRY-005`, more than `maxEventCount`.
    """
    most = wanted.event_count_max
    if most is not None and rows.exceeds(conn, wanted, most, audience_ids=audience_ids, now=now):
        raise LimitExceeded(
            TOO_MANY_RESULTS.found(
                f"More than {most} events match, and maxEventCount is {most}.", at="maxEventCount"
            )
        )


def _page(
    app: Application, conn: Connection, actor: Actor, asked: Asked, after: PageKey | None
) -> EventPage:
    wanted, now, audience_ids = asked.wanted, app.clock(), visible_to(conn, actor)
    if after is None:
        require_few(conn, wanted, audience_ids, now)
    found = rows.query(
        conn, wanted, audience_ids=audience_ids, page_size=asked.page_size, now=now, after=after
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
    place = _Place(filter=_digest(wanted) if asked.is_kept else wanted, after=found.next)
    following = paging.give(app, conn, actor, asked.list_name, place)
    return EventPage(
        events=bodies,
        namespaces=namespaces,
        capture_ids=captures,
        following=following,
    )


class _Place(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Where the next page starts, and of which query."""

    filter: EventFilter | bytes
    """Of a query that each request tells anew, only what tells it from others."""
    after: PageKey


def _continued(
    app: Application, conn: Connection, actor: Actor, text: str, asked: Asked
) -> tuple[EventFilter, PageKey]:
    """Return the query a token pins, and where to go on; parameters beside it must agree."""
    place = paging.take(app, conn, actor, asked.list_name, text, _Place)
    pinned = place.filter
    if isinstance(pinned, bytes):
        wanted, is_same = asked.wanted, _digest(asked.wanted) == pinned
    else:
        wanted, is_same = pinned, not asked.says_more or asked.wanted == pinned
    if not is_same:
        raise RefusedError(
            BAD_PAGE_TOKEN.found(
                "The page token belongs to a query with other parameters.", at="nextPageToken"
            )
        )
    return wanted, place.after


def _digest(wanted: EventFilter) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(wanted)).digest()


def _body(event: rows.StoredEvent) -> dict[str, Any]:
    """Return a stored event as it is answered, with the time it was recorded."""
    return {**event.body, "recordTime": written(event.record_time)}
