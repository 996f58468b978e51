from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.properties.test_gs1_keys import keys

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1 import Carrier, Content, Key

GS = "\x1d"
PACK = "010300010123450917301231" + f"10L1{GS}2111"


def contents(text: str) -> list[str]:
    return [each.content.value for each in gs1.read_scan(text).readings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"]d2{PACK}", ["element string"]),
        (f"]C1{PACK}", ["element string"]),
        (f"]e0{PACK}", ["element string"]),
        (PACK, ["element string"]),
        ("(01)03000101234509", ["element string"]),
        ("]E05901234123457", ["trade item"]),
        ("]E3590123412345712", ["trade item"]),
        ("]E496385074", ["trade item"]),
        ("]I115901234123454", ["trade item"]),
        ("]E402345673|]e099A", ["trade item"]),
        ("5901234123457", ["trade item"]),
        ("614141000036", ["trade item"]),
        ("04252614", ["UPC-E"]),
        ("425261", ["UPC-E"]),
        ("12345670", ["trade item", "UPC-E"]),
        ("376130321109103420", ["logistic unit"]),
        ("15210527", ["element string"]),
        ("]Q1https://example.com/01/03000101234509/21/11", ["digital link", "text"]),
        ("https://example.com/01/03000101234509/21/11", ["digital link"]),
        ("]Q1Hello, world", ["text"]),
        ("]A0ABC", ["text"]),
        ("]L0", ["text"]),
        (f"]d1[)>\x1e06{GS}9N111234567842{GS}1TL1{GS}D230207{GS}SA1\x1e\x04", ["IFA"]),
        (f"[)>\x1e06{GS}9N111234567842{GS}1TL1{GS}D230207{GS}SA1\x1e\x04", ["IFA"]),
    ],
)
def test_a_scan_is_what_its_symbol_and_its_data_say(text: str, expected: list[str]) -> None:
    assert contents(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "GS1-001"),
        ("ABC", "GS1-001"),
        ("]q", "GS1-037"),
        ("]j0123", "GS1-037"),
        ("]XX", "GS1-037"),
        ("]d2", "GS1-030"),
        ("]E0123456789012", "GS1-007"),
        ("]E05901234123458", "GS1-009"),
        ("]E412ABC678", "GS1-008"),
        ("]E4", "GS1-007"),
        ("]E402345673|]e0", "GS1-030"),
        ("]E402345673|]e0991" + "A" * 91, "GS1-007"),
        ("]E402345673|99A", "GS1-007"),
        ("]C101123123123133^10ABC", "GS1-008"),
        ("5901234123458", "GS1-009"),
    ],
)
def test_a_scan_that_is_wrong_has_no_reading_and_says_why(text: str, code: str) -> None:
    scan = gs1.read_scan(text)

    assert scan.readings == ()
    assert code in {finding.code for finding in scan.findings}


def test_the_place_of_a_defect_is_counted_in_the_scan_and_not_in_the_gtin() -> None:
    assert gs1.read_scan("]E402345674").findings[0].at == "character 11"
    assert gs1.read_scan("]E412ABC678").findings[0].at == "character 6"
    assert gs1.read_scan("]E402345673|]e017991301").findings[0].at == "characters 20-21"


def test_data_that_its_symbol_does_not_announce_is_told() -> None:
    scan = gs1.read_scan(f"]d1{PACK}")

    assert [each.content for each in scan.readings] == [Content.TEXT, Content.ELEMENT_STRING]
    assert scan.key == gs1.parse("(01)03000101234509(21)11")
    assert [finding.code for finding in scan.findings] == ["GS1-065"]


@given(
    st.text(max_size=40)
    | st.text(st.sampled_from("]EQdCe0123456789|()\x1d^ABhtps:/."), max_size=40)
)
def test_any_text_is_read_or_refused_with_reasons(text: str) -> None:
    scan = gs1.read_scan(text)

    assert scan.readings or scan.findings


@given(keys())
def test_what_is_transmitted_is_read_again(key: Key) -> None:
    text = key.element_string()
    for carrier in (Carrier.GS1_128, Carrier.DATA_MATRIX, Carrier.QR, Carrier.DATABAR_EXPANDED):
        scan = gs1.read_scan(gs1.write_scan(carrier, text))
        assert scan.readings[0].pairs == key.elements()


@pytest.mark.parametrize(
    ("carrier", "data", "expected"),
    [
        (Carrier.UPC_A, "614141000036", "]E00614141000036"),
        (Carrier.UPC_A, "(01)00614141000036", "]E00614141000036"),
        (Carrier.UPC_E, "042100005264", "]E00042100005264"),
        (Carrier.ITF_14, "15901234123454", "]I115901234123454"),
        (Carrier.DATABAR, "15901234123454", "]e00115901234123454"),
        (Carrier.DOTCODE, "(10)A(21)B", f"]J110A{GS}21B"),
        (
            Carrier.QR,
            "https://a.example/01/03000101234509",
            "]Q1https://a.example/01/03000101234509",
        ),
    ],
)
def test_each_symbol_is_transmitted_in_its_way(carrier: Carrier, data: str, expected: str) -> None:
    assert gs1.write_scan(carrier, data) == expected


@pytest.mark.parametrize(
    ("carrier", "data"),
    [
        (Carrier.EAN_13, "5901234123458"),
        (Carrier.EAN_13, "(01)05901234123457(10)A"),
        (Carrier.EAN_13, "(10)A"),
        (Carrier.EAN_8, "5901234123457"),
        (Carrier.UPC_E, "614141123452"),
        (Carrier.DATABAR_LIMITED, "20000000000004"),
        (Carrier.GS1_128, "text"),
        (Carrier.DATA_MATRIX, "(17)991301"),
    ],
)
def test_what_a_symbol_cannot_hold_is_refused(carrier: Carrier, data: str) -> None:
    with pytest.raises(RefusedError):
        gs1.write_scan(carrier, data)


def test_other_separators_are_read_where_a_station_says_so() -> None:
    text = "010300010123450910L1|2111"

    assert gs1.parse_element_string(text, separators="|").get("21") == "11"
    with pytest.raises(RefusedError):
        gs1.parse_element_string(text)


def test_values_are_selected_by_identifier_or_title() -> None:
    found = gs1.parse_element_string("(01)03000101234509(3103)001250(10)L1")

    assert found.select(ai="310") == ("001250",)
    assert found.select(title="LOT") == ("L1",)
    assert found.select(title="SERIAL") == ()
