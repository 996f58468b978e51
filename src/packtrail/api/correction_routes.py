"""Corrections: what is wrong is declared so, what is right recorded, and both shown before."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter
from fastapi.responses import Response

from packtrail.api.goods_schemas import AcceptanceIn, AcceptedOut, CorrectionIn, PreviewOut
from packtrail.api.requests import LD_JSON, App, Caller
from packtrail.services.goods import corrections
from packtrail.services.goods.corrections import Correction

router = APIRouter(prefix="/api/v1/corrections", tags=["Corrections"])


def _correction(body: CorrectionIn) -> Correction:
    return Correction(
        event_ids=tuple(body.event_ids),
        reason=body.reason,
        explanation=body.explanation,
        corrective=msgspec.json.encode(body.corrective) if body.corrective is not None else None,
    )


@router.get(
    "/draft",
    summary="The wrong event, ready to be put right",
    response_class=Response,
    responses={200: {"content": {LD_JSON: {}}}},
)
def draft(event_id: str, app: App, actor: Caller) -> Response:
    """Return an event as an EPCIS document under a new event id."""
    return Response(corrections.draft(app, actor, event_id), media_type=LD_JSON)


@router.post("/preview", summary="What a correction would change", response_model=PreviewOut)
def preview(body: CorrectionIn, app: App, actor: Caller) -> Any:
    """Return what a correction would change for which objects, and change nothing."""
    return corrections.preview(app, actor, _correction(body))


@router.post("", status_code=201, summary="Correct", response_model=AcceptedOut)
def accept(body: AcceptanceIn, app: App, actor: Caller) -> Any:
    """Make a correction, provided that it still changes what its preview showed."""
    return corrections.accept(app, actor, _correction(body), digest=body.digest)
