from __future__ import annotations

from decimal import Decimal

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.check_digits import price_check_digit


@pytest.mark.parametrize(
    ("gtin", "form"),
    [
        ("96385074", "GTIN-8"),
        ("00000096385074", "GTIN-8"),
        ("614141000036", "GTIN-12"),
        ("0614141000036", "GTIN-12"),
        ("5901234123457", "GTIN-13"),
        ("15901234123454", "GTIN-14"),
    ],
)
def test_the_form_of_a_gtin_is_the_shortest(gtin: str, form: str) -> None:
    assert gs1.form_of(gtin) == form
    assert gs1.in_digits(gtin, int(form[5:])).zfill(14) == gtin.zfill(14)


@pytest.mark.parametrize(
    ("gtin", "length"), [("5901234123457", 12), ("614141000036", 8), ("5901234123457", 10)]
)
def test_a_gtin_is_not_cut(gtin: str, length: int) -> None:
    with pytest.raises(RefusedError):
        gs1.in_digits(gtin, length)


@pytest.mark.parametrize("text", ["5901234123458", "59012", "590123412345A", ""])
def test_what_is_no_gtin_has_no_form(text: str) -> None:
    with pytest.raises(RefusedError):
        gs1.form_of(text)


def test_a_measure_is_told_where_the_region_has_a_rule() -> None:
    assert gs1.measure_in("2712341002251", "dk") == ("weight", Decimal("0.225"), "12341")
    assert gs1.measure_in("2302148210869", "no") == ("weight", Decimal("1.086"), "021482")
    assert gs1.measure_in("2011122912346", "gb") == ("price", Decimal("12.34"), "11122")
    assert gs1.measure_in("2502148210863", "dk") is None
    assert gs1.measure_in("412345678903", "no") is None


def test_a_wrong_check_digit_of_the_measure_is_told() -> None:
    body = "201112281234"
    with pytest.raises(RefusedError) as caught:
        gs1.measure_in(body + gs1.check_digit(body), "gb")

    assert caught.value.findings[0].code == "GS1-009"
    assert price_check_digit("1234") == "9"


@pytest.mark.parametrize("digits", ["2875", "14685", "00000"])
def test_a_check_digit_of_a_price_is_one_digit(digits: str) -> None:
    assert price_check_digit(digits) in "0123456789"
