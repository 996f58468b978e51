"""Lint: what must be so before a pack may be used, beyond what loading sees.

A rule without a source, a date, or a case that passes and one that fails is refused; so is anything
that leads nowhere. Cases are run, and what they give is compared with what they expect.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.compliance import codes
from packtrail.compliance.checks import CHECKS, Outcome
from packtrail.compliance.entries import Reference
from packtrail.compliance.evaluation import evaluate
from packtrail.compliance.statements import UNVERIFIED
from packtrail.compliance.topics import TOPICS
from packtrail.compliance.words import Confidence, FactStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.compliance.entries import Case, Deadline, Duty, Exemption, Rule
    from packtrail.compliance.evaluation import Evaluation
    from packtrail.compliance.packs import Pack

STALE_AFTER: Final = timedelta(days=365)
_YEAR: Final = 12
_DAY_MAX: Final = 31
_EXPECTED: Final = ("fails", "passes", "exempt", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What became of a case."""

    case: Case
    evaluation: Evaluation
    findings: tuple[Finding, ...]

    @property
    def is_as_expected(self) -> bool:
        """Whether it gave what it expects."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class _Claim:
    """Something that is said, with who says it."""

    place: str
    sources: tuple[str, ...]
    confidence: Confidence
    true_on: date | None


def lint(own: Pack, pack: Pack, *, on: date | None = None) -> tuple[Finding, ...]:
    """Return everything that keeps a pack from being used.

    Args:
        own: The layer that is looked at.
        pack: The same with what it builds on: the pack of the market.
        on: Today; without it nothing is said about what nobody looked at for a long time.
    """
    claims = list(_claims(own))
    findings = [*_source_findings(own, pack, claims), *_date_findings(own)]
    findings += _name_findings(own, pack)
    if on is not None:
        findings += _stale_findings(own, claims, on)
    unusable = argument_findings(pack)
    findings += unusable
    if not unusable:
        results = run_cases(pack, own.cases)
        findings += (finding for result in results for finding in result.findings)
        findings += _uncovered(own, results)
    return tuple(findings)


def argument_findings(pack: Pack) -> tuple[Finding, ...]:
    """Return the rules whose arguments are parameters that are not set or of another kind."""
    return tuple(
        finding for rule in pack.rules.values() for finding in _argument_findings(rule, pack)
    )


def run_cases(pack: Pack, cases: Iterable[Case]) -> tuple[CaseResult, ...]:
    """Run cases against a pack."""
    return tuple(_run(pack, case) for case in cases)


def _run(pack: Pack, case: Case) -> CaseResult:
    evaluation = evaluate(pack, case.subject, on=case.on)
    return CaseResult(
        case=case, evaluation=evaluation, findings=tuple(_differences(case, evaluation))
    )


def _differences(case: Case, evaluation: Evaluation) -> Iterator[Finding]:
    got = {each.rule.code: each for each in evaluation.results}
    wanted = {
        Outcome.FAILED: case.fails,
        Outcome.PASSED: case.passes,
        Outcome.EXEMPT: case.exempt,
        Outcome.UNKNOWN: case.unknown,
    }
    for outcome, expected in wanted.items():
        for code in expected:
            result = got.get(code)
            if result is None:
                said = f"{code} is not asked about this subject on {case.on}"
            elif result.outcome is not outcome:
                said = f"{code} is {result.outcome.value}, not {outcome.value}: {result.sentence}"
            else:
                continue
            yield codes.CASE_DIFFERS.found(f"'{case.name}': {said}", at=case.at)
    for code in evaluation.codes(Outcome.FAILED):
        if code not in case.fails:
            sentence = got[code].sentence
            yield codes.CASE_DIFFERS.found(
                f"'{case.name}': {code} fails unexpectedly: {sentence}", at=case.at
            )


def _uncovered(own: Pack, results: Iterable[CaseResult]) -> Iterator[Finding]:
    """Yield the rules that no case passes or fails; only what a case expects counts."""
    covered: defaultdict[str, set[str]] = defaultdict(set)
    for result in results:
        for word in ("fails", "passes"):
            for code in getattr(result.case, word):
                covered[code].add(word)
    for code in own.rules:
        missing = {"fails": "fails", "passes": "passes"}.keys() - covered[code]
        if missing:
            told = " and none that ".join(sorted(missing))
            yield codes.NO_CASE.found(f"The rule {code} has no case that {told}.", at=code)


def _claims(own: Pack) -> Iterator[_Claim]:
    for parameter in own.parameters.values():
        for said in parameter.statements:
            since = f" from {said.from_on}" if said.from_on else ""
            place = f"{parameter.name}{since}"
            yield _Claim(place, said.sources, said.confidence, said.true_on)
    entries: tuple[tuple[str, Rule | Exemption | Deadline | Duty], ...] = (
        *own.rules.items(), *own.exemptions.items(), *own.deadlines.items(), *own.duties.items(),
    )  # fmt: skip
    for name, entry in entries:
        yield _Claim(name, entry.sources, entry.confidence, entry.true_on or own.heading.true_on)


def _source_findings(own: Pack, pack: Pack, claims: Iterable[_Claim]) -> Iterator[Finding]:
    used: set[str] = set()
    for claim in claims:
        used.update(claim.sources)
        unlisted = [e for e in claim.sources if e != UNVERIFIED and e not in pack.sources]
        if not claim.sources:
            yield codes.NO_SOURCE.found(f"{claim.place} has no source.", at=claim.place)
        elif unlisted:
            message = f"{claim.place} rests on {unlisted[0]!r}, which sources.yaml does not list."
            yield codes.NO_SOURCE.found(message, at=claim.place)
        elif claim.confidence is Confidence.HIGH and not _may_be_high(pack, claim.sources):
            message = f"{claim.place} is of high confidence, with {', '.join(claim.sources)} alone."
            yield codes.TOO_SURE.found(message, at=claim.place)
    for name in sorted(own.sources.keys() - used):
        yield codes.UNUSED_SOURCE.found(f"Nothing rests on the source {name!r}.", at=name)


def _may_be_high(pack: Pack, sources: Iterable[str]) -> bool:
    known = [pack.sources[each] for each in sources if each in pack.sources]
    return len(known) > 1 or any(each.kind.is_official for each in known)


def _date_findings(own: Pack) -> Iterator[Finding]:
    dated: tuple[tuple[str, Rule | Exemption], ...] = (
        *own.rules.items(), *own.exemptions.items(),
    )  # fmt: skip
    for name, entry in dated:
        if entry.to_on is not None and entry.to_on < entry.from_on:
            message = f"{name} ends on {entry.to_on}, before it begins on {entry.from_on}."
            yield codes.NO_DATE.found(message, at=name)
    for name, duty in own.duties.items():
        if duty.from_on is None and duty.status is FactStatus.KNOWN:
            yield codes.NO_DATE.found(f"It is not said since when the duty {name} holds.", at=name)
        if duty.every is not None and not _comes_round(duty):
            message = (
                f"The duty {name} comes round every {duty.every}, by day {duty.due_day}; expected "
                "1, 2, 3, 4 or 6 months, or years, and a `due_day` from 1 to 31."
            )
            yield codes.BAD_VALUE.found(message, at=name)


def _comes_round(duty: Duty) -> bool:
    """Tell whether the calendar can tell on which days a duty is due."""
    months = duty.months
    divides = months is not None and (_YEAR % months == 0 or months % _YEAR == 0)
    return divides and 1 <= (duty.due_day or 0) <= _DAY_MAX


def _name_findings(own: Pack, pack: Pack) -> Iterator[Finding]:
    for table in (own.deadlines, own.duties, own.exemptions):
        naming: Mapping[str, Deadline | Duty | Exemption] = table
        for name, entry in naming.items():
            yield from _unknown_rules(name, entry.rules, pack)
    for case in own.cases:
        expected = (code for word in _EXPECTED for code in getattr(case, word))
        yield from _unknown_rules(f"'{case.name}'", tuple(expected), pack)


def _argument_findings(rule: Rule, pack: Pack) -> Iterator[Finding]:
    check = CHECKS.get(rule.check)
    for name, argument in rule.arguments.items():
        if not isinstance(argument, Reference) or check is None:
            continue
        parameter = argument.parameter
        if parameter not in pack.parameters:
            message = f"The rule {rule.code} uses the parameter {parameter!r}, which is not set."
            yield codes.UNKNOWN_NAME.found(message, at=rule.code)
            continue
        kind = TOPICS[parameter].kind if parameter in TOPICS else str
        wanted = check.arguments[name]
        if not _fits(kind, wanted):
            message = f"The parameter {parameter!r} is not of the kind that {name!r} takes."
            yield codes.BAD_VALUE.found(message, at=rule.code)


def _fits(kind: object, wanted: object) -> bool:
    """Tell whether a parameter of one kind can be an argument: `int | None` takes an int."""
    inner = getattr(wanted, "__args__", ())
    return kind == wanted or (type(None) in inner and kind in inner)


def _unknown_rules(place: str, expected: Iterable[str], pack: Pack) -> Iterator[Finding]:
    for code in expected:
        if code not in pack.rules and code != "all":
            yield codes.UNKNOWN_NAME.found(
                f"{place} names the rule {code!r}; there is none.", at=place
            )


def _stale_findings(own: Pack, claims: Iterable[_Claim], on: date) -> Iterator[Finding]:
    old = [each for each in claims if each.true_on and on - each.true_on > STALE_AFTER]
    if old:
        oldest = min(old, key=lambda each: each.true_on or on)
        message = (
            f"{len(old)} statements of {own.id} were last seen to be so more than a year ago, "
            f"{oldest.place} on {oldest.true_on}."
        )
        yield codes.STALE.found(message, at=oldest.place)
