"""Notices: what is said of lots and products, and overrides what their packs are."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from packtrail.api.moments import Instant
from packtrail.api.requests import App, Caller
from packtrail.api.schemas import FindingOut, In, NoticeOut
from packtrail.services.goods import notices

router = APIRouter(prefix="/api/v1/notices", tags=["Notices"])
PAGE_MAX = 500


class NoticeIn(In):
    """A notice to make."""

    kind: str
    gtin: str
    reason: str
    lot: str | None = None
    serial: str | None = None
    market: str | None = None
    effective_at: Instant | None = None
    expires_on: date | None = None

    def proposal(self) -> notices.Proposal:
        """Return it as the use case takes it."""
        return notices.Proposal(**self.model_dump())


class RetractionIn(In):
    """Why a notice should never have been made."""

    reason: str


@router.get("", summary="Notices", response_model=list[NoticeOut])
def list_notices(
    app: App,
    actor: Caller,
    gtin: str | None = None,
    lot: str | None = None,
    limit: int = 100,
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> Any:
    """Return notices and retractions, the newest first: of all products, of one, or of a lot."""
    most = max(1, min(limit, PAGE_MAX))
    return notices.listed(app, actor, gtin=gtin, lot=lot, limit=most, before=before)


@router.post("", status_code=201, summary="Make a notice", response_model=NoticeOut)
def make_notice(body: NoticeIn, app: App, actor: Caller) -> Any:
    """Recall a lot, withdraw a product, hold, release, extend an expiry."""
    return notices.make(app, actor, body.proposal())


@router.post("/check", summary="What a notice would meet", response_model=list[FindingOut])
def check_notice(body: NoticeIn, app: App, actor: Caller) -> Any:
    """Return what is to be said of a notice before it is made; errors forbid it."""
    return notices.check(app, actor, body.proposal())


@router.post(
    "/{notice_id}/retraction", status_code=201, summary="Retract", response_model=NoticeOut
)
def retract_notice(notice_id: str, body: RetractionIn, app: App, actor: Caller) -> Any:
    """Take back a notice that should never have been made; what it was stays on record."""
    return notices.retract(app, actor, notice_id, reason=body.reason)
