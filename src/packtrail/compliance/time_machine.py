"""The time machine: today's portfolio under the rules of any day.

What breaks, for which products, lines, partners and sites, and since which change of the law.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from packtrail.compliance.checks import Outcome
from packtrail.compliance.explanation import described
from packtrail.compliance.law import Law, failed
from packtrail.compliance.statements import told
from packtrail.compliance.topics import called

if TYPE_CHECKING:
    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.evaluation import RuleResult
    from packtrail.compliance.law import Answered
    from packtrail.compliance.packs import PackIdentity
    from packtrail.compliance.portfolio import Placement, Portfolio

YEARS_AHEAD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A rule that today's portfolio does not meet on the day that was asked for."""

    placement: Placement
    about: str
    """Which of the things that are done: the label, the shipment to a small dispenser ..."""
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


def travel(
    catalogue: Catalogue,
    portfolio: Portfolio,
    *,
    on: date,
    today: date,
    law: Law | None = None,
) -> Journey:
    """Put a portfolio under the rules of a day.

    Args:
        catalogue: The packs.
        portfolio: What the company does today. Lots count as made on the day that is asked about;
            what is not sold on that day is left out.
        on: The day whose law counts.
        today: The day to compare with.
        law: Answers that are known already.
    """
    law = law or Law(catalogue)
    found = _Found()
    for placement in sorted(portfolio.placements, key=lambda each: (each.market, each.product)):
        pack = law.pack_of(placement.market)
        if pack is None:
            found.unpacked.append(placement.market)
        elif placement.is_sold(on):
            found.identities[pack.id] = pack.identity
            now = law.answers(placement, today) if placement.is_sold(today) else ()
            found.take(placement, now, law.answers(placement, on))
    return Journey(
        on=on,
        today=today,
        breaks=tuple(found.breaks),
        mended=tuple(found.mended),
        unknown=tuple(found.unknown),
        met_count=found.met_count,
        unpacked=tuple(dict.fromkeys(found.unpacked)),
        identities=tuple(found.identities.values()),
    )


@dataclass(slots=True)
class _Found:
    """What was found on the way."""

    breaks: list[Break] = field(default_factory=list)
    mended: list[Break] = field(default_factory=list)
    unknown: list[Break] = field(default_factory=list)
    met_count: int = 0
    unpacked: list[str] = field(default_factory=list)
    identities: dict[str, PackIdentity] = field(default_factory=dict)

    def take(
        self, placement: Placement, now: tuple[Answered, ...], then: tuple[Answered, ...]
    ) -> None:
        """Sort what the rules say of a placement on two days."""
        failed_now, failed_then = failed(now), failed(then)
        for each in then:
            made = _broken(placement, each, is_new=each.key not in failed_now)
            if each.result.outcome is Outcome.FAILED:
                self.breaks.append(made)
            elif each.result.outcome is Outcome.UNKNOWN:
                self.unknown.append(made)
            else:
                self.met_count += 1
        self.mended += (
            _broken(placement, each, is_new=False)
            for each in now
            if each.key in failed_now.keys() - failed_then.keys()
        )


def _broken(placement: Placement, each: Answered, *, is_new: bool) -> Break:
    return Break(
        placement=placement,
        about=described(each.subject),
        result=each.result,
        is_new=is_new,
        cause=cause(each.result),
    )


def ahead(
    law: Law, placement: Placement, *, on: date, until: date | None = None
) -> tuple[Step, ...]:
    """Return the days after which a placement needs more than it has, in order.

    Args:
        law: The rules.
        placement: What is done today, in a market.
        on: Today.
        until: How far to look; default: ten years.
    """
    pack = law.pack_of(placement.market)
    last = until or on.replace(year=on.year + YEARS_AHEAD, day=min(on.day, 28))
    failing = failed(law.answers(placement, on))
    steps = []
    for day in pack.changes() if pack else ():
        if on < day <= last:
            found = failed(law.answers(placement, day))
            new = tuple(each.result for key, each in found.items() if key not in failing)
            failing = found
            if new:
                steps.append(Step(on=day, results=new))
    return tuple(steps)


def cause(result: RuleResult) -> str:
    """Return the change of the law that made a rule ask what it asks, in a sentence."""
    applied, since = result.applied, result.applied.since
    for name, statement in applied.parameters.items():
        if statement and statement.from_on == since and since != applied.rule.from_on:
            return f"Since {since}: {called(name).lower()} is {told(statement.value)}."
    if applied.ended is None:
        return f"Since {since} the rule holds ({applied.rule.clause})."
    title = applied.ended.title
    return f"Since {since} an exemption no longer holds: {title[:1].lower()}{title[1:]}."
