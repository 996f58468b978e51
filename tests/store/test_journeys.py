"""Journeys: what happened to an object, itself and through what held it while it was held."""

from __future__ import annotations

from datetime import timedelta

import pytest
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
from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.fold import examine, fold
from packtrail.lifecycle.journey import Status
from packtrail.store.database import Database

PACK, OTHER, CASE, PALLET = pack_uri(1), pack_uri(2), sscc(1), sscc(2)


@pytest.fixture
def conn(fresh_database: Database):
    with fresh_database.transaction() as conn:
        yield conn


def told(conn, uri, **more):
    """(biz step, via) of each step."""
    found = journey(conn, uri, **more)
    assert found is not None
    return [(step.biz_step, step.via) for step in found.steps]


def test_what_nobody_recorded_has_no_journey(conn):
    record(conn, [commissioning(0, [PACK])])

    assert journey(conn, OTHER) is None
    assert journey(conn, "urn:epc:id:sgtin:0300010.099999.1") is None


def test_what_others_recorded_has_no_journey(conn):
    record(conn, [commissioning(0, [PACK])], owner_id=2, audience_id=2)

    assert journey(conn, PACK) is None
    assert told(conn, PACK, audience_ids=[1, 2]) == [("commissioning", ())]


def test_a_pack_goes_where_its_case_and_its_pallet_go(conn):
    record(
        conn,
        [
            commissioning(0, [PACK, OTHER]),
            packing(1, CASE, [PACK, OTHER]),
            packing(2, PALLET, [CASE, sscc(9)]),
            seen(3, [PALLET], "shipping", "in_transit"),
            seen(4, [PALLET], "receiving"),
            packing(5, PALLET, [CASE], "DELETE"),
            seen(6, [PALLET], "storing"),
            seen(7, [CASE], "shipping", "in_transit"),
            packing(8, CASE, [PACK], "DELETE"),
            seen(9, [CASE], "receiving"),
            seen(10, [PACK], "dispensing", "dispensed"),
        ],
    )

    assert told(conn, PACK) == [
        ("commissioning", ()),
        ("packing", ()),
        ("packing", (CASE,)),
        ("shipping", (CASE, PALLET)),
        ("receiving", (CASE, PALLET)),
        ("unpacking", (CASE,)),
        ("shipping", (CASE,)),
        ("unpacking", ()),
        ("dispensing", ()),
    ]
    assert told(conn, OTHER)[-1] == ("receiving", (CASE,))


def test_a_step_says_what_the_event_says(conn):
    event = packing(1, CASE, [PACK, OTHER])
    record(conn, [commissioning(0, [PACK]), event], hour=7)

    found = journey(conn, PACK)
    assert found is not None
    first, second = found.steps
    assert (first.lot, first.expires, first.role, first.object_count) == (
        "L1",
        "2028-01-31",
        Role.EPC,
        1,
    )
    assert (second.event_id, second.role, second.parent) == (event.event_id, Role.CHILD, CASE)
    assert (second.object_count, second.ordinal) == (2, 1)
    assert second.record_time == START + timedelta(hours=7)
    assert second.event_time_zone_offset == "+01:00"
    assert found.identifier == PACK
    assert found.prefix_length == 7


def test_holders_are_told_innermost_first(conn):
    record(conn, [packing(1, CASE, [PACK]), packing(2, PALLET, [CASE])])

    found = journey(conn, PACK)
    assert found is not None
    assert [(held.parent, held.since) for held in found.holders] == [
        (CASE, START + timedelta(hours=1)),
        (PALLET, START + timedelta(hours=2)),
    ]


def test_unpacking_without_naming_anything_unpacks_everything(conn):
    record(
        conn,
        [
            packing(1, CASE, [PACK, OTHER]),
            packing(2, CASE, [], "DELETE"),
            seen(3, [CASE], "shipping"),
        ],
    )

    found = journey(conn, PACK)
    assert found is not None
    assert found.holders == ()
    assert told(conn, PACK) == [("packing", ()), ("unpacking", ())]


def test_an_emptying_before_the_packing_is_no_step_of_the_pack(conn):
    record(conn, [packing(0, CASE, [], "DELETE"), packing(1, CASE, [PACK])])

    assert told(conn, PACK) == [("packing", ())]


def test_a_pack_that_moved_without_unpacking_leaves_its_first_case(conn):
    record(
        conn,
        [packing(1, CASE, [PACK]), packing(2, sscc(5), [PACK]), seen(3, [CASE], "shipping")],
    )

    found = journey(conn, PACK)
    assert found is not None
    assert [held.parent for held in found.holders] == [sscc(5)]
    assert told(conn, PACK) == [("packing", ()), ("packing", ())]
    assert [one.code for one in examine(found.steps)] == ["TRC-101"]


