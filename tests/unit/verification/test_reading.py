"""Which pack a scan means, when scanners, keyboards and eyes do what they do."""

from __future__ import annotations

from datetime import date

import pytest

from packtrail.gs1.keyboards import GERMAN
from packtrail.verification.alike import VARIANTS_MAX, looks_alike, variants
from packtrail.verification.reading import read

TODAY = date(2026, 3, 3)
GTIN, SERIAL, LOT, EXPIRY = "00300010123455", "ZA4K7Y", "LOT-7", "280131"
GS = "\x1d"
SCAN = f"01{GTIN}21{SERIAL}{GS}17{EXPIRY}10{LOT}"
PATH = f"/01/{GTIN}/10/{LOT}/21/{SERIAL}?17={EXPIRY}"
GERMAN_KEYS = {pressed: arrived for arrived, pressed in GERMAN.items()}


def on_german_keys(text: str) -> str:
    return "".join(chr(GERMAN_KEYS.get(letter, ord(letter))) for letter in text)


WHOLE = {
    "as it should be": SCAN,
    "with a symbology identifier": f"]d2{SCAN}",
    "bracketed": f"(01){GTIN}(21){SERIAL}(17){EXPIRY}(10){LOT}",
    "a Digital Link": f"https://id.gs1.org{PATH}",
    "a Digital Link of a QR code": f"]Q1https://id.gs1.org{PATH}",
    "a Digital Link in capitals": f"HTTPS://ID.GS1.ORG{PATH}",
}
DAMAGED = {
    "separators became bars": (SCAN.replace(GS, "|"), "GS1-063"),
    "separators became a bracket": (SCAN.replace(GS, "]"), "GS1-063"),
    "separators were lost": (SCAN.replace(GS, ""), "GS1-062"),
    "a plain symbol": (f"]d1{SCAN}", "GS1-065"),
    "a German keyboard": (on_german_keys(f"]d2{SCAN}"), "GS1-060"),
    "an input method of East Asia": (
        "".join(chr(ord(letter) + 0xFEE0) for letter in SCAN.replace(GS, "")),
        "GS1-060",
    ),
    "twice without Enter": (SCAN + SCAN, "GS1-066"),
    "twice with a separator": (f"]d2{SCAN}{GS}]d2{SCAN}", "GS1-066"),
    "twice, separators lost": ((SCAN + SCAN).replace(GS, ""), "GS1-066"),
}


@pytest.mark.parametrize("what", WHOLE)
def test_a_whole_code_is_read(what: str):
    (found,) = read(WHOLE[what], today=TODAY).candidates
    asked = found.question

    assert (asked.gtin, asked.serial, asked.lot) == (GTIN, SERIAL, LOT)
    assert asked.expires_on == date(2028, 1, 31)
    assert not found.is_repaired


def test_a_colon_makes_no_link_of_a_scan_and_costs_it_nothing():
    (found,) = read(f"01{GTIN}21A:1{GS}10L:7", today=TODAY).candidates

    assert (found.question.serial, found.question.lot) == ("A:1", "L:7")


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_code_is_read_as_what_it_was_and_the_cause_is_told(what: str):
    text, cause = DAMAGED[what]
    found = read(text, today=TODAY).candidates[0]

    assert (found.question.serial, found.question.lot) == (SERIAL, LOT)
    assert cause in {each.code for each in found.causes}


def test_what_can_be_meant_as_it_stands_stays_among_the_candidates():
    swallowed = f"01{GTIN}21AB117{EXPIRY}10L7"
    first, second = read(swallowed, today=TODAY).candidates

    assert (first.question.serial, first.question.lot) == ("AB1", "L7")
    assert (second.question.serial, second.question.lot) == (f"AB117{EXPIRY}10L7", None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "VER-001"),
        ("hello", "VER-001"),
        ("x" * 5000, "VER-001"),
        (GTIN, "VER-002"),
        ("(00)003000110234567895", "VER-002"),
    ],
)
def test_what_is_no_pack_is_told(text: str, code: str):
    found = read(text, today=TODAY)

    assert found.candidates == ()
    assert found.findings[0].code == code


def test_variants_are_what_eyes_and_keyboards_make_of_a_number():
    found = {each.serial: each for each in variants("A0B1Y")}

    for serial in ("AOB1Y", "A0BIY", "AOBIY", "A081Y", "a0b1y", "A0B1Z", "0A0B1Y", "0AB1Y"):
        assert serial in found, serial
    assert found["A0B1Z"].is_layout
    assert not found["AOB1Y"].is_layout
    assert "A0B1Y" not in found


@pytest.mark.parametrize("serial", ["0" * 20, "OIl15S8B2Z6G0QDUVuv", "A", "1" * 19])
def test_variants_are_few_enough_and_short_enough(serial: str):
    found = [each.serial for each in variants(serial)]

    assert len(found) == len(set(found)) <= VARIANTS_MAX
    assert all(0 < len(each) <= 20 for each in found)


def test_lots_look_alike_only_by_letters_that_do():
    assert looks_alike("L0T-7", "lot-7")
    assert looks_alike("B1S5", "8I55")
    assert not looks_alike("LOT-7", "LOT-1")
    assert not looks_alike("LOT-7", "LOT-77")


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        (f"01{GTIN}21{SERIAL[:4]}", True),
        (f"]d201{GTIN}21{SERIAL}", True),
        (SCAN, False),
        (f"01{GTIN}21{SERIAL}{GS}17{EXPIRY}", False),
        (f"(01){GTIN}(21){SERIAL}", False),
        (f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}", False),
        ("hello", False),
    ],
)
def test_a_scan_without_lot_and_expiry_may_be_cut_off(text: str, may_be: bool) -> None:
    assert read(text, today=TODAY).may_be_cut_off is may_be


def test_letters_of_another_alphabet_are_seen_through():
    assert "BAP1" in {each.serial for each in variants("ВАР1")}  # noqa: RUF001
    assert "4RZ" in {each.serial for each in variants("4КЯ")}  # noqa: RUF001
    assert looks_alike("АВ-1", "AB-1")  # noqa: RUF001
