"""Named queries and subscriptions (EPCIS 2.0, 12.6.4 and 12.6.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from packtrail.api.event_routes import respond
from packtrail.api.headers import discovery_headers, extensions_header, standard_headers
from packtrail.api.paging import list_place, listed
from packtrail.api.problems import findings_json
from packtrail.api.requests import (
    JSON,
    LD_JSON,
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
from packtrail.api.responses import (
    DEFINED,
    DEFINITION,
    DELETED,
    DISCOVERY,
    LISTENING,
    LISTING,
    SUBSCRIBED,
    SUBSCRIPTION,
)
from packtrail.services.queries import named_queries, paging, subscriptions
from packtrail.services.times import written

if TYPE_CHECKING:
    from packtrail.services.application import Application
    from packtrail.services.queries.named_queries import NamedQuery
    from packtrail.services.queries.subscriptions import Subscription

router = APIRouter(prefix="/epcis/v2/queries", tags=["EPCIS: queries"])
_QUERIES = "queries"


@router.get("", summary="Named queries", responses=LISTING)
def list_queries(request: Request, app: App, actor: Caller) -> Response:
    """Return the named queries of the caller's organisation by name, a page at a time."""
    limit, after = list_place(request, app, actor, _QUERIES)
    found = named_queries.queries(app, actor, limit=limit + 1, after=after)
    page, following = paging.page(
        app, actor, _QUERIES, found, limit=limit, key=lambda each: each.name
    )
    return listed(request, [_query(each) for each in page], following)


@router.post("", status_code=201, summary="Name a query", responses=DEFINED)
async def define_query(request: Request, app: App, actor: Caller) -> Response:
    """Keep a query under a name: `{"name": ..., "query": {...}}`."""
    content = await _body(request, app)
    kept = await run_in_threadpool(
        named_queries.define, app, actor, content, prefixes=declared_namespaces(request)
    )
    headers = {**_headers(kept), "Location": f"/epcis/v2/queries/{quote(kept.name, safe='')}"}
    return JSONResponse(_query(kept), status_code=201, headers=headers)


@router.get("/{query_name}", summary="One named query", responses=DEFINITION)
def show_query(query_name: str, request: Request, app: App, actor: Caller) -> Response:
    """Return the definition of a named query."""
    _require_json(request)
    found = named_queries.named(app, actor, query_name)
    return JSONResponse(_query(found), headers=_headers(found))


@router.delete("/{query_name}", status_code=204, summary="Delete a query", responses=DELETED)
def delete_query(query_name: str, app: App, actor: Caller) -> Response:
    """Delete a named query; its subscriptions end, and its web sockets are closed."""
    named_queries.delete(app, actor, query_name)
    return Response(status_code=204, headers=standard_headers())


@router.get("/{query_name}/events", summary="Ask a named query", responses=LISTENING)
def ask_query(query_name: str, request: Request, app: App, actor: Caller) -> Response:
    """Return the events that match a named query, a page at a time.

    With `Upgrade: websocket`, and the fields of a schedule or `stream=true`, the events are sent
    as they come.
    """
    require_versions(request)
    media_type, form = event_form(request)
    page = named_queries.events(app, actor, query_name, paging=query_parameters(request))
    return respond(request, page, app, media_type=media_type, form=form, query_name=query_name)


@router.get("/{query_name}/subscriptions", summary="Subscriptions", responses=LISTING)
def list_subscriptions(query_name: str, request: Request, app: App, actor: Caller) -> Response:
    """Return the subscriptions of a query, without their secrets, a page at a time."""
    list_name = f"subscriptions of {query_name}"
    limit, after = list_place(request, app, actor, list_name)
    found = subscriptions.subscriptions(app, actor, query_name, limit=limit + 1, after=after)
    page, following = paging.page(
        app, actor, list_name, found, limit=limit, key=lambda each: each.subscription_id
    )
    return listed(request, [_subscription(each) for each in page], following)