def test_late_events_find_their_place(conn):
    record(conn, [seen(3, [CASE], "shipping", "in_transit")])
    record(conn, [commissioning(0, [PACK]), packing(1, CASE, [PACK])], hour=2000)

    assert told(conn, PACK)[-1] == ("shipping", (CASE,))


def test_as_of_tells_what_had_happened_by_then(conn):
    record(conn, [packing(1, CASE, [PACK]), packing(3, CASE, [PACK], "DELETE")])

    found = journey(conn, PACK, as_of=START + timedelta(hours=2))
    assert found is not None
    assert [held.parent for held in found.holders] == [CASE]
    assert journey(conn, PACK, as_of=START) is None


def test_as_known_at_tells_what_had_been_recorded_by_then(conn):
    wrong = seen(2, [PACK], "destroying", "destroyed")
    record(conn, [commissioning(0, [PACK]), wrong], hour=10)
    record(conn, [declared_wrong(wrong)], hour=20)

    def status(hour):
        found = journey(conn, PACK, as_known_at=START + timedelta(hours=hour))
        return found and fold(found.steps).status

    assert [status(hour) for hour in (9, 10, 19, 20)] == [
        None,
        Status.DESTROYED,
        Status.DESTROYED,
        Status.COMMISSIONED,
    ]


def test_a_withdrawn_event_is_told_as_withdrawn(conn):
    wrong = packing(1, CASE, [PACK])
    record(conn, [wrong, declared_wrong(wrong), seen(2, [CASE], "shipping")])

    found = journey(conn, PACK)
    assert found is not None
    assert [(step.biz_step, step.is_withdrawn) for step in found.steps] == [("packing", True)]
    assert found.holders == ()


def test_nobody_else_can_declare_an_event_wrong(conn):
    event = seen(2, [PACK], "destroying", "destroyed")
    record(conn, [event], hour=10)
    record(conn, [declared_wrong(event)], owner_id=2, audience_id=2, hour=20)

    found = journey(conn, PACK, audience_ids=[1, 2])
    assert found is not None
    assert [step.is_withdrawn for step in found.steps] == [False]


def test_one_event_recorded_by_two_owners_is_one_step(conn):
    event = seen(2, [PACK], "shipping", "in_transit")
    record(conn, [event], hour=10)
    record(conn, [event], owner_id=2, audience_id=2, hour=20)

    assert told(conn, PACK, audience_ids=[1, 2]) == [("shipping", ())]


@pytest.mark.parametrize("owners", [(1, 2), (2, 1)])
def test_what_one_owner_takes_back_stands_by_the_record_of_another_whoever_came_first(conn, owners):
    made = commissioning(0, [pack_uri(1)])
    damaged = seen(1, [pack_uri(1)], "inspecting", "damaged")
    record(conn, [made], hour=1)
    for hour, owner in enumerate(owners, start=10):
        record(conn, [damaged], owner_id=owner, audience_id=owner, hour=hour)
    record(conn, [declared_wrong(damaged)], hour=30)
    both = journey(conn, pack_uri(1), audience_ids=[1, 2])
    own = journey(conn, pack_uri(1))
    known = journey(conn, pack_uri(1), audience_ids=[1, 2], as_known_at=START + timedelta(hours=20))

    assert [step.is_withdrawn for step in both.steps] == [False, False]
    assert fold(both.steps).status is fold(known.steps).status is Status.DAMAGED
    assert [step.is_withdrawn for step in own.steps] == [False, True]
    record(conn, [declared_wrong(damaged)], owner_id=2, audience_id=2, hour=40)
    nobody = journey(conn, pack_uri(1), audience_ids=[1, 2])
    assert [step.is_withdrawn for step in nobody.steps] == [False, True]


def test_containers_that_hold_each_other_are_told_and_not_followed_for_ever(conn):
    record(conn, [packing(1, CASE, [PALLET]), packing(2, PALLET, [CASE]), packing(3, CASE, [PACK])])

    found = journey(conn, PACK)
    assert found is not None
    assert [one.code for one in found.findings] == ["TRC-103"]


def test_twenty_levels_end_at_the_bound(conn):
    record(conn, [packing(0, sscc(n + 1), [sscc(n)]) for n in range(40)])

    found = journey(conn, sscc(0))
    assert found is not None
    assert len(found.holders) <= 17


def test_the_journey_of_a_digital_link_is_that_of_its_urn(conn):
    record(conn, [commissioning(0, [PACK])])

    assert told(conn, gs1.parse(PACK).digital_link()) == [("commissioning", ())]
