"""Gauges, bars and counts as people say them."""

from __future__ import annotations

import doctest
import re
from datetime import date

import pytest

from packtrail.rendering import gauges


def test_the_examples_in_the_documentation_work() -> None:
    assert doctest.testmod(gauges).failed == 0


@pytest.mark.parametrize(
    ("share", "width"), [(0.5, "50"), (1.7, "100"), (-1, "0.8"), (0.00001, "0.8"), (0, "0")]
)
def test_a_gauge_shows_that_something_is_left_and_never_more_than_all(
    share: float, width: str
) -> None:
    drawn = gauges.gauge(share, mark=0.25, tone="bad")

    assert re.search(rf'class="g-left" width="{width}(\.0)?"', drawn)
    assert 'class="gauge bad"' in drawn
    assert drawn.count("g-mark") == 1


@pytest.mark.parametrize("mark", [None, 0.0, 1.2])
def test_a_mark_that_is_nowhere_is_not_drawn(mark: float | None) -> None:
    assert "g-mark" not in gauges.gauge(0.5, mark=mark)


def test_a_bar_stands_for_every_day() -> None:
    drawn = gauges.bars([0, 5, 10], date(2026, 11, 28), label="Numbers <a day>")

    assert (drawn.count("b-day"), drawn.count("b-none")) == (2, 1)
    assert "Numbers &lt;a day&gt;" in drawn
    assert "28 Nov" in drawn
    assert gauges.bars([], date(2026, 11, 28), label="none")


def test_odds_are_told_as_people_say_them() -> None:
    assert gauges.odds(0) == "none"
    assert gauges.odds(1e-4) == "1 in 10,000"
    assert gauges.odds(1e-13).startswith("1 in 1")
