from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.gs1 import identities

URIS = [
    "urn:epc:id:sgtin:3000101.023450.11",
    "urn:epc:id:sgtin:3000101.023450.A.B",
    "urn:epc:id:sgtin:3000101.023450.a%2Fb",
    "urn:epc:id:sgtin:300010.1023450.11",
    "urn:epc:id:sgtin:3000101.023450.12345678901234567890",
    "urn:epc:idpat:sgtin:3000101.023450.*",
    "urn:epc:class:lgtin:3000101.023450.L1",
    "urn:epc:id:sscc:0614141.1234567890",
    "urn:epc:id:sscc:061414112345.16789",
    "urn:epc:id:sgln:0614141.12345.0",
    "urn:epc:id:sgln:0614141.12345.A1",
    "urn:epc:id:sgcn:4012345.67890.04711",
    "urn:epc:id:grai:0614141.12345.32a",
    "https://id.gs1.org/01/03000101234509/21/11",
    "https://id.gs1.org/01/03000101234509/21/a%2Fb",
    "https://id.gs1.org/01/03000101234509/10/L/21/11?17=301231",
    "https://id.gs1.org/01/03000101234509",
    "https://id.gs1.org/00/106141412345678908",
    "https://id.gs1.org/414/0614141123452",
    "https://id.gs1.org/8003/0061414112345232a",
    "https://id.gs1.org/gtin/3000101234509/ser/11",
]


@pytest.mark.parametrize("uri", URIS)
def test_the_bulk_way_agrees_with_parsing(uri: str) -> None:
    key = gs1.parse(uri)

    assert gs1.identify([uri, uri]) == [(key.class_key, key.item_key)] * 2


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://example.com/pack/7", ("uri/https://example.com/pack/", "7")),
        ("https://example.com/pack#7", ("uri/https://example.com/pack#", "7")),
        ("urn:uuid:3f9d", ("uri/urn:uuid:", "3f9d")),
        ("urn:epc:id:gid:31415.271828.1414", ("uri/urn:epc:id:gid:", "31415.271828.1414")),
        ("plain", ("uri/", "plain")),
        ("", ("uri/", "")),
        ("a/", ("uri/a/", "")),
        (
            "urn:epc:id:sgtin:3000101.023450.123456789012345678901",
            ("uri/urn:epc:id:sgtin:", "3000101.023450.123456789012345678901"),
        ),
        (
            "urn:epc:id:sgtin:3000101.023450.\u0661",
            ("uri/urn:epc:id:sgtin:", "3000101.023450.\u0661"),
        ),
        (
            "https://id.gs1.org/00/106141412345678909",
            ("uri/https://id.gs1.org/00/", "106141412345678909"),
        ),
        ("a\nb/c\n", ("uri/a\nb/", "c\n")),
    ],
)
def test_any_other_text_is_cut_at_its_last_mark(uri: str, expected: tuple[str, str]) -> None:
    assert gs1.identify([uri]) == [expected]


def test_memory_of_classes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identities, "_HEADS_MAX", 10)
    monkeypatch.setattr(identities, "_heads", {})
    uris = [f"urn:epc:id:sgtin:3000101.0{n:05}.1" for n in range(50)]

    found = gs1.identify(uris)

    assert len({class_key for class_key, _ in found}) == 50
    assert len(identities._heads) <= 10
