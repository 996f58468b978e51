"""Serial numbers from authorities, and for stations that run offline."""

from __future__ import annotations

import base64
import tempfile
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from packtrail.api.problems import CAPTURE_LIMIT, Refusal
from packtrail.api.requests import App, Caller
from packtrail.api.serial_requests import (
    CHANGING,
    PREFIX,
    READING,
    IdempotencyKey,
    name_of,
    request_id_of,
)
from packtrail.api.serial_schemas import (
    BlockIn,
    BlockOut,
    BlockSettlementIn,
    ImportedOut,
    OrderIn,
    OrderOut,
    SealedBlockOut,
    SettlementOut,
    StationIn,
    StationOut,
    StationsOut,
)
from packtrail.services.supply import blocks, importing, ordering, stations
from packtrail.services.supply.allocating import Asking

if TYPE_CHECKING:
    from typing import BinaryIO

router = APIRouter(prefix=PREFIX, tags=["Serial numbers"])
Open = Annotated[bool, Query(alias="open")]
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


# --- files of authorities -------------------------------------------------------------------------


@router.post(
    "/pools/{owner}/{code}/imports",
    status_code=201,
    summary="Import a file of numbers",
    response_model=ImportedOut,
    responses=CHANGING,
    openapi_extra=_FILE_BODY,
)
async def import_file(
    owner: str,
    code: str,
    request: Request,
    app: App,
    actor: Caller,
    filename: Annotated[str, Query(max_length=200)] = "file",
    key: IdempotencyKey = None,
) -> Any:
    """Bring the numbers of a file into the stock of a pool: all of them, or none.

    The body is the file: CSV, text, XLSX or JSON. Without Idempotency-Key its digest is the request
    id, so a file comes in once.
    """
    with tempfile.TemporaryFile() as file:
        await _receive(request, file, app.settings.serials_import_bytes_max)
        return await run_in_threadpool(
            importing.import_numbers,
            app,
            actor,
            name_of(owner, code),
            file,
            filename,
            request_id=key,
        )


async def _receive(request: Request, file: BinaryIO, most: int) -> None:
    """Write the body of a request to a file, never more of it than is taken."""
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Refusal(CAPTURE_LIMIT, f"The file is larger than {most} bytes; split it.")
        await run_in_threadpool(file.write, part)


@router.get("/orders", summary="Orders", response_model=list[OrderOut], responses=READING)
def list_orders(
    app: App,
    actor: Caller,
    pool: Annotated[str | None, Query(max_length=200)] = None,
    *,
    is_open: Open = False,
) -> Any:
    """Return what was asked of authorities, the newest first."""
    return ordering.orders(app, actor, pool=pool, is_open=is_open)


@router.post(
    "/orders", status_code=201, summary="Order", response_model=OrderOut, responses=CHANGING
)
def add_order(body: OrderIn, app: App, actor: Caller) -> Any:
    """Ask an authority for numbers; the answer is what to send it."""
    return ordering.order(app, actor, body.pool, body.count)


@router.post(
    "/orders/{order_id}/{change}",
    summary="Sent, or given up",
    response_model=OrderOut,
    responses=CHANGING,
)
def change_order(order_id: str, change: Literal["sent", "closure"], app: App, actor: Caller) -> Any:
    """Note that the authority has an order (`sent`), or expect nothing more of it (`closure`)."""
    do = ordering.mark_sent if change == "sent" else ordering.give_up
    return do(app, actor, order_id)


# --- stations and blocks --------------------------------------------------------------------------


@router.get("/stations", summary="Stations", response_model=StationsOut, responses=READING)
def list_stations(app: App, actor: Caller) -> Any:
    """Return the stations of the caller's organisation, and the key that they must trust."""
    found = stations.stations(app, actor)
    return {"signer_key": stations.signer_public_key(app, actor), "stations": found}


@router.post(
    "/stations",
    status_code=201,
    summary="Register a station",
    response_model=StationOut,
    responses=CHANGING,
)
def add_station(body: StationIn, app: App, actor: Caller) -> Any:
    """Register a station with the public key that it has shown."""
    return stations.add_station(app, actor, body.name, body.public_key)


@router.delete(
    "/stations/{name:path}", summary="Revoke", response_model=StationOut, responses=CHANGING
)
def revoke_station(name: str, app: App, actor: Caller) -> Any:
    """Let a station have no more blocks; those it has stay open to it."""
    return stations.revoke_station(app, actor, name)


@router.get("/blocks", summary="Sealed blocks", response_model=list[BlockOut], responses=READING)
def list_blocks(app: App, actor: Caller, *, is_open: Open = False) -> Any:
    """Return the blocks that the caller's organisation sealed, the newest first."""
    return blocks.blocks(app, actor, is_open=is_open)


@router.post(
    "/blocks",
    status_code=201,
    summary="Seal a block",
    response_model=SealedBlockOut,
    responses=CHANGING,
)
def seal_block(
    body: BlockIn, app: App, actor: Caller, response: Response, key: IdempotencyKey = None
) -> Any:
    """Take numbers and seal them for a station; the same request has the same numbers for ever."""
    what = Asking(
        count=body.count,
        request_id=request_id_of(key, body.request_id),
        purpose=body.purpose,
    )
    sealed = blocks.seal(
        app, actor, body.pool, what, station=body.station, expires_at=body.expires_at
    )
    response.headers["Cache-Control"] = "no-store"
    return {"block": sealed.block, "content": base64.b64encode(sealed.content).decode()}


@router.get("/blocks/{block_id}", summary="A block", response_model=BlockOut, responses=READING)
def show_block(block_id: str, app: App, actor: Caller) -> Any:
    """Return one block."""
    return blocks.block(app, actor, block_id)


@router.post(
    "/blocks/{block_id}/settlement",
    summary="Settle a block",
    response_model=SettlementOut,
    responses=CHANGING,
)
def settle_block(block_id: str, body: BlockSettlementIn, app: App, actor: Caller) -> Any:
    """Say what became of a block; numbers that are not named come back unused."""
    return blocks.settle(
        app,
        actor,
        block_id,
        used=body.used,
        void=body.void,
        is_lost=body.is_lost,
        reason=body.reason,
    )
