"""Bounds: no order of work is sooner, and levelling is held against them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from tests.unit.planning.making import MONDAY, deadline, links, package, people, plan

from packtrail.planning import levelling, scheduling
from packtrail.planning.bounds import bounds
from packtrail.planning.calendars import STANDARD
from packtrail.planning.work import Plan, WorkPackage

WEEKDAYS = {"calendar": STANDARD.code}


def asking(code: str, days: int, effort: float, **more: object) -> WorkPackage:
    return package(code, days, effort_days=effort, role="it", **more)


def two_at_once(capacity: float, **more: object) -> Plan:
    """Return a plan of ten days for each of two people, before one date."""
    return plan(
        asking("A", 10, 10, **more), asking("B", 10, 10, **more), package("L", 0, **more),
        links=links("A>L", "B>L"), deadlines=(deadline("L", 12),), calendars=(STANDARD,),
        resources=(people("it", capacity),),
    )  # fmt: skip


@pytest.mark.parametrize(("calendar", "more_days"), [({}, 10), (WEEKDAYS, 14)])
def test_one_person_for_the_work_of_two_decides_how_soon_a_date_can_be_made(
    calendar: dict[str, str], more_days: int
) -> None:
    alone_of = bounds(levelling.level(two_at_once(1, **calendar), MONDAY))
    both_of = bounds(levelling.level(two_at_once(2, **calendar), MONDAY))
    (alone,), (both,) = alone_of.dates, both_of.dates

    assert (alone.resource, both.resource) == ("it", "")
    assert (alone.soonest_on - both.soonest_on).days == more_days
    assert alone.planned_on == alone.soonest_on
    assert (alone_of.winnable_days, both_of.winnable_days) == (0, 0)
    late = (alone.planned_on - MONDAY).days + 1 - 12
    assert (alone_of.least_late_days, both_of.least_late_days) == (late, 0)


def test_what_is_planned_later_than_need_be_could_be_won() -> None:
    made = levelling.level(two_at_once(2), MONDAY)
    live = made.slots["L"]
    late = replace(made, slots={**made.slots, "L": replace(live, until=live.until + 30)})

    assert bounds(late).winnable_days == 28, "two days are left before the date"


def test_work_that_has_begun_is_taken_as_it_lies() -> None:
    begun = replace(two_at_once(1).by_code["A"], started_on=MONDAY, done_percent=10)
    made = two_at_once(1)
    known = replace(made, packages=(begun, *made.packages[1:]))
    (bound,) = bounds(levelling.level(known, MONDAY)).dates

    assert bound.soonest_on <= bound.planned_on


@pytest.mark.parametrize("calendar", [{}, WEEKDAYS])
@pytest.mark.parametrize("seed", range(12))
def test_no_levelled_schedule_is_sooner_than_its_bound(seed: int, calendar: dict[str, str]) -> None:
    chance = random.Random(seed)
    codes = [chr(ord("A") + at) for at in range(24) if chr(ord("A") + at) != "L"]
    pairs = [f"{codes[chance.randrange(at)]}>{code}" for at, code in enumerate(codes) if at > 3]
    made = plan(
        *(asking(code, chance.randint(1, 12), chance.randint(0, 12), **calendar) for code in codes),
        package("L", 0, **calendar),
        links=links(*dict.fromkeys([*pairs, *(f"{code}>L" for code in codes[-8:])])),
        deadlines=(deadline("L", 40),),
        calendars=(STANDARD,),
        resources=(people("it", chance.choice((1, 1.5, 2, 3))),),
    )
    free, levelled = scheduling.schedule(made, MONDAY), levelling.level(made, MONDAY)
    (bound,) = bounds(levelled).dates

    assert free.slots["L"].early_finish_on <= bound.soonest_on <= bound.planned_on
    assert bound.planned_on == levelled.slots["L"].finish_on


def test_dates_that_share_a_person_are_bound_together() -> None:
    made = plan(
        asking("A", 10, 10), asking("B", 10, 10), deadlines=(deadline("A", 10), deadline("B", 12)),
        resources=(people("it", 1),),
    )  # fmt: skip
    levelled = levelling.level(made, MONDAY)
    found = bounds(levelled)

    assert [each.winnable_days for each in found.dates] == [0, 8], "each alone could be in time"
    assert found.least_late_days == 8, "together one of them is late"
    assert max((o.finish_on - o.deadline.due_on).days for o in levelled.outlooks) == 8
