"""Policies: what the rules are set to for an organisation, since when, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError
from packtrail.detection import codes
from packtrail.detection.policies import KNOBS, Knob, changed, defects, written
from packtrail.detection.scans import Parameters
from packtrail.services import auditing
from packtrail.store import alerts as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One parameter as it is set."""

    name: str
    value: float
    default: float
    knob: Knob


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the rules were set to since a moment."""

    number: int
    effective_at: datetime
    recorded_at: datetime
    parameters: Mapping[str, float]
    """Those that differ from their defaults."""
    reason: str
    by: str


def in_force(conn: Connection, actor: Actor, *, at: datetime) -> Parameters:
    """Return what the rules of the actor's organisation are set to at a moment."""
    for row in rows.policies(conn, actor.organisation_id):
        if row.effective_at <= at:
            return changed(row.parameters)
    return Parameters()


def settings(app: Application, actor: Actor) -> tuple[Setting, ...]:
    """Return every parameter as it is set now.

    Raises:
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        now = written(in_force(conn, actor, at=app.clock()))
    default = written(Parameters())
    return tuple(
        Setting(name=name, value=now[name], default=default[name], knob=knob)
        for name, knob in KNOBS.items()
    )


def policies(app: Application, actor: Actor) -> tuple[Policy, ...]:
    """Return what the rules were set to, the newest first.

    Raises:
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        found = rows.policies(conn, actor.organisation_id)
    return tuple(
        Policy(
            number=row.policy_no,
            effective_at=row.effective_at,
            recorded_at=row.recorded_at,
            parameters=row.parameters,
            reason=row.reason,
            by=row.actor_name,
        )
        for row in found
    )


def put(
    app: Application,
    actor: Actor,
    values: Mapping[str, Any],
    *,
    reason: str,
    effective_at: datetime | None = None,
) -> tuple[Setting, ...]:
    """Set parameters; what is not named stays as it is. Nothing that was set before is lost.

    Args:
        app: The application.
        actor: Who sets them.
        values: Parameter -> number, times in hours; None: back to the default.
        reason: Why.
        effective_at: Since when; default: now.

    Raises:
        RefusedError: `SIG-060` for each that cannot be set so; `SIG-053`, there is no reason.
        NotPermitted: The actor may not set them.
    """
    require(actor, Permission.DETECTION_UPDATE)
    given = {name: value for name, value in values.items() if value is not None}
    found = list(defects(given))
    found += defects(dict.fromkeys((set(values) - set(given)) - set(KNOBS), 0))
    if not reason.strip():
        found.append(codes.NO_REASON.found("Nothing says why.", at="reason"))
    if found:
        raise RefusedError(*found)
    now = app.clock()
    since = effective_at or now
    with app.database.transaction() as conn:
        before = written(in_force(conn, actor, at=since))
        default = written(Parameters())
        after = before | {
            name: default[name] if value is None else float(value) for name, value in values.items()
        }
        kept = {name: value for name, value in after.items() if value != default[name]}
        row = rows.PolicyRow(0, since, now, kept, reason.strip(), actor.name)
        number = rows.add_policy(conn, actor.organisation_id, row)
        detail = {
            "before": {name: before[name] for name in values},
            "after": {name: after[name] for name in values},
            "effective_at": since.isoformat(),
            "reason": reason.strip(),
        }
        auditing.write(
            conn, actor, Action.DETECTION_UPDATED, f"policy {number}", at=now, detail=detail
        )
    return settings(app, actor)
