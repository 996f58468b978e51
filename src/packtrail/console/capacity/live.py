"""Live: what this installation does beside the plan, and when it reaches what there is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from packtrail.base.amounts import amount
from packtrail.console.capacity import shared
from packtrail.console.plan.shared import picture
from packtrail.rendering import capacity_charts
from packtrail.rendering.capacity_charts import Series
from packtrail.services.capacity import outlook

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.planning.capacity.meters import Day
    from packtrail.planning.capacity.walls import Wall

_PICTURES_MAX = 3
_STEP = timedelta(days=30)
_AHEAD_DAYS = 540


def live(visit: Visit) -> Response:
    """Show walls, meters beside the plan, and every meter."""
    seen = outlook.outlook(visit.app, visit.who)
    days = {each.name: each.days for each in seen.meters}
    pictures = [
        (each, picture(_drawn(each, days[each.limit.meter.name], seen.on, number)))
        for number, each in enumerate(seen.walls)
        if each.trend is not None and each.first is not None
    ]
    return shared.render(
        visit, "capacity/live.html", seen=seen, pictures=pictures[:_PICTURES_MAX], amount=amount
    )


def _drawn(wall: Wall, days: tuple[Day, ...], today: date, number: int) -> str:
    """Draw what a meter showed, its trend with its range, and the pace of the plan."""
    meter = wall.limit.meter
    series = [Series(name="measured", points=[(each.on, each.value) for each in days])]
    last = min(wall.latest or wall.likely or wall.first or today, today + timedelta(_AHEAD_DAYS))
    until = max(last, today + 2 * _STEP)
    ahead = [today + _STEP * at for at in range((until - today) // _STEP + 1)]
    if wall.trend is not None:
        slope = wall.trend.per_day
        gone = [(day - today).days for day in ahead]
        series.append(
            Series(
                name="trend",
                points=[
                    (day, max(0.0, wall.now + slope.likely * past))
                    for day, past in zip(ahead, gone, strict=True)
                ],
                low=[max(0.0, wall.now + slope.low * past) for past in gone],
                high=[max(0.0, wall.now + slope.high * past) for past in gone],
                is_dashed=True,
            )
        )
    if wall.limit.planned is not None:
        pace = wall.limit.planned.likely
        points = [(day, max(0.0, wall.now + pace * (day - today).days)) for day in ahead]
        series.append(Series(name="pace of the plan", points=points, is_dashed=True))
    return capacity_charts.draw_series(
        series,
        unit=meter.unit,
        title=f"{meter.title}: measured, and where it leads",
        prefix=f"wall-{number}",
        today=today,
        limit=wall.limit.value,
    )
