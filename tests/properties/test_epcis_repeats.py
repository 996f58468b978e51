"""What events have in common is read once, and that is never seen in what was read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packtrail import epcis
from packtrail.epcis import json_events, json_repeats, xml_events, xml_repeats

PACK = "urn:epc:id:sgtin:4012345.011111.{}"
UNIT = "urn:epc:id:sscc:4012345.0000000{:03}"
PLACE = "urn:epc:id:sgln:4012345.00001.0"


@contextmanager
def nothing_remembered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_repeats, "KEPT_MAX", 0)
        patch.setattr(xml_repeats, "KEPT_MAX", 0)
        yield


def assert_read_alike(content: bytes) -> None:
    found = epcis.read(content)
    with nothing_remembered():
        expected = epcis.read(content)

    assert found.findings == expected.findings
    assert found.places == expected.places
    assert found.document == expected.document


# --- XML ------------------------------------------------------------------------------------------

OBJECT = (
    "<ObjectEvent><eventTime>{time}</eventTime>{record}<eventTimeZoneOffset>+00:00"
    "</eventTimeZoneOffset>{id}<epcList>{epcs}</epcList><action>{action}</action><bizStep>"
    "urn:epcglobal:cbv:bizstep:commissioning</bizStep><readPoint><id>" + PLACE + "</id></readPoint>"
    "{extension}</ObjectEvent>"
)
AGGREGATION = (
    "<AggregationEvent><eventTime>{time}</eventTime>{record}<eventTimeZoneOffset>+00:00"
    "</eventTimeZoneOffset>{id}<parentID>{parent}</parentID>\n  <childEPCs>\n{epcs}\n</childEPCs>"
    "<action>{action}</action>{extension}</AggregationEvent>"
)
TRANSACTION = (
    "<TransactionEvent><eventTime>{time}</eventTime>{record}<eventTimeZoneOffset>+00:00"
    "</eventTimeZoneOffset>{id}<bizTransactionList><bizTransaction>urn:epcglobal:cbv:bt:4012345000"
    "016:1</bizTransaction></bizTransactionList><parentID>{parent}</parentID><epcList>{epcs}"
    "</epcList><action>{action}</action>{extension}</TransactionEvent>"
)
ODD_TEXTS = st.sampled_from(
    [
        *("", " ", "x", "2026-01-01T00:00:00", "2026-01-01T00:00:00Z ", "12026-01-01T00:00:00Z"),
        *("2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T24:00:00Z", "&amp;"),
        *("<!-- c -->", "<?a b?>", "<![CDATA[x]]>", "<a/>", "urn:a", "urn:a b", "5", "&#13;"),
        *(PACK.format("a" * 21), PACK.format("%2F"), PACK.format("%"), "urn:epc:id:sscc:1.2"),
        *("https://id.gs1.org/00/340123450000000001", "https://id.gs1.org/01/04012345111118/21/A"),
        *("</epc><epc>", "<epc>urn:a</epc>", "<epcList><epc>urn:a</epc></epcList>", "urn:" * 2000),
        *("<parentID>urn:a</parentID>", "<eventID>urn:a</eventID>", PLACE, "urn:epc:id:sgtin:1."),
        *("<x:a><eventID>urn:b</eventID></x:a>", "<x:a><parentID>urn:b</parentID></x:a>"),
    ]
)
LISTS = st.lists(
    st.sampled_from([PACK.format(n) for n in range(4)] + [UNIT.format(1)]) | ODD_TEXTS, max_size=4
)
JOINTS = st.sampled_from(
    ["<epc>{}</epc>", "  <epc>{}</epc>\n", "<epc a='1'>{}</epc>", "<epc>{} </epc>"]
)
ADDED = st.sampled_from(
    [
        "",
        "<x:a>1</x:a>",
        "<extension><ilmd><x:lot>1</x:lot></ilmd></extension>",
        "<extension><x:parentID>urn:a</x:parentID></extension>",
        "<x:a><eventTime>2026-01-01T00:00:00Z</eventTime></x:a>",
        "stray",
        "<readPoint><id>urn:a</id></readPoint>",
    ]
)


@st.composite
def xml_events_of(draw: Any) -> str:
    def odd(usual: str) -> str:
        is_odd = draw(st.integers(0, 6)) == 0
        return draw(ODD_TEXTS) if is_odd else usual

    second = draw(st.integers(0, 59))
    epcs = [PACK.format(draw(st.integers(0, 999))) for _ in range(draw(st.integers(1, 3)))]
    if draw(st.integers(0, 4)) == 0:
        epcs = draw(LISTS)
    joint = draw(JOINTS) if draw(st.integers(0, 4)) == 0 else "<epc>{}</epc>"
    identity = f"<eventID>{odd(f'urn:uuid:{second}')}</eventID>"
    in_extension = f"<baseExtension>{identity}</baseExtension>"
    return draw(st.sampled_from([OBJECT, OBJECT, AGGREGATION, TRANSACTION])).format(
        time=odd(f"2026-01-01T00:00:{second:02}Z"),
        record=draw(st.sampled_from(["", "", "<recordTime>2026-01-01T00:00:00Z</recordTime>"])),
        id=draw(st.sampled_from(["", "", identity, in_extension])),
        epcs=odd("".join(joint.format(epc) for epc in epcs)),
        parent=odd(UNIT.format(second)),
        action=draw(st.sampled_from(["ADD", "ADD", "DELETE", "FOO"])),
        extension=draw(ADDED) if draw(st.integers(0, 3)) == 0 else "",
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(xml_events_of(), min_size=2, max_size=6),
    st.sampled_from("12"),
    st.sampled_from(["", "\n", "x"]),
)
def test_xml_events_are_read_as_if_each_were_the_first(
    several: list[str], version: str, between: str
) -> None:
    content = (
        f'<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:{version}" xmlns:x="urn:x" '
        f'schemaVersion="{version}.0" creationDate="2026-01-01T00:00:00Z"><EPCISBody><EventList>'
        f"{between.join(several)}</EventList></EPCISBody></epcis:EPCISDocument>"
    )

    assert_read_alike(content.encode())


def test_plain_xml_events_are_read_in_full_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole = xml_events.read_event
    monkeypatch.setattr(
        xml_events, "read_event", lambda reading, one: read.append(one.tag) or whole(reading, one)
    )
    events = [
        OBJECT.format(time=f"2026-01-01T00:00:0{n}Z", record="", id="", action="ADD", extension="",
                      epcs=f"<epc>{PACK.format(n)}</epc><epc>{UNIT.format(n)}</epc>")
        for n in range(9)
    ]  # fmt: skip
    content = (
        '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2" '
        f'creationDate="2026-01-01T00:00:00Z"><EPCISBody><EventList>{"".join(events)}</EventList>'
        "</EPCISBody></epcis:EPCISDocument>"
    )

    found = epcis.read(content.encode())

    assert read == ["ObjectEvent"]
    assert found.document
    assert [
        event.epcs[0] for event in found.document.events if isinstance(event, epcis.ObjectEvent)
    ] == [PACK.format(n) for n in range(9)]


# --- JSON -----------------------------------------------------------------------------------------

JSON_OBJECT: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-01-01T00:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "epcList": [PACK.format(1)],
    "action": "ADD",
    "readPoint": {"id": PLACE},
    "x:weight": 1.5,
}
JSON_AGGREGATION: dict[str, Any] = {
    "type": "AggregationEvent",
    "eventTime": "2026-01-01T00:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "parentID": UNIT.format(1),
    "childEPCs": [PACK.format(1), PACK.format(2)],
    "action": "ADD",
}
JSON_SENSED: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-01-01T00:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "eventID": "urn:uuid:1",
    "recordTime": "2026-01-01T00:00:00Z",
    "epcList": [PACK.format(1)],
    "action": "OBSERVE",
    "sensorElementList": [
        {"sensorMetadata": {"time": "2026-01-01T00:00:00Z"}, "sensorReport": [{"type": "Length"}]}
    ],
}
JSON_VALUES = st.sampled_from(
    [
        *(None, "", [], {}, 1, True, 1.5, "x", "urn:a", [PACK.format(3)], [PACK.format(3)] * 2),
        *([UNIT.format(3)], [1], [None], [PACK.format("a" * 21)], ["urn:a b"], [PLACE], "ADD"),
        *("2026-01-01T00:00:00", "2025-01-01T00:00:00z", "2026-02-30T00:00:00Z", "DELETE"),
        *(
            ["urn:packtrail:unqualified:a"],
            "urn:packtrail:unqualified:a",
            [["urn:a"]],
            UNIT.format(2),
        ),
        {"y": "urn:y"},
        ["https://example.com/a b"],
    ]
)
MEMBERS = st.sampled_from(
    [*json_repeats.VARYING, "action", "type", "x:weight", "y:other", "@context", "ilmd", "bizStep"]
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([JSON_OBJECT, JSON_OBJECT, JSON_AGGREGATION, JSON_SENSED]),
            st.integers(0, 59),
            st.lists(st.tuples(MEMBERS, JSON_VALUES), max_size=1),
        ),
        min_size=2,
        max_size=6,
    )
)
def test_json_events_are_read_as_if_each_were_the_first(
    several: list[tuple[dict[str, Any], int, list[tuple[str, Any]]]],
) -> None:
    entries = []
    for model, second, changes in several:
        entry = deepcopy(model)
        entry["eventTime"] = f"2026-01-01T00:00:{second:02}Z"
        entry.update(changes)
        entries.append(entry)
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld", {"x": "urn:x:"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-01T00:00:00Z",
        "epcisBody": {"eventList": entries},
    }

    assert_read_alike(json.dumps(document).encode())


def test_plain_json_events_are_read_in_full_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole = json_events.read_event
    monkeypatch.setattr(
        json_events, "read_event", lambda *asked: read.append(asked[2]) or whole(*asked)
    )
    document = {
        "@context": [{"x": "urn:x:"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-01T00:00:00Z",
        "epcisBody": {"eventList": [JSON_OBJECT | {"epcList": [PACK.format(n)]} for n in range(9)]},
    }

    epcis.read(json.dumps(document).encode())

    assert read == ["/epcisBody/eventList/0"]
