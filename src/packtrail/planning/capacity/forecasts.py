"""A forecast of packs by product, market and month, and what it puts into the model."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.planning import codes as plan_codes
from packtrail.planning.capacity import codes
from packtrail.planning.capacity.estimating import Basis, Input, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packtrail.base.findings import Finding

VALUE_MAX = 1e12
"""Largest value of an input: more than the packs of the world."""
_MONTHS = 12
_NAMED_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRow:
    """Packs of a product for a market in a month."""

    product: str
    market: str
    month: date
    """Any day of it."""
    packs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """How the packs of a product are packed."""

    packs_per_case: int
    """0: they are in no case."""
    cases_per_pallet: int
    """0: they are on no pallet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketYear:
    """The first year of a forecast in one market."""

    market: str
    packs: float
    products: int
    retention_years: float | None
    """How long its rules have records kept; None: no rule says so."""


def first_year(rows: Sequence[ForecastRow]) -> tuple[ForecastRow, ...]:
    """Return the rows of the first twelve months that are named."""
    months = sorted({(row.month.year, row.month.month) for row in rows})[:_MONTHS]
    wanted = set(months)
    return tuple(row for row in rows if (row.month.year, row.month.month) in wanted)


def forecast_inputs(rows: Sequence[ForecastRow], source: str) -> tuple[Input, ...]:
    """Return what a forecast puts into the model: its first twelve months.

    A shorter forecast is stretched to a year; the source of the figure says so.

    Raises:
        RefusedError: `PLN-004`, the forecast has no packs, or fewer than none.
    """
    by_month: dict[tuple[int, int], float] = {}
    for row in rows:
        key = row.month.year, row.month.month
        by_month[key] = by_month.get(key, 0.0) + row.packs
    year = dict(islice(sorted(by_month.items()), _MONTHS))
    if any(row.packs < 0 for row in rows) or not 1 <= sum(year.values()) <= VALUE_MAX:
        told = plan_codes.BAD_VALUE.found(
            f"{source}: expected packs of 0 or more, and 1 to {VALUE_MAX:g} in the first year."
        )
        raise RefusedError(told)
    told_source = f"{source}: {len(year)} of {len(by_month)} months"
    if len(year) < _MONTHS:
        told_source += f", times {_MONTHS}/{len(year)}"
    used = [row for row in rows if (row.month.year, row.month.month) in year]
    found = {
        "packs_year": (
            "Packs forecast for the year",
            "packs",
            sum(year.values()) * _MONTHS / len(year),
        ),
        "packs_month_peak": ("Packs forecast for the busiest month", "packs", max(year.values())),
        "products": ("Products", "products", len({row.product for row in used})),
        "markets": ("Markets", "markets", len({row.market for row in used})),
    }
    return tuple(
        Input(key, title, unit, Span.of(value, value, value), Basis.FORECAST, told_source, 1)
        for key, (title, unit, value) in found.items()
    )


def months_of(rows: Sequence[ForecastRow]) -> Mapping[date, float]:
    """Return the packs of each month, by its first day."""
    packs: Counter[date] = Counter()
    for row in rows:
        packs[row.month.replace(day=1)] += row.packs  # type: ignore[assignment]
    return dict(sorted(packs.items()))


def packing_inputs(
    rows: Sequence[ForecastRow], packings: Mapping[tuple[str, str], Packing]
) -> tuple[Input, ...]:
    """Return packs a case and cases a pallet, as the products of a forecast are really packed.

    The mean is over containers, not over products: with it the model counts as many cases and
    pallets as there will be. The range is that of the products.

    Args:
        rows: The forecast.
        packings: Product and market, as the forecast names them -> how it is packed.
    """
    year = first_year(rows)
    total = sum(row.packs for row in year) or 1.0
    known = [
        (row.packs, packings[key]) for row in year if (key := (row.product, row.market)) in packings
    ]
    inputs = []
    in_cases = [(packs, each.packs_per_case) for packs, each in known if each.packs_per_case]
    if cases := _over(in_cases):
        share = sum(packs for packs, _ in in_cases) / total
        inputs.append(_seen("packs_per_case", "Packs in a case", "packs", cases, share))
    on_pallets = [
        (packs / each.packs_per_case, each.cases_per_pallet)
        for packs, each in known
        if each.packs_per_case and each.cases_per_pallet
    ]
    if pallets := _over(on_pallets):
        share = sum(cases * 1.0 for cases, _ in on_pallets) / max(
            1e-9, sum(packs / each for packs, each in in_cases)
        )
        inputs.append(_seen("cases_per_pallet", "Cases on a pallet", "cases", pallets, share))
    return tuple(inputs)


