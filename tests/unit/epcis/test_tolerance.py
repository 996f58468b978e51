"""A tolerant reading keeps what is safe, has the findings of a strict one, and guesses nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from packtrail import epcis

WHEN = (
    "<eventTime>2026-03-31T12:05:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>"
)
PACK = "urn:epc:id:sgtin:4012345.011111.1"
LIST = f"<epcList><epc>{PACK}</epc></epcList>"
ACTION = "<action>ADD</action>"
QUANTITIES = (
    "<quantityList><quantityElement><epcClass>urn:epc:class:lgtin:4012345.012345.A</epcClass>"
    "<quantity>5</quantity></quantityElement></quantityList>"
)
QUANTITY = epcis.QuantityElement(
    epc_class="urn:epc:class:lgtin:4012345.012345.A", quantity=Decimal(5)
)
XML = (
    '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2" '
    'creationDate="2026-01-01T00:00:00Z"><EPCISBody><EventList>{}</EventList></EPCISBody>'
    "</epcis:EPCISDocument>"
)
EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-03-31T12:05:00Z",
    "eventTimeZoneOffset": "+00:00",
    "epcList": [PACK],
    "action": "ADD",
}


def plain(**fields: Any) -> epcis.ObjectEvent:
    """Return the event that every document here means."""
    return epcis.ObjectEvent(
        event_time=datetime(2026, 3, 31, 12, 5, tzinfo=UTC),
        event_time_zone_offset="+00:00",
        action="ADD",
        **{"epcs": (PACK,), **fields},
    )


def in_xml(inside: str) -> bytes:
    return XML.format(f"<ObjectEvent>{inside}</ObjectEvent>").encode()


def in_json(**members: Any) -> bytes:
    return json.dumps(
        {
            "@context": "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-01-01T00:00:00Z",
            "epcisBody": {"eventList": [{**EVENT, **members}]},
        }
    ).encode()


QUERY = (
    '<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:1" schemaVersion="1.2" '
    'creationDate="2026-01-01T00:00:00Z"><EPCISBody><QueryResults><queryName>x</queryName>'
    "<resultsBody><EventList><ObjectEvent>{}</ObjectEvent></EventList></resultsBody></QueryResults>"
    "</EPCISBody></q:EPCISQueryDocument>"
)
HEADER = (
    "<EPCISHeader><StandardBusinessDocumentHeader><HeaderVersion>1.0</HeaderVersion><Sender>"
    "<Identifier>urn:epc:id:sgln:4012345.00001.0</Identifier></Sender><Receiver><Identifier>x"
    "</Identifier></Receiver><DocumentIdentification><Standard>EPCglobal</Standard><TypeVersion>1.0"
    "</TypeVersion><InstanceIdentifier>7</InstanceIdentifier><Type>Events</Type>"
    "<CreationDateAndTime>31/03/2026</CreationDateAndTime></DocumentIdentification>"
    "</StandardBusinessDocumentHeader></EPCISHeader><EPCISBody>"
)
WHOLE = f"{WHEN}{LIST}{ACTION}"
EVENT_XML = f"<ObjectEvent>{WHOLE}</ObjectEvent>"
BARE_BODY = json.dumps({"epcisBody": {"eventList": [EVENT]}}).encode()
LEFT_ALONE = {
    "quantityElement": {"epcClass": "urn:epc:class:lgtin:4012345.012345.A", "quantity": "5"}
}


@pytest.mark.parametrize(
    ("content", "codes", "event"),
    [
        (in_xml(f"{WHEN}{ACTION}{LIST}"), {"EPC-110"}, plain()),
        (in_xml(f"{WHOLE}{QUANTITIES}"), {"EPC-102"}, plain(quantities=(QUANTITY,))),
        (
            in_xml(f"{WHOLE}<extension><extension>{QUANTITIES}</extension></extension>"),
            set(),
            plain(extensions={"quantityList": LEFT_ALONE}),
        ),
        (in_xml(f"{WHOLE}<vendor>1</vendor>"), {"EPC-102"}, plain(extensions={"vendor": "1"})),
        (in_xml(f"{WHOLE}<tl:a>1</tl:a>"), {"EPC-001"}, plain(extensions={"{tl:}a": "1"})),
        (
            in_xml(f"{WHOLE}<extension><ilmd><cbvmda:lotNumber>A</cbvmda:lotNumber></ilmd></extension>"),
            {"EPC-001"},
            plain(ilmd={epcis.LOT_NUMBER: "A"}),
        ),
        (
            in_xml(f"{WHOLE}<bizStep>urn:epcglobal:cbv:bizstep:shiping</bizStep>"),
            {"EPC-303"},
            plain(biz_step="https://ref.gs1.org/cbv/BizStep-shiping"),
        ),
        (
            XML.replace("<EPCISBody>", HEADER).format(EVENT_XML).encode(),
            {"EPC-102", "EPC-105"},
            plain(),
        ),
        (
            XML.replace("xmlns:epcis=", "xmlns:e='urn:epcglobal:epcis:xsd:1' xmlns:epcis=")
            .format(f"<e:ObjectEvent>{WHOLE}</e:ObjectEvent>")
            .replace("action>", "e:action>")
            .encode(),
            {"EPC-102"},
            plain(),
        ),
        (f"<ObjectEvent>{WHOLE}</ObjectEvent>".encode(), {"EPC-002"}, plain()),
        (QUERY.format(WHOLE).encode(), {"EPC-002"}, plain()),
        (f"<s:E xmlns:s='urn:soap'>{QUERY.format(WHOLE)}</s:E>".encode(), {"EPC-002"}, plain()),
        (b'<?xml version="1.0" encoding="utf-16"?>' + in_xml(WHOLE), {"EPC-005"}, plain()),
        (
            in_xml(WHOLE.replace("<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>", "")),
            {"EPC-101"},
            plain(),
        ),
        (
            in_xml(WHOLE.replace("</eventTimeZone", "</eventTimeZone").replace("+00:00", "GMT")),
            {"EPC-107"},
            plain(),
        ),
        (in_json(vendor=1), {"EPC-102"}, plain(extensions={"vendor": Decimal(1)})),
        (in_json(**{"tl:a": "1"}), {"EPC-112"}, plain(extensions={"{tl:}a": "1"})),
        (in_json(bizStep="shiping"), {"EPC-106"}, plain(biz_step="shiping")),
        (
            in_json(bizStep="urn:epcglobal:cbv:bizstep:shipping"),
            {"EPC-106"},
            plain(biz_step="shipping"),
        ),
        (in_json(readPoint="urn:x:1"), {"EPC-103"}, plain(read_point=epcis.Place(id="urn:x:1"))),
        (
            in_json(bizTransactionList={"bizTransaction": "urn:x:1"}),
            {"EPC-103"},
            plain(biz_transactions=(epcis.BizTransaction(biz_transaction="urn:x:1"),)),
        ),
        (
            in_json(quantityList=[{"epcClass": QUANTITY.epc_class, "quantity": "5"}, {}]),
            {"EPC-103", "EPC-101"},
            plain(quantities=(QUANTITY,)),
        ),
        (in_json(epcList=[PACK, "not a uri"]), {"EPC-104"}, plain()),
        (in_json(ilmd={"lotNumber": "A"}), {"EPC-102"}, plain(ilmd={"lotNumber": "A"})),
        (json.dumps([EVENT]).encode(), {"EPC-103"}, plain()),
        (json.dumps(EVENT).encode(), {"EPC-101"}, plain()),
        (BARE_BODY, {"EPC-101", "EPC-103"}, plain()),
    ],
)  # fmt: skip
def test_what_is_meant_beyond_doubt_is_read_and_reported(
    content: bytes, codes: set[str], event: epcis.Event
) -> None:
    strict, tolerant = epcis.read(content), epcis.read(content, strict=False)
    refused = strict.document is None or not strict.document.events

    assert {one.code for one in tolerant.findings if one.severity != "note"} == codes
    assert tolerant.document is not None
    assert tolerant.document.events == (event,)
    assert len(tolerant.places) == 1
    assert refused or not codes - {"EPC-303", "EPC-102", "EPC-101", "EPC-105"}


@pytest.mark.parametrize(
    "content",
    [
        in_xml(f"<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>{LIST}{ACTION}"),
        in_xml(WHOLE.replace("12:05:00Z", "noon")),
        in_xml(f"<eventTime>2026-03-31T12:05:00</eventTime>{LIST}{ACTION}"),
        in_xml(f"{WHEN}{LIST}<action>add</action>"),
        in_xml(f"{WHEN}{LIST}"),
        in_json(action="add"),
        in_json(eventTime="31/03/2026 12:05"),
    ],
)
def test_an_event_without_time_offset_or_action_is_left_out(content: bytes) -> None:
    reading = epcis.read(content, strict=False)

    assert reading.document is not None
    assert reading.document.events == ()
    assert any(one.severity == "error" for one in reading.findings)


def _two(content: bytes) -> bytes:
    """Return a document with its event a second time."""
    start, end = content.index(b"<ObjectEvent>"), content.index(b"</ObjectEvent>") + 14
    return content[:end] + b"\n" + content[start:end] + content[end:]


@pytest.mark.parametrize("cut", [-30, -60, -120, -180])
def test_of_a_text_cut_off_the_whole_events_are_read(cut: int) -> None:
    content = _two(in_xml(WHOLE))[:cut]
    strict, tolerant = epcis.read(content), epcis.read(content, strict=False)

    assert strict.document is None
    assert tolerant.document is not None
    assert tolerant.document.events == (plain(),) * content.count(b"</ObjectEvent>")
    assert {"EPC-001", "EPC-007"} <= {one.code for one in tolerant.findings}


@pytest.mark.parametrize("damage", [b"\0", b"</childEPCs>", b"&nothing;", b"<", b"\xff"])
def test_what_follows_damage_is_not_read(damage: bytes) -> None:
    content = _two(in_xml(WHOLE))
    at = content.rindex(b"<action>")
    reading = epcis.read(content[:at] + damage + content[at:], strict=False)

    assert reading.document is None or reading.document.events == (plain(),)
    assert reading.document is not None or damage == b"\xff"


def test_an_event_that_is_cut_off_is_not_mended() -> None:
    assert epcis.read(in_xml(WHOLE)[:-80], strict=False).document is None


def test_of_a_json_text_cut_off_the_whole_events_are_read() -> None:
    one = json.dumps(EVENT).encode()
    whole = in_json().replace(one, one + b", " + one)
    reading = epcis.read(whole[: whole.rindex(b"action")], strict=False)

    assert epcis.read(whole[:-20]).document is None
    assert reading.document is not None
    assert reading.document.events == (plain(),)
    assert [one.code for one in reading.findings] == ["EPC-001", "EPC-007"]


@pytest.mark.parametrize(
    "content", [b'{"eventList": [{"a": ', b"[[[", b'{"a": ["b"', b'{"x": {"a": 1}} }']
)
def test_of_a_json_text_without_a_whole_event_nothing_is_read(content: bytes) -> None:
    assert epcis.read(content, strict=False).document is None


def test_a_header_without_namespace_still_names_its_parties() -> None:
    content = XML.replace("<EPCISBody>", HEADER).format(f"<ObjectEvent>{WHOLE}</ObjectEvent>")
    document = epcis.read(content.encode(), strict=False).document

    assert document is not None
    assert document.sender == epcis.Party(identifier="urn:epc:id:sgln:4012345.00001.0")
    assert document.instance_identifier == "7"


def test_hostile_xml_stays_refused() -> None:
    content = b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + in_xml(f"{WHOLE}<a>&a;</a>")

    assert epcis.read(content, strict=False).document is None
