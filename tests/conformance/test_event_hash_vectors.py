"""The event-hash vectors of the standard's reference implementation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conformance.exceptions import EXCEPTIONS

from packtrail import epcis
from packtrail.base.findings import has_errors
from packtrail.epcis.canonical import canonical
from packtrail.epcis.hashing import fields_to_ignore

HASHES = EXCEPTIONS["event-hash"]


@pytest.mark.parametrize("reference_compat", [True, False])
def test_the_published_hashes_are_computed(conformance: Path, reference_compat: bool) -> None:
    differing, tolerated, computed = set(), set(), 0
    for path in sorted((conformance / "event-hash/examples").glob("*.hashes")):
        expected = path.read_text(encoding="utf-8").split()
        for document in (path.with_suffix(".jsonld"), path.with_suffix(".xml")):
            if not document.exists():
                continue
            reading = epcis.read(document.read_bytes(), strict=False)
            assert reading.document is not None
            if has_errors(reading.findings):
                tolerated.add(document.name)
            found = [
                epcis.event_hash(
                    event,
                    reference_compat=reference_compat,
                    ignored_fields=fields_to_ignore(reading.document),
                )
                for event in reading.document.events
            ]
            computed += len(found)
            if found != expected:
                differing.add(path.stem)

    assert computed > 40
    assert tolerated == set(HASHES["invalid_documents"])
    assert differing == (set() if reference_compat else set(HASHES["in_standard_order"]))


def test_representations_of_one_event_give_one_hash(conformance: Path) -> None:
    tolerated = set()
    for path in sorted((conformance / "event-hash/expected_equal").iterdir()):
        reading = epcis.read(path.read_bytes(), strict=False)
        assert reading.document is not None
        if has_errors(reading.findings):
            tolerated.add(path.name)
        hashes = {epcis.event_hash(event) for event in reading.document.events}

        assert len(reading.document.events) > 1, path.name
        assert len(hashes) == 1, path.name

    assert tolerated == set(HASHES["equal_in_invalid_documents"])


def test_identifiers_become_the_canonical_digital_links_of_the_vectors(conformance: Path) -> None:
    path = conformance / "event-hash/dl_normaliser_vectors.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    differing = [
        case["input"]
        for case in cases
        if canonical(case["input"]) != (case["canonical_dl"] or case["input"])
    ]

    assert set(differing) == set(HASHES["identifiers"])
