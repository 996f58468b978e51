"""The book of a company: what may be written into it, and what it says is wrong."""

from __future__ import annotations

import pytest
from tests.unit.compliance.books import SEEN, US_PACK, company, entry

from packtrail.base.findings import Finding
from packtrail.compliance import Catalogue
from packtrail.compliance.book import Book, Kind, read_entry
from packtrail.compliance.book_checks import around, check_entries, named_by
from packtrail.compliance.encoding import encode, node_of
from packtrail.services import rule_packs

AROUND = around(SEEN, Catalogue.of(rule_packs.built_in()))


def findings_of(kind: str, **values: object) -> list[tuple[str, str, str]]:
    """Put an entry into the book; return what is said of it."""
    made = entry(kind, **values)
    found = check_entries(company().changed([made]), [made], AROUND)
    return [(each.code, each.at, each.message) for each in found]


def refusals(kind: str, values: object) -> list[tuple[str, str]]:
    findings: list[Finding] = []
    assert read_entry(Kind(kind), node_of(values, "x"), findings) is None
    return [(each.code, each.at) for each in findings]


def test_a_book_in_order_has_no_finding() -> None:
    book = company()
    every = [each for known in book.entries.values() for each in known.values()]

    assert check_entries(book, every, AROUND) == ()


def test_every_entry_is_the_same_after_it_was_written_and_read() -> None:
    for kind, known in company().entries.items():
        for each in known.values():
            assert entry(kind, **encode(each)) == each


def test_what_is_encoded_says_only_what_was_said() -> None:
    made = entry("partner", code="delta", name="Delta", connected=True)

    assert encode(made) == {"code": "delta", "name": "Delta", "connected": True}


@pytest.mark.parametrize(
    ("kind", "values", "code", "said"),
    [
        ("product", {"code": "Tarvoxil 10", "name": "T", "class": "prescription"}, "PTF-001",
         "cannot be the code"),
        ("product", {"code": "t", "name": "T", "class": "prescription", "made_in": "UK"},
         "PTF-006", "'UK' is the code of no country"),
        ("product", {"code": "t", "name": "T", "class": "prescription", "groups": ["vacine"]},
         "PTF-012", "Did you mean 'vaccine'?"),
        ("licence", {"product": "tarvoxl", "market": "US"}, "PTF-003",
         "There is no product 'tarvoxl'. Did you mean 'tarvoxil'?"),
        ("licence", {"product": "tarvoxil", "market": "US", "practices": ["eu-pack"]}, "PTF-003",
         "no practices 'eu-pack'"),
        ("licence", {"product": "tarvoxil", "market": "US", "trade_item": "t-9"}, "PTF-003",
         "no trade item 't-9'"),
        ("licence", {"product": "tarvoxil", "market": "XX"}, "PTF-006", "'XX'"),
        ("licence", {"product": "tarvoxil", "market": "BO"}, "PTF-008", "Bolivia (BO)"),
        ("licence", {"product": "tarvoxil", "market": "US", "sold_from": "2027-01-01",
                     "sold_until": "2026-01-01"}, "PTF-007", "until 2026-01-01"),
        ("licence", {"product": "immuvera", "market": "US", "trade_item": "tarvoxil-us"},
         "PTF-011", "is also that of tarvoxil"),
        ("placement", {"product": "tarvoxil", "market": "FR", "line": "w1"}, "PTF-003",
         "no licence 'tarvoxil/FR'"),
        ("placement", {"product": "tarvoxil", "market": "US", "line": "w9"}, "PTF-003",
         "no line 'w9'"),
        ("partner", {"code": "ulm", "name": "Ulm", "sites": ["ulm"]}, "PTF-003", "no sites 'ulm'"),
        ("company", {"roles": []}, "PTF-003", "plays no part"),
    ],
)  # fmt: skip
def test_an_entry_is_told_what_is_wrong(
    kind: str, values: dict[str, object], code: str, said: str
) -> None:
    found = findings_of(kind, **values)

    assert [each[0] for each in found] == [code]
    assert said in found[0][2]
    assert found[0][1].startswith(f"{kind}/")


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("licence", {"product": "t", "market": "US", "national_numbers": {"NDC": 9641721030}},
         [("LAW-005", "x/national_numbers/NDC")]),
        ("product", {"code": "t", "nmae": "T", "class": "rx"},
         [("LAW-003", "x/nmae"), ("LAW-004", "x"), ("LAW-005", "x/class")]),
        ("practice", {"code": "p", "name": "P", "subjects": [{"label": {"carries": ["O1"]}}]},
         [("LAW-005", "x/subjects/0/label/carries/0")]),
        ("practice", {"code": "p", "name": "P", "subjects": [{}]},
         [("LAW-004", "x/subjects/0")]),
        ("practice", {"code": "p", "name": "P"}, [("LAW-004", "x")]),
        ("product", ["a list"], [("LAW-005", "x")]),
    ],
)  # fmt: skip
def test_every_defect_of_what_was_sent_has_its_place(
    kind: str, values: object, expected: list[tuple[str, str]]
) -> None:
    assert sorted(refusals(kind, values)) == sorted(expected)


def test_what_others_name_is_told_before_it_is_taken_out() -> None:
    book = company()

    assert named_by(book, Kind.PRODUCT, "tarvoxil") == (
        "licence tarvoxil/DE", "licence tarvoxil/US",
        "placement tarvoxil/DE/packer/u5", "placement tarvoxil/US/w1",
    )  # fmt: skip
    assert named_by(book, Kind.PRACTICE, "us-pack") == (
        "licence immuvera/US", "licence tarvoxil/US",
    )  # fmt: skip
    assert named_by(book, Kind.LICENCE, "tarvoxil/US") == ("placement tarvoxil/US/w1",)
    assert named_by(book, Kind.PARTNER, "delta") == ()


def test_a_book_keeps_the_later_of_two_entries_and_forgets_what_is_gone() -> None:
    book = Book.of([entry("practice", **US_PACK), entry("practice", **US_PACK | {"name": "New"})])

    assert book.practices["us-pack"].name == "New"
    assert book.changed([], [(Kind.PRACTICE, "us-pack")]).is_empty
