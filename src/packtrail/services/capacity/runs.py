"""Results: what the scenarios take, worked out now, or as it was when somebody kept it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

import msgspec

from packtrail.access import Action, Permission, require
from packtrail.base.days import written
from packtrail.base.errors import NotFound
from packtrail.base.findings import Finding
from packtrail.planning.capacity import codes
from packtrail.planning.capacity.estimating import Estimate, Figure, Input, estimate, sways
from packtrail.planning.capacity.forecasts import MarketYear
from packtrail.planning.capacity.lines import LineLoad, line_loads
from packtrail.planning.capacity.model import QUANTITIES, inputs_of, lines_full
from packtrail.planning.capacity.scenarios import NAME_MAX, Scenario
from packtrail.services import auditing
from packtrail.services.capacity.forecasts import printable
from packtrail.services.capacity.grounds import grounds
from packtrail.services.capacity.scenarios import one_of, read_all
from packtrail.store import capacity as rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.planning.capacity.estimating import Sway
    from packtrail.services.application import Application
    from packtrail.services.capacity.grounds import Grounds

SEED = 1
RUNS_MAX = 200
PLAIN = Scenario(code="model", name="As the model has it")
"""What is shown where nobody has written a scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one scenario takes."""

    scenario: str
    name: str
    is_in_force: bool
    forecast_no: int
    forecast: str
    figures: tuple[Figure, ...]

    @property
    def estimate(self) -> Estimate:
        """Its figures, to be asked for by key."""
        return Estimate(self.figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the scenarios take, side by side."""

    seed: int
    at: datetime
    columns: tuple[Column, ...]
    """The one in force first."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Results that were kept."""

    number: int
    name: str
    at: datetime
    by: str
    results: Results


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One scenario with everything it rests on."""

    column: Column
    inputs: tuple[Input, ...]
    markets: tuple[MarketYear, ...]
    lines: tuple[LineLoad, ...]
    findings: tuple[Finding, ...]


def results(
    app: Application, actor: Actor, *, scenarios: Sequence[str] = (), seed: int = SEED
) -> Results:
    """Return what scenarios take, worked out from what is known now.

    Args:
        app: The application.
        actor: Who asks.
        scenarios: Codes; none: all there are.
        seed: The same seed gives the same ranges.

    Raises:
        NotFound: `CPA-001` or `CPA-002`, there is no such forecast or scenario.
        RefusedError: `PLN-004`, what the scenario assumes does not go with the forecast.
    """
    require(actor, Permission.CAPACITY_READ)
    with app.database.reading() as conn:
        return _results(app, conn, actor, scenarios, seed)


def opened(app: Application, actor: Actor, *, scenario: str = "", seed: int = SEED) -> Opened:
    """Return one scenario with its inputs, markets and lines; the one in force unless one is named.

    Raises:
        NotFound: `CPA-001` or `CPA-002`, there is no such forecast or scenario.
    """
    require(actor, Permission.CAPACITY_READ)
    with app.database.reading() as conn:
        (chosen, *_) = _chosen(conn, actor, [scenario] if scenario else ())
        return open_one(app, conn, actor, chosen, seed)


def moved_by(app: Application, actor: Actor, key: str, *, scenario: str = "") -> tuple[Sway, ...]:
    """Return what moves a figure of a scenario, what moves it most first.

    Raises:
        NotFound: `CPA-009`, there is no such figure; or `CPA-001`, `CPA-002`.
    """
    seen = opened(app, actor, scenario=scenario)
    if key not in {each.key for each in QUANTITIES}:
        if key in {each.key for each in seen.inputs}:
            return ()
        raise NotFound(codes.NO_FIGURE.found(f"There is no figure {key[:80]!r}.", at="key"))
    return sways(seen.inputs, QUANTITIES, key)


def keep_run(
    app: Application,
    actor: Actor,
    *,
    name: str,
    scenarios: Sequence[str] = (),
    seed: int = SEED,
) -> Run:
    """Work results out and keep them with every input as it is now.

    Raises:
        NotFound: `CPA-001` or `CPA-002`, there is no such forecast or scenario.
        NotPermitted: The actor may not keep runs.
    """
    require(actor, Permission.CAPACITY_UPDATE)
    at = app.clock()
    told = printable(name.strip())[:NAME_MAX] or f"As of {written(at)}"
    with app.database.transaction() as conn:
        rows.locked(conn, actor.organisation_id)
        made = _results(app, conn, actor, scenarios, seed)
        number = rows.add_run(
            conn,
            organisation_id=actor.organisation_id,
            name=told,
            body=msgspec.json.encode(made).decode(),
            at=at,
            created_by=actor.name,
        )
        detail = {"name": told, "scenarios": [each.scenario for each in made.columns]}
        auditing.write(conn, actor, Action.CAPACITY_RUN_KEPT, str(number), at=at, detail=detail)
    return Run(number=number, name=told, at=at, by=actor.name, results=made)


def runs(app: Application, actor: Actor) -> tuple[rows.RunHead, ...]:
    """Return the runs that were kept, the newest first."""
    require(actor, Permission.CAPACITY_READ)
    with app.database.reading() as conn:
        return tuple(rows.runs(conn, actor.organisation_id, limit=RUNS_MAX))


def run(app: Application, actor: Actor, number: int) -> Run:
    """Return a run as it was kept.

    Raises:
        NotFound: `CPA-003`, there is none of this number.
    """
    require(actor, Permission.CAPACITY_READ)
    with app.database.reading() as conn:
        row = rows.run(conn, actor.organisation_id, number)
    if row is None:
        raise NotFound(codes.NO_RUN.found(f"There is no run {number}.", at="number"))
    return Run(
        number=row.run_no,
        name=row.name,
        at=row.at,
        by=row.created_by,
        results=msgspec.json.decode(row.body, type=Results),
    )


def open_one(
    app: Application, conn: Connection, actor: Actor, chosen: Scenario, seed: int = SEED
) -> Opened:
    """Return one scenario with everything it rests on, on a connection.

    Raises:
        NotFound: `CPA-001`, there is no such forecast.
    """
    ground = grounds(app, conn, actor, forecast_no=chosen.forecast_no)
    inputs = inputs_of(ground.given, chosen.inputs(ground.known), seen=ground.seen)
    name = f"capacity {actor.organisation_id} {chosen.code} {seed}"
    made = cast("Estimate | None", app.remembered.get(name, inputs))
    if made is None:
        made = estimate(inputs, QUANTITIES, random.Random(seed))  # noqa: S311 - no secret
        app.remembered.put(name, inputs, made)
    return Opened(
        column=Column(
            scenario=chosen.code,
            name=chosen.name,
            is_in_force=chosen.is_in_force,
            forecast_no=ground.forecast.forecast_no,
            forecast=ground.forecast.name,
            figures=made.figures,
        ),
        inputs=inputs,
        markets=ground.markets,
        lines=_lines(app, actor, chosen, ground, inputs),
        findings=(*lines_full(chosen.code, made), *ground.findings),
    )


def _lines(
    app: Application,
    actor: Actor,
    chosen: Scenario,
    ground: Grounds,
    inputs: tuple[Input, ...],
) -> tuple[LineLoad, ...]:
    """Return what is asked of each line; worked out anew when anything it rests on changes."""
    name, mark = (
        f"lines {actor.organisation_id} {chosen.code}",
        (ground.forecast.forecast_no, ground.held, inputs),
    )
    known = app.remembered.get(name, mark)
    if known is None:
        by_key = {each.key: each for each in inputs}
        held = ground.held
        known = line_loads(ground.sums, held.placements, held.lines, by_key)
        app.remembered.put(name, mark, known)
    return cast("tuple[LineLoad, ...]", known)


def _results(
    app: Application, conn: Connection, actor: Actor, scenarios: Sequence[str], seed: int
) -> Results:
    made = [open_one(app, conn, actor, each, seed) for each in _chosen(conn, actor, scenarios)]
    found = dict.fromkeys(finding for each in made for finding in each.findings)
    return Results(
        seed=seed,
        at=app.clock(),
        columns=tuple(each.column for each in made),
        findings=tuple(found),
    )


def _chosen(conn: Connection, actor: Actor, scenarios: Sequence[str]) -> list[Scenario]:
    known = read_all(conn, actor)
    if scenarios:
        return [one_of(known, code).scenario for code in dict.fromkeys(scenarios)]
    return [each.scenario for each in known] or [PLAIN]
