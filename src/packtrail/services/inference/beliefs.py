"""Beliefs: what is believed of one pack that lies in a closed case, by whose rule, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.hierarchy.inference import Trust
from packtrail.hierarchy.trusting import About, deciding
from packtrail.lifecycle.fold import counted
from packtrail.lifecycle.rules import is_leaving
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.goods import shipments, tracing
from packtrail.services.goods.following import ARRIVES, Outcome, Scope
from packtrail.services.goods.openings import gtin_of
from packtrail.services.goods.places import gln_of
from packtrail.services.inference.rules import recorded
from packtrail.services.inference.views import decided_view, rule_view

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.hierarchy.trusting import Rule
    from packtrail.lifecycle.journey import Step
    from packtrail.services.application import Application
    from packtrail.services.goods.tracing import Trace
    from packtrail.services.inference.judging import Decided
    from packtrail.services.inference.views import DecidedView, RuleView
    from packtrail.store.journeys import ItemKey


class Check(StrEnum):
    """What a belief rests on."""

    ITSELF = "itself"
    """It was scanned where it arrived."""
    SAMPLE = "sample"
    """Cases drawn beside its own were opened, and right."""
    WORD = "word"
    """The sender says so, and is believed."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What is believed of one pack."""

    identifier: str
    label: str
    outcome: Outcome | None
    """None: no event says that it ever arrived anywhere."""
    is_received: bool
    """It arrived, and that is believed."""
    check: Check
    is_saleable: bool
    """Status, lot and product let it be sold, and it is believed to be there."""
    why: str
    arrived_at: datetime | None
    arrival: str | None
    """The event by which it, or what holds it, arrived."""
    rule: RuleView | None
    """The rule in force when it arrived; None: none is about it."""
    document: str | None
    """What it was sent under."""
    decided: DecidedView | None
    """The cases that are believed with its own."""
    as_of: datetime | None
    as_known_at: datetime | None

    @property
    def is_verified(self) -> bool:
        """Whether anything but the word of the sender speaks for it."""
        return self.check in {Check.ITSELF, Check.SAMPLE}