def retention_input(markets: Sequence[MarketYear]) -> Input | None:
    """Return how long records are kept: by the rules of the markets, weighted with their packs."""
    known = [each for each in markets if each.retention_years and each.packs]
    if not known:
        return None
    packs = sum(each.packs for each in known)
    years = [each.retention_years or 0.0 for each in known]
    mean = sum(each.packs * (each.retention_years or 0.0) for each in known) / packs
    share = packs / max(1.0, sum(each.packs for each in markets))
    told = ", ".join(f"{each.market} {each.retention_years:g}" for each in known)
    return Input(
        "retention_years",
        "Years kept",
        "years",
        Span.of(min(years), mean, max(years)),
        Basis.FACT,
        f"rule packs in force: {told}; weighted with packs, {share:.0%} of them",
        1,
    )


def by_market(
    rows: Sequence[ForecastRow], retention: Mapping[str, float]
) -> tuple[MarketYear, ...]:
    """Return the first year of each market, the largest first."""
    packs: defaultdict[str, float] = defaultdict(float)
    products: defaultdict[str, set[str]] = defaultdict(set)
    for row in first_year(rows):
        packs[row.market] += row.packs
        products[row.market].add(row.product)
    return tuple(
        MarketYear(
            market=market,
            packs=count,
            products=len(products[market]),
            retention_years=retention.get(market),
        )
        for market, count in sorted(packs.items(), key=lambda each: (-each[1], each[0]))
    )


def check_rows(rows: Sequence[ForecastRow]) -> Iterator[Finding]:
    """Yield what is odd about a forecast that can be used."""
    counted = Counter((row.product, row.market, row.month.replace(day=1)) for row in rows)
    twice = [key for key, count in counted.items() if count > 1]
    for product, market, month in twice[:_NAMED_MAX]:
        yield codes.NAMED_TWICE.found(
            f"{product} for {market} in {month:%B %Y} is named {counted[product, market, month]}"
            " times."
        )
    if len(twice) > _NAMED_MAX:
        yield codes.NAMED_TWICE.found(f"So are {len(twice) - _NAMED_MAX} more.")


def check_packings(
    rows: Sequence[ForecastRow], packings: Mapping[tuple[str, str], Packing]
) -> Iterator[Finding]:
    """Yield which products of a forecast have no known packing."""
    unknown = sorted({row.product for row in rows if (row.product, row.market) not in packings})
    if unknown:
        shown = ", ".join(unknown[:_NAMED_MAX])
        more = f" and {len(unknown) - _NAMED_MAX} more" if len(unknown) > _NAMED_MAX else ""
        yield codes.UNKNOWN_PRODUCTS.found(f"Not known: {shown}{more}.", at="product")


def check_retention(markets: Sequence[MarketYear]) -> Iterator[Finding]:
    """Yield which markets have no rule on how long records are kept."""
    silent = [each.market for each in markets if each.retention_years is None]
    if silent:
        yield codes.NO_RETENTION.found(f"No rule for {', '.join(silent)}.", at="market")


def _over(weighted: Sequence[tuple[float, int]]) -> tuple[float, float, float] | None:
    """Return least, mean and most of what containers hold; the mean counts each container once."""
    weighted = [(amount, holds) for amount, holds in weighted if amount > 0]
    if not weighted:
        return None
    containers = sum(amount / holds for amount, holds in weighted)
    holds = [each for _, each in weighted]
    mean = sum(amount for amount, _ in weighted) / containers
    return float(min(holds)), min(max(mean, min(holds)), max(holds)), float(max(holds))


def _seen(
    key: str, title: str, unit: str, found: tuple[float, float, float], share: float
) -> Input:
    source = f"trade items described here, for {share:.0%} of what is forecast"
    return Input(key, title, unit, Span.of(*found), Basis.FACT, source, 1)
