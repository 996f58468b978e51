"""What is wrong with a document, where, and in which words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from packtrail import epcis
from packtrail.base.errors import RefusedError, UsageError

EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-03-31T14:05:00.000+02:00",
    "eventTimeZoneOffset": "+02:00",
    "epcList": ["urn:epc:id:sgtin:4012345.011111.1"],
    "action": "OBSERVE",
}
XML = """<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" xmlns:ext="https://ns.example.org/"
    schemaVersion="1.2" creationDate="2026-01-01T00:00:00Z">
  <EPCISBody>
    <EventList>
      <ObjectEvent>
        <eventTime>2026-03-31T14:05:00.000+02:00</eventTime>
        <eventTimeZoneOffset>+02:00</eventTimeZoneOffset>
        <epcList><epc>urn:epc:id:sgtin:4012345.011111.1</epc></epcList>
        <action>OBSERVE</action>
      </ObjectEvent>
    </EventList>
  </EPCISBody>
</epcis:EPCISDocument>"""
PATH = "/epcis:EPCISDocument/EPCISBody/EventList/ObjectEvent"


MADE_UP = (
    "The element madeUp is not known here; expected: eventTime, recordTime, eventTimeZoneOffset, "
    "baseExtension, epcList, action, bizStep, disposition, readPoint, bizLocation, "
    "bizTransactionList, extension or an extension with a namespace of its own."
)
NO_TERM = (
    "'https://ref.gs1.org/cbv/BizStep-shiping' looks like a term of the CBV, but the CBV has none "
    "such."
)
ILMD = (
    '<extension><ilmd><m:lotNumber xmlns:m="urn:epcglobal:cbv:mda">A1</m:lotNumber></ilmd>'
    "</extension>"
)


def document(*events: dict[str, Any], context: Any = None) -> bytes:
    whole = {
        "@context": context or ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-01T00:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    return json.dumps(whole).encode()


def told(content: bytes | str) -> list[tuple[str, str, str]]:
    content = content.encode() if isinstance(content, str) else content
    return [(one.code, one.at, one.message) for one in epcis.read(content).findings]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            {"action": "CREATE"},
            ("EPC-106", "/action", "'CREATE' is none of OBSERVE, ADD, DELETE."),
        ),
        (
            {"eventTime": "31-03-2026"},
            (
                "EPC-105",
                "/eventTime",
                "'31-03-2026' is no date-time with an offset, such as 2026-03-31T14:05:00+02:00.",
            ),
        ),
        (
            {"bizStep": "weighing"},
            (
                "EPC-106",
                "/bizStep",
                "'weighing' is neither a CBV term for bizStep as a bare word nor a URI.",
            ),
        ),
        (
            {"epcList": ["urn:a:b", "a b"]},
            (
                "EPC-104",
                "/epcList/1",
                "'a b' is no URI: a scheme, a colon and URI characters are expected.",
            ),
        ),
        (
            {"epcList": ["urn:a:b", "urn:a:" + "b" * 5000]},
            (
                "EPC-104",
                "/epcList/1",
                f"'urn:a:{'b' * 70}...' has 5,006 characters; a URI has 4,096 at most.",
            ),
        ),
        (
            {"bizStep": "urn:a:" + "b" * 5000},
            (
                "EPC-106",
                "/bizStep",
                f"'urn:a:{'b' * 70}...' has 5,006 characters; a URI has 4,096 at most.",
            ),
        ),
        (
            {"epcList": ["urn:a:b", "urn:a:b"]},
            ("EPC-109", "/epcList/1", "'urn:a:b' is listed twice; every entry must be different."),
        ),
        (
            {"eventTimeZoneOffset": "+15:00"},
            (
                "EPC-107",
                "/eventTimeZoneOffset",
                "'+15:00' is no offset from UTC between -14:00 and +14:00.",
            ),
        ),
        (
            {"quantityList": [{"epcClass": "urn:a:b", "quantity": "5"}]},
            (
                "EPC-103",
                "/quantityList/0/quantity",
                "'5' is a string where a number is expected.",
            ),
        ),
        (
            {"x:y": 1},
            ("EPC-112", "/x:y", "The prefix 'x' of 'x:y' is not declared in @context."),
        ),
        (
            {"ilmd": {}},
            ("EPC-113", "", "The ilmd stands beside action OBSERVE; only ADD may carry it."),
        ),
    ],
)
def test_a_defect_of_a_json_event_is_told_with_its_pointer(
    change: dict[str, Any], finding: tuple[str, str, str]
) -> None:
    code, at, message = finding

    assert told(document(EVENT, EVENT | change)) == [(code, f"/epcisBody/eventList/1{at}", message)]


def test_every_defect_is_told_not_just_the_first() -> None:
    broken = {"type": "AggregationEvent", "eventTime": 5, "action": "x", "madeUp": 1}
    codes = [code for code, _, _ in told(document(broken))]

    assert codes == ["EPC-103", "EPC-106", "EPC-102", "EPC-101", "EPC-114"]


def test_events_without_errors_are_kept_with_their_places() -> None:
    reading = epcis.read(document(EVENT, EVENT | {"action": "x"}, EVENT))

    assert reading.document is not None
    assert len(reading.document.events) == 2
    assert reading.places == ("/epcisBody/eventList/0", "/epcisBody/eventList/2")


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (
            ">OBSERVE<",
            ">CREATE<",
            ("EPC-106", f"{PATH}/action (line 10)", "'CREATE' is none of ADD, OBSERVE, DELETE."),
        ),
        (
            "<action>",
            "<madeUp/><action>",
            (
                "EPC-102",
                f"{PATH}/madeUp (line 10)",
                MADE_UP,
            ),
        ),
        (
            "<action>OBSERVE</action>",
            "",
            ("EPC-101", f"{PATH} (line 6)", "The element action is missing in ObjectEvent."),
        ),
        (
            "</action>",
            "</action><ext:a>1</ext:a><bizStep>urn:a:b</bizStep>",
            (
                "EPC-110",
                f"{PATH}/bizStep (line 10)",
                "The element bizStep stands after an extension; it must come before.",
            ),
        ),
        (
            "</action>",
            "</action><bizStep>urn:epcglobal:cbv:bizstep:shiping</bizStep>",
            (
                "EPC-303",
                f"{PATH}/bizStep (line 10)",
                NO_TERM,
            ),
        ),
        (
            "00.000+02:00<",
            "00.000<",
            (
                "EPC-302",
                f"{PATH} (line 6)",
                "The time 2026-03-31T14:05:00 has no offset; +02:00 was assumed.",
            ),
        ),
        (
            "urn:epc:id:sgtin:4012345.011111.1",
            "4012345 011111",
            (
                "EPC-301",
                f"{PATH}/epcList/epc (line 9)",
                "'4012345 011111' is no identifier: an EPC URI or Digital Link is expected.",
            ),
        ),
    ],
)
def test_a_defect_of_an_xml_event_is_told_with_its_path_and_line(
    old: str, new: str, finding: tuple[str, str, str]
) -> None:
    assert told(XML.replace(old, new)) == [finding]


def test_a_malformed_gs1_identifier_is_a_warning_once_for_its_class() -> None:
    wrong = [f"urn:epc:id:sgtin:4012345.01111.{n}" for n in range(3)]
    findings = epcis.read(document(EVENT | {"epcList": wrong})).findings

    assert [(one.code, one.severity, one.at) for one in findings] == [
        ("EPC-301", "warning", "/epcisBody/eventList/0")
    ]


def test_the_notations_give_the_same_event() -> None:
    one, other = epcis.read(document(EVENT)).document, epcis.read(XML.encode()).document

    assert one is not None
    assert other is not None
    assert one.events == other.events


def test_times_keep_the_offset_they_were_written_with() -> None:
    reading = epcis.read(document(EVENT))

    assert reading.document is not None
    assert reading.document.events[0].event_time.utcoffset() == timedelta(hours=2)


def test_what_sensor_metadata_and_a_report_both_give_is_told_even_where_it_is_the_same() -> None:
    device = {"deviceID": "urn:epc:id:giai:4000001.111"}
    sensed = {
        "sensorMetadata": device,
        "sensorReport": [{"type": "Temperature", "value": 2, "uom": "CEL", **device}],
    }

    assert told(document(EVENT | {"sensorElementList": [sensed]})) == [
        (
            "EPC-308",
            "/epcisBody/eventList/0/sensorElementList/0",
            "Metadata and report both give deviceID.",
        )
    ]


def test_prefixes_of_the_event_itself_are_known() -> None:
    event = EVENT | {"@context": {"x": "https://ns.example.org/"}, "x:y": 1.50}
    reading = epcis.read(document(event))

    assert reading.document is not None
    assert reading.document.events[0].extensions == {"{https://ns.example.org/}y": Decimal("1.5")}
    assert reading.document.namespaces == {"x": "https://ns.example.org/"}


def test_a_prefix_of_a_context_not_fetched_is_a_warning() -> None:
    event = EVENT | {"x:y": "1"}

    assert told(document(event, context=["https://example.org/context.jsonld"])) == [
        (
            "EPC-306",
            "/epcisBody/eventList/0/x:y",
            "The prefix 'x' of 'x:y' may be declared in a context not fetched.",
        )
    ]


def test_the_master_data_namespace_has_one_spelling() -> None:
    xml = XML.replace("OBSERVE", "ADD").replace("</action>", f"</action>{ILMD}")
    event = EVENT | {"action": "ADD", "ilmd": {"cbvmda:lotNumber": "A1"}}
    for content in (xml.encode(), document(event)):
        read = epcis.read(content).document
        assert read is not None
        found = read.events[0]
        assert isinstance(found, epcis.ObjectEvent)
        assert found.ilmd == {epcis.LOT_NUMBER: "A1"}


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("latin1", "iso-8859-1"),
        ("ISO-8859-2", "iso-8859-2"),
        ("windows-1254", "cp1254"),
    ],
)
def test_xml_is_read_in_the_encodings_that_partners_use(name: str, codec: str) -> None:
    place = "<readPoint><id>urn:x:Fürth</id></readPoint>"
    told = XML.replace('"UTF-8"', f'"{name}"').replace("</action>", f"</action>{place}")

    reading = epcis.read(told.encode(codec))

    assert reading.document
    assert [one.read_point for one in reading.document.events] == [epcis.Place(id="urn:x:Fürth")]


def test_a_quantity_event_becomes_the_object_event_it_equals() -> None:
    event = (
        "<QuantityEvent><eventTime>2026-03-31T14:05:00Z</eventTime><eventTimeZoneOffset>+00:00"
        "</eventTimeZoneOffset><epcClass>urn:epc:idpat:sgtin:4012345.011111.*</epcClass>"
        "<quantity>7</quantity></QuantityEvent></EventList>"
    )
    reading = epcis.read(XML.replace("</EventList>", event).encode())

    assert [one.code for one in reading.findings] == ["EPC-304"]
    assert reading.document is not None
    found = reading.document.events[1]
    assert isinstance(found, epcis.ObjectEvent)
    assert (found.action, found.quantities[0].quantity) == ("OBSERVE", Decimal(7))


def test_an_event_in_a_document_with_known_prefixes_has_no_context_of_its_own() -> None:
    event = epcis.ObjectEvent(
        event_time=datetime(2026, 1, 1, tzinfo=UTC),
        event_time_zone_offset="+00:00",
        action="ADD",
        epcs=("urn:a:b",),
        extensions={"{https://ns.example.org/}y": "1"},
    )

    assert epcis.event_to_json(event, {"x": "https://ns.example.org/"}) == {
        "type": "ObjectEvent",
        "eventTime": "2026-01-01T00:00:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": ["urn:a:b"],
        "action": "ADD",
        "x:y": "1",
    }


def test_a_stored_body_that_is_no_event_is_refused() -> None:
    with pytest.raises(RefusedError, match="The member 'type' is missing"):
        epcis.read_event_json({})


def test_xml_is_written_in_two_versions_only() -> None:
    empty = epcis.EpcisDocument(schema_version="2.0")
    with pytest.raises(UsageError, match=r"1\.2 or 2\.0, not as '1\.0'"):
        epcis.write_xml(empty, version="1.0")  # type: ignore[arg-type]


def test_an_unknown_hash_algorithm_is_refused() -> None:
    reading = epcis.read(document(EVENT))
    assert reading.document is not None
    with pytest.raises(UsageError, match="'md5' is none of sha-256"):
        epcis.event_hash(reading.document.events[0], algorithm="md5")


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("2026-02-30T08:00:00Z", "there is no such day"),
        ("2025-02-29T08:00:00Z", "there is no such day"),
        ("2026-04-31T08:00:60Z", "there is no such day"),
        ("2024-02-29T23:59:60Z", "a leap second, or year 0"),
        ("0000-02-29T08:00:00Z", "a leap second, or year 0"),
    ],
)
def test_a_time_that_cannot_be_is_told_why(time, reason):
    event = (
        '{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],'
        f'"type": "ObjectEvent", "eventTime": "{time}", "eventTimeZoneOffset": "+00:00",'
        '"action": "ADD", "epcList": ["urn:epc:id:sgtin:030001.0012345.1"]}'
    )

    (finding,) = epcis.read(event.encode()).findings

    assert finding.code == "EPC-116"
    assert finding.message == f"'{time}' is a time that cannot be kept ({reason})."


def test_a_time_may_have_any_number_of_decimals_in_both_notations() -> None:
    decimals = "2026-03-31T14:05:00.07" + "7" * 100 + "+02:00"
    told = {
        "sensorMetadata": {"startTime": decimals},
        "sensorReport": [{"type": "Temperature", "value": 2, "uom": "CEL", "time": decimals}],
    }
    from_json = epcis.read(document(EVENT | {"eventTime": decimals, "sensorElementList": [told]}))
    assert from_json.findings == ()
    assert from_json.document
    from_xml = epcis.read(epcis.write_xml(from_json.document))
    assert from_xml.findings == ()
    assert from_xml.document

    assert from_xml.document.events == from_json.document.events
    plain = epcis.read(document(EVENT | {"eventTime": decimals[:26] + "+02:00"})).document
    assert plain
    assert from_json.document.events[0].event_time == plain.events[0].event_time


@pytest.mark.parametrize(
    ("context", "name"),
    [
        ([{"a": "https://a.example/", "b": "a:sub/"}], "{https://a.example/sub/}x"),
        ([{"b": "a:sub/", "a": "https://a.example/"}], "{https://a.example/sub/}x"),
        ([{"a": "https://a.example/"}, {"b": "a:sub/"}], "{https://a.example/sub/}x"),
        ([{"b": "a:sub/"}, {"a": "https://a.example/"}], "{a:sub/}x"),
        ([{"b": "gs1:sub-"}], "{https://gs1.org/voc/sub-}x"),
        ([{"b": "b:sub/"}], "{b:sub/}x"),
        ([{"a": "b:1/", "b": "a:2/"}], None),
    ],
)
def test_a_prefix_may_be_declared_by_another(context: list[Any], name: str | None) -> None:
    found = epcis.read(document({**EVENT, "b:x": "1"}, context=[*context]))

    assert found.document
    names = list(found.document.events[0].extensions)
    assert names == [name] if name else len(names) == 1


def test_a_name_that_begins_with_a_brace_is_refused() -> None:
    found = epcis.read(document({**EVENT, "type": "x:Event", "{a": "1"}, context=[{"x": "urn:x:"}]))

    assert [(one.code, one.message) for one in found.findings] == [
        ("EPC-102", "The name '{a' begins with a brace.")
    ]


def test_of_two_contexts_the_later_one_counts() -> None:
    own = {"cbvmda": "https://x.example/"}
    gs1_context = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
    event = {**EVENT, "cbvmda:y": "1"}

    first = epcis.read(document(event, context=[gs1_context, own])).document
    last = epcis.read(document(event, context=[own, gs1_context])).document

    assert first
    assert list(first.events[0].extensions) == ["{https://x.example/}y"]
    assert last
    assert list(last.events[0].extensions) == ["{urn:epcglobal:cbv:mda:}y"]
