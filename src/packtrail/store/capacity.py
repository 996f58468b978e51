"""Forecasts, scenarios, runs and benchmarks of capacity in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from psycopg import Connection

_SQL = named.statements("capacity")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastHead:
    """A forecast without its rows."""

    forecast_no: int
    name: str
    filename: str
    sha256: bytes
    row_count: int
    at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPacks:
    """Packs of a product for a market in a month."""

    product: str
    market: str
    month: date
    packs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRow:
    """A scenario as it is now."""

    code: str
    revision: int
    body: str
    """JSON."""
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioChangeRow:
    """One change of one scenario."""

    version: int
    code: str
    before: str | None
    after: str | None
    at: datetime
    actor_name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHead:
    """A run without its results."""

    run_no: int
    name: str
    at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run."""

    run_no: int
    name: str
    at: datetime
    created_by: str
    body: str
    """JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRow:
    """A result of a benchmark."""

    bench_no: int
    filename: str
    body: str
    """JSON."""
    measured_at: datetime
    at: datetime
    created_by: str


def locked(conn: Connection, organisation_id: int) -> int:
    """Return the version of an organisation's plans; nobody changes them until the end."""
    conn.execute(_SQL["begin"], [organisation_id])
    return _number(conn.execute(_SQL["lock"], [organisation_id]).fetchone())


def version(conn: Connection, organisation_id: int) -> int:
    """Return the version of an organisation's plans; 0 where nothing was ever written."""
    return _number(conn.execute(_SQL["version"], [organisation_id]).fetchone())


def bump(conn: Connection, organisation_id: int) -> int:
    """Count a change; return the version that it makes."""
    return _number(conn.execute(_SQL["bump"], [organisation_id]).fetchone())


def add_forecast(conn: Connection, rows: Sequence[ForecastPacks], **values: Any) -> int:
    """Add a forecast; return its number."""
    number = _number(
        conn.execute(_SQL["add_forecast"], values | {"row_count": len(rows)}).fetchone()
    )
    columns = {
        "products": [row.product for row in rows],
        "markets": [row.market for row in rows],
        "months": [row.month for row in rows],
        "packs": [row.packs for row in rows],
    }
    whose = {"organisation_id": values["organisation_id"], "forecast_no": number}
    conn.execute(_SQL["add_rows"], columns | whose)
    return number


def forecasts(conn: Connection, organisation_id: int) -> list[ForecastHead]:
    """Return the forecasts of an organisation, the newest first."""
    with conn.cursor(row_factory=class_row(ForecastHead)) as cursor:
        return cursor.execute(_SQL["forecasts"], [organisation_id]).fetchall()


def forecast_rows(conn: Connection, organisation_id: int, forecast_no: int) -> list[ForecastPacks]:
    """Return the rows of a forecast."""
    with conn.cursor(row_factory=class_row(ForecastPacks)) as cursor:
        return cursor.execute(_SQL["rows"], [organisation_id, forecast_no]).fetchall()


def forecast_months(
    conn: Connection, organisation_id: int, forecast_no: int
) -> list[tuple[date, float]]:
    """Return the months of a forecast with their packs, in order of time."""
    return conn.execute(_SQL["months"], [organisation_id, forecast_no]).fetchall()


def forecast_cells(
    conn: Connection, organisation_id: int, forecast_no: int, months: Sequence[date]
) -> list[tuple[str, str, list[int] | None, list[float] | None]]:
    """Return the packs of every product and market of a forecast in some months.

    Args:
        conn: A connection.
        organisation_id: Whose forecast.
        forecast_no: Its number.
        months: First days of the months.

    Returns:
        Product, market, places of months counted from 1, and the packs of each; None and None
        where the product and market are named in none of these months.
    """
    values = {"organisation_id": organisation_id, "forecast_no": forecast_no}
    return conn.execute(_SQL["cells"], values | {"months": list(months)}, binary=True).fetchall()


def scenarios(conn: Connection, organisation_id: int) -> list[ScenarioRow]:
    """Return the scenarios of an organisation, by code."""
    with conn.cursor(row_factory=class_row(ScenarioRow)) as cursor:
        return cursor.execute(_SQL["scenarios"], [organisation_id]).fetchall()


def put_scenario(conn: Connection, **values: Any) -> None:
    """Write a scenario as it is to be."""
    conn.execute(_SQL["put_scenario"], values)


def remove_scenario(conn: Connection, organisation_id: int, code: str) -> None:
    """Take a scenario out; its changes stay."""
    conn.execute(_SQL["remove_scenario"], [organisation_id, code])


def add_change(conn: Connection, **values: Any) -> None:
    """Write down what changed."""
    conn.execute(_SQL["add_change"], values)


def changes(
    conn: Connection, organisation_id: int, *, code: str | None, limit: int
) -> list[ScenarioChangeRow]:
    """Return changes of scenarios, the newest first."""
    values = {"organisation_id": organisation_id, "code": code, "limit": limit}
    with conn.cursor(row_factory=class_row(ScenarioChangeRow)) as cursor:
        return cursor.execute(_SQL["changes"], values).fetchall()


def add_run(conn: Connection, **values: Any) -> int:
    """Keep a run; return its number."""
    return _number(conn.execute(_SQL["add_run"], values).fetchone())


def runs(conn: Connection, organisation_id: int, *, limit: int) -> list[RunHead]:
    """Return the runs of an organisation, the newest first."""
    with conn.cursor(row_factory=class_row(RunHead)) as cursor:
        return cursor.execute(_SQL["runs"], [organisation_id, limit]).fetchall()


def run(conn: Connection, organisation_id: int, run_no: int) -> RunRow | None:
    """Return a run, or None where there is none of this number."""
    with conn.cursor(row_factory=class_row(RunRow)) as cursor:
        return cursor.execute(_SQL["run"], [organisation_id, run_no]).fetchone()


def add_bench(conn: Connection, **values: Any) -> int | None:
    """Keep the result of a benchmark; None where the same file is there already."""
    row = conn.execute(_SQL["add_bench"], values).fetchone()
    return int(row[0]) if row else None


def benches(conn: Connection, organisation_id: int, *, limit: int) -> list[BenchRow]:
    """Return results of benchmarks, the newest measurement first."""
    with conn.cursor(row_factory=class_row(BenchRow)) as cursor:
        return cursor.execute(_SQL["benches"], [organisation_id, limit]).fetchall()


def _number(row: tuple[Any, ...] | None) -> int:
    return int(row[0]) if row else 0
