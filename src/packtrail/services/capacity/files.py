"""Files of results: a spreadsheet with formulas, a report on paper, scenarios as TOML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.planning.capacity.estimating import Estimate
from packtrail.rendering.capacity_sheets import report_of, sheet_of
from packtrail.rendering.reports import write_pdf
from packtrail.rendering.tables import Column, Kind, Table, write_csv, write_xlsx
from packtrail.services.capacity import forecasts

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.capacity.runs import Results


def sheets(actor: Actor, told: Results) -> bytes:
    """Return results as XLSX: a sheet for each scenario, its likely values as formulas."""
    tables = [sheet_of(each.name, Estimate(each.figures)) for each in told.columns]
    return write_xlsx(tables, about=_about(actor, told), made_at=told.at)


def report(actor: Actor, told: Results) -> bytes:
    """Return results on paper, as PDF.

    Raises:
        UsageError: The extra `reports` is not installed.
    """
    made = {each.name: Estimate(each.figures) for each in told.columns}
    source = "; ".join(
        dict.fromkeys(f"forecast {e.forecast_no}, {e.forecast}" for e in told.columns)
    )
    author = f"{actor.name}, {actor.organisation_code}"
    return write_pdf(report_of(made, f"{source}; seed {told.seed}", at=told.at, author=author))


def forecast_table(
    app: Application, actor: Actor, *, number: int | None = None, as_csv: bool = False
) -> bytes:
    """Return a forecast as the table that can be imported again.

    Raises:
        NotFound: `CPA-001`, there is no such forecast.
    """
    rows = forecasts.rows_of(app, actor, number=number)
    table = Table(
        "Forecast",
        (
            Column("product"),
            Column("market"),
            Column("month", Kind.DAY),
            Column("packs", Kind.NUMBER),
        ),
        [(row.product, row.market, row.month, row.packs) for row in rows],
    )
    return write_csv(table) if as_csv else write_xlsx([table])


def _about(actor: Actor, told: Results) -> dict[str, str]:
    return {
        "Made by": f"{actor.name}, {actor.organisation_code}",
        "Made at": told.at.isoformat(timespec="seconds"),
        "Scenarios": ", ".join(f"{each.name} ({each.scenario})" for each in told.columns),
        "Forecasts": ", ".join(f"{each.forecast_no}: {each.forecast}" for each in told.columns),
        "Seed": str(told.seed),
        "How to read": "Likely values follow when an input is changed; low and high of formulas"
        " are results of the simulation, and stay.",
    }
