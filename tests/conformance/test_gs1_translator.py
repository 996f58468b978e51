"""EPC URI <-> Digital Link against the vectors of the OpenEPCIS translator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.registers import register

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.escapes import unescape

OTHERWISE = EXCEPTIONS["openepcis-translator"]
TO_LINK = {"urn_to_dl", "class_urn_to_dl"}
TO_URN = {"dl_to_urn", "class_dl_to_urn"}


@pytest.fixture(scope="module")
def cases(conformance: Path) -> list[dict[str, Any]]:
    text = (conformance / "openepcis-translator" / "translate_vectors.json").read_text("utf-8")
    return [case for case in json.loads(text)["cases"] if case["op"] in TO_LINK | TO_URN]


def translate(case: dict[str, Any]) -> str | None:
    """Return the translation, or None where the input is refused."""
    try:
        if case["op"] in TO_LINK:
            return unescape(gs1.parse_epc_uri(case["input"]).digital_link())
        key = gs1.parse_digital_link(case["input"])
        length = case.get("gcp_length")
        # Where upstream is told no length, it looks it up in GS1's table.
        return (key.with_prefix_length(length) if length else register().told(key)).epc_uri()
    except RefusedError:
        return None


def expected(case: dict[str, Any]) -> str | None:
    if not case["valid"]:
        return None
    text: str = case["expect"]
    return unescape(text) if case["op"] in TO_LINK else text


def is_flagged(case: dict[str, Any]) -> bool:
    return bool(set(case.get("flags") or ()) & set(OTHERWISE["flags"]))


def test_every_translation_is_followed_or_an_exception(cases: list[dict[str, Any]]) -> None:
    different = {case["input"] for case in cases if translate(case) != expected(case)}
    flagged = {case["input"] for case in cases if is_flagged(case)}

    assert different - flagged == set(OTHERWISE["translations"])
    assert len(cases) > 300


def test_what_upstream_takes_against_the_standard_is_refused(cases: list[dict[str, Any]]) -> None:
    flagged = [case for case in cases if is_flagged(case)]

    assert [case for case in flagged if translate(case) == expected(case)] == []
    assert {flag for case in flagged for flag in case["flags"]} >= set(OTHERWISE["flags"])


def test_what_is_no_vector_of_the_standard_is_told_by_gs1s_own_rules() -> None:
    """Say again, by the rules alone, why four translations of upstream are wrong."""
    four = OTHERWISE["translations"]

    assert not "123457-57578"[:12].isdigit()
    assert not gs1.check_element_string("(8006)349349439943004039")[0]  # piece 40 of 39
    assert len("42512183.SENSOR.TR-07-AVE-583:1") > 30
    assert len(four) == 4
