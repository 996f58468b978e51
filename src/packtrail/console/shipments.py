"""A shipment: what was said, what came, what is believed, and what is opened to find out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.inference import TRUSTS, shipment_path
from packtrail.console.moments import moments_of, shown
from packtrail.console.visit import page, redirect
from packtrail.hierarchy.inference import InferencePolicy, Trust
from packtrail.rendering.journey_layout import place_name
from packtrail.services.goods import packing, shipments
from packtrail.services.goods.packing import Occasion
from packtrail.services.inference import samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit


def shipment(visit: Visit) -> Response:
    """Show one shipment: what was said to come, and what came."""
    return _shown(visit, visit.path("document"))


def draw(visit: Visit) -> Response:
    """Draw which cases of a shipment are opened."""
    document = visit.sent("document")
    try:
        samples.draw(visit.app, visit.who, document)
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _shown(visit, document, refused.findings)
    return redirect(f"{shipment_path(document)}#believed")


def inspect(visit: Visit) -> Response:
    """Write down what a case was found to hold."""
    document, case = visit.sent("document"), visit.sent("case")
    found = [line.strip() for line in visit.sent("found").splitlines() if line.strip()]
    occasion = Occasion(place=visit.sent("place").strip() or None)
    try:
        packing.inspect(visit.app, visit.who, case, found, occasion)
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _shown(visit, document, refused.findings)
    return redirect(f"{shipment_path(document)}#believed")


def _shown(visit: Visit, document: str, findings: Sequence[Finding] = ()) -> Response:
    wanted = visit.query("trust")
    trust = Trust(wanted) if wanted in {*Trust} else None
    moments = moments_of(visit)
    view = shipments.shipment(
        visit.app,
        visit.who,
        document,
        policy=InferencePolicy(trust=trust) if trust else None,
        **moments,
    )
    return templates.render(
        visit,
        "goods_shipment.html",
        status=422 if findings else 200,
        view=view,
        findings=findings,
        trust=trust or "",
        trusts=TRUSTS,
        sent={name: visit.sent(name) for name in ("case", "found", "place")},
        is_now=trust is None and not any(moments.values()),
        goal=next((leg.place for leg in view.arrivals if leg.place), ""),
        place=lambda identifier: place_name(identifier, view.places),
        **shown(moments),
    )


ROUTES = (
    Route("/goods/shipments/{document:path}", page(shipment)),
    Route("/goods/draws", page(draw), methods=["POST"]),
    Route("/goods/inspections", page(inspect), methods=["POST"]),
)
