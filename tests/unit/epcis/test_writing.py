"""What is written is what was read, or something is said to be lost."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from packtrail import epcis
from packtrail.epcis.losses import Target

from .test_reading import EVENT, PATH, XML, document


def _read(content: bytes | str) -> epcis.EpcisDocument:
    found = epcis.read(content.encode() if isinstance(content, str) else content).document
    assert found is not None
    return found


@pytest.mark.parametrize("space", ["\n", "\r", " \n\t "])
def test_an_identifier_with_a_break_in_it_stays_one_identifier(space: str) -> None:
    text = f"urn:epc:id:sgtin:4012345{space}.011111.1"
    broken = _read(XML.replace("urn:epc:id:sgtin:4012345.011111.1", text.replace("\r", "&#13;")))

    written = _read(epcis.write_xml(broken, version="2.0"))

    assert getattr(written.events[0], "epcs", None) == (text,)


@pytest.mark.parametrize("target", ["xml-1.2", "xml-2.0"])
def test_a_name_that_xml_does_not_allow_is_said_to_change(target: Target) -> None:
    context = [
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        {"x": "https://x.example/"},
    ]
    told = document({**EVENT, "x:a": [{"x:lot/no": "1"}]}, context=context)

    lost = epcis.lost_in(_read(told), target)

    assert [(one.code, one.message, one.at) for one in lost] == [
        ("EPC-601", "XML allows no element 'lot/no'; it is written 'lot_no'.", "event 1")
    ]


def test_text_between_the_fields_of_an_unknown_event_is_told() -> None:
    unknown = (
        XML.replace("<ObjectEvent>", "<extension><extension><HeatEvent>")
        .replace("</ObjectEvent>", "</HeatEvent></extension></extension>")
        .replace("<action>", "stray <action>")
    )

    found = epcis.read(unknown.encode()).findings

    assert [(one.code, one.message) for one in found] == [
        ("EPC-305", "The text 'stray' between the elements is not kept.")
    ]
    assert found[0].at.startswith(PATH.replace("ObjectEvent", "extension/extension/HeatEvent"))


@pytest.mark.parametrize(
    ("time", "codes"),
    [("2026-03-31T24:00:00Z", ["EPC-303"]), ("2026-03-31T14:05:00", ["EPC-303", "EPC-302"])],
)
def test_an_association_in_a_1_2_document_may_have_the_times_of_1_2(
    time: str, codes: list[str]
) -> None:
    told = XML.replace("<ObjectEvent>", "<extension><extension><AssociationEvent>")
    told = told.replace("</ObjectEvent>", "</AssociationEvent></extension></extension>")
    told = told.replace("epcList>", "childEPCs>").replace("2026-03-31T14:05:00.000+02:00", time)
    told = told.replace(
        "<childEPCs>", "<parentID>urn:epc:id:grai:4012345.55555.1</parentID><childEPCs>"
    )
    step = "<bizStep>https://ref.gs1.org/cbv/BizStep-shiping</bizStep>"

    found = epcis.read(told.replace("</action>", f"</action>{step}").encode())

    assert found.document
    assert [type(event) for event in found.document.events] == [epcis.AssociationEvent]
    assert [one.code for one in found.findings] == codes


@pytest.mark.parametrize("target", ["1.2", "2.0"])
def test_an_offset_that_xml_does_not_have_is_written_as_utc(target: Any) -> None:
    sensed = {"type": "Temperature", "value": 1, "uom": "CEL", "time": "2026-01-01T00:00:00+21:00"}
    told = _read(
        document(
            {
                **EVENT,
                "eventTime": "2026-01-01T00:00:00+21:00",
                "recordTime": "2026-01-01T00:00:00-14:01",
                "sensorElementList": [{"sensorReport": [sensed]}],
            }
        )
    )

    again = epcis.read(epcis.write_xml(told, version=target))

    assert [one for one in again.findings if one.severity == "error"] == []
    assert again.document
    assert again.document.events[0].event_time == told.events[0].event_time
    assert again.document.events[0].record_time == told.events[0].record_time
    reports = again.document.events[0].sensor_elements[0].reports
    assert reports[0]["time"] == "2025-12-31T03:00:00.000Z"


MASTER_DATA = """<epcisq:EPCISQueryDocument xmlns:epcisq="urn:epcglobal:epcis-query:xsd:1"
    schemaVersion="1.2" creationDate="2026-01-01T00:00:00Z"><EPCISBody><epcisq:QueryResults>
  <queryName>SimpleMasterDataQuery</queryName><resultsBody><VocabularyList>
    <Vocabulary type="urn:epcglobal:epcis:vtype:Location"><VocabularyElementList>
      <VocabularyElement id="urn:epc:id:sgln:4012345.00001.0"/>
    </VocabularyElementList></Vocabulary></VocabularyList></resultsBody>
