"""A document read part by part says what it says when it is read as a whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packtrail import epcis
from packtrail.base.findings import Finding, Severity
from packtrail.epcis.events import Event
from packtrail.epcis.parts import Bounds, Gathered, Layout, Undivided, layout

from .test_epcis_bulk import LIKE, written
from .test_epcis_documents import DOCUMENTS

DAMAGE = (
    (b"OBSERVE", b"NOTHING"),
    (b"+01:00", b"+1"),
    (b"urn:epc:id:sgtin:0", b"urn:epc:id:sgtin:x"),
)


def laid_out(content: bytes, piece: int, **bounds: int) -> Layout:
    pieces = (content[at : at + piece] for at in range(0, len(content), piece))
    return layout(pieces, lambda start, stop: content[start:stop], Bounds(**bounds))


def told(findings: tuple[Finding, ...], *, are_errors: bool) -> set[tuple[str, ...]]:
    """What findings say; the only element of a name is told with and without its number."""
    return {
        (each.code, each.at.replace("[1]", ""), each.message)
        for each in findings
        if (each.severity is Severity.ERROR) is are_errors
    }


def assert_same(content: bytes, piece: int, part_events: int) -> None:
    whole = epcis.read(content)
    found = laid_out(content, piece, part_events=part_events)
    gathered = Gathered(found, 1_000)
    every: list[Event] = []
    places: list[str] = []
    for part in found.parts:
        read = epcis.read(found.document(part, content[part.start : part.stop]))
        gathered.add(part, read.findings)
        every += read.document.events if read.document else ()
        places += [found.place(each, part) for each in read.places]

    assert b"".join(content[slice(*found.whole(part))] for part in found.parts) == content
    ends = [part.first + part.count for part in found.parts]
    assert [part.first for part in found.parts][1:] == ends[:-1]
    assert told(gathered.all(), are_errors=True) == told(whole.findings, are_errors=True)
    # A remark on a kind of identifiers is made of the first that is looked at, in each part.
    remarked = {code for code, *_ in told(whole.findings, are_errors=False)}
    assert remarked <= {code for code, *_ in told(gathered.all(), are_errors=False)}
    assert tuple(every) == (whole.document.events if whole.document else ())
    assert tuple(places) == whole.places


@settings(max_examples=40)
@given(LIKE, st.booleans(), st.integers(7, 5_000), st.integers(1, 5))
def test_like_events_are_read_in_parts_as_at_once(
    events: list[Event], is_xml: bool, piece: int, part_events: int
) -> None:
    assert_same(written(events, is_xml=is_xml), piece, part_events)


@settings(max_examples=40)
@given(LIKE, st.booleans(), st.sampled_from(DAMAGE), st.integers(0, 20), st.integers(1, 5))
def test_what_is_wrong_is_told_at_the_same_place(
    events: list[Event], is_xml: bool, damage: tuple[bytes, bytes], which: int, part_events: int
) -> None:
    good, bad = damage
    content = written(events, is_xml=is_xml)
    places = [match.start() for match in re.finditer(re.escape(good), content)]
    if places:
        at = places[which % len(places)]
        content = content[:at] + bad + content[at + len(good) :]
    assert_same(content, 1_000, part_events)


@settings(max_examples=30)
@given(DOCUMENTS, st.integers(1, 3))
def test_any_document_is_read_in_parts_as_at_once(
    document: epcis.EpcisDocument, part_events: int
) -> None:
    if not document.events:
        return
    assert_same(epcis.write_json(document), 333, part_events)
    assert_same(epcis.write_xml(document, version="2.0"), 333, part_events)
    assert_same(epcis.write_xml(document, version="2.0").decode().encode("utf-8-sig"), 333, 2)


def like(count: int, *, is_xml: bool = False) -> bytes:
    from .test_epcis_bulk import START, observed  # noqa: PLC0415

    header = {"event_time": START, "event_time_zone_offset": "+01:00"}
    epc = "urn:epc:id:sgtin:0300010.012345.{}"
    return written([observed(header, [epc.format(n)]) for n in range(count)], is_xml=is_xml)


@pytest.mark.parametrize("is_xml", [True, False])
def test_parts_are_as_large_as_they_may_be(is_xml: bool) -> None:
    content = like(200, is_xml=is_xml)
    found = laid_out(content, 999, part_bytes=5_000)

    sizes = [part.stop - part.start for part in found.parts[:-1]]
    assert all(5_000 <= size < 6_000 for size in sizes)
    assert sum(part.count for part in found.parts) == 200


@pytest.mark.parametrize(
    ("content", "bounds", "why"),
    [
        (b"", {}, "it has no bytes"),
        (b'{"type": "EPCISDocument", "epcisBody": {}}', {}, "it has no list of events"),
        (b'{"epcisBody": {"eventList": []}}', {}, "it has no list of events"),
        (b'{"other": {"eventList": [{}]}}', {}, "it has no list of events"),
        (like(9)[:-200], {}, "the JSON cannot be read: it ends behind event "),
        (b"<a><b></a>", {}, "the XML cannot be read: mismatched tag in line 1, behind event 0"),
        (like(9, is_xml=True)[:-200], {}, "the XML cannot be read: "),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", {}, "it has a DOCTYPE"),
        (like(1), {"event_bytes": 50, "part_bytes": 50}, "event 1 has more than 50 bytes"),
        (like(1), {"outside_bytes": 50}, "more than 50 bytes stand outside its list of events"),
    ],
)
def test_what_cannot_be_cut_is_told(content: bytes, bounds: dict[str, int], why: str) -> None:
    with pytest.raises(Undivided) as undivided:
        laid_out(content, 100, **bounds)
    assert str(undivided.value).startswith(why)


def test_a_bracket_in_a_text_begins_nothing() -> None:
    text = b'{"epcisBody": {"eventList": [{"a": "\\\\\\"[{"}, {"b": "]}\\""} ]}, "c": "]"}'
    for piece in range(1, len(text)):
        found = laid_out(text, piece, part_events=1)
        assert [text[part.start : part.stop].strip() for part in found.parts] == [
            b'{"a": "\\\\\\"[{"},', b'{"b": "]}\\""}'
        ]  # fmt: skip
