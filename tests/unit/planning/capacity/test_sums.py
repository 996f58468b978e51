"""A forecast added up says what its rows say, one by one."""

from __future__ import annotations

import random
from datetime import date

import pytest

from packtrail.planning.capacity.estimating import Basis, Input, Span
from packtrail.planning.capacity.forecasts import (
    ForecastRow,
    Packing,
    Sums,
    by_market,
    check_packings,
    forecast_inputs,
    packing_inputs,
)
from packtrail.planning.capacity.lines import LineFacts, line_inputs, line_loads

PRODUCTS, MARKETS = tuple(f"p{at}" for at in range(9)), ("DE", "TR", "US")
FIRST_YEAR = {(2027, month) for month in range(3, 13)} | {(2028, 1), (2028, 2)}


def ragged(seed: int) -> list[ForecastRow]:
    """Return rows of fourteen months with gaps, doubles and nothing; p8 is named late only."""
    draw = random.Random(seed)
    rows = [
        ForecastRow(
            product=product, market=market, packs=float(draw.choice((0, 7, 120, 90_000))),
            month=date(2027 + (at + 2) // 12, (at + 2) % 12 + 1, draw.randint(1, 28)),
        )
        for at in range(14) for product in PRODUCTS for market in MARKETS
        for _ in range(draw.choice((0, 1, 1, 2)))
        if product != "p8" or at > 11
    ]  # fmt: skip
    every_month = [
        ForecastRow(
            product="p0", market="DE", packs=1.0,
            month=date(2027 + (at + 2) // 12, (at + 2) % 12 + 1, 5),
        )
        for at in range(14)
    ]  # fmt: skip
    draw.shuffle(rows)
    return [*rows, *every_month]


@pytest.fixture(params=range(5))
def rows(request: pytest.FixtureRequest) -> list[ForecastRow]:
    return ragged(request.param)


def used(rows: list[ForecastRow]) -> list[ForecastRow]:
    return [row for row in rows if (row.month.year, row.month.month) in FIRST_YEAR]


def packing(product: str) -> Packing:
    at = PRODUCTS.index(product)
    return Packing(packs_per_case=10 * at, cases_per_pallet=8 * (at % 3))


def test_packs_products_and_markets_are_those_of_the_rows(rows: list[ForecastRow]) -> None:
    told = {each.key: each.span.likely for each in forecast_inputs(Sums.of(rows), "f")}

    year = used(rows)
    months = {
        (each.month.year, each.month.month): 0.0 for each in year
    }  # fmt: skip
    for each in year:
        months[each.month.year, each.month.month] += each.packs
    assert told == {
        "packs_year": sum(each.packs for each in year),
        "packs_month_peak": max(months.values()),
        "products": len({each.product for each in year}),
        "markets": len({each.market for each in year}),
    }


def test_markets_are_added_up_as_their_rows_are(rows: list[ForecastRow]) -> None:
    told = {each.market: (each.packs, each.products) for each in by_market(Sums.of(rows), {})}

    year = used(rows)
    assert told == {
        market: (
            sum(each.packs for each in year if each.market == market),
            len({each.product for each in year if each.market == market}),
        )
        for market in MARKETS
    }


def test_packing_counts_as_many_cases_and_pallets_as_the_rows_fill(
    rows: list[ForecastRow],
) -> None:
    packings = {(each, market): packing(each) for each in PRODUCTS for market in MARKETS}
    told = {each.key: each.span for each in packing_inputs(Sums.of(rows), packings)}

    packed = [(row.packs, packing(row.product)) for row in used(rows) if row.packs]
    cased = [(packs, each) for packs, each in packed if each.packs_per_case]
    cases = sum(packs / each.packs_per_case for packs, each in cased)
    on_pallets = [
        (p / e.packs_per_case, e.cases_per_pallet) for p, e in cased if e.cases_per_pallet
    ]
    pallets = sum(count / each for count, each in on_pallets)
    holds = [each.packs_per_case for _, each in cased]
    assert told["packs_per_case"].likely == pytest.approx(
        sum(packs for packs, _ in cased) / cases, rel=1e-12
    )
    assert (told["packs_per_case"].low, told["packs_per_case"].high) == (min(holds), max(holds))
    assert told["cases_per_pallet"].likely == pytest.approx(
        sum(count for count, _ in on_pallets) / pallets, rel=1e-12
    )


def test_lines_are_asked_for_what_the_rows_place_on_them(rows: list[ForecastRow]) -> None:
    placements = {
        ("p1", "DE"): ("a",), ("p2", "TR"): ("a", "b"), ("p8", "US"): ("c",), ("x", "US"): ("c",),
    }  # fmt: skip
    lines = [
        LineFacts(code=code, name=code, site="s", packs_per_minute=speed, speed_source="said: x")
        for code, speed in (("a", 100.0), ("b", 300.0), ("c", None))
    ]
    known = {
        key: Input(key, key, "", Span.of(value, value, value), Basis.FACT, "t", 0)
        for key, value in (("line_hours_month", 320), ("line_yield", 0.5), ("line_speed", 150))
    }
    sums = Sums.of(rows)
    loads = {each.line.code: each for each in line_loads(sums, placements, lines, known)}
    speed = {each.key: each.span.likely for each in line_inputs(sums, placements, lines)}

    asked: dict[str, dict[date, float]] = {}
    for row in used(rows):
        codes = placements.get((row.product, row.market), ())
        for code in codes:
            month = asked.setdefault(code, {})
            first = row.month.replace(day=1)
            month[first] = month.get(first, 0.0) + row.packs / len(codes)
    for code in ("a", "b"):
        assert loads[code].packs_year == sum(asked[code].values())
        assert loads[code].packs_peak == max(asked[code].values())
    assert (loads["c"].packs_year, loads["c"].peak_month) == (0, None)
    a, b = sum(asked["a"].values()), sum(asked["b"].values())
    assert speed["line_speed"] == pytest.approx((a + b) / (a / 100 + b / 300), rel=1e-12)


def test_products_named_late_are_asked_for_their_packing_too(rows: list[ForecastRow]) -> None:
    known = {(each, market): packing(each) for each in PRODUCTS[:8] for market in MARKETS}
    (told,) = check_packings(Sums.of(rows), known)

    assert told.message == "Not known: p8."
    assert sorted({product for product, _ in Sums.of(rows).later}) == ["p8"]
