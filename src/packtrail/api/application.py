"""Put the routes together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

import packtrail
from packtrail.api import (
    accounts_routes,
    alert_routes,
    archive_routes,
    capacity_routes,
    capture_routes,
    correction_routes,
    discovery,
    event_routes,
    goods_routes,
    identifier_routes,
    inference_routes,
    line_routes,
    mail_routes,
    market_routes,
    notice_routes,
    object_routes,
    obligation_routes,
    operations_routes,
    order_routes,
    pack_operation_routes,
    plan_entry_routes,
    plan_link_routes,
    plan_people_routes,
    plan_routes,
    portfolio_routes,
    problems,
    query_routes,
    recall_routes,
    report_routes,
    resource_routes,
    retention_routes,
    serial_pool_routes,
    serial_routes,
    serial_supply_routes,
    soap,
    socket_routes,
    technology_routes,
    verification_routes,
    vrs_routes,
)
from packtrail.api.branches import Branches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from packtrail.services.application import Application

ROUTERS = (
    discovery.router,
    capture_routes.epcis,
    query_routes.router,
    soap.router,
    socket_routes.router,
    event_routes.router,
    resource_routes.router,
    capture_routes.own,
    object_routes.router,
    identifier_routes.router,
    archive_routes.router,
    retention_routes.router,
    operations_routes.router,
    serial_pool_routes.router,
    serial_routes.router,
    serial_supply_routes.router,
    notice_routes.router,
    alert_routes.router,
    recall_routes.router,
    goods_routes.router,
    inference_routes.router,
    correction_routes.router,
    verification_routes.router,
    pack_operation_routes.router,
    vrs_routes.responder,
    vrs_routes.own,
    report_routes.router,
    plan_routes.router,
    plan_people_routes.router,
    plan_people_routes.inputs_router,
    plan_link_routes.router,
    mail_routes.router,
    plan_entry_routes.router,
    capacity_routes.router,
    accounts_routes.router,
    line_routes.router,
    order_routes.router,
    market_routes.router,
    portfolio_routes.router,
    obligation_routes.router,
    technology_routes.router,
)
"""Every route, in the order in which they are tried."""
_TEXT = """
EPCIS 2.0 under `/epcis/v2`, as GS1 publishes it; everything else under `/api/v1`.
Send an API key as `Authorization: Bearer ptk_...`. What is wrong is told as
`application/problem+json` (RFC 9457) with a list of findings.
"""


def build(application: Application, routers: Sequence[APIRouter] = ROUTERS) -> FastAPI:
    """Return the REST interface of an application, to be served at the root.

    Args:
        application: The application.
        routers: Its routes, in the order in which they are tried.
    """
    api = FastAPI(
        title="Packtrail",
        summary="Serialise, track and trace, and verify medicine packs.",
        description=_TEXT,
        version=packtrail.__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    api.state.packtrail = application
    api.state.capture_desk = capture_routes.desk_of(application)
    # Not included as routers: the framework would look through one router after the other.
    api.router.routes.extend(route for router in routers for route in router.routes)
    api.router.routes.insert(0, Branches(api.routes))
    problems.install(api)
    return api
