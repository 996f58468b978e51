"""The home page: what is in the store, and what needs attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from packtrail.access import Permission
from packtrail.console import captures, templates
from packtrail.services import overview
from packtrail.services.reports import viewing

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit


def home(visit: Visit) -> Response:
    """Show the home page."""
    seen = overview.overview(visit.app, visit.who)
    total = sum(each.count for each in seen.by_status)
    is_empty = seen.counts.events == 0 and seen.counts.captures == 0
    may_read = visit.who.may(Permission.REPORTING_READ)
    late, to_mend = viewing.urgent(visit.app, visit.who) if may_read else (0, 0)
    return templates.render(
        visit,
        "home.html",
        seen=seen,
        total=total,
        is_empty=is_empty,
        owners=captures.owners(visit),
        reports_late=late,
        reports_to_mend=to_mend,
    )


def attention(visit: Visit) -> Response:
    """Show everything of one sort that needs attention."""
    seen = overview.overview(visit.app, visit.who)
    wanted = visit.path("name")
    found = next((each for each in seen.attention if each.name == wanted), None)
    if found is None:
        raise HTTPException(404)
    return templates.render(visit, "attention.html", found=found)
