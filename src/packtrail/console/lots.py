"""Lots, business documents, products and locations: what is known beyond single packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.base.errors import NotFound
from packtrail.console import templates
from packtrail.console.event_view import first_object, view_of
from packtrail.console.goods import place_path
from packtrail.console.moments import moments_of, shown
from packtrail.rendering.journey_layout import place_name, site
from packtrail.services.goods import lots
from packtrail.services.goods import products as trade_items
from packtrail.services.markets import checking
from packtrail.services.queries import transactions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.markets.checking import ProductRules


def lot(visit: Visit) -> Response:
    """Show one lot."""
    gtin, number = visit.query("gtin") or None, visit.path("lot")
    moments = moments_of(visit)
    view = lots.lot(visit.app, visit.who, gtin, number, **moments)
    state = lots.state(visit.app, visit.who, gtin, number, **moments)
    told = {each.place for each in view.events} | {each.place for each in state.counts.rows}
    names = _names(visit, filter(None, told))
    return templates.render(
        visit,
        "lot.html",
        view=view,
        state=state,
        gtin=gtin,
        place_path=place_path,
        **shown(moments),
        typed=view.lot,
        place=lambda identifier: place_name(identifier, names),
    )


def document(visit: Visit) -> Response:
    """Show the events that name a purchase order, an invoice or another business document."""
    view = transactions.transaction(visit.app, visit.who, visit.path("identifier"))
    events = [view_of(body) for body in view.events]
    names = _names(visit, (place for each in events for place in each.places))
    number = transactions.number_of(view.identifier)
    return templates.render(
        visit,
        "document.html",
        view=view,
        number=number,
        has_parties=any(each.sources or each.destinations for each in events),
        events=[(each, first_object(each)) for each in events],
        typed=number,
        place=lambda identifier: place_name(identifier, names),
    )


def products(visit: Visit) -> Response:
    """Show the products that master data or events name."""
    rows = lots.products(visit.app, visit.who)
    return templates.render(visit, "products.html", rows=rows)


def product(visit: Visit) -> Response:
    """Show one product: its lots, and what became of its packs."""
    view = trade_items.product(visit.app, visit.who, visit.path("gtin"))
    total = sum(each.count for each in view.by_status)
    return templates.render(
        visit, "product.html", view=view, total=total, typed=view.gtin, sold=_sold(visit, view.gtin)
    )


def _sold(visit: Visit, gtin: str) -> ProductRules | None:
    """Return where a trade item of the own portfolio may be sold; None where it is in none."""
    if not visit.who.may(Permission.PORTFOLIO_READ):
        return None
    try:
        return checking.product(visit.app, visit.who, gtin)
    except NotFound:
        return None


def locations(visit: Visit) -> Response:
    """Show the locations and parties that master data names."""
    rows = lots.places(visit.app, visit.who)
    return templates.render(visit, "locations.html", rows=rows, place_path=place_path)


def _names(visit: Visit, places: Iterable[str]) -> Mapping[str, str]:
    """Return the names of places and parties and of their sites, whatever notation has them."""
    asked = {each for place in places for each in (place, site(place), f"{site(place)}.0")}
    return lots.place_names(visit.app, visit.who, asked)
