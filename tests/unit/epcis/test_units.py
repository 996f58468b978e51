"""Units of measure: values of one quantity compare, whatever unit they are told in."""

from __future__ import annotations

from decimal import Decimal

import pytest

from packtrail.epcis.units import UNITS, dimension, in_base_unit


def base(value: str, code: str) -> Decimal:
    return in_base_unit(Decimal(value), code)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("25", "CEL"), ("298.15", "KEL")),
        (("77", "FAH"), ("25", "CEL")),
        (("-40", "FAH"), ("-40", "CEL")),
        (("2.5", "KGM"), ("2500", "GRM")),
        (("1", "LBR"), ("453.59237", "GRM")),
        (("1", "MTR"), ("100", "CMT")),
        (("1", "INH"), ("25.4", "MMT")),
        (("1", "BAR"), ("100000", "PAL")),
        (("1013.25", "MBR"), ("1", "ATM")),
        (("1013.25", "A97"), ("101.325", "KPA")),
        (("50", "P1"), ("0.5", "C62")),
        (("1", "DZN"), ("12", "EA")),
        (("90", "MIN"), ("1.5", "HUR")),
        (("36", "KMH"), ("10", "MTS")),
        (("1", "LTR"), ("1000", "MLT")),
        (("1", "CUR"), ("37", "GBQ")),
        (("1.5", "M33"), ("0.0015", "C38")),
        (("180", "DD"), ("200", "A91")),
    ],
)
def test_equal_amounts_are_equal_in_any_unit(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert dimension(one[1]) == dimension(other[1])
    assert base(*one) == base(*other)


def test_a_difference_has_no_zero_point() -> None:
    assert in_base_unit(Decimal(9), "FAH", is_difference=True) == 5
    assert in_base_unit(Decimal(9), "CEL", is_difference=True) == 9


def test_an_unknown_code_measures_something_of_its_own() -> None:
    assert dimension("XQ7") != dimension("XQ8")
    assert base("3.50", "XQ7") == Decimal("3.5")


def test_what_is_no_number_stays_so() -> None:
    assert base("Infinity", "CEL") == Decimal("Infinity")
    assert base("NaN", "CEL").is_nan()


@pytest.mark.parametrize("code", UNITS)
def test_more_of_a_unit_is_more_of_its_quantity(code: str) -> None:
    assert base("1", code) < base("2", code)
