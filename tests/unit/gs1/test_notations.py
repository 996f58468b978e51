from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1 import KeyType


@pytest.mark.parametrize(
    "text",
    [
        "urn:epc:id:sgtin:3000101.023450.11",
        "https://id.gs1.org/01/03000101234509/21/11",
        "https://example.com/01/03000101234509/10/L/21/11?17=301231",
        "]Q1https://id.gs1.org/01/03000101234509/21/11",
        "]d1HTTPS://id.gs1.org/01/03000101234509/21/11",
        "(01)03000101234509(21)11",
        "01030001012345092111",
        "]d201030001012345092111",
        "  (01) 03000101234509 (21) 11\n",
    ],
)
def test_one_pack_is_the_same_in_all_notations(text: str) -> None:
    key = gs1.parse(text)

    assert (key.class_key, key.item_key) == ("sgtin/03000101234509", "11")


@pytest.mark.parametrize(
    ("text", "key_type", "primary"),
    [
        ("96385074", KeyType.GTIN, "00000096385074"),
        ("614141000036", KeyType.GTIN, "00614141000036"),
        ("5901234123457", KeyType.GTIN, "05901234123457"),
        ("98765432109213", KeyType.GTIN, "98765432109213"),
        ("]E05901234123457", KeyType.GTIN, "05901234123457"),
        ("]E496385074", KeyType.GTIN, "00000096385074"),
        ("376130321109103420", KeyType.SSCC, "376130321109103420"),
    ],
)
def test_a_bare_number_is_known_by_its_length(text: str, key_type: KeyType, primary: str) -> None:
    key = gs1.parse(text)

    assert (key.type, key.primary) == (key_type, primary)


def test_thirteen_digits_are_a_location_when_asked() -> None:
    assert gs1.parse("0614141123452", location=True).type is KeyType.SGLN
    assert gs1.parse("0614141123452").type is KeyType.GTIN


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hello", "GS1-001"),
        ("", "GS1-001"),
        ("5901234123458", "GS1-009"),
        ("(10)L", "GS1-036"),
        ("(01)03000101234507", "GS1-009"),
        ("https://example.com/", "GS1-021"),
        ("urn:uuid:3f9d", "GS1-002"),
    ],
)
def test_what_is_no_key_is_refused(text: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        gs1.parse(text)

    assert refused.value.findings[0].code == code


@pytest.mark.parametrize(
    "uri",
    [
        "urn:epc:id:sgtin:3000101.023450.11",
        "urn:epc:idpat:sgtin:3000101.023450.*",
        "urn:epc:id:gid:31415.271828.1414",
        "urn:epc:id:adi:35962.PQ7VZ4.M37GXB92",
        "urn:epc:id:usdod:2S194.12345678901",
        "urn:epc:id:bic:CSQU3054383",
        "urn:epc:id:imovn:9176187",
        "https://id.gs1.org/01/03000101234509/21/11",
        "https://id.gs1.org/gtin/03000101234509",
        "https://example.com/01/about-us",
        "https://example.com/pack/7",
        "urn:uuid:3f9d",
        "urn:jaif:id:obj:37SUN321",
        "some text",
    ],
)
def test_an_identifier_of_an_event_is_fine(uri: str) -> None:
    assert gs1.check(uri) == ()


@pytest.mark.parametrize(
    ("uri", "code", "severity"),
    [
        ("urn:epc:id:sgtin:3000101.02345.11", "GS1-007", "error"),
        ("urn:epc:id:foo:1", "GS1-003", "error"),
        ("urn:epc:id:imovn:917618", "GS1-002", "error"),
        ("https://id.gs1.org/x", "GS1-021", "warning"),
        ("https://id.gs1.org/01/03000101234507/21/11", "GS1-009", "warning"),
        ("https://example.com/01/03000101234507", "GS1-009", "warning"),
    ],
)
def test_a_malformed_identifier_of_an_event_is_told(uri: str, code: str, severity: str) -> None:
    assert [(finding.code, finding.severity) for finding in gs1.check(uri)] == [(code, severity)]
