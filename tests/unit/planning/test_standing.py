"""How a programme stands: verdict, what to do this week, heat map, burn-up, loads, register."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from packtrail.planning.levelling import level
from packtrail.planning.loads import weekly
from packtrail.planning.registers import Entry, EntryKind, check_entry
from packtrail.planning.schedules import Outcome
from packtrail.planning.scheduling import schedule
from packtrail.planning.standing import Heat, Task, burn_up, due, heat_map, verdict

from .making import MONDAY, deadline, links, package, people, plan


def programme():
    return plan(
        package("A", 5, started_on=MONDAY - timedelta(days=2), done_percent=40, effort_days=4,
                role="it", market="IT", kind="artwork"),
        package("B", 30, market="IT", kind="validation"),
        package("C", 4, market="IN", kind="artwork"),
        package("D", 3, started_on=date(2026, 11, 2), finished_on=date(2026, 11, 6),
                effort_days=6, market="IN", kind="validation"),
        links=links("A>B"),
        deadlines=(
            deadline("B", 20), deadline("C", 5, buffer_days=3), deadline("D", 3),
            deadline("A", 60),
        ),
        resources=(people("it", 1),),
    )  # fmt: skip


def test_a_verdict_counts_the_dates_that_hold_and_names_the_worst_first() -> None:
    found = verdict(schedule(programme(), MONDAY))

    assert (found.made, found.total, found.outcome) == (3, 4, Outcome.LATE)
    assert [each.deadline.code for each in found.worst] == ["B", "C"]
    assert found.next is not None
    assert found.next.deadline.code == "C"


def test_what_may_not_slip_comes_first_this_week() -> None:
    found = [(each.package.code, each.task) for each in due(schedule(programme(), MONDAY))]

    assert found == [("C", Task.BEGIN), ("A", Task.FINISH), ("B", Task.BEGIN)]
    assert all(each.is_critical for each in due(schedule(programme(), MONDAY)))


def test_work_planned_for_later_is_not_for_this_week() -> None:
    later = plan(package("A", 5, not_before=MONDAY + timedelta(days=7)))

    assert due(schedule(later, MONDAY)) == ()
    assert [each.package.code for each in due(schedule(later, MONDAY), days=8)] == ["A"]


def test_a_cell_is_as_hot_as_its_hottest_package() -> None:
    cells = heat_map(schedule(programme(), MONDAY), "market", "kind")

    assert cells["IT", "validation"].heat is Heat.LATE
    assert cells["IN", "validation"].heat is Heat.DONE
    assert cells["IN", "artwork"].heat is Heat.AT_RISK
    assert (cells["IT", "artwork"].total, cells["IT", "artwork"].done) == (1, 0)


def test_work_adds_up_to_all_of_it_and_what_is_done_stops_today() -> None:
    points = burn_up(schedule(programme(), MONDAY), {date(2026, 11, 6): 10.0})

    assert points[-1].planned == 10.0
    assert [each.done for each in points if each.on == MONDAY] == [pytest.approx(7.6)]
    assert all(each.done is None for each in points if each.on > MONDAY)
    assert points[-1].baseline == 10.0
    assert [each.on for each in points] == sorted({each.on for each in points})


def test_a_week_asks_for_what_its_packages_take() -> None:
    busy = plan(
        package("A", 5, calendar="standard", role="it", effort_days=5),
        package("B", 10, calendar="standard", role="it", effort_days=5),
        resources=(people("it", 1),),
    )
    free, levelled = weekly(schedule(busy, MONDAY), 3), weekly(level(busy, MONDAY), 4)

    assert [each.demand_days for each in free["it"]] == [7.5, 2.5, 0]
    assert free["it"][0].share == 1.5
    assert free["it"][0].packages == ("A", "B")
    assert sum(each.demand_days for each in levelled["it"]) == 10
    assert max(each.share for each in levelled["it"]) <= 1


RISK = {"probability": "4", "impact": "5", "response": "A second printer"}


def test_the_score_of_a_risk_is_probability_times_impact() -> None:
    risk = Entry(code="R1", kind=EntryKind.RISK, title="Late printers", state="open", facts=RISK)

    assert risk.score == 20
    assert list(check_entry(risk)) == []


WRONG = [
    (Entry(code="R1", kind=EntryKind.RISK, title="x", state="lost"), "register/R1/state"),
    (Entry(code="R1", kind=EntryKind.RISK, title="", state="open"), "register/R1/title"),
    (Entry(code="R 1", kind=EntryKind.RISK, title="x", state="open"), "register/R 1/code"),
    (
        Entry(code="R1", kind=EntryKind.RISK, title="x", state="open", facts={"impact": "9"}),
        "register/R1/impact",
    ),
    (
        Entry(code="G1", kind=EntryKind.GOAL, title="x", state="open", facts={"impact": "2"}),
        "register/G1/impact",
    ),
    (
        Entry(
            code="D1", kind=EntryKind.DECISION, title="x", state="taken",
            facts={"choice": "yes", "decided_by": "Ada"},
        ),
        "register/D1/reason",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "at"), WRONG)
def test_an_entry_that_cannot_be_is_refused_at_its_place(entry: Entry, at: str) -> None:
    assert [(each.code, each.at) for each in check_entry(entry)] == [("PLN-004", at)]


def test_a_decision_is_closed_when_it_is_taken() -> None:
    wanted = Entry(code="D1", kind=EntryKind.DECISION, title="Which printer?", state="wanted")

    assert wanted.is_open
    assert not Entry(code="D1", kind=EntryKind.DECISION, title="x", state="taken").is_open
