"""Capacity: forecasts, scenarios, what they take, runs, and constants from benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from packtrail.access import Actor
from packtrail.api.requests import App, Caller, bounded_body
from packtrail.base.errors import NotFound
from packtrail.planning.capacity import codes
from packtrail.planning.capacity.estimating import Basis, Figure, Sway
from packtrail.planning.capacity.scenarios import Assumption, Scenario
from packtrail.services.application import Application
from packtrail.services.capacity import (
    business,
    calibrating,
    files,
    forecasts,
    outlook,
    runs,
    scenarios,
)
from packtrail.services.capacity.business import BusinessCase
from packtrail.services.capacity.forecasts import Forecast, ForecastView, Imported
from packtrail.services.capacity.outlook import Outlook
from packtrail.services.capacity.runs import Opened, Results, Run
from packtrail.services.capacity.scenarios import ScenarioChange, ScenarioView

router = APIRouter(prefix="/api/v1/capacity", tags=["Capacity"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=_MOST)]
OfForecast = Annotated[
    int | None, Query(ge=1, le=_MOST, description="Number of the forecast; default: the latest.")
]
Codes = Annotated[list[str] | None, Query(description="Codes of scenarios; default: all.")]
Seed = Annotated[int, Query(ge=0, le=_MOST, description="The same seed gives the same ranges.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """A value that somebody assumes."""

    low: float
    likely: float
    high: float
    basis: Basis
    source: str
    reason: str = ""
    revision: int | None = None
    """The revision that the change was made from; null: whatever it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedAssumed:
    """A value that somebody assumes of an input."""

    key: str
    low: float
    likely: float
    high: float
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPut:
    """A scenario as it is to be."""

    name: str
    note: str = ""
    forecast_no: Annotated[int | None, Query(ge=1, le=_MOST)] = None
    is_in_force: bool = False
    assumptions: list[KeyedAssumed] = field(default_factory=list)
    reason: str = ""
    revision: int | None = None
    """The revision that the change was made from; 0: it is new; null: whatever it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """Results to be kept."""

    name: str = ""
    scenarios: list[str] = field(default_factory=list)
    seed: int = runs.SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHead:
    """A run without its results."""

    number: int
    name: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """A figure of a scenario, with what it rests on."""

    scenario: str
    figure: Figure
    rests_on: list[Figure]
    moved_by: list[Sway]
    """What moves it most first; all other inputs at their likely values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantView:
    """An input that benchmarks set."""

    key: str
    title: str
    unit: str
    low: float
    likely: float
    high: float
    source: str
    benches: list[int]
    measured_at: datetime
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchHead:
    """A result of a benchmark that was handed in."""

    number: int
    filename: str
    measured_at: datetime
    load: float
    machine: str
    versions: dict[str, str]
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationView:
    """What benchmarks set, and which there are."""

    machine: str
    constants: list[ConstantView]
    benches: list[BenchHead]
    findings: list[Any]


# --- forecasts ------------------------------------------------------------------------------------


@router.get("/forecasts", summary="Forecasts", response_model=list[Forecast])
def list_forecasts(app: App, actor: Caller) -> Any:
    """Return the forecasts, the newest first."""
    return forecasts.all_forecasts(app, actor)


@router.post("/forecasts", status_code=201, summary="Import a forecast", response_model=Imported)
async def import_forecast(
    request: Request,
    app: App,
    actor: Caller,
    *,
    filename: str = "forecast",
    name: str = "",
    dry_run: bool = False,
) -> Any:
    """Take in a table (CSV, XLSX, JSON) with product, market, month, packs: all of it, or nothing.

    With `dry_run` it is only looked at.
    """
    content = await bounded_body(request, app.settings)
    return await run_in_threadpool(
        forecasts.import_forecast, app, actor, content, filename, name=name, is_trial=dry_run
    )


@router.get("/forecasts/{number}", summary="A forecast", response_model=ForecastView)
def show_forecast(number: Number, app: App, actor: Caller) -> Any:
    """Return a forecast by month and market, with how long each market has records kept."""
    return forecasts.forecast(app, actor, number=number)


# --- scenarios ------------------------------------------------------------------------------------


@router.get("/scenarios", summary="Scenarios", response_model=list[ScenarioView])
def list_scenarios(app: App, actor: Caller) -> Any:
    """Return the scenarios, the one in force first."""
    return scenarios.scenarios(app, actor)


