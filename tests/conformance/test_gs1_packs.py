"""Barcodes of packs (EU FMD) and the examples of the Tag Data Standard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from packtrail import gs1
from packtrail.gs1.packs import read_pack
from packtrail.gs1.tags import make_tag, parse_tag_uri, read_tag


@pytest.fixture(scope="module")
def packs(conformance: Path) -> list[dict[str, Any]]:
    path = conformance / "eu-fmd-barcodes" / "emvs_unique_identifier_vectors.json"
    cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cases"]
    return cases


def told(case: dict[str, Any]) -> dict[str, object]:
    pack = read_pack(case["data"])
    return {
        "scheme": pack.scheme.capitalize(),
        "product_code": pack.product_code,
        "serial": pack.serial,
        "batch": pack.lot,
        "expiry": pack.expires,
        "valid": pack.is_valid,
        "submit": pack.can_submit,
        "indicator": pack.indicator,
    }


def test_every_pack_is_read_and_judged_as_the_verification_system_does(
    packs: list[dict[str, Any]],
) -> None:
    different = [
        (case, name, value)
        for case in packs
        for name, value in told(case).items()
        if name in case and case[name] != value
    ]

    assert len(packs) == 19
    assert different == []


def test_every_good_pack_of_gs1_passes_the_strict_reader(packs: list[dict[str, Any]]) -> None:
    for case in packs:
        if case["scheme"] == "Gs1":
            assert (gs1.check_element_string(case["data"])[0] is not None) == case["valid"]


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


def test_every_tag_of_the_tag_data_standard_is_converted_in_every_direction(
    tags: list[dict[str, Any]],
) -> None:
    for case in tags:
        tag = parse_tag_uri(case["epc_tag_uri"])

        assert tag.epc_uri == case["epc_uri"]
        assert tag.uri() == case["epc_tag_uri"]
        # The standard's examples end with the last bit or word; ours end with a word.
        assert tag.hex().rstrip("0") == case["hex"].rstrip("0")
        assert read_tag(case["hex"]) == read_tag(tag.hex()) == tag
        made = make_tag(case["epc_uri"], case["scheme"], filter_value=tag.filter_value or 0)
        assert made == tag
        if tag.key:
            assert tag.key.element_string() == case["element_string"]

    assert len(tags) == 14
