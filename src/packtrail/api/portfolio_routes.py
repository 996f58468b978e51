"""The portfolio: its entries with their history, import and export, and what rules say of it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from packtrail.api.entry_routes import READING, Desk, add_entry_routes
from packtrail.api.law_schemas import FactOut, ImportOut, PlacementOut, ProductRulesOut
from packtrail.api.market_routes import On
from packtrail.api.requests import App, Caller
from packtrail.compliance.book import Kind
from packtrail.services.markets import checking
from packtrail.services.portfolio.files import FILES

router = APIRouter(prefix="/api/v1/portfolio", tags=["Portfolio"])
KINDS = {f"{kind.value}s": kind for kind in Kind if kind is not Kind.COMPANY} | {
    "company": Kind.COMPANY
}


@router.get(
    "/products/{product}/markets", summary="Where it may be sold",
    response_model=ProductRulesOut, responses=READING,
)  # fmt: skip
def product_markets(product: str, app: App, actor: Caller, on: On = None) -> Any:
    """Return what the rules say of a product in every market that it has a licence for."""
    return checking.product(app, actor, product, on=on)


@router.get(
    "/products/{product}/markets/{market}", summary="May it be sold there",
    response_model=PlacementOut, responses=READING,
)  # fmt: skip
def product_in_market(product: str, market: str, app: App, actor: Caller, on: On = None) -> Any:
    """Return what the rules of a market say of a product, and what it needs next."""
    return checking.check(app, actor, product, market, on=on)


@router.get(
    "/products/{product}/markets/{market}/facts", summary="What is known of it",
    response_model=list[FactOut], responses=READING,
)  # fmt: skip
def product_facts(product: str, market: str, app: App, actor: Caller) -> Any:
    """Return every fact that rules are asked with, and who says it."""
    return checking.facts(app, actor, product, market)


add_entry_routes(
    router,
    Desk(
        files=FILES, received=ImportOut, kinds=KINDS, key="key",
        keys="by its code, by product/market, or by product/market/line",
    ),
)  # fmt: skip
