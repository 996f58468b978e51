"""Subscriptions: who is sent the new events of a query, when, and how far that is.

What is sent is decided in `packtrail.services.queries.delivering`. The secret that signs it is
taken once and shown by nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, LimitExceeded, NotFound, RefusedError
from packtrail.services import auditing
from packtrail.services.codes import (
    BAD_CONTROLS,
    DUPLICATE_SUBSCRIPTION,
    EVERY_SECOND,
    NO_SUBSCRIPTION,
    TOO_MANY_SUBSCRIPTIONS,
)
from packtrail.services.queries import schedules, webhooks
from packtrail.services.queries.named_queries import EVENT_QUERY, named
from packtrail.services.times import moment
from packtrail.store import subscriptions as rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.queries.documents import Form

EVENTS_RECORDED = "urn:packtrail:trigger:events-recorded"
"""Trigger of SOAP: runs the query as soon as events were recorded, as a stream does."""
SECRET_LENGTH_MAX = 1000
ID_LENGTH_MAX = 200
_MEMBERS = frozenset(
    {"dest", "signatureToken", "secret", "initialRecordTime", "reportIfEmpty", "schedule", "stream"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """When a query runs by itself."""

    schedule: Mapping[str, str] | None
    """None: a stream, which reports at once."""
    report_if_empty: bool = False
    initial_record_time: datetime | None = None

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is allowed, and hardly meant."""
        if self.schedule is not None and schedules.is_every_second(self.schedule):
            return (EVERY_SECOND.found("The schedule names no second.", at="/schedule/second"),)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription, without its secret."""

    subscription_id: str
    query_name: str
    dest: str
    created_at: datetime
    last_notified_at: datetime | None
    initial_record_time: datetime | None
    min_record_time: datetime
    schedule: Mapping[str, str] | None
    report_if_empty: bool
    epc_format: str
    failures: int
    """Tries that failed since the receiver last took something."""
    last_error: str | None
    warnings: tuple[Finding, ...] = ()


def subscribe(
    app: Application, actor: Actor, query_name: str, content: bytes, *, form: Form
) -> Subscription:
    """Subscribe a webhook to a named query.

    Args:
        app: The application.
        actor: Who subscribes, for its organisation.
        query_name: Name of the query.
        content: The body of EPCIS 2.0, 12.6.5, as JSON.
        form: The form in which the events are wanted.

    Raises:
        NotFound: `QRY-012`, there is no such query.
        RefusedError: `QRY-015`, the controls cannot be used; `QRY-017`, the destination is refused.
        LimitExceeded: `QRY-021`, the organisation has as many as it can.
        NotPermitted: The actor may not subscribe.
    """
    require(actor, Permission.QUERY_CREATE)
    known = named(app, actor, query_name)
    told = _body(content)
    secret = told.get("signatureToken", told.get("secret"))
    return add(
        app,
        actor,
        query_name,
        known.params,
        prefixes=known.prefixes,
        dest=_text(told, "dest"),
        secret=secret if secret is None else _secret(secret),
        controls=controls_of(told),
        form=form,
    )


def add(  # noqa: PLR0913 - what a subscription is made of
    app: Application,
    actor: Actor,
    query_name: str,
    params: Mapping[str, list[str]],
    *,
    prefixes: Mapping[str, str],
    dest: str,
    secret: bytes | None,
    controls: Controls,
    form: Form,
    subscription_id: str | None = None,
) -> Subscription:
    """Keep a subscription; its first run is when the controls say so.

    Raises:
        RefusedError: `QRY-015`, the controls cannot be used; `QRY-017`, the destination is refused.
        Conflict: `QRY-019`, the identifier is taken.
        LimitExceeded: `QRY-021`, the organisation has as many as it can.
    """
    require(actor, Permission.QUERY_CREATE)
    webhooks.check(dest, webhooks.Networks.of(app.settings.webhook_allowed_networks))
    at = app.clock()
    new = rows.NewSubscription(
        organisation_id=actor.organisation_id,
        subscription_id=subscription_id or str(uuid4()),
        query_name=query_name,
        params=params,
        prefixes=prefixes,
        dest=dest,
        secret=secret,
        form=msgspec.to_builtins(form),
        schedule=controls.schedule,
        report_if_empty=controls.report_if_empty,
        initial_record_time=controls.initial_record_time,
        min_record_time=controls.initial_record_time or at,
        created_at=at,
        created_by=actor.name,
        next_at=next_run(controls.schedule, at),
    )
    with app.database.transaction() as conn:
        most = app.settings.subscriptions_max
        if rows.count(conn, actor.organisation_id) >= most:
            raise LimitExceeded(
                TOO_MANY_SUBSCRIPTIONS.found(f"There are {most} subscriptions, and no more fit.")
            )
        if not rows.insert(conn, new):
            raise Conflict(
                DUPLICATE_SUBSCRIPTION.found(
                    f"There is a subscription {new.subscription_id[:ID_LENGTH_MAX]!r} already.",
                    at="subscriptionID",
                )
            )
        auditing.write(
            conn,
            actor,
            Action.SUBSCRIPTION_CREATED,
            new.subscription_id,
            at=at,
            detail={"query": query_name, "dest": dest},
        )
        row = rows.by_id(conn, actor.organisation_id, new.subscription_id)
    assert row is not None  # noqa: S101 - it was inserted in this transaction
    return _subscription(row, controls.warnings)


def subscriptions(
    app: Application, actor: Actor, query_name: str, *, limit: int = 30, after: str = ""
) -> Sequence[Subscription]:
    """Return the subscriptions of a query by identifier, from after one on.

    Raises:
        NotFound: `QRY-012`, there is no such query.
    """
    _require_query(app, actor, query_name)
    with app.database.reading() as conn:
        found = rows.subscriptions(
            conn, actor.organisation_id, query_name, after=after, limit=limit
        )
    return tuple(_subscription(row) for row in found)


def subscription(
    app: Application, actor: Actor, query_name: str, subscription_id: str
) -> Subscription:
    """Return one subscription of a query.

    Raises:
        NotFound: `QRY-012`, there is no such query; `QRY-016`, no such subscription of it.
    """
    _require_query(app, actor, query_name)
    with app.database.reading() as conn:
        row = rows.by_id(conn, actor.organisation_id, subscription_id)
    if row is None or row.query_name != query_name:
        raise _none(subscription_id)
    return _subscription(row)


def unsubscribe(
    app: Application, actor: Actor, subscription_id: str, *, query_name: str | None = None
) -> None:
    """End a subscription; what it was about to be sent is not sent any more.

    Raises:
        NotFound: `QRY-016`, there is no such subscription.
        NotPermitted: The actor may not end it.
    """
    require(actor, Permission.QUERY_CREATE)
    with app.database.transaction() as conn:
        if not rows.delete(conn, actor.organisation_id, subscription_id, query_name=query_name):
            raise _none(subscription_id)
        auditing.write(conn, actor, Action.SUBSCRIPTION_DELETED, subscription_id, at=app.clock())


def _require_query(app: Application, actor: Actor, name: str) -> None:
    """Refuse a name that no query has; SOAP subscribes to one that nobody has named, too."""
    require(actor, Permission.EVENT_READ)
    if name != EVENT_QUERY:
        named(app, actor, name)


def controls_of(told: Mapping[str, Any]) -> Controls:
    """Return the controls of a subscription.

    Args:
        told: `schedule` or `stream` (in SOAP `trigger`), `reportIfEmpty`, `initialRecordTime`.

    Raises:
        RefusedError: `QRY-015`, with what cannot be used.
    """
    schedule, stream = told.get("schedule"), _is_stream(told)
    if (schedule is None) is (stream is not True) or stream not in (True, False):
        raise RefusedError(
            BAD_CONTROLS.found("Expected either a schedule or stream: true.", at="/schedule")
        )
    if schedule is not None:
        if not isinstance(schedule, dict) or not all(
            isinstance(value, str) for value in schedule.values()
        ):
            raise RefusedError(
                BAD_CONTROLS.found("A schedule is an object of texts.", at="/schedule")
            )
        schedules.parse(schedule)
    report = told.get("reportIfEmpty", False)
    if not isinstance(report, bool):
        raise RefusedError(BAD_CONTROLS.found("It is true or false.", at="/reportIfEmpty"))
    initial = told.get("initialRecordTime")
    return Controls(
        schedule=schedule,
        report_if_empty=report,
        initial_record_time=None if initial is None else _time(initial),
    )


def _is_stream(told: Mapping[str, Any]) -> Any:
    """Return whether a query runs as events are recorded, by the words of REST or SOAP."""
    if "trigger" not in told:
        return told.get("stream", False)
    if told["trigger"] != EVENTS_RECORDED:
        message = (
            f"There is no trigger {told['trigger'][:200]!r}; expected {EVENTS_RECORDED}, or a"
            " schedule."
        )
        raise RefusedError(BAD_CONTROLS.found(message, at="/trigger"))
    return True


def next_run(schedule: Mapping[str, str] | None, at: datetime) -> datetime:
    """Return when a query runs next: at once for a stream."""
    if schedule is None:
        return at
    following = schedules.next_after(schedules.parse(schedule), at)
    return following or at.replace(year=9999)


def _body(content: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise RefusedError(BAD_CONTROLS.found("The body is no JSON object."))
    unknown = sorted(told.keys() - _MEMBERS)
    if unknown:
        raise RefusedError(
            *(BAD_CONTROLS.found(f"There is no member {each[:80]!r}.") for each in unknown)
        )
    return told


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise RefusedError(BAD_CONTROLS.found(f"{name} is missing or no text.", at=f"/{name}"))
    return value


def _secret(value: Any) -> bytes:
    if not isinstance(value, str) or not 0 < len(value) <= SECRET_LENGTH_MAX:
        raise RefusedError(
            BAD_CONTROLS.found(
                f"It is a text of 1 to {SECRET_LENGTH_MAX} characters.", at="/signatureToken"
            )
        )
    return value.encode("utf-8", "surrogatepass")


def _time(value: Any) -> datetime:
    found = moment(value) if isinstance(value, str) else None
    if found is None:
        raise RefusedError(
            BAD_CONTROLS.found(
                "It is a date and time with offset, such as 2026-11-03T14:02:00Z.",
                at="/initialRecordTime",
            )
        )
    return found


def _none(subscription_id: str) -> NotFound:
    shown = subscription_id[:ID_LENGTH_MAX]
    return NotFound(NO_SUBSCRIPTION.found(f"There is no subscription {shown!r}."))


def _subscription(row: rows.SubscriptionRow, warnings: tuple[Finding, ...] = ()) -> Subscription:
    return Subscription(
        subscription_id=row.subscription_id,
        query_name=row.query_name,
        dest=row.dest,
        created_at=row.created_at,
        last_notified_at=row.last_notified_at,
        initial_record_time=row.initial_record_time,
        min_record_time=row.min_record_time,
        schedule=row.schedule,
        report_if_empty=row.report_if_empty,
        epc_format=row.form["epc_format"],
        failures=row.failures,
        last_error=row.last_error,
        warnings=warnings,
    )
