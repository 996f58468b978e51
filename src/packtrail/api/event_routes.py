"""Events: the query interface of EPCIS (EPCIS 2.0, 12.6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from packtrail.api.documents import epc_format, query_document, translated
from packtrail.api.headers import standard_headers
from packtrail.api.requests import (
    App,
    Caller,
    query_parameters,
    require_acceptable,
    require_versions,
)
from packtrail.services import query

if TYPE_CHECKING:
    from packtrail.services.query import EventPage

router = APIRouter(prefix="/epcis/v2", tags=["EPCIS: events"])
LD_JSON = "application/ld+json"


@router.get("/events", summary="Query events")
def events(request: Request, app: App, actor: Caller) -> Response:
    """Return the events that match every parameter, newest first, a page at a time.

    The parameters are those of the simple event query (EPCIS 2.0, 8.2.7.1); several values of one
    are separated by `|`. `perPage` and `nextPageToken` page through the answer.
    """
    require_acceptable(request, "application/json", LD_JSON)
    require_versions(request)
    page = query.events(app, actor, query_parameters(request))
    return _respond(request, page, app)


@router.get("/events/{event_id:path}", summary="One event")
def event(event_id: str, request: Request, app: App, actor: Caller) -> Response:
    """Return the query document that holds one event."""
    require_acceptable(request, "application/json", LD_JSON)
    require_versions(request)
    return _respond(request, query.event(app, actor, event_id), app)


def _respond(request: Request, page: EventPage, app: App) -> Response:
    form = epc_format(request.headers.get("GS1-EPC-Format"))
    body = query_document(translated(page.events, form), page.namespaces, at=app.clock())
    headers = {**standard_headers(), "GS1-EPC-Format": form.value}
    if page.next_token and page.expires_at:
        headers["Link"] = _next_link(request, page.next_token)
        headers["GS1-Next-Page-Token-Expires"] = page.expires_at.isoformat(timespec="seconds")
    wants_ld = LD_JSON in request.headers.get("accept", "")
    return Response(body, headers=headers, media_type=LD_JSON if wants_ld else "application/json")


def _next_link(request: Request, token: str) -> str:
    params = {"nextPageToken": token}
    if per_page := request.query_params.get("perPage"):
        params = {"perPage": per_page, **params}
    return f'<{request.url.path}?{urlencode(params)}>; rel="next"'
