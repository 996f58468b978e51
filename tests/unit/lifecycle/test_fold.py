"""What the steps of a journey make of an object."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.fold import examine, expires_on, fold, in_order
from packtrail.lifecycle.journey import Status, Step

START = datetime(2026, 3, 3, 8, tzinfo=UTC)
CASE = "urn:epc:id:sscc:0300010.0000000001"
PALLET = "urn:epc:id:sscc:0300010.0000000002"


def step(hour: float, **changes: Any) -> Step:
    facts: dict[str, Any] = {
        "event_id": f"urn:event:{hour}",
        "event_type": "ObjectEvent",
        "event_time": START + timedelta(hours=hour),
        "event_time_zone_offset": "+01:00",
        "record_time": START + timedelta(days=1),
        "role": Role.EPC,
        "action": "OBSERVE",
        "object_count": 1,
    }
    return Step(**(facts | changes))


def commissioning(hour: float = 0, **changes: Any) -> Step:
    return step(hour, action="ADD", biz_step="commissioning", disposition="active", **changes)


def packing(hour: float, parent: str = CASE, action: str = "ADD", **changes: Any) -> Step:
    facts = {"event_type": "AggregationEvent", "role": Role.CHILD, "parent": parent}
    return step(hour, action=action, **(facts | changes))


SHIPPING = {"biz_step": "shipping", "disposition": "in_transit"}
RECEIVING = {"biz_step": "receiving", "disposition": "in_progress"}
DISPENSING = {"biz_step": "dispensing", "disposition": "dispensed"}
DESTROYING = {"biz_step": "destroying", "disposition": "destroyed"}


@pytest.mark.parametrize("action", ["ADD", "OBSERVE", "DELETE"])
@pytest.mark.parametrize("role", [Role.EPC, Role.PARENT])
def test_what_is_tied_to_a_business_transaction_stays_what_it_is(action: str, role: Role):
    tied = step(3, event_type="TransactionEvent", role=role, action=action)
    steps = in_order([commissioning(), step(2, **DISPENSING), tied])

    assert fold(steps).status is Status.DISPENSED
    assert examine(steps) == ()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"biz_step": "commissioning", "action": "ADD"}, Status.COMMISSIONED),
        ({"action": "ADD"}, Status.COMMISSIONED),
        ({"action": "ADD", "disposition": "active"}, Status.COMMISSIONED),
        ({"disposition": "active"}, Status.ACTIVE),
        ({"action": "DELETE"}, Status.DECOMMISSIONED),
        (SHIPPING, Status.IN_TRANSIT),
        ({"biz_step": "shipping"}, Status.IN_TRANSIT),
        (RECEIVING, Status.RECEIVED),
        ({"biz_step": "stocking"}, Status.ACTIVE),
        ({"biz_step": "void_shipping"}, Status.UNKNOWN),
        ({"disposition": "expired"}, Status.EXPIRED),
        ({"disposition": "urn:packtrail:disp:locked"}, Status.LOCKED),
        ({"disposition": "urn:packtrail:disp:free_sample"}, Status.FREE_SAMPLE),
        ({"disposition": "urn:packtrail:disp:checked_out"}, Status.CHECKED_OUT),
        ({"disposition": "urn:packtrail:disp:withdrawn"}, Status.WITHDRAWN),
        (DISPENSING, Status.DISPENSED),
        (
            {"biz_step": "dispensing", "disposition": "partially_dispensed"},
            Status.PARTIALLY_DISPENSED,
        ),
        (DESTROYING, Status.DESTROYED),
        ({"biz_step": "inspecting", "disposition": "damaged"}, Status.DAMAGED),
        ({"biz_step": "holding", "disposition": "recalled"}, Status.RECALLED),
        ({"biz_step": "receiving", "disposition": "returned"}, Status.RETURNED),
        ({"biz_step": "sampling", "disposition": "inactive"}, Status.SAMPLED),
        ({"biz_step": "decommissioning", "disposition": "inactive"}, Status.DECOMMISSIONED),
        ({"disposition": "stolen"}, Status.STOLEN),
        ({"disposition": "https://example.com/voc/Disp-exported"}, Status.EXPORTED),
        ({"disposition": "urn:example:disp:lost"}, Status.LOST),
        ({"disposition": "non_sellable_other"}, Status.ON_HOLD),
        ({"biz_step": "packing", "disposition": "in_progress"}, Status.UNKNOWN),
        ({"role": Role.INPUT, "action": None}, Status.TRANSFORMED),
        ({"role": Role.OUTPUT, "action": None}, Status.COMMISSIONED),
        ({"role": Role.CHILD, "event_type": "AggregationEvent", "action": "ADD"}, Status.PACKED),
        ({"role": Role.CHILD, "event_type": "AssociationEvent", "action": "ADD"}, Status.UNKNOWN),
    ],
)
def test_one_event_says_what_an_object_is(said, status):
    assert fold([step(1, **said)]).status is status


def test_nothing_known_is_unknown_and_says_so():
    standing = fold([])

    assert standing.status is Status.UNKNOWN
    assert standing.why == ("No event says what it is, and its commissioning is not recorded here.")


def test_why_names_the_event_its_time_its_place_and_its_words():
    standing = fold([commissioning(biz_location="urn:epc:id:sgln:0300010.00001.0")])

    assert standing.why == (
        "Commissioned, because an event of 2026-03-03 09:00 +01:00 at "
        "urn:epc:id:sgln:0300010.00001.0 says step commissioning and disposition active."
    )


def test_a_shipped_holder_takes_the_object_along():
    standing = fold([commissioning(), packing(1), step(2, via=(CASE, PALLET), **SHIPPING)])

    assert standing.status is Status.IN_TRANSIT
    assert standing.parent == CASE
    assert standing.why.endswith(f"as part of {PALLET}.")


@pytest.mark.parametrize(
    "said",
    [
        {"action": "DELETE", "biz_step": "decommissioning", "disposition": "inactive"},
        {"biz_step": "sampling"},
        {"action": "ADD", "biz_step": "commissioning"},
        {"role": Role.INPUT, "action": None},
    ],
)
def test_what_concerns_the_container_alone_does_not_reach_inside(said):
    standing = fold([commissioning(), step(1, **SHIPPING), step(2, via=(CASE,), **said)])

    assert standing.status is Status.IN_TRANSIT


def test_late_events_count_by_event_time():
    standing = fold([step(2, **DISPENSING), commissioning(record_time=START + timedelta(days=9))])

    assert standing.status is Status.DISPENSED


def test_of_events_at_one_time_what_comes_first_in_a_life_comes_first():
    shipped = step(1, event_id="b", record_time=START + timedelta(days=2), **SHIPPING)
    received = step(1, event_id="a", **RECEIVING)

    assert fold([received, shipped]).status is Status.RECEIVED


def test_of_events_at_one_time_in_one_document_the_one_written_first_need_not_come_first():
    shipped = step(1, event_id="b", ordinal=2, **SHIPPING)
    received = step(1, event_id="a", ordinal=1, **RECEIVING)

    assert fold([received, shipped]).status is Status.RECEIVED


def test_a_withdrawn_event_has_no_effect():
    steps = [commissioning(), step(1, is_withdrawn=True, **DESTROYING)]

    assert fold(steps).status is Status.COMMISSIONED
    assert examine(steps) == ()


def test_a_withdrawn_packing_holds_nothing():
    assert fold([packing(1, is_withdrawn=True)]).parent is None


@pytest.mark.parametrize("later", [SHIPPING, RECEIVING, DISPENSING | {"biz_step": "packing"}])
def test_what_was_destroyed_stays_destroyed_and_the_impossible_is_a_finding(later):
    steps = [commissioning(), step(1, **DESTROYING), step(2, biz_location="X", **later)]

    assert fold(steps).status is Status.DESTROYED
    assert fold(steps).location is None
    assert [(one.code, one.at) for one in examine(steps)] == [("TRC-201", "urn:event:2")]


def test_dispensing_twice_is_a_finding_of_its_own():
    steps = [commissioning(), step(1, **DISPENSING), step(2, **DISPENSING)]

    assert [one.code for one in examine(steps)] == ["TRC-202"]
    assert examine(steps)[0].message == (
        "At 2026-03-03 11:00 +01:00 an event says step dispensing and disposition dispensed, but "
        "the object has been dispensed since 2026-03-03 10:00 +01:00."
    )


def test_commissioning_twice_is_a_finding():
    steps = [commissioning(), step(1, **SHIPPING), commissioning(2)]

    assert fold(steps).status is Status.IN_TRANSIT
    assert [one.code for one in examine(steps)] == ["TRC-203"]


def test_a_decommissioned_container_may_be_commissioned_again():
    steps = [commissioning(), step(1, biz_step="decommissioning"), commissioning(2)]

    assert fold(steps).status is Status.COMMISSIONED
    assert examine(steps) == ()


def test_what_was_dispensed_may_be_returned():
    steps = [step(1, **DISPENSING), step(2, biz_step="receiving", disposition="returned")]

    assert fold(steps).status is Status.RETURNED
    assert examine(steps) == ()


def test_a_recalled_pack_stays_recalled_on_its_way_back():
    steps = [step(1, disposition="recalled"), step(2, **SHIPPING), step(3, **RECEIVING)]

    assert fold(steps).status is Status.RECALLED
    assert examine(steps) == ()


def test_the_impossible_through_a_holder_is_no_finding():
    steps = [
        packing(0),
        step(1, **DISPENSING),
        packing(2, action="DELETE"),
        step(3, via=(CASE,), **SHIPPING),
    ]

    assert fold(steps).status is Status.DISPENSED
    assert {finding.code for finding in examine(steps)} == {"TRC-105"}


@pytest.mark.parametrize("said", [SHIPPING, RECEIVING, DISPENSING])
def test_what_is_handled_by_itself_while_a_container_holds_it_is_a_finding(said):
    alone = [packing(0), step(1, **said)]
    with_its_holder = [*alone, step(1, via=(CASE,), **said)]
    taken_out = [packing(0), packing(0.5, action="DELETE"), step(1, **said)]

    assert [(one.code, one.at) for one in examine(alone)] == [("TRC-105", "urn:event:1")]
    assert examine(with_its_holder) == ()
    assert examine(taken_out) == ()


def test_lot_and_expiry_come_from_the_first_event_that_tells_them():
    standing = fold([commissioning(lot="L1", expires="2028-02-00"), step(1, **SHIPPING)])

    assert (standing.lot, standing.expires) == ("L1", "2028-02-00")
    assert standing.expires_on == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2028-01-31", date(2028, 1, 31)),
        ("2027-02-00", date(2027, 2, 28)),
        ("2027-04", date(2027, 4, 30)),
        ("2028-01-31T00:00:00Z", date(2028, 1, 31)),
        ("2027-02-30", None),
        ("280131", None),
        ("soon", None),
        (None, None),
    ],
)
def test_the_last_day_of_use_is_read_from_the_text(text, day):
    assert expires_on(text) == day


def test_location_is_the_last_place_told():
    steps = [
        commissioning(biz_location="plant"),
        step(1, read_point="gate", **SHIPPING),
        step(2, biz_step="inspecting"),
    ]

    assert fold(steps).location == "gate"


def test_the_nearest_naming_of_an_event_counts():
    near = step(1, event_id="same", **SHIPPING)
    far = step(1, event_id="same", via=(CASE,), **SHIPPING)

    assert in_order([far, near]) == (replace(near, is_with_holder=True),)


def test_of_two_records_of_an_event_the_first_counts():
    first = step(1, event_id="same", **SHIPPING)
    again = step(1, event_id="same", record_time=START + timedelta(days=3), **SHIPPING)

    assert in_order([again, first]) == (first,)


LOT = {"lot": "L1", "expires": "2028-01-31"}


def test_a_commissioning_that_each_shipment_repeats_is_one_commissioning():
    first = commissioning(read_point="plant", object_count=500, **LOT)
    again = replace(first, event_id="urn:event:again", object_count=3, ordinal=5)
    other_words = replace(again, event_id="urn:event:worded", disposition=None)

    assert examine([again, other_words, first]) == ()
    assert in_order([again, first]) == (replace(first, told_again_by=("urn:event:again",)),)
    assert in_order([*in_order([again, first]), again]) == in_order([again, first])
    assert fold([again, first]).because.event_id == first.event_id


@pytest.mark.parametrize(
    "change",
    [
        {"event_time": START + timedelta(minutes=1)},
        {"read_point": "elsewhere"},
        {"lot": "L2"},
        {"expires": "2029-01-31"},
    ],
)
def test_a_commissioning_at_another_time_or_place_or_of_another_lot_is_a_second_one(change):
    first = commissioning(read_point="plant", **LOT)
    second = replace(first, event_id="urn:event:second", record_time=START + timedelta(2), **change)

    assert [finding.code for finding in examine([first, second])] == ["TRC-203"]


def test_a_repeated_recommissioning_is_one_too():
    again = commissioning(3, read_point="plant", **LOT)
    journey = [
        commissioning(1, read_point="plant", **LOT),
        step(2, biz_step="decommissioning", disposition="inactive"),
        again,
        replace(again, event_id="urn:event:again", disposition=None),
    ]

    assert examine(journey) == ()


def test_a_packing_a_dispensing_or_an_unpacking_told_twice_happened_once():
    journey = [
        packing(1),
        packing(1, event_id="urn:event:packed again", object_count=9),
        packing(2, action="DELETE"),
        packing(2, action="DELETE", event_id="urn:event:unpacked again"),
        step(3, **DISPENSING),
        step(3, event_id="urn:event:dispensed again", **DISPENSING),
    ]

    assert examine(journey) == ()
    assert len(in_order(journey)) == 3


def test_what_is_withdrawn_takes_nothing_from_another_event_that_tells_the_same():
    wrong = commissioning(is_withdrawn=True)
    right = commissioning(event_id="urn:event:right")

    assert in_order([wrong, right]) == (wrong, right)
    assert fold([wrong, right]).status is Status.COMMISSIONED


def test_packing_and_unpacking_change_what_a_pack_is_only_where_nothing_else_does():
    packed = [commissioning(), packing(1)]
    unpacked = [*packed, packing(2, action="DELETE")]
    arrived = [*packed, step(2, via=(CASE,), **SHIPPING), step(3, via=(CASE,), **RECEIVING)]
    on_hold = [commissioning(), step(1, biz_step="holding"), packing(2)]

    assert fold(packed).status is Status.PACKED
    assert fold(unpacked).status is Status.ACTIVE
    assert fold([*arrived, packing(4, action="DELETE")]).status is Status.RECEIVED
    assert fold([*on_hold, step(3, via=(CASE,), **SHIPPING)]).status is Status.ON_HOLD
    assert fold([*on_hold, step(4, disposition="conformant")]).status is Status.ACTIVE


def test_packing_a_case_onto_a_pallet_does_not_touch_what_the_case_holds():
    steps = [commissioning(), packing(1), step(2, via=(CASE,), **RECEIVING)]
    onto_a_pallet = packing(3, parent=PALLET, via=(CASE,))

    assert fold([*steps, onto_a_pallet]).status is Status.RECEIVED


def test_a_shipment_that_is_voided_leaves_the_pack_in_stock():
    voided = step(2, biz_step="void_shipping")

    assert fold([commissioning(), step(1, **SHIPPING), voided]).status is Status.ACTIVE
    assert fold([commissioning(), step(1, biz_step="holding"), voided]).status is Status.ON_HOLD


UNDO = {"biz_step": "urn:packtrail:bizstep:reactivating", "disposition": "active"}
HERE = {"biz_location": "urn:epc:id:sgln:952.1.0"}


@pytest.mark.parametrize("said", [
    DISPENSING,
    {"disposition": "urn:packtrail:disp:exported"},
    {"biz_step": "sampling"},
    {"disposition": "urn:packtrail:disp:locked"},
    {"biz_step": "decommissioning", "disposition": "inactive"},
])  # fmt: skip
def test_a_decommissioning_is_undone_in_time_and_at_the_same_premises(said):
    steps = [commissioning(), step(1, **said, **HERE), step(241, **UNDO, **HERE)]

    assert fold(steps).status is Status.REACTIVATED
    assert examine(steps) == ()


@pytest.mark.parametrize(
    ("undo", "code"),
    [
        (step(241.5, **UNDO, **HERE), "TRC-204"),
        (step(2, **UNDO, biz_location="urn:epc:id:sgln:952.2.0"), "TRC-205"),
        (step(2, **UNDO), "TRC-205"),
    ],
)
def test_an_undo_that_is_late_or_elsewhere_is_recorded_and_changes_nothing(undo, code):
    steps = [commissioning(), step(1, **DISPENSING, **HERE), undo]

    assert fold(steps).status is Status.DISPENSED
    assert [(one.code, one.at) for one in examine(steps)] == [(code, undo.event_id)]


def test_an_expired_pack_is_not_reactivated():
    steps = [commissioning(expires="2026-03-03"), step(1, **DISPENSING, **HERE)]

    assert fold([*steps, step(2, **UNDO, **HERE)]).status is Status.REACTIVATED
    assert fold([*steps, step(26, **UNDO, **HERE)]).status is Status.DISPENSED
    assert [one.code for one in examine([*steps, step(26, **UNDO, **HERE)])] == ["TRC-206"]


@pytest.mark.parametrize("said", [DESTROYING, {"disposition": "stolen"}])
def test_what_was_destroyed_or_stolen_is_never_reactivated(said):
    steps = [commissioning(), step(1, **said, **HERE), step(2, **UNDO, **HERE)]

    assert fold(steps).status is fold(steps[:2]).status
    assert [one.code for one in examine(steps)] == ["TRC-201"]


def test_an_undo_of_what_is_active_alarms_nobody():
    assert examine([commissioning(), step(2, **UNDO, **HERE)]) == ()


def test_a_recall_is_not_forgotten_on_the_way_back():
    steps = [
        step(1, disposition="recalled"),
        step(2, biz_step="receiving", disposition="returned"),
        step(3, disposition="sellable_accessible"),
    ]

    assert fold(steps).status is Status.RECALLED


def test_origin_is_told_by_the_event_that_made_it():
    assert fold([commissioning()]).has_origin
    assert fold([step(1, action="ADD", disposition="non_sellable_other")]).has_origin
    assert not fold([step(1, **RECEIVING)]).has_origin
    assert not fold([commissioning(via=(CASE,))]).has_origin
    assert not fold([commissioning(is_withdrawn=True)]).has_origin


def test_a_returned_pack_is_not_in_stock_before_somebody_says_so():
    back = [step(1, **DISPENSING), step(2, disposition="returned"), step(3, **RECEIVING)]
    again = [*back, step(4, biz_step="storing", disposition="sellable_not_accessible")]

    assert fold([*back, packing(4)]).status is Status.RETURNED
    assert fold([*again, packing(5)]).status is Status.PACKED


def test_an_expiry_that_is_no_day_stands_behind_one_that_is():
    steps = [commissioning(0, expires="never"), commissioning(1, expires="2028-01-31")]

    assert fold(steps).expires == "2028-01-31"
    assert fold(steps[:1]).expires == "never"
    assert fold(steps[:1]).expires_on is None
