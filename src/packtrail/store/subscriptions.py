"""Named queries and subscriptions in the database.

A subscription is claimed by one worker for a while; whoever lost its claim changes nothing more.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.store import capture, named
from packtrail.store.filters import PageKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

_SQL = named.statements("subscriptions")
_NOTHING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT: Final = timedelta(microseconds=1)
_JSON = frozenset({"params", "prefixes", "form", "schedule"})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRow:
    """A row of `named_query`."""

    name: str
    definition: dict[str, Any]
    params: dict[str, list[str]]
    prefixes: dict[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """What a subscription starts with."""

    organisation_id: int
    subscription_id: str
    query_name: str
    params: Mapping[str, list[str]]
    prefixes: Mapping[str, str]
    dest: str
    secret: bytes | None
    form: Mapping[str, Any]
    schedule: Mapping[str, str] | None
    report_if_empty: bool
    initial_record_time: datetime | None
    min_record_time: datetime
    created_at: datetime
    created_by: str
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    """A row of `subscription`."""

    organisation_id: int
    subscription_id: str
    query_name: str
    params: dict[str, list[str]]
    prefixes: dict[str, str]
    dest: str
    secret: bytes | None
    form: dict[str, Any]
    schedule: dict[str, str] | None
    report_if_empty: bool
    initial_record_time: datetime | None
    min_record_time: datetime
    created_at: datetime
    last_notified_at: datetime | None
    next_at: datetime
    delivery_id: UUID | None
    delivery_until: datetime | None
    delivery_page: int
    delivery_after: dict[str, Any] | None
    failures: int
    last_error: str | None

    @property
    def after(self) -> PageKey | None:
        """Where the next document of the delivery starts."""
        if self.delivery_after is None:
            return None
        return msgspec.convert(self.delivery_after, PageKey)


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to one subscription, for a while."""

    organisation_id: int
    subscription_id: str
    claim: UUID


# --- named queries --------------------------------------------------------------------------------


def insert_query(
    conn: Connection,
    organisation_id: int,
    name: str,
    *,
    definition: Mapping[str, Any],
    params: Mapping[str, list[str]],
    prefixes: Mapping[str, str],
    at: datetime,
    by: str,
) -> bool:
    """Add a named query; return False when the name is taken."""
    kept = (Jsonb(definition), Jsonb(params), Jsonb(prefixes))
    values = (organisation_id, name, *kept, at, by)
    return conn.execute(_SQL["insert_query"], values).rowcount == 1


def queries(conn: Connection, organisation_id: int, *, after: str, limit: int) -> list[QueryRow]:
    """Return named queries by name, from after one on."""
    with conn.cursor(row_factory=class_row(QueryRow)) as cursor:
        return cursor.execute(_SQL["queries"], [organisation_id, after, limit]).fetchall()


def query(conn: Connection, organisation_id: int, name: str) -> QueryRow | None:
    """Return one named query."""
    with conn.cursor(row_factory=class_row(QueryRow)) as cursor:
        return cursor.execute(_SQL["query"], [organisation_id, name]).fetchone()


def delete_query(conn: Connection, organisation_id: int, name: str) -> bool:
    """Delete a named query and end its subscriptions; return whether there was one."""
    conn.execute(_SQL["end_subscriptions"], [organisation_id, name])
    return conn.execute(_SQL["delete_query"], [organisation_id, name]).rowcount == 1


# --- subscriptions --------------------------------------------------------------------------------


def insert(conn: Connection, new: NewSubscription) -> bool:
    """Add a subscription; return False when its identifier is taken."""
    values = {
        name: Jsonb(value) if name in _JSON and value is not None else value
        for name, value in asdict(new).items()
    }
    return conn.execute(_SQL["insert"], values).rowcount == 1


def count(conn: Connection, organisation_id: int) -> int:
    """Return how many subscriptions an organisation has."""
    row = conn.execute(_SQL["count"], [organisation_id]).fetchone()
    return int(row[0]) if row else 0