def belief(
    app: Application,
    actor: Actor,
    identifier: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Belief:
    """Return what is believed of a pack: received, verified, saleable; by which rule, and why.

    Args:
        app: The application.
        actor: Who asks; the rules of its organisation decide.
        identifier: The pack, in any notation.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.

    Raises:
        NotFound: `TRC-001`, nothing the actor may see speaks of it.
        RefusedError: The identifier cannot be read, or names no single object.
        LimitExceeded: `TRC-011`, its shipment is too large to be followed.
        NotPermitted: The actor may not read events.
    """
    trace = tracing.trace(app, actor, identifier, as_of=as_of, as_known_at=as_known_at)
    _, item = tracing.read_identifier(trace.identifier)
    steps = counted(trace.steps)
    arrival, seen = _arrival(steps)
    found = _Found(outcome=None, why="No event says that it arrived anywhere.")
    if arrival is not None:
        found = (
            _seen(seen)
            if seen is not None
            else _inferred(_Asked(app, actor, trace, item, steps, arrival))
        )
    has_arrived = found.check is not Check.NOTHING
    return Belief(
        identifier=trace.identifier,
        label=trace.label,
        outcome=found.outcome,
        is_received=has_arrived,
        check=found.check,
        is_saleable=trace.condition.is_saleable and (has_arrived or arrival is None),
        why=found.why,
        arrived_at=arrival.event_time if arrival else None,
        arrival=arrival.event_id if arrival else None,
        rule=rule_view(found.rule) if found.rule else None,
        document=found.document,
        decided=decided_view(found.decided) if found.decided else None,
        as_of=as_of,
        as_known_at=as_known_at,
    )


def is_inferred(trace: Trace) -> bool:
    """Tell whether an object arrived in something, and was not itself seen since."""
    arrival, seen = _arrival(counted(trace.steps))
    return arrival is not None and seen is None


def _arrival(steps: Sequence[Step]) -> tuple[Step | None, Step | None]:
    """Return the step by which something arrived last, and the first since that it was seen by."""
    at = next((n for n, step in reversed([*enumerate(steps)]) if step.biz_step in ARRIVES), None)
    if at is None:
        return None, None
    return steps[at], next((step for step in steps[at:] if not step.via), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    outcome: Outcome | None
    why: str
    check: Check = Check.NOTHING
    rule: Rule | None = None
    document: str | None = None
    decided: Decided | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """One pack, and the step by which it arrived in something."""

    app: Application
    actor: Actor
    trace: Trace
    item: ItemKey
    steps: Sequence[Step]
    arrival: Step


def _seen(step: Step) -> _Found:
    place = step.biz_location or step.read_point
    where = f" at {place}" if place else ""
    why = f"It was itself scanned{where} on {step.event_time:%Y-%m-%d %H:%M} UTC."
    return _Found(outcome=Outcome.SEEN, check=Check.ITSELF, why=why)


def _inferred(asked: _Asked) -> _Found:
    """Return what is believed of a pack that only its container was seen of."""
    with asked.app.database.reading() as conn:
        trace = asked.trace
        audience_ids = visible_to(conn, asked.actor)
        scope = Scope(asked.app, conn, audience_ids, trace.as_of, trace.as_known_at)
        for identifier, types in _documents(asked).items():
            document = shipments.Document(identifier, tuple(types))
            found = shipments.followed(scope, asked.actor, document)
            outcome = found.goods.outcomes.get(asked.item)
            for each in found.decided:
                if outcome and any(asked.item in case.packs for case in each.cases):
                    return _by_shipment(identifier, outcome, each)
        return _by_rule(scope, asked)


def _documents(asked: _Asked) -> dict[str, list[str]]:
    """Return the documents that the last way of a pack was under, those of its arrival first."""
    left = _left(asked)
    named = [*asked.arrival.biz_transactions, *(left.biz_transactions if left else ())]
    found: dict[str, list[str]] = {}
    for of_type, identifier in named:
        found.setdefault(identifier, []).append(of_type or "")
    return found


def _left(asked: _Asked) -> Step | None:
    """Return the step by which a pack left for where it arrived."""
    for step in reversed(asked.steps[: asked.steps.index(asked.arrival)]):
        has_location = step.biz_location is not None
        if is_leaving(step.biz_step, step.disposition, has_location=has_location):
            return step
    return None


def _by_shipment(document: str, outcome: Outcome, each: Decided) -> _Found:
    holder = f"rule {each.rule.number} of {each.rule.by}" if each.rule else "no rule"
    is_believed = outcome is Outcome.INFERRED and each.judgement.is_accepted
    check = Check.NOTHING
    if is_believed:
        check = Check.SAMPLE if each.policy.trust is Trust.SAMPLE else Check.WORD
    evidence = each.judgement.evidence
    opened = f"{evidence.opened} of {evidence.population} cases were opened"
    if outcome is Outcome.NOT_FOUND:
        why = "Its case was opened where it arrived, and it was not in it."
    elif outcome is not Outcome.INFERRED:
        why = f"By the record of its shipment it is {outcome.value.replace('_', ' ')}."
    elif each.judgement.findings and not is_believed:
        why = f"{each.judgement.findings[0].message} ({holder}; {opened})"
    else:
        why = {
            Check.SAMPLE: f"The cases drawn beside its own were right: {opened} ({holder}).",
            Check.WORD: f"Its sender is believed ({holder}; {opened}, none was wrong).",
            Check.NOTHING: f"Only what was seen itself counts ({holder}; {opened}).",
        }[check]
    return _Found(
        outcome=outcome, check=check, why=why, rule=each.rule, document=document, decided=each
    )


def _by_rule(scope: Scope, asked: _Asked) -> _Found:
    """Return what is believed of a pack that came under no document."""
    left, arrival = _left(asked), asked.arrival
    told = [source for _, source in left.sources] if left else []
    told += [place for place in (left.biz_location, left.read_point) if place] if left else []
    where = arrival.biz_location or arrival.read_point
    case = About(
        partners=frozenset(map(gln_of, filter(None, told))),
        gtin=gtin_of(asked.item),
        place=gln_of(where) if where else None,
    )
    rule = deciding(
        recorded(scope.conn, asked.actor),
        case,
        at=arrival.event_time,
        known_at=scope.as_known_at,
    )
    trust = rule.policy.trust if rule and rule.policy else Trust.TRUST
    by = f"rule {rule.number} of {rule.by}" if rule else "no rule is about it"
    why = {
        Trust.TRUST: f"What holds it arrived, and its sender is believed ({by}).",
        Trust.SAMPLE: f"It came under no document, so no sample could be drawn ({by}).",
        Trust.OPEN: f"Only what was seen itself counts ({by}).",
    }[trust]
    check = Check.WORD if trust is Trust.TRUST else Check.NOTHING
    return _Found(outcome=Outcome.INFERRED, check=check, why=why, rule=rule)
