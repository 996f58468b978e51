from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.amounts import amount_of
from packtrail.gs1.numbering import (
    at_level,
    expand_upc_e,
    make_gtin,
    make_sscc,
    next_sscc,
    shorten_to_upc_e,
)
from packtrail.gs1.prefixes import is_restricted, prefix_of

DIGITS = "0123456789"


@given(
    st.text(DIGITS, min_size=6, max_size=12), st.text(DIGITS, max_size=16), st.sampled_from(DIGITS)
)
def test_whatever_is_made_is_a_key(prefix: str, reference: str, digit: str) -> None:
    gtin = make_gtin(prefix, reference[: 12 - len(prefix)], indicator=digit)
    sscc = make_sscc(prefix, reference[: 16 - len(prefix)], extension=digit)

    assert (
        gs1.parse(gtin).with_prefix_length(len(prefix)).epc_uri().split(":")[4].startswith(prefix)
    )
    assert gs1.parse(sscc).primary == sscc
    assert at_level(gtin, "0")[1:13] == gtin[1:13]


@given(st.integers(0, 10**9 - 2), st.sampled_from(DIGITS))
def test_the_next_sscc_is_one_further(number: int, extension: str) -> None:
    first = make_sscc("0614141", str(number), extension=extension)

    assert next_sscc(first, prefix_length=7) == make_sscc(
        "0614141", str(number + 1), extension=extension
    )


def test_a_company_prefix_of_twelve_digits_leaves_no_item_reference() -> None:
    assert make_gtin("437473647364", "") == "04374736473640"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: make_gtin("12345", "1"), "GS1-004"),
        (lambda: make_gtin("0614141", "123456"), "GS1-007"),
        (lambda: make_gtin("0614141", "12x"), "GS1-008"),
        (lambda: make_gtin("0614141", "12", indicator="10"), "GS1-008"),
        (lambda: make_sscc("0614141", "1", extension="x"), "GS1-008"),
        (lambda: at_level("0614141123453", "1"), "GS1-009"),
        (lambda: at_level("061414112346", "1"), "GS1-009"),
        (lambda: at_level("0614", "1"), "GS1-007"),
        (lambda: at_level("06X4", "1"), "GS1-008"),
        (lambda: next_sscc("0061414199999999", prefix_length=7), "GS1-007"),
        (lambda: next_sscc("006141419999999994", prefix_length=13), "GS1-004"),
        (lambda: next_sscc("006141419999999998", prefix_length=7), "GS1-009"),
        (lambda: next_sscc("006141419999999994", prefix_length=7), "GS1-040"),
        (lambda: expand_upc_e("12345"), "GS1-007"),
        (lambda: expand_upc_e("2425261"), "GS1-011"),
        (lambda: expand_upc_e("04252615"), "GS1-009"),
        (lambda: expand_upc_e("04252x"), "GS1-008"),
        (lambda: shorten_to_upc_e("04210000526"), "GS1-007"),
        (lambda: shorten_to_upc_e("042100005265"), "GS1-009"),
    ],
)
def test_a_part_that_does_not_fit_is_refused(make: Callable[[], str], code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        make()

    assert caught.value.findings[0].code == code


@given(st.sampled_from("01"), st.text(DIGITS, min_size=6, max_size=6))
def test_a_upc_e_is_the_short_form_of_what_it_expands_to(system: str, middle: str) -> None:
    number = expand_upc_e(system + middle)
    short = shorten_to_upc_e(number)

    assert short is not None
    assert expand_upc_e(short) == number


def test_most_numbers_have_no_short_form() -> None:
    assert shorten_to_upc_e("614141000036") is None
    assert shorten_to_upc_e("012345678905") is None


def test_the_member_organisation_of_any_key_is_found() -> None:
    usages = [
        prefix_of(gs1.parse(text))
        for text in ("(01)03400935955838", "(00)376130321109103420", "(414)4012345000016")
    ]

    assert [found and found.usage for found in usages] == [
        "GS1 France",
        "GS1 Switzerland",
        "GS1 Germany",
    ]


def test_a_number_of_a_shop_is_told_apart() -> None:
    assert is_restricted("2712341002251")
    assert is_restricted("20123451")
    assert not is_restricted("96385074")
    assert not is_restricted("no number")
    assert prefix_of("1409999999999") is None


@pytest.mark.parametrize(
    ("ai", "value", "number", "unit"),
    [
        ("3102", "000123", "1.23", "kg"),
        ("3600", "000012", "12", "qt (US)"),
        ("3371", "000012", "1.2", "kg/m²"),
        ("3922", "1995", "19.95", ""),
        ("3932", "7561995", "19.95", "CHF"),
        ("3943", "1234", "1.234", "%"),
        ("30", "012", "12", ""),
        ("4331", "000250-", "-2.50", "°C"),
    ],
)
def test_a_measure_has_decimals_and_a_unit(ai: str, value: str, number: str, unit: str) -> None:
    amount = amount_of(ai, value)

    assert amount is not None
    assert (amount.value, amount.unit) == (Decimal(number), unit)


def test_a_text_or_a_damaged_value_is_no_measure() -> None:
    assert amount_of("10", "123") is None
    assert amount_of("3102", "12") is None
    assert amount_of("8100", "1") is None
    assert amount_of("7003", "3012312359") is None
