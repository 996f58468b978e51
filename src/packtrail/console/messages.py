"""Verification messages: what other makers were asked, who answers for what, and how we answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.console import templates, verifying
from packtrail.console.visit import page
from packtrail.services import vrs, vrs_requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.store.vrs import RequestRow

_PAGE: Final = 50


def listing(visit: Visit) -> Response:
    """Show the requests, the directory and our own responder."""
    return _page(visit)


def ask(visit: Visit) -> Response:
    """Ask the responder of a pack's maker."""
    try:
        found = vrs_requests.ask(
            visit.app,
            visit.who,
            verifying.asked(visit),
            req_gln=visit.sent("req_gln").strip() or None,
        )
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, findings=refused.findings)
    return _page(visit, asked=found)


def _page(
    visit: Visit, *, asked: RequestRow | None = None, findings: Sequence[Finding] = ()
) -> Response:
    try:
        own = vrs.responder(visit.app, visit.who)
    except NotFound:
        own = None
    return templates.render(
        visit,
        "scan_messages.html",
        status=422 if findings else 200,
        asked=asked,
        findings=findings,
        scan=visit.sent("scan") if findings else "",
        req_gln=visit.sent("req_gln") or (own.gln if own else ""),
        own=own,
        rows=vrs_requests.requests(visit.app, visit.who, limit=_PAGE),
        directory=vrs_requests.directory(visit.app, visit.who, limit=_PAGE),
    )


ROUTES = (
    Route("/scan/messages", page(listing)),
    Route("/scan/messages", page(ask), methods=["POST"]),
)
