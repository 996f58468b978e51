"""Work orders: made, commanded, given numbers, reported of, reconciled and signed."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse

from packtrail.api.line_routes import MAKING, IdempotencyKey
from packtrail.api.line_schemas import (
    AccountOut,
    CommandIn,
    LevelName,
    NumbersIn,
    NumbersOut,
    OrderIn,
    OrderOut,
    OrderQuery,
    OrderStepOut,
    ReasonIn,
    ReceiptOut,
    SettlementIn,
    SettlementOut,
    SignalIn,
    SignatureIn,
    WaitingRoomOut,
)
from packtrail.api.requests import JSON, App, Caller, acceptable, bounded_body, require_media_type
from packtrail.api.responses import problems
from packtrail.production.documents import read_epcis
from packtrail.production.levels import Level
from packtrail.production.reports import read_csv, read_json
from packtrail.services.accounts.signing import Statement
from packtrail.services.lines import line_reports, waiting
from packtrail.services.lines.line_reports import Receipt, Sent
from packtrail.services.orders import account_files, order_commands, orders, reconciling
from packtrail.services.orders.order_commands import OrderPlan
from packtrail.store.orders import OrderFilter

router = APIRouter(prefix="/api/v1/orders", tags=["Work orders"])
PLAIN, CSV = "text/plain", "text/csv"
JSON_LD, XML = "application/ld+json", "application/xml"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ONE = problems(404, 422)
MaybeKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
_REPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"type": "object", "required": ["happenings"]}},
            CSV: {"schema": {"type": "string"}},
            JSON_LD: {"schema": {"type": "object"}},
            XML: {"schema": {"type": "string"}},
        },
    }
}
_READERS = {JSON: read_json, CSV: read_csv, JSON_LD: read_epcis, XML: read_epcis}


@router.get("", summary="Work orders", response_model=list[OrderOut], responses=ONE)
def list_orders(
    request: Request,
    response: Response,
    app: App,
    actor: Caller,
    asked: Annotated[OrderQuery, Query()],
) -> Any:
    """Return work orders, newest first, a page at a time."""
    wanted = OrderFilter(
        states=tuple(each.value for each in asked.state),
        owner=asked.owner,
        gtin=asked.gtin,
        lot=asked.lot,
    )
    found = orders.orders(
        app, actor, wanted, line=asked.line, limit=asked.limit, before=asked.before
    )
    if len(found) == asked.limit:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "before"]
        params = urlencode([*kept, ("before", found[-1].order_id)])
        response.headers["Link"] = f'<{request.url.path}?{params}>; rel="next"'
    return found


@router.post(
    "", status_code=201, summary="Make a work order", response_model=OrderOut, responses=MAKING
)
def create(
    body: OrderIn, app: App, actor: Caller, key: MaybeKey = None, *, start: bool = False
) -> Any:
    """Make a work order and give it its numbers; with `start` it is released at once."""
    plan = OrderPlan(**body.model_dump())
    return order_commands.create(app, actor, plan, is_started=start, request_id=key)


@router.get("/{order}", summary="A work order", response_model=OrderOut, responses=ONE)
def one_order(order: str, app: App, actor: Caller) -> Any:
    """Return one work order: its id, or its code where only one owner has it."""
    return orders.order(app, actor, order)


@router.put("/{order}", summary="Update a work order", response_model=OrderOut, responses=MAKING)
def update(order: str, body: OrderIn, app: App, actor: Caller, key: MaybeKey = None) -> Any:
    """Replace what a work order is to be, as long as it was not started."""
    plan = OrderPlan(**body.model_dump())
    return order_commands.update(app, actor, order, plan, request_id=key)


@router.post(
    "/{order}/commands", summary="Command a work order", response_model=OrderOut, responses=MAKING
)
def command(order: str, body: CommandIn, app: App, actor: Caller, key: MaybeKey = None) -> Any:
    """Release, stop or cancel a work order, or close it when its account is signed."""
    if body.command == "Clear":
        return reconciling.close(app, actor, order, request_id=key)
    return order_commands.command(
        app, actor, order, body.command, reason=body.reason, request_id=key
    )


@router.post(
    "/{order}/preparations", summary="Prepare a work order", response_model=OrderOut,
    responses=MAKING,
)  # fmt: skip
def prepare(order: str, app: App, actor: Caller) -> Any:
    """Give a waiting order the numbers that it lacks."""
    return order_commands.prepare(app, actor, order)


@router.post(
    "/{order}/signals", summary="Say how it goes", response_model=OrderOut, responses=MAKING
)
def signal(order: str, body: SignalIn, app: App, actor: Caller, key: MaybeKey = None) -> Any:
    """Take in what the line says: loaded, started, held, suspended, completed, aborted."""
    return order_commands.signal(app, actor, order, body.signal, reason=body.reason, request_id=key)


@router.get(
    "/{order}/history", summary="Its history", response_model=list[OrderStepOut], responses=ONE
)
def history(order: str, app: App, actor: Caller) -> Any:
    """Return the commands and signals that an order got, the oldest first."""
    return orders.history(app, actor, order)


@router.get(
    "/{order}/numbers/{level}",
    summary="Its numbers",
    response_model=NumbersOut,
    responses={
        200: {"content": {PLAIN: {"schema": {"type": "string"}}}},
        **problems(404, 409, 422),
    },
)
def numbers(order: str, level: LevelName, request: Request, app: App, actor: Caller) -> Response:
    """Return the numbers of a level: one a line as `text/plain`, or JSON.

    They are the same whenever they are asked for. The order must be released.
    """
    media_type = acceptable(request, JSON, PLAIN)
    lines = order_commands.numbers(app, actor, order, level)
    if media_type == PLAIN:
        return StreamingResponse(lines, media_type=PLAIN)
    found = b"".join(lines).decode("ascii").splitlines()
    return JSONResponse({"level": level, "numbers": found})


@router.post(
    "/{order}/numbers", status_code=201, summary="More numbers", response_model=NumbersOut,
    responses=MAKING,
)  # fmt: skip
def draw_more(order: str, body: NumbersIn, app: App, actor: Caller, key: IdempotencyKey) -> Any:
    """Give a running order more numbers; the same key gives the same ones."""
    found = order_commands.draw_more(app, actor, order, body.level, body.count, request_id=key)
    return NumbersOut(level=Level(body.level), numbers=found)


@router.post(
    "/{order}/reports",
    status_code=201,
    summary="Report",
    response_model=ReceiptOut,
    responses={
        200: {"model": ReceiptOut, "description": "It was taken before"},
        **problems(404, 409, 413, 415, 422),
    },
    openapi_extra=_REPORT_BODY,
)
async def report(
    order: str, request: Request, response: Response, app: App, actor: Caller, key: MaybeKey = None
) -> Any:
    """Take in what a line did, as JSON, CSV or EPCIS document.

    A report is named by its `report_id`, else by the key, else by its content: sent again, it
    changes nothing.
    """
    media_type = require_media_type(request, *_READERS)
    content = await bounded_body(request, app.settings)
    receipt = await run_in_threadpool(_take, app, actor, order, content, media_type, key)
    response.status_code = 200 if receipt.is_repeated else 201
    return receipt


def _take(
    app: App, actor: Caller, order: str, content: bytes, media_type: str, key: str | None
) -> Receipt:
    read = _READERS[media_type](content)
    name = read.report_id or key or hashlib.sha256(content).hexdigest()
    sent = Sent(content=content, source="rest", request_id=name)
    return line_reports.take(app, actor, order, read, sent)


@router.get(
    "/{order}/reports", summary="Its reports", response_model=list[ReceiptOut], responses=ONE
)
def reports(
    order: str,
    app: App,
    actor: Caller,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Any:
    """Return the reports of an order, the newest first."""
    return line_reports.reports(app, actor, order, limit=limit, before=before)


@router.get(
    "/{order}/reports/{report_no}/original",
    summary="A report as it was sent",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}},
        **ONE,
    },
)
def original(order: str, report_no: int, app: App, actor: Caller) -> Response:
    """Return a report byte for byte, as a download."""
    content = line_reports.original(app, actor, order, min(max(report_no, 0), 2**62))
    return _file(content, "application/octet-stream", f"report-{report_no}")


@router.get(
    "/{order}/waiting",
    summary="What waits for reports",
    response_model=WaitingRoomOut,
    responses=ONE,
)
def what_waits(order: str, app: App, actor: Caller) -> Any:
    """Return what waits for reports of an order that are late."""
    return waiting.waiting(app, actor, order)


@router.post(
    "/{order}/waiting/{report_no}/{place}/dismissal",
    status_code=204,
    summary="Dismiss what waits",
    responses=MAKING,
)
def dismiss(
    order: str, report_no: int, place: int, body: ReasonIn, app: App, actor: Caller
) -> None:
    """Let something wait no longer: it did not happen, or not so."""
    report_no, place = min(max(report_no, 0), 2**62), min(max(place, 0), 2**30)
    waiting.dismiss(app, actor, order, report_no, place, reason=body.reason)


@router.post(
    "/{order}/continuations",
    summary="Go on without a report",
    response_model=OrderOut,
    responses=MAKING,
)
def go_on(order: str, body: ReasonIn, app: App, actor: Caller, key: MaybeKey = None) -> Any:
    """Go on without the report that is missing: take those that were held for it."""
    return waiting.go_on(app, actor, order, reason=body.reason, request_id=key)


@router.get(
    "/{order}/reconciliation",
    summary="Its reconciliation",
    response_model=AccountOut,
    responses={
        200: {"content": {kind: {"schema": {"type": "string"}} for kind in (PDF, XLSX)}},
        **ONE,
    },
)
def reconciliation(order: str, request: Request, app: App, actor: Caller) -> Any:
    """Return what became of every number, as JSON, PDF or XLSX."""
    media_type = acceptable(request, JSON, PDF, XLSX)
    if media_type == PDF:
        return _file(*_named(account_files.pdf(app, actor, order), PDF))
    if media_type == XLSX:
        return _file(*_named(account_files.xlsx(app, actor, order), XLSX))
    return AccountOut.model_validate(reconciling.account(app, actor, order))


@router.post(
    "/{order}/settlements",
    summary="Settle open numbers",
    response_model=SettlementOut,
    responses=MAKING,
)
def settle(order: str, body: SettlementIn, app: App, actor: Caller, key: IdempotencyKey) -> Any:
    """Give back numbers that are unaccounted for, or make them void."""
    count = reconciling.settle(
        app, actor, order, body.level, is_void=body.how == "void", reason=body.reason,
        request_id=key, numbers=body.numbers,
    )  # fmt: skip
    return SettlementOut(count=count)


@router.post(
    "/{order}/signatures",
    status_code=201,
    summary="Sign",
    response_model=AccountOut,
    responses=MAKING,
)
def sign(order: str, body: SignatureIn, app: App, actor: Caller) -> Any:
    """Sign the reconciliation: only a person can, who tells their password again."""
    return reconciling.sign(app, actor, order, Statement(**body.model_dump()))


def _named(file: tuple[bytes, str], media_type: str) -> tuple[bytes, str, str]:
    content, name = file
    return content, media_type, name


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)
