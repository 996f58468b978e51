"""The fold does not depend on how its events arrived."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.epcis.turns import TURNS, turn_of
from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.fold import containment, examine, fold, in_order
from packtrail.lifecycle.journey import Status, Step
from packtrail.lifecycle.rules import EFFECTS, Outcome, after
from packtrail.lifecycle.states import REACTIVATE, STATES, Effect

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = {
    "biz_step": st.sampled_from(
        [
            *(None, "commissioning", "packing", "shipping", "receiving", "dispensing"),
            *("destroying", "sampling", "decommissioning", "holding"),
        ]
    ),
    "disposition": st.sampled_from(
        [
            *(None, "active", "in_progress", "in_transit", "dispensed", "destroyed"),
            *("stolen", "recalled", "returned", "damaged", "inactive"),
        ]
    ),
}


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    count = draw(st.integers(0, 12))
    return [_step(draw, number) for number in range(count)]


def _step(draw: st.DrawFn, number: int) -> Step:
    is_packing = draw(st.booleans())
    hours = st.integers(0, 6)  # few, so that events fall on the same time
    return Step(
        event_id=f"urn:event:{number}",
        event_type="AggregationEvent" if is_packing else "ObjectEvent",
        event_time=START + timedelta(hours=draw(hours)),
        event_time_zone_offset="+00:00",
        record_time=START + timedelta(days=1, hours=draw(hours)),
        ordinal=draw(st.integers(0, 2)),
        role=Role.CHILD if is_packing else Role.EPC,
        action=draw(st.sampled_from(["ADD", "OBSERVE", "DELETE"])),
        parent=draw(st.sampled_from(["case 1", "case 2"])) if is_packing else None,
        via=() if is_packing else draw(st.sampled_from([(), ("case 1",)])),
        is_withdrawn=draw(st.sampled_from([False, False, True])),
        object_count=1,
        destinations=draw(st.sampled_from([(), (("location", "here"),), (("location", "there"),)])),
        **{name: draw(words) for name, words in WORDS.items()},
    )


@given(steps(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(journey: list[Step], rng: random.Random):
    shuffled = rng.sample(journey, len(journey))

    assert fold(shuffled) == fold(journey)
    assert examine(shuffled) == examine(journey)


@given(steps(), st.data())
def test_when_events_were_recorded_does_not_matter(journey: list[Step], data: st.DataObject):
    records = data.draw(st.permutations([(step.record_time, step.ordinal) for step in journey]))
    otherwise = [
        replace(step, record_time=record_time, ordinal=ordinal)
        for step, (record_time, ordinal) in zip(journey, records, strict=True)
    ]

    assert without_records(otherwise) == without_records(journey)


def without_records(journey: list[Step]) -> tuple[object, ...]:
    """What is told of an object, but for which of several events that tell the same is named."""
    containers = [(each.parent, each.since[:3], each.until and each.until[:3]) for each in
                  containment(in_order(journey)).holdings]  # fmt: skip
    found = [(finding.code, finding.message) for finding in examine(journey)]
    return replace(fold(journey), because=None), found, containers


LIFE = [
    ("ObjectEvent", Role.EPC, "ADD", "commissioning", "active"),
    ("AggregationEvent", Role.CHILD, "ADD", "packing", "in_progress"),
    ("ObjectEvent", Role.EPC, "OBSERVE", "shipping", "in_transit"),
    ("ObjectEvent", Role.EPC, "OBSERVE", "receiving", "in_progress"),
    ("ObjectEvent", Role.EPC, "OBSERVE", "storing", "sellable_accessible"),
    ("ObjectEvent", Role.EPC, "OBSERVE", "dispensing", "dispensed"),
]


@pytest.mark.parametrize("count", range(2, len(LIFE) + 1))
def test_a_life_that_is_told_with_one_time_is_lived_in_its_order(count: int):
    lived = [
        replace(
            Step(event_id="", event_type=kind, event_time=START, event_time_zone_offset="+00:00",
                 record_time=START, role=role, action=action, biz_step=word,
                 disposition=disposition),
            via=("case",) if number > 1 and word != "dispensing" else (),
            parent="case" if role is Role.CHILD else None,
            object_count=1,
        )
        for number, (kind, role, action, word, disposition) in enumerate(LIFE[:count])
    ]  # fmt: skip
    for ids in permutations(range(count)):
        told = [replace(step, event_id=str(place)) for step, place in zip(lived, ids, strict=True)]

        assert [step.biz_step for step in in_order(told)] == [each[3] for each in LIFE[:count]]
        assert {f.code for f in examine(told)} <= {"TRC-105"}


@given(steps(), st.data())
def test_an_event_that_arrives_again_changes_nothing(journey: list[Step], data: st.DataObject):
    again = data.draw(st.lists(st.sampled_from(journey))) if journey else []

    assert fold(again + journey) == fold(journey)
    assert in_order(journey + again) == in_order(journey)


@given(steps())
def test_withdrawn_events_are_as_if_they_had_not_been(journey: list[Step]):
    kept = [step for step in journey if not step.is_withdrawn]

    assert fold(journey) == fold(kept)
    assert examine(journey) == examine(kept)


@given(steps())
def test_an_object_is_in_one_container_at_a_time(journey: list[Step]):
    holdings = containment(in_order(journey)).holdings

    assert all(
        before.until is not None and before.until <= later.since
        for before, later in pairwise(holdings)
    )


@given(st.sampled_from(list(Status)), st.sampled_from(EFFECTS))
def test_a_status_is_only_left_as_the_table_says(status: Status, effect: Effect):
    becomes, outcome = after(status, effect)
    leads_to = STATES[status].leads_to

    assert (outcome is Outcome.CHANGES) == (becomes is not status)
    if leads_to is not None and becomes is not status:
        assert effect in leads_to or becomes in leads_to


@given(st.sampled_from(list(Status)), st.sampled_from(EFFECTS))
def test_an_effect_that_comes_twice_is_as_if_it_came_once(status: Status, effect: Effect):
    once = after(status, effect)[0]

    assert after(once, effect)[0] is once


@given(st.sampled_from([row for row in STATES.values() if not row.is_saleable]), st.data())
def test_nothing_but_a_status_that_says_so_makes_what_cannot_be_sold_saleable(row, data):
    """A pack that is dead, held or gone does not come back to stock by being moved."""
    moved = data.draw(st.sampled_from(["packed", "in_transit", "received", "unpack"]))
    becomes, _ = after(row.status, Status(moved) if moved in {*Status} else moved)
    freed = {Status.UNKNOWN, Status.LOST}

    assert row.status in freed or not STATES[becomes].is_saleable


@given(steps())
def test_what_came_to_its_end_is_saleable_again_only_by_a_return_or_an_undo(journey: list[Step]):
    ends = {Status.DESTROYED, Status.TRANSFORMED, Status.DISPENSED}
    for place, _ in enumerate(journey):
        before = fold(journey_until(journey, place))
        after_it = fold(journey_until(journey, place + 1))
        if before.status in ends and after_it.status is not before.status:
            assert after_it.status in {Status.RETURNED, Status.REACTIVATED, Status.DESTROYED}


def journey_until(journey: list[Step], count: int) -> list[Step]:
    return list(in_order(journey))[:count]


def test_every_status_has_one_row_in_the_order_of_a_life():
    assert list(STATES) == list(Status)
    assert all(row.status is status for status, row in STATES.items())
    assert {effect for row in STATES.values() for effect in row.leads_to or ()} <= {*EFFECTS}
    assert all(REACTIVATE in (row.leads_to or ()) for row in STATES.values() if row.can_be_undone)


def test_every_word_has_one_turn_and_what_no_row_names_the_middle_one():
    words = [word for row in TURNS for word in row]

    assert len(words) == len({*words})
    assert {word for row in STATES.values() for word in row.steps if word != "holding"} <= {*words}
    packed = turn_of("AggregationEvent", "ADD", "packing", None)
    left = turn_of("ObjectEvent", "OBSERVE", "shipping", None)
    assert packed < turn_of("ObjectEvent", "OBSERVE", "inspecting", "damaged") < left
    assert turn_of("ObjectEvent", "DELETE", "inspecting", None) == turn_of(
        "ObjectEvent", "OBSERVE", "https://ref.gs1.org/cbv/BizStep-decommissioning", "destroyed"
    )
