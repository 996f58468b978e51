"""Readiness: for every market in which something is sold, what the law asks and how much is done.

Counted are the rules that apply to each product today, and the obligations of the company with a
day up to a horizon. What is expected, disputed or cannot be decided is unknown: never done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.compliance.checks import Outcome
from packtrail.compliance.countries import name_of
from packtrail.compliance.obligations import Standpoint
from packtrail.compliance.radar import Concern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.compliance.law import Law
    from packtrail.compliance.obligations import Obligation
    from packtrail.compliance.portfolio import Portfolio


class Verdict(StrEnum):
    """How a market stands as a whole."""

    READY = "ready"
    OPEN = "open"
    """There is work to do, and time."""
    UNKNOWN = "unknown"
    AT_RISK = "at_risk"
    NO_RULES = "no_rules"
    """No rule pack is about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketReadiness:
    """How ready a company is for a market."""

    market: str
    name: str
    pack_id: str
    products: int
    required: int
    done: int
    open: int
    at_risk: int
    unknown: int
    broken: tuple[str, ...]
    """Codes of rules that are broken today."""
    late: int
    """Obligations whose day is past."""
    next_on: date | None
    next_what: str
    next_key: str
    next_is_certain: bool

    @property
    def verdict(self) -> Verdict:
        """How the market stands as a whole."""
        if not self.pack_id:
            return Verdict.NO_RULES
        if self.at_risk:
            return Verdict.AT_RISK
        if self.unknown:
            return Verdict.UNKNOWN
        return Verdict.OPEN if self.open else Verdict.READY

    @property
    def share_done(self) -> float:
        """Which part of what is required is done, 0 to 1."""
        return self.done / self.required if self.required else 1.0


def readiness(
    law: Law, portfolio: Portfolio, found: Iterable[Obligation], *, today: date
) -> tuple[MarketReadiness, ...]:
    """Return how ready a company is, by market.

    Args:
        law: The rules.
        portfolio: What is sold where.
        found: Obligations with a day, up to the horizon; those of the past that are not done too.
        today: The day.
    """
    by_market: dict[str, list[Obligation]] = {}
    for each in found:
        for market in each.markets:
            by_market.setdefault(market, []).append(each)
    markets = sorted({each.market for each in portfolio.placements if each.is_sold(today)})
    return tuple(
        _market(law, portfolio, market, by_market.get(market, ()), today) for market in markets
    )


def _market(
    law: Law, portfolio: Portfolio, market: str, found: Sequence[Obligation], today: date
) -> MarketReadiness:
    placements = [
        each for each in portfolio.placements if each.market == market and each.is_sold(today)
    ]
    outcomes = [one.result for each in placements for one in law.answers(each, today)]
    own = [each for each in found if each.concern is Concern.OWN]
    stands = [
        one.standpoint for each in own for one in each.parts if one.part.market in {"", market}
    ]
    passed = sum(one.outcome is Outcome.PASSED for one in outcomes)
    failed = [one for one in outcomes if one.outcome is Outcome.FAILED]
    unknown = sum(one.outcome is Outcome.UNKNOWN for one in outcomes)
    count = stands.count
    done = passed + count(Standpoint.DONE) + count(Standpoint.READY)
    following = [
        each
        for each in own
        if each.on is not None and each.on >= today and not each.state.is_settled
    ]
    following.sort(key=lambda each: (not each.is_certain, each.on))
    first = following[0] if following else None
    pack = law.pack_of(market)
    return MarketReadiness(
        market=market,
        name=name_of(market),
        pack_id=pack.id if pack else "",
        products=len({each.product for each in placements}),
        required=passed + len(failed) + unknown + len(stands),
        done=done,
        open=count(Standpoint.OPEN),
        at_risk=len(failed) + count(Standpoint.AT_RISK),
        unknown=unknown + count(Standpoint.UNKNOWN),
        broken=tuple(sorted({one.rule.code for one in failed})),
        late=sum(each.is_late for each in own),
        next_on=first.on if first else None,
        next_what=first.what if first else "",
        next_key=first.key if first else "",
        next_is_certain=first.is_certain if first else True,
    )
