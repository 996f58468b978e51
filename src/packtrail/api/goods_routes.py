"""Goods: how many there are where, what is at a place, what came with a shipment, what differs."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from packtrail.api.goods_schemas import (
    ComparisonOut,
    CountsOut,
    InspectionIn,
    InspectionOut,
    LotStateOut,
    PlaceOut,
    ShipmentOut,
    UnpackedOut,
    UnpackingIn,
)
from packtrail.api.moments import Instant
from packtrail.api.requests import JSON, App, Caller, acceptable
from packtrail.api.schemas import In
from packtrail.hierarchy.inference import InferencePolicy, Trust
from packtrail.lifecycle.journey import Status
from packtrail.rendering.tables import write_xlsx
from packtrail.services.goods import locations, lots, packing, shipments, stock, stock_lists
from packtrail.services.goods.packing import Occasion
from packtrail.services.goods.stock import Asked, Dimension

router = APIRouter(prefix="/api/v1", tags=["Goods"])
Moment = Annotated[Instant | None, Query()]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CensusQuery(In):
    """Which packs to count, and by what."""

    by: list[Dimension] = Field(min_length=1, max_length=len(Dimension))
    gtin: str | None = None
    lot: str | None = None
    place: str | None = None
    status: Status | None = None
    here: bool = False
    as_of: Instant | None = None
    as_known_at: Instant | None = None
    limit: int = Field(default=1000, ge=1, le=10_000)


@router.get("/census", summary="How many packs there are of what, where", response_model=CountsOut)
def take_census(query: Annotated[CensusQuery, Query()], app: App, actor: Caller) -> Any:
    """Count packs by product, lot, status, place, expiry or parent, the most first.

    `here`: only what lies at its place. Of more rows than `limit` the first come back; `row_count`
    says how many there are.
    """
    told = query.model_dump(exclude={"by", "here", "limit"})
    asked = Asked(is_here=query.here, **told)
    return stock.count(app, actor, asked, by=query.by, limit=query.limit)


@router.get("/lot-states/{lot:path}", summary="What became of a lot", response_model=LotStateOut)
def lot_state(
    lot: str,
    app: App,
    actor: Caller,
    gtin: str | None = None,
    as_of: Moment = None,
    as_known_at: Moment = None,
) -> Any:
    """Return what has become of the packs of a lot, and what is said of it."""
    return lots.state(app, actor, gtin, lot, as_of=as_of, as_known_at=as_known_at)


@router.get("/places", summary="How many packs lie where", response_model=CountsOut)
def list_places(app: App, actor: Caller, as_of: Moment = None, as_known_at: Moment = None) -> Any:
    """Return how many packs lie at each place, the most first."""
    return locations.listed(app, actor, as_of=as_of, as_known_at=as_known_at)


@router.get("/places/{place:path}", summary="A place", response_model=PlaceOut)
def show_place(
    place: str,
    app: App,
    actor: Caller,
    overdue_for_days: Annotated[int, Query(ge=0, le=3650)] = locations.OVERDUE_FOR_DAYS,
    as_of: Moment = None,
    as_known_at: Moment = None,
) -> Any:
    """Return what is at a place and what should be: GLN, SGLN or Digital Link."""
    return locations.place(
        app, actor, place, overdue_for_days=overdue_for_days, as_of=as_of, as_known_at=as_known_at
    )


@router.get("/shipments/{document:path}", summary="A shipment", response_model=ShipmentOut)
def show_shipment(
    document: str,
    app: App,
    actor: Caller,
    trust: Trust | None = None,
    share_max: Annotated[float, Query(ge=0, le=1)] = 0.2,
    confidence: Annotated[float, Query(gt=0, lt=1)] = 0.95,
    as_of: Moment = None,
    as_known_at: Moment = None,
) -> Any:
    """Return what was said to come under a purchase order or despatch advice, and what came.

    `trust` tries a policy in place of the rules.
    """
    policy = None
    if trust is not None:
        policy = InferencePolicy(
            trust=trust,
            share_max=Fraction(str(share_max)).limit_denominator(10_000),
            confidence=Fraction(str(confidence)).limit_denominator(10_000),
        )
    return shipments.shipment(
        app, actor, document, policy=policy, as_of=as_of, as_known_at=as_known_at
    )


@router.post(
    "/stock-comparisons",
    summary="Compare a stock list",
    response_model=ComparisonOut,
    openapi_extra={
        "requestBody": {"content": {"application/octet-stream": {}, "text/csv": {}, XLSX: {}}}
    },
)
async def compare_stock(
    request: Request,
    app: App,
    actor: Caller,
    place: str,
    filename: str = "stock list",
    as_of: Moment = None,
    as_known_at: Moment = None,
) -> Any:
    """Compare a CSV, XLSX or JSON list with the record; answers in JSON, or as XLSX."""
    wanted = acceptable(request, JSON, XLSX)
    content = await request.body()
    asked = {"place": place, "as_of": as_of, "as_known_at": as_known_at}
    found = await run_in_threadpool(
        partial(stock_lists.compare, app, actor, content, filename, **asked)  # type: ignore[arg-type]
    )
    if wanted == XLSX:
        sheets = write_xlsx(stock_lists.tables(found), about={"Place": place, "List": filename})
        return Response(sheets, media_type=XLSX)
    return found


@router.post("/unpackings", status_code=201, summary="Unpack", response_model=list[UnpackedOut])
def unpack(body: UnpackingIn, app: App, actor: Caller) -> Any:
    """Take objects out of whatever holds them, which need not be named."""
    occasion = Occasion(place=body.place, at=body.at)
    return packing.unpack(app, actor, body.identifiers, occasion)


@router.post("/inspections", status_code=201, summary="Inspect", response_model=InspectionOut)
def inspect(body: InspectionIn, app: App, actor: Caller) -> Any:
    """Record what a container was found to hold when it was opened, and say what differs."""
    occasion = Occasion(place=body.place, at=body.at)
    return packing.inspect(app, actor, body.container, body.found, occasion)
