"""Views of what is believed of closed cases: what people and programs are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.hierarchy.inference import Trust

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from fractions import Fraction

    from packtrail.hierarchy.inference import InferencePolicy, Judgement
    from packtrail.hierarchy.trusting import Rule
    from packtrail.services.goods.openings import Case
    from packtrail.services.inference.judging import Decided
    from packtrail.store.inference import DrawRow

ENDED: Final = "ended"
"""In place of a trust: the rule of the scope is no more."""
_NAMED_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule about closed cases."""

    number: int
    partner: str | None
    gtin: str | None
    place: str | None
    trust: str
    """`trust`, `sample`, `open`, or `ended`."""
    cases: int | None
    share_max: float
    confidence: float
    means: str
    """The same as a sentence."""
    effective_at: datetime
    recorded_at: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case of a shipment."""

    identifier: str
    label: str
    packs: int
    is_opened: bool
    is_faulty: bool
    looked_at: datetime | None
    look: str | None
    """The event that says what was in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawView:
    """A sample that was drawn."""

    number: int
    seed: str
    """With it and the cases anybody can draw them again: the least SHA-256 of seed and case."""
    population: int
    drawn_at: datetime
    by: str
    cases: tuple[CaseView, ...]
    """Those that were drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedView:
    """Cases of a shipment that are believed, or not, together."""

    rule: RuleView | None
    trust: str
    means: str
    """How they are believed, as a sentence."""
    judgement: Judgement
    draw: DrawView | None
    waits_for_draw: bool
    to_open: tuple[CaseView, ...]
    """Cases that are to be opened by name; the first few of `to_open_count`."""
    to_open_count: int
    wrong: tuple[CaseView, ...]
    """Cases that held something else than was recorded; the first few."""


def rule_view(rule: Rule) -> RuleView:
    """Return a rule as it is shown."""
    policy = rule.policy
    return RuleView(
        number=rule.number, partner=rule.partner, gtin=rule.gtin, place=rule.place,
        trust=policy.trust.value if policy else ENDED,
        cases=policy.cases if policy else None,
        share_max=float(policy.share_max) if policy else 0.0,
        confidence=float(policy.confidence) if policy else 0.0,
        means=means(policy),
        effective_at=rule.effective_at, recorded_at=rule.recorded_at, reason=rule.reason,
        by=rule.by,
    )  # fmt: skip


def means(policy: InferencePolicy | None) -> str:
    """Return what a policy does, as a sentence."""
    if policy is None:
        return "No rule any more: a wider one decides."
    if policy.trust is Trust.SAMPLE and policy.cases is not None:
        return f"Open {policy.cases} of the cases, drawn; believe the rest if they are right."
    return {
        Trust.TRUST: "Believe what cases are said to hold, until one is wrong.",
        Trust.SAMPLE: f"Open so many cases, drawn, that one is {_per_cent(policy.confidence)}"
        f" sure: at most {_per_cent(policy.share_max)} of all are wrong.",
        Trust.OPEN: "Open every case: only what was seen counts.",
    }[policy.trust]


def _per_cent(share: Fraction) -> str:
    return f"{float(share) * 100:.4g}%"


def decided_view(found: Decided) -> DecidedView:
    """Return decided cases as they are shown."""
    to_open = found.to_open
    return DecidedView(
        rule=rule_view(found.rule) if found.rule else None,
        trust=found.policy.trust.value,
        means=means(found.policy),
        judgement=found.judgement,
        draw=_draw(found.draw, found.cases) if found.draw else None,
        waits_for_draw=found.waits_for_draw,
        to_open=tuple(map(_case, to_open[:_NAMED_MAX])),
        to_open_count=len(to_open),
        wrong=tuple(map(_case, found.faulty[:_NAMED_MAX])),
    )


def _draw(row: DrawRow, cases: Iterable[Case]) -> DrawView:
    return DrawView(
        number=row.draw_no, seed=row.seed, population=len(row.population), drawn_at=row.drawn_at,
        by=row.actor_name,
        cases=tuple(_case(each) for each in cases if each.identifier in set(row.drawn)),
    )  # fmt: skip


def _case(case: Case) -> CaseView:
    return CaseView(
        identifier=case.identifier,
        label=case.label,
        packs=len(case.packs),
        is_opened=case.is_opened,
        is_faulty=case.is_faulty,
        looked_at=case.look.event_time if case.look else None,
        look=case.look.event_id if case.look else None,
    )
