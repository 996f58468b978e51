"""Levelling: nobody does two things at once, and every move has its reason."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from packtrail.planning.grid import Grid
from packtrail.planning.levelling import level
from packtrail.planning.loads import weekly
from packtrail.planning.schedules import Cause, Outcome, Schedule
from packtrail.planning.scheduling import schedule
from packtrail.planning.work import Placement, Plan

from .making import MONDAY, deadline, links, package, people, plan


def at(schedule_: Schedule, code: str) -> tuple[int, int]:
    slot = schedule_.slots[code]
    return slot.start - MONDAY.toordinal(), slot.until - MONDAY.toordinal()


def work(code: str, days: int, share: float = 1.0, **more: object):
    return package(code, days, role="it", effort_days=days * share, **more)


def test_two_packages_of_one_person_follow_each_other() -> None:
    made = level(plan(work("A", 3), work("B", 2), resources=(people("it", 1),)), MONDAY)

    assert sorted([at(made, "A"), at(made, "B")]) in ([(0, 2), (2, 5)], [(0, 3), (3, 5)])


def test_half_of_a_person_each_is_done_at_the_same_time() -> None:
    halves = plan(work("A", 3, 0.5), work("B", 3, 0.5), resources=(people("it", 1),))
    made = level(halves, MONDAY)

    assert at(made, "A") == at(made, "B") == (0, 3)
    assert made.moves == ()


def test_what_is_hurt_first_by_waiting_goes_first() -> None:
    urgent = plan(
        work("A", 3),
        work("B", 3),
        resources=(people("it", 1),),
        deadlines=(deadline("B", 4), deadline("A", 20)),
    )
    made = level(urgent, MONDAY)

    assert (at(made, "B"), at(made, "A")) == ((0, 3), (3, 6))
    assert all(each.is_made for each in made.outlooks)


def test_work_is_rather_begun_earlier_than_handed_in_late() -> None:
    both = plan(
        work("A", 5),
        work("B", 5),
        resources=(people("it", 1),),
        deadlines=(deadline("A", 30), deadline("B", 30)),
        placement=Placement.LATE,
    )
    made = level(both, MONDAY)

    assert sorted([at(made, "A"), at(made, "B")]) == [(20, 25), (25, 30)]
    assert all(each.outcome is Outcome.ON_TRACK for each in made.outlooks)


def test_a_move_names_what_was_taken_when_and_by_whom() -> None:
    both = plan(
        work("A", 5),
        work("B", 5),
        resources=(people("it", 1),),
        deadlines=(deadline("A", 5), deadline("B", 8)),
    )
    (move,) = level(both, MONDAY).moves

    assert (move.code, move.days, move.resource, move.holders) == ("B", 5, "it", ("A",))
    assert move.taken_on == MONDAY + timedelta(days=4)
    assert move.to_on == MONDAY + timedelta(days=5)


def test_what_only_follows_another_names_whom_it_follows() -> None:
    chain = plan(
        work("A", 5),
        work("B", 5),
        package("C", 1),
        links=links("B>C"),
        resources=(people("it", 1),),
        deadlines=(deadline("A", 5), deadline("C", 8)),
    )
    moves = {each.code: each for each in level(chain, MONDAY).moves}

    assert moves["C"].resource == ""
    assert moves["C"].holders == ("B",)


def test_the_critical_path_of_a_date_leads_through_what_has_the_resource() -> None:
    both = plan(
        work("A", 5),
        work("B", 5),
        resources=(people("it", 1),),
        deadlines=(deadline("A", 5), deadline("B", 8)),
    )
    made = level(both, MONDAY)
    late = next(each for each in made.outlooks if each.deadline.code == "B")

    assert late.outcome is Outcome.LATE
    assert late.path == ("A", "B")
    assert made.slots["B"].driver.cause is Cause.RESOURCE


def test_a_line_is_one_and_does_one_thing_at_a_time() -> None:
    stops = plan(
        package("A", 4, line="L3", is_on_line=True),
        package("B", 4, line="L3", is_on_line=True),
        package("C", 4, line="L4", is_on_line=True),
    )
    made = level(stops, MONDAY)

    assert sorted([at(made, "A"), at(made, "B")]) == [(0, 4), (4, 8)]
    assert at(made, "C") == (0, 4)


def test_work_that_asks_for_more_than_there_is_gets_all_there_is_and_a_finding() -> None:
    made = level(plan(work("A", 2, 3.0), resources=(people("it", 1),)), MONDAY)

    assert at(made, "A") == (0, 2)
    assert [each.code for each in made.findings] == ["PLN-008"]
    assert made.findings[0].message == "A needs 3 of it a day; there is 1."


def test_work_that_has_begun_stays_and_the_rest_makes_room() -> None:
    begun = work("A", 10, started_on=MONDAY - timedelta(days=5), done_percent=50)
    made = level(plan(begun, work("B", 2), resources=(people("it", 1),)), MONDAY)

    assert at(made, "A") == (-5, 5)
    assert at(made, "B") == (5, 7)


def test_work_that_would_meet_other_work_late_is_begun_earlier_where_there_is_time() -> None:
    """Both fit before their dates only if one of them leaves the last days to the other."""
    made = level(
        plan(
            package("A", 10, role="it", effort_days=10),
            package("B", 10, role="it", effort_days=10),
            package("C", 5, role="it", effort_days=5),
            links=links("A>C"),
            deadlines=(deadline("C", 60), deadline("B", 60)),
            resources=(people("it", 1),),
            placement=Placement.LATE,
        ),
        MONDAY,
    )

    assert all(each.outcome is Outcome.ON_TRACK for each in made.outlooks)


def test_a_plan_comes_out_the_same_however_often_it_is_levelled() -> None:
    packages = [package(f"P{n}", 3 + n % 4, role="it", effort_days=3 + n % 4) for n in range(12)]
    made = plan(
        *packages, deadlines=tuple(deadline(each.code, 5) for each in packages),
        resources=(people("it", 2),),
    )  # fmt: skip

    assert level(made, MONDAY).slots == level(made, MONDAY).slots


# --- what holds of every levelled schedule --------------------------------------------------------


@st.composite
def busy_plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(2, 8))
    packages = [
        package(
            f"P{at}",
            days := draw(st.integers(1, 6)),
            calendar=draw(st.sampled_from(["standard", "daily"])),
            role=draw(st.sampled_from(["it", "quality"])),
            effort_days=days * draw(st.sampled_from([0.5, 1.0, 2.0])),
        )
        for at in range(count)
    ]
    pairs = draw(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=6))
    named = [f"P{before}>P{after}" for before, after in sorted(pairs) if before < after < count]
    return plan(
        *packages,
        links=links(*named),
        deadlines=(deadline(f"P{count - 1}", draw(st.integers(5, 60))),),
        resources=(people("it", 2), people("quality", 2)),
        placement=draw(st.sampled_from(Placement)),
    )


@given(made=busy_plans())
def test_no_resource_is_asked_for_more_than_there_is(made: Plan) -> None:
    levelled = level(made, MONDAY)
    grid = Grid.of(made, MONDAY)
    asked: Counter[tuple[str, int]] = Counter()
    for code, slot in levelled.slots.items():
        package = made.by_code[code]
        for day in grid.days_of(package, slot.start, slot.until):
            asked.update({(name, day): amount for name, amount in package.demands.items()})

    assert all(amount <= 2 + 1e-6 for amount in asked.values())


@given(made=busy_plans())
def test_links_hold_after_levelling_too(made: Plan) -> None:
    slots = level(made, MONDAY).slots

    assert all(slots[each.successor].start >= slots[each.predecessor].until for each in made.links)
    assert all(each.start >= MONDAY.toordinal() for each in slots.values())


@given(made=busy_plans())
def test_with_enough_of_everything_nothing_moves(made: Plan) -> None:
    rich = replace(made, resources=(people("it", 99), people("quality", 99)))
    made_free, made_level = schedule(rich, MONDAY), level(rich, MONDAY)

    assert made_level.moves == ()
    assert made_level.slots == made_free.slots


@given(made=busy_plans())
def test_whatever_moved_has_a_reason(made: Plan) -> None:
    assert all(each.holders for each in level(made, MONDAY).moves)


def _best(made: Plan) -> int:
    """Return the smallest sum of ends of any order in which packages can be placed one by one."""
    packages = {each.code: each for each in made.packages}
    before = {code: [e.predecessor for e in made.links if e.successor == code] for code in packages}
    best = 10**6
    for order in itertools.permutations(packages):
        ends: dict[str, int] = {}
        used: dict[tuple[str, int], float] = {}
        for code in order:
            if any(each not in ends for each in before[code]):
                break
            each, start = packages[code], max((ends[p] for p in before[code]), default=0)
            share = each.effort_days / each.duration_days
            while any(
                used.get((each.role, day), 0) + share > 2
                for day in range(start, start + each.duration_days)
            ):
                start += 1
            for day in range(start, start + each.duration_days):
                used[each.role, day] = used.get((each.role, day), 0) + share
            ends[code] = start + each.duration_days
        else:
            best = min(best, sum(ends.values()))
    return best


def test_small_plans_hurt_their_dates_as_little_as_the_best_of_all_orders_in_most_cases() -> None:
    """The heuristic is no optimum; this says how near it is, on 60 plans of 6 packages."""
    chance, longer, total = random.Random(8), [], 0
    for _ in range(60):
        packages = [
            package(f"P{n}", days := chance.randint(1, 6), role=chance.choice(["it", "quality"]),
                    effort_days=days * chance.choice([1.0, 2.0]))
            for n in range(6)
        ]  # fmt: skip
        named = [
            f"P{a}>P{b}" for a, b in itertools.combinations(range(6), 2) if chance.random() < 0.25
        ]
        made = plan(
            *packages, links=links(*named), deadlines=tuple(deadline(f"P{n}", 1) for n in range(6)),
            resources=(people("it", 2), people("quality", 2)),
        )  # fmt: skip
        slots = level(made, MONDAY).slots.values()
        days = sum(each.until - MONDAY.toordinal() for each in slots)
        best = _best(made)
        assert days >= best
        longer.append(days / best)
        total += days == best

    assert total >= 52
    assert sum(longer) / len(longer) < 1.01
    assert max(longer) < 1.1


def test_work_for_decades_of_one_person_is_placed_all_the_same() -> None:
    codes = [f"P{number}" for number in range(120)]
    made = plan(
        *(package(code, 200, effort_days=200, role="it", calendar="standard") for code in codes),
        resources=(people("it", 1),),
    )
    schedule = level(made, MONDAY)

    assert schedule.finish_on is not None
    assert schedule.finish_on.year > MONDAY.year + 90


@given(made=busy_plans())
def test_the_week_adds_up_to_what_its_days_ask(made: Plan) -> None:
    levelled = level(made, MONDAY)
    for name, weeks in weekly(levelled, 200).items():
        total = sum(
            package.demands.get(name, 0.0) * package.duration_days for package in made.packages
        )
        assert abs(sum(each.demand_days for each in weeks) - total) < 0.01 * len(weeks)
