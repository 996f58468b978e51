"""Barcodes of packs (EU FMD) and the examples of the Tag Data Standard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from packtrail import gs1


@pytest.fixture(scope="module")
def packs(conformance: Path) -> list[dict[str, Any]]:
    path = conformance / "eu-fmd-barcodes" / "emvs_unique_identifier_vectors.json"
    cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cases"]
    # PPN codes of IFA are not GS1 data.
    return [case for case in cases if case["scheme"] == "Gs1"]


def test_every_pack_is_judged_as_the_verification_system_does(packs: list[dict[str, Any]]) -> None:
    different = [
        case
        for case in packs
        if (gs1.check_element_string(case["data"])[0] is not None) != case["valid"]
    ]

    assert different == []


def test_the_data_of_every_good_pack_is_read(packs: list[dict[str, Any]]) -> None:
    for case in packs:
        if not case["valid"]:
            continue
        pack = gs1.parse_element_string(case["data"])
        found = (pack.get("01"), pack.get("21"), pack.lot, pack.expires)
        assert found == (case["product_code"], case["serial"], case["batch"], case["expiry"])


def test_what_a_bad_pack_tells_is_still_read(packs: list[dict[str, Any]]) -> None:
    bad = [case for case in packs if not case["valid"]]

    assert [gs1.examine_element_string(case["data"])[0].get("01") for case in bad] == [
        case["product_code"] for case in bad
    ]


@pytest.fixture(scope="module")
def tags(conformance: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(
        (conformance / "tds" / "tds_examples.json").read_text("utf-8")
    )["cases"]
    return cases


def test_every_example_of_the_tag_data_standard_is_translated_both_ways(
    tags: list[dict[str, Any]],
) -> None:
    for case in tags:
        if "element_string" not in case:
            continue
        key = gs1.parse(case["element_string"])
        prefix_length = len(case["epc_uri"].split(":")[4].split(".")[0])
        assert key.with_prefix_length(prefix_length).epc_uri() == case["epc_uri"]
        assert gs1.parse(case["epc_uri"]).element_string() == case["element_string"]


def test_every_epc_uri_of_the_tag_data_standard_is_well_formed(tags: list[dict[str, Any]]) -> None:
    assert {case["epc_uri"]: gs1.check(case["epc_uri"]) for case in tags} == {
        case["epc_uri"]: () for case in tags
    }
