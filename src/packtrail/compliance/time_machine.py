"""The time machine: today's portfolio under the rules of any day.

What breaks, for which products, lines, partners and sites, and since which change of the law.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.compliance.checks import Outcome
from packtrail.compliance.evaluation import evaluate
from packtrail.compliance.portfolio import as_made_on
from packtrail.compliance.statements import told
from packtrail.compliance.topics import called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.evaluation import Evaluation, RuleResult
    from packtrail.compliance.packs import Pack, PackIdentity
    from packtrail.compliance.portfolio import Placement, Portfolio

YEARS_AHEAD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A rule that today's portfolio does not meet on the day that was asked for."""

    placement: Placement
    result: RuleResult
    is_new: bool
    """Whether it is met today, or not asked yet."""
    cause: str
    """Which change of the law brought it about, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The portfolio under the rules of a day."""

    on: date
    today: date
    breaks: tuple[Break, ...]
    """By market, product and code."""
    mended: tuple[Break, ...]
    """What is not met today and no longer asked, or met, on the day."""
    unknown: tuple[Break, ...]
    """What cannot be decided on the day."""
    met_count: int
    unpacked: tuple[str, ...]
    """Markets of the portfolio that no pack is about."""
    identities: tuple[PackIdentity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A day in the future from which a placement also needs something."""

    on: date
    results: tuple[RuleResult, ...]
    """Rules that are not met from this day on, and were met or not asked before."""


def travel(catalogue: Catalogue, portfolio: Portfolio, *, on: date, today: date) -> Journey:
    """Put a portfolio under the rules of a day.

    Args:
        catalogue: The packs.
        portfolio: What the company does today. Lots count as made on the day that is asked about.
        on: The day whose law counts.
        today: The day to compare with.
    """
    breaks: list[Break] = []
    mended: list[Break] = []
    unknown: list[Break] = []
    met, unpacked, identities = 0, [], {}
    known = catalogue.markets
    for placement in sorted(portfolio.placements, key=lambda each: (each.market, each.product)):
        if placement.market not in known:
            unpacked.append(placement.market)
            continue
        pack = catalogue.pack_of(placement.market)
        identities[pack.id] = pack.identity
        then = {_key(each): each for each in _results(pack, placement, on)}
        now = {_key(each): each for each in _results(pack, placement, today)}
        for key, result in then.items():
            before = now.get(key)
            is_new = before is None or before.outcome is not Outcome.FAILED
            made = Break(
                placement=placement, result=result, is_new=is_new, cause=cause(pack, result)
            )
            if result.outcome is Outcome.FAILED:
                breaks.append(made)
            elif result.outcome is Outcome.UNKNOWN:
                unknown.append(made)
            else:
                met += 1
        mended += (
            Break(placement=placement, result=each, is_new=False, cause=cause(pack, each))
            for key, each in now.items()
            if each.outcome is Outcome.FAILED
            and (key not in then or then[key].outcome is not Outcome.FAILED)
        )
    return Journey(
        on=on,
        today=today,
        breaks=tuple(breaks),
        mended=tuple(mended),
        unknown=tuple(unknown),
        met_count=met,
        unpacked=tuple(dict.fromkeys(unpacked)),
        identities=tuple(identities.values()),
    )


def evaluations(pack: Pack, placement: Placement, on: date) -> tuple[Evaluation, ...]:
    """Return what the rules of a day say of a placement, as of a lot made on that day."""
    return tuple(
        evaluate(pack, as_made_on(subject, on, market=placement.market), on=on)
        for subject in placement.subjects
    )


def ahead(
    pack: Pack, placement: Placement, *, on: date, until: date | None = None
) -> tuple[Step, ...]:
    """Return the days after which a placement needs more than it has, in order.

    Args:
        pack: The rules of its market.
        placement: What is done today.
        on: Today.
        until: How far to look; default: ten years.
    """
    last = until or on.replace(year=on.year + YEARS_AHEAD, day=min(on.day, 28))
    failing = {_key(each) for each in _failed(pack, placement, on)}
    steps = []
    for day in pack.changes():
        if on < day <= last:
            found = {_key(each): each for each in _failed(pack, placement, day)}
            new = tuple(each for key, each in found.items() if key not in failing)
            failing = set(found)
            if new:
                steps.append(Step(on=day, results=new))
    return tuple(steps)


def cause(pack: Pack, result: RuleResult) -> str:
    """Return the change of the law that made a rule ask what it asks, in a sentence."""
    applied, since = result.applied, result.applied.since
    for name, statement in applied.parameters.items():
        if statement and statement.from_on == since and since != applied.rule.from_on:
            return f"Since {since}: {called(name).lower()} is {told(statement.value)}."
    if since == applied.rule.from_on:
        return f"Since {since} the rule holds ({applied.rule.clause})."
    ended = next(
        (
            each
            for each in pack.exemptions.values()
            if each.covers(applied.rule) and each.to_on and (since - each.to_on).days == 1
        ),
        None,
    )
    told_of = f": {ended.title[:1].lower()}{ended.title[1:]}" if ended else ""
    return f"Since {since} an exemption no longer holds{told_of}."


def _results(pack: Pack, placement: Placement, on: date) -> Iterator[RuleResult]:
    for evaluation in evaluations(pack, placement, on):
        yield from evaluation.results


def _failed(pack: Pack, placement: Placement, on: date) -> Iterator[RuleResult]:
    return (each for each in _results(pack, placement, on) if each.outcome is Outcome.FAILED)


def _key(result: RuleResult) -> str:
    return result.rule.code
