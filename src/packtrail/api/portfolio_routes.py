"""The portfolio: its entries with their history, import and export, and what rules say of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from packtrail.api.entry_routes import CHANGING, READING, Desk, DryRun, Reason, add_entry_routes
from packtrail.api.law_schemas import FactOut, ImportOut, PlacementOut, ProductRulesOut
from packtrail.api.market_routes import XLSX, On
from packtrail.api.requests import JSON, App, Caller, bounded_body
from packtrail.compliance.book import Kind
from packtrail.services.markets import checking
from packtrail.services.portfolio import exporting, importing
from packtrail.services.portfolio.entries import PORTFOLIO

router = APIRouter(prefix="/api/v1/portfolio", tags=["Portfolio"])
CSV = "text/csv"
KINDS = {f"{kind.value}s": kind for kind in Kind if kind is not Kind.COMPANY} | {
    "company": Kind.COMPANY
}
SheetName = Literal[
    "sites", "lines", "trade-items", "company", "products", "practices", "licences", "placements",
    "partners",
]  # fmt: skip
TABLE_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"type": "array", "items": {"type": "object"}}},
            CSV: {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post(
    "/imports", summary="Import", response_model=ImportOut, responses=CHANGING,
    openapi_extra=TABLE_FILE,
)  # fmt: skip
async def import_file(
    request: Request,
    app: App,
    actor: Caller,
    what: Annotated[
        SheetName | None, Query(alias="as", description="What a single table is.")
    ] = None,
    reason: Reason = "",
    filename: Annotated[str, Query(max_length=200)] = "file",
    *,
    dry_run: DryRun = False,
) -> Any:
    """Take entries from CSV, JSON or a workbook: all of the file, or nothing of it."""
    content = await bounded_body(request, app.settings)
    return await run_in_threadpool(
        importing.import_tables, app, actor, content, filename, what=what, reason=reason,
        is_trial=dry_run,
    )  # fmt: skip


@router.get("/workbook", summary="Export", responses=READING, response_class=Response)
def workbook(app: App, actor: Caller) -> Response:
    """Return the whole portfolio as a workbook that can be imported again."""
    headers = {"Content-Disposition": 'attachment; filename="portfolio.xlsx"'}
    return Response(exporting.workbook(app, actor), media_type=XLSX, headers=headers)


@router.get("/tables/{what}", summary="Export a table", responses=READING, response_class=Response)
def table(what: SheetName, app: App, actor: Caller) -> Response:
    """Return one table of the portfolio as CSV."""
    headers = {"Content-Disposition": f'attachment; filename="{what}.csv"'}
    return Response(exporting.table(app, actor, what), media_type=CSV, headers=headers)


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
        book=PORTFOLIO, kinds=KINDS, key="key",
        keys="by its code, by product/market, or by product/market/line",
    ),
)  # fmt: skip
