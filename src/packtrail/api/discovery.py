"""What the EPCIS interface is and can: the root collection, and OPTIONS of every resource."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from packtrail.api.documents import CONTEXT
from packtrail.api.headers import discovery_headers, limit_headers, standard_headers
from packtrail.api.requests import App, Caller, require_acceptable, require_versions

router = APIRouter(prefix="/epcis/v2", tags=["EPCIS: discovery"])

RESOURCES = {
    "": "OPTIONS, GET",
    "/events": "OPTIONS, GET",
    "/events/{event_id:path}": "OPTIONS, GET",
    "/capture/{capture_id}": "OPTIONS, GET",
}
"""Resource -> methods it allows; `/capture` says more, below."""


@router.get("", summary="What there is")
def collection(request: Request, _: Caller) -> Response:
    """Return the resources of this interface."""
    require_acceptable(request, "application/json", "application/ld+json")
    require_versions(request)
    body = {"@context": CONTEXT, "type": "Collection", "member": ["events", "capture"]}
    return JSONResponse(body, headers=standard_headers())


@router.options("/capture", status_code=204, summary="What a capture accepts")
def capture_options(app: App) -> Response:
    """Return versions, limits and error behaviours of the capture interface."""
    headers = {
        **discovery_headers("OPTIONS, POST, GET"),
        **limit_headers(app.settings),
        "GS1-Capture-Error-Behaviour": "all",
    }
    return Response(status_code=204, headers=headers)


def _add_options(path: str, allow: str) -> None:
    def options() -> Response:
        return Response(status_code=204, headers=discovery_headers(allow))

    router.add_api_route(
        path, options, methods=["OPTIONS"], status_code=204, summary="Versions and formats"
    )


for _path, _allow in RESOURCES.items():
    _add_options(_path, _allow)