def subscriptions(
    conn: Connection, organisation_id: int, query_name: str, *, after: str, limit: int
) -> list[SubscriptionRow]:
    """Return the subscriptions of a query by identifier, from after one on."""
    statement = (
        f"{_SQL['columns']} where organisation_id = %s and query_name = %s"
        " and subscription_id > %s order by subscription_id limit %s"
    )
    with conn.cursor(row_factory=class_row(SubscriptionRow)) as cursor:
        return cursor.execute(statement, [organisation_id, query_name, after, limit]).fetchall()


def by_id(conn: Connection, organisation_id: int, subscription_id: str) -> SubscriptionRow | None:
    """Return one subscription."""
    statement = f"{_SQL['columns']} where organisation_id = %s and subscription_id = %s"
    with conn.cursor(row_factory=class_row(SubscriptionRow)) as cursor:
        return cursor.execute(statement, [organisation_id, subscription_id]).fetchone()


def delete(
    conn: Connection, organisation_id: int, subscription_id: str, *, query_name: str | None = None
) -> bool:
    """Delete a subscription; return whether there was one."""
    if query_name is None:
        done = conn.execute(_SQL["delete_by_id"], [organisation_id, subscription_id])
    else:
        done = conn.execute(_SQL["delete"], [organisation_id, query_name, subscription_id])
    return done.rowcount == 1


# --- delivery -------------------------------------------------------------------------------------


def claim_due(conn: Connection, *, now: datetime, until: datetime) -> Claim | None:
    """Claim the subscription that is due longest and that nobody else is at."""
    claim = uuid4()
    bound = {"claim": claim, "now": now, "until": until}
    row = conn.execute(_SQL["claim"], bound).fetchone()
    return Claim(row[0], row[1], claim) if row else None


def begin(conn: Connection, claim: Claim, delivery_id: UUID, *, until: datetime) -> bool:
    """Begin a delivery of the events recorded before a moment; False when the claim is lost."""
    return _update(conn, "begin", claim, delivery_id=delivery_id, until=until)


def page_taken(
    conn: Connection, claim: Claim, after: PageKey | None, *, at: datetime, claimed_until: datetime
) -> bool:
    """Note that the receiver took a document; False when the claim is lost."""
    position = Jsonb(msgspec.to_builtins(after)) if after else None
    return _update(conn, "page_taken", claim, after=position, at=at, claimed_until=claimed_until)


def finish(conn: Connection, claim: Claim, *, min_record_time: datetime, next_at: datetime) -> bool:
    """Let go of a subscription whose events were sent until a moment."""
    return _update(conn, "finish", claim, min_record_time=min_record_time, next_at=next_at)


def fail(conn: Connection, claim: Claim, error: str, *, next_at: datetime) -> bool:
    """Let go of a subscription whose delivery failed, until the next try."""
    return _update(conn, "fail", claim, error=error, next_at=next_at)


def oldest_running_capture(conn: Connection) -> datetime | None:
    """Return since when the oldest capture runs: it will record events with later times only."""
    row = conn.execute(_SQL["oldest_running_capture"]).fetchone()
    return row[0] if row else None


def settled_until(conn: Connection) -> datetime:
    """Return the moment before which no event will be recorded any more.

    Who goes through the events in the order of their record time does not go past it: not past what
    is being recorded now, nor past what was recorded last. No clock tells it: the clock may be set
    back, or another server's be behind, and what is recorded then comes right after the last.
    """
    newest = capture.newest_record_time(conn)  # First: what is announced from now on knows of it.
    known = _NOTHING if newest is None else newest + _INSTANT
    return min(known, oldest_running_capture(conn) or known)


def _update(conn: Connection, name: str, claim: Claim, **values: Any) -> bool:
    return conn.execute(_SQL[name], {**asdict(claim), **values}).rowcount == 1
