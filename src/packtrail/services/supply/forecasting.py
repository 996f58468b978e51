"""Forecasting: when pools run low if they go on as they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from packtrail.access import Actor, Permission, require
from packtrail.serials.forecast import WINDOW_DAYS, forecast
from packtrail.services.accounts import organisations
from packtrail.services.supply.pools import left, one_visible
from packtrail.store import serial_ledger as ledger
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from psycopg import Connection

    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolForecast:
    """How fast a pool is used, and when it runs low."""

    daily: tuple[int, ...]
    """Numbers given out on each of the last 56 days in UTC, the oldest first."""
    per_day: float
    """On average since it was first used."""
    low_on: date | None
    """The day on which fewer are left than should be; None: not within ten years."""
    low_from: date | None
    """If every week were as the busiest."""
    low_until: date | None
    """If every week were as the quietest; None: not at all, or not within ten years."""


def forecasts(app: Application, actor: Actor) -> Mapping[str, PoolForecast]:
    """Return the forecast of each open pool that the actor sees and that was used, by its name."""
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        found = rows.pools(conn, organisations.visible_to(conn, actor))
        return _forecasts(conn, [row for row in found if row.closed_at is None], app.clock())


def forecast_of(app: Application, actor: Actor, code: str) -> PoolForecast | None:
    """Return the forecast of one pool; None when it is closed, or nothing was taken from it.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        row = one_visible(conn, actor.organisation_id, code)
        known = _forecasts(conn, [] if row.closed_at else [row], app.clock())
    return known.get(f"{row.owner}/{row.code}")


def _forecasts(
    conn: Connection, found: Sequence[rows.PoolRow], now: datetime
) -> dict[str, PoolForecast]:
    today = now.date()
    days = [today - timedelta(days=back) for back in reversed(range(WINDOW_DAYS))]
    consumed = ledger.consumption(
        conn, [row.pool_id for row in found], now - timedelta(WINDOW_DAYS)
    )
    made: dict[str, PoolForecast] = {}
    for row in found:
        daily = tuple(consumed[row.pool_id].get(day, 0) for day in days)
        seen = forecast(daily, left=left(row), low_water=row.low_water)
        if seen is not None:
            made[f"{row.owner}/{row.code}"] = PoolForecast(
                daily=daily,
                per_day=seen.per_day,
                low_on=_after(today, seen.days),
                low_from=_after(today, seen.days_min),
                low_until=_after(today, seen.days_max),
            )
    return made


def _after(day: date, days: int | None) -> date | None:
    return None if days is None else day + timedelta(days=days)
