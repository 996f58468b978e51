"""The model of capacity beside public figures: docs/guides/capacity.md tells the same."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from packtrail.base.errors import RefusedError
from packtrail.planning.capacity.business import case_of
from packtrail.planning.capacity.calibrating import CONSTANTS
from packtrail.planning.capacity.estimating import Basis, Estimate, Input, Span, estimate
from packtrail.planning.capacity.forecasts import ForecastRow, Sums, forecast_inputs
from packtrail.planning.capacity.model import INPUTS, QUANTITIES, YEARS, inputs_of

GUIDE = Path(__file__).parents[4] / "docs" / "guides" / "capacity.md"


def months(packs: float, count: int = 12) -> list[ForecastRow]:
    return [
        ForecastRow(
            product="P", market="TR", month=date(2027 + at // 12, at % 12 + 1, 1), packs=packs
        )
        for at in range(count)
    ]


def set_to(**values: float) -> dict[str, Input]:
    known = {each.key: each for each in (*forecast_inputs(Sums.of(months(1)), "f"), *INPUTS)}
    return {
        key: replace(known[key], span=Span.of(value, value, value), basis=Basis.FACT)
        for key, value in values.items()
    }


def planned(packs_month: float, **values: float) -> Estimate:
    given = forecast_inputs(Sums.of(months(packs_month)), "forecast.csv")
    scenario = set_to(forecast_factor=1, **values)
    return estimate(inputs_of(given, scenario), QUANTITIES, random.Random(1), draws=100)


def test_turkey_tells_800_notifications_a_second() -> None:
    made = planned(2.5e9 / 12, lone_events=10, packs_per_case=1000, cases_per_pallet=40)

    assert made["events"].likely == pytest.approx(25e9, rel=0.001)
    assert round(made["events_mean"].likely) == 793


def test_germany_checks_150_packs_a_second_in_business_hours() -> None:
    made = planned(6.2e6 * 30, checks=1, open_hours=11.5 * 30, peak_factor=1)

    assert round(made["checks_peak"].likely) == 150


def test_a_company_of_24_sites_invests_200_million() -> None:
    made = planned(40e6, lines=200)

    assert made["investment"].unit == "EUR"
    assert made["investment"].likely * made["usd_eur"].likely == pytest.approx(200e6)
    assert made["investment"].low > 90e6


def test_what_is_worked_out_is_told_in_one_currency() -> None:
    worked_out = {
        each.unit for each in (*QUANTITIES, *case_of(None, {"IT": 1e6}, "test").quantities)
    }

    assert "EUR" in worked_out
    assert "USD" not in worked_out


def test_the_guide_tells_what_the_model_works_out() -> None:
    rows = {
        cells[0].partition(",")[0]: cells[-1]
        for line in GUIDE.read_text(encoding="utf-8").splitlines()
        if line.startswith("|") and len(cells := line.strip("| ").split(" | ")) == 4
    }
    packs = {"lone_events": 10.0, "cases_per_pallet": 40.0}
    turkey = planned(2.5e9 / 12, packs_per_case=1000, **packs)
    small = planned(2.5e9 / 12, packs_per_case=100, **packs)
    more = small["events_mean"].likely - turkey["events_mean"].likely
    germany = planned(6.2e6 * 30, checks=1, open_hours=11.5 * 30, peak_factor=1)
    company = planned(40e6, lines=200)

    assert rows["Turkey"] == (
        f"{turkey['events'].likely / 1e9:.1f} bn, {turkey['events_mean'].likely:.0f} a second with"
        f" cases of 1,000 packs; cases of 100 packs add {more:.1f} a second"
    )
    assert rows["Germany"] == f"{germany['checks_peak'].likely:.0f}"
    euros = company["investment"].likely / 1e6
    dollars = euros * company["usd_eur"].likely
    assert rows["Company of 24 sites"] == f"USD {dollars:.0f} M, told as EUR {euros:.0f} M"


def test_the_guide_names_the_constants_that_benchmarks_set() -> None:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    told = {
        key: set(re.findall(r"`(\w+)`", cells[1]))
        for line in lines
        if line.startswith("| `") and len(cells := line.strip("| ").split(" | ")) == 3
        for key in re.findall(r"`(\w+)`", cells[0])
    }
    known: dict[str, set[str]] = {}
    for each in CONSTANTS:
        known.setdefault(each.key, set()).add(each.bench)

    assert told == known


def test_a_database_grows_until_as_many_years_are_kept() -> None:
    made = planned(1e6, retention_years=6, growth=0, bytes_stored=100, bytes_event=0)

    sizes = [made[f"stored_{year}"].likely for year in range(1, YEARS + 1)]
    assert sizes == pytest.approx([1.2 * min(year, 6) for year in range(1, YEARS + 1)])


def test_growth_is_in_what_is_kept_and_in_what_is_dropped() -> None:
    made = planned(
        1e6, retention_years=6, growth=0.1, bytes_stored=60, bytes_event=40, lone_events=1
    )

    assert made["stored_10"].likely == pytest.approx(sum(1.2 * 1.1**year for year in range(4, 10)))


def test_the_first_twelve_months_of_a_forecast_count() -> None:
    rows = [*months(10, 24), replace(months(10)[3], packs=5, product="Q", market="DE")]
    values = {each.key: each.span.likely for each in forecast_inputs(Sums.of(rows), "f.csv")}

    assert values == {"packs_year": 125, "packs_month_peak": 15, "products": 2, "markets": 2}


def test_a_short_forecast_is_stretched_and_says_so() -> None:
    packs = forecast_inputs(Sums.of(months(10, 3)), "f.csv")[0]

    assert packs.span.likely == 120
    assert packs.source == "f.csv: 3 of 3 months, times 12/3"


@pytest.mark.parametrize("market", ["Year", "Month peak", "per case", "Peak"])
def test_a_market_of_any_name_changes_no_other_input(market: str) -> None:
    rows = [replace(each, market=market) for each in months(10)]
    given = forecast_inputs(Sums.of(rows), "f.csv")
    case = case_of(None, {market: 120.0}, "f.csv")
    keys = [each.key for each in (*inputs_of(given, {}), *case.inputs)]
    keys += [each.key for each in (*QUANTITIES, *case.quantities)]

    assert len(keys) == len({*keys})


def test_months_between_others_that_are_not_named_have_no_packs() -> None:
    quarters = [replace(months(10)[0], month=date(2027, month, 1)) for month in (1, 4, 7, 10)]
    every_other = [
        replace(months(10)[0], month=date(2027 + n // 6, 1 + 2 * (n % 6), 1)) for n in range(12)
    ]

    packs, peak = forecast_inputs(Sums.of(quarters), "f.csv")[:2]
    assert (packs.span.likely, peak.span.likely) == (48, 10)
    assert packs.source == "f.csv: 10 of 10 months, times 12/10"
    packs = forecast_inputs(Sums.of(every_other), "f.csv")[0]
    assert packs.span.likely == 60
    assert Sums.of(every_other).packs == {(every_other[0].product, every_other[0].market): 60}


@pytest.mark.parametrize("rows", [[], months(0), months(1e12)])
def test_a_forecast_without_packs_is_refused(rows: list[ForecastRow]) -> None:
    with pytest.raises(RefusedError) as refused:
        forecast_inputs(Sums.of(rows), "f.csv")

    assert refused.value.findings[0].code == "PLN-004"


def test_a_scenario_with_a_strange_name_or_a_senseless_value_is_refused() -> None:
    scenario = {**set_to(packs_per_case=0), "lnes": set_to(lines=8)["lines"]}
    with pytest.raises(RefusedError) as refused:
        inputs_of(forecast_inputs(Sums.of(months(1)), "f"), scenario)

    assert [(each.code, each.at) for each in refused.value.findings] == [
        ("PLN-002", "lnes"),
        ("PLN-004", "packs_per_case"),
    ]


def test_every_figure_can_be_traced_to_a_measurement_a_fact_or_an_assumption() -> None:
    made = planned(40e6)
    grounds = {
        each.key: each for each in made.figures if not each.rests_on or each.rests_on == (each.key,)
    }
    formulas = [each for each in made.figures if each.basis is Basis.FORMULA]

    assert {each.key for each in formulas} == {each.key for each in QUANTITIES}
    for each in formulas:
        assert each.rests_on
        assert set(each.rests_on) <= grounds.keys(), each.key
    for each in grounds.values():
        assert each.basis in {Basis.MEASUREMENT, Basis.FACT, Basis.ASSUMPTION, Basis.FORECAST}
        assert each.source.strip(), each.key
