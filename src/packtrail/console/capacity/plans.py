"""Forecasts, scenarios and calibration: what figures rest on, and how people change it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from packtrail.base.errors import NotFound, RefusedError
from packtrail.console.capacity import shared
from packtrail.console.plan.shared import picture
from packtrail.console.visit import redirect
from packtrail.planning import codes as plan_codes
from packtrail.planning.capacity.scenarios import BASES, Assumption, Scenario
from packtrail.rendering import capacity_charts
from packtrail.rendering.capacity_charts import Series
from packtrail.services.capacity import calibrating, forecasts, runs, scenarios

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.capacity.forecasts import Imported

_CHANGES_SHOWN = 30


def forecast(visit: Visit) -> Response:
    """Show a forecast by month and market, and how to import one."""
    return _forecast(visit)


def import_forecast(visit: Visit) -> Response:
    """Look at a file, or take it in."""
    file = shared.sent_file(visit)
    if file is None:
        return _forecast(visit, refusal=_no_file())
    is_trial = visit.sent("action") == "look"
    try:
        made = forecasts.import_forecast(
            visit.app, visit.who, *file, name=visit.sent("name"), is_trial=is_trial
        )
    except RefusedError as refusal:
        return _forecast(visit, refusal=refusal)
    if is_trial or made.findings:
        return _forecast(visit, made=made)
    return redirect("/capacity/forecast")


def _forecast(
    visit: Visit, *, refusal: RefusedError | None = None, made: Imported | None = None
) -> Response:
    number = visit.query("number")
    wanted = min(int(number[:9]), 2**31 - 1) if number.isdecimal() and number else None
    listed = forecasts.all_forecasts(visit.app, visit.who)
    seen = forecasts.forecast(visit.app, visit.who, number=wanted) if listed else None
    drawn = ""
    if seen:
        points = [(each.month, each.packs) for each in seen.months]
        series = [Series(name=seen.forecast.name, points=points)]
        drawn = capacity_charts.draw_series(
            series, unit="packs", title="Packs by month", prefix="months"
        )
    return shared.render(
        visit,
        "capacity/forecast.html",
        refusal=refusal,
        made=made,
        called=visit.sent("name") if refusal or (made and made.forecast is None) else "",
        listed=listed,
        seen=seen,
        drawn=picture(drawn),
    )


def listing(visit: Visit) -> Response:
    """Show the scenarios, and what was changed."""
    return _listing(visit)


def _listing(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    return shared.render(
        visit,
        "capacity/scenarios.html",
        refusal=refusal,
        rows=scenarios.scenarios(visit.app, visit.who),
        changes=scenarios.changes(visit.app, visit.who, limit=_CHANGES_SHOWN),
        forecasts=forecasts.all_forecasts(visit.app, visit.who),
    )


def create(visit: Visit) -> Response:
    """Make a scenario, empty or as a copy of another."""
    code = visit.sent("code").strip()
    try:
        base = Scenario(code=code, name=code)
        if copied := visit.sent("copy"):
            base = scenarios.scenario(visit.app, visit.who, copied).scenario
        told = replace(base, code=code, name=visit.sent("name") or code, is_in_force=False)
        scenarios.put_scenario(visit.app, visit.who, told, reason=visit.sent("reason"), revision=0)
    except RefusedError as refusal:
        return _listing(visit, refusal=refusal)
    return redirect(_path(code))


def scenario(visit: Visit) -> Response:
    """Show what a scenario assumes, and all inputs that it could assume."""
    return _scenario(visit)


def _scenario(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    code = visit.path("code")
    seen = scenarios.scenario(visit.app, visit.who, code)
    try:
        inputs = runs.opened(visit.app, visit.who, scenario=code).inputs
    except NotFound:
        inputs = scenarios.KNOWN
    assumed = {each.key: each for each in seen.scenario.assumptions}
    wanted = visit.query("input") or visit.sent("key")
    return shared.render(
        visit,
        "capacity/scenario.html",
        refusal=refusal,
        seen=seen,
        inputs=inputs,
        assumed=assumed,
        chosen=next((each for each in inputs if each.key == wanted), None),
        bases=list(BASES),
        changes=scenarios.changes(visit.app, visit.who, code=code, limit=_CHANGES_SHOWN),
        forecasts=forecasts.all_forecasts(visit.app, visit.who),
        base=_path(code),
    )


def change(visit: Visit) -> Response:
    """Assume a value, assume nothing any more, put in force, rename or remove."""
    code, step = visit.path("code"), visit.path("step")
    reason = visit.sent("reason")
    try:
        match step:
            case "assume":
                told = _assumption(visit)
                scenarios.assume(visit.app, visit.who, code, told, reason=reason)
            case "forget":
                scenarios.forget(visit.app, visit.who, code, visit.sent("key"), reason=reason)
            case "remove":
                scenarios.remove_scenario(visit.app, visit.who, code, reason=reason)
                return redirect("/capacity/scenarios")
            case "force" | "terms":
                was = scenarios.scenario(visit.app, visit.who, code).scenario
                scenarios.put_scenario(visit.app, visit.who, _changed(visit, was), reason=reason)
            case _:
                raise NotFound(plan_codes.NO_ENTRY.found(f"There is no step {step[:40]!r}."))
    except RefusedError as refusal:
        return _scenario(visit, refusal=refusal)
    return redirect(_path(code))


def _changed(visit: Visit, was: Scenario) -> Scenario:
    if visit.path("step") == "force":
        return replace(was, is_in_force=True)
    number = visit.sent("forecast_no")
    return replace(
        was,
        name=visit.sent("name"),
        note=visit.sent("note"),
        forecast_no=int(number) if number.isdecimal() and len(number) < 10 else None,
    )


def _assumption(visit: Visit) -> Assumption:
    values = [_number(visit, name) for name in ("low", "likely", "high")]
    basis = visit.sent("basis")
    if basis not in BASES:
        message = f"{basis[:40]!r} is no basis: expected one of {', '.join(BASES)}."
        raise RefusedError(plan_codes.BAD_VALUE.found(message, at="basis"))
    return Assumption(
        key=visit.sent("key"),
        low=values[0],
        likely=values[1],
        high=values[2],
        basis=BASES[basis],
        source=visit.sent("source").strip(),
        noted_on=visit.app.clock().date(),
        noted_by=visit.who.name,
    )


def _number(visit: Visit, name: str) -> float:
    text = visit.sent(name).strip() or visit.sent("likely").strip()
    try:
        return float(text)
    except ValueError:
        message = f"{text[:40]!r} is no number; expected such as 2500 or 0.03."
        raise RefusedError(plan_codes.BAD_VALUE.found(message, at=name)) from None


def calibration(visit: Visit) -> Response:
    """Show which constants benchmarks set, from where and when."""
    return _calibration(visit)


def take_bench(visit: Visit) -> Response:
    """Take a result of a benchmark in."""
    file = shared.sent_file(visit)
    if file is None:
        return _calibration(visit, refusal=_no_file())
    try:
        taken = calibrating.take_bench(visit.app, visit.who, *file)
    except RefusedError as refusal:
        return _calibration(visit, refusal=refusal)
    return _calibration(visit, taken=taken)


def _calibration(
    visit: Visit,
    *,
    refusal: RefusedError | None = None,
    taken: calibrating.Taken | None = None,
) -> Response:
    return shared.render(
        visit,
        "capacity/calibration.html",
        refusal=refusal,
        taken=taken,
        seen=calibrating.calibration(visit.app, visit.who),
    )


def _no_file() -> RefusedError:
    return RefusedError(plan_codes.BAD_VALUE.found("No file was chosen.", at="file"))


def _path(code: str) -> str:
    return f"/capacity/scenarios/{quote(code, safe='')}"
