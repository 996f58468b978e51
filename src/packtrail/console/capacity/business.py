"""The business case: money, delay, people by role; each figure opens to what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from packtrail.base.errors import NotFound
from packtrail.console.capacity import shared
from packtrail.console.capacity.results import XLSX
from packtrail.console.downloads import attachment
from packtrail.services.capacity import business, scenarios
from packtrail.services.plan import programmes

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.capacity.business import BusinessCase


def case(visit: Visit) -> Response:
    """Show the business case."""
    try:
        seen = _case(visit)
    except NotFound as fault:
        if visit.query("programme") or visit.query("scenario"):
            raise
        return shared.without_forecast(visit, fault)
    told = {each.key: each for each in seen.figures}
    chosen = told.get(visit.query("figure"))
    return shared.render(
        visit,
        "capacity/business.html",
        seen=seen,
        told=told,
        chosen=chosen,
        roots=[told[key] for key in chosen.rests_on] if chosen else (),
        asked=f"scenario={seen.scenario_code}&programme={seen.programme_code}",
        scenarios=scenarios.scenarios(visit.app, visit.who),
        programmes=[
            each for each in programmes.programmes(visit.app, visit.who) if each.archived_at is None
        ],
    )


def download(visit: Visit) -> Response:
    """Hand the business case out as a file."""
    name = visit.path("name")
    if name not in {"business-case.xlsx", "business-case.pdf"}:
        raise HTTPException(404)
    seen = _case(visit)
    if name == "business-case.xlsx":
        return attachment(business.workbook(visit.who, seen), name, XLSX)
    return attachment(business.report(visit.who, seen), name, "application/pdf")


def _case(visit: Visit) -> BusinessCase:
    scenario = visit.query("scenario")
    return business.business_case(
        visit.app,
        visit.who,
        scenario="" if scenario == "model" else scenario,
        programme=visit.query("programme"),
    )
