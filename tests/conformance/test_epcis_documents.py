"""Every third-party document: our verdict is the schema's, and nothing is lost in any notation."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from lxml import etree
from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.messages import MESSAGES

from packtrail import epcis
from packtrail.base.findings import has_errors
from packtrail.epcis.scalars import number_text, xsd_time

KINDS = {"document", "capture input", "fixture", "all events in file must hash equal"}


def rows(conformance: Path) -> Iterator[dict[str, str]]:
    with (conformance / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            is_epcis = row["gs1_schema_check"] == "valid" or row["gs1_schema_check"].startswith(
                "INV"
            )
            if row["kind"] in KINDS and is_epcis:
                yield row


def valid_readings(conformance: Path) -> Iterator[tuple[str, epcis.Reading]]:
    for row in rows(conformance):
        if row["gs1_schema_check"] == "valid" and row["file"] not in MESSAGES:
            yield row["file"], epcis.read((conformance / row["file"]).read_bytes())


@pytest.fixture(scope="module")
def json_schema(conformance: Path) -> Any:
    path = conformance / "gs1-epcis/schema/json/EPCIS-JSON-Schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(schema, validate_formats=True)


@pytest.fixture(scope="module")
def xml_schemas(conformance: Path) -> dict[tuple[str, bool], etree.XMLSchema]:
    """(version, is query document) -> schema."""
    found = {}
    for version in ("1.2", "2.0"):
        for name, is_query in (("epcis", False), ("epcis-query", True)):
            file = f"EPCglobal-{name}-{version.replace('.', '_')}.xsd"
            path = conformance / "gs1-epcis/schema" / f"xsd-{version}" / file
            found[version, is_query] = etree.XMLSchema(etree.parse(str(path)))
    return found


def test_the_verdict_on_every_document_is_that_of_the_gs1_schema(conformance: Path) -> None:
    differing = set()
    for row in rows(conformance):
        reading = epcis.read((conformance / row["file"]).read_bytes())
        accepted = not has_errors(reading.findings)
        if accepted != (row["gs1_schema_check"] == "valid"):
            differing.add(row["file"])

    assert differing == set(MESSAGES)


@pytest.mark.parametrize("file", MESSAGES)
@pytest.mark.parametrize("strict", [True, False])
def test_what_holds_no_events_is_called_what_it_is(
    conformance: Path, file: str, *, strict: bool
) -> None:
    reading = epcis.read((conformance / file).read_bytes(), strict=strict)

    assert [finding.code for finding in reading.findings] == ["EPC-002"]
    assert f", {MESSAGES[file]}; " in reading.findings[0].message
    assert not reading.document or not reading.document.events


def test_a_valid_document_is_read_tolerantly_as_it_is_strictly(conformance: Path) -> None:
    for file, reading in valid_readings(conformance):
        tolerant = epcis.read((conformance / file).read_bytes(), strict=False)

        assert tolerant == reading, file


def test_a_tolerant_reading_keeps_every_event_that_a_strict_one_keeps(conformance: Path) -> None:
    more = 0
    for row in rows(conformance):
        content = (conformance / row["file"]).read_bytes()
        strict, tolerant = epcis.read(content), epcis.read(content, strict=False)
        kept = strict.document.events if strict.document else ()
        found = tolerant.document.events if tolerant.document else ()
        more += len(found) - len(kept)

        assert has_errors(tolerant.findings) == has_errors(strict.findings), row["file"]
        assert set(map(epcis.event_hash, kept)) <= set(map(epcis.event_hash, found)), row["file"]

    assert more > 40


def test_every_finding_on_an_invalid_document_names_its_place(conformance: Path) -> None:
    for row in rows(conformance):
        for finding in epcis.read((conformance / row["file"]).read_bytes()).findings:
            assert finding.at.startswith("/"), (row["file"], finding)


def test_every_event_has_its_place(conformance: Path) -> None:
    for file, reading in valid_readings(conformance):
        assert reading.document is not None
        assert len(reading.places) == len(reading.document.events), file
        assert len(set(reading.places)) == len(reading.places), file


def test_json_written_from_any_document_is_valid_and_gives_equal_events(
    conformance: Path, json_schema: Any
) -> None:
    for file, reading in valid_readings(conformance):
        assert reading.document is not None
        written = epcis.write_json(reading.document)
        again = epcis.read(written)

        assert json_schema.is_valid(json.loads(written)), file
        assert again.document is not None
        assert again.document.events == reading.document.events, file
        assert again.document.vocabularies == reading.document.vocabularies, file
        assert again.document.extensions == reading.document.extensions, file


def test_a_stored_event_gives_the_event_back(conformance: Path, json_schema: Any) -> None:
    for file, reading in valid_readings(conformance):
        assert reading.document is not None
        for event in reading.document.events:
            body = epcis.event_json_standalone(event, reading.document.namespaces)
            stored = json.loads(json.dumps(body))

            assert json_schema.is_valid(stored), file
            assert epcis.read_event_json(stored) == event, file


@pytest.mark.parametrize("version", ["1.2", "2.0"])
def test_xml_written_from_any_document_is_valid_and_gives_equal_events(
    conformance: Path, xml_schemas: dict[tuple[str, bool], etree.XMLSchema], version: Any
) -> None:
    for file, reading in valid_readings(conformance):
        document = reading.document
        assert document is not None
        written = epcis.write_xml(document, version=version)
        again = epcis.read(written).document
        schema = xml_schemas[version, document.is_query_document]

        assert schema.validate(etree.fromstring(written)), (file, schema.error_log.last_error)
        assert again is not None
        assert normal(again.events) == normal(document.events), file
        assert again.vocabularies == document.vocabularies, file
        assert (again.sender, again.receiver) == (document.sender, document.receiver), file


def test_xml_and_json_of_the_same_name_describe_equal_events(conformance: Path) -> None:
    folder = conformance / "openepcis-test-resources/2.0/EPCIS"
    differing, compared = set(), 0
    for part in ("Capture/Documents", "Query"):
        for path in sorted((folder / "JSON" / part).glob("*.json")):
            twin = folder / "XML" / part / f"{path.stem}.xml"
            if not twin.exists():
                continue
            one, other = epcis.read(path.read_bytes()), epcis.read(twin.read_bytes())
            if has_errors(one.findings) or has_errors(other.findings):
                continue  # the manifest test says why
            assert one.document is not None
            assert other.document is not None
            compared += 1
            if normal(one.document.events) != normal(other.document.events):
                differing.add(f"{part}/{path.stem}")

    assert compared > 20
    assert differing == set(EXCEPTIONS["openepcis-test-resources"]["pairs"])


def normal(value: Any) -> Any:
    """Return a value with what a notation may vary evened out: order, time zone, number format."""
    if isinstance(value, msgspec.Struct):
        return sorted((name, normal(getattr(value, name))) for name in value.__struct_fields__)
    if isinstance(value, dict):
        return sorted(((name, normal(one)) for name, one in value.items()), key=repr)
    if isinstance(value, tuple | list):
        entries = sorted((normal(one) for one in value), key=repr)
        return entries[0] if len(entries) == 1 else entries
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return _normal_text(value)


def _normal_text(value: Any) -> str:
    text = str(value)
    time = xsd_time(text)
    if time is not None and time.tzinfo is not None:
        return time.astimezone(UTC).isoformat()
    try:
        return number_text(Decimal(text))
    except InvalidOperation:
        return text
