"""A partner that hands in what the owner had handed in alone sees the events from then on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection
from tests.store.making import (
    START,
    commissioning,
    declared_wrong,
    journey,
    pack_uri,
    packing,
    record,
    seen,
    sscc,
)

from packtrail import gs1
from packtrail.store import census, contents, events, organisations
from packtrail.store.database import Database
from packtrail.store.filters import EventFilter

OWNER, PARTNER, OTHER = 1, 2, 3
PACKS = [pack_uri(serial) for serial in range(10)]
EVENTS = [
    commissioning(0, PACKS),
    packing(1, sscc(1), PACKS),
    *(seen(2 + n, [pack], "inspecting") for n, pack in enumerate(PACKS)),
]


@pytest.fixture
def conn(fresh_database: Database) -> Iterator[Connection]:
    with fresh_database.transaction() as conn:
        for code in ("owner", "partner", "other"):
            organisations.insert(conn, code, name=code, gln=None, at=START)
        yield conn


def audience(conn: Connection, *members: int) -> int:
    return organisations.audience_id(conn, members)


def sees(conn: Connection, member: int) -> list[int]:
    return organisations.audiences_of(conn, member)


def told(conn: Connection, member: int, **wanted: Any) -> list[str]:
    found = events.query(
        conn,
        EventFilter(order_direction="ASC", **wanted),
        audience_ids=sees(conn, member),
        page_size=100,
        now=START + timedelta(days=900),
    )
    return [event.identity for event in found.events]


def test_everybody_sees_each_event_once(conn: Connection) -> None:
    identities = [event.event_id for event in EVENTS]
    record(conn, EVENTS, audience_id=audience(conn, OWNER), hour=100)
    before = told(conn, PARTNER)
    again = record(conn, EVENTS, audience_id=audience(conn, OWNER, PARTNER), hour=200)

    assert (before, again.stored, again.repeated) == ([], 0, len(EVENTS))
    assert told(conn, OWNER) == told(conn, PARTNER) == identities
    assert told(conn, PARTNER, event_ids=(identities[3],)) == [identities[3]]
    assert told(conn, OTHER) == []


def test_a_third_party_is_told_what_it_did_not_know(conn: Connection) -> None:
    record(conn, EVENTS, audience_id=audience(conn, OWNER), hour=100)
    record(conn, EVENTS[:5], audience_id=audience(conn, OWNER, PARTNER), hour=200)
    record(conn, EVENTS[2:], audience_id=audience(conn, OWNER, PARTNER, OTHER), hour=300)
    record(conn, EVENTS[2:], audience_id=audience(conn, OWNER, PARTNER, OTHER), hour=400)

    identities = [event.event_id for event in EVENTS]
    assert told(conn, OWNER) == told(conn, PARTNER) == identities
    assert told(conn, OTHER) == identities[2:]


def test_the_partner_traces_counts_and_unpacks_as_the_owner_does(conn: Connection) -> None:
    record(conn, EVENTS, audience_id=audience(conn, OWNER), hour=100)
    record(conn, EVENTS, audience_id=audience(conn, OWNER, PARTNER), hour=200)

    of_owner, of_partner = (
        journey(conn, PACKS[3], audience_ids=sees(conn, member)) for member in (OWNER, PARTNER)
    )
    assert of_owner is not None
    assert of_partner is not None
    assert [step.event_id for step in of_partner.steps] == [s.event_id for s in of_owner.steps]
    assert {step.record_time for step in of_partner.steps} == {START + timedelta(hours=200)}
    assert len({census.census(conn, audience_ids=sees(conn, m)) for m in (OWNER, PARTNER)}) == 1
    inside = {
        contents.contents(conn, *gs1.identify([sscc(1)])[0], audience_ids=sees(conn, m))
        for m in (OWNER, PARTNER)
    }
    assert {one.total for one in inside} == {10}


def test_what_the_owner_declares_wrong_is_wrong_for_the_partner(conn: Connection) -> None:
    wrong = seen(5, [PACKS[0]], "dispensing", "dispensed")
    record(conn, [commissioning(0, PACKS), wrong], audience_id=audience(conn, OWNER), hour=100)
    both = audience(conn, OWNER, PARTNER)
    record(conn, [commissioning(0, PACKS), wrong], audience_id=both, hour=200)
    record(conn, [declared_wrong(wrong)], audience_id=audience(conn, OWNER), hour=300)

    found = journey(conn, PACKS[0], audience_ids=sees(conn, PARTNER))
    assert found is not None
    assert [step.is_withdrawn for step in found.steps] == [False, True]