@router.get("/scenarios/{code}", summary="A scenario", response_model=ScenarioView)
def show_scenario(code: str, app: App, actor: Caller) -> Any:
    """Return what a scenario assumes, with basis, source, and who noted it when."""
    return scenarios.scenario(app, actor, code)


@router.put("/scenarios/{code}", summary="Write a scenario", response_model=ScenarioView)
def put_scenario(code: str, body: ScenarioPut, app: App, actor: Caller) -> Any:
    """Write a scenario as it is to be; of all one is in force."""
    today = app.clock().date()
    told = Scenario(
        code=code,
        name=body.name,
        note=body.note,
        forecast_no=body.forecast_no,
        is_in_force=body.is_in_force,
        assumptions=tuple(_assumption(each.key, each, actor, today) for each in body.assumptions),
    )
    return scenarios.put_scenario(app, actor, told, reason=body.reason, revision=body.revision)


@router.delete("/scenarios/{code}", status_code=204, summary="Remove a scenario")
def remove_scenario(code: str, app: App, actor: Caller, reason: str = "") -> None:
    """Take a scenario out; its history stays."""
    scenarios.remove_scenario(app, actor, code, reason=reason)


@router.put(
    "/scenarios/{code}/assumptions/{key}", summary="Assume a value", response_model=ScenarioView
)
def assume(code: str, key: str, body: Assumed, app: App, actor: Caller) -> Any:
    """Assume a value of an input, in place of what was assumed of it."""
    told = _assumption(key, body, actor, app.clock().date())
    return scenarios.assume(app, actor, code, told, reason=body.reason, revision=body.revision)


@router.delete(
    "/scenarios/{code}/assumptions/{key}", summary="Assume nothing", response_model=ScenarioView
)
def forget(code: str, key: str, app: App, actor: Caller, reason: str = "") -> Any:
    """Assume nothing any more of an input."""
    return scenarios.forget(app, actor, code, key, reason=reason)


@router.get("/history", summary="History", response_model=list[ScenarioChange])
def history(app: App, actor: Caller, code: str | None = None) -> Any:
    """Return what was changed in scenarios, the newest first."""
    return scenarios.changes(app, actor, code=code)


# --- results --------------------------------------------------------------------------------------


@router.get("/results", summary="What it takes", response_model=Results)
def results(app: App, actor: Caller, scenario: Codes = None, seed: Seed = runs.SEED) -> Any:
    """Return what scenarios take, side by side, worked out from what is known now."""
    return runs.results(app, actor, scenarios=scenario or (), seed=seed)


@router.get("/lines", summary="Lines", response_model=Opened)
def lines(app: App, actor: Caller, scenario: str = "") -> Any:
    """Return one scenario with what it asks of each line and market, and its inputs."""
    return runs.opened(app, actor, scenario=scenario)


@router.get("/figures/{key}", summary="A figure", response_model=FigureView)
def figure(key: str, app: App, actor: Caller, scenario: str = "") -> Any:
    """Return a figure with the inputs that it rests on, and which of them move it."""
    moved = runs.moved_by(app, actor, key, scenario=scenario)
    column = runs.opened(app, actor, scenario=scenario).column
    told = column.estimate
    return FigureView(
        scenario=column.scenario,
        figure=told[key],
        rests_on=[told[each] for each in told[key].rests_on],
        moved_by=list(moved),
    )


@router.get("/runs", summary="Runs", response_model=list[RunHead])
def list_runs(app: App, actor: Caller) -> Any:
    """Return the runs that were kept, the newest first."""
    return [
        RunHead(number=each.run_no, name=each.name, at=each.at, by=each.created_by)
        for each in runs.runs(app, actor)
    ]


@router.post("/runs", status_code=201, summary="Keep a run", response_model=Run)
def keep_run(body: NewRun, app: App, actor: Caller) -> Any:
    """Work results out and keep them, with every input as it is now."""
    return runs.keep_run(
        app, actor, name=body.name, scenarios=body.scenarios, seed=abs(body.seed) % _MOST
    )


@router.get("/runs/{number}", summary="A run", response_model=Run)
def show_run(number: Number, app: App, actor: Caller) -> Any:
    """Return results as they were kept."""
    return runs.run(app, actor, number)


def _results_xlsx(app: Application, actor: Actor) -> bytes:
    return files.sheets(actor, runs.results(app, actor))


