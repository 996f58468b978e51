"""The four spellings of a term of the Core Business Vocabulary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packtrail.epcis import cbv
from packtrail.epcis.cbv import Kind


@pytest.mark.parametrize("kind", list(Kind))
def test_every_spelling_of_every_term_is_the_term(kind: Kind) -> None:
    for term in cbv.TERMS[kind]:
        spellings = {term, cbv.urn(kind, term), cbv.web_uri(kind, term), cbv.curie(kind, term)}

        assert {cbv.normal(kind, spelling) for spelling in spellings} == {term}


@pytest.mark.parametrize(
    "term", ["https://example.org/step", "urn:example:step", "weighing", "cbv:BizStep-weighing"]
)
def test_what_is_no_term_passes_through(term: str) -> None:
    assert cbv.bare(term) == term
    assert cbv.urn(Kind.BIZ_STEP, term) == term
    assert cbv.web_uri(Kind.BIZ_STEP, term) == term


def test_a_urn_of_no_term_becomes_the_web_uri_it_would_have() -> None:
    term = "urn:epcglobal:cbv:bizstep:weighing"

    assert cbv.normal(Kind.BIZ_STEP, term) == "https://ref.gs1.org/cbv/BizStep-weighing"


def test_the_terms_are_those_of_the_gs1_json_schema(conformance: Path) -> None:
    path = conformance / "gs1-epcis/schema/json/EPCIS-JSON-Schema.json"
    definitions = json.loads(path.read_text(encoding="utf-8"))["definitions"]
    names = {
        Kind.BIZ_STEP: "bizStep",
        Kind.DISPOSITION: "disposition",
        Kind.BIZ_TRANSACTION_TYPE: "bizTransaction-type",
        Kind.SOURCE_DEST_TYPE: "source-dest-type",
        Kind.ERROR_REASON: "error-reason",
        Kind.COMPONENT: "component",
        Kind.MEASUREMENT_TYPE: "measurementType",
        Kind.SENSOR_ALERT: "sensorAlertType",
    }
    for kind, name in names.items():
        (terms,) = [one["enum"] for one in definitions[name]["anyOf"] if "enum" in one]

        assert cbv.TERMS[kind] == set(terms)
