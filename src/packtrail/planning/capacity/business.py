"""The business case: investment, running cost, cost a pack, cost of delay, people by role.

It is the model of capacity with formulas on top, so that every figure can be audited down to an
input. What a programme knows (work left, rates, dates that will be missed) comes in as inputs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.base.amounts import plural
from packtrail.planning.capacity.estimating import Basis, Input, Quantity, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

YEARS: Final = 5
"""Years over which money is added up."""
DELAYS_MAX: Final = 40
"""Most late dates that are told one by one, those with most packs behind them."""
_WEEKS: Final = 52
_WORKING_DAYS_A_WEEK: Final = 5
_A = Basis.ASSUMPTION

INPUTS: Final[tuple[Input, ...]] = tuple(
    Input(key, title, unit, Span.of(*span), _A, source, least)
    for key, title, unit, span, source, least in (
        (
            "discount",
            "Discount rate a year",
            "share",
            (0.05, 0.08, 0.12),
            "as companies of the industry do; ask your finance department",
            0,
        ),
        (
            "inflation",
            "Running cost rises a year",
            "share",
            (0.01, 0.025, 0.05),
            "prices and salaries rise by 1 to 5 %",
            0,
        ),
        (
            "days_a_year",
            "Days a person works a year",
            "days",
            (200, 215, 225),
            "260 weekdays less leave, holidays and illness",
            1,
        ),
        (
            "it_share",
            "Part of the people to run it who are IT",
            "share",
            (0.2, 0.35, 0.5),
            "a fifth to a half; quality and packaging are the others",
            0,
        ),
    )
)
"""Inputs that only the business case has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWork:
    """What a programme asks of the people of one role."""

    code: str
    name: str
    days_left: float
    """Person days of work that is not done."""
    people: float
    """Full-time people that there are for it."""
    rate_eur: float
    """Of a person day."""
    packages: int
    """That it is the work of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """A date that will be missed."""

    code: str
    title: str
    market: str
    late_days: int
    """Working days."""
    packs: float | None = None
    """Of the first year and its market that it holds back; None: all of them."""

    def held(self, packs: Mapping[str, float]) -> float:
        """Return the packs of a year that it holds back, of those of each market."""
        return packs[self.market] if self.packs is None else self.packs


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeFacts:
    """What a programme brings into the business case."""

    name: str
    source: str
    """Programme and version."""
    roles: tuple[RoleWork, ...]
    bought_eur: float
    """What is still to be bought."""
    spent_eur: float
    """What was bought for work that is done."""
    delays: tuple[Delay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the case: a heading, and the figures below it."""

    heading: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Inputs and formulas of a business case."""

    inputs: tuple[Input, ...]
    """Besides those of the model of capacity."""
    quantities: tuple[Quantity, ...]
    parts: tuple[Part, ...]
    roles: Mapping[str, str]
    """Code of a role -> how its figures begin."""
    left_out: int
    """Late dates that are not told, having the fewest packs behind them."""


def case_of(facts: ProgrammeFacts | None, packs: Mapping[str, float], source: str) -> Case:
    """Return the business case of a programme, or of the model alone where there is none.

    Args:
        facts: What the programme brings; None: nothing, so the model's investment counts.
        packs: Packs of the first year by market.
        source: Of the packs.
    """
    markets = _slugs(packs)
    inputs = [*INPUTS, *(_exact(f"packs_of_{slug}", f"Packs for {market}, first year", "packs",
                                packs[market], Basis.FORECAST, source)
                         for market, slug in markets.items())]  # fmt: skip
    roles = _slugs(each.code for each in facts.roles) if facts else {}
    told = sorted(
        (each for each in (facts.delays if facts else ()) if each.market in markets),
        key=lambda each: -each.held(packs) * each.late_days,
    )
    delays = told[:DELAYS_MAX]
    if facts is not None:
        inputs += _of_programme(facts, roles, delays)
        inputs += _held_back(delays, source)
    people = [*_staffing(facts, roles)] if facts else []
    late = [*_late(delays, markets)]
    money = [*_money(facts, roles)]
    weeks = [
        Quantity(f"week_{slug}", f"A week without {market}", "EUR",
                 f"packs_of_{slug} * forecast_factor / {_WEEKS} * margin / usd_eur")
        for market, slug in markets.items()
    ]  # fmt: skip
    total = Quantity(
        "delay_total", "Cost of the delays that the plan shows", "EUR",
        " + ".join(each.key for each in late if each.key.startswith("cost_late_")) or "0 * margin",
    )  # fmt: skip
    parts = (
        Part(heading="Money", keys=tuple(each.key for each in money)),
        Part(heading="Cost of delay", keys=("delay_total", *(each.key for each in late))),
        Part(heading="A week without a market", keys=tuple(each.key for each in weeks)),
        Part(heading="People", keys=tuple(each.key for each in people)),
    )
    return Case(
        inputs=tuple(inputs),
        quantities=(*people, *money, *weeks, *late, total),
        parts=tuple(each for each in parts if each.keys),
        roles=roles,
        left_out=len(told) - len(delays),
    )


def _slugs(codes: Sequence[str] | Mapping[str, object] | Iterator[str]) -> dict[str, str]:
    """Return code -> a name that can stand in a formula, each once."""
    found: dict[str, str] = {}
    for code in codes:
        slug = re.sub(r"[^a-z0-9]+", "_", code.casefold()).strip("_") or "x"
        number, taken = 1, set(found.values())
        made = slug
        while made in taken:
            number += 1
            made = f"{slug}_{number}"
        found[code] = made
    return found


def _exact(key: str, title: str, unit: str, value: float, basis: Basis, source: str) -> Input:
    return Input(key, title, unit, Span.of(value, value, value), basis, source, 0)


def _of_programme(
    facts: ProgrammeFacts, roles: Mapping[str, str], delays: Sequence[Delay]
) -> Iterator[Input]:
    fact = Basis.FACT
    for each in facts.roles:
        slug = roles[each.code]
        told = f"{facts.source}: {plural(each.packages, 'package')}"
        yield _exact(f"days_{slug}", f"{each.name}: work left", "person days", each.days_left,
                     fact, told)  # fmt: skip
        yield _exact(f"people_{slug}", f"{each.name}: people for it", "people", each.people, fact,
                     facts.source)  # fmt: skip
        yield _exact(f"rate_{slug}", f"{each.name}: a person day", "EUR", each.rate_eur, fact,
                     facts.source)  # fmt: skip
    yield _exact("bought", "Still to be bought for the programme", "EUR", facts.bought_eur, fact,
                 facts.source)  # fmt: skip
    yield _exact("spent", "Bought for work that is done", "EUR", facts.spent_eur, fact,
                 facts.source)  # fmt: skip
    for at, late in enumerate(delays, 1):
        yield _exact(f"late_{at}", f"{late.title}: late", "working days", late.late_days, fact,
                     f"{facts.source}: date {late.code} as it stands")  # fmt: skip


def _staffing(facts: ProgrammeFacts, roles: Mapping[str, str]) -> Iterator[Quantity]:
    for each in facts.roles:
        slug = roles[each.code]
        yield Quantity(f"need_{slug}", f"{each.name}: people needed for a year", "people",
                       f"days_{slug} / days_a_year")  # fmt: skip
        yield Quantity(f"load_{slug}", f"{each.name}: needed of those there are", "share",
                       f"need_{slug} / max(0.01, people_{slug})")  # fmt: skip
        yield Quantity(f"cost_{slug}", f"{each.name}: cost", "EUR",
                       f"days_{slug} * rate_{slug}")  # fmt: skip
    if "it" in roles:
        slug = roles["it"]
        yield Quantity("it_running", "IT: people to run serialisation", "people",
                       "people * it_share")  # fmt: skip
        yield Quantity("it_needed", "IT: people for programme and running together", "people",
                       f"need_{slug} + it_running")  # fmt: skip
        yield Quantity("it_load", "IT: needed of those there are, with running", "share",
                       f"it_needed / max(0.01, people_{slug})")  # fmt: skip


def _held_back(delays: Sequence[Delay], source: str) -> Iterator[Input]:
    """Yield the packs that dates are about, where that is not all of their market."""
    for at, each in enumerate(delays, 1):
        if each.packs is not None:
            title = f"{each.title}: packs of the products it is about, first year"
            yield _exact(f"packs_late_{at}", title, "packs", each.packs, Basis.FORECAST, source)


def _volume(at: int, delay: Delay, markets: Mapping[str, str]) -> str:
    return f"packs_of_{markets[delay.market]}" if delay.packs is None else f"packs_late_{at}"


def _late(delays: Sequence[Delay], markets: Mapping[str, str]) -> Iterator[Quantity]:
    for at, each in enumerate(delays, 1):
        yield Quantity(
            f"held_{at}", f"{each.title}: packs that cannot ship", "packs",
            f"{_volume(at, each, markets)} * forecast_factor"
            f" / {_WEEKS * _WORKING_DAYS_A_WEEK} * late_{at}",
        )  # fmt: skip
        yield Quantity(f"cost_late_{at}", f"{each.title}: cost of being late", "EUR",
                       f"held_{at} * margin / usd_eur")  # fmt: skip


def _money(facts: ProgrammeFacts | None, roles: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield investment, each year's running cost, and both over what they are for."""
    outlay = "investment"
    if facts is not None:
        work = " + ".join(f"cost_{slug}" for slug in roles.values()) or "0 * usd_eur"
        yield Quantity("work_cost", "Work left in the programme", "EUR", work)
        outlay = "work_cost + bought"
    yield Quantity("outlay", "Investment still to be made", "EUR", outlay)
    for year in range(1, YEARS + 1):
        yield Quantity(f"run_{year}", f"Running cost, year {year}", "EUR",
                       f"running * (1 + inflation) ** {year - 1}")  # fmt: skip
    present = " + ".join(f"run_{year} / (1 + discount) ** {year}" for year in range(1, YEARS + 1))
    yield Quantity("present", f"Present value of {YEARS} years", "EUR", f"outlay + {present}")
    packs = " + ".join(
        f"packs * (1 + growth) ** {year - 1} / (1 + discount) ** {year}"
        for year in range(1, YEARS + 1)
    )
    yield Quantity("present_packs", f"Packs of {YEARS} years, discounted alike", "packs", packs)
    yield Quantity("case_pack", f"Cost a pack over {YEARS} years", "EUR",
                   "present / present_packs")  # fmt: skip
