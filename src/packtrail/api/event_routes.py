"""Events: the query interface of EPCIS, and the capture of a single event (EPCIS 2.0, 12.6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from packtrail import epcis
from packtrail.api.headers import extensions_header, standard_headers
from packtrail.api.problems import UNSUPPORTED, Refusal
from packtrail.api.requests import (
    JSON,
    App,
    Caller,
    acceptable,
    bounded_body,
    declared_namespaces,
    event_form,
    query_parameters,
    require_media_type,
    require_versions,
)
from packtrail.api.responses import CAPTURING, EVENTS, ONE, QUERYING
from packtrail.services import query, single_events
from packtrail.services.documents import QUERY_NAME, query_document

if TYPE_CHECKING:
    from packtrail.services.application import Application
    from packtrail.services.documents import Form
    from packtrail.services.query import EventPage

router = APIRouter(prefix="/epcis/v2", tags=["EPCIS: events"])


@router.get("/events", summary="Query events", responses=QUERYING)
def events(request: Request, app: App, actor: Caller) -> Response:
    """Return the events that match every parameter, newest first, a page at a time.

    The parameters are those of the simple event query (EPCIS 2.0, 8.2.7.1); several values of one
    are separated by `|`. `perPage` and `nextPageToken` page through the answer.
    """
    require_versions(request)
    media_type, form = event_form(request)
    page = query.events(
        app, actor, query_parameters(request), namespaces=declared_namespaces(request)
    )
    return respond(request, page, app, media_type=media_type, form=form)


@router.post("/events", status_code=201, summary="Record one event", responses=CAPTURING)
async def record(request: Request, app: App, actor: Caller) -> Response:
    """Record exactly one event, and answer when it is recorded; `Location` is the event."""
    require_versions(request)
    require_media_type(request)
    acceptable(request, JSON, "application/ld+json")
    content = await bounded_body(request, app.settings)
    recorded = await run_in_threadpool(
        single_events.record,
        app,
        actor,
        content,
        media_type=request.headers.get("content-type"),
        owner=request.headers.get("Packtrail-Owner"),
    )
    headers = {
        **standard_headers(),
        "Location": f"/epcis/v2/events/{quote(recorded.event_id, safe='')}",
    }
    return Response(
        epcis.encode_json(recorded.body), status_code=201, headers=headers, media_type=JSON
    )


@router.get("/events/{event_id:path}", summary="One event", responses=ONE)
def event(event_id: str, request: Request, app: App, actor: Caller) -> Response:
    """Return the query document that holds one event."""
    require_versions(request)
    media_type, form = event_form(request)
    page = query.event(app, actor, event_id)
    return respond(request, page, app, media_type=media_type, form=form)


@router.delete(
    "/nextPageToken/{token:path}",
    status_code=204,
    summary="Give a page token back",
    responses={**EVENTS, 501: {"description": "Page tokens are not kept, so none is deleted"}},
)
def forget_token(token: str, _: Caller) -> Response:
    """Tell that a token ends by itself: it is signed, not stored (documented code 501)."""
    raise Refusal(
        UNSUPPORTED, f"Page tokens are not kept here; {token[:12]!r}... ends at the time told."
    )


def respond(
    request: Request,
    page: EventPage,
    app: Application,
    *,
    media_type: str,
    form: Form,
    query_name: str = QUERY_NAME,
) -> Response:
    """Return a page of events as a query document."""
    body = query_document(
        page.events, page.namespaces, at=app.clock(), form=form, query_name=query_name
    )
    headers = {**standard_headers(), "GS1-EPC-Format": form.epc_format.value}
    if form.is_xml:
        headers["GS1-CBV-XML-Format"] = form.cbv_xml_format.value
    if page.namespaces:
        headers["GS1-Extensions"] = extensions_header(page.namespaces)
    if page.next_token and page.expires_at:
        headers["Link"] = next_link(request, page.next_token)
        headers["GS1-Next-Page-Token-Expires"] = page.expires_at.isoformat(timespec="seconds")
    return Response(body, headers=headers, media_type=media_type)


def next_link(request: Request, token: str) -> str:
    """Return the `Link` to the next page of the resource that was asked for."""
    params = {"nextPageToken": token}
    if per_page := request.query_params.get("perPage"):
        params = {"perPage": per_page, **params}
    return f'<{quote(request.url.path, safe="/")}?{urlencode(params)}>; rel="next"'
