"""Events: the query interface of EPCIS, and the capture of a single event (EPCIS 2.0, 12.6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from packtrail import epcis
from packtrail.api.headers import extensions_header, standard_headers
from packtrail.api.paging import next_headers
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
from packtrail.api.responses import CAPTURING, DELETED, ONE, QUERYING
from packtrail.services.capture import single_events
from packtrail.services.queries import paging, query
from packtrail.services.queries.documents import QUERY_NAME, query_document

if TYPE_CHECKING:
    from packtrail.services.application import Application
    from packtrail.services.queries.documents import Form
    from packtrail.services.queries.query import EventPage

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
    content = await bounded_body(request, app.settings, bytes_max=single_events.BYTES_MAX)
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
    responses=DELETED,
)
def forget_token(token: str, request: Request, app: App, actor: Caller) -> Response:
    """Take a page token back before its time: it does not work any more."""
    require_versions(request)
    paging.end(app, actor, token)
    return Response(status_code=204, headers=standard_headers())


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
        app, page.events, page.namespaces, at=app.clock(), form=form, query_name=query_name
    )
    headers = {**standard_headers(), "GS1-EPC-Format": form.epc_format.value}
    if form.is_xml:
        headers["GS1-CBV-XML-Format"] = form.cbv_xml_format.value
    if page.namespaces:
        headers["GS1-Extensions"] = extensions_header(page.namespaces)
    headers |= next_headers(request, page.following)
    return Response(body, headers=headers, media_type=media_type)
