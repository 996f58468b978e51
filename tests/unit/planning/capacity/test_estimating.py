"""Capacity: a formula gives the same here, in its range and in every audit of it."""

from __future__ import annotations

import random

import pytest

from packtrail.base.errors import UsageError
from packtrail.planning.capacity.estimating import Basis, Estimate, Input, Quantity, Span, estimate


def put_in(key: str, low: float, likely: float, high: float) -> Input:
    return Input(key, key, "", Span.of(low, likely, high), Basis.ASSUMPTION, "example")


def worked_out(*formulas: str, seed: int = 1) -> Estimate:
    inputs = (put_in("a", 1, 2, 3), put_in("b", 10, 10, 10))
    quantities = [Quantity(f"q{at}", "", "", formula) for at, formula in enumerate(formulas)]
    return estimate(inputs, quantities, random.Random(seed))


@pytest.mark.parametrize(
    ("formula", "value"),
    [("a + b * 2", 22), ("(a + b) / 4", 3), ("a ** 3 - 1", 7), ("min(1, max(0, a - b))", 0)],
)
def test_a_formula_is_worked_out_with_the_likely_values(formula: str, value: float) -> None:
    assert worked_out(formula)["q0"].likely == value


def test_a_formula_may_use_those_before_it_and_tells_the_inputs_at_its_root() -> None:
    made = worked_out("b * 2", "q0 + a")

    assert made["q1"].likely == 22
    assert made["q1"].rests_on == ("a", "b")
    assert made["q0"].rests_on == ("b",)


def test_a_range_is_that_of_the_draws() -> None:
    """A triangular distribution over 1, 2, 3 has its tenths at 1 and 3, less and plus 0.447."""
    figure = worked_out("a")["q0"]

    assert figure.low == pytest.approx(1.447, abs=0.05)
    assert figure.high == pytest.approx(2.553, abs=0.05)


def test_what_does_not_vary_has_no_range() -> None:
    figure = worked_out("b + 1")["q0"]

    assert (figure.low, figure.likely, figure.high) == (11, 11, 11)


def test_figures_that_share_an_input_move_together() -> None:
    figure = worked_out("a - a")["q0"]

    assert (figure.low, figure.high) == (0, 0)


def test_the_same_seed_gives_the_same_ranges() -> None:
    assert worked_out("a * b", seed=4) == worked_out("a * b", seed=4)
    assert worked_out("a * b", seed=4) != worked_out("a * b", seed=5)


@pytest.mark.parametrize("formula", ["c + 1", "open('x')", "a.real", "a if b else 0", "'text'"])
def test_nothing_else_can_stand_in_a_formula(formula: str) -> None:
    with pytest.raises(UsageError, match="cannot stand in a formula"):
        worked_out(formula)


def test_a_range_out_of_order_is_refused() -> None:
    with pytest.raises(UsageError, match="3, 2, 1 is no range"):
        Span.of(3, 2, 1)


def test_a_figure_that_is_not_there_is_no_figure() -> None:
    with pytest.raises(KeyError, match="packs"):
        worked_out("a")["packs"]
