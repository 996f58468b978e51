"""Objects and what is known of them: traces, lots, the overview, and what a text means."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from packtrail.api.moments import Instant
from packtrail.api.requests import App, Caller
from packtrail.api.schemas import LotOut, OverviewOut, RecognitionOut, TraceOut
from packtrail.services import overview, recognise
from packtrail.services.goods import lots, tracing

router = APIRouter(prefix="/api/v1", tags=["Objects"])
Moment = Annotated[Instant | None, Query()]


@router.get("/trace/{identifier:path}", summary="The journey of an object")
def trace(
    identifier: str,
    app: App,
    actor: Caller,
    as_of: Moment = None,
    as_known_at: Moment = None,
) -> TraceOut:
    """Return the journey of an object: EPC URI, Digital Link, element string or SSCC.

    `as_of` looks only at what had happened by a moment, `as_known_at` at what had been recorded.
    """
    found = tracing.trace(app, actor, identifier, as_of=as_of, as_known_at=as_known_at)
    return TraceOut.model_validate(found)


@router.get("/lots/{lot:path}", summary="A lot", response_model=LotOut)
def lot(
    lot: str,
    app: App,
    actor: Caller,
    gtin: str | None = None,
    as_of: Moment = None,
    as_known_at: Moment = None,
) -> Any:
    """Return what is known of a lot, of one trade item or of any."""
    return lots.lot(app, actor, gtin, lot, as_of=as_of, as_known_at=as_known_at)


@router.get("/overview", summary="What there is", response_model=OverviewOut)
def show_overview(app: App, actor: Caller) -> Any:
    """Return what is in the store and what needs attention."""
    return overview.overview(app, actor)


@router.get("/recognise", summary="What a text means", response_model=list[RecognitionOut])
def what_is(text: Annotated[str, Query(max_length=4000)], app: App, actor: Caller) -> Any:
    """Return what a scanned, pasted or typed text can mean, the likeliest first."""
    return recognise.recognise(app, actor, text)
