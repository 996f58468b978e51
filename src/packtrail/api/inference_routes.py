"""Closed cases: how far they are believed, which are opened, and what follows for a pack."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from packtrail.api.goods_schemas import DecidedOut, RuleOut, ShipmentOut
from packtrail.api.moments import Instant
from packtrail.api.requests import App, Caller
from packtrail.api.schemas import In, Out
from packtrail.services.inference import beliefs, rules, samples

router = APIRouter(prefix="/api/v1", tags=["Goods"])
Moment = Annotated[Instant | None, Query()]


class RulesOut(Out):
    """The rules about closed cases that held at a moment, and all there ever were by then."""

    in_force: list[RuleOut]
    history: list[RuleOut]
    names: dict[str, str]
    as_of: datetime | None
    as_known_at: datetime | None


class RuleIn(In):
    """A rule to make; `ended`: the rule of this scope is no more."""

    trust: str
    reason: str
    partner: str | None = None
    gtin: str | None = None
    place: str | None = None
    cases: int | None = None
    share_max: float = Field(default=0.2, ge=0, le=1)
    confidence: float = Field(default=0.95, gt=0, lt=1)
    effective_at: Instant | None = None

    def rule(self) -> rules.NewRule:
        """Return it as the use case takes it."""
        told = self.model_dump(exclude={"share_max", "confidence"})
        return rules.NewRule(
            share_max=Fraction(str(self.share_max)),
            confidence=Fraction(str(self.confidence)),
            **told,
        )


class BeliefOut(Out):
    """What is believed of a pack: received, verified, for sale; by which rule, and why."""

    identifier: str
    label: str
    outcome: str | None
    is_received: bool
    check: str
    is_verified: bool
    is_saleable: bool
    why: str
    arrived_at: datetime | None
    arrival: str | None
    rule: RuleOut | None
    document: str | None
    decided: DecidedOut | None
    as_of: datetime | None
    as_known_at: datetime | None


@router.get("/inference-rules", summary="Rules about closed cases", response_model=RulesOut)
def list_rules(app: App, actor: Caller, as_of: Moment = None, as_known_at: Moment = None) -> Any:
    """Return how far closed cases are believed; the first rule in force that fits decides."""
    return rules.rules(app, actor, as_of=as_of, as_known_at=as_known_at)


@router.post(
    "/inference-rules", status_code=201, summary="Make such a rule", response_model=RuleOut
)
def put_rule(body: RuleIn, app: App, actor: Caller) -> Any:
    """Say how far closed cases are believed, of whom, of what, where, since when."""
    return rules.put(app, actor, body.rule())


@router.post(
    "/sample-draws/{document:path}",
    status_code=201,
    summary="Draw the cases to open",
    response_model=ShipmentOut,
)
def draw(document: str, app: App, actor: Caller) -> Any:
    """Draw the samples that the rules ask for, of what has arrived of a shipment."""
    return samples.draw(app, actor, document)


@router.get("/beliefs/{pack:path}", summary="What is believed of a pack", response_model=BeliefOut)
def show_belief(
    pack: str, app: App, actor: Caller, as_of: Moment = None, as_known_at: Moment = None
) -> Any:
    """Return whether a pack in a closed case counts as received, verified, for sale, and why."""
    return beliefs.belief(app, actor, pack, as_of=as_of, as_known_at=as_known_at)
