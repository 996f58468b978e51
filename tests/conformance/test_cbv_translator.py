"""CBV terms in every spelling, and links with names for AIs, against the OpenEPCIS translator."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.exceptions import EXCEPTIONS

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.epcis import cbv
from packtrail.epcis.cbv import Kind

Case = dict[str, Any]
KINDS = {
    "bizstep": Kind.BIZ_STEP,
    "disposition": Kind.DISPOSITION,
    "persistentdisposition": Kind.DISPOSITION,
    "biztransaction": Kind.BIZ_TRANSACTION_TYPE,
    "source": Kind.SOURCE_DEST_TYPE,
    "destination": Kind.SOURCE_DEST_TYPE,
    "reason": Kind.ERROR_REASON,
    "errordeclaration": Kind.ERROR_REASON,
}
"""Fields, or lists of them, and the kind of their terms; the translator ignores case."""
SPELLINGS = {"urn": cbv.urn, "weburi": cbv.web_uri}


def of_any_kind(spell: Callable[[Kind, str], str], text: str) -> str:
    """Spell a term whose kind its present spelling tells."""
    return next((word for kind in Kind if (word := spell(kind, text)) != text), text)


def link_of(text: str) -> str:
    try:
        elements = gs1.read_digital_link(text, legacy=True).elements
    except RefusedError:
        return text
    return gs1.write_digital_link(elements)


def answer(case: Case) -> str:
    text: str = case["input"]
    if case["op"] == "toCbvVocabulary":
        field, spelling = (each.lower() for each in case["args"])
        kind, spell = KINDS.get(field.removesuffix("list")), SPELLINGS.get(spelling)
        return spell(kind, text) if kind and spell else text
    return {
        "toBareStringVocabulary": cbv.bare,
        "toUrnVocabulary": lambda text: of_any_kind(cbv.urn, text),
        "toWebURIVocabulary": lambda text: of_any_kind(cbv.web_uri, text),
        "shortNameReplacer": link_of,
    }[case["op"]](text)


@pytest.fixture(scope="module")
def cases(conformance: Path) -> list[Case]:
    text = (conformance / "openepcis-translator" / "translate_vectors.json").read_text("utf-8")
    return [
        case
        for case in json.loads(text)["cases"]
        if case["input"] and (case["key"].endswith("Vocabulary") or "Replacer" in case["key"])
    ]


def test_every_term_and_link_is_spelled_as_the_translator_does_or_an_exception(
    cases: list[Case],
) -> None:
    different = {
        " ".join([case["op"], *case.get("args", ()), case["input"]])
        for case in cases
        if answer(case) != case["expect"]
    }

    assert different == set(EXCEPTIONS["openepcis-translator"]["terms"])
    assert len(cases) > 120


def test_terms_that_are_not_followed_are_in_no_vocabulary_of_gs1(conformance: Path) -> None:
    ontology = (conformance / "gs1-epcis/ontology/CBV.ttl").read_text("utf-8")

    assert "ER-did_not_occur" in ontology
    assert "ER-other" not in ontology
    assert "SDT-possessing_party" in ontology
    assert "SDT-processing_party" not in ontology