def _results_pdf(app: Application, actor: Actor) -> bytes:
    return files.report(actor, runs.results(app, actor))


def _forecast_csv(app: Application, actor: Actor) -> bytes:
    return files.forecast_table(app, actor, as_csv=True)


FILES: dict[str, tuple[str, Callable[[Application, Actor], bytes]]] = {
    "results.xlsx": (XLSX, _results_xlsx),
    "results.pdf": ("application/pdf", _results_pdf),
    "forecast.csv": ("text/csv", _forecast_csv),
    "forecast.xlsx": (XLSX, files.forecast_table),
}
"""Name -> media type, and what makes it."""


@router.get("/files/{name}", summary="A file", response_class=Response)
def download(name: str, app: App, actor: Caller) -> Response:
    """Return results (`results.xlsx` with formulas, `results.pdf`) or the latest forecast."""
    if name not in FILES:
        message = f"There is no file {name[:80]!r}; there are {', '.join(FILES)}."
        raise NotFound(codes.NO_FIGURE.found(message, at="name"))
    media_type, make = FILES[name]
    return Response(make(app, actor), media_type=media_type)


# --- meters ---------------------------------------------------------------------------------------


@router.get("/outlook", summary="Meters, plan and walls", response_model=Outlook)
def show_outlook(app: App, actor: Caller) -> Any:
    """Return what this installation does beside the plan, and when it reaches what there is."""
    return outlook.outlook(app, actor)


# --- the business case ----------------------------------------------------------------------------


@router.get("/business-case", summary="The business case", response_model=BusinessCase)
def show_case(app: App, actor: Caller, scenario: str = "", programme: str = "") -> Any:
    """Return investment, running cost, cost of delay and people by role, with every input."""
    return business.business_case(app, actor, scenario=scenario, programme=programme)


@router.get("/business-case/files/{name}", summary="As a file", response_class=Response)
def download_case(
    name: str, app: App, actor: Caller, scenario: str = "", programme: str = ""
) -> Response:
    """Return the business case as `business-case.xlsx`, all formulas, or `business-case.pdf`."""
    writers = {
        "business-case.xlsx": (XLSX, business.workbook),
        "business-case.pdf": ("application/pdf", business.report),
    }
    if name not in writers:
        message = f"There is no file {name[:80]!r}; there are {', '.join(writers)}."
        raise NotFound(codes.NO_FIGURE.found(message, at="name"))
    media_type, write = writers[name]
    seen = business.business_case(app, actor, scenario=scenario, programme=programme)
    return Response(write(actor, seen), media_type=media_type)


# --- calibration ----------------------------------------------------------------------------------


@router.get("/calibration", summary="Calibration", response_model=CalibrationView)
def show_calibration(app: App, actor: Caller) -> Any:
    """Return which constants benchmarks of this installation set, from where and when."""
    seen = calibrating.calibration(app, actor)
    return CalibrationView(
        machine=seen.machine.name,
        constants=[
            ConstantView(
                key=each.input.key,
                title=each.input.title,
                unit=each.input.unit,
                low=each.input.span.low,
                likely=each.input.span.likely,
                high=each.input.span.high,
                source=each.input.source,
                benches=list(each.numbers),
                measured_at=each.measured_at,
                is_stale=each.is_stale,
            )
            for each in seen.constants
        ],
        benches=[
            BenchHead(
                number=each.number,
                filename=each.filename,
                measured_at=each.bench.at,
                load=each.bench.load,
                machine=each.bench.machine,
                versions=dict(each.bench.versions),
                at=each.at,
                by=each.by,
            )
            for each in seen.benches
        ],
        findings=list(seen.findings),
    )


@router.post(
    "/benches", status_code=201, summary="Hand a benchmark in", response_model=calibrating.Taken
)
async def take_bench(
    request: Request, app: App, actor: Caller, filename: str = "bench.json"
) -> Any:
    """Let what `packtrail bench ... --json` wrote set constants.

    A result of another machine or version, or without date and load, is refused.
    """
    content = await bounded_body(request, app.settings)
    return await run_in_threadpool(calibrating.take_bench, app, actor, content, filename)


def _assumption(key: str, told: Assumed | KeyedAssumed, actor: Actor, on: date) -> Assumption:
    return Assumption(
        key=key,
        low=told.low,
        likely=told.likely,
        high=told.high,
        basis=told.basis,
        source=told.source,
        noted_on=on,
        noted_by=actor.name,
    )
