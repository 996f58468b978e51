"""The routes of the console, and the application they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from packtrail.console import (
    alerts,
    archive,
    audit,
    capacity,
    captures,
    comply,
    correcting,
    dispensing,
    explaining,
    faults,
    findings,
    goods,
    home,
    inference,
    line_routes,
    lots,
    mail,
    mail_links,
    messages,
    notices,
    objects,
    operations,
    plan,
    recalls,
    retention,
    scan,
    security,
    serials,
    setup,
    shipments,
    sign_in,
    strangers,
    technology,
    templates,
    verifying,
    wedge,
)
from packtrail.console.reports import routes as report_routes
from packtrail.console.visit import page

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Scope

    from packtrail.services.application import Application

YEAR_SECONDS = 31_536_000


class Assets(StaticFiles):
    """Static files; with the mark of their content in the address they never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return one file."""
        response = await super().get_response(path, scope)
        kept = f"public, max-age={YEAR_SECONDS}, immutable"
        response.headers["cache-control"] = kept if scope["query_string"] else "no-cache"
        return response


ROUTES = (
    Route("/", page(home.home)),
    Route("/attention/{name}", page(home.attention)),
    Route("/scan", page(scan.scan)),
    Route("/scan/suggest", page(scan.suggest)),
    Route("/scan/verify", page(verifying.form)),
    Route("/scan/verify", page(verifying.verify), methods=["POST"]),
    Route("/scan/verify/image", page(verifying.form)),
    Route("/scan/verify/image", page(verifying.verify_image), methods=["POST"]),
    Route("/scan/operations", page(dispensing.form)),
    Route("/scan/operations", page(dispensing.perform), methods=["POST"]),
    Route("/scan/operations/queue", page(dispensing.post), methods=["POST"]),
    *messages.ROUTES,
    Route("/scan/verifications", page(verifying.history)),
    Route("/scan/verifications/{verification_id}", page(verifying.verification)),
    Route("/scan/setup", page(wedge.setup), methods=["GET", "POST"]),
    Route("/trace/{identifier:path}", page(objects.trace)),
    Route("/contents", page(objects.contents)),
    Route("/lots/{lot:path}", page(lots.lot)),
    Route("/documents/{identifier:path}", page(lots.document)),
    Route("/goods", page(goods.overview)),
    Route("/goods/places/{place:path}", page(goods.place)),
    *shipments.ROUTES,
    *inference.ROUTES,
    Route("/goods/stock", page(goods.stock_form)),
    Route("/goods/stock", page(goods.compare), methods=["POST"]),
    Route("/notices", page(notices.listing)),
    Route("/notices", page(notices.propose), methods=["POST"]),
    Route("/notices/{notice_id}/retraction", page(notices.retract), methods=["POST"]),
    *alerts.ROUTES,
    *recalls.ROUTES,
    Route("/corrections", page(correcting.form)),
    Route("/corrections", page(correcting.correct), methods=["POST"]),
    Route("/products", page(lots.products)),
    Route("/products/{gtin}", page(lots.product)),
    Route("/locations", page(lots.locations)),
    Route("/events/{event_id:path}", page(objects.event)),
    Route("/captures", page(captures.listing)),
    Route("/captures", page(captures.submit), methods=["POST"]),
    Route("/captures/{capture_id}", page(captures.capture)),
    Route("/captures/{capture_id}/progress", page(captures.progress)),
    Route("/captures/{capture_id}/explain", page(explaining.of_capture)),
    Route("/captures/{capture_id}/original", page(captures.original)),
    Route("/explain", page(explaining.form)),
    Route("/explain", page(explaining.file), methods=["POST"]),
    Route("/findings/{code}", page(findings.finding)),
    *comply.ROUTES,
    *line_routes.ROUTES,
    *plan.ROUTES,
    *capacity.ROUTES,
    *technology.ROUTES,
    *serials.ROUTES,
    *report_routes.ROUTES,
    Route("/audit", page(audit.audit)),
    Route("/setup", page(setup.organisation)),
    Route("/setup/users", page(setup.users)),
    Route("/setup/users", page(setup.create_user), methods=["POST"]),
    Route("/setup/users/link", page(setup.create_link), methods=["POST"]),
    Route("/setup/users/change", page(setup.change_user), methods=["POST"]),
    Route("/setup/account", page(setup.account)),
    Route("/setup/account", page(setup.change_password), methods=["POST"]),
    Route("/setup/api-keys", page(setup.api_keys)),
    Route("/setup/api-keys", page(setup.create_api_key), methods=["POST"]),
    Route("/setup/api-keys/revoke", page(setup.revoke_api_key), methods=["POST"]),
    Route("/setup/operations", page(operations.operations)),
    Route("/setup/operations/backups", page(operations.backups)),
    *mail.ROUTES,
    *strangers.ROUTES,
    *mail_links.ROUTES,
    Route("/setup/account/mail", page(setup.change_mail), methods=["POST"]),
    Route("/setup/account/mail/ask", page(setup.ask_mail), methods=["POST"]),
    Route("/setup/account/mail/kinds", page(setup.choose_mail), methods=["POST"]),
    Route("/setup/archive", page(archive.overview)),
    Route("/setup/archive/holds", page(archive.place), methods=["POST"]),
    Route("/setup/archive/holds/{hold_id:int}/release", page(archive.release), methods=["POST"]),
    Route("/setup/retention", page(retention.overview)),
    Route("/setup/retention/policies", page(retention.put), methods=["POST"]),
    Route("/setup/retention/policies/{policy_id:int}/end", page(retention.end), methods=["POST"]),
    Route("/setup/retention/{month}", page(retention.preview)),
    Route("/setup/retention/{month}/orders", page(retention.order), methods=["POST"]),
    Route(
        "/setup/retention/{month}/orders/{order_id:int}/approve",
        page(retention.approve),
        methods=["POST"],
    ),
    Route(
        "/setup/retention/{month}/orders/{order_id:int}/withdraw",
        page(retention.withdraw),
        methods=["POST"],
    ),
    Route("/setup/agreements", page(setup.allow_recording), methods=["POST"]),
    Route("/sign-in", page(sign_in.form, is_public=True)),
    Route("/sign-in", page(sign_in.with_password, is_public=True), methods=["POST"]),
    Route("/sign-in/{token}", page(sign_in.link, is_public=True)),
    Route("/sign-in/{token}", page(sign_in.with_link, is_public=True), methods=["POST"]),
    Route("/sign-out", page(sign_in.out, is_public=True), methods=["POST"]),
    Mount("/static", Assets(directory=templates.STATIC)),
)


def build(application: Application) -> ASGIApp:
    """Return the console as an ASGI application, to be mounted at `/`."""
    console = Starlette(
        routes=list(ROUTES),
        exception_handlers={
            404: faults.missing,
            405: faults.wrong_method,
            Exception: faults.broken,
        },
    )
    console.state.application = application
    # Outside of everything, so that even the page of an unexpected fault carries the headers.
    return security.SecurityHeaders(console)
