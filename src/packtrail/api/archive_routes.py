"""Archive: months of recording, until when they are kept, and legal holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field

from packtrail.api.requests import App, Caller
from packtrail.api.schemas import In, Out
from packtrail.services.archive import holding, months

router = APIRouter(prefix="/api/v1/archive", tags=["Archive"])


class RetentionOut(Out):
    """Until when something is kept, as one rule pack or policy has it."""

    until: date
    organisation: str
    pack_id: str
    policy_id: int | None
    market: str
    markets: tuple[str, ...]
    span: str
    counts_from: str
    since: date
    confidence: str
    source: str


class OthersOut(Out):
    """What keeps a month for other companies, all together."""

    companies: int
    until: date | None
    live_until: date | None
    undecided: int
    keepers: int


class HoldOut(Out):
    """A legal hold."""

    hold_id: int
    kind: str
    over: str
    reason: str
    owner: str
    placed_at: datetime
    placed_by: str
    released_at: datetime | None
    released_by: str | None


class MonthOut(Out):
    """A month of recording."""

    month: str
    state: str
    is_over: bool
    database_bytes: int
    archive_bytes: int
    events: int | None
    documents: int | None
    closed_at: datetime | None
    exported_at: datetime | None
    verified_at: datetime | None
    dropped_at: datetime | None
    destroyed_at: datetime | None
    manifest_sha256: str | None
    live_until: date | None
    keep_until: date | None
    retention: tuple[RetentionOut, ...]
    others: OthersOut
    holds: tuple[HoldOut, ...]
    is_held_by_others: bool
    next_step: str
    due: str


class HoldIn(In):
    """A hold to place."""

    kind: Annotated[str, Field(examples=list(holding.KINDS))]
    subject: Annotated[str, Field(examples=["2026-03", "2026-01/2026-06", "L-1042"])]
    reason: str
    owner: str


class ReleaseIn(In):
    """Why a hold ends."""

    reason: str


@router.get("/months", summary="Months of recording", response_model=list[MonthOut])
def list_months(app: App, actor: Caller) -> Any:
    """Return the months, the newest first: size, state, until when they are kept, holds.

    Rules and holds are those of your organisation; what others keep is told together.
    """
    return months.every(app, actor)


@router.get("/holds", summary="Legal holds", response_model=list[HoldOut])
def list_holds(app: App, actor: Caller) -> Any:
    """Return the holds of your organisation, the newest first; released ones among them."""
    return holding.every(app, actor)


@router.post("/holds", status_code=201, summary="Place a legal hold", response_model=HoldOut)
def place_hold(body: HoldIn, app: App, actor: Caller) -> Any:
    """Place a hold over months, a lot, a product, a shipment or a pack."""
    return holding.place(app, actor, holding.Wanted(**body.model_dump()))


@router.post("/holds/{hold_id}/release", status_code=204, summary="Release a legal hold")
def release_hold(
    hold_id: Annotated[int, Path(ge=1, le=2**31 - 1)], body: ReleaseIn, app: App, actor: Caller
) -> Response:
    """Release a hold that somebody else has placed."""
    holding.release(app, actor, hold_id, reason=body.reason)
    return Response(status_code=204)
