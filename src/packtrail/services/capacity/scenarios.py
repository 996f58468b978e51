"""Scenarios: what is assumed, by whom and why; every change is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.exchange.capacity_files import read_scenario
from packtrail.planning import codes as plan_codes
from packtrail.planning.capacity import codes
from packtrail.planning.capacity import scenarios as checks
from packtrail.planning.capacity.estimating import Basis, Input, Span
from packtrail.planning.capacity.model import INPUTS
from packtrail.planning.capacity.scenarios import Assumption, Scenario
from packtrail.services import auditing
from packtrail.services.capacity.grounds import forecast_head
from packtrail.store import capacity as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

SCENARIOS_MAX = 50
CHANGES_MAX = 200
REASON_MAX = 2_000
_GIVEN: tuple[Input, ...] = tuple(
    Input(key, title, unit, Span.of(1, 1, 1), Basis.FORECAST, "the forecast", 1)
    for key, title, unit in (
        ("packs_year", "Packs forecast for the year", "packs"),
        ("packs_month_peak", "Packs forecast for the busiest month", "packs"),
        ("products", "Products", "products"),
        ("markets", "Markets", "markets"),
    )
)
"""What the forecast gives; a scenario may assume otherwise."""
KNOWN: tuple[Input, ...] = (*_GIVEN, *INPUTS)
"""All inputs that a scenario may replace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioView:
    """A scenario with when it was last changed."""

    scenario: Scenario
    revision: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioChange:
    """One change of one scenario."""

    version: int
    code: str
    before: str | None
    """JSON; None where it was new."""
    after: str | None
    """JSON; None where it was taken out."""
    at: datetime
    by: str
    reason: str


def scenarios(app: Application, actor: Actor) -> tuple[ScenarioView, ...]:
    """Return the scenarios of the actor's organisation, the one in force first."""
    require(actor, Permission.CAPACITY_READ)
    with app.database.reading() as conn:
        return read_all(conn, actor)


def scenario(app: Application, actor: Actor, code: str) -> ScenarioView:
    """Return one scenario.

    Raises:
        NotFound: `CPA-002`, there is none of this code.
    """
    return one_of(scenarios(app, actor), code)


def put_scenario(
    app: Application,
    actor: Actor,
    told: Scenario,
    *,
    reason: str = "",
    revision: int | None = None,
) -> ScenarioView:
    """Write a scenario as it is to be; the one that is in force takes that from the others.

    Args:
        app: The application.
        actor: Who writes it.
        told: The scenario.
        reason: Why; part of its history.
        revision: The revision that the change was made from; 0: it is new; None: whatever it is.

    Raises:
        RefusedError: `PLN-002` to `PLN-004`, a defect of the scenario; `CPA-005`, there are too
            many.
        NotFound: `CPA-001`, it names a forecast that there is not.
        Conflict: `CPA-004`, somebody else has changed it meanwhile.
        NotPermitted: The actor may not change scenarios.
    """

    def change(_: ScenarioView | None) -> Scenario:
        return told

    return _changed(app, actor, told.code, change, reason=reason, revision=revision)


def assume(
    app: Application,
    actor: Actor,
    code: str,
    told: Assumption,
    *,
    reason: str = "",
    revision: int | None = None,
) -> ScenarioView:
    """Assume a value in a scenario, in place of what was assumed for that input.

    Raises:
        RefusedError: `PLN-002` or `PLN-004`, the assumption cannot be used.
        NotFound: `CPA-002`, there is no such scenario.
        Conflict: `CPA-004`, somebody else has changed it meanwhile.
        NotPermitted: The actor may not change scenarios.
    """

    def change(known: ScenarioView | None) -> Scenario:
        was = _there(known, code).scenario
        others = (each for each in was.assumptions if each.key != told.key)
        made = tuple(sorted((*others, told), key=lambda each: each.key))
        return replace(was, assumptions=made)

    return _changed(app, actor, code, change, reason=reason, revision=revision)


def forget(
    app: Application, actor: Actor, code: str, key: str, *, reason: str = ""
) -> ScenarioView:
    """Assume nothing any more of an input.

    Raises:
        NotFound: `CPA-002`, there is no such scenario, or it assumes nothing of that input.
        NotPermitted: The actor may not change scenarios.
    """

    def change(known: ScenarioView | None) -> Scenario:
        was = _there(known, code).scenario
        left = tuple(each for each in was.assumptions if each.key != key)
        if len(left) == len(was.assumptions):
            message = f"{code} assumes nothing of {key[:80]!r}."
            raise NotFound(codes.NO_SCENARIO.found(message, at=key[:80]))
        return replace(was, assumptions=left)

    return _changed(app, actor, code, change, reason=reason)


def import_scenario(
    app: Application, actor: Actor, content: bytes, filename: str, *, code: str, reason: str = ""
) -> ScenarioView:
    """Take the assumptions of a scenario in from TOML; a new one is made where there is none.

    Raises:
        RefusedError: `PLN-002` or `PLN-004`, something in the file cannot be used.
        NotPermitted: The actor may not change scenarios.
    """
    require(actor, Permission.CAPACITY_UPDATE)
    today = app.clock().date()
    made = tuple(
        assumption_of(each, actor, on=today)
        for each in read_scenario(content, filename, KNOWN).values()
    )

    def change(known: ScenarioView | None) -> Scenario:
        was = known.scenario if known else Scenario(code=code, name=code)
        return replace(was, assumptions=made)

    return _changed(app, actor, code, change, reason=reason or f"Taken in from {filename}")


