"""Verification: is this pack genuine, and may it be supplied?"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from packtrail.api.goods_schemas import KeptOut, VerificationOut, VerifyIn
from packtrail.api.moments import Instant
from packtrail.api.requests import App, Caller
from packtrail.api.schemas import In
from packtrail.services.verification import images, verifications, verifying
from packtrail.services.verification.verifications import Asked
from packtrail.services.verification.verifying import Ask, Circumstances

router = APIRouter(prefix="/api/v1/verifications", tags=["Verification"])
PAGE_MAX = 1000


@router.post("", summary="Verify packs", response_model=list[VerificationOut])
def verify(body: VerifyIn, app: App, actor: Caller) -> Any:
    """Verify packs by scan or by fields: one answer each, with every reason, all kept."""
    asks = [Ask(**each.model_dump()) for each in body.packs]
    told = Circumstances(**body.model_dump(exclude={"packs"}))
    return verifying.verify_all(app, actor, asks, told)


@router.post(
    "/image",
    summary="Verify the packs in an image",
    response_model=list[VerificationOut],
    openapi_extra={"requestBody": {"content": {"image/png": {}, "image/jpeg": {}}}},
)
async def verify_image(
    request: Request,
    app: App,
    actor: Caller,
    place: str | None = None,
    station: str | None = None,
    market: str | None = None,
    purpose: str = "check",
) -> Any:
    """Verify every pack whose code is found in an image."""
    told = Circumstances(place=place, station=station, market=market, purpose=purpose)
    image = await request.body()
    return await run_in_threadpool(images.verify, app, actor, image, told)


class PastQuery(In):
    """Which verifications of the past."""

    gtin: str | None = None
    serial: str | None = None
    place: str | None = None
    actor_id: str | None = None
    verdict: list[str] = Field(default_factory=list, max_length=5)
    since: Instant | None = None
    until: Instant | None = None
    after: str | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


@router.get("", summary="Verifications of the past", response_model=list[KeptOut])
def list_verifications(query: Annotated[PastQuery, Query()], app: App, actor: Caller) -> Any:
    """Return what was asked and answered, the newest first; `after` goes on after one of them."""
    told = query.model_dump(exclude={"verdict", "limit"})
    asked = Asked(verdicts=tuple(query.verdict), **told)
    return verifications.history(app, actor, asked, limit=query.limit)


@router.get("/{verification_id}", summary="A verification", response_model=KeptOut)
def show_verification(verification_id: str, app: App, actor: Caller) -> Any:
    """Return one verification of the past."""
    return verifications.kept(app, actor, verification_id)
