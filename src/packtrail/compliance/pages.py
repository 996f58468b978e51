"""Pages: what there is to say of a market, a rule or a result, as plain values for every door.

Console, command line, REST and documentation show the same; none of them knows a pack.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from packtrail.compliance import explanation, scopes
from packtrail.compliance.checks import CHECKS
from packtrail.compliance.countries import name_of
from packtrail.compliance.entries import Reference
from packtrail.compliance.evaluation import holds
from packtrail.compliance.statements import UNVERIFIED, told
from packtrail.compliance.topics import SECTIONS, section_of, title_of
from packtrail.compliance.words import FactStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.entries import Deadline, Duty, Exemption, Parameter, Rule
    from packtrail.compliance.evaluation import Evaluation, RuleResult
    from packtrail.compliance.packs import Pack
    from packtrail.compliance.statements import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A source, as it is shown."""

    id: str
    title: str
    kind: str
    url: str
    published: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How sure something is, and who says so."""

    status: str
    confidence: str
    sources: tuple[SourceView, ...]
    true_on: date | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterView:
    """A value of a parameter, with those before and after it."""

    name: str
    title: str
    value: str
    """`unknown` where it is."""
    from_on: date | None
    said: Said
    others: tuple[tuple[date | None, str], ...]
    """Other days and values of the same parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule."""

    code: str
    title: str
    subject: str
    check: str
    check_meaning: str
    arguments: tuple[tuple[str, str, str], ...]
    """Name, value on the day, and the parameter that holds it."""
    scope: str
    severity: str
    from_on: date
    to_on: date | None
    dated_by: str
    clause: str
    remedy: str
    pack_id: str
    holds: bool
    """Whether it holds on the day."""
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionView:
    """An exemption."""

    name: str
    title: str
    rules: tuple[str, ...]
    scope: str
    from_on: date
    to_on: date | None
    clause: str
    holds: bool
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineView:
    """A day in the calendar."""

    name: str
    on: date
    precision: str
    kind: str
    is_superseded: bool
    is_certain: bool
    what: str
    who: str
    scope: str
    rules: tuple[str, ...]
    evidence: str
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """A duty that comes again."""

    name: str
    what: str
    roles: tuple[str, ...]
    when: str
    recipients: tuple[str, ...]
    format: str
    channel: str
    evidence: str
    rules: tuple[str, ...]
    scope: str
    from_on: date | None
    to_on: date | None
    holds: bool
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRow:
    """A market in a list."""

    market: str
    name: str
    region: str
    pack_id: str
    title: str
    tier: str
    phase: str
    pack_serial: str
    reporting: str
    aggregation: str
    rule_count: int
    """Rules that hold on the day."""
    unknown_count: int
    """Parameters and questions that are open."""
    next_on: date | None
    next_what: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketPage:
    """All there is to say of a market on a day."""

    row: MarketRow
    on: date
    summary: str
    status: str
    model: str
    also_for: tuple[str, ...]
    """Further markets of the pack."""
    extends: str
    layers: tuple[tuple[str, str, str], ...]
    """Pack, version and digest of each layer."""
    true_on: date
    evidence_until: date | None
    sections: tuple[tuple[str, tuple[ParameterView, ...]], ...]
    rules: tuple[RuleView, ...]
    exemptions: tuple[ExemptionView, ...]
    deadlines: tuple[DeadlineView, ...]
    duties: tuple[DutyView, ...]
    open_questions: tuple[str, ...]
    sources: tuple[SourceView, ...]
    case_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """What a rule says of a subject."""

    code: str
    title: str
    subject: str
    outcome: str
    severity: str
    """How much a failure weighs."""
    sentence: str
    why: str
    at: str
    since: date
    status: str
    confidence: str
    clause: str
    remedy: str


def rows(catalogue: Catalogue, *, on: date) -> tuple[MarketRow, ...]:
    """Return every market, members of a union too, by code."""
    return tuple(
        row(catalogue.packs[pack_id], on=on, market=market)
        for market, pack_id in catalogue.markets.items()
    )


def row(pack: Pack, *, on: date, market: str = "") -> MarketRow:
    """Return a pack as one line, for its own market or another that it is about."""
    heading, identity = pack.heading, pack.identity
    following = sorted(
        (each for each in pack.deadlines.values() if each.on >= on and not each.is_superseded),
        key=lambda each: each.on,
    )
    first = following[0] if following else None
    word = heading.overview.get
    return MarketRow(
        market=market or heading.market,
        name=name_of(market) if market not in {"", heading.market} else heading.name,
        region=heading.region,
        pack_id=pack.id,
        title=heading.title,
        tier=heading.tier.value,
        phase=heading.phase.value,
        pack_serial=word("pack_serial", "unknown"),
        reporting=word("reporting", "unknown"),
        aggregation=word("aggregation", "unknown"),
        rule_count=sum(holds(rule, on) for rule in pack.rules.values()),
        unknown_count=len(heading.open_questions) + sum(1 for _ in _unknown(pack, on)),
        next_on=first.on if first else None,
        next_what=first.what if first else "",
        version=identity.version,
        sha256=identity.sha256,
    )


def page(pack: Pack, *, on: date, market: str = "") -> MarketPage:
    """Return all there is to say of a market on a day."""
    heading = pack.heading
    summary = pack.value("status.summary", on)
    return MarketPage(
        row=row(pack, on=on, market=market),
        on=on,
        summary=summary or "",
        status=heading.overview.get("status", ""),
        model=heading.overview.get("model", ""),
        also_for=tuple(each for each in pack.markets if each != heading.market),
        extends=heading.extends,
        layers=tuple((each.pack_id, each.version, each.sha256) for each in pack.layers),
        true_on=heading.true_on,
        evidence_until=heading.evidence_until,
        sections=tuple(_sections(pack, on)),
        rules=tuple(rule(pack, code, on=on) for code in sorted(pack.rules)),
        exemptions=tuple(_exemption(pack, each, on) for each in pack.exemptions.values()),
        deadlines=tuple(
            deadline(pack, each)
            for each in sorted(pack.deadlines.values(), key=lambda each: (each.on, each.name))
        ),
        duties=tuple(_duty(pack, each, on) for each in pack.duties.values()),
        open_questions=heading.open_questions,
        sources=tuple(source(pack, each) for each in sorted(pack.sources)),
        case_count=len(pack.cases),
    )


def rule(pack: Pack, code: str, *, on: date) -> RuleView:
    """Return a rule with its arguments on a day."""
    each = pack.rules[code]
    return RuleView(
        code=code,
        title=each.title,
        subject=each.subject.value,
        check=each.check,
        check_meaning=CHECKS[each.check].meaning,
        arguments=tuple(_arguments(pack, each, on)),
        scope=scopes.told(each.applies_to),
        severity=each.severity.value,
        from_on=each.from_on,
        to_on=each.to_on,
        dated_by=each.dated_by.value,
        clause=each.clause,
        remedy=each.remedy,
        pack_id=each.pack_id,
        holds=holds(each, on),
        said=_said(pack, each),
    )


def deadline(pack: Pack, each: Deadline) -> DeadlineView:
    """Return a day in the calendar."""
    return DeadlineView(
        name=each.name,
        on=each.on,
        precision=each.precision.value,
        kind=each.kind.value,
        is_superseded=each.is_superseded,
        is_certain=each.is_certain,
        what=each.what,
        who=each.who,
        scope=scopes.told(each.applies_to),
        rules=each.rules,
        evidence=each.evidence,
        said=_said(pack, each),
    )


def results(evaluation: Evaluation) -> tuple[ResultView, ...]:
    """Return what the rules say of a subject, by code."""
    return tuple(result(each) for each in evaluation.results)


def result(each: RuleResult) -> ResultView:
    """Return what one rule says of a subject."""
    return ResultView(
        code=each.rule.code,
        title=each.rule.title,
        subject=each.rule.subject.value,
        outcome=each.outcome.value,
        severity=each.severity.value,
        sentence=each.sentence,
        why=explanation.why(each),
        at=each.at,
        since=each.applied.since,
        status=each.applied.status.value,
        confidence=each.rule.confidence.value,
        clause=each.rule.clause,
        remedy=each.rule.remedy,
    )


def source(pack: Pack, source_id: str) -> SourceView:
    """Return a source of a pack."""
    if source_id == UNVERIFIED:
        return SourceView(
            id=source_id, title=pack.source_title(source_id), kind="", url="", published=""
        )
    each = pack.sources[source_id]
    return SourceView(
        id=source_id,
        title=each.title,
        kind=each.kind.value,
        url=each.url,
        published=each.published,
    )


def when(duty: Duty) -> str:
    """Return by when a duty must be done, in words."""
    events = ", ".join(each.value.replace("_", " ") for each in duty.events)
    if duty.months is not None:
        day = "the last day" if duty.due_day == 31 else f"day {duty.due_day}"
        then = "following one" if duty.months == 1 else "month after"
        return f"every {duty.rhythm}, by {day} of the {then}"
    if duty.before:
        return f"before {events}" if events else "before"
    if duty.at_once:
        return f"at once after {events}" if events else "at once"
    if duty.within is not None:
        return f"within {duty.within} after {events}" if events else f"for {duty.within}"
    return f"after {events}" if events else "always"


def _sections(pack: Pack, on: date) -> Iterator[tuple[str, tuple[ParameterView, ...]]]:
    for section, heading in SECTIONS.items():
        found = [
            view
            for name, each in pack.parameters.items()
            if section_of(name) == section and name != "status.summary"
            if (view := _parameter(pack, each, on)) is not None
        ]
        if found:
            yield heading, tuple(found)


def _parameter(pack: Pack, each: Parameter, on: date) -> ParameterView | None:
    shown = each.on(on) or each.statements[0]
    return ParameterView(
        name=each.name,
        title=title_of(each.name),
        value=told(shown.value),
        from_on=shown.from_on,
        said=_said(pack, shown),
        others=tuple(
            (other.from_on, told(other.value)) for other in each.statements if other is not shown
        ),
    )


def _unknown(pack: Pack, on: date) -> Iterator[Statement]:
    for each in pack.parameters.values():
        statement = each.on(on)
        if statement is not None and statement.status is FactStatus.UNKNOWN:
            yield statement


def _arguments(pack: Pack, each: Rule, on: date) -> Iterator[tuple[str, str, str]]:
    day = max(on, each.from_on)
    for name, argument in each.arguments.items():
        if isinstance(argument, Reference):
            yield name, told(pack.value(argument.parameter, day)), argument.parameter
        else:
            yield name, _plain(argument), ""


def _plain(value: Any) -> str:
    return told(tuple(str(each) for each in value) if isinstance(value, tuple) else value)


def _exemption(pack: Pack, each: Exemption, on: date) -> ExemptionView:
    return ExemptionView(
        name=each.name,
        title=each.title,
        rules=each.rules,
        scope=scopes.told(each.applies_to),
        from_on=each.from_on,
        to_on=each.to_on,
        clause=each.clause,
        holds=holds(each, on),
        said=_said(pack, each),
    )


def _duty(pack: Pack, each: Duty, on: date) -> DutyView:
    return DutyView(
        name=each.name,
        what=each.what,
        roles=tuple(role.value for role in each.roles),
        when=when(each),
        recipients=each.recipients,
        format=each.format,
        channel=each.channel,
        evidence=each.evidence,
        rules=each.rules,
        scope=scopes.told(each.applies_to),
        from_on=each.from_on,
        to_on=each.to_on,
        holds=(each.from_on or on) <= on and (each.to_on is None or on <= each.to_on),
        said=_said(pack, each),
    )


def _said(pack: Pack, entry: Statement | Rule | Exemption | Deadline | Duty) -> Said:
    return Said(
        status=entry.status.value,
        confidence=entry.confidence.value,
        sources=tuple(source(pack, each) for each in entry.sources),
        true_on=entry.true_on or pack.heading.true_on,
        note=entry.note,
    )


def grouped(found: tuple[ResultView, ...]) -> Mapping[str, tuple[ResultView, ...]]:
    """Return results by outcome, the worst first."""
    order = ("failed", "unknown", "exempt", "passed")
    return {word: tuple(each for each in found if each.outcome == word) for word in order}
