"""What scenarios take, side by side; each figure with the inputs that it rests on; runs; lines."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from packtrail.base.amounts import Scale
from packtrail.base.errors import NotFound
from packtrail.console.capacity import shared
from packtrail.console.downloads import attachment
from packtrail.console.plan.shared import picture
from packtrail.console.visit import redirect
from packtrail.planning.capacity.model import QUANTITIES, YEARS
from packtrail.rendering import capacity_charts
from packtrail.rendering.capacity_charts import Series
from packtrail.rendering.capacity_sheets import scale_of
from packtrail.services.capacity import files, runs

if TYPE_CHECKING:
    from packtrail.console.visit import Visit
    from packtrail.services.capacity.runs import Column, Results

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GROUPS: Final = (
    ("Packs and numbers", ("packs", "serials", "cases", "pallets", "container_numbers")),
    (
        "Events and messages",
        ("events", "events_mean", "events_peak", "checks_peak", "messages", "messages_peak"),
    ),
    ("Documents and network", ("bytes_sent", "network")),
    ("Database", tuple(f"stored_{year}" for year in range(1, YEARS + 1))),
    ("Machines", ("memory", "busy", "processes", "serials_hours")),
    ("Lines and people", ("line_hours", "line_load", "people")),
    ("Money", ("investment", "cost_disk", "running", "cost_pack", "delay_week")),
)
TILES: Final = (
    ("serials", "serials", "Serial numbers"), ("events_peak", "event", "Events at peak"),
    ("stored_5", "container", "Database, year 5"), ("memory", "active", "Memory"),
    ("line_load", "line", "Load of lines"), ("cost_pack", "product", "Cost a pack"),
)  # fmt: skip


def overview(visit: Visit) -> Response:
    """Show what the scenarios take."""
    try:
        found = runs.results(visit.app, visit.who)
    except NotFound as fault:
        return shared.without_forecast(visit, fault)
    return shared.render(
        visit,
        "capacity/results.html",
        found=found,
        groups=GROUPS,
        tiles=TILES,
        scales=scales(found),
        growth=picture(growth(found)),
        run=None,
        titles={each.key: each for each in QUANTITIES},
    )


def figure(visit: Visit) -> Response:
    """Show one figure: formula, the inputs at its root, and what moves it."""
    key, code = visit.path("key"), visit.query("scenario")
    moved = runs.moved_by(visit.app, visit.who, key, scenario=code)
    found = runs.results(visit.app, visit.who)
    chosen = next((each for each in found.columns if each.scenario == code), found.columns[0])
    told = chosen.estimate
    titles = {each.key: each.title for each in told.figures}
    ends = [end for each in moved for end in (each.at_low, each.at_high)]
    scale = Scale.of(told[key].unit, (told[key].low, told[key].likely, told[key].high, *ends))
    drawn = capacity_charts.draw_sways(
        [(titles[each.key], each.at_low, each.at_high) for each in moved],
        likely=told[key].likely,
        scale=scale,
        title=f"What moves {told[key].title}",
        prefix="sways",
    )
    return shared.render(
        visit,
        "capacity/figure.html",
        found=found,
        scale=scale,
        chosen=chosen,
        figure=told[key],
        roots=[told[each] for each in told[key].rests_on],
        moved=moved,
        drawn=picture(drawn) if moved else "",
        titles=titles,
    )


def lines(visit: Visit) -> Response:
    """Show what the forecast asks of each line and site."""
    try:
        seen = runs.opened(visit.app, visit.who, scenario=visit.query("scenario"))
    except NotFound as fault:
        return shared.without_forecast(visit, fault)
    return shared.render(visit, "capacity/lines.html", seen=seen, told=seen.column.estimate)


def listing(visit: Visit) -> Response:
    """Show the runs that were kept."""
    return shared.render(visit, "capacity/runs.html", rows=runs.runs(visit.app, visit.who))


def keep(visit: Visit) -> Response:
    """Keep a run."""
    made = runs.keep_run(visit.app, visit.who, name=visit.sent("name"))
    return redirect(f"/capacity/runs/{made.number}")


def run(visit: Visit) -> Response:
    """Show a run as it was kept."""
    found = runs.run(visit.app, visit.who, _number(visit))
    return shared.render(
        visit,
        "capacity/results.html",
        found=found.results,
        groups=GROUPS,
        tiles=TILES,
        scales=scales(found.results),
        growth=picture(growth(found.results)),
        run=found,
        titles={each.key: each for each in QUANTITIES},
    )


def download(visit: Visit) -> Response:
    """Hand results out as a file, as they are now or as a run has them."""
    number = visit.query("run")
    if number and not number.isdecimal():
        raise HTTPException(404)
    name = visit.path("name")
    if name == "forecast.xlsx":
        content = files.forecast_table(visit.app, visit.who)
        return attachment(content, name, XLSX)
    if name not in {"capacity.xlsx", "capacity.pdf"}:
        raise HTTPException(404)
    if number:
        found = runs.run(visit.app, visit.who, _bounded(number))
        told = found.results
    else:
        told = runs.results(visit.app, visit.who)
    if name == "capacity.xlsx":
        return attachment(files.sheets(visit.who, told), name, XLSX)
    return attachment(files.report(visit.who, told), name, "application/pdf")


def scales(found: Results) -> dict[str, Scale]:
    """Return the unit in which each figure is told, one for all scenarios.

    The years of the database are one series.
    """
    told = {}
    for heading, keys in GROUPS:
        series = [keys] if heading == "Database" else [(key,) for key in keys]
        for some in series:
            scale = scale_of(each.estimate[key] for each in found.columns for key in some)
            told.update(dict.fromkeys(some, scale))
    return told


def growth(found: Results) -> str:
    """Draw how the database grows in each scenario."""
    return capacity_charts.draw_series(
        [_grown(each, found.at.date()) for each in found.columns[: capacity_charts.SERIES_MAX]],
        unit="GB",
        title="Database, year by year",
        prefix="growth",
    )


def _grown(column: Column, today: date) -> Series:
    told = [column.estimate[f"stored_{year}"] for year in range(1, YEARS + 1)]
    days = [date(today.year + year, 12, 31) for year in range(YEARS)]
    return Series(
        name=column.name,
        points=[(day, each.likely) for day, each in zip(days, told, strict=True)],
        low=[each.low for each in told],
        high=[each.high for each in told],
    )


def _number(visit: Visit) -> int:
    text = visit.path("number")
    if not text.isdecimal():
        raise HTTPException(404)
    return _bounded(text)


def _bounded(text: str) -> int:
    return min(int(text[:12]), 2**31 - 1)
