"""Bodies come back as they went in, and what is stored comes back from whatever packed it."""

from __future__ import annotations

import threading

import msgspec
import pytest
import zstandard
from tests.store.making import commissioning, pack_uri, packing, seen, sscc

from packtrail import epcis
from packtrail.epcis.events import Event
from packtrail.store import bodies
from packtrail.store import packing as packed
from packtrail.store.packing import Sort
from packtrail.store.roles import CHILD, EPC, PARENT


@pytest.mark.parametrize(
    ("event", "lists"),
    [
        (
            commissioning(0, [pack_uri(1)], extensions={"{https://example.com/x}a": "b"}),
            {EPC: [pack_uri(1)]},
        ),
        (packing(1, sscc(1), [pack_uri(1)]), {PARENT: [sscc(1)], CHILD: [pack_uri(1)]}),
        (packing(1, sscc(1), [], action="DELETE"), {PARENT: [sscc(1)]}),
    ],
)
def test_a_template_and_what_fills_it_are_the_event(event: Event, lists: dict[int, list[str]]):
    template = msgspec.json.decode(bodies.template(event, {"ex": "https://example.com/x"}))
    body = bodies.fill(template, event.event_time, event.event_id or "", lists)

    assert epcis.read_event_json(body) == event
    assert event.event_id not in str(template)


def test_like_events_have_one_template():
    templates = {bodies.template(seen(hour, [pack_uri(hour)], "shipping"), {}) for hour in range(9)}

    assert len(templates) == 1


def test_a_small_template_takes_less_than_half_of_what_it_takes_without_a_dictionary():
    text = bodies.template(seen(3, [pack_uri(12345)], "dispensing", "dispensed"), {})

    assert len(packed.compress(text, Sort.TEMPLATE)) < len(zstandard.compress(text)) / 2


def test_a_body_written_without_a_dictionary_can_be_read():
    assert bodies.read(zstandard.compress(b'{"type":"ObjectEvent"}')) == {"type": "ObjectEvent"}


@pytest.mark.parametrize("sort", Sort)
def test_every_thread_reads_and_writes(sort: Sort):
    text = b'{"type": "ObjectEvent", "epcList": null}'
    found = []
    thread = threading.Thread(
        target=lambda: found.append(packed.decompress(packed.compress(text, sort)))
    )
    thread.start()
    thread.join()

    assert found == [text]
