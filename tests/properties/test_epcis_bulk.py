"""Reading many like events at once gives what reading each of them gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from packtrail import epcis
from packtrail.epcis import shapes
from packtrail.epcis.bulk import read_in_bulk
from packtrail.epcis.events import AggregationEvent, Event, ObjectEvent, Place
from packtrail.epcis.outline import outline
from packtrail.epcis.outline_values import read_times, write_times
from packtrail.store.drafts import Draft, draft, draft_of_outline
from packtrail.store.mentions import texts

from .test_epcis_documents import DOCUMENTS
from .test_epcis_events import NAMESPACES

START = datetime(2026, 3, 3, 8, tzinfo=UTC)
SERIALS = st.text("ABCXYZabc0123456789", min_size=1, max_size=12)
ODD_SERIALS = st.sampled_from(["A.B", "7%2F8", "1-2", "Z" * 21, "*"])
HEADS = st.sampled_from(
    [
        "urn:epc:id:sgtin:0300010.012345.",
        "urn:epc:id:sgtin:4012345.098765.",
        "https://id.gs1.org/01/00300010123455/21/",
        "https://example.com/packs/",
    ]
)
PACKS = st.builds("{}{}".format, HEADS, SERIALS | ODD_SERIALS)
CASES = st.integers(0, 9).map("urn:epc:id:sscc:0300010.{:010d}".format)
IDS = st.uuids(version=4).map("urn:uuid:{}".format) | st.none() | st.just("https://example.com/e/1")
TIMES = st.builds(
    lambda seconds, parts: START + timedelta(seconds=seconds, microseconds=parts),
    st.integers(0, 10**6),
    st.sampled_from([0, 0, 250_000, 123_456]),
)
HEADERS = st.fixed_dictionaries(
    {
        "event_time": TIMES,
        "event_id": IDS,
        "biz_step": st.sampled_from(["commissioning", "shipping"]),
        "read_point": st.sampled_from([None, Place(id="urn:epc:id:sgln:0300010.00001.0")]),
        "event_time_zone_offset": st.just("+01:00"),
    }
)


def observed(header: dict[str, Any], epcs: list[str]) -> Event:
    return ObjectEvent(action="OBSERVE", epcs=tuple(epcs), **header)


def packed(header: dict[str, Any], parent: str, epcs: list[str]) -> Event:
    return AggregationEvent(action="ADD", parent_id=parent, child_epcs=tuple(epcs), **header)


LIKE = st.lists(
    st.one_of(
        st.builds(observed, HEADERS, st.lists(PACKS, max_size=4)),
        st.builds(packed, HEADERS, CASES, st.lists(PACKS, min_size=1, max_size=4)),
    ),
    min_size=1,
    max_size=30,
)


def written(events: list[Event], *, is_xml: bool) -> bytes:
    document = epcis.EpcisDocument(
        schema_version="2.0", creation_date=START, events=tuple(events), namespaces=NAMESPACES
    )
    return epcis.write_xml(document, version="1.2") if is_xml else epcis.write_json(document)


def in_order(made: Draft) -> list[dict[str, Any]]:
    """The bodies of a draft, by place in the document."""
    found = {
        index: made.body(group, place)
        for group in made.groups
        for place, index in enumerate(group.indexes.tolist())
    }
    return [found[index] for index in sorted(found)]


def assert_same(content: bytes) -> None:
    """Assert that the two ways of reading agree in everything that is stored."""
    bulk, plain = read_in_bulk(content), epcis.read(content)

    assert bulk.findings == plain.findings
    assert (bulk.document is None) == (plain.document is None)
    if plain.document is None or bulk.document is None:
        return
    assert bulk.event_count == len(plain.document.events)
    assert bulk.document.vocabularies == plain.document.vocabularies
    assert bulk.document.namespaces == plain.document.namespaces
    namespaces = plain.document.namespaces
    if bulk.outline is None:
        made = draft(list(bulk.events.values()), namespaces)
    else:
        made = draft_of_outline(bulk.outline, bulk.events, namespaces)
    assert in_order(made) == in_order(draft(plain.document.events, namespaces))


@settings(max_examples=30)
@given(LIKE, st.booleans())
def test_like_events_are_read_as_each_of_them_is(events: list[Event], is_xml: bool):
    assert_same(written(events, is_xml=is_xml))


@settings(max_examples=30)
@given(DOCUMENTS)
def test_any_document_is_read_as_ever(document: epcis.EpcisDocument):
    assert_same(epcis.write_json(document))
    assert_same(epcis.write_xml(document, version="2.0"))


@settings(max_examples=30)
@given(LIKE, st.booleans(), st.data())
def test_a_mutilated_document_has_the_same_findings(
    events: list[Event], is_xml: bool, data: st.DataObject
):
    content = bytearray(written(events, is_xml=is_xml))
    at = data.draw(st.integers(0, len(content) - 1))
    what = data.draw(st.sampled_from([b"", b"<", b'"', b"&amp;", b"<!-- -->", b" ", b"\\", b"9"]))
    content[at : at + data.draw(st.integers(0, 3))] = what

    assert_same(bytes(content))


@settings(max_examples=30)
@given(LIKE, st.booleans())
def test_an_outline_holds_the_whole_text(events: list[Event], is_xml: bool):
    content = written(events, is_xml=is_xml)
    found = outline(content)

    assert found is not None
    gaps = (*found.cut.gaps, b"")
    texts_and_gaps = [part for pair in zip(found.cut.texts, gaps, strict=True) for part in pair]
    assert b"".join([found.cut.head, *texts_and_gaps, found.cut.tail]) == content
    places = [int(one) for group in found.groups for one in group.indexes]
    assert sorted([*places, *found.irregular]) == list(range(len(events)))


@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),  # noqa: DTZ001 - local times
    st.integers(0, 6),
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_comes_back_as_it_was_written(time: datetime, digits: int, minutes: int):
    text = time.isoformat(timespec="microseconds")[: 19 + (digits + 1 if digits else 0)]
    offset = minutes * 60_000_000
    times, plain = read_times(texts([text]), offset)

    assert plain.all()
    assert write_times(times, offset, digits).tolist() == [text.encode()]


@given(st.text("0123456789-T:.", min_size=19, max_size=26))
def test_what_is_no_time_is_not_taken_for_one(text: str):
    try:
        expected = datetime.fromisoformat(text)
    except ValueError:
        expected = None
    _, plain = read_times(texts([text]), 0)

    assert not plain.any() or expected is not None


CREATED = st.sampled_from(
    [START, START + timedelta(days=1, microseconds=250_000), None, datetime(2027, 1, 1, tzinfo=UTC)]
)


@settings(max_examples=150)
@given(st.lists(st.tuples(LIKE.map(lambda some: some[0]), CREATED), min_size=2), st.booleans())
def test_a_message_is_read_the_same_whether_or_not_its_shape_is_known(
    messages: list[tuple[Event, datetime | None]], is_xml: bool
) -> None:
    shapes.forget()
    for event, created in messages:
        document = epcis.EpcisDocument(
            schema_version="2.0", creation_date=created, events=(event,), namespaces=NAMESPACES
        )
        content = epcis.write_xml(document, version="1.2") if is_xml else epcis.write_json(document)
        found = read_in_bulk(content)
        every = dict(shapes._known)
        shapes.forget()
        anew = read_in_bulk(content)
        shapes._known.update(every)

        assert (found.document, found.findings, found.events) == (
            anew.document,
            anew.findings,
            anew.events,
        )
        assert found.places == anew.places
        assert (found.outline is None) == (anew.outline is None)


def test_values_that_are_wrong_are_found_in_a_message_of_a_known_shape() -> None:
    shapes.forget()
    header = {"event_time": START, "event_time_zone_offset": "+01:00", "biz_step": "shipping"}
    like = observed(header, ["https://id.gs1.org/01/00300010123455/21/A1"])
    content = written([like], is_xml=False)
    assert not read_in_bulk(content).findings
    assert shapes._known

    for right, wrong in (
        (b"00300010123455", b"00300010123456"),
        (b"/21/A1", b"/21/A123456789012345678901"),
        (b"2026-03-03T08:00:00.000Z", b"2026-02-30T08:00:00.000Z"),
        (b"+01:00", b"+25:00"),
    ):
        assert right in content
        changed = content.replace(right, wrong)
        assert read_in_bulk(changed).findings == epcis.read(changed).findings != ()
