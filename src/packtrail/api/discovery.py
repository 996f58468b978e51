"""What the EPCIS interface is and can: the root collection, and OPTIONS of every resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response

from packtrail.api.headers import discovery_headers, limit_headers
from packtrail.api.requests import App, Caller, require_versions
from packtrail.api.resource_routes import collection
from packtrail.api.responses import COLLECTION, DISCOVERY
from packtrail.services.queries import resources

if TYPE_CHECKING:
    from packtrail.services.application import Application

router = APIRouter(prefix="/epcis/v2", tags=["EPCIS: discovery"])

MEMBERS = ("events", *resources.RESOURCES, "capture", "queries")
ALLOWED: dict[str, str] = {
    "": "GET, OPTIONS",
    "/events": "GET, POST, OPTIONS",
    "/events/{event_id:path}": "GET, OPTIONS",
    "/capture": "GET, POST, OPTIONS",
    "/capture/{capture_id}": "GET, OPTIONS",
    "/nextPageToken/{token:path}": "DELETE, OPTIONS",
    "/queries": "GET, POST, OPTIONS",
    "/queries/{query_name}": "GET, DELETE, OPTIONS",
    "/queries/{query_name}/events": "GET, OPTIONS",
    "/queries/{query_name}/subscriptions": "GET, POST, OPTIONS",
    **{
        f"/{name}{rest}": "GET, OPTIONS"
        for name in resources.RESOURCES
        for rest in ("", "/{value:path}/events", "/{value:path}")
    },
}
"""Resource -> methods it allows."""


@router.get("", summary="What there is", responses=COLLECTION)
@router.get("/", include_in_schema=False)
def root(request: Request, _: Caller) -> Response:
    """Return the resources of this interface."""
    require_versions(request)
    return collection(request, list(MEMBERS))


def _capture_headers(app: Application) -> dict[str, str]:
    return {**limit_headers(app.settings), "GS1-Capture-Error-Behaviour": "all"}


def _add_options(path: str, allow: str, *, is_described: bool = True) -> None:
    def options(app: App) -> Response:
        headers = discovery_headers(allow)
        if path.startswith("/capture"):
            headers |= _capture_headers(app)
        return Response(status_code=204, headers=headers)

    router.add_api_route(
        path,
        options,
        methods=["OPTIONS"],
        status_code=204,
        summary="Versions and formats",
        responses=DISCOVERY,
        operation_id="options" + "".join(each if each.isalnum() else "_" for each in path),
        include_in_schema=is_described,
    )


for _path, _allow in ALLOWED.items():
    _add_options(_path, _allow)
_add_options("/", ALLOWED[""], is_described=False)
