"""Operations on packs: dispense, take out of use, take back; each answered, and done once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from packtrail.api.goods_schemas import AskIn
from packtrail.api.moments import Instant
from packtrail.api.requests import App, Caller
from packtrail.api.schemas import In, Out
from packtrail.services.verification import pack_operations
from packtrail.services.verification.pack_operations import At, Request
from packtrail.services.verification.verifying import Ask

router = APIRouter(prefix="/api/v1/pack-operations", tags=["Operations on packs"])
PAGE_MAX = 1000


class OperationIn(AskIn):
    """One operation on one pack."""

    operation: str
    undo: bool = False
    operation_id: UUID | None = None

    def request(self) -> Request:
        """Return it as the use case takes it."""
        ask = Ask(**self.model_dump(include=set(AskIn.model_fields)))
        identity = str(self.operation_id) if self.operation_id else None
        return Request(operation=self.operation, ask=ask, is_undo=self.undo, operation_id=identity)


class OperationsIn(In):
    """Operations, and where, when and under whose law."""

    operations: list[OperationIn] = Field(min_length=1, max_length=1000)
    place: str
    market: str = "EU"
    station: str | None = None
    at: Instant | None = None
    is_offline: bool = False

    def occasion(self) -> At:
        """Return it as the use case takes it."""
        return At(**self.model_dump(exclude={"operations"}))


class ReturnCodeOut(Out):
    """How a national system tells an outcome."""

    system: str
    code: str
    meaning: str
    hub: str
    is_alert: bool
    confidence: str


class PerformedOut(Out):
    """What came of an operation."""

    operation_id: str
    operation: str
    is_undo: bool
    outcome: str
    is_done: bool
    is_alarm: bool
    is_repeat: bool
    at: datetime
    gtin: str | None
    serial: str | None
    code: str | None
    message: str | None
    remedy: str | None
    national: ReturnCodeOut | None
    verification_id: str
    event_id: str | None


@router.post("", summary="Dispense packs, take out of use, take back",
             response_model=list[PerformedOut])  # fmt: skip
def perform(body: OperationsIn, app: App, actor: Caller) -> Any:
    """Do operations in their order; the same `operation_id` again is answered the same again."""
    requests = [each.request() for each in body.operations]
    return pack_operations.perform(app, actor, requests, body.occasion())


@router.get("", summary="Operations of the past", response_model=list[PerformedOut])
def list_operations(
    app: App,
    actor: Caller,
    *,
    gtin: str | None = None,
    serial: str | None = None,
    alarms: bool = False,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
) -> Any:
    """Return operations and what came of them, the newest first."""
    return pack_operations.listed(
        app, actor, gtin=gtin, serial=serial, only_alarms=alarms, limit=limit
    )
