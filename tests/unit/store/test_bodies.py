"""Bodies come back as they went in, small, whatever dictionary they were written with."""

from __future__ import annotations

import threading

import zstandard
from tests.store.making import commissioning, pack_uri, seen

from packtrail import epcis
from packtrail.store import bodies


def test_an_event_comes_back_as_it_went_in():
    event = commissioning(0, [pack_uri(1)], extensions={"{https://example.com/x}a": "b"})
    text = bodies.write(event, {"ex": "https://example.com/x"})

    assert epcis.read_event_json(bodies.read(bodies.compress(text))) == event


def test_a_small_event_takes_less_than_half_of_what_it_takes_without_a_dictionary():
    text = bodies.write(seen(3, [pack_uri(12345)], "dispensing", "dispensed"), {})

    assert len(bodies.compress(text)) < len(zstandard.compress(text)) / 2


def test_a_body_written_without_a_dictionary_can_be_read():
    assert bodies.read(zstandard.compress(b'{"type":"ObjectEvent"}')) == {"type": "ObjectEvent"}


def test_every_thread_reads_and_writes():
    text = bodies.write(seen(3, [pack_uri(12345)], "dispensing"), {})
    found = []
    thread = threading.Thread(target=lambda: found.append(bodies.read(bodies.compress(text))))
    thread.start()
    thread.join()

    assert found == [bodies.read(bodies.compress(text))]


def test_the_content_hash_tells_texts_apart():
    assert len(bodies.content_hash(b"a")) == 32
    assert bodies.content_hash(b"a") != bodies.content_hash(b"b")
