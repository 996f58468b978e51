"""Sites, packaging lines, trade items with their levels, and rework."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query

from packtrail.api.line_schemas import (
    ActIn,
    DoneOut,
    LineIn,
    LineOut,
    PreviewOut,
    SiteIn,
    SiteOut,
    TradeItemIn,
    TradeItemOut,
)
from packtrail.api.requests import App, Caller
from packtrail.api.responses import problems
from packtrail.production.happenings import Happening, Kind
from packtrail.production.levels import Tier
from packtrail.services.lines import floor, rework

router = APIRouter(prefix="/api/v1", tags=["Lines"])
READING = problems(422)
MAKING = problems(404, 409, 422)
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
"""Chosen by the caller: the same request with the same key is done once."""


@router.get("/sites", summary="Sites", response_model=list[SiteOut], responses=READING)
def list_sites(app: App, actor: Caller) -> Any:
    """Return the sites that the caller may see."""
    return floor.sites(app, actor)


@router.post(
    "/sites", status_code=201, summary="Describe a site", response_model=SiteOut, responses=MAKING
)
def create_site(body: SiteIn, app: App, actor: Caller) -> Any:
    """Describe a site of the caller's organisation."""
    return floor.create_site(
        app, actor, body.code, name=body.name, gln=body.gln, country=body.country,
        time_zone=body.time_zone,
    )  # fmt: skip


@router.get("/lines", summary="Lines", response_model=list[LineOut], responses=READING)
def list_lines(app: App, actor: Caller) -> Any:
    """Return the packaging lines that the caller may see: its own, and those of its packers."""
    return floor.lines(app, actor)


@router.post(
    "/lines", status_code=201, summary="Describe a line", response_model=LineOut, responses=MAKING
)
def create_line(body: LineIn, app: App, actor: Caller) -> Any:
    """Describe a packaging line of the caller's organisation."""
    return floor.create_line(app, actor, floor.NewLine(**body.model_dump()))


@router.get(
    "/lines/{line:path}", summary="A line", response_model=LineOut, responses=problems(404, 422)
)
def one_line(line: str, app: App, actor: Caller) -> Any:
    """Return one line: `code`, or `operator/code`."""
    return floor.line(app, actor, line)


@router.get(
    "/trade-items", summary="Trade items", response_model=list[TradeItemOut], responses=READING
)
def list_trade_items(app: App, actor: Caller) -> Any:
    """Return the trade items with their levels of packing that the caller may see."""
    return floor.trade_items(app, actor)


@router.post(
    "/trade-items",
    status_code=201,
    summary="Describe a trade item",
    response_model=TradeItemOut,
    responses=MAKING,
)
def create_trade_item(body: TradeItemIn, app: App, actor: Caller) -> Any:
    """Describe a trade item and its levels of packing."""
    values = body.model_dump(exclude={"tiers"})
    tiers = tuple(Tier(**each.model_dump()) for each in body.tiers)
    return floor.create_trade_item(app, actor, floor.NewTradeItem(tiers=tiers, **values))


@router.get("/rework", summary="Rework done", response_model=list[DoneOut], responses=READING)
def list_rework(app: App, actor: Caller, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Any:
    """Return what was done by hand, the newest first."""
    return rework.done(app, actor, limit=limit)


@router.post(
    "/rework/previews", summary="Look at rework", response_model=PreviewOut, responses=MAKING
)
def preview_rework(body: ActIn, app: App, actor: Caller) -> Any:
    """Say what an act would do, and what keeps it from being done. Nothing is changed."""
    return rework.preview(app, actor, _act(app, body), site=body.site, owner=body.owner)


@router.post(
    "/rework", status_code=201, summary="Do rework", response_model=DoneOut, responses=MAKING
)
def do_rework(body: ActIn, app: App, actor: Caller, key: IdempotencyKey) -> Any:
    """Do an act as a whole: its events are recorded."""
    return rework.perform(
        app, actor, _act(app, body), request_id=key, site=body.site, owner=body.owner
    )


def _act(app: App, body: ActIn) -> Happening:
    """Return the act of a body; without a time of its own it happens now."""
    return Happening(
        kind=Kind(body.kind),
        at=body.at or app.clock(),
        numbers=tuple(body.numbers),
        parent=body.parent,
        by=body.by,
        reason=body.reason,
        note=body.note,
        is_partial=body.is_partial,
    )
