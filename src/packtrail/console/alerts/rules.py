"""The rules: how right they were by real outcomes, and what they are set to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.visit import redirect
from packtrail.detection import codes
from packtrail.detection.policies import KNOBS
from packtrail.detection.triage import CAUSES
from packtrail.services.alerts import alerts, policies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

_LAST: Final = codes.DATA_FAULT.code


def show(visit: Visit) -> Response:
    """Show the rules."""
    return _page(visit, {})


def put(visit: Visit) -> Response:
    """Set what was changed on the page."""
    sent = {name: visit.sent(name).strip() for name in KNOBS}
    now = {each.name: each.value for each in policies.settings(visit.app, visit.who)}
    values = {name: _number(text) for name, text in sent.items() if text != f"{now[name]:g}"}
    try:
        policies.put(visit.app, visit.who, values, reason=visit.sent("reason"))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, sent, refused.findings)
    return redirect("/alerts/rules")


def _page(visit: Visit, sent: Mapping[str, str], findings: Sequence[Finding] = ()) -> Response:
    overview = alerts.overview(visit.app, visit.who)
    return templates.render(
        visit,
        "alerts_rules.html",
        status=422 if findings else 200,
        findings=findings,
        sent=sent,
        meanings={code: each for code, each in alerts.MEANINGS.items() if code <= _LAST},
        lessons={each.code: each for each in alerts.lessons(visit.app, visit.who)},
        raised={code: count for code, count, _, _ in overview.by_code},
        causes=CAUSES,
        settings=policies.settings(visit.app, visit.who),
        policies=policies.policies(visit.app, visit.who),
        may_set=visit.who.may(Permission.DETECTION_UPDATE),
    )


def _number(text: str) -> float | str | None:
    """Return a number; nothing is the default; what is none is refused where it is set."""
    try:
        return float(text) if text else None
    except ValueError:
        return text
