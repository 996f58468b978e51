"""Numbers as people read them: no power of ten, and one unit for what stands side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.base.amounts import Scale, amount, figure, rounded


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0"), (-0.0, "0"), (1, "1"), (1.5, "1.5"), (0.1, "0.1"), (250.0, "250"),
        (9.999, "10"), (99.96, "100"), (999.4, "999"), (999.6, "1,000"), (69_760.4, "69,760"),
        (0.000412, "0.000412"), (2.35e-5, "0.0000235"), (-3.2, "-3.2"), (-12_345.0, "-12,345"),
        (999_999_999_999.0, "999,999,999,999"), (1e12, "1 trillion"), (-2e13, "-20 trillion"),
        (1.436e17, "144 quadrillion"),
    ],
)  # fmt: skip
def test_a_figure_has_the_digits_that_mean_something(value: float, told: str) -> None:
    assert figure(value) == told


@given(st.floats(min_value=1e-12, max_value=1e26))
def test_no_figure_is_told_as_a_power_of_ten(value: float) -> None:
    told = figure(value)

    assert "e" not in told.partition(" ")[0]
    assert any(digit in told for digit in "123456789")


@given(st.floats(min_value=1e-9, max_value=1e11))
def test_a_figure_is_off_by_half_a_percent_at_most(value: float) -> None:
    assert float(figure(value).replace(",", "")) == pytest.approx(value, rel=0.005)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.02555, "GB", "25.6 MB"), (3_000, "GB", "3 TB"), (0, "GB", "0 GB"),
        (5.12e-7, "GB", "512 bytes"), (0.3, "GB a year more", "300 MB a year more"),
        (0.0428, "a second", "2.57 a minute"), (5_000, "a second", "5,000 a second"),
        (3e-5, "hours", "0.108 seconds"), (0.0089, "share", "0.89 %"), (0, "share", "0 %"),
        (2e-4, "Mbit/s", "200 bit/s"), (0.5, "packs", "0.5 packs"), (4.38, "x", "4.38 x"),
    ],
)  # fmt: skip
def test_an_amount_has_the_unit_that_suits_it(value: float, unit: str, told: str) -> None:
    assert amount(value, unit) == told


def test_what_stands_side_by_side_has_the_unit_of_the_largest() -> None:
    scale = Scale.of("GB", (0.043, 49.5, 2.0))

    assert [scale.amount(each) for each in (0.043, 49.5)] == ["0.043 GB", "49.5 GB"]


def test_of_what_is_there_whole_a_trace_is_only_told_to_be_small() -> None:
    processes = Scale.of("processes", (0.000111, 0.00002, 0.0003))

    assert processes.amount(0.000111) == "less than 0.01 processes"
    assert processes.span(0.00002, 0.0003) == ""
    assert processes.span(0.00002, 0.25) == "less than 0.01 to 0.25"
    assert processes.amount(0) == "0 processes"
    assert amount(0.000111, "EUR") == "0.000111 EUR"


def test_large_counts_are_told_by_name() -> None:
    assert rounded(10**30) == "10^30"
    assert rounded(456_800_000) == "457 million"
    assert rounded(999_999) == "999,999"
    assert rounded(999_999_973) == "1 billion"
    assert rounded(999_400_000) == "999 million"
