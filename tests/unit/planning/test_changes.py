"""What-if: changes that are tried, and what lies between before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from packtrail.base.errors import RefusedError
from packtrail.planning.changes import apply, parse
from packtrail.planning.comparison import ShiftKind, compare, snapshot
from packtrail.planning.scheduling import schedule
from packtrail.planning.work import Placement, Plan
from packtrail.rendering.plan_words import effect

from .making import MONDAY, deadline, links, package, people, plan


def base() -> Plan:
    return plan(
        package("A", 5, market="IT", line="L3"),
        package("B", 3, market="IT", cost_eur=100),
        package("C", 4, market="IN"),
        links=links("A>B"),
        deadlines=(deadline("B", 20), deadline("C", 30)),
        resources=(people("it", 1),),
        placement=Placement.LATE,
    )


def try_out(*texts: str, on: Plan | None = None):
    before = on or base()
    after = apply(before, map(parse, texts))
    return compare(snapshot(schedule(before, MONDAY)), snapshot(schedule(after, MONDAY)))


def test_a_date_that_moves_moves_the_plan() -> None:
    found = try_out("date:B=2026-12-29")

    assert {each.code: (each.kind, each.days) for each in found.shifts} == {
        "A": (ShiftKind.LATER, 10),
        "B": (ShiftKind.LATER, 10),
    }
    assert [(each.code, each.days) for each in found.dates] == [("B", 10), ("C", 0)]


def test_a_date_that_comes_too_near_is_worse_and_the_other_is_not() -> None:
    found = try_out("date:B=2026-12-05")

    assert [(each.code, each.is_worse) for each in found.dates] == [("B", True), ("C", False)]
    assert not any(each.is_better for each in found.dates)


def test_work_that_takes_longer_begins_earlier_while_there_is_time() -> None:
    found = try_out("longer:B=4")
    shift = next(each for each in found.shifts if each.code == "A")

    assert (shift.kind, shift.days) == (ShiftKind.EARLIER, -4)
    assert not any(each.is_worse for each in found.dates)
    assert any(each.is_worse for each in try_out("longer:B=20").dates)


def test_a_line_that_comes_late_holds_up_what_is_done_on_it() -> None:
    found = try_out("line:L3=2026-12-15")

    assert {each.code for each in found.shifts} == {"A", "B"}
    assert next(each for each in found.dates if each.code == "B").is_worse


def test_a_market_left_out_takes_its_work_and_date_along() -> None:
    found = try_out("without:IN")

    assert [(each.code, each.kind) for each in found.shifts] == [("C", ShiftKind.REMOVED)]
    assert [(each.code, each.after is None) for each in found.dates] == [("B", False), ("C", True)]


def test_changes_are_applied_one_after_the_other() -> None:
    made = apply(base(), map(parse, ("longer:A=1", "longer:A=1", "people:it=2.5")))

    assert made.by_code["A"].duration_days == 7
    assert made.resources[0].capacity == 2.5


def test_a_package_is_never_made_shorter_than_a_day() -> None:
    assert apply(base(), [parse("longer:B=-9")]).by_code["B"].duration_days == 1
    milestone = plan(package("M", 0))
    assert apply(milestone, [parse("longer:M=-3")]).by_code["M"].is_milestone


TOLD = [
    ("date:IT=2027-05-01", "The date IT moves to 2027-05-01"),
    ("longer:A=-3", "A takes 3 working days shorter"),
    ("later:A=2027-01-15", "A begins no earlier than 2027-01-15"),
    ("line:L3=2027-03-01", "Nothing is done on line L3 before 2027-03-01"),
    ("people:it=3", "There are 3 people of it"),
    ("without:IN", "The market IN is left out"),
]


@pytest.mark.parametrize(("text", "told"), TOLD)
def test_a_change_is_told_in_words_and_written_as_it_was_read(text: str, told: str) -> None:
    change = parse(text)

    assert change.told == told
    assert change.text == text


@pytest.mark.parametrize(
    "text",
    ["", "date", "date:IT", "date:IT=soon", "longer:A=many", "longer:=3", "people:it=-1",
     "without:", "without:IN=3", "paint:A=blue", "later:A=2027-02-30", "people:it=1.2.3"],
)  # fmt: skip
def test_what_is_no_change_is_refused_with_the_kinds_there_are(text: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        parse(text)

    (finding,) = refusal.value.findings
    assert finding.code == "PLN-004"
    assert "date:DATE=DAY" in finding.message


@pytest.mark.parametrize(
    "text", ["date:X=2027-01-01", "longer:X=1", "line:L9=2027-01-01", "people:x=1", "without:FR"]
)
def test_a_change_of_something_that_is_not_there_is_refused(text: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        apply(base(), [parse(text)])

    assert [each.code for each in refusal.value.findings] == ["PLN-002"]


def test_a_comparison_adds_up_effort_cost_and_length() -> None:
    before = base()
    after = replace(
        before,
        packages=(
            *before.packages,
            package("D", 60, effort_days=9, cost_eur=5000, role="it"),
        ),
    )
    found = compare(snapshot(schedule(before, MONDAY)), snapshot(schedule(after, MONDAY)))

    assert (found.effort_days, found.cost_eur) == (9, 5000)
    assert found.finish_days == 30
    assert [(each.code, each.kind) for each in found.shifts] == [("D", ShiftKind.ADDED)]


def test_another_cost_on_the_same_days_is_a_change_too() -> None:
    before = base()
    after = replace(
        before,
        packages=tuple(
            replace(each, cost_eur=900) if each.code == "B" else each for each in before.packages
        ),
    )
    found = compare(snapshot(schedule(before, MONDAY)), snapshot(schedule(after, MONDAY)))

    assert [(each.code, each.kind) for each in found.shifts] == [("B", ShiftKind.CHANGED)]
    assert found.cost_eur == 800


def test_a_snapshot_keeps_the_days_people_see() -> None:
    kept = snapshot(schedule(base(), MONDAY))

    assert kept.packages["B"].finish_on == MONDAY + timedelta(days=19)
    assert kept.dates["B"].due_on == date(2026, 12, 19)


def test_a_date_that_is_missed_by_less_is_told() -> None:
    before = plan(
        package("A", 20), package("B", 0), links=links("A>B"), deadlines=(deadline("B", 5),)
    )
    after = replace(
        before, packages=(replace(before.by_code["A"], duration_days=12), *before.packages[1:])
    )
    compared = compare(snapshot(schedule(before, MONDAY)), snapshot(schedule(after, MONDAY)))

    assert [each.is_nearer for each in compared.dates] == [True]
    assert "B is missed by 8 days less." in effect(compared)
    assert not any(each.is_nearer for each in compare(compared.after, compared.before).dates)
