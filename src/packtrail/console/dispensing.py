"""Operations at the counter: scan a pack, and it is dispensed, taken out of use, or taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates, verifying
from packtrail.services import pack_operations
from packtrail.services.pack_operations import At, Request
from packtrail.verification.operations import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.pack_operations import Performed

_LATELY_MAX: Final = 20


def form(visit: Visit) -> Response:
    """Show the form and the last operations."""
    return _page(visit)


def perform(visit: Visit) -> Response:
    """Do the operation of a form."""
    station = verifying.sent_station(visit)
    request = Request(
        operation=visit.sent("operation"),
        ask=verifying.asked(visit),
        is_undo=visit.sent("undo") == "yes",
        operation_id=visit.sent("operation_id") or None,
    )
    at = At(place=station.place, market=station.market or "EU", station=station.station or None)
    try:
        (done,) = pack_operations.perform(visit.app, visit.who, [request], at)
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, findings=refused.findings)
    return verifying.remembering(visit, _page(visit, done=done), station)


def _page(
    visit: Visit, *, done: Performed | None = None, findings: Sequence[Finding] = ()
) -> Response:
    may_see = visit.who.may(Permission.VERIFICATION_READ)
    lately = pack_operations.listed(visit.app, visit.who, limit=_LATELY_MAX) if may_see else ()
    wanted = visit.sent("operation")
    return templates.render(
        visit,
        "scan_operations.html",
        status=422 if findings else 200,
        station=verifying.sent_station(visit) if visit.form else verifying.remembered(visit),
        operations=Operation,
        operation=wanted if wanted in {*Operation} else Operation.DISPENSE,
        is_undo=visit.sent("undo") == "yes",
        scan=visit.sent("scan") if findings else "",
        places=verifying.places(visit),
        done=done,
        findings=findings,
        lately=lately,
    )
