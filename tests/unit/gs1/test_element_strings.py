from __future__ import annotations

from datetime import date

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError

GS = "\x1d"
SCAN = f"01030001012345091730120010AB-7{GS}2111"


def mark(text: str) -> tuple[str, str]:
    """Return a text without the asterisks around its bad part, and the place of that part."""
    head, bad, tail = text.split("*")
    first, last = len(head) + 1, len(head) + len(bad)
    return head + bad + tail, f"characters {first}-{last}" if last > first else f"character {first}"


@pytest.mark.parametrize(
    "text",
    [
        SCAN,
        f"]d2{SCAN}",
        f"]C1{SCAN}",
        f"]Q3{SCAN}",
        f"]e0{SCAN}",
        f"]J1{SCAN}",
        f"{GS}{SCAN}{GS}",
        f" {SCAN}\r\n",
        SCAN.replace(GS, "^]"),
        SCAN.replace(GS, "␝"),
        SCAN.replace(GS, "{GS}"),
        SCAN.replace("17301200", f"17301200{GS}"),
        SCAN.replace(GS, GS + GS),
        f"[)>\x1e05{GS}{SCAN}\x1e\x04",
        "(01)03000101234509(17)301200(10)AB-7(21)11",
        "(01) 03000101234509 (17) 301200 (10) AB-7 (21) 11",
    ],
)
def test_a_pack_is_read_in_every_spelling(text: str) -> None:
    pack = gs1.parse_element_string(text)

    assert pack.pairs == (
        ("01", "03000101234509"),
        ("17", "301200"),
        ("10", "AB-7"),
        ("21", "11"),
    )
    assert pack.key == gs1.parse("https://id.gs1.org/01/03000101234509/21/11")
    assert (pack.lot, pack.expires) == ("AB-7", "301200")


def test_values_know_where_they_stand() -> None:
    text = f"]d2{SCAN}"
    pack = gs1.parse_element_string(text)

    assert [text[slice(*element.span)] for element in pack.elements] == [
        element.value for element in pack.elements
    ]
    assert [element.title for element in pack.elements] == [
        "GTIN",
        "USE BY or EXPIRY",
        "BATCH/LOT",
        "SERIAL",
    ]


def test_an_escaped_bracket_belongs_to_the_value() -> None:
    pack = gs1.parse_element_string(r"(10)12345\(11)991225(21)\(\)")

    assert pack.pairs == (("10", "12345(11)991225"), ("21", "()"))
    assert gs1.parse_element_string(pack.element_string()).pairs == pack.pairs


@pytest.mark.parametrize(
    ("marked", "code"),
    [
        ("010300010123450*7*17301231", "GS1-009"),
        ("(01)0300010123450*7*(17)301231", "GS1-009"),
        ("(01)03000101234509(17)30*13*31", "GS1-012"),
        ("(01)03000101234509(17)3002*30*", "GS1-012"),
        ("(01)03000101234509(7003)3002*00*1200", "GS1-012"),
        ("(01)03000101234509(10)AB*~*C", "GS1-008"),
        (r"(01)03000101234509(10)\(\(AB*~*C", "GS1-008"),
        ("(01)03000101234509(10)12345678901234567890*1*", "GS1-007"),
        ("(01)*0300010123450*", "GS1-007"),
        ("010300010123450921A\x1d*89*123\x1d17301231", "GS1-031"),
        ("(01)03000101234509(*89*)123(17)301231", "GS1-031"),
        ("(01)03000101234509*(1A)123*(17)301231", "GS1-032"),
        ("*]Q1*0103000101234509", "GS1-037"),
        ("(01)03000101234509(10)*(*17)301231", "GS1-030"),
        ("(21)A(01)03000101234509(21)*B*", "GS1-033"),
        ("(3910)*987*12", "GS1-011"),
        ("(4300)A*%0g*", "GS1-010"),
        ("(401)12*A*4567", "GS1-004"),
    ],
)
def test_a_defect_is_told_with_its_place(marked: str, code: str) -> None:
    text, at = mark(marked)

    value, findings = gs1.check_element_string(text)

    assert value is None
    assert [(finding.code, finding.at) for finding in findings] == [(code, at)]


def test_every_defect_is_told_at_once_in_the_order_of_the_text() -> None:
    _, findings = gs1.check_element_string(f"]d201030001012345071730133210A B{GS}8912{GS}21")

    assert [(finding.code, finding.at) for finding in findings] == [
        ("GS1-009", "character 19"),
        ("GS1-012", "characters 24-25"),
        ("GS1-008", "character 31"),
        ("GS1-031", "characters 34-35"),
        ("GS1-030", "character 41"),
    ]


@pytest.mark.parametrize("text", ["", "   ", "]d2", GS, f"]C1{GS}"])
def test_nothing_is_not_data(text: str) -> None:
    value, findings = gs1.check_element_string(text)

    assert value is None
    assert [finding.code for finding in findings] == ["GS1-030"]


def test_a_bad_scan_still_shows_what_it_holds() -> None:
    pack, findings = gs1.examine_element_string("(01)03000101234507(10)L(17)301332")

    assert pack.get("10") == "L"
    assert pack.expires_on(reference_year=2026) is None
    assert [finding.code for finding in findings] == ["GS1-009", "GS1-012"]


def test_associations_are_checked_on_request() -> None:
    label = "(02)03000101234509(10)L(21)A"

    assert gs1.parse_element_string(label).lot == "L"
    _, findings = gs1.check_element_string(label, associations=True)
    assert [(finding.code, finding.message) for finding in findings] == [
        ("GS1-034", "(02) must go with (37)."),
        ("GS1-034", "(21) must go with (01) or (03) or (8006)."),
    ]


def test_what_excludes_each_other_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"\(01\) must not go with \(37\)") as refused:
        gs1.parse_element_string("(01)03000101234509(37)12", associations=True)

    assert "GS1-035" in {finding.code for finding in refused.value.findings}


def test_unknown_identifiers_are_read_on_request() -> None:
    assert gs1.parse_element_string("(89)ABC", unknown=True).pairs == (("89", "ABC"),)
    assert gs1.parse_element_string(f"236AB{GS}10C", unknown=True).pairs == (
        ("236", "AB"),
        ("10", "C"),
    )
    assert gs1.check_element_string("(2367)AB", unknown=True)[0] is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("(00)106141412345678908(02)03000101234509(37)12(10)L", "(00)106141412345678908"),
        ("(01)03000101234509(10)L(414)0614141123452", "(01)03000101234509(10)L"),
        ("(8006)040123451234560102(21)981", "(8006)040123451234560102(21)981"),
    ],
)
def test_the_key_is_what_the_data_is_about(text: str, key: str) -> None:
    assert gs1.parse_element_string(text).key == gs1.parse(key)


def test_data_without_key_has_none() -> None:
    assert gs1.parse_element_string("(10)L").key is None


@pytest.mark.parametrize(
    ("text", "expires"),
    [
        ("(17)301231", date(2030, 12, 31)),
        ("(17)240200", date(2024, 2, 29)),
        ("(7003)3012311430", date(2030, 12, 31)),
        ("(10)L", None),
    ],
)
def test_the_expiry_date_is_resolved(text: str, expires: date | None) -> None:
    assert gs1.parse_element_string(text).expires_on(reference_year=2026) == expires


def test_elements_become_a_link() -> None:
    assert gs1.parse_element_string(SCAN).digital_link() == (
        "https://id.gs1.org/01/03000101234509/10/AB-7/21/11?17=301200"
    )
