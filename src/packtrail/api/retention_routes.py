"""Retention: policies of a company, and orders to destroy months whose time is over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field

from packtrail.api.requests import App, Caller
from packtrail.api.schemas import FindingOut, In, Out
from packtrail.services.archive import destroying, policies

router = APIRouter(prefix="/api/v1/archive", tags=["Archive"])

PolicyId = Annotated[int, Path(ge=1, le=2**31 - 1)]
OrderId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class PolicyOut(Out):
    """A retention policy."""

    policy_id: int
    scope: str
    subject: str
    live_for: str | None
    live_end: str
    keep_for: str
    counts_from: str
    at_end: str
    source: str
    valid_from: date
    made_at: datetime
    made_by: str
    ended_on: date | None
    ended_by: str | None
    end_reason: str | None


class PolicyIn(In):
    """A retention policy to set."""

    source: Annotated[str, Field(examples=["SOP-QA-017, version 3"])]
    keep_for: Annotated[str, Field(examples=["7 years"])]
    scope: Annotated[str, Field(examples=list(policies.CHOICES["scope"]))] = "all"
    subject: Annotated[str, Field(examples=["", "DE", "03000101234509"])] = ""
    counts_from: Annotated[str, Field(examples=list(policies.CHOICES["counts_from"]))] = "record"
    live_for: Annotated[str, Field(examples=["24 months"])] = ""
    live_end: Annotated[str, Field(examples=list(policies.CHOICES["live_end"]))] = "propose"
    at_end: Annotated[str, Field(examples=list(policies.CHOICES["at_end"]))] = "keep"
    valid_from: date | None = None


class OrderOut(Out):
    """An order to destroy a month."""

    order_id: int
    month: str
    state: str
    reason: str
    ordered_at: datetime
    ordered_by: str
    approved_at: datetime | None
    approved_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    done_at: datetime | None


class PreviewOut(Out):
    """What destroying a month would destroy, and what stands against it."""

    month: str
    state: str
    segments: int
    events: int
    documents: int
    database_bytes: int
    archive_bytes: int
    manifest_sha256: str
    organisations: tuple[str, ...]
    others: int
    kept_until: date | None
    because: tuple[str, ...]
    findings: tuple[FindingOut, ...]
    unapproved: tuple[str, ...]
    others_unapproved: int


class OrderIn(In):
    """A month to destroy."""

    month: Annotated[str, Field(examples=["2019-03"])]
    reason: str


class ReasonIn(In):
    """Why something ends."""

    reason: str


@router.get("/policies", summary="Retention policies", response_model=list[PolicyOut])
def list_policies(app: App, actor: Caller) -> Any:
    """Return the policies of your organisation by scope, the newest first."""
    return policies.every(app, actor)


@router.post(
    "/policies", status_code=201, summary="Set a retention policy", response_model=PolicyOut
)
def put_policy(body: PolicyIn, app: App, actor: Caller) -> Any:
    """Set a policy; the one of the same scope gives way on its day. Shorter than the law: 422."""
    return policies.put(app, actor, policies.Wanted(**body.model_dump()))


@router.post("/policies/{policy_id}/end", status_code=204, summary="End a retention policy")
def end_policy(policy_id: PolicyId, body: ReasonIn, app: App, actor: Caller) -> Response:
    """Let a policy hold no more, from today on; rule packs go on to count."""
    policies.end(app, actor, policy_id, reason=body.reason)
    return Response(status_code=204)


@router.get(
    "/months/{month}/destruction", summary="Preview a destruction", response_model=PreviewOut
)
def preview_destruction(month: str, app: App, actor: Caller) -> Any:
    """Tell what destroying a month would destroy, and what stands against it."""
    return destroying.preview(app, actor, month)


@router.get("/destructions", summary="Orders to destroy months", response_model=list[OrderOut])
def list_destructions(app: App, actor: Caller) -> Any:
    """Return the orders of your organisation, the newest first."""
    return destroying.every(app, actor)


@router.post(
    "/destructions", status_code=201, summary="Order a destruction", response_model=OrderOut
)
def order_destruction(body: OrderIn, app: App, actor: Caller) -> Any:
    """Order that a month be destroyed; a second person approves, the installation carries out."""
    return destroying.order(app, actor, body.month, reason=body.reason)


@router.post(
    "/destructions/{order_id}/approve", summary="Approve a destruction", response_model=OrderOut
)
def approve_destruction(order_id: OrderId, app: App, actor: Caller) -> Any:
    """Approve what somebody else has ordered; everything is looked at again."""
    return destroying.approve(app, actor, order_id)


@router.post("/destructions/{order_id}/withdraw", status_code=204, summary="Withdraw a destruction")
def withdraw_destruction(order_id: OrderId, body: ReasonIn, app: App, actor: Caller) -> Response:
    """Take an order back that is not carried out yet."""
    destroying.withdraw(app, actor, order_id, reason=body.reason)
    return Response(status_code=204)
