"""The event-hash vectors of the standard's reference implementation."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from packtrail import epcis
from packtrail.base.findings import has_errors
from packtrail.epcis.canonical import canonical

DIFFERENCES = tomllib.loads(
    (Path(__file__).parent / "epcis_differences.toml").read_text(encoding="utf-8")
)
IGNORED = frozenset(
    {"{https://repository-x.example.com/}hash", "{https://ns.example.com/epcis/}captureID"}
)
"""The fields that two of the documents ask to ignore (`repository-x:ignoreFields`)."""


@pytest.mark.parametrize("reference_compat", [True, False])
def test_the_published_hashes_are_computed(conformance: Path, reference_compat: bool) -> None:
    differing, unread, computed = set(), set(), 0
    for path in sorted((conformance / "event-hash/examples").glob("*.hashes")):
        expected = path.read_text(encoding="utf-8").split()
        for document in (path.with_suffix(".jsonld"), path.with_suffix(".xml")):
            if not document.exists():
                continue
            reading = epcis.read(document.read_bytes())
            if reading.document is None or has_errors(reading.findings):
                unread.add(document.name)
                continue
            found = [
                epcis.event_hash(event, reference_compat=reference_compat, ignored_fields=IGNORED)
                for event in reading.document.events
            ]
            computed += len(found)
            if found != expected:
                differing.add(path.stem)

    assert computed > 40
    assert unread == set(DIFFERENCES["hashes_not_readable"])
    assert differing == (
        set() if reference_compat else set(DIFFERENCES["hashes_in_standard_order"])
    )


def test_representations_of_one_event_give_one_hash(conformance: Path) -> None:
    unread = set()
    for path in sorted((conformance / "event-hash/expected_equal").iterdir()):
        reading = epcis.read(path.read_bytes())
        if reading.document is None or has_errors(reading.findings):
            unread.add(path.name)
            continue
        hashes = {epcis.event_hash(event) for event in reading.document.events}

        assert len(hashes) == 1, path.name

    assert unread == set(DIFFERENCES["equal_not_readable"])


def test_identifiers_become_the_canonical_digital_links_of_the_vectors(conformance: Path) -> None:
    path = conformance / "event-hash/dl_normaliser_vectors.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    differing = [
        case["input"]
        for case in cases
        if canonical(case["input"]) != (case["canonical_dl"] or case["input"])
    ]

    # Its check digit is wrong (5 would be right): a malformed link stays as it is.
    assert differing == ["http://example.de/01/040123451234/cpv/344/lot/ABD"]
