"""Serial numbers: taken, settled, found again, proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from packtrail.api.requests import JSON, App, Caller, acceptable
from packtrail.api.responses import Responses, problems
from packtrail.api.serial_requests import (
    CHANGING,
    PREFIX,
    READING,
    IdempotencyKey,
    name_of,
    numbers_url,
    request_id_of,
)
from packtrail.api.serial_schemas import (
    AllocationIn,
    AllocationOut,
    AllocationStatusOut,
    EntriesIn,
    EntriesOut,
    LookUpOut,
    ProofOut,
    SettlementIn,
    SettlementOut,
)
from packtrail.rendering.number_files import MEDIA_TYPES, SUFFIXES, write_numbers
from packtrail.rendering.reports import write_pdf
from packtrail.services.supply import allocating, looking_up, pools, proving, settling
from packtrail.services.supply.looking_up import Wanted
from packtrail.services.supply.reporting import proof_report
from packtrail.services.supply.settling import Settling

if TYPE_CHECKING:
    from packtrail.services.supply.allocating import Delivery

router = APIRouter(prefix=PREFIX, tags=["Serial numbers"])
POOL = "/pools/{owner}/{code}"
INLINE_MAX = 10_000
"""So many numbers stand in an answer; more are fetched as a file."""
PDF = "application/pdf"
RequestId = Annotated[str, Query(max_length=200)]
_FILE: Responses = {
    200: {
        "description": "The numbers",
        "content": {media_type.partition(";")[0]: {} for media_type in MEDIA_TYPES.values()},
    }
}
_PROOFS: Responses = {200: {"description": "Proofs, or a report", "content": {PDF: {}}}}


@router.post(
    POOL + "/allocations",
    status_code=201,
    summary="Take numbers",
    response_model=AllocationOut,
    responses={**CHANGING, 200: {"model": AllocationOut, "description": "As before"}},
)
def allocate(
    owner: str,
    code: str,
    body: AllocationIn,
    app: App,
    actor: Caller,
    response: Response,
    key: IdempotencyKey = None,
) -> Any:
    """Take numbers from a pool; the same request id gets the same numbers for ever, with 200.

    When there are fewer than asked for, all that are left are given, and a finding says so.
    """
    delivery = allocating.allocate(
        app,
        actor,
        name_of(owner, code),
        body.count,
        request_id=request_id_of(key, body.request_id),
        party=body.party,
        purpose=body.purpose,
        unused_until=body.unused_until,
    )
    if delivery.entry.is_repeated:
        response.status_code = 200
    return _allocation(owner, code, delivery)


@router.get(
    POOL + "/allocations",
    summary="An earlier allocation",
    response_model=AllocationStatusOut,
    responses=READING,
)
def show_allocation(owner: str, code: str, request_id: RequestId, app: App, actor: Caller) -> Any:
    """Return an earlier allocation of the caller's organisation, and what became of its numbers."""
    found = allocating.allocation(app, actor, name_of(owner, code), request_id)
    counts = {
        name: getattr(found, name)
        for name in ("used", "returned", "voided", "expired", "outstanding")
    }
    return _allocation(owner, code, found.delivery) | counts


@router.get(
    POOL + "/numbers",
    summary="The numbers as a file",
    response_class=StreamingResponse,
    responses={**READING, **_FILE},
)
def download(
    owner: str,
    code: str,
    request_id: RequestId,
    app: App,
    actor: Caller,
    form: Annotated[Literal["text", "csv", "json", "xlsx"], Query(alias="format")] = "text",
) -> StreamingResponse:
    """Return the numbers of an earlier allocation as a file, with what is printed beside them.

    Text and JSON are exact, for machines; CSV and XLSX are for people.
    """
    name = name_of(owner, code)
    pool = pools.pool(app, actor, name)
    delivery = allocating.allocation(app, actor, name, request_id).delivery
    number_of = pool.number_of if pool.kind == pools.SGTIN else ""
    if form == "text":
        content = delivery.lines()
    else:
        labels = ((label.serial, label.elements) for label in delivery.labels())
        content = write_numbers(form, number_of, labels)
    filename = f"{code}-{delivery.entry.entry_no}.{SUFFIXES[form]}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return StreamingResponse(content, media_type=MEDIA_TYPES[form], headers=headers)


@router.post(
    POOL + "/settlements",
    status_code=201,
    summary="Settle numbers",
    response_model=SettlementOut,
    responses={**CHANGING, 200: {"model": SettlementOut, "description": "As before"}},
)
def settle(
    owner: str,
    code: str,
    body: SettlementIn,
    app: App,
    actor: Caller,
    response: Response,
    key: IdempotencyKey = None,
) -> Any:
    """Say what became of numbers: of all that are listed, or of none."""
    what = Settling(
        request_id=request_id_of(key, body.request_id),
        used=body.used,
        void=body.void,
        returned=body.returned,
        allocation=body.allocation,
        rest=body.rest,
        party=body.party,
        reason=body.reason,
    )
    done = settling.settle(app, actor, name_of(owner, code), what)
    if done.is_repeated:
        response.status_code = 200
    return done


@router.get("/entries", summary="Ledgers", response_model=EntriesOut, responses=READING)
def list_entries(
    wanted: Annotated[EntriesIn, Query()],
    app: App,
    actor: Caller,
    response: Response,
    request: Request,
) -> Any:
    """Return the entries of all ledgers that the caller sees, the newest first."""
    page = looking_up.search(
        app,
        actor,
        Wanted(
            pool=wanted.pool,
            kinds=wanted.kind,
            text=wanted.text,
            since=wanted.since,
            until=wanted.until,
        ),
        cursor=wanted.cursor,
        limit=wanted.limit,
    )
    if page.cursor:
        following = request.url.include_query_params(cursor=page.cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return page


@router.get("/look-up", summary="Who has it", response_model=list[LookUpOut], responses=READING)
def look_up(
    text: Annotated[str, Query(max_length=500)],
    app: App,
    actor: Caller,
    pool: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """Tell of a number whether it was issued, when, to whom, and what became of it."""
    return looking_up.look_up(app, actor, text, pool=pool)


@router.get(
    "/secrets", summary="Key and signature", response_model=dict[str, str], responses=READING
)
def show_secrets(
    text: Annotated[str, Query(max_length=500)],
    app: App,
    actor: Caller,
    response: Response,
    pool: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """Return key (91) and signature (92) of a number; the audit trail tells who saw them."""
    response.headers["Cache-Control"] = "no-store"
    return looking_up.show_secrets(app, actor, text, pool=pool)


@router.get(
    "/proofs",
    summary="Proofs",
    response_model=list[ProofOut],
    responses={**problems(404, 422), **_PROOFS},
)
def prove(
    request: Request,
    app: App,
    actor: Caller,
    pool: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """Go through the ledgers of one pool, or of all, again; JSON, or a report as PDF."""
    media_type = acceptable(request, JSON, PDF)
    proofs = proving.prove(app, actor, pool)
    if media_type == PDF:
        content = write_pdf(proof_report(proofs, by=actor, at=app.clock()))
        return Response(content, media_type=PDF)
    return proofs


def _allocation(owner: str, code: str, delivery: Delivery) -> dict[str, Any]:
    entry = delivery.entry
    return {
        "entry": entry,
        "serials": delivery.serials() if entry.count <= INLINE_MAX else None,
        "numbers_url": numbers_url(owner, code, entry.request_id),
    }
