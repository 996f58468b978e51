"""Reports in any notation, told apart by their content; events become happenings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from packtrail import epcis
from packtrail.epcis.events import AggregationEvent, EpcisDocument, Event, ObjectEvent
from packtrail.production.documents import happening_of, read_report

AT = datetime(2026, 3, 3, 12, tzinfo=UTC)
PACKS = ("urn:epc:id:sgtin:300010.0123450.A1", "urn:epc:id:sgtin:300010.0123450.A2")
CASE = "urn:epc:id:sscc:0614141.0000000001"


def seen(action: str, biz_step: str) -> ObjectEvent:
    return ObjectEvent(
        event_time=AT, event_time_zone_offset="+01:00", action=action, biz_step=biz_step,
        disposition="active", epcs=PACKS,
    )  # fmt: skip


def held(action: str, children: tuple[str, ...] = PACKS) -> AggregationEvent:
    return AggregationEvent(
        event_time=AT, event_time_zone_offset="+01:00", action=action, biz_step="packing",
        parent_id=CASE, child_epcs=children,
    )  # fmt: skip


def document(*events: Event) -> EpcisDocument:
    return EpcisDocument(schema_version="2.0", creation_date=AT, events=events)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (seen("ADD", "commissioning"), "commission"),
        (seen("OBSERVE", "sampling"), "sample"),
        (seen("DELETE", "destroying"), "destroy"),
        (seen("DELETE", "decommissioning"), "decommission"),
        (held("ADD"), "pack"),
        (held("DELETE"), "unpack"),
        (held("DELETE", ()), "disaggregate"),
    ],
)
def test_an_event_of_production_is_a_happening(event: Event, kind: str) -> None:
    told = happening_of(event)

    assert told is not None
    assert (told.kind, told.at, told.event) == (kind, AT, event)
    assert told.numbers == (PACKS if kind != "disaggregate" else (CASE,))


@pytest.mark.parametrize("event", [seen("OBSERVE", "shipping"), seen("ADD", "receiving")])
def test_an_event_of_something_else_is_named(event: Event) -> None:
    report = read_report(epcis.write_json(document(seen("ADD", "commissioning"), event)))

    (finding,) = report.findings
    assert (finding.code, "hand in such events as a capture" in finding.message) == (
        "LIN-020",
        True,
    )
    assert finding.at


@pytest.mark.parametrize("write", [epcis.write_json, epcis.write_xml])
def test_an_epcis_document_is_read_in_both_notations(write: object) -> None:
    content = write(document(seen("ADD", "commissioning"), held("ADD")))  # type: ignore[operator]

    report = read_report(content)

    assert report.findings == ()
    assert [each.kind for each in report.happenings] == ["commission", "pack"]
    assert report.happenings[1].parent == CASE


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'\n {"happenings": [{"kind": "state", "at": "2026-03-03T12:00:00Z", "state": "held"}]}',
         "state"),
        (b"\xef\xbb\xbfkind;at;number\ncommission;2026-03-03T12:00:00Z;A1\n", "commission"),
    ],
)  # fmt: skip
def test_json_and_csv_are_told_apart(content: bytes, kind: str) -> None:
    report = read_report(content)

    assert report.findings == ()
    assert [each.kind for each in report.happenings] == [kind]


@pytest.mark.parametrize(
    "content", [b"", b"<x/>", b"<", b'{"type": "EPCISDocument"}', b"[]", b"\x00"]
)
def test_what_cannot_be_read_has_a_finding(content: bytes) -> None:
    assert read_report(content).findings
