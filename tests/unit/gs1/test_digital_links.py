from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1 import KeyType


def test_any_domain_and_path_may_stand_before_the_key() -> None:
    link = gs1.read_digital_link("HTTPS://example.com:8080/a/01/x/01/03000101234509/10/L?17=301231")

    assert link.stem == "HTTPS://example.com:8080/a/01/x"
    assert link.elements == (("01", "03000101234509"), ("10", "L"), ("17", "301231"))
    assert link.key is not None
    assert link.key.type is KeyType.LGTIN
    assert link.get("17") == "301231"


def test_a_serial_makes_the_key_whatever_else_is_told() -> None:
    key = gs1.parse_digital_link("https://a/01/03000101234509/22/V/10/L/21/11?17=301231#top")

    assert key == gs1.parse("(01)03000101234509(21)11")


def test_a_plus_is_a_space_in_the_query_only() -> None:
    assert gs1.parse_digital_link("https://a/01/03000101234509/21/1+1").serial == "1+1"
    _, findings = gs1.check_digital_link("https://a/01/03000101234509?10=1+1")

    assert [finding.code for finding in findings] == ["GS1-008"]


@pytest.mark.parametrize(
    ("link", "code", "at"),
    [
        ("ftp://a/01/03000101234509", "GS1-020", ""),
        ("Https://a/01/03000101234509", "GS1-020", ""),
        ("https://a/01/03000101234509>x", "GS1-020", "character 28"),
        ("https://a_b.example/01/03000101234509", "GS1-020", ""),
        ("https://a/b", "GS1-021", ""),
        ("https://a/01/03000101234509/", "GS1-021", ""),
        ("https://a/415/0614141123452/8020/X", "GS1-021", ""),
        ("https://a/01/03000101234509/21/A/10/L", "GS1-022", "characters 28-37"),
        ("https://a/01/03000101234509/99/A", "GS1-022", "characters 28-32"),
        ("https://a/01/03000101234509?21=A", "GS1-023", "characters 29-32"),
        ("https://a/01/03000101234509?89=A", "GS1-031", "characters 29-32"),
        ("https://a/01/03000101234509?=A", "GS1-031", "characters 29-30"),
        ("https://a/01/03000101234509?99=A&99=A", "GS1-024", "characters 34-37"),
        ("https://a/01/03000101234509?99=", "GS1-030", "characters 29-31"),
        ("https://a/01/03000101234509/21/%zz", "GS1-010", "characters 28-34"),
        ("https://a/01/03000101234507", "GS1-009", "characters 10-27"),
        ("https://a/01/3000101234509", "GS1-007", "characters 10-26"),
    ],
)
def test_a_wrong_link_is_refused_with_the_place(link: str, code: str, at: str) -> None:
    key, findings = gs1.check_digital_link(link)

    assert key is None
    assert [(finding.code, finding.at) for finding in findings] == [(code, at)]


def test_every_defect_of_a_link_is_told_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        gs1.parse_digital_link("https://a/01/03000101234507/21/A/10/L?17=301332&99=")

    assert [finding.code for finding in refused.value.findings] == [
        "GS1-022",
        "GS1-009",
        "GS1-012",
        "GS1-030",
    ]


def test_legacy_forms_are_read_behind_a_switch() -> None:
    link = "https://id.gs1.org/gtin/3000101234509/ser/11"

    assert gs1.check_digital_link(link)[0] is None
    assert gs1.parse_digital_link(link, legacy=True) == gs1.parse("(01)03000101234509(21)11")


def test_elements_are_written_with_attributes_in_the_query() -> None:
    pairs = [
        ("21", "a b"),
        ("10", "L/1"),
        ("01", "03000101234509"),
        ("99", "x y"),
        ("17", "301231"),
    ]

    assert gs1.write_digital_link(pairs, "https://example.com/") == (
        "https://example.com/01/03000101234509/10/L%2F1/21/a%20b?17=301231&99=x+y"
    )


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("10", "L")], "GS1-021"),
        ([("01", "03000101234509"), ("8200", "https://example.com")], "GS1-023"),
    ],
)
def test_elements_that_make_no_link_are_refused(pairs: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        gs1.write_digital_link(pairs)

    assert refused.value.findings[0].code == code