</epcisq:QueryResults></EPCISBody></epcisq:EPCISQueryDocument>"""


@pytest.mark.parametrize("version", ["1.2", "2.0"])
def test_an_answer_of_master_data_stays_one(version: Any) -> None:
    answer = _read(MASTER_DATA)

    written = epcis.write_xml(answer, version=version)

    assert b"<resultsBody><VocabularyList>" in written
    assert b"EPCISHeader" not in written
    assert _read(written).vocabularies == answer.vocabularies
    assert _read(epcis.write_json(answer)).vocabularies == answer.vocabularies


def test_an_answer_of_events_has_its_master_data_in_the_header() -> None:
    answer = _read(MASTER_DATA)
    both = structs.replace(answer, events=_read(document(EVENT)).events)

    written = _read(epcis.write_xml(both, version="2.0"))

    assert written.events == both.events
    assert written.vocabularies == both.vocabularies


def test_what_is_not_kept_of_the_business_document_header_is_told() -> None:
    party = "<s:{0}><s:Identifier>urn:epc:id:sgln:4012345.0000{1}.0</s:Identifier>{2}</s:{0}>"
    contact = "<s:ContactInformation><s:Contact>J. Doe</s:Contact></s:ContactInformation>"
    header = (
        '<EPCISHeader><s:StandardBusinessDocumentHeader xmlns:s="http://www.unece.org/cefact/'
        'namespaces/StandardBusinessDocumentHeader"><s:HeaderVersion>1.0</s:HeaderVersion>'
        + party.format("Sender", 1, contact)
        + party.format("Receiver", 2, "")
        + party.format("Receiver", 3, "")
        + "<s:DocumentIdentification><s:Standard>EPCglobal</s:Standard>"
        "<s:TypeVersion>1.0</s:TypeVersion><s:InstanceIdentifier>1</s:InstanceIdentifier>"
        "<s:Type>Events</s:Type><s:CreationDateAndTime>2026-01-01T00:00:00Z</s:CreationDateAndTime>"
        "</s:DocumentIdentification><s:BusinessScope><s:Scope><s:Type>Purpose</s:Type>"
        "<s:InstanceIdentifier>1</s:InstanceIdentifier></s:Scope></s:BusinessScope>"
        "</s:StandardBusinessDocumentHeader></EPCISHeader><EPCISBody>"
    )

    found = epcis.read(XML.replace("<EPCISBody>", header).encode()).findings

    assert [(one.code, one.message) for one in found] == [
        ("EPC-305", "The contacts of the sender are not kept."),
        (
            "EPC-305",
            "Parts of the business document header are not kept: BusinessScope, receiver 2.",
        ),
    ]


CONTEXT = [
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    {"x": "https://x.example/"},
]


@pytest.mark.parametrize("target", ["xml-1.2", "xml-2.0"])
def test_sensor_data_with_parts_is_written_as_json_where_xml_has_attributes(target: Any) -> None:
    parts = {"x:limits": {"x:low": 1.50, "x:high": [2, None]}, "x:note": "dry"}
    sensed = {"sensorReport": [{"type": "Temperature", "value": 2, "uom": "CEL", **parts}]}
    told = _read(document({**EVENT, "sensorElementList": [sensed]}, context=CONTEXT))

    written = _read(epcis.write_xml(told, version=target.removeprefix("xml-")))

    report = written.events[0].sensor_elements[0].reports[0]
    assert report["{https://x.example/}limits"] == '{"x:low":1.5,"x:high":[2,null]}'
    assert report["{https://x.example/}note"] == "dry"
    lost = [one.message for one in epcis.lost_in(told, target) if one.code == "EPC-601"]
    assert lost == [
        (
            "Sensor data of XML has attributes only; {https://x.example/}limits is written there "
            "as JSON."
        )
    ]


def test_what_xml_flattens_is_told_wherever_it_stands() -> None:
    odd = {"x:a": {"@type": ["x:b", "x:c"], "@value": "1"}}
    place = {"id": "urn:x:1", "x:e": [[1, 2], [3]]}
    told = _read(document({**EVENT, **odd, "readPoint": place}, context=CONTEXT))

    assert [one.message for one in epcis.lost_in(told, "xml-2.0")] == [
        "An attribute of XML is one text; {https://x.example/}a has one with parts, left out.",
        "XML has no lists of lists, no empty ones and no null, as {https://x.example/}e has.",
    ]
