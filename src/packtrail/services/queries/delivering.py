"""Delivery: what a standing query sends, once, in order, until it is taken.

A delivery is the events recorded in a span of time. It gets an identity and an end before the first
byte is sent, in the database; a worker that dies leaves both behind, and the next one sends the
same again under the same identity. The span ends before the oldest capture that still runs: an
event gets its record time before its transaction ends, and would be lost behind a later end.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import msgspec

from packtrail.access import Actor
from packtrail.base.errors import LimitExceeded, RefusedError, Unavailable
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import TOO_MANY_RESULTS
from packtrail.services.queries import documents, parameters, webhooks
from packtrail.services.queries.subscriptions import next_run
from packtrail.services.times import written
from packtrail.store import events as event_rows
from packtrail.store import subscriptions as rows

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.store.filters import EventFilter, PageKey
    from packtrail.store.subscriptions import Claim, SubscriptionRow

_LOG = logging.getLogger(__name__)
_CLAIM_SECONDS = 120
_RETRY_SECONDS = 2
_IDLE = timedelta(minutes=1)
"""How often a stream without events notes how far it has looked."""
_CALLBACKS = {TOO_MANY_RESULTS.code: "QueryTooLargeException"}
"""Code of a finding -> what a receiver of XML is told; of others ImplementationException, the only
other one (EPCIS 1.2, 8.2.8)."""
PROBLEM_JSON = "application/problem+json"


class Deliverer:
    """Workers that deliver what is due, until they are told to stop.

    Args:
        app: The application.
    """

    def __init__(self, app: Application) -> None:
        self._app = app
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"deliver-{number}")
            for number in range(app.settings.subscription_workers)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        wait_seconds = self._app.settings.subscription_wait_for_ms / 1000
        while not self._stop.is_set():
            try:
                is_done = not deliver_next(self._app)
            except Unavailable as fault:
                _LOG.warning("deliveries wait: %s", fault)
                is_done = True
            except Exception:  # noqa: BLE001 - one bad subscription must not stop the others
                _LOG.exception("a delivery failed inside Packtrail")
                is_done = True
            if is_done:
                self._stop.wait(wait_seconds)


def deliver_next(app: Application) -> bool:
    """Deliver to the subscription that is due longest; return False when none is due.

    Raises:
        Unavailable: The database did not answer; what was begun is done again.
    """
    now = app.clock()
    with app.database.transaction() as conn:
        claim = rows.claim_due(conn, now=now, until=now + timedelta(seconds=_CLAIM_SECONDS))
    if claim is None:
        return False
    with app.database.reading() as conn:
        row = rows.by_id(conn, claim.organisation_id, claim.subscription_id)
    if row is not None:
        _Delivery(app, claim, row).run()
    return True


class _Delivery:
    """One claimed subscription while it is worked on."""

    def __init__(self, app: Application, claim: Claim, row: SubscriptionRow) -> None:
        self.app = app
        self.claim = claim
        self.row = row
        self.form = msgspec.convert(row.form, documents.Form)
        self.actor = Actor.system("subscriptions", organisation_id=row.organisation_id)

    def run(self) -> None:
        """Send what is due, or leave it for a later try."""
        try:
            until, is_begun = self._begun()
            if is_begun and not self._send_all(until):
                return
            self._finish(until)
        except webhooks.NotTaken as failure:
            self._fail(str(failure))

    def _begun(self) -> tuple[datetime, bool]:
        """Return the end of the delivery, begun now or before, and whether there is one at all."""
        row = self.row
        if row.delivery_id is not None and row.delivery_until is not None:
            return row.delivery_until, True
        with self.app.database.transaction() as conn:
            until = max(rows.settled_until(conn), row.min_record_time)
            if not self._has_news(conn, until) and not self._reports_nothing():
                return until, False
            self.row = replace(row, delivery_id=uuid4(), delivery_until=until)
            delivery_id = self.row.delivery_id
            return until, delivery_id is not None and rows.begin(
                conn, self.claim, delivery_id, until=until
            )

    def _reports_nothing(self) -> bool:
        return self.row.report_if_empty and self.row.schedule is not None

    def _has_news(self, conn: Connection, until: datetime) -> bool:
        try:
            wanted = self._wanted(until)
        except RefusedError:
            return True  # What is wrong with the query is news for its receiver.
        return event_rows.exceeds(
            conn, wanted, 0, audience_ids=visible_to(conn, self.actor), now=self.app.clock()
        )

    def _wanted(self, until: datetime) -> EventFilter:
        asked = parameters.understood(
            self.app.settings,
            self.row.params,
            namespaces=self.row.prefixes,
            form="soap" if self.row.form.get("is_soap") else "rest",
        )
        start, end = self.row.min_record_time, until
        if asked.record_time_from is not None:
            start = max(start, asked.record_time_from)
        if asked.record_time_before is not None:
            end = min(end, asked.record_time_before)
        return replace(
            asked,
            record_time_from=start,
            record_time_before=end,
            order_by="recordTime",
            order_direction="ASC",
        )

    def _send_all(self, until: datetime) -> bool:
        """Send every document of the delivery that was not taken before; False: not ours now."""
        after, page = self.row.after, self.row.delivery_page
        if page and after is None:
            return True  # Everything was taken; only noting that it is finished is left.
        while True:
            try:
                body, following = self._document(until, after)
                self._post(body, self.form.media_type, page)
            except RefusedError as refused:
                self._post(*self._problem(refused), page)
                following = None
            at = self.app.clock()
            with self.app.database.transaction() as conn:
                is_ours = rows.page_taken(
                    conn,
                    self.claim,
                    following,
                    at=at,
                    claimed_until=at + timedelta(seconds=_CLAIM_SECONDS),
                )
            if not is_ours or following is None:
                return is_ours
            after, page = following, page + 1

    def _document(self, until: datetime, after: PageKey | None) -> tuple[bytes, PageKey | None]:
        wanted, now = self._wanted(until), self.app.clock()
        with self.app.database.reading() as conn:
            audience_ids = visible_to(conn, self.actor)
            most = wanted.event_count_max
            if most is not None and event_rows.exceeds(
                conn, wanted, most, audience_ids=audience_ids, now=now
            ):
                raise LimitExceeded(
                    TOO_MANY_RESULTS.found(f"More than {most} events match.", at="maxEventCount")
                )
            found = event_rows.query(
                conn,
                wanted,
                audience_ids=audience_ids,
                page_size=self.app.settings.subscription_events_max,
                now=now,
                after=after,
            )
        bodies, namespaces = documents.with_shared_context(
            [{**each.body, "recordTime": written(each.record_time)} for each in found.events]
        )
        body = documents.query_document(
            self.app,
            bodies,
            namespaces,
            at=until if bodies else now,
            form=self.form,
            query_name=self.row.query_name,
            subscription_id=self.row.subscription_id,
        )
        return body, found.next

    def _problem(self, refused: RefusedError) -> tuple[bytes, str]:
        """Return the document that the receiver is told instead of events, and its media type."""
        code = refused.findings[0].code
        if self.form.is_xml:
            body = documents.exception_document(
                _CALLBACKS.get(code, "ImplementationException"),
                str(refused),
                (self.row.query_name, self.row.subscription_id),
                self.form,
                at=self.app.clock(),
            )
            return body, self.form.media_type
        return documents.problem_document(refused), PROBLEM_JSON

    def _post(self, body: bytes, media_type: str, page: int) -> None:
        row, settings = self.row, self.app.settings
        delivery = f"{row.delivery_id}.{page}"
        headers = {
            "Content-Type": media_type,
            "User-Agent": "Packtrail",
            "GS1-EPCIS-Version": "2.0.0",
            "GS1-EPC-Format": self.form.epc_format.value,
            "Packtrail-Delivery": delivery,
        }
        if row.secret is not None:
            headers["GS1-Signature"] = webhooks.signature(
                row.secret, body, delivery=delivery, at=int(self.app.clock().timestamp())
            )
        webhooks.post(
            row.dest,
            body,
            headers,
            networks=webhooks.Networks.of(settings.webhook_allowed_networks),
            timeout=settings.webhook_timeout_seconds,
        )

    def _finish(self, until: datetime) -> None:
        now = self.app.clock()
        next_at = next_run(self.row.schedule, now)
        if self.row.schedule is None:
            next_at = now + timedelta(milliseconds=self.app.settings.subscription_wait_for_ms)
            if self.row.delivery_id is None and until - self.row.min_record_time < _IDLE:
                until = self.row.min_record_time
        with self.app.database.transaction() as conn:
            rows.finish(conn, self.claim, min_record_time=until, next_at=next_at)

    def _fail(self, why: str) -> None:
        wait = retry_seconds(
            self.row.failures, most=60 * self.app.settings.webhook_retry_for_minutes_max
        )
        with self.app.database.transaction() as conn:
            at = self.app.clock()
            rows.fail(conn, self.claim, why[:500], next_at=at + timedelta(seconds=wait))


def retry_seconds(failures: int, *, most: int) -> int:
    """Return how long to wait after so many failures in a row and one more: doubled each time.

    >>> [retry_seconds(n, most=60) for n in range(7)]
    [2, 4, 8, 16, 32, 60, 60]
    """
    return int(min(most, _RETRY_SECONDS * 2 ** min(failures, 30)))
