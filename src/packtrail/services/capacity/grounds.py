"""The grounds of a plan: all inputs, each from who knows it best.

A scenario counts before a benchmark of this installation, that before what the installation holds,
and that before what the model has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, cast

import msgspec

from packtrail.base.errors import NotFound
from packtrail.planning.capacity import calibrating, codes, forecasts
from packtrail.planning.capacity.calibrating import Bench, Calibrated
from packtrail.planning.capacity.forecasts import YEAR_MONTHS, Sums
from packtrail.planning.capacity.lines import line_inputs
from packtrail.planning.capacity.model import INPUTS
from packtrail.services.capacity.holdings import holdings
from packtrail.services.upkeep import machine
from packtrail.store import capacity as rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.planning.capacity.estimating import Input
    from packtrail.planning.capacity.forecasts import MarketYear
    from packtrail.services.application import Application
    from packtrail.services.capacity.holdings import Holdings

BENCHES_MAX = 200
_REMEMBERED = 4
"""Forecasts of an organisation that are kept in memory: those that scenarios stand side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a plan rests on, before anybody assumes anything."""

    forecast: rows.ForecastHead
    sums: Sums
    given: tuple[Input, ...]
    """What the forecast gives."""
    seen: tuple[Input, ...]
    """What this installation holds, and what it has measured of itself."""
    markets: tuple[MarketYear, ...]
    held: Holdings
    calibrated: tuple[Calibrated, ...]
    findings: tuple[Finding, ...]

    @property
    def known(self) -> Mapping[str, Input]:
        """All inputs by key, as they are without a scenario."""
        return {each.key: each for each in (*self.given, *INPUTS, *self.seen)}


def grounds(
    app: Application, conn: Connection, actor: Actor, *, forecast_no: int | None = None
) -> Grounds:
    """Return what a plan of the actor's organisation rests on.

    Args:
        app: The application.
        conn: A connection.
        actor: Who asks.
        forecast_no: Number of the forecast; None: the latest.

    Raises:
        NotFound: `CPA-001`, there is no such forecast.
    """
    head = forecast_head(conn, actor, forecast_no)
    sums = forecast_sums(app, conn, actor, head)
    now = app.clock()
    held = holdings(app, conn, actor, sums.pairs, on=now.date())
    measured = calibrated(conn, actor, now=now)
    name, mark = _slot("grounds", actor, head), (head.forecast_no, held, measured)
    known = app.remembered.get(name, mark)
    if known is None:
        known = _grounds(head, sums, held, measured)
        app.remembered.put(name, mark, known)
    return cast("Grounds", known)


def _grounds(
    head: rows.ForecastHead,
    sums: Sums,
    held: Holdings,
    measured: tuple[Calibrated, ...],
) -> Grounds:
    source = f"forecast {head.forecast_no}, {head.name}"
    given = forecasts.forecast_inputs(sums, source)
    markets = forecasts.by_market(sums, held.retention)
    retention = forecasts.retention_input(markets)
    seen = (
        *forecasts.packing_inputs(sums, held.packings),
        *((retention,) if retention else ()),
        *line_inputs(sums, held.placements, held.lines),
        *(each.input for each in measured),
    )
    return Grounds(
        forecast=head,
        sums=sums,
        given=given,
        seen=seen,
        markets=markets,
        held=held,
        calibrated=measured,
        findings=(
            *forecasts.check_packings(sums, held.packings),
            *forecasts.check_retention(markets),
            *calibrating.check_calibrated(measured),
        ),
    )


def forecast_head(conn: Connection, actor: Actor, forecast_no: int | None) -> rows.ForecastHead:
    """Return a forecast without its rows, the latest unless one is named.

    Raises:
        NotFound: `CPA-001`, there is none.
    """
    heads = rows.forecasts(conn, actor.organisation_id)
    wanted = (each for each in heads if forecast_no in {None, each.forecast_no})
    head = next(wanted, None)
    if head is None:
        message = (
            "No forecast was imported yet."
            if forecast_no is None
            else (f"There is no forecast {forecast_no}.")
        )
        raise NotFound(codes.NO_FORECAST.found(message, at="forecast"))
    return head


def forecast_sums(
    app: Application, conn: Connection, actor: Actor, head: rows.ForecastHead
) -> Sums:
    """Return a forecast added up; a forecast never changes, so it is read once."""
    name = _slot("forecast", actor, head)
    known = app.remembered.get(name, head.forecast_no)
    if known is None:
        known = _read(conn, actor.organisation_id, head.forecast_no)
        app.remembered.put(name, head.forecast_no, known)
    return cast("Sums", known)


def _read(conn: Connection, whose: int, forecast_no: int) -> Sums:
    months = forecasts.with_gaps(dict(rows.forecast_months(conn, whose, forecast_no)))
    first = tuple(islice(months, YEAR_MONTHS))
    year, later = {}, set()
    for product, market, places, packs in sorted(
        rows.forecast_cells(conn, whose, forecast_no, first)
    ):
        if places is None or packs is None:
            later.add((product, market))
            continue
        told = [0.0] * len(first)
        for place, count in zip(places, packs, strict=True):
            told[place - 1] = count
        year[product, market] = tuple(told)
    return Sums(months, year, frozenset(later))


def _slot(what: str, actor: Actor, head: rows.ForecastHead) -> str:
    """Return where something of a forecast is remembered; of an organisation a few are."""
    return f"{what} {actor.organisation_id} {head.forecast_no % _REMEMBERED}"


def calibrated(conn: Connection, actor: Actor, *, now: datetime) -> tuple[Calibrated, ...]:
    """Return the inputs that benchmarks of this installation set."""
    known = {each.key: each for each in INPUTS}
    found = benches(rows.benches(conn, actor.organisation_id, limit=BENCHES_MAX))
    return calibrating.calibrated(found, known, machine.machine(), now=now)


def benches(found: Sequence[rows.BenchRow]) -> tuple[Bench, ...]:
    """Return results of benchmarks as values."""
    return tuple(
        replace(msgspec.json.decode(row.body, type=Bench), number=row.bench_no) for row in found
    )
