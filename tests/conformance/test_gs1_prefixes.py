"""Our table of GS1 prefixes against GS1's own and biip's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from biip.gs1_prefixes import GS1Prefix
from tests.conformance.exceptions import EXCEPTIONS

from packtrail.gs1.prefix_ranges import PREFIXES
from packtrail.gs1.prefixes import prefix_of

RENAMED: dict[str, str] = EXCEPTIONS["gs1-prefixes"]["names"]
KINDS = {
    "GS1 US reserved for future use": "reserved",
    "Global Office - General Manager Number, see Note 2": "special",
    "Global Office - GTIN-8, see note 3": "gtin-8",
    "GTIN-8": "gtin-8",
    "Bookland (ISBN)": "special",
    "GS1 coupon identification": "special",
    "GS1 coupon identification for common currency areas": "special",
    "Managed by GS1 Global Office for future MO": "reserved",
    "Refund receipts": "special",
    "Restricted Circulation Numbers": "company",
    "Serial publications (ISSN)": "special",
    "Used to issue GS1 Restricted Circulation Numbers within a company": "company",
    "Used to issue GS1 Restricted Circulation Numbers within a geographic region (MO defined)": (
        "region"
    ),
    "Used to issue Restricted Circulation Numbers within a geographic region (MO defined)": (
        "region"
    ),
    "Used for demonstrations and examples of the GS1 system": "special",
}


@pytest.fixture(scope="module")
def rows(conformance: Path) -> list[dict[str, str]]:
    loaded: list[dict[str, str]] = json.loads(
        (conformance / "gs1-prefixes" / "MOprefixStrings.json").read_text("utf-8")
    )
    return [row for row in loaded if str(row["prefix"]).isdigit()]


def test_every_prefix_has_the_member_organisation_gs1_names(rows: list[dict[str, str]]) -> None:
    different = [
        (row["prefix"], row["mo"], PREFIXES.get(row["prefix"]))
        for row in rows
        if row["mo"].startswith("GS1 ")
        and row["mo"] not in KINDS
        and (
            row["prefix"] not in PREFIXES
            or PREFIXES[row["prefix"]].usage != RENAMED.get(row["mo"], row["mo"])
        )
        and row["prefix"] not in EXCEPTIONS["gs1-prefixes"]["prefixes"]
    ]

    assert different == []
    assert len(rows) > 700
    assert {row["mo"] for row in rows} - set(KINDS) - set(RENAMED) <= {
        row.usage for row in PREFIXES.values()
    } | {"GS1 Brunei"}


def test_every_other_prefix_has_the_use_gs1_names(rows: list[dict[str, str]]) -> None:
    different = [
        (row["prefix"], row["mo"], PREFIXES.get(row["prefix"]))
        for row in rows
        if (kind := KINDS.get(row["mo"]))
        and prefix_of_kind(row["prefix"]) != kind
        and row["prefix"] not in EXCEPTIONS["gs1-prefixes"]["prefixes"]
    ]

    assert different == []


def prefix_of_kind(digits: str) -> str:
    found = PREFIXES.get(digits) or PREFIXES.get(f"{digits}0") or PREFIXES.get(f"{digits}9")
    return found.kind if found else ""


def test_no_exception_is_stale(rows: list[dict[str, str]]) -> None:
    names = {row["mo"] for row in rows}
    prefixes = {row["prefix"]: row["mo"] for row in rows}

    assert set(RENAMED) - names == set()
    assert [
        prefix
        for prefix in EXCEPTIONS["gs1-prefixes"]["prefixes"]
        if PREFIXES[prefix].usage == RENAMED.get(prefixes[prefix], prefixes[prefix])
        or PREFIXES[prefix].kind == KINDS.get(prefixes[prefix])
    ] == []


def test_rows_that_are_out_of_date_are_so_in_a_newer_list_as_well() -> None:
    for prefix in EXCEPTIONS["gs1-prefixes"]["prefixes"]:
        newer = GS1Prefix.extract(prefix)
        assert newer
        assert newer.usage in {PREFIXES[prefix].usage, "Managed by GS1 Global Office for future MO"}
        assert KINDS.get(newer.usage, "member") == PREFIXES[prefix].kind
    for name in RENAMED.values():
        digits = next(row.digits for row in PREFIXES.values() if row.usage == name)
        newer = GS1Prefix.extract(digits)
        assert newer
        assert newer.usage == name


def test_what_biip_expects_of_a_number_agrees(conformance: Path) -> None:
    cases = json.loads((conformance / "biip" / "biip_vectors.json").read_text("utf-8"))["cases"]
    asked = [case for case in cases if case["test"] in {"test_gs1_prefix", "test_gs1_8_prefix"}]
    for case in asked:
        digits = case["value"].ljust(8, "0")[:8] if "8_prefix" in case["test"] else case["value"]
        found, expected = prefix_of(digits), case["expected"]
        assert (found is None) == (expected is None), case
        if found and expected and expected["usage"].startswith("GS1 ") and found.kind == "member":
            assert found.usage == expected["usage"]
        if found and expected:
            assert ("Restricted" in expected["usage"]) == (found.kind in {"region", "company"})

    assert len(asked) == 24
