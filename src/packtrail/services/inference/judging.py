"""Judging: which cases of a shipment are decided by which rule, and what their evidence says.

Cases that one rule decides stand together; of a sample those that were drawn at once. One case of
the shipment that held something else stops all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from packtrail.hierarchy.codes import INFERENCE_STOPPED, NOT_DRAWN, TOO_FEW_OPENED
from packtrail.hierarchy.inference import (
    Evidence,
    InferencePolicy,
    Judgement,
    Trust,
    judge,
    sample_size,
)
from packtrail.hierarchy.trusting import About, deciding, strictest
from packtrail.services.goods.openings import evidence_of
from packtrail.services.inference.rules import recorded
from packtrail.store import inference as rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packtrail.access import Actor
    from packtrail.hierarchy.trusting import Rule
    from packtrail.services.goods.following import Scope
    from packtrail.services.goods.openings import Case
    from packtrail.store.inference import DrawRow
    from packtrail.store.journeys import ItemKey

TRUSTING: Final = InferencePolicy(trust=Trust.TRUST)
"""Where no rule decides, the sender is believed until a case proves it wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Cases of a shipment that are believed, or not, together."""

    rule: Rule | None
    """None: no rule is about them, or it was asked what another policy would make of them."""
    policy: InferencePolicy
    draw: DrawRow | None
    """The sample that was drawn of them."""
    cases: tuple[Case, ...]
    judgement: Judgement

    @property
    def to_open(self) -> tuple[Case, ...]:
        """Cases that are to be opened by name: drawn, or all; nobody has yet."""
        is_waiting = self.policy.trust is Trust.SAMPLE and self.draw is None
        if is_waiting or self.policy.trust is Trust.TRUST:
            return ()
        return tuple(
            each
            for each in self.cases
            if not each.is_opened and (self.draw is None or each.identifier in self.draw.drawn)
        )

    @property
    def faulty(self) -> tuple[Case, ...]:
        """Cases that held something else than was recorded."""
        return tuple(each for each in self.cases if each.is_faulty)

    @property
    def waits_for_draw(self) -> bool:
        """Whether these cases arrived, and a sample of them is yet to be drawn."""
        is_sample = self.policy.trust is Trust.SAMPLE and self.rule is not None
        return is_sample and self.draw is None and any(each.arrival for each in self.cases)


def decided(
    scope: Scope,
    actor: Actor,
    cases: Sequence[Case],
    what_if: InferencePolicy | None,
) -> tuple[Decided, ...]:
    """Return what is believed of the cases of a shipment, and why.

    Args:
        scope: Until when things had happened, and were known.
        actor: Whose rules decide.
        cases: Its cases.
        what_if: A policy to try in place of the rules.
    """
    if what_if is not None:
        found = [_plain(None, what_if, cases)] if cases else []
    else:
        found = list(_by_rule(scope, actor, cases))
    wrong = [each for case in found for each in case.faulty]
    return tuple(_stopped(each, wrong) for each in found) if wrong else tuple(found)


def believed(found: Iterable[Decided]) -> Mapping[ItemKey, bool]:
    """Return, by pack, whether it is believed to be where its unopened case is."""
    return {
        pack: each.judgement.is_accepted
        for each in found
        for case in each.cases
        for pack in case.packs
    }


def together(found: Sequence[Decided]) -> Judgement:
    """Return the judgements about all cases of a shipment as one."""
    if not found:
        return judge(TRUSTING, Evidence(population=0, opened=0, faulty=0))
    judgements = [each.judgement for each in found]
    findings = {each: None for one in judgements for each in one.findings}
    return Judgement(
        is_accepted=all(each.is_accepted for each in judgements),
        to_open=sum(each.to_open for each in judgements),
        faulty_max=sum(each.faulty_max for each in judgements),
        evidence=evidence_of(case for each in found for case in each.cases),
        findings=tuple(findings),
    )


def _by_rule(scope: Scope, actor: Actor, cases: Sequence[Case]) -> Iterator[Decided]:
    every = recorded(scope.conn, actor)
    groups: dict[int, tuple[Rule | None, list[Case]]] = {}
    for case in cases:
        rule = _rule_for(scope, every, case)
        groups.setdefault(rule.number if rule else 0, (rule, []))[1].append(case)
    draws = _draws(scope, actor, cases) if every else []
    for rule, some in groups.values():
        policy = rule.policy if rule and rule.policy else TRUSTING
        if policy.trust is Trust.SAMPLE:
            yield from _sampled(rule, policy, some, draws)
        else:
            yield _plain(rule, policy, some)


def _rule_for(scope: Scope, every: Sequence[Rule], case: Case) -> Rule | None:
    """Return the rule of the moment at which a case arrived; of one under way, that of now."""
    at = case.arrival.event_time if case.arrival else scope.as_of or scope.app.clock()
    return strictest(
        deciding(
            every,
            About(partners=case.partners, gtin=gtin, place=case.place),
            at=at,
            known_at=scope.as_known_at,
        )
        for gtin in (case.gtins or {None})
    )


def _draws(scope: Scope, actor: Actor, cases: Sequence[Case]) -> list[DrawRow]:
    """Return the samples drawn among cases by then, whatever document they were drawn under."""
    until = [at for at in (scope.as_of, scope.as_known_at) if at is not None]
    return [
        each
        for each in rows.draws(
            scope.conn, actor.organisation_id, [case.identifier for case in cases]
        )
        if all(each.drawn_at <= at for at in until)
    ]


def _sampled(
    rule: Rule | None, policy: InferencePolicy, cases: Sequence[Case], draws: Sequence[DrawRow]
) -> Iterator[Decided]:
    """Yield the cases of each draw, and those of which none was drawn."""
    left = {each.identifier: each for each in cases}
    for each in (one for one in draws if rule is not None and one.rule_no == rule.number):
        some = tuple(left.pop(one) for one in each.population if _is_of(each, left.get(one)))
        if some:
            yield Decided(
                rule=rule, policy=policy, draw=each, cases=some,
                judgement=_judged_draw(policy, each, some),
            )  # fmt: skip
    if left:
        yield _undrawn(rule, policy, tuple(left.values()))


def _is_of(draw: DrawRow, case: Case | None) -> bool:
    """Tell whether a sample was drawn of a case since it arrived, and not when it came before."""
    return (
        case is not None and case.arrival is not None and (case.arrival.event_time <= draw.drawn_at)
    )


def _judged_draw(policy: InferencePolicy, each: DrawRow, cases: Sequence[Case]) -> Judgement:
    """Judge a sample: only the cases that were drawn can speak for others, any against them."""
    counted = [
        case
        for case in cases
        if case.is_opened and (case.identifier in each.drawn or case.is_faulty)
    ]
    evidence = Evidence(
        population=len(cases),
        opened=len(counted),
        faulty=sum(case.is_faulty for case in counted),
    )
    judgement = judge(policy, evidence)
    text = (
        f"{sum(case.is_opened for case in cases if case.identifier in each.drawn)} of the "
        f"{len(each.drawn)} cases drawn were opened; open the others."
    )
    findings = (
        TOO_FEW_OPENED.found(text) if finding.code == TOO_FEW_OPENED.code else finding
        for finding in judgement.findings
    )  # fmt: skip
    return replace(judgement, findings=tuple(findings))


def _undrawn(rule: Rule | None, policy: InferencePolicy, cases: tuple[Case, ...]) -> Decided:
    """Return cases of which no sample was drawn: what somebody chose to open speaks for nothing."""
    evidence = evidence_of(cases)
    count = sample_size(len(cases), policy)
    text = f"{len(cases)} cases are to be sampled; {count} of them will be drawn."
    judgement = replace(
        judge(policy, evidence),
        is_accepted=evidence.opened == evidence.population and not evidence.faulty,
        to_open=min(count, evidence.population - evidence.opened),
        findings=(NOT_DRAWN.found(text),),
    )
    return Decided(rule=rule, policy=policy, draw=None, cases=cases, judgement=judgement)


def _plain(rule: Rule | None, policy: InferencePolicy, cases: Iterable[Case]) -> Decided:
    some = tuple(cases)
    return Decided(
        rule=rule, policy=policy, draw=None, cases=some,
        judgement=judge(policy, evidence_of(some)),
    )  # fmt: skip


def _stopped(each: Decided, wrong: Sequence[Case]) -> Decided:
    """Return the same, with nothing believed that was not seen."""
    text = f"{wrong[0].label} held something else than was recorded."
    finding = INFERENCE_STOPPED.found(text, at=wrong[0].identifier)
    judgement = replace(
        each.judgement, is_accepted=False, findings=(finding, *each.judgement.findings)
    )
    return replace(each, judgement=judgement)
