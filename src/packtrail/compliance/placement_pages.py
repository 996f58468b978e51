"""Pages about products in markets: what rules say of them, as plain values for every door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.compliance import pages
from packtrail.compliance.checks import Outcome
from packtrail.compliance.countries import name_of
from packtrail.compliance.explanation import described, verdict_of
from packtrail.compliance.time_machine import ahead

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.compliance.law import Answered, Law
    from packtrail.compliance.pages import ResultView
    from packtrail.compliance.portfolio import Placement
    from packtrail.compliance.time_machine import Break, Journey

VERDICTS = {Outcome.PASSED: "may", Outcome.FAILED: "may_not", Outcome.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """What a rule says of one of the things that are done."""

    about: str
    """Which: the label, the shipment to a small dispenser ..."""
    result: ResultView


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A day from which more is needed."""

    on: date
    needs: tuple[ResultView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementView:
    """A product in a market on a day."""

    product: str
    name: str
    market: str
    market_name: str
    on: date
    is_sold: bool
    """Whether it is sold there on that day, by its licence."""
    sold_from: date | None
    sold_until: date | None
    verdict: str
    """`may`, `may_not`, `unknown`, or `no_rules` where no pack is about the market."""
    sentence: str
    counts: dict[str, int]
    """Outcome -> how many rules."""
    answers: tuple[RuleAnswer, ...]
    """The worst first."""
    steps: tuple[StepView, ...]
    lines: tuple[str, ...]
    sites: tuple[str, ...]
    gtin: str
    pack_id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakView:
    """A rule that is not met, or cannot be decided, on the day that was asked about."""

    market: str
    market_name: str
    product: str
    name: str
    lines: tuple[str, ...]
    sites: tuple[str, ...]
    about: str
    is_new: bool
    cause: str
    result: ResultView


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGroup:
    """Breaks of one rule by one cause in one market."""

    market: str
    market_name: str
    code: str
    title: str
    cause: str
    since: date
    severity: str
    status: str
    remedy: str
    clause: str
    is_new: bool
    sentences: tuple[str, ...]
    products: tuple[str, ...]
    lines: tuple[str, ...]
    sites: tuple[str, ...]
    partners: tuple[str, ...]
    """Trading partners in the market whom it touches."""


def placement(law: Law, each: Placement, *, on: date, has_steps: bool = True) -> PlacementView:
    """Return what the rules of a day say of a product in a market.

    Args:
        law: The rules.
        each: The product in a market.
        on: The day.
        has_steps: Whether to look ahead.
    """
    pack = law.pack_of(each.market)
    answers = law.answers(each, on)
    verdict = VERDICTS[verdict_of(one.result for one in answers)] if pack else "no_rules"
    identity = pack.identity if pack else None
    return PlacementView(
        product=each.product,
        name=each.name,
        market=each.market,
        market_name=name_of(each.market),
        on=on,
        is_sold=each.is_sold(on),
        sold_from=each.sold_from,
        sold_until=each.sold_until,
        verdict=verdict,
        sentence=_sentence(verdict, each.market, answers),
        counts={word.value: sum(1 for one in answers if one.result.outcome is word)
                for word in Outcome},
        answers=tuple(_worst_first(answers)),
        steps=_steps(law, each, on) if has_steps else (),
        lines=each.lines,
        sites=each.sites,
        gtin=each.gtin,
        pack_id=identity.pack_id if identity else "",
        version=identity.version if identity else "",
        sha256=identity.sha256 if identity else "",
    )  # fmt: skip


def breaks(found: Iterable[Break]) -> tuple[BreakView, ...]:
    """Return what is not met, or cannot be decided."""
    return tuple(
        BreakView(
            market=each.placement.market,
            market_name=name_of(each.placement.market),
            product=each.placement.product,
            name=each.placement.name,
            lines=each.placement.lines,
            sites=each.placement.sites,
            about=each.about,
            is_new=each.is_new,
            cause=each.cause,
            result=pages.result(each.result),
        )
        for each in found
    )


def groups(
    found: Sequence[BreakView], partners: dict[str, tuple[str, ...]]
) -> tuple[BreakGroup, ...]:
    """Return breaks by market, rule and cause: the heaviest first, then those that come first.

    Args:
        found: Breaks.
        partners: Market -> names of the trading partners there.
    """
    by_mark: dict[tuple[str, str, str, bool], list[BreakView]] = {}
    for each in found:
        mark = (each.market, each.result.code, each.cause, each.is_new)
        by_mark.setdefault(mark, []).append(each)
    made = [_group(each, partners.get(each[0].market, ())) for each in by_mark.values()]
    order = ("error", "warning", "note")
    return tuple(sorted(made, key=lambda one: (order.index(one.severity), one.since, one.code)))


def touched(journey: Journey) -> dict[str, tuple[str, ...]]:
    """Return what newly breaks: kind of thing -> names, for products, markets, lines and sites."""
    new = [each.placement for each in journey.breaks if each.is_new]
    return {
        "products": tuple(sorted({each.product for each in new})),
        "markets": tuple(sorted({each.market for each in new})),
        "lines": tuple(sorted({line for each in new for line in each.lines})),
        "sites": tuple(sorted({site for each in new for site in each.sites})),
    }


def _group(members: Sequence[BreakView], partners: tuple[str, ...]) -> BreakGroup:
    first = members[0]
    return BreakGroup(
        market=first.market,
        market_name=first.market_name,
        code=first.result.code,
        title=first.result.title,
        cause=first.cause,
        since=first.result.since,
        severity=first.result.severity,
        status=first.result.status,
        remedy=first.result.remedy,
        clause=first.result.clause,
        is_new=first.is_new,
        sentences=tuple(dict.fromkeys(each.result.sentence for each in members)),
        products=tuple(dict.fromkeys(each.product for each in members)),
        lines=tuple(sorted({line for each in members for line in each.lines})),
        sites=tuple(sorted({site for each in members for site in each.sites})),
        partners=partners,
    )


def _worst_first(answers: Iterable[Answered]) -> Iterable[RuleAnswer]:
    order = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.EXEMPT, Outcome.PASSED)
    for each in sorted(answers, key=lambda one: order.index(one.result.outcome)):
        yield RuleAnswer(about=described(each.subject), result=pages.result(each.result))


def _steps(law: Law, each: Placement, on: date) -> tuple[StepView, ...]:
    return tuple(
        StepView(on=step.on, needs=tuple(map(pages.result, step.results)))
        for step in ahead(law, each, on=on)
    )


def _sentence(verdict: str, market: str, answers: Sequence[Answered]) -> str:
    """Return the verdict with its reason: the first that keeps it from being fine."""
    name = name_of(market)
    if verdict == "no_rules":
        return f"No rule pack is about {name}, so nothing is known of what it asks."
    by_outcome = {
        word: [one.result for one in answers if one.result.outcome is word] for word in Outcome
    }
    failed = [one for one in by_outcome[Outcome.FAILED] if one.severity == "error"]
    unknown, passed = by_outcome[Outcome.UNKNOWN], by_outcome[Outcome.PASSED]
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return f"It may not be sold in {name} as it is: {failed[0].sentence}{more}"
    if unknown:
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        return f"Whether it may be sold in {name} cannot be told: {unknown[0].sentence}{more}"
    if not passed:
        return f"It may be sold in {name}: no rule applies to it."
    rules = "the one rule that applies is" if len(passed) == 1 else f"all {len(passed)} rules are"
    return f"It may be sold in {name}, because {rules} met."
