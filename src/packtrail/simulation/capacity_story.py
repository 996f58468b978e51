"""The demo company's capacity: a pilot in force, a roll-out beside it, and a server that fills up.

The pilot's server has a quota. What it grew by is noted as if a server had run since summer, up to
what the demo's database really takes, so that its alarm, months ahead, goes on with real figures.
"""

from __future__ import annotations

import math
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.planning.capacity.estimating import Basis
from packtrail.planning.capacity.scenarios import Assumption, Scenario
from packtrail.services.capacity import forecasts, metering, runs, scenarios
from packtrail.services.capacity.metering import WHOLE
from packtrail.services.upkeep import health
from packtrail.simulation.company_goods import sold
from packtrail.store import meters as rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.access import Actor
    from packtrail.services.application import Application

PILOT_PACKS: Final = 180_000
ROLL_OUT_PACKS: Final = 46_000_000
MONTHS: Final = 24
HISTORY_DAYS: Final = 120
QUOTA_DAYS: Final = 215
"""After so many days at its pace the pilot's server is full: months ahead, not years."""
_GROWTH_A_YEAR: Final = 0.04
_SEASON: Final = 0.18
"""Winter over the mean of the year: what the company sells is asked for then."""
_BYTES_A_DAY: Final = PILOT_PACKS * (146 + 93) / 365
_WEIGHTS: Final = {"US": 6.0, "DE": 4.0, "FR": 3.0, "IT": 2.5, "TR": 2.0, "KR": 2.0}
"""How much more than others a market takes."""


def load(app: Application, actor: Actor) -> bool:
    """Make forecasts, scenarios, a run and the meters of a pilot; False where they are there.

    Args:
        app: The application, with the company's portfolio and lines.
        actor: Who acts for the company.
    """
    if forecasts.all_forecasts(app, actor):
        return False
    today = app.clock().astimezone(UTC).date()
    begin = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    for name, packs in (
        ("Pilot, first lots on every line", PILOT_PACKS),
        ("Roll-out, sales plan", ROLL_OUT_PACKS),
    ):
        table = "product,market,month,packs\n" + "".join(_rows(packs, begin))
        forecasts.import_forecast(app, actor, table.encode(), f"{name}.csv", name=name)
    for each in _scenarios(_quota(app), today):
        scenarios.put_scenario(app, actor, each, reason="Agreed with IT and finance")
    runs.keep_run(app, actor, name="As agreed at the kick-off")
    _remember(app, today)
    metering.sample(app)
    return True


def _rows(packs_a_year: int, begin: date) -> Iterator[str]:
    """Yield the rows of a forecast: more in winter, a little more each year."""
    goods = [(each.product, each.market, _WEIGHTS.get(each.market, 1.0)) for each in sold()]
    total = sum(weight for *_, weight in goods)
    for at in range(MONTHS):
        month = begin.month - 1 + at
        first = date(begin.year + month // 12, month % 12 + 1, 1)
        season = 1 + _SEASON * math.cos(2 * math.pi * (first.month - 1) / 12)
        share = packs_a_year / 12 * season * (1 + _GROWTH_A_YEAR) ** (at // 12)
        for product, market, weight in goods:
            yield f"{product},{market},{first},{round(share * weight / total)}\n"


def _scenarios(quota: float, today: date) -> Iterator[Scenario]:
    def told(
        key: str, low: float, likely: float, high: float, source: str, basis: Basis
    ) -> Assumption:
        return Assumption(
            key=key, low=low, likely=likely, high=high, basis=basis, source=source, noted_on=today,
            noted_by="J. Park",
        )  # fmt: skip

    fact, assumed = Basis.FACT, Basis.ASSUMPTION
    yield Scenario(
        code="pilot",
        name="Pilot",
        note="First lots of every product, as they run today on the pilot's server.",
        forecast_no=1,
        is_in_force=True,
        assumptions=(
            told("disk_there", quota, quota, quota, "quota of the pilot's server, IT-3317", fact),
        ),
    )
    yield Scenario(
        code="roll-out",
        name="Roll-out",
        note="All 40 products in 12 markets, from the sales plan.",
        forecast_no=2,
        assumptions=(
            told("cost_line", 4e5, 7e5, 1.1e6, "offers of two vendors, October", fact),
            told("lone_events", 1, 1.4, 2, "what wholesalers said they would send", assumed),
        ),
    )
    yield Scenario(
        code="every-pack",
        name="Roll-out, every pack reported",
        note="As the roll-out, and partners tell every pack at every step, as in Turkey.",
        forecast_no=2,
        assumptions=(
            told("cost_line", 4e5, 7e5, 1.1e6, "offers of two vendors, October", fact),
            told("lone_events", 8, 10, 12, "ITS: about 10 notifications a pack", fact),
            told("single_share", 0.1, 0.3, 0.5, "experience of the Turkish affiliate", assumed),
        ),
    )


def _quota(app: Application) -> float:
    """Return the quota of the pilot's server in GB: what is used, and growth for months."""
    size = health.condition(app).size_bytes
    return math.ceil((size + QUOTA_DAYS * _BYTES_A_DAY) / 1e6) / 1e3


def _remember(app: Application, today: date) -> None:
    """Note what the database took on each of the days before, up to what it takes now."""
    size = health.condition(app).size_bytes
    at = app.clock()
    with app.database.transaction() as conn:
        for ago in range(HISTORY_DAYS, 0, -1):
            # Batches come in campaigns: three weeks of packing, one of rest.
            campaign = 0.12 * math.sin(2 * math.pi * ago / 28) * 28 * _BYTES_A_DAY / 4
            value = max(0.0, size - ago * _BYTES_A_DAY + campaign)
            rows.put_gauge(conn, today - timedelta(days=ago), WHOLE, "database", value, at=at)
