from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.national_codes import (
    NTINS,
    check_ppn,
    is_pzn,
    make_ntin,
    make_ppn,
    national_number_of,
)
from packtrail.gs1.ndc import Ndc, ndc_digits_of, readings
from packtrail.gs1.packs import read_pack


@pytest.mark.parametrize(
    ("code", "scheme", "country", "number"),
    [
        ("03400935955838", "CIP", "FR", "3595583"),
        ("8470006502693", "CN", "ES", "650269"),
        ("7680536620137", "Swissmedic", "CH", "53662013"),
        ("04150123456782", "PZN", "DE", "12345678"),
        ("111234567842", "PZN", "DE", "12345678"),
    ],
)
def test_the_national_number_is_found(code: str, scheme: str, country: str, number: str) -> None:
    assert national_number_of(code) == (scheme, country, number)


def test_other_numbers_have_no_national_number() -> None:
    assert [national_number_of(code) for code in ("00614141123452", "1", "119999999942")] == [
        None
    ] * 3


@given(st.sampled_from(NTINS), st.data())
def test_an_ntin_is_a_gtin_that_gives_its_number_back(
    row: tuple[str, str, str, int], data: st.DataObject
) -> None:
    scheme, country, _, digits = row
    number = data.draw(st.text("0123456789", min_size=digits, max_size=digits))
    gtin = make_ntin(scheme, number)

    assert gs1.parse(gtin).primary == gtin
    assert national_number_of(gtin) == (scheme, country, number)


def test_a_ppn_is_checked_as_a_whole_and_its_pzn_too() -> None:
    assert check_ppn("111234567842") == ""
    assert check_ppn("111234567843") == "its check digits are 43, 42 is right"
    assert (
        check_ppn(make_ppn("11", "12345670")) == "12345670 is no PZN: its own check digit is wrong"
    )
    assert check_ppn("11") == "a PPN has 5 to 22 capital letters and digits, the last two digits"
    assert check_ppn(make_ppn("XY", "A1")) == ""
    assert not is_pzn("1234567")


@pytest.mark.parametrize(
    ("text", "ten", "eleven"),
    [
        ("0002-1433-80", "0002143380", "00002143380"),
        ("12345-678-90", "1234567890", "12345067890"),
        ("12345-6789-1", "1234567891", "12345678901"),
    ],
)
def test_the_parts_of_an_ndc_are_filled_for_claims(text: str, ten: str, eleven: str) -> None:
    ndc = Ndc.parse(text)

    assert (ndc.ten, ndc.eleven) == (ten, eleven)
    assert ndc in readings(ndc.ten)
    assert ndc in readings(ndc.eleven)
    assert ndc_digits_of(ndc.gtin()) == ten
    assert ndc_digits_of(ndc.gtin(indicator="5")) == ten
    assert gs1.parse(ndc.gtin()).primary == ndc.gtin()


def test_eleven_digits_with_one_reading_are_understood() -> None:
    assert str(Ndc.parse("12345067890")) == "12345-678-90"
    assert str(Ndc.parse("12345-0678-90")) == "12345-678-90"
    assert ndc_digits_of("04150123456782") is None


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Ndc.parse("0002143380"), "GS1-041"),
        (lambda: Ndc.parse("00002-0433-80"), "GS1-041"),
        (lambda: Ndc.parse("12345-6789-12"), "GS1-007"),
        (lambda: Ndc.parse("12345"), "GS1-007"),
        (lambda: Ndc.parse("abc"), "GS1-007"),
        (lambda: make_ntin("XYZ", "1"), "GS1-011"),
        (lambda: make_ntin("PZN", "1"), "GS1-007"),
        (lambda: make_ppn("1", "2"), "GS1-008"),
        (lambda: make_ppn("11", "é"), "GS1-008"),
    ],
)
def test_what_does_not_fit_is_refused(make: Callable[[], object], code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        make()

    assert caught.value.findings[0].code == code


def test_every_fault_of_an_envelope_is_told_with_its_place() -> None:
    text = "]d1[)>\x1e06\x1d9N111234567843\x1dD991399\x1d1T\x1d?\x1dSA\x1dSB\x1dZ é\x1e\x04"

    pack = read_pack(text)

    assert [(f.code, f.at) for f in pack.findings] == [
        ("GS1-009", "characters 13-24"),
        ("GS1-012", "characters 27-32"),
        ("GS1-030", "character 36"),
        ("GS1-031", "character 37"),
        ("GS1-008", "character 46"),
        ("GS1-033", ""),
        ("GS1-042", ""),
    ]
    assert (pack.product_code, pack.serial, pack.expires) == ("111234567843", "", "991399")
    assert not pack.can_submit


@pytest.mark.parametrize(
    ("made", "codes"),
    [("20230106", []), ("20230100", []), ("230106", ["GS1-012"]), ("20231306", ["GS1-012"])],
)
def test_a_date_of_manufacture_in_an_envelope_has_its_century(made: str, codes: list[str]) -> None:
    pack = read_pack(f"[)>\x1e06\x1d9N111234567842\x1dSA1\x1d1TL\x1dD300100\x1d16D{made}\x1e\x04")

    assert [finding.code for finding in pack.findings] == codes
    assert pack.can_submit


def test_an_envelope_may_carry_a_gtin() -> None:
    pack = read_pack("[)>\x1e06\x1d8P03400935955838\x1dSA1\x1d1TL\x1dD300100\x1e\x04")

    assert pack.is_valid
    assert pack.product_code == "03400935955838"


@given(st.text(st.sampled_from("0123456789NDST[)>\x1e\x1d\x04 AZé"), max_size=60))
def test_no_envelope_makes_the_reader_fail(text: str) -> None:
    for pack in (read_pack(text), read_pack("[)>\x1e06\x1d" + text)):
        assert pack.scheme in {"gs1", "ifa"}
        assert pack.findings or pack.is_valid
