"""Forecasts of packs: imported from tables, kept for ever, read back."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError
from packtrail.base.findings import Finding
from packtrail.exchange.capacity_files import read_forecast
from packtrail.planning.capacity import codes, forecasts
from packtrail.planning.capacity.forecasts import MarketYear
from packtrail.planning.capacity.scenarios import NAME_MAX
from packtrail.services import auditing
from packtrail.services.capacity.grounds import forecast_head, grounds
from packtrail.store import capacity as rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.access import Actor
    from packtrail.planning.capacity.forecasts import ForecastRow
    from packtrail.services.application import Application

FORECASTS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A forecast as it is listed."""

    number: int
    name: str
    filename: str
    sha256: str
    row_count: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file holds, and what became of it."""

    forecast: Forecast | None
    """None: it was only looked at."""
    row_count: int
    packs_year: float
    first_month: date
    last_month: date
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Packs of a month."""

    month: date
    packs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastView:
    """A forecast, added up."""

    forecast: Forecast
    months: tuple[Month, ...]
    markets: tuple[MarketYear, ...]
    findings: tuple[Finding, ...]


def import_forecast(
    app: Application,
    actor: Actor,
    content: bytes,
    filename: str,
    *,
    name: str = "",
    is_trial: bool = False,
) -> Imported:
    """Take a forecast in from a table: all of it, or nothing.

    Args:
        app: The application.
        actor: Who imports it.
        content: CSV, XLSX or JSON with product, market, month and packs.
        filename: As the sender named it.
        name: What it is called; default: the name of the file.
        is_trial: Whether to look only.

    Raises:
        RefusedError: What the table reader found in which cell, all of it; `PLN-004`, the packs of
            the first year add up to too few or too many; `CPA-005`, there are too many forecasts.
        NotPermitted: The actor may not import forecasts.
    """
    require(actor, Permission.CAPACITY_UPDATE)
    filename = printable(filename)[:NAME_MAX]
    told = printable(name.strip() or filename)[:NAME_MAX]
    found = read_forecast(content, filename)
    sums = forecasts.Sums.of(found)
    inputs = forecasts.forecast_inputs(sums, filename)
    made = None
    if not is_trial:
        made = _keep(app, actor, found, name=told, filename=filename, content=content)
    return Imported(
        forecast=made,
        row_count=len(found),
        packs_year=inputs[0].span.likely,
        first_month=min(sums.months),
        last_month=max(sums.months),
        findings=tuple(forecasts.check_rows(found)),
    )


def all_forecasts(app: Application, actor: Actor) -> tuple[Forecast, ...]:
    """Return the forecasts of the actor's organisation, the newest first."""
    require(actor, Permission.CAPACITY_READ)
    with app.database.reading() as conn:
        return tuple(map(_seen, rows.forecasts(conn, actor.organisation_id)))


def forecast(app: Application, actor: Actor, *, number: int | None = None) -> ForecastView:
    """Return a forecast, added up by month and by market.

    Raises:
        NotFound: `CPA-001`, there is no such forecast.
    """
    require(actor, Permission.CAPACITY_READ)
    with app.database.reading() as conn:
        found = grounds(app, conn, actor, forecast_no=number)
    return ForecastView(
        forecast=_seen(found.forecast),
        months=tuple(Month(month=month, packs=packs) for month, packs in found.sums.months.items()),
        markets=found.markets,
        findings=found.findings,
    )


def rows_of(
    app: Application, actor: Actor, *, number: int | None = None
) -> Sequence[rows.ForecastPacks]:
    """Return the rows of a forecast.

    Raises:
        NotFound: `CPA-001`, there is no such forecast.
    """
    require(actor, Permission.CAPACITY_READ)
    with app.database.reading() as conn:
        head = forecast_head(conn, actor, number)
        return rows.forecast_rows(conn, actor.organisation_id, head.forecast_no)


def printable(text: str) -> str:
    """Return a text that a database keeps: NUL is in no name."""
    return text.replace("\0", "\ufffd")


def _keep(
    app: Application,
    actor: Actor,
    found: Sequence[ForecastRow],
    *,
    name: str,
    filename: str,
    content: bytes,
) -> Forecast:
    packs: defaultdict[tuple[str, str, date], float] = defaultdict(float)
    for row in found:
        packs[row.product, row.market, row.month.replace(day=1)] += row.packs
    at, digest = app.clock(), hashlib.sha256(content).digest()
    whose = actor.organisation_id
    with app.database.transaction() as conn:
        rows.locked(conn, whose)
        if len(rows.forecasts(conn, whose)) >= FORECASTS_MAX:
            message = f"There are {FORECASTS_MAX} forecasts."
            raise RefusedError(codes.TOO_MANY.found(message, at="forecast"))
        number = rows.add_forecast(
            conn,
            [
                rows.ForecastPacks(product=product, market=market, month=month, packs=count)
                for (product, market, month), count in packs.items()
            ],
            organisation_id=whose,
            name=name,
            filename=filename,
            sha256=digest,
            at=at,
            created_by=actor.name,
        )
        rows.bump(conn, whose)
        detail = {"name": name, "rows": len(packs), "sha256": digest.hex()}
        auditing.write(conn, actor, Action.FORECAST_CREATED, str(number), at=at, detail=detail)
        return _seen(forecast_head(conn, actor, number))


def _seen(head: rows.ForecastHead) -> Forecast:
    return Forecast(
        number=head.forecast_no,
        name=head.name,
        filename=head.filename,
        sha256=head.sha256.hex(),
        row_count=head.row_count,
        at=head.at,
        by=head.created_by,
    )
