"""Top-level resources of EPCIS: /eventTypes, /epcs, /bizSteps and so on (EPCIS 2.0, 12.6.1).

The routes of all six are made from one table; a value in a path is a URI or a word, and may be
written as URN or as Digital Link.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from packtrail.api import xml
from packtrail.api.event_routes import respond
from packtrail.api.headers import extensions_header, read_extensions, standard_headers
from packtrail.api.paging import next_headers
from packtrail.api.requests import (
    JSON,
    LD_JSON,
    TEXT_XML,
    XML,
    App,
    Caller,
    acceptable,
    event_form,
    query_parameters,
    require_versions,
)
from packtrail.api.responses import COLLECTION, QUERYING_ONE, Responses
from packtrail.services.queries import parameters, resources
from packtrail.services.queries.documents import context_of
from packtrail.services.queries.translating import epc_format

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter(prefix="/epcis/v2", tags=["EPCIS: resources"])


def collection(
    request: Request,
    members: list[str],
    *,
    namespaces: Mapping[str, str] | None = None,
) -> Response:
    """Return a collection in the form the caller likes best."""
    media_type = acceptable(request, JSON, LD_JSON, XML, TEXT_XML)
    told = standard_headers()
    if namespaces:
        told["GS1-Extensions"] = extensions_header(namespaces)
    if media_type in {XML, TEXT_XML}:
        return Response(xml.collection(members), headers=told, media_type=media_type)
    body = {"@context": context_of(namespaces or {}), "type": "Collection", "member": members}
    return JSONResponse(body, headers=told, media_type=media_type)


def list_values(name: str, request: Request, app: App, actor: Caller) -> Response:
    """Return the values that events have, in a stable order, a page at a time."""
    require_versions(request)
    params = query_parameters(request)
    page = resources.values(
        app,
        actor,
        name,
        per_page=parameters.per_page(
            params,
            default=app.settings.page_events_default,
            most=app.settings.page_events_max,
        ),
        page_token=parameters.page_token(params),
        form=epc_format(request.headers.get("GS1-EPC-Format")),
    )
    answer = collection(request, page.values, namespaces=page.namespaces)
    answer.headers.update(next_headers(request, page.following))
    return answer


def show_value(name: str, value: str, request: Request, app: App, actor: Caller) -> Response:
    """Return what there is of a value: its events."""
    require_versions(request)
    declared = read_extensions(request.headers.get("GS1-Extensions"))
    resources.require_known(app, actor, name, value, namespaces=declared)
    return collection(request, ["events"])


def list_events(name: str, value: str, request: Request, app: App, actor: Caller) -> Response:
    """Return the events that have a value and match the parameters, a page at a time."""
    require_versions(request)
    media_type, form = event_form(request)
    page = resources.events(
        app,
        actor,
        name,
        value,
        params=query_parameters(request),
        namespaces=read_extensions(request.headers.get("GS1-Extensions")),
    )
    return respond(request, page, app, media_type=media_type, form=form)


def _route(path: str, answer: Callable[..., Response], name: str, responses: Responses) -> None:
    bound = partial(answer, name)
    router.add_api_route(
        path,
        bound,
        methods=["GET"],
        responses=responses,
        summary=(answer.__doc__ or "").partition(".")[0],
        name=f"{answer.__name__}_{name}",
        operation_id=f"{answer.__name__}_{name}",
        description=answer.__doc__,
        response_model=None,
    )


for _name in resources.RESOURCES:
    _route(f"/{_name}", list_values, _name, COLLECTION)
    _route(f"/{_name}/{{value:path}}/events", list_events, _name, QUERYING_ONE)
    _route(f"/{_name}/{{value:path}}", show_value, _name, COLLECTION)
