"""EPC URI <-> Digital Link against the vectors of the OpenEPCIS translator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.exceptions import EXCEPTIONS

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.escapes import unescape

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
        if length is None and case["valid"]:
            # Upstream looks the length up in a table; we take what it found there.
            length = len(case["expect"].split(":")[4].split(".")[0])
        return key.with_prefix_length(length).epc_uri() if length else key.epc_uri()
    except RefusedError:
        return None


def expected(case: dict[str, Any]) -> str | None:
    if not case["valid"]:
        return None
    text: str = case["expect"]
    return unescape(text) if case["op"] in TO_LINK else text


def test_every_translation_is_followed_or_an_exception(cases: list[dict[str, Any]]) -> None:
    different = [
        (case["input"], translate(case), expected(case))
        for case in cases
        if translate(case) != expected(case)
        and case["input"] not in EXCEPTIONS["openepcis-translator"]["translations"]
        and not set(case.get("flags") or ()) & set(EXCEPTIONS["openepcis-translator"]["flags"])
    ]

    assert different == []


def test_no_exception_is_stale(cases: list[dict[str, Any]]) -> None:
    known = {case["input"]: case for case in cases}
    stale = [
        text
        for text in EXCEPTIONS["openepcis-translator"]["translations"]
        if text in known and translate(known[text]) == expected(known[text])
    ]

    assert stale == []
    assert set(EXCEPTIONS["openepcis-translator"]["translations"]) <= set(known)
    assert set(EXCEPTIONS["openepcis-translator"]["flags"]) <= {
        flag
        for case in cases
        if translate(case) != expected(case)
        for flag in case.get("flags") or ()
    }


def test_most_translations_are_followed(cases: list[dict[str, Any]]) -> None:
    followed = sum(translate(case) == expected(case) for case in cases)

    assert followed >= 0.85 * len(cases)
