"""Pages of lists on the wire: `perPage`, `nextPageToken`, `Link` (EPCIS 2.0, 12.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from fastapi.responses import JSONResponse

from packtrail.api.headers import standard_headers
from packtrail.api.requests import JSON, LD_JSON, acceptable, query_parameters, require_versions
from packtrail.services.queries import paging, parameters

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import Response

    from packtrail.access import Actor
    from packtrail.services.application import Application


def list_place(request: Request, app: Application, actor: Actor, name: str) -> tuple[int, str]:
    """Return how many entries a page of a list has, and the key after which it starts."""
    require_versions(request)
    acceptable(request, JSON, LD_JSON)
    params = query_parameters(request)
    settings = app.settings
    limit = parameters.per_page(
        params, default=settings.page_events_default, most=settings.page_events_max
    )
    return limit, paging.start(app, actor, name, parameters.page_token(params))


def listed(
    request: Request, entries: list[dict[str, Any]], following: paging.Next | None
) -> Response:
    """Return a page of a list as a JSON array."""
    return JSONResponse(entries, headers=standard_headers() | next_headers(request, following))


def next_headers(request: Request, following: paging.Next | None) -> dict[str, str]:
    """Return what tells of the next page of the resource that was asked for."""
    if following is None:
        return {}
    params = {"nextPageToken": following.token}
    if per_page := request.query_params.get("perPage"):
        params = {"perPage": per_page, **params}
    return {
        "Link": f'<{path_of(request)}?{urlencode(params)}>; rel="next"',
        "GS1-Next-Page-Token-Expires": following.expires_at.isoformat(timespec="seconds"),
    }


def path_of(request: Request) -> str:
    """Return the path of a request as a header can carry it: percent-encoded, and once only."""
    path: str = request.scope["path"]
    return quote(path, safe="/")
