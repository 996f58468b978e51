"""What is inside a place, and what master data says of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from psycopg import Connection
from tests.store.making import AUDIENCE, OWNER, START

from packtrail.epcis.events import Vocabulary, VocabularyElement
from packtrail.store import places, vocabulary
from packtrail.store.database import Database

SITE = "urn:epc:id:sgln:0300010.00001.0"
DOCK = "urn:epc:id:sgln:0300010.00001.7"


def tell(conn: Connection, *elements: VocabularyElement, audience_id: int = AUDIENCE) -> None:
    vocabulary.record(
        conn,
        [Vocabulary(type="urn:epcglobal:epcis:vtype:Location", elements=elements)],
        owner_id=OWNER,
        audience_id=audience_id,
        capture_id="00000000-0000-0000-0000-000000000001",
        record_time=START,
    )


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    with database.reading() as conn, conn.transaction(force_rollback=True):
        yield conn


def test_places_inside_each_other_are_found_at_any_depth(conn: Connection) -> None:
    names = [f"urn:p:{n}" for n in range(10)]
    for outer, inner in pairwise(names):
        tell(conn, VocabularyElement(id=outer, children=(inner,)))

    assert places.within(conn, [names[3]], [AUDIENCE]) == names[3:]


def test_a_ring_of_places_ends(conn: Connection) -> None:
    tell(conn, VocabularyElement(id="urn:p:1", children=("urn:p:2",)))
    tell(conn, VocabularyElement(id="urn:p:2", children=("urn:p:1",)))

    assert places.within(conn, ["urn:p:1"], [AUDIENCE]) == ["urn:p:1", "urn:p:2"]


def test_a_place_that_says_its_site_is_inside_it(conn: Connection) -> None:
    tell(
        conn, VocabularyElement(id=DOCK, attributes={"urn:epcglobal:cbv:mda#site": "0300010000015"})
    )

    assert DOCK in places.within(conn, [SITE], [AUDIENCE])
    assert DOCK in places.within(conn, ["https://id.gs1.org/414/0300010000015"], [AUDIENCE])
    assert SITE not in places.within(conn, [DOCK], [AUDIENCE])


def test_the_last_word_counts_and_only_of_what_may_be_seen(conn: Connection) -> None:
    tell(conn, VocabularyElement(id="urn:p:1", attributes={"urn:a:x": "old"}))
    tell(conn, VocabularyElement(id="urn:p:1", attributes={"urn:a:x": "new"}))
    tell(conn, VocabularyElement(id="urn:p:2", attributes={"urn:a:x": "new"}), audience_id=2)

    def having(*values: str) -> list[str]:
        return places.with_attribute(conn, ["urn:a:x"], values, [AUDIENCE])

    assert (having("old"), having("new"), having()) == ([], ["urn:p:1"], ["urn:p:1"])
    assert places.with_attribute(conn, ["urn:a:x"], ["new"], [AUDIENCE, 2]) == [
        "urn:p:1",
        "urn:p:2",
    ]


def test_an_identifier_is_spelled_as_urn_and_as_digital_link() -> None:
    assert list(places.spelled([SITE])) == [SITE, "https://id.gs1.org/414/0300010000015"]
    assert SITE in places.spelled(["https://id.gs1.org/414/0300010000015"])
    assert list(places.spelled(["urn:p:1", "https://example.com/room"])) == [
        "urn:p:1",
        "https://example.com/room",
    ]
