"""Whatever the order in which a line's reports come, the goods end up the same."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from tests.unit.production.floors import CASES, PALLET, Plant, at, codes, pack, unit

from packtrail.production.decisions import Decision
from packtrail.production.happenings import Happening, Kind
from packtrail.production.rounds import Turn, decide_all
from packtrail.production.verbs import decide

CASE, CASE_2, CASE_3 = CASES
PACKS = [f"P{n}" for n in range(1, 10)]


def told(kind: str, minutes: float, *numbers: str, **more: Any) -> Happening:
    return Happening(kind=Kind(kind), at=at(minutes), numbers=numbers, **more)


SHIFT = (
    told("commission", 0, *PACKS[:4]),
    told("commission", 2, *PACKS[4:]),
    told("pack", 4, "P1", "P2", "P3", parent=CASE),
    told("pack", 6, "P4", "P5", "P6", parent=CASE_2),
    told("reject", 8, "P9", reason="weight"),
    told("pack", 10, CASE, CASE_2, parent=PALLET),
    told("unpack", 12, CASE),
    told("replace", 14, "P2", by="P7", reason="damaged"),
    told("destroy", 16, "P2", reason="damaged"),
    told("disaggregate", 18, CASE_2),
    told("pack", 20, "P4", "P8", parent=CASE_3, is_partial=True),
    told("sample", 22, "P5", reason="retention"),
    told("repack", 24, "P1", parent=CASE_3),
    told("decommission", 26, "P6", reason="machine"),
    told("recommission", 28, "P6", reason="mistake"),
    told("pack", 30, CASE, parent=PALLET, is_partial=True),
)


def report_all(told: Iterable[Happening]) -> tuple[Plant, list[Decision], list[Happening]]:
    """Report one happening after the other; return what was decided, and what still waits."""
    plant, waiting, made = Plant(may_wait=True), list[Turn](), list[Decision]()
    for each in told:
        turns = [*waiting, Turn(each)]
        made += decide_all(turns, plant.job, plant.floor, is_complete=False)
        waiting = [Turn(turn.rest) for turn in turns if turn.rest is not None]
    return plant, made, [turn.pending for turn in waiting]


def goods(plant: Plant) -> list[tuple[Any, ...]]:
    """Status and holders of everything."""
    keys = [*map(pack, PACKS), *map(unit, CASES), unit(PALLET)]
    return [
        (key[1], plant.status(key), *plant.floor.holders(key, plant.now))
        if key in plant.floor.items
        else (key[1],)
        for key in keys
    ]


def errors(made: Iterable[Decision]) -> list[str]:
    return [
        each.message for decision in made for each in decision.findings if each.severity == "error"
    ]


def any_shift(rng: Random) -> list[Happening]:
    """A line that does this and that, all of it possible."""
    plant, done = Plant(), list[Happening]()
    for minutes in range(1, 250):
        kind, numbers, more = rng.choice(KINDS), rng.sample(PACKS, rng.randint(1, 3)), {}
        if kind in {"pack", "repack"}:
            more = {"parent": rng.choice(CASES), "is_partial": True}
        elif kind == "pack cases":
            kind, numbers = "pack", rng.sample(CASES, rng.randint(1, 2))
            more = {"parent": PALLET, "is_partial": True}
        elif kind == "unpack a case":
            kind, numbers = "unpack", rng.sample(CASES, 1)
        elif kind == "replace":
            numbers, more = numbers[:1], {"by": rng.choice(PACKS), "reason": "damaged"}
        elif kind == "disaggregate":
            numbers = [rng.choice([*CASES, PALLET])]
        elif kind != "commission":
            more = {"reason": "damaged"}
        happening = told(kind, minutes, *numbers, **more)
        items, origins = dict(plant.floor.items), dict(plant.floor.origins)
        decision = decide(happening, plant.job, plant.floor)
        if errors([decision]) or not (decision.events or decision.marks):
            plant.floor.items, plant.floor.origins = items, origins
        elif len(done) < 14:
            done.append(happening)
    return done


KINDS = (
    *("commission", "commission", "pack", "pack", "pack", "pack cases", "unpack"),
    *("unpack a case", "replace", "repack", "disaggregate", "sample", "destroy", "decommission"),
)


@pytest.mark.parametrize("seed", range(40))
def test_a_shift_ends_the_same_in_whatever_order_it_is_told(seed: int) -> None:
    expected, in_order, _ = report_all(SHIFT)
    assert errors(in_order) == []
    shuffled = Random(seed).sample(SHIFT, len(SHIFT))

    plant, made, waiting = report_all(shuffled)

    assert (errors(made), waiting) == ([], [])
    assert goods(plant) == goods(expected)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_a_line_does_nothing_possible_is_refused_for_being_late(seed: int) -> None:
    rng = Random(seed)
    shift = any_shift(rng)
    expected, _, _ = report_all(shift)
    rng.shuffle(shift)

    plant, made, waiting = report_all(shift)

    assert errors(made) == []
    # What cannot be put together any more waits for a person to look at it.
    assert waiting or goods(plant) == goods(expected)


def test_nothing_waits_when_no_report_is_late() -> None:
    plant = Plant(may_wait=True)
    turns = [Turn(told("pack", 5, "P1", parent=CASE)), Turn(told("commission", 0, "P2"))]

    made = decide_all(turns, plant.job, plant.floor, is_complete=True)

    assert [codes(each) for each in made] == [[], ["LIN-025"]]
    assert [turn.rest for turn in turns] == [None, None]


def test_within_one_report_the_order_does_not_matter() -> None:
    plant = Plant(may_wait=True)
    turns = [
        Turn(told("pack", 0, "P1", "P2", "P3", parent=CASE)),
        Turn(told("commission", 0, "P1", "P2", "P3")),
    ]

    decide_all(turns, plant.job, plant.floor, is_complete=True)

    assert plant.holder(pack("P1")) == unit(CASE)


def test_a_container_comes_into_being_earlier_than_was_told() -> None:
    plant = Plant(may_wait=True)
    plant.do("commission", "P1", "P2")
    plant.do("pack", "P2", minutes=9, parent=CASE, is_partial=True)

    events = plant.do("pack", "P1", minutes=5, parent=CASE, is_partial=True).events

    wrong, right, _ = events
    assert wrong.event_time == at(9)
    assert wrong.error_declaration is not None
    assert wrong.error_declaration.corrective_event_ids == (right.event_id,)
    assert (right.event_time, right.biz_step) == (at(5), "commissioning")
    own = plant.floor.items[unit(CASE)].own
    assert [(step.event_time, step.is_withdrawn) for step in own if step.action == "ADD"] == [
        (at(5), False), (at(5), False), (at(9), True), (at(9), False),
    ]  # fmt: skip


def test_what_left_its_case_with_its_end_left_it_before() -> None:
    plant = Plant(may_wait=True)
    plant.full_case()
    plant.do("sample", "P1", "P2", minutes=9, reason="retention")

    events = plant.do("unpack", "P1", minutes=5).events

    wrong, right = events
    assert wrong.error_declaration is not None
    assert wrong.error_declaration.reason == "did_not_occur"
    assert (wrong.event_time, right.event_time) == (at(9), at(5))
    holders = [plant.floor.holder(pack(p), at(7)) for p in ("P1", "P2")]
    assert holders == [None, unit(CASE)]
    assert plant.holder(pack("P2")) is None


def test_what_is_emptied_is_emptied_of_what_is_told_to_be_in_it_later_too() -> None:
    plant = Plant(may_wait=True)
    plant.do("commission", "P1", "P2")
    plant.do("pack", "P1", minutes=1, parent=CASE, is_partial=True)
    plant.do("disaggregate", CASE, minutes=9)

    plant.do("pack", "P2", minutes=2, parent=CASE, is_partial=True)

    assert (plant.holder(pack("P1")), plant.holder(pack("P2"))) == (None, None)