def remove_scenario(app: Application, actor: Actor, code: str, *, reason: str = "") -> None:
    """Take a scenario out; its history stays.

    Raises:
        NotFound: `CPA-002`, there is no such scenario.
        NotPermitted: The actor may not change scenarios.
    """
    require(actor, Permission.CAPACITY_UPDATE)
    with app.database.transaction() as conn:
        rows.locked(conn, actor.organisation_id)
        known = one_of(read_all(conn, actor), code)
        rows.remove_scenario(conn, actor.organisation_id, code)
        _note(app, conn, actor, code, known.scenario, None, reason)


def changes(
    app: Application, actor: Actor, *, code: str | None = None, limit: int = CHANGES_MAX
) -> tuple[ScenarioChange, ...]:
    """Return what was changed, the newest first."""
    require(actor, Permission.CAPACITY_READ)
    with app.database.reading() as conn:
        found = rows.changes(
            conn, actor.organisation_id, code=code, limit=max(1, min(limit, CHANGES_MAX))
        )
    return tuple(
        ScenarioChange(
            version=row.version,
            code=row.code,
            before=row.before,
            after=row.after,
            at=row.at,
            by=row.actor_name,
            reason=row.reason,
        )
        for row in found
    )


def assumption_of(told: Input, actor: Actor, *, on: Any) -> Assumption:
    """Return an input that somebody put in as an assumption of theirs."""
    return Assumption(
        key=told.key,
        low=told.span.low,
        likely=told.span.likely,
        high=told.span.high,
        basis=told.basis,
        source=told.source,
        noted_on=on,
        noted_by=actor.name,
    )


def read_all(conn: Connection, actor: Actor) -> tuple[ScenarioView, ...]:
    """Return the scenarios of an organisation on a connection, the one in force first."""
    found = [
        ScenarioView(
            scenario=msgspec.json.decode(row.body, type=Scenario),
            revision=row.revision,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )
        for row in rows.scenarios(conn, actor.organisation_id)
    ]
    return tuple(sorted(found, key=lambda each: not each.scenario.is_in_force))


def one_of(found: Sequence[ScenarioView], code: str) -> ScenarioView:
    """Return the scenario of a code.

    Raises:
        NotFound: `CPA-002`, there is none.
    """
    return _there(next((each for each in found if each.scenario.code == code), None), code)


def _there(known: ScenarioView | None, code: str) -> ScenarioView:
    if known is None:
        message = f"There is no scenario {code[:80]!r}."
        raise NotFound(codes.NO_SCENARIO.found(message, at="code"))
    return known


def _changed(
    app: Application,
    actor: Actor,
    code: str,
    change: Callable[[ScenarioView | None], Scenario],
    *,
    reason: str,
    revision: int | None = None,
) -> ScenarioView:
    """Change one scenario in one transaction, and what follows for the others."""
    require(actor, Permission.CAPACITY_UPDATE)
    if len(reason) > REASON_MAX or "\0" in reason:
        message = f"The reason has {len(reason)} letters; expected {REASON_MAX} at most, no NUL."
        raise RefusedError(plan_codes.BAD_VALUE.found(message, at="reason"))
    with app.database.transaction() as conn:
        rows.locked(conn, actor.organisation_id)
        before = read_all(conn, actor)
        known = next((each for each in before if each.scenario.code == code), None)
        if revision is not None and revision != (known.revision if known else 0):
            message = f"{code} is at revision {known.revision if known else 0}, not {revision}."
            raise Conflict(codes.STALE.found(message, at="revision"))
        if known is None and len(before) >= SCENARIOS_MAX:
            message = f"There are {SCENARIOS_MAX} scenarios."
            raise RefusedError(codes.TOO_MANY.found(message, at="code"))
        made = change(known)
        _require_sound(conn, actor, made)
        if not before or (known and known.scenario.is_in_force):
            # The first is in force, and the one that is stays so until another takes its place.
            made = replace(made, is_in_force=True)
        if known is None or known.scenario != made:
            _write(app, conn, actor, known, made, reason)
        if made.is_in_force:
            for other in before:
                if other.scenario.is_in_force and other.scenario.code != code:
                    left = replace(other.scenario, is_in_force=False)
                    _write(app, conn, actor, other, left, f"{code} is in force instead")
        return one_of(read_all(conn, actor), code)


def _require_sound(conn: Connection, actor: Actor, made: Scenario) -> None:
    found = tuple(checks.check(made, KNOWN))
    if found:
        raise RefusedError(*found)
    if made.forecast_no is not None:
        forecast_head(conn, actor, made.forecast_no)


def _write(
    app: Application,
    conn: Connection,
    actor: Actor,
    known: ScenarioView | None,
    made: Scenario,
    reason: str,
) -> None:
    rows.put_scenario(
        conn,
        organisation_id=actor.organisation_id,
        code=made.code,
        body=_body(made),
        at=app.clock(),
        by=actor.name,
    )
    _note(app, conn, actor, made.code, known.scenario if known else None, made, reason)


def _note(
    app: Application,
    conn: Connection,
    actor: Actor,
    code: str,
    before: Scenario | None,
    after: Scenario | None,
    reason: str,
) -> None:
    """Write down a change: in the history of the scenario, and in the audit trail."""
    at, version = app.clock(), rows.bump(conn, actor.organisation_id)
    rows.add_change(
        conn,
        organisation_id=actor.organisation_id,
        version=version,
        code=code,
        before=_body(before) if before else None,
        after=_body(after) if after else None,
        at=at,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason.strip(),
    )
    differs = {
        each.key
        for each in {*(before.assumptions if before else ())}
        ^ {*(after.assumptions if after else ())}
    }
    detail = {"version": version, "inputs": sorted(differs), "reason": reason.strip()}
    auditing.write(conn, actor, Action.SCENARIO_CHANGED, code, at=at, detail=detail)


def _body(told: Scenario) -> str:
    return msgspec.json.encode(told).decode()
