"""Evaluation: what the rules of a market say of a subject on a day.

Every rule of the subject's kind that holds on that day and whose scope does not leave the subject
out answers once. The day is always an argument: yesterday's law and next year's are asked alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from packtrail.base.findings import Finding, Severity
from packtrail.compliance.checks import CHECKS, Answer, Outcome
from packtrail.compliance.checks.answers import listed
from packtrail.compliance.entries import Reference
from packtrail.compliance.statements import weaker
from packtrail.compliance.topics import called
from packtrail.compliance.words import DatedBy, FactStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.compliance.entries import Exemption, Rule
    from packtrail.compliance.packs import Pack, PackIdentity
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
class Applied:
    """A rule that is about a subject on a day, with its arguments on that day."""

    rule: Rule
    arguments: Mapping[str, Any]
    parameters: Mapping[str, Statement | None]
    """Name of every parameter that it uses -> what is said of it."""
    exemption: Exemption | None
    """The exemption that lifts it."""
    missing: tuple[str, ...]
    """Facts that were not said and decide whether it applies."""
    doubtful: tuple[tuple[Exemption, tuple[str, ...]], ...]
    """Exemptions that would lift it, with the facts that would have to be said for that."""
    since: date
    """The day on which the law that decides began to hold for this subject."""
    ended: Exemption | None
    """The exemption of this subject that no longer holds since that day."""

    @property
    def status(self) -> FactStatus:
        """How well the law is known: the rule's, or that of a parameter it uses."""
        found = self.rule.status
        for statement in self.parameters.values():
            found = weaker(found, statement.status if statement else FactStatus.UNKNOWN)
        return found

    @property
    def unknown(self) -> tuple[str, ...]:
        """Parameters it uses that are unknown on the day."""
        used = self.parameters.items()
        return tuple(name for name, said in used if said is None or said.value is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule says of a subject."""

    applied: Applied
    outcome: Outcome
    sentence: str
    at: str = ""
    """The fact that decided."""

    @property
    def rule(self) -> Rule:
        """The rule."""
        return self.applied.rule

    @property
    def severity(self) -> Severity:
        """How much a failure weighs: never an error where the law is not known for sure."""
        return max(self.rule.severity, _AT_MOST[self.applied.status], key=_ORDER.index)

    @property
    def finding(self) -> Finding | None:
        """The finding of a failed rule."""
        if self.outcome is not Outcome.FAILED:
            return None
        return Finding(
            self.rule.code,
            self.severity,
            f"{self.rule.title}. {self.sentence}{_doubt(self.applied.status)}",
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

    def of(self, outcome: Outcome) -> tuple[RuleResult, ...]:
        """Return the results with an outcome."""
        return tuple(each for each in self.results if each.outcome is outcome)

    def codes(self, outcome: Outcome) -> tuple[str, ...]:
        """Return the codes of the rules with an outcome."""
        return tuple(each.rule.code for each in self.of(outcome))


def evaluate(pack: Pack, subject: Subject, *, on: date) -> Evaluation:
    """Ask every rule of a pack about a subject.

    Args:
        pack: The rules of a market.
        subject: Of any kind.
        on: The day whose law counts.
    """
    results = tuple(_result(each, subject) for each in applied(pack, subject, on=on))
    return Evaluation(on=on, identity=pack.identity, results=results)


def applied(pack: Pack, subject: Subject, *, on: date) -> Iterator[Applied]:
    """Yield the rules that are about a subject on a day, by code, those that are lifted too."""
    for code in sorted(pack.rules):
        rule = pack.rules[code]
        if rule.subject is subject.KIND and holds(rule, day_of(subject, rule.dated_by, on)):
            fit = rule.applies_to.fit(subject)
            if not fit.is_out:
                yield _applied(pack, rule, subject, on, fit.missing)


def holds(entry: Rule | Exemption, day: date) -> bool:
    """Tell whether a rule or exemption holds on a day."""
    return entry.from_on <= day and (entry.to_on is None or day <= entry.to_on)


def day_of(subject: Subject, dated_by: DatedBy, on: date) -> date:
    """Return the day of a subject by which something is dated; the day asked for if it has none."""
    days = {DatedBy.RELEASE: subject.released_on, DatedBy.MANUFACTURE: subject.manufactured_on}
    return days.get(dated_by) or on


def _applied(
    pack: Pack, rule: Rule, subject: Subject, on: date, missing: tuple[str, ...]
) -> Applied:
    lifting = [
        (each, each.applies_to.fit(subject)) for each in _exemptions(pack, rule, subject, on)
    ]
    parameters = {
        argument.parameter: pack.statement(argument.parameter, on)
        for argument in rule.arguments.values()
        if isinstance(argument, Reference)
    }
    arguments = {name: _value(each, parameters) for name, each in rule.arguments.items()}
    changed = [said.from_on for said in parameters.values() if said and said.from_on]
    freed = dict(_freed(pack, rule, subject, on))
    since = max([rule.from_on, *changed, *freed])
    return Applied(
        rule=rule,
        arguments=arguments,
        parameters=parameters,
        exemption=next((each for each, fit in lifting if fit.is_in), None),
        missing=missing,
        doubtful=tuple((each, fit.missing) for each, fit in lifting if fit.missing),
        since=since,
        ended=freed.get(since),
    )


def _value(argument: Any, parameters: Mapping[str, Statement | None]) -> Any:
    if not isinstance(argument, Reference):
        return argument
    statement = parameters[argument.parameter]
    return statement.value if statement else None


def _exemptions(pack: Pack, rule: Rule, subject: Subject, on: date) -> Iterator[Exemption]:
    """Yield the exemptions from a rule that hold, whether they are about the subject or not."""
    for exemption in pack.exemptions.values():
        is_now = holds(exemption, day_of(subject, exemption.dated_by, on))
        if is_now and exemption.covers(rule):
            yield exemption


def _freed(pack: Pack, rule: Rule, subject: Subject, on: date) -> Iterator[tuple[date, Exemption]]:
    """Yield the days from which exemptions no longer lifted the rule for this subject."""
    for exemption in pack.exemptions.values():
        ended = exemption.to_on
        if ended is None or ended >= on or not exemption.covers(rule):
            continue
        if not exemption.applies_to.fit(subject).is_out:
            yield ended + timedelta(days=1), exemption


def _result(applied: Applied, subject: Subject) -> RuleResult:
    if applied.exemption is not None:
        return RuleResult(
            applied=applied, outcome=Outcome.EXEMPT, sentence=_exempt(applied.exemption)
        )
    if applied.unknown:
        sentence = f"The law is not known: {listed(map(called, applied.unknown))}."
        return RuleResult(
            applied=applied, outcome=Outcome.UNKNOWN, sentence=sentence, at=applied.unknown[0]
        )
    answer: Answer = CHECKS[applied.rule.check].run(subject, **applied.arguments)
    if applied.missing and answer.outcome is not Outcome.PASSED:
        sentence = f"Whether the rule applies is not said: {listed(applied.missing)}."
        return RuleResult(
            applied=applied, outcome=Outcome.UNKNOWN, sentence=sentence, at=applied.missing[0]
        )
    sentence = answer.sentence
    if answer.outcome is Outcome.FAILED:
        sentence += _may_be_exempt(applied)
    return RuleResult(applied=applied, outcome=answer.outcome, sentence=sentence, at=answer.at)


def _exempt(exemption: Exemption) -> str:
    until = f" until {exemption.to_on}" if exemption.to_on else ""
    return f"Exempt{until}: {exemption.title}."


def _may_be_exempt(applied: Applied) -> str:
    """Return the exemptions of which it was not said whether they apply: they must be shown."""
    return "".join(
        f" Exempt if so: {exemption.title} ({listed(facts)} not said)."
        for exemption, facts in applied.doubtful
    )


def _doubt(status: FactStatus) -> str:
    return {
        FactStatus.EXPECTED: " This is expected, not law yet.",
        FactStatus.DISPUTED: " Sources disagree about this.",
    }.get(status, "")