@router.post(
    "/{query_name}/subscriptions", status_code=201, summary="Subscribe", responses=SUBSCRIBED
)
async def subscribe(query_name: str, request: Request, app: App, actor: Caller) -> Response:
    """Have new events of a query sent to an address, by schedule or as they come."""
    content = await _body(request, app)
    _, form = event_form(request)
    made = await run_in_threadpool(
        subscriptions.subscribe, app, actor, query_name, content, form=form
    )
    location = (
        f"/epcis/v2/queries/{quote(query_name, safe='')}/subscriptions/{made.subscription_id}"
    )
    headers = {**standard_headers(), "Location": location}
    return JSONResponse(_subscription(made), status_code=201, headers=headers)


@router.get(
    "/{query_name}/subscriptions/{subscription_id}",
    summary="One subscription",
    responses=SUBSCRIPTION,
)
def show_subscription(
    query_name: str, subscription_id: str, request: Request, app: App, actor: Caller
) -> Response:
    """Return a subscription, without its secret."""
    _require_json(request)
    found = subscriptions.subscription(app, actor, query_name, subscription_id)
    return JSONResponse(_subscription(found), headers=standard_headers())


@router.delete(
    "/{query_name}/subscriptions/{subscription_id}",
    status_code=204,
    summary="Unsubscribe",
    responses=DELETED,
)
def unsubscribe(query_name: str, subscription_id: str, app: App, actor: Caller) -> Response:
    """End a subscription."""
    subscriptions.unsubscribe(app, actor, subscription_id, query_name=query_name)
    return Response(status_code=204, headers=standard_headers())


@router.options(
    "/{query_name}/subscriptions/{subscription_id}",
    status_code=204,
    summary="Versions, formats, and how far the subscription is",
    responses=DISCOVERY,
)
def subscription_options(
    query_name: str, subscription_id: str, app: App, actor: Caller
) -> Response:
    """Return versions, formats, and the time from which events are still to be sent."""
    found = subscriptions.subscription(app, actor, query_name, subscription_id)
    headers = {
        **discovery_headers("GET, DELETE, OPTIONS"),
        "GS1-Query-Min-Record-Time": written(found.min_record_time),
    }
    return Response(status_code=204, headers=headers)


async def _body(request: Request, app: Application) -> bytes:
    require_versions(request)
    require_media_type(request, JSON, LD_JSON)
    acceptable(request, JSON, LD_JSON)
    return await bounded_body(request, app.settings)


def _require_json(request: Request) -> None:
    require_versions(request)
    acceptable(request, JSON, LD_JSON)


def _headers(query: NamedQuery) -> dict[str, str]:
    """Return what is told beside a definition: the prefixes that its parameters use."""
    told = {"GS1-Extensions": extensions_header(query.prefixes)} if query.prefixes else {}
    return {**standard_headers(), **told}


def _query(query: NamedQuery) -> dict[str, Any]:
    return {"name": query.name, "query": dict(query.query)}


def _subscription(found: Subscription) -> dict[str, Any]:
    """Return a subscription as the binding has it; what is not known is left out."""
    times = {
        "createdAt": found.created_at,
        "lastNotifiedAt": found.last_notified_at,
        "initialRecordTime": found.initial_record_time,
        "minRecordTime": found.min_record_time,
    }
    body: dict[str, Any] = {
        "subscriptionID": found.subscription_id,
        "dest": found.dest,
        "epcFormat": found.epc_format,
        "reportIfEmpty": found.report_if_empty,
        **{name: written(at) for name, at in times.items() if at is not None},
    }
    if found.schedule is None:
        body["stream"] = True
    else:
        body["schedule"] = dict(found.schedule)
    if found.last_error is not None:
        body["failures"], body["lastError"] = found.failures, found.last_error
    if found.warnings:
        body["findings"] = findings_json(found.warnings)
    return body
