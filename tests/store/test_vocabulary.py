"""Master data: append-only, and the last word counts."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.store.making import START

from packtrail.epcis.events import Vocabulary, VocabularyElement
from packtrail.store import vocabulary
from packtrail.store.database import Database

LOCATION = "urn:epcglobal:epcis:vtype:Location"
PLANT = "urn:epc:id:sgln:0300010.00001.0"
NAME = "urn:epcglobal:cbv:mda#name"


@pytest.fixture
def conn(fresh_database: Database):
    with fresh_database.transaction() as conn:
        yield conn


def say(conn, name, *, owner=1, hour=0, element_id=PLANT, **more):
    element = VocabularyElement(id=element_id, attributes={NAME: name, **more})
    return vocabulary.record(
        conn,
        [Vocabulary(type=LOCATION, elements=(element,))],
        owner_id=owner,
        audience_id=owner,
        capture_id=str(uuid.uuid4()),
        record_time=START + timedelta(hours=hour),
    )


def test_the_last_word_counts_and_the_earlier_ones_stay(conn):
    assert [say(conn, "Plant"), say(conn, "Plant One", hour=1)] == [1, 1]

    found = vocabulary.find(conn, [PLANT, "urn:x:nothing"], [1])
    assert {key: row.attributes[NAME] for key, row in found.items()} == {PLANT: "Plant One"}
    assert conn.execute("select count(*) from vocabulary_element").fetchone() == (2,)


def test_saying_the_same_again_adds_nothing(conn):
    more = {"lines": ("a", "b"), "area": Decimal("12.50"), "address": {"city": "Basel"}}

    assert [say(conn, "Plant", **more), say(conn, "Plant", **more)] == [1, 0]


def test_what_others_said_is_not_found(conn):
    say(conn, "Plant", owner=2)

    assert vocabulary.find(conn, [PLANT], [1]) == {}
    assert list(vocabulary.find(conn, [PLANT], [1, 2])) == [PLANT]


def test_a_vocabulary_is_listed_by_identifier(conn):
    say(conn, "B", element_id="urn:b")
    say(conn, "A", element_id="urn:a")

    assert [row.id for row in vocabulary.of_type(conn, LOCATION, [1])] == ["urn:a", "urn:b"]
