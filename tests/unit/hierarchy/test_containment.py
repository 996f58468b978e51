"""What held an object over time."""

from __future__ import annotations

from datetime import UTC, datetime

from packtrail.hierarchy.containment import STAYS, Held, Moment, PackingStep, held_over_time


def at(hour: int) -> Moment:
    moment = datetime(2026, 3, 3, hour, tzinfo=UTC)
    return moment, STAYS, 0, "", f"event {hour}"


def step(hour: int, parent: str, action: str, *, is_implied: bool = False) -> PackingStep:
    return PackingStep(at=at(hour), parent=parent, action=action, is_implied=is_implied)


def test_a_holding_lasts_from_packing_to_unpacking():
    found = held_over_time([step(8, "case", "ADD"), step(10, "case", "DELETE")])

    assert [one.held() for one in found.holdings] == [
        Held(parent="case", since=at(8)[0], until=at(10)[0])
    ]
    assert found.now is None
    assert found.findings == ()


def test_what_was_packed_and_not_unpacked_is_still_inside():
    found = held_over_time([step(8, "case", "ADD")])

    assert found.now is not None
    assert found.now.parent == "case"


def test_packing_elsewhere_ends_the_holding_before_it_and_is_a_finding():
    found = held_over_time([step(9, "case 2", "ADD"), step(8, "case 1", "ADD")])

    assert [(one.parent, one.until) for one in found.holdings] == [
        ("case 1", at(9)),
        ("case 2", None),
    ]
    assert [(one.code, one.at) for one in found.findings] == [("TRC-101", "event 9")]
    assert found.findings[0].message == (
        "At 2026-03-03T09:00:00+00:00 it was packed into case 2, though case 1 had held it since "
        "2026-03-03T08:00:00+00:00 and no event unpacks it from there."
    )


def test_packing_twice_into_the_same_container_is_one_holding():
    found = held_over_time([step(8, "case", "ADD"), step(9, "case", "ADD")])

    assert [(one.since, one.until) for one in found.holdings] == [(at(8), None)]
    assert found.findings == ()


def test_unpacking_from_another_container_changes_nothing_and_is_a_finding():
    found = held_over_time([step(8, "case 1", "ADD"), step(9, "case 2", "DELETE")])

    assert found.now is not None
    assert found.now.parent == "case 1"
    assert [one.code for one in found.findings] == ["TRC-102"]


def test_emptying_a_container_that_did_not_hold_it_is_no_finding():
    found = held_over_time([step(9, "case", "DELETE", is_implied=True)])

    assert (found.holdings, found.findings) == ((), ())


def test_an_event_that_only_observes_packs_nothing():
    assert held_over_time([step(8, "case", "OBSERVE")]).holdings == ()


def test_a_holding_covers_what_lies_strictly_between_its_ends():
    (holding,) = held_over_time([step(8, "case", "ADD"), step(10, "case", "DELETE")]).holdings

    assert [holding.covers(at(hour)[0]) for hour in (7, 8, 9, 10, 11)] == [
        False,
        False,
        True,
        False,
        False,
    ]
