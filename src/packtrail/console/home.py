"""The home page: what is in the store, and what needs attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from packtrail.base.findings import Severity
from packtrail.console import captures, templates
from packtrail.services import overview
from packtrail.services.alerts.attention import attention as of_alerts
from packtrail.services.capacity.attention import attention as of_capacity
from packtrail.services.mail.mails import attention as of_mail
from packtrail.services.obligations.attention import attention as by_law
from packtrail.services.plan.attention import attention as of_programmes
from packtrail.services.recalls.attention import attention as of_recalls
from packtrail.services.reports.attention import attention as of_reports

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit


_PARTS = (of_recalls, of_alerts, of_programmes, by_law, of_reports, of_capacity, of_mail)
"""What tells of things that need attention; among those of one severity, in this order."""


def home(visit: Visit) -> Response:
    """Show the home page."""
    seen = overview.overview(visit.app, visit.who)
    total = sum(each.count for each in seen.by_status)
    recorded = seen.counts.events or seen.counts.captures
    is_empty = not recorded and not seen.attention
    return templates.render(
        visit,
        "home.html",
        seen=seen,
        attention=sorted(
            (*(each for part in _PARTS for each in part(visit.app, visit.who)), *seen.attention),
            key=lambda each: list(Severity).index(each.severity),
        ),
        total=total,
        is_empty=is_empty,
        owners=captures.owners(visit),
    )


def attention(visit: Visit) -> Response:
    """Show everything of one sort that needs attention."""
    seen = overview.overview(visit.app, visit.who)
    wanted = visit.path("name")
    found = next((each for each in seen.attention if each.name == wanted), None)
    if found is None:
        raise HTTPException(404)
    return templates.render(visit, "attention.html", found=found)
