"""A forecast of packs by product, market and month, and what it puts into the model."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.compliance.countries import name_of
from packtrail.planning import codes as plan_codes
from packtrail.planning.capacity import codes
from packtrail.planning.capacity.estimating import Basis, Input, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packtrail.base.findings import Finding

VALUE_MAX = 1e12
"""Largest value of an input: more than the packs of the world."""
YEAR_MONTHS = 12
"""Months of a forecast that count."""
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


Pair = tuple[str, str]
"""Product and market, as a forecast names them."""


@dataclass(frozen=True, slots=True)
class Sums:
    """A forecast added up: all that a plan asks of it, however many rows it has."""

    months: Mapping[date, float]
    """First day of each month that is named -> packs, in order of time; with `with_gaps`."""
    year: Mapping[Pair, tuple[float, ...]]
    """Product and market -> packs in each of the first twelve months, as far as there are so many;
    those alone that are named in one of them."""
    later: frozenset[Pair] = frozenset()
    """Products and markets that are named after the first twelve months only."""

    @classmethod
    def of(cls, rows: Iterable[ForecastRow]) -> Sums:
        """Return the sums of rows."""
        months: defaultdict[date, float] = defaultdict(float)
        cells: defaultdict[Pair, defaultdict[date, float]] = defaultdict(lambda: defaultdict(float))
        for row in rows:
            month = row.month.replace(day=1)
            months[month] += row.packs
            cells[row.product, row.market][month] += row.packs
        ordered = with_gaps(months)
        first = tuple(islice(ordered, YEAR_MONTHS))
        year = {
            pair: tuple(packs.get(month, 0.0) for month in first)
            for pair, packs in cells.items()
            if not packs.keys().isdisjoint(first)
        }
        return cls(ordered, year, frozenset(cells.keys() - year.keys()))

    @property
    def year_months(self) -> Mapping[date, float]:
        """The first twelve months, as far as there are so many, with their packs."""
        return dict(islice(self.months.items(), YEAR_MONTHS))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All products and markets."""
        return (*self.year, *sorted(self.later))

    @property
    def packs(self) -> Mapping[Pair, float]:
        """Packs of the first twelve months."""
        return {pair: sum(packs) for pair, packs in self.year.items()}


def with_gaps(months: Mapping[date, float]) -> dict[date, float]:
    """Return months in order of time, with those of the first year for which nothing is named.

    What is packed in campaigns is named for some months only: four of them are no four months long
    forecast.
    """
    found = dict(months)
    if months:
        first, last = min(months), max(months)
        for count in range(first.month - 1, first.month - 1 + YEAR_MONTHS):
            year, month = first.year + count // YEAR_MONTHS, count % YEAR_MONTHS + 1
            if (year, month) < (last.year, last.month):
                found.setdefault(date(year, month, 1), 0.0)
    return dict(sorted(found.items()))


def forecast_inputs(sums: Sums, source: str) -> tuple[Input, ...]:
    """Return what a forecast puts into the model: its first twelve months.

    A shorter forecast is stretched to a year; the source of the figure says so.

    Raises:
        RefusedError: `PLN-004`, the first year has no packs, or more than `VALUE_MAX`.
    """
    year = sums.year_months
    if not 1 <= sum(year.values()) <= VALUE_MAX:
        message = (
            f"{source}: {sum(year.values()):,.0f} packs in the first year; expected 1 to"
            f" {VALUE_MAX:,.0f}."
        )
        raise RefusedError(plan_codes.BAD_VALUE.found(message, at="packs"))
    told_source = f"{source}: {len(year)} of {len(sums.months)} months"
    if len(year) < YEAR_MONTHS:
        told_source += f", times {YEAR_MONTHS}/{len(year)}"
    found = {
        "packs_year": (
            "Packs forecast for the year",
            "packs",
            sum(year.values()) * YEAR_MONTHS / len(year),
        ),
        "packs_month_peak": ("Packs forecast for the busiest month", "packs", max(year.values())),
        "products": ("Products", "products", len({product for product, _ in sums.year})),
        "markets": ("Markets", "markets", len({market for _, market in sums.year})),
    }
    return tuple(
        Input(key, title, unit, Span.of(value, value, value), Basis.FORECAST, told_source, 1)
        for key, (title, unit, value) in found.items()
    )


def packing_inputs(sums: Sums, packings: Mapping[Pair, Packing]) -> tuple[Input, ...]:
    """Return packs a case and cases a pallet, as the products of a forecast are really packed.

    The mean is over containers, not over products: with it the model counts as many cases and
    pallets as there will be. The range is that of the products.

    Args:
        sums: The forecast.
        packings: Product and market, as the forecast names them -> how it is packed.
    """
    year = sums.packs
    total = sum(year.values()) or 1.0
    known = [(packs, packings[pair]) for pair, packs in year.items() if pair in packings]
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
        share = sum(cases for cases, _ in on_pallets) / max(
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


def by_market(sums: Sums, retention: Mapping[str, float]) -> tuple[MarketYear, ...]:
    """Return the first year of each market, the largest first."""
    packs: defaultdict[str, float] = defaultdict(float)
    products: Counter[str] = Counter()
    for (_, market), count in sums.packs.items():
        packs[market] += count
        products[market] += 1
    return tuple(
        MarketYear(
            market=market,
            packs=count,
            products=products[market],
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


def check_packings(sums: Sums, packings: Mapping[Pair, Packing]) -> Iterator[Finding]:
    """Yield which products of a forecast have no known packing."""
    unknown = sorted({pair[0] for pair in sums.pairs if pair not in packings})
    if unknown:
        shown = ", ".join(unknown[:_NAMED_MAX])
        more = f" and {len(unknown) - _NAMED_MAX} more" if len(unknown) > _NAMED_MAX else ""
        yield codes.UNKNOWN_PRODUCTS.found(f"Not known: {shown}{more}.", at="product")


def check_retention(markets: Sequence[MarketYear]) -> Iterator[Finding]:
    """Yield which markets have no rule on how long records are kept."""
    silent = [name_of(each.market) for each in markets if each.retention_years is None]
    if silent:
        told = f"No rule says how long records are kept for {', '.join(silent)}."
        yield codes.NO_RETENTION.found(told, at="market")


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
