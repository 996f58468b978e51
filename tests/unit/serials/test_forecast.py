"""When a pool runs low, and which levels make sense."""

from __future__ import annotations

import doctest
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.serials import forecast as module
from packtrail.serials.forecast import DAYS_MAX, WINDOW_DAYS, Forecast, forecast
from packtrail.serials.levels import Levels


def test_the_examples_in_the_documentation_work() -> None:
    assert doctest.testmod(module).failed == 0


def test_a_pool_that_nothing_was_taken_from_has_no_forecast() -> None:
    assert forecast([0] * 60, left=5, low_water=10) is None
    assert forecast([], left=5, low_water=0) is None
    assert forecast([9, *[0] * WINDOW_DAYS], left=5, low_water=0) is None


def test_the_busiest_and_the_quietest_week_bound_it() -> None:
    found = forecast([10] * 7 + [30] * 7 + [20] * 7, left=1_000, low_water=400)

    assert found == Forecast(per_day=20.0, days=30, days_min=20, days_max=60)


def test_a_first_order_is_no_daily_rate() -> None:
    found = forecast([0, 0, 0, 700], left=1_000, low_water=0)

    assert found
    assert (found.per_day, found.days) == (100.0, 10)


def test_what_is_low_already_or_lasts_ten_years_is_told_so() -> None:
    low = forecast([7] * 7, left=5, low_water=10)
    never = forecast([1] * 7, left=DAYS_MAX * 2, low_water=0)

    assert low == Forecast(per_day=7.0, days=0, days_min=0, days_max=0)
    assert never == Forecast(per_day=1.0, days=None, days_min=None, days_max=None)


@given(st.lists(st.integers(0, 10**6), max_size=90), st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_bounds_lie_on_both_sides(daily: list[int], left: int, low: int) -> None:
    found = forecast(daily, left=left, low_water=low)

    if found is not None:
        latest = DAYS_MAX + 1
        days = latest if found.days is None else found.days
        assert (found.days_min if found.days_min is not None else latest) <= days
        assert days <= (found.days_max if found.days_max is not None else latest)


SENSIBLE = Levels(low_water=10, top_up_to=100, drawn_per_day_max=0, unused_for_days=30)


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"low_water": -1}, "low_water"),
        ({"top_up_to": -1}, "top_up_to"),
        ({"top_up_to": 10}, "top_up_to"),
        ({"drawn_per_day_max": -1}, "drawn_per_day_max"),
        ({"unused_for_days": 0}, "unused_for_days"),
        ({"unused_for_days": 4_000}, "unused_for_days"),
    ],
)
def test_levels_that_make_no_sense_are_named(wrong: dict[str, int], at: str) -> None:
    assert [each.at for each in replace(SENSIBLE, **wrong).findings()] == [at]  # type: ignore[arg-type]
    assert list(SENSIBLE.findings()) == []
