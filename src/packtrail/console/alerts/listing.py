"""Alerts and cases in lists, and one alert with what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.visit import redirect
from packtrail.detection.cases import OPEN, State
from packtrail.services.alerts import alerts, cases, sightings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

_PAGE: Final = 50
_OPEN_SHOWN: Final = 100


def listing(visit: Visit) -> Response:
    """Show the alerts, the newest first: those in no case, or all."""
    return _page(visit)


def open_case(visit: Visit) -> Response:
    """Open a case of chosen alerts."""
    chosen = _chosen(visit)
    try:
        made = cases.open_case(
            visit.app, visit.who, chosen, title=visit.sent("title"), owner=visit.sent("owner")
        )
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, refused.findings, chosen)
    return redirect(f"/alerts/cases/{made.line.code}")


def add(visit: Visit) -> Response:
    """Add chosen alerts to a case."""
    code = visit.sent("case")
    try:
        cases.add_alerts(visit.app, visit.who, code, _chosen(visit))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, refused.findings, _chosen(visit))
    return redirect(f"/alerts/cases/{code}")


def alert(visit: Visit) -> Response:
    """Show one alert with everything it rests on."""
    found = alerts.alert(visit.app, visit.who, visit.path("alert_id"))
    is_free = not found.case
    return templates.render(
        visit,
        "alerts_alert.html",
        alert=found,
        places=sightings.names(visit.app, visit.who, [each.place for each in found.evidence]),
        related=alerts.related(visit.app, visit.who, [found.alert_id]) if is_free else (),
        open_cases=_open_cases(visit) if is_free else (),
    )


def cases_page(visit: Visit) -> Response:
    """Show the cases, the newest first."""
    state = visit.query("state")
    found = cases.listed(
        visit.app, visit.who, states=[state] if state in {*State} else None,
        before=visit.query("before") or None, limit=_PAGE + 1,
    )  # fmt: skip
    return templates.render(
        visit,
        "alerts_cases.html",
        rows=found[:_PAGE],
        older=found[_PAGE - 1].code if len(found) > _PAGE else "",
        states=tuple(State),
        asked={"state": state},
    )


def _page(visit: Visit, findings: Sequence[Finding] = (), chosen: Sequence[str] = ()) -> Response:
    code, is_open = visit.query("code"), not visit.query("all")
    found = alerts.listed(
        visit.app, visit.who, code=code or None, only_open=is_open,
        before=visit.query("before") or None, limit=_PAGE + 1,
    )  # fmt: skip
    return templates.render(
        visit,
        "alerts.html",
        status=422 if findings else 200,
        findings=findings,
        chosen=chosen,
        rows=found[:_PAGE],
        older=found[_PAGE - 1].alert_id if len(found) > _PAGE else "",
        overview=alerts.overview(visit.app, visit.who),
        meanings=alerts.MEANINGS,
        may_open=visit.who.may(Permission.CASE_UPDATE),
        asked={"code": code, "open": is_open},
    )


def _open_cases(visit: Visit) -> tuple[cases.CaseLine, ...]:
    states = [each.value for each in OPEN]
    return cases.listed(visit.app, visit.who, states=states, limit=_OPEN_SHOWN)


def _chosen(visit: Visit) -> list[str]:
    return [value for value in visit.form.getlist("alert") if isinstance(value, str)]
