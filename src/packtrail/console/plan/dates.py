"""The dates of a programme: timeline, table, and what threatens each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.console.plan import shared
from packtrail.rendering import plan_charts
from packtrail.services.plan import baselines
from packtrail.services.plan.reports import date_rows
from packtrail.services.plan.scheduling import planned

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit


def dates(visit: Visit) -> Response:
    """Show all dates with their buffers, paths and drift."""
    now = planned(visit.app, visit.who, visit.path("programme"))
    drift = baselines.drift(visit.app, visit.who, now.opened.code)
    moved = {each.code: each for each in drift.comparison.dates} if drift else {}
    href = shared.path_of(now.opened.code, "package") + "/"
    rows = date_rows(now.schedule, drift=moved, href=href)
    return shared.render(
        visit,
        "plan/dates.html",
        opened=now.opened,
        schedule=now.schedule,
        picture=shared.picture(plan_charts.draw_dates(rows, today=now.schedule.today)),
        titles={code: each.title for code, each in now.schedule.plan.by_code.items()},
        moved=moved,
        drift=drift,
        unanswered=[each for each in now.opened.book.needs.values() if not each.is_in],
    )
