"""What a document tells does not depend on the order in which its events are written."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.store.making import commissioning, declared_wrong, pack_uri, packing, seen, sscc

from packtrail.epcis.events import EpcisDocument, Event
from packtrail.epcis.ledger import Ledger, Trouble, tell

PACKS = [pack_uri(number) for number in range(3)]
CASES = [sscc(number) for number in range(2)]
HOURS = st.integers(1, 2)
SOME = st.lists(st.sampled_from(PACKS), min_size=1, max_size=3, unique=True)
SAYINGS = [
    *[("shipping", "in_transit"), ("receiving", "in_progress"), ("destroying", "destroyed")],
    *[("dispensing", "dispensed"), ("decommissioning", "inactive")],
]


def document(events: list[Event]) -> EpcisDocument:
    return EpcisDocument(
        schema_version="2.0", creation_date=datetime(2026, 3, 3, tzinfo=UTC), events=tuple(events)
    )


@st.composite
def happenings(draw: st.DrawFn) -> list[Event]:
    events: list[Event] = []
    for number in range(draw(st.integers(1, 8))):
        made = draw(
            st.one_of(
                st.builds(commissioning, HOURS, SOME),
                st.builds(packing, HOURS, st.sampled_from(CASES), SOME),
                st.builds(packing, HOURS, st.sampled_from(CASES), SOME, st.just("DELETE")),
                st.builds(
                    lambda hour, what, said: seen(hour, what, *said),
                    *(HOURS, st.one_of(SOME, st.just(CASES[:1])), st.sampled_from(SAYINGS)),
                ),
            )
        )
        event_id = draw(st.sampled_from([None, f"urn:uuid:00000000-0000-4000-8000-{number:012}"]))
        events.append(msgspec.structs.replace(made, event_id=event_id))
    return events


@given(happenings(), st.randoms(use_true_random=False))
def test_a_document_tells_the_same_in_whatever_order_it_is_written(
    events: list[Event], rng: random.Random
):
    book = tell(document(events))
    again = tell(document(rng.sample(events, len(events))))

    assert said(book) == said(again)
    assert said(book) == said(tell(document(events + events[:2])))


def said(book: Ledger) -> list[object]:
    incidents = [(one.trouble, sorted(one.objects), one.other) for one in book.incidents]
    shipments = [[sorted(level) for level in one.levels] for one in book.shipments]
    return [incidents, shipments, book.parent]


def test_an_event_without_an_id_is_taken_back_by_its_content():
    wrong, right = (
        msgspec.structs.replace(commissioning(hour, PACKS[:1]), event_id=None) for hour in (1, 2)
    )
    book = tell(document([right, wrong, declared_wrong(wrong)]))

    assert [entry.event for entry in book.entries] == [right]
    assert len(book.withdrawn) == 2
    assert book.incidents == []


def test_what_is_packed_and_unpacked_at_one_moment_is_out_again():
    events = [packing(1, CASES[0], PACKS[:2], "DELETE"), packing(1, CASES[0], PACKS)]
    book = tell(document(events))

    assert len(book.parent) == 1


def test_what_is_packed_shipped_and_destroyed_at_one_moment_is_no_trouble():
    life = [
        seen(1, PACKS, "destroying", "destroyed"),
        seen(1, CASES[:1], "shipping", "in_transit"),
        packing(1, CASES[0], PACKS),
        commissioning(1, [*PACKS, CASES[0]]),
    ]
    book = tell(document(life))

    assert [one.trouble for one in book.incidents] == list[Trouble]()
    assert [len(level) for level in book.shipments[0].levels] == [1, 3]
