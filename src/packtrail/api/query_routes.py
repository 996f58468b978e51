"""Named queries and subscriptions (EPCIS 2.0, 12.6.4 and 12.6.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from packtrail.api.event_routes import next_link, respond
from packtrail.api.headers import discovery_headers, standard_headers
from packtrail.api.problems import findings_json
from packtrail.api.requests import (
    JSON,
    LD_JSON,
    App,
    Caller,
    acceptable,
    bounded_body,
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
from packtrail.services import named_queries, parameters, subscriptions
from packtrail.services.times import written

if TYPE_CHECKING:
    from packtrail.services.application import Application
    from packtrail.services.named_queries import NamedQuery
    from packtrail.services.subscriptions import Subscription

router = APIRouter(prefix="/epcis/v2/queries", tags=["EPCIS: queries"])


@router.get("", summary="Named queries", responses=LISTING)
def list_queries(request: Request, app: App, actor: Caller) -> Response:
    """Return the named queries of the caller's organisation by name, a page at a time."""
    limit, after = _paging(request, app)
    found = named_queries.queries(app, actor, limit=limit + 1, after=after)
    return _page(request, [_query(each) for each in found], limit, "name")


@router.post("", status_code=201, summary="Name a query", responses=DEFINED)
async def define_query(request: Request, app: App, actor: Caller) -> Response:
    """Keep a query under a name: `{"name": ..., "query": {...}}`."""
    content = await _body(request, app)
    kept = await run_in_threadpool(named_queries.define, app, actor, content)
    headers = {**standard_headers(), "Location": f"/epcis/v2/queries/{quote(kept.name, safe='')}"}
    return JSONResponse(_query(kept), status_code=201, headers=headers)


@router.get("/{query_name}", summary="One named query", responses=DEFINITION)
def show_query(query_name: str, request: Request, app: App, actor: Caller) -> Response:
    """Return the definition of a named query."""
    _require_json(request)
    return JSONResponse(
        _query(named_queries.named(app, actor, query_name)), headers=standard_headers()
    )


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
    limit, after = _paging(request, app)
    found = subscriptions.subscriptions(app, actor, query_name, limit=limit + 1, after=after)
    return _page(request, [_subscription(each) for each in found], limit, "subscriptionID")


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


def _paging(request: Request, app: Application) -> tuple[int, str]:
    _require_json(request)
    params = query_parameters(request)
    settings = app.settings
    limit = parameters.per_page(
        params, default=settings.page_events_default, most=settings.page_events_max
    )
    return limit, parameters.page_token(params) or ""


def _page(request: Request, entries: list[dict[str, Any]], limit: int, key: str) -> Response:
    """Return a page of a list whose tokens are the last key of the page: they never expire."""
    headers = standard_headers()
    if len(entries) > limit:
        headers["Link"] = next_link(request, entries[limit - 1][key])
    return JSONResponse(entries[:limit], headers=headers)


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
