"""The event hash beside the reference tool of the standard's authors, document by document.

`packtrail bench epcis` compares their speeds.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from epcis_event_hash_generator import events_from_file_reader, hash_generator
from tests.conformance.exceptions import EXCEPTIONS

from packtrail import epcis

# The tool opens the JSON-LD contexts that it brings along in a way that Python 3.11 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:open_text is deprecated:DeprecationWarning")

DIFFERENCES = EXCEPTIONS["epcis-event-hash-generator"]
FOLDERS = ("event-hash", "gs1-epcis", "openepcis-test-resources", "epcis-1.0-interop", "fastnt",
           "evrythng-epcis2js", "gs1-egypt-healthcare", "epcis-sanitisation")  # fmt: skip
SUFFIXES = {".xml": "XML", ".json": "JSON", ".jsonld": "JSON"}


@pytest.fixture(scope="module")
def tool() -> Any:
    logging.disable(logging.CRITICAL)

    def hashes(path: Path) -> list[str]:
        try:
            events = events_from_file_reader.event_list_from_file(str(path), SUFFIXES[path.suffix])
            texts = hash_generator.derive_prehashes_from_events(events, "")
            found: list[str] = hash_generator.calculate_hashes_from_pre_hashes(texts, "sha256")
        except Exception:  # noqa: BLE001 - it has no errors of its own
            return []
        return found

    yield hashes
    logging.disable(logging.NOTSET)


def test_every_document_that_both_read_has_equal_hashes_or_a_reason(
    conformance: Path, tool: Any
) -> None:
    differing, equal = set(), 0
    for path in sorted(path for folder in FOLDERS for path in (conformance / folder).rglob("*")):
        if path.suffix not in SUFFIXES:
            continue
        document = epcis.read(path.read_bytes(), strict=False).document
        theirs = tool(path) if document and document.events else []
        if document is None or not theirs:
            continue
        ours = [epcis.event_hash(event, reference_compat=True) for event in document.events]
        equal += ours == theirs
        if ours != theirs:
            differing.add(str(path.relative_to(conformance)))

    assert differing == {name for names in DIFFERENCES.values() for name in names}
    assert equal > 100
