"""Compressed Digital Links; the examples agree with three independent libraries."""

from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.gs1.compression import decompress

GTIN = ("01", "05412345000013")
GLN = "5060917510004"


@pytest.mark.parametrize(
    ("segment", "pairs"),
    [
        ("AN2yxDhfaiaw", [("00", "998440410914660971")]),
        ("AQnYUc1gmg", [GTIN]),
        ("AQnYUc1gmiCNV4JG", [GTIN, ("10", "ABC123")]),
        ("AQnYUc1gmiCNV4JGQhcNT6K6c", [GTIN, ("10", "ABC123"), ("21", "72292641703")]),
        (
            "AQnYUc1gmiCNV4JGQhcNT6K6cibQCWN9Pee9tT-PQ",
            [GTIN, ("10", "ABC123"), ("21", "72292641703"), ("22", "AJY3095721P49")],
        ),
        ("AQnYUc1gmkax7ipGrOHDPC5YNI8hMz", [GTIN, ("235", "8TFV883a904GH&3")]),
        ("JTLIetaiHYA", [("253", "3060077601309")]),
        ("JVUqG5hJ5wA", [("255", "5678409730535")]),
        ("QBl2DVoxZM2jVm3ZOWEFoxTR5HDgzZg", [("401", "0541234537290A41&GHpp33")]),
        ("QCJZyW9mC6Z4", [("402", "21173492661712079")]),
        ("JUa0T-eifdtOO9UFEmlYwv3Q", [("254", "RP56J920471"), ("414", GLN)]),
        ("QUSaVjC_dHBAVlCrg", [("414", GLN), ("7040", "5KFX")]),
        ("gAMJCAXukTMA", [("8003", "04965031954585")]),
        ("gASXYNWjFkzaNWbdk5YQWjFNHkcODNm", [("8004", "0541234537290A41&GHpp33")]),
        ("EEarwSOABgwEj9s0bAmQ", [("10", "ABC123"), ("8006", "054123450000130201")]),
        (
            "gBCVYNWjFkzaNWbdk5YQWjFHHkM2cAI0xdvpGo",
            [("8010", "0541234537290A41#GH33"), ("8011", "6639047221")],
        ),
        ("gBNw12345678901234MS", [("8013", "12345678901234MS")]),
        ("gBe1ajAd9ATDmAGXPRfk", [("8017", "817019610850151481"), ("8019", "4003812")]),
        ("gBhbV6rzBENPk", [("8018", "411369833821910265")]),
    ],
)
def test_a_segment_is_decompressed(segment: str, pairs: list[tuple[str, str]]) -> None:
    assert decompress(segment) == tuple(pairs)


def test_a_compressed_link_is_the_same_key_as_the_plain_one() -> None:
    link = gs1.read_digital_link("https://example.com/x/AQnYUc1gmiCNV4JGQhcNT6K6c")

    assert link.key == gs1.parse("https://id.gs1.org/01/05412345000013/21/72292641703")
    assert link.stem == "https://example.com/x"
    assert link.elements == (GTIN, ("10", "ABC123"), ("21", "72292641703"))


def test_qualifiers_are_put_in_order() -> None:
    link = gs1.read_digital_link("https://id.gs1.org/AQnYUc1gmiCNV4JGQhcNT6K6cibQCWN9Pee9tT-PQ")

    assert [ai for ai, _ in link.elements] == ["01", "22", "10", "21"]


def test_a_link_may_be_compressed_in_part_only() -> None:
    part = gs1.read_digital_link("https://id.gs1.org/01/05412345000013/EEarwSM")
    word = gs1.read_digital_link("https://id.gs1.org/gtin/05412345000013/EEarwSM", legacy=True)

    assert part.elements == word.elements == (GTIN, ("10", "ABC123"))
    assert part.stem == word.stem == "https://id.gs1.org"


def test_a_query_goes_with_a_compressed_link() -> None:
    link = gs1.read_digital_link("https://id.gs1.org/AQnYUc1gmg?17=290331&a=b")

    assert link.elements == (GTIN, ("17", "290331"))
    assert link.ignored == ("a=b",)


@pytest.mark.parametrize(
    "segment", ["", "A", "AA", "AQnYUc1gmh", "AQnYUc1gm", "QQQQ!", "4444444444", "A" * 5000]
)
def test_any_other_segment_is_no_compressed_link(segment: str) -> None:
    key, findings = gs1.check_digital_link(f"https://id.gs1.org/{segment}")

    assert key is None
    assert findings


def test_the_bulk_way_believes_compression_only_at_the_domain_of_gs1() -> None:
    own, foreign = gs1.identify(
        ["https://id.gs1.org/AQnYUc1gmg", "https://shop.example/AQnYUc1gmg"]
    )

    assert own == ("gtin/05412345000013", "05412345000013")
    assert foreign == ("uri/https://shop.example/", "AQnYUc1gmg")
    assert gs1.check("https://shop.example/AQnYUc1gmg") == ()
