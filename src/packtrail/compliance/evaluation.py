"""Evaluation: what the rules of a market say of a subject on a day.

Every rule of the subject's kind that holds on that day and whose scope does not leave the subject
out answers once. The day is always an argument: yesterday's law and next year's are asked alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from packtrail.base.findings import Finding, Severity
from packtrail.compliance.checks import CHECKS, Answer, Outcome
from packtrail.compliance.checks.answers import listed
from packtrail.compliance.entries import Reference
from packtrail.compliance.statements import weaker
from packtrail.compliance.topics import title_of
from packtrail.compliance.words import DatedBy, FactStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packtrail.compliance.entries import Exemption, Rule
    from packtrail.compliance.packs import Pack, PackIdentity
    from packtrail.compliance.scopes import Fit
    from packtrail.compliance.statements import Statement
    from packtrail.compliance.subjects import Subject

_ORDER: Final = tuple(Severity)
_AT_MOST: Final = {
    FactStatus.KNOWN: Severity.ERROR,
    FactStatus.DISPUTED: Severity.WARNING,
    FactStatus.EXPECTED: Severity.NOTE,
    FactStatus.UNKNOWN: Severity.NOTE,
}
"""How much a rule may weigh whose law is known that well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule says of a subject."""

    rule: Rule
    outcome: Outcome
    sentence: str
    at: str
    """The fact that decided."""
    status: FactStatus
    """How well the law is known that decided: the rule's, or that of a parameter it uses."""
    since: date
    """The day on which the law that decided began to hold."""
    exemption: Exemption | None = None
    because: tuple[str, ...] = ()
    """Names of the parameters that it uses."""

    @property
    def severity(self) -> Severity:
        """How much a failure weighs: never an error where the law is not known for sure."""
        return max(self.rule.severity, _AT_MOST[self.status], key=_ORDER.index)

    @property
    def finding(self) -> Finding | None:
        """The finding of a failed rule."""
        if self.outcome is not Outcome.FAILED:
            return None
        return Finding(
            self.rule.code,
            self.severity,
            f"{self.rule.title}. {self.sentence}{_doubt(self.status)}",
            self.at,
            self.rule.clause,
            self.rule.remedy,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What the rules of a market say of a subject on a day."""

    on: date
    identity: PackIdentity
    results: tuple[RuleResult, ...]
    """By code. Rules that are not about this subject on this day are left out."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is broken, the heaviest first."""
        found = [each.finding for each in self.results if each.finding]
        return tuple(sorted(found, key=lambda each: _ORDER.index(each.severity)))

    def codes(self, outcome: Outcome) -> tuple[str, ...]:
        """Return the codes of the rules with an outcome."""
        return tuple(each.rule.code for each in self.results if each.outcome is outcome)


def evaluate(pack: Pack, subject: Subject, *, on: date) -> Evaluation:
    """Ask every rule of a pack about a subject.

    Args:
        pack: The rules of a market.
        subject: Of any kind.
        on: The day whose law counts.
    """
    results = [
        result
        for code in sorted(pack.rules)
        if (result := _asked(pack, pack.rules[code], subject, on)) is not None
    ]
    return Evaluation(on=on, identity=pack.identity, results=tuple(results))


def holds(entry: Rule | Exemption, day: date) -> bool:
    """Tell whether a rule or exemption holds on a day."""
    return entry.from_on <= day and (entry.to_on is None or day <= entry.to_on)


def day_of(subject: Subject, dated_by: DatedBy, on: date) -> date:
    """Return the day of a subject by which something is dated; the day asked for if it has none."""
    days = {DatedBy.RELEASE: subject.released_on, DatedBy.MANUFACTURE: subject.manufactured_on}
    return days.get(dated_by) or on


def resolve(pack: Pack, rule: Rule, on: date) -> tuple[dict[str, Any], dict[str, Statement | None]]:
    """Return the arguments of a rule on a day, and what is said of the parameters it uses."""
    values: dict[str, Any] = {}
    used: dict[str, Statement | None] = {}
    for name, argument in rule.arguments.items():
        if isinstance(argument, Reference):
            statement = pack.statement(argument.parameter, on)
            used[argument.parameter] = statement
            values[name] = statement.value if statement else None
        else:
            values[name] = argument
    return values, used


def _asked(pack: Pack, rule: Rule, subject: Subject, on: date) -> RuleResult | None:
    if rule.subject is not subject.KIND or not holds(rule, day_of(subject, rule.dated_by, on)):
        return None
    fit = rule.applies_to.fit(subject)
    if fit.is_out:
        return None
    lifting = [(each, each.applies_to.fit(subject)) for each in _exemptions(pack, rule, subject, on)]
    for exemption, covered in lifting:
        if covered.is_in:
            return _exempted(rule, exemption)
    values, used = resolve(pack, rule, on)
    status, since = rule.status, rule.from_on
    for statement in used.values():
        if statement is not None:
            status = weaker(status, statement.status)
            since = max(since, statement.from_on or since)
    result = RuleResult(
        rule=rule,
        outcome=Outcome.UNKNOWN,
        sentence="",
        at="",
        status=status,
        since=max(since, _freed(pack, rule, subject, on)),
        because=tuple(used),
    )
    unknown = [name for name, said in used.items() if said is None or said.value is None]
    if unknown:
        sentence = f"The law is not known: {listed(map(title_of, unknown))}."
        return replace(result, sentence=sentence, at=unknown[0])
    answer: Answer = CHECKS[rule.check].run(subject, **values)
    if fit.missing:
        answer = _undecided(answer, fit.missing)
    elif answer.outcome is Outcome.FAILED:
        answer = replace(answer, sentence=answer.sentence + _may_be_exempt(lifting))
    return replace(result, outcome=answer.outcome, sentence=answer.sentence, at=answer.at)


def _undecided(answer: Answer, missing: tuple[str, ...]) -> Answer:
    """Return the answer where it is not certain that the rule applies: passing it is enough."""
    if answer.outcome is Outcome.PASSED:
        return answer
    sentence = f"Whether the rule applies is not said: {listed(missing)}."
    return Answer(Outcome.UNKNOWN, sentence, missing[0])


def _may_be_exempt(lifting: Iterable[tuple[Exemption, Fit]]) -> str:
    """Return the exemptions of which it was not said whether they apply: they must be shown."""
    return "".join(
        f" Exempt if so: {each.title} ({listed(fit.missing)} not said)."
        for each, fit in lifting
        if not fit.is_out
    )


def _exemptions(pack: Pack, rule: Rule, subject: Subject, on: date) -> Iterator[Exemption]:
    """Yield the exemptions from a rule that hold, whether they are about the subject or not."""
    for exemption in pack.exemptions.values():
        is_now = holds(exemption, day_of(subject, exemption.dated_by, on))
        if is_now and exemption.covers(rule):
            yield exemption


def _exempted(rule: Rule, exemption: Exemption) -> RuleResult:
    until = f" until {exemption.to_on}" if exemption.to_on else ""
    return RuleResult(
        rule=rule,
        outcome=Outcome.EXEMPT,
        sentence=f"Exempt{until}: {exemption.title}.",
        at="",
        status=weaker(rule.status, exemption.status),
        since=max(rule.from_on, exemption.from_on),
        exemption=exemption,
    )


def _freed(pack: Pack, rule: Rule, subject: Subject, on: date) -> date:
    """Return the day after the last exemption of this subject ended, or the rule's first day."""
    ended = [
        exemption.to_on + timedelta(days=1)
        for exemption in pack.exemptions.values()
        if exemption.to_on is not None
        and exemption.to_on < on
        and exemption.covers(rule)
        and not exemption.applies_to.fit(subject).is_out
    ]
    return max([rule.from_on, *ended])


def _doubt(status: FactStatus) -> str:
    return {
        FactStatus.EXPECTED: " This is expected, not law yet.",
        FactStatus.DISPUTED: " Sources disagree about this.",
    }.get(status, "")
