"""What a text is about, whatever notation it is in."""

from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.conversions import Form, Wishes, convert
from packtrail.gs1.descriptions import describe
from packtrail.gs1.subjects import Prefixes, about


@pytest.mark.parametrize(
    ("text", "scheme", "uri"),
    [
        ("3074257BF7194E4000001A85", "sgtin", "urn:epc:id:sgtin:0614141.812345.6789"),
        ("3074257bf7194e4000001a85", "sgtin", "urn:epc:id:sgtin:0614141.812345.6789"),
        ("urn:epc:raw:96.x350007AB70425D4000000586", "gid", "urn:epc:id:gid:31415.271828.1414"),
        ("urn:epc:tag:sscc-96:3.0614141.1234567890", "sscc", "urn:epc:id:sscc:0614141.1234567890"),
        ("0x350007AB70425D4000000586", "gid", "urn:epc:id:gid:31415.271828.1414"),
        ("urn:epc:id:adi:CAGEY..%23X", "adi", "urn:epc:id:adi:CAGEY..%23X"),
        ("urn:epc:id:imovn:9176187", "imovn", "urn:epc:id:imovn:9176187"),
        ("urn:epc:idpat:sgtin:0614141.*.*", "pattern", "urn:epc:idpat:sgtin:0614141.*.*"),
        ("urn:epc:idpat:sgtin:0614141.112345.*", "gtin", "urn:epc:idpat:sgtin:0614141.112345.*"),
    ],
)  # fmt: skip
def test_an_epc_is_known_in_every_notation(text: str, scheme: str, uri: str) -> None:
    subject = about(text)

    assert (subject.scheme, subject.uri) == (scheme, uri)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E2801160600002054AAA", "GS1-051"),
        ("3074257BF7194E4000001A8", "GS1-053"),
        ("urn:epc:raw:97.x3074257BF7194E4000001A85", "GS1-050"),
        ("urn:epc:raw:96.xYZ", "GS1-050"),
        ("urn:epc:id:gid:31415.271828", "GS1-002"),
        ("urn:epc:id:gid:31415.0271828.1414", "GS1-002"),
        ("urn:epc:id:usdod:2S194.012345", "GS1-002"),
        ("urn:epc:idpat:sgtin:*.812345.*", "GS1-002"),
        ("urn:epc:id:nothing:1.2", "GS1-003"),
    ],
)
def test_what_is_damaged_is_refused_as_what_it_is(text: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        about(text)

    assert refused.value.findings[0].code == code


def test_data_of_hexadecimal_digits_that_is_an_element_string_is_read_as_one() -> None:
    found = describe("3103001750" + "10ABCDEF123456")

    assert [(ai, value) for ai, value, _ in found.elements] == [
        ("3103", "001750"),
        ("10", "ABCDEF123456"),
    ]


def test_what_has_no_such_notation_says_so() -> None:
    pattern = convert("urn:epc:idpat:sgtin:0614141.*.*", Form.LINK)
    part = convert("urn:epc:id:adi:CAGEY..%23X", Form.HRI)

    assert "pattern for many classes" in pattern.findings[0].message
    assert "no GS1 key" in part.findings[0].message
    assert (pattern.result, part.result) == ("", "")


@pytest.mark.parametrize("form", [form for form in Form if form is not Form.SCAN])
def test_a_conversion_is_read_as_what_it_came_from(form: Form) -> None:
    text = "urn:epc:id:sgtin:0614141.812345.6789"
    prefixes = Prefixes(7)

    result = convert(text, form, Wishes(filter_value=3), prefixes=prefixes).result

    if form is Form.HRI:
        result = gs1.parse_hri(result).element_string()
    assert about(result, prefixes).key == about(text).key


def test_elements_that_must_stand_together_are_a_warning_that_refuses_nothing() -> None:
    found = describe("(01)80614141123458(37)12")

    assert found.digital_link
    assert [(each.severity, each.code) for each in found.findings] == [
        ("warning", "GS1-035"),
        ("warning", "GS1-034"),
    ]


def test_caps_lock_that_changes_the_symbology_identifier_is_named() -> None:
    found = describe("]D2" + "0103000101234509" + "21abc")

    assert found.suggestion == "]d2" + "0103000101234509" + "21ABC"
    assert found.findings[0].code == "GS1-061"


def test_a_text_of_another_symbol_is_left_alone() -> None:
    found = describe("]A0HELLO")

    assert (found.symbol, found.content, found.findings) == ("Code 39", "text", ())
