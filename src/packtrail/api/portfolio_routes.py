"""The portfolio: its entries with their history, import and export, and what rules say of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from packtrail.api.law_schemas import (
    ChangedOut,
    EntryChangeOut,
    EntryOut,
    FactOut,
    ImportOut,
    PlacementOut,
    ProductRulesOut,
)
from packtrail.api.market_routes import XLSX, On
from packtrail.api.problems import UNREADABLE, Refusal
from packtrail.api.requests import JSON, App, Caller, bounded_body
from packtrail.api.responses import problems
from packtrail.compliance.book import Kind
from packtrail.services.markets import checking
from packtrail.services.portfolio import entries, exporting, importing
from packtrail.services.portfolio.entries import Put, Remove

router = APIRouter(prefix="/api/v1/portfolio", tags=["Portfolio"])
READING = problems(404, 422)
CHANGING = problems(404, 409, 413, 422)
CSV = "text/csv"
KINDS = {f"{kind.value}s": kind for kind in Kind if kind is not Kind.COMPANY} | {
    "company": Kind.COMPANY
}
KindName = Literal["company", "products", "practices", "licences", "placements", "partners"]
SheetName = Literal[
    "sites", "lines", "trade-items", "company", "products", "practices", "licences", "placements",
    "partners",
]  # fmt: skip
Reason = Annotated[str, Query(max_length=2000, description="Why; kept in the history.")]
Revision = Annotated[
    str | None,
    Header(alias="If-Match", max_length=40, description="ETag of the entry that was changed."),
]
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


@router.get("/history", summary="History", response_model=list[EntryChangeOut], responses=READING)
def history(
    request: Request,
    response: Response,
    app: App,
    actor: Caller,
    kind: KindName | None = None,
    key: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(max_length=60)] = None,
) -> Any:
    """Return who changed what, when and why, the newest first."""
    found = entries.history(
        app, actor, kind=KINDS[kind] if kind else None, key=key, limit=limit,
        before=cursor_of(cursor),
    )  # fmt: skip
    if len(found) == limit:
        link_next(request, response, cursor=f"{found[-1].version}.{found[-1].number}")
    return found


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
    dry_run: Annotated[bool, Query(description="Say only what would become of it.")] = False,
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


@router.get("/{kind}", summary="Entries", response_model=list[EntryOut], responses=READING)
def list_entries(
    kind: KindName,
    request: Request,
    response: Response,
    app: App,
    actor: Caller,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> Any:
    """Return the entries of a kind, by key, a page at a time."""
    found = [each for each in entries.entries(app, actor, KINDS[kind]) if each.key > cursor]
    if len(found) > limit:
        link_next(request, response, cursor=found[limit - 1].key)
    return found[:limit]


@router.get("/{kind}/{key:path}", summary="An entry", response_model=EntryOut, responses=READING)
def one_entry(kind: KindName, key: str, app: App, actor: Caller, response: Response) -> Any:
    """Return one entry: by its code, by product/market, or by product/market/line."""
    found = entries.entry(app, actor, KINDS[kind], key)
    response.headers["ETag"] = f'"{found.revision}"'
    return found


@router.put("/{kind}", summary="Write an entry", response_model=ChangedOut, responses=CHANGING)
def put_entry(
    kind: KindName,
    app: App,
    actor: Caller,
    body: Annotated[dict[str, Any], Body(description="The entry; identifiers are text.")],
    reason: Reason = "",
    revision: Revision = None,
    *,
    dry_run: Annotated[bool, Query(description="Say only what would become of it.")] = False,
) -> Any:
    """Write an entry: it is new, or takes the place of the one with its key.

    With `If-Match` only if nobody has changed it meanwhile; revision 0 is an entry that is new.
    """
    change = Put(entries.read(KINDS[kind], body), revision_of(revision))
    return entries.change(app, actor, [change], reason=reason, is_trial=dry_run)


@router.delete(
    "/{kind}/{key:path}", summary="Take an entry out", response_model=ChangedOut,
    responses=CHANGING,
)  # fmt: skip
def remove_entry(
    kind: KindName, key: str, app: App, actor: Caller, reason: Reason = "",
    revision: Revision = None,
) -> Any:  # fmt: skip
    """Take an entry out; its history stays."""
    change = Remove(KINDS[kind], key, revision_of(revision))
    return entries.change(app, actor, [change], reason=reason)


def revision_of(text: str | None) -> int | None:
    """Return the revision of an ETag.

    Raises:
        Refusal: 422, it is none of ours.
    """
    if text is None:
        return None
    digits = text.strip().strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise Refusal(UNREADABLE, f'If-Match is {text[:40]!r}: expected an ETag such as "3".')
    return int(digits)


def cursor_of(text: str | None) -> tuple[int, int] | None:
    """Return the version and number of a cursor.

    Raises:
        Refusal: 422, it is none of ours.
    """
    if text is None:
        return None
    version, _, number = text.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (version, number)):
        raise Refusal(UNREADABLE, f"{text[:40]!r} is no cursor of ours.")
    return int(version), int(number)


def link_next(request: Request, response: Response, **more: str) -> None:
    """Say in a header where the next page is."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in more]
    params = urlencode([*kept, *more.items()])
    response.headers["Link"] = f'<{request.url.path}?{params}>; rel="next"'
