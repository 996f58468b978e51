"""Operations at the counter: scan a pack, and it is dispensed, taken out of use, or taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.errors import NotPermitted, RefusedError, Unavailable
from packtrail.console import templates, verifying
from packtrail.services.verification import offline, pack_operations
from packtrail.services.verification.pack_operations import At, Request
from packtrail.verification.operations import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.verification.pack_operations import Performed

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
    is_script = bool(visit.request.headers.get("hx-request"))
    try:
        done = pack_operations.perform(visit.app, visit.who, [request], at)
    except NotPermitted:
        raise
    except RefusedError as refused:
        if is_script:
            return _part(visit, refused=[(request.operation_id or "", refused.findings)])
        return _page(visit, findings=refused.findings)
    answer = _part(visit, performed=done) if is_script else _page(visit, performed=done)
    return verifying.remembering(visit, answer, station)


def post(visit: Visit) -> Response:
    """Do what was kept in a browser without a network; tell of each what came of it.

    Where the store goes away on the way, the rest is told nothing of, and stays kept.
    """
    performed: list[Performed] = []
    refused: list[tuple[str, Sequence[Finding]]] = []
    try:
        for each in offline.post(visit.app, visit.who, visit.sent("queue").encode()):
            if each.performed is not None:
                performed.append(each.performed)
            if each.refused is not None:
                refused.append((each.operation_id, each.refused.findings))
    except Unavailable:
        if not performed and not refused:
            raise
    return _part(visit, performed=performed, refused=refused)


def _part(
    visit: Visit,
    *,
    performed: Sequence[Performed] = (),
    refused: Sequence[tuple[str, Sequence[Finding]]] = (),
) -> Response:
    """Return what came of operations alone, for the script of the page."""
    return templates.render(
        visit,
        "part_operations.html",
        performed=performed,
        refused=refused,
        findings=(),
        lately=_lately(visit),
    )


def _lately(visit: Visit) -> Sequence[Performed]:
    may_see = visit.who.may(Permission.VERIFICATION_READ)
    return pack_operations.listed(visit.app, visit.who, limit=_LATELY_MAX) if may_see else ()


def _page(
    visit: Visit, *, performed: Sequence[Performed] = (), findings: Sequence[Finding] = ()
) -> Response:
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
        performed=performed,
        refused=(),
        findings=findings,
        lately=_lately(visit),
    )
