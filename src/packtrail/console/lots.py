"""Lots, products and locations: what is known beyond single packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.console import templates
from packtrail.services import lots

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit


def lot(visit: Visit) -> Response:
    """Show one lot."""
    view = lots.lot(visit.app, visit.who, visit.query("gtin") or None, visit.path("lot"))
    return templates.render(visit, "lot.html", view=view, typed=view.lot)


def products(visit: Visit) -> Response:
    """Show the products that master data or events name."""
    rows = lots.products(visit.app, visit.who)
    return templates.render(visit, "products.html", rows=rows, wanted=visit.query("gtin"))


def locations(visit: Visit) -> Response:
    """Show the locations and parties that master data names."""
    rows = lots.places(visit.app, visit.who)
    return templates.render(visit, "locations.html", rows=rows, wanted=visit.query("gln"))
