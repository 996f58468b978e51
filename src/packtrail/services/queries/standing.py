"""A standing query of an open connection: kept in memory, gone with the connection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.base.errors import LimitExceeded
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.queries import documents, parameters
from packtrail.services.queries.named_queries import named
from packtrail.services.queries.query import require_few
from packtrail.services.queries.subscriptions import next_run
from packtrail.services.times import written
from packtrail.store import events as event_rows
from packtrail.store import subscriptions as rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.queries.documents import Form
    from packtrail.services.queries.subscriptions import Controls
    from packtrail.store.events import StoredEvent
    from packtrail.store.filters import EventFilter


@dataclass(slots=True)
class Standing:
    """A query that runs by itself, and how far it is."""

    actor: Actor
    query_name: str
    controls: Controls
    form: Form
    min_record_time: datetime
    """Events recorded from here on are still to be told."""


def begin(
    app: Application, actor: Actor, query_name: str, controls: Controls, *, form: Form
) -> Standing:
    """Return a standing query that tells events from now, or from `initialRecordTime`, on.

    Raises:
        NotFound: `QRY-012`, there is no such query.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    named(app, actor, query_name)
    return Standing(actor, query_name, controls, form, controls.initial_record_time or app.clock())


def wait_seconds(app: Application, query: Standing) -> float:
    """Return how long to wait until the query runs next."""
    if query.controls.schedule is None:
        return app.settings.subscription_wait_for_ms / 1000
    now = app.clock()
    return max(0.0, (next_run(query.controls.schedule, now) - now).total_seconds())


def run(app: Application, query: Standing) -> Iterator[bytes]:
    """Yield the documents that tell what was recorded since the last run, one page after the other.

    Raises:
        NotFound: `QRY-012`, the query is gone.
        RefusedError: `QRY-…`, its parameters cannot be used any more.
    """
    known = named(app, query.actor, query.query_name)
    asked = parameters.understood(app.settings, known.params, namespaces=known.prefixes)
    now, until = _until(app, query)
    start = query.min_record_time
    wanted = replace(
        asked,
        record_time_from=max(start, asked.record_time_from or start),
        record_time_before=min(until, asked.record_time_before or until),
        order_by="recordTime",
        order_direction="ASC",
    )
    try:
        for page in _pages(app, query, wanted, now):
            if page or _reports_nothing(query):
                yield _document(app, query, page, until if page else now)
    except LimitExceeded as refused:  # Of this span; of the next one perhaps not.
        yield documents.problem_document(refused)
    query.min_record_time = until


def _until(app: Application, query: Standing) -> tuple[datetime, datetime]:
    """Return the time now, and the moment before which nothing more can be recorded."""
    with app.database.reading() as conn:
        now = app.clock()
        until = max(rows.settled_until(conn), query.min_record_time)
    return now, until


def _reports_nothing(query: Standing) -> bool:
    return query.controls.report_if_empty and query.controls.schedule is not None


def _pages(
    app: Application, query: Standing, wanted: EventFilter, now: datetime
) -> Iterator[tuple[StoredEvent, ...]]:
    """Yield the events page by page; no connection is held while a page is sent."""
    after = None
    while True:
        with app.database.reading() as conn:
            audience_ids = visible_to(conn, query.actor)
            if after is None:
                require_few(conn, wanted, audience_ids, now)
            found = event_rows.query(
                conn,
                wanted,
                audience_ids=audience_ids,
                page_size=app.settings.subscription_events_max,
                now=now,
                after=after,
            )
        yield found.events
        after = found.next
        if after is None:
            return


def _document(
    app: Application, query: Standing, page: tuple[StoredEvent, ...], at: datetime
) -> bytes:
    bodies, namespaces = documents.with_shared_context(
        [{**each.body, "recordTime": written(each.record_time)} for each in page]
    )
    return documents.query_document(
        app, bodies, namespaces, at=at, form=query.form, query_name=query.query_name
    )
