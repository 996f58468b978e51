"""Convert any to any: what a notation can hold comes back, and what it cannot is said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from packtrail import epcis
from packtrail.base.errors import UsageError
from packtrail.epcis.losses import TARGETS

from .test_epcis_documents import normal, valid_readings

INTEROP = "epcis-1.0-interop"


def written(document: epcis.EpcisDocument, target: Any) -> epcis.EpcisDocument:
    """Return a document after it was written in a notation and read again."""
    if target == "json":
        content = epcis.write_json(document)
    else:
        content = epcis.write_xml(document, version=target.removeprefix("xml-"))
    again = epcis.read(content).document
    assert again is not None
    return again


def whole(document: epcis.EpcisDocument) -> Any:
    """Return what a document says, evened out; the notation may choose its prefixes."""
    plain = msgspec.structs.replace(
        document, namespaces={}, creation_date=None, schema_version="", query_name=None
    )
    header = {
        name: text for name, text in document.business_header.items() if "Creation" not in name
    }
    return normal(msgspec.structs.replace(plain, business_header=header))


@pytest.mark.parametrize("target", TARGETS)
def test_a_document_of_which_nothing_is_lost_comes_back_whole(
    conformance: Path, target: Any
) -> None:
    kept = 0
    for file, reading in valid_readings(conformance):
        document = reading.document
        assert document is not None
        if any(one.severity == "warning" for one in epcis.lost_in(document, target)):
            continue
        kept += 1
        again = written(document, target)
        if not again.business_header:  # JSON has none, and XML needs none without parties
            again = msgspec.structs.replace(again, business_header=document.business_header)
        if not document.business_header:
            again = msgspec.structs.replace(again, business_header={})

        assert whole(again) == whole(document), file

    assert kept > 100


@pytest.mark.parametrize("via", [("json", "xml-1.2"), ("json", "xml-2.0"), ("xml-2.0", "json")])
def test_events_come_back_by_way_of_another_notation_with_the_same_hash(
    conformance: Path, via: tuple[str, str]
) -> None:
    for file, reading in valid_readings(conformance):
        document = reading.document
        assert document is not None
        if any(one.severity == "warning" for way in via for one in epcis.lost_in(document, way)):  # type: ignore[arg-type]
            continue
        again = written(written(document, via[0]), via[1])

        assert list(map(epcis.event_hash, again.events)) == list(
            map(epcis.event_hash, document.events)
        ), file


def test_every_document_of_the_interoperability_suite_is_read(conformance: Path) -> None:
    events = elements = results = 0
    for path in sorted((conformance / INTEROP).rglob("*.xml")):
        is_response = path.parent.name == "responses"
        reading = epcis.read(path.read_bytes(), strict=not is_response)
        if is_response:  # bare query results, and faults
            results += reading.document is not None
        elif path.parent.name != "requests":
            assert reading.document is not None, path.name
            events += len(reading.document.events)
            elements += sum(len(one.elements) for one in reading.document.vocabularies)

    assert events == 155
    assert elements > 0
    assert results == 33


def test_master_data_alone_is_read() -> None:
    text = (
        b'<m:EPCISMasterDataDocument xmlns:m="urn:epcglobal:epcis-masterdata:xsd:1" '
        b'schemaVersion="1.2" creationDate="2026-01-01T00:00:00Z"><EPCISBody><VocabularyList>'
        b'<Vocabulary type="urn:epcglobal:epcis:vtype:Location"><VocabularyElementList>'
        b'<VocabularyElement id="urn:epc:id:sgln:4012345.00001.0">'
        b'<attribute id="urn:epcglobal:cbv:mda#name">Example</attribute><children>'
        b"<id>urn:epc:id:sgln:4012345.00001.1</id></children></VocabularyElement>"
        b"</VocabularyElementList></Vocabulary></VocabularyList></EPCISBody>"
        b"</m:EPCISMasterDataDocument>"
    )
    reading = epcis.read(text)
    assert reading.findings == ()
    assert reading.document is not None
    (vocabulary,) = reading.document.vocabularies
    (element,) = vocabulary.elements

    assert element.attributes == {"urn:epcglobal:cbv:mda#name": "Example"}
    assert element.children == ("urn:epc:id:sgln:4012345.00001.1",)
    for target in TARGETS:
        assert written(reading.document, target).vocabularies == (vocabulary,)


def test_what_is_lost_is_said_in_sentences() -> None:
    party = epcis.Party(identifier="urn:epc:id:sgln:4012345.00001.0", authority="GS1")
    document = epcis.EpcisDocument(
        schema_version="1.2",
        id="urn:uuid:1",
        sender=party,
        business_header={"HeaderVersion": "1.0", "Type": "Orders"},
    )

    assert [one.message for one in epcis.lost_in(document, "json")] == [
        "JSON has no place for the authority 'GS1' of the sender.",
        "JSON has no place for Type of the business document header.",
    ]
    assert [one.message for one in epcis.lost_in(document, "xml-2.0")] == [
        "XML has no place for the identifier 'urn:uuid:1' of the document."
    ]


def test_what_is_carried_oddly_is_a_note(conformance: Path) -> None:
    path = conformance / "gs1-epcis/json/WithSensorData/SensorDataExample1.jsonld"
    document = epcis.read(path.read_bytes()).document
    assert document is not None
    found = epcis.lost_in(document, "xml-1.2")

    carried = [one for one in found if one.severity == "note"]
    assert {one.code for one in carried} == {"EPC-602"}
    assert carried[0].message == (
        "EPCIS 1.2 has no sensor data; carried as elements of a later version."
    )
    assert carried[0].at == "event 1"


def test_an_unknown_notation_is_refused() -> None:
    document = epcis.EpcisDocument(schema_version="2.0")

    with pytest.raises(UsageError, match=r"written as json, xml-1\.2, xml-2\.0, not as 'csv'"):
        epcis.lost_in(document, "csv")  # type: ignore[arg-type]


def test_half_a_byte_of_hex_is_lost_in_xml_and_nothing_else() -> None:
    event = epcis.ObjectEvent(
        event_time=datetime(2026, 1, 1, tzinfo=UTC),
        event_time_zone_offset="+00:00",
        action="OBSERVE",
        read_point=epcis.Place(id="urn:epc:id:sgln:4012345.00001.0"),
        sensor_elements=(
            epcis.SensorElement(reports=({"type": "Temperature", "hexBinaryValue": "f0f"},)),
        ),
    )
    document = epcis.EpcisDocument(schema_version="2.0", events=(event,))

    assert "pairs of hex digits" in epcis.lost_in(document, "xml-2.0")[0].message
    (again,) = written(document, "xml-2.0").events
    assert again.sensor_elements == (epcis.SensorElement(reports=({"type": "Temperature"},)),)
