"""Schedules against textbook cases, and what must hold of every one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.base.errors import RefusedError
from packtrail.planning.calendars import ELAPSED, STANDARD, Calendar, Window, WorkingDays
from packtrail.planning.schedules import Cause, Outcome, Schedule
from packtrail.planning.scheduling import schedule
from packtrail.planning.work import Link, LinkKind, Placement, Plan, WorkPackage

from .making import MONDAY, deadline, links, of_each, package, plan

RELIABLE_DAYS = of_each("A2 B4 C10 D6 E4 F5 G7 H9 I7 J8 K4 L5 M2 N6")
RELIABLE_LINKS = "A>B B>C C>D C>E E>F D>G E>H G>H C>I F>J I>J J>K J>L H>M K>N L>N"
"""Hillier and Lieberman, Introduction to Operations Research: the Reliable Construction Co."""


def reliable(**more: object) -> Plan:
    packages = [package(code, days) for code, days in RELIABLE_DAYS.items()]
    return plan(
        *packages,
        package("end", 0),
        links=links(*RELIABLE_LINKS.split(), "M>end", "N>end"),
        deadlines=(deadline("end", 44),),
        **more,
    )


def test_the_textbook_project_takes_44_weeks_along_its_critical_path() -> None:
    made = schedule(reliable(), MONDAY)
    (outlook,) = made.outlooks

    assert made.slots["end"].until - MONDAY.toordinal() == 44
    assert outlook.path == (*"ABCEFJLN", "end")
    assert outlook.outcome is Outcome.ON_TRACK
    assert outlook.slack_days == 0


def test_the_textbook_project_has_the_slack_of_the_textbook() -> None:
    slots = schedule(reliable(), MONDAY).slots
    slack = {code: slots[code].float_days for code in RELIABLE_DAYS}

    assert slack == of_each("A0 B0 C0 D4 E0 F0 G4 H4 I2 J0 K1 L0 M4 N0")


def test_back_scheduling_puts_work_as_late_as_the_date_allows() -> None:
    slots = schedule(reliable(placement=Placement.LATE), MONDAY).slots
    starts = {code: slots[code].start - MONDAY.toordinal() for code in RELIABLE_DAYS}

    assert starts == of_each("A0 B2 C6 D20 E16 F20 G26 H33 I18 J25 K34 L33 M42 N38")


LINKED = [
    (LinkKind.FINISH_START, 0, 3, 5),
    (LinkKind.FINISH_START, 2, 5, 7),
    (LinkKind.FINISH_START, -1, 2, 4),
    (LinkKind.START_START, 0, 0, 2),
    (LinkKind.START_START, 4, 4, 6),
    (LinkKind.FINISH_FINISH, 0, 1, 3),
    (LinkKind.FINISH_FINISH, 3, 4, 6),
    (LinkKind.START_FINISH, 6, 4, 6),
    (LinkKind.START_FINISH, 0, 0, 2),
]


@pytest.mark.parametrize(("kind", "lag_days", "start", "until"), LINKED)
def test_a_link_holds_its_successor_as_its_kind_says(
    kind: LinkKind, lag_days: int, start: int, until: int
) -> None:
    link = Link(predecessor="A", successor="B", kind=kind, lag_days=lag_days)
    slot = schedule(plan(package("A", 3), package("B", 2), links=(link,)), MONDAY).slots["B"]

    assert (slot.start - MONDAY.toordinal(), slot.until - MONDAY.toordinal()) == (start, until)


def test_a_lag_of_elapsed_days_counts_the_weekend() -> None:
    work = [package("A", 5, calendar="standard"), package("B", 1, calendar="standard")]
    link = Link(predecessor="A", successor="B", lag_days=2, is_elapsed=True)
    working = replace(link, is_elapsed=False)

    assert schedule(plan(*work, links=(link,)), MONDAY).slots["B"].start_on == date(2026, 12, 7)
    assert schedule(plan(*work, links=(working,)), MONDAY).slots["B"].start_on == date(2026, 12, 9)


def test_work_waits_for_its_campaign() -> None:
    campaign = Calendar(
        code="campaign", name="c", windows=(Window(date(2027, 1, 11), date(2027, 1, 15)),)
    )
    made = schedule(
        plan(package("A", 3), package("B", 2, calendar="campaign"), links=links("A>B"),
             calendars=(campaign,)),
        MONDAY,
    )  # fmt: skip

    assert made.slots["B"].start_on == date(2027, 1, 11)
    assert made.findings == ()


def test_work_in_a_late_window_is_as_late_as_its_date() -> None:
    stops = Calendar(
        code="stops", name="s",
        windows=(Window(date(2026, 11, 23), date(2026, 11, 27)),
                 Window(date(2027, 1, 11), date(2027, 1, 15))),
    )  # fmt: skip
    made = schedule(
        plan(package("A", 4, calendar="stops"), package("B", 0, calendar="standard"),
             links=links("A>B"), calendars=(stops,), deadlines=(deadline("B", 15),)),
        MONDAY,
    )  # fmt: skip

    (outlook,) = made.outlooks
    assert outlook.slack_days == -23
    assert made.slots["A"].float_days == -34  # Not the four days on which the line stands still.


TWO_WINDOWS = Calendar(
    code="windows", name="w",
    windows=(Window(date(2027, 1, 4), date(2027, 1, 8)),
             Window(date(2027, 2, 1), date(2027, 2, 12))),
)  # fmt: skip


def test_work_that_must_not_end_sooner_is_not_spread_over_two_windows() -> None:
    link = Link(predecessor="A", successor="B", kind=LinkKind.FINISH_FINISH)
    work = [
        package("A", 20, calendar="standard", not_before=date(2027, 1, 4)),
        package("B", 4, calendar="windows"),
    ]
    slot = schedule(plan(*work, links=(link,), calendars=(TWO_WINDOWS,)), MONDAY).slots["B"]

    assert (slot.start_on, slot.finish_on) == (date(2027, 2, 1), date(2027, 2, 4))


def test_work_before_a_date_is_not_put_where_it_reaches_into_the_next_window() -> None:
    link = Link(predecessor="A", successor="B", kind=LinkKind.START_START)
    work = [package("A", 3, calendar="windows"), package("B", 4, calendar="standard")]
    made = plan(
        *work, links=(link,), calendars=(TWO_WINDOWS,), placement=Placement.LATE,
        deadlines=(replace(deadline("B", 1), due_on=date(2027, 1, 13)),),
    )  # fmt: skip
    result = schedule(made, MONDAY)

    # B may begin on the 8th; three days of one window begin on the 6th at the latest.
    assert result.slots["A"].start_on == date(2027, 1, 6)
    assert result.slots["A"].late_finish_on == date(2027, 1, 8)
    assert result.outlooks[0].is_made


@pytest.mark.parametrize("days", [0, 2])
def test_a_milestone_that_is_done_holds_what_waits_for_its_start_as_one_to_come(days: int) -> None:
    friday = date(2026, 12, 4)
    link = Link(predecessor="M", successor="B", kind=LinkKind.START_START, lag_days=5)
    work = package("B", days, calendar="standard")
    to_come = package("M", 0, calendar="standard", not_before=friday)

    def begins_on(milestone: WorkPackage) -> date:
        return schedule(plan(milestone, work, links=(link,)), friday).slots["B"].start_on

    assert begins_on(replace(to_come, finished_on=friday)) == begins_on(to_come)


def test_a_campaign_that_is_over_is_a_finding_and_no_crash() -> None:
    campaign = Calendar(
        code="gone", name="c", windows=(Window(date(2026, 1, 5), date(2026, 1, 9)),)
    )
    made = schedule(
        plan(
            package("A", 2, calendar="gone"), calendars=(campaign,), deadlines=(deadline("A", 9),)
        ),
        MONDAY,
    )

    assert [each.code for each in made.findings] == ["PLN-005"]
    assert "'gone'" in made.findings[0].message


def test_a_buffer_moves_work_ahead_of_its_date() -> None:
    late = plan(
        package("A", 3), deadlines=(deadline("A", 20, buffer_days=5),), placement=Placement.LATE
    )
    (outlook,) = schedule(late, MONDAY).outlooks

    assert outlook.finish_on == MONDAY + timedelta(days=14)
    assert (outlook.slack_days, outlook.buffer_left_days) == (5, 5)
    assert outlook.outcome is Outcome.ON_TRACK


def test_what_eats_into_the_buffer_is_at_risk_and_what_exceeds_it_is_late() -> None:
    def outcome(days: int) -> tuple[Outcome, int]:
        made = plan(package("A", days), deadlines=(deadline("A", 20, buffer_days=5),))
        (outlook,) = schedule(made, MONDAY).outlooks
        return outlook.outcome, outlook.slack_days

    assert outcome(15) == (Outcome.ON_TRACK, 5)
    assert outcome(16) == (Outcome.AT_RISK, 4)
    assert outcome(20) == (Outcome.AT_RISK, 0)
    assert outcome(23) == (Outcome.LATE, -3)


def test_a_late_date_is_told_with_both_days_and_how_late() -> None:
    made = plan(package("A", 23), deadlines=(deadline("A", 20, title="Italy"),))
    (finding,) = schedule(made, MONDAY).findings

    assert finding.code == "PLN-006"
    assert finding.message == (
        "Italy: due on 2026-12-19, planned for 2026-12-22, 3 working days late."
    )


def test_a_milestone_after_work_lies_on_the_last_day_of_the_work() -> None:
    work = [package("A", 5, calendar="standard"), package("M", 0)]
    slot = schedule(plan(*work, links=links("A>M")), MONDAY).slots["M"]

    assert slot.start_on == slot.finish_on == date(2026, 12, 4)


def test_work_that_has_begun_goes_on_from_today_with_what_is_left() -> None:
    begun = package("A", 10, started_on=MONDAY - timedelta(days=30), done_percent=40)
    slot = schedule(plan(begun, package("B", 1), links=links("A>B")), MONDAY).slots

    assert slot["A"].start_on == MONDAY - timedelta(days=30)
    assert slot["A"].until - MONDAY.toordinal() == 6
    assert slot["B"].start - MONDAY.toordinal() == 6
    assert slot["A"].driver.cause is Cause.PROGRESS


def test_work_that_is_done_lies_where_it_was_done() -> None:
    done = package("A", 10, started_on=date(2026, 11, 2), finished_on=date(2026, 11, 20))
    made = plan(done, package("B", 2), links=links("A>B"), deadlines=(replace(deadline("A", 1)),))
    result = schedule(made, MONDAY)

    assert result.slots["A"].finish_on == date(2026, 11, 20)
    assert result.slots["B"].start_on == MONDAY
    assert result.outlooks[0].outcome is Outcome.DONE


def test_a_date_that_has_passed_undone_is_missed() -> None:
    made = plan(package("A", 1), deadlines=(deadline("A", 0),))

    assert schedule(made, MONDAY).outlooks[0].outcome is Outcome.MISSED


def test_packages_in_a_circle_are_refused_with_the_circle() -> None:
    circle = plan(*(package(code, 1) for code in "ABCD"), links=links("A>B", "B>C", "C>D", "D>B"))
    with pytest.raises(RefusedError) as refusal:
        schedule(circle, MONDAY)

    (finding,) = refusal.value.findings
    assert finding.code == "PLN-001"
    assert set(finding.message.split(": ")[1].rstrip(".").split(" → ")) == set("BCD")


WRONG = [
    (plan(package("A", -1)), "PLN-004", "packages/A/duration_days"),
    (plan(package("A", 1, done_percent=101)), "PLN-004", "packages/A/done_percent"),
    (plan(package("A", 0, effort_days=2)), "PLN-004", "packages/A/effort_days"),
    (plan(package("A", 1, title=" ")), "PLN-004", "packages/A/title"),
    (plan(package("a b", 1)), "PLN-004", "packages/a b/code"),
    (plan(package("A", 1, not_before=date(1066, 10, 14))), "PLN-004", "packages/A/not_before"),
    (plan(package("A", 1, calendar="moon")), "PLN-002", "packages/A/calendar"),
    (plan(package("A", 1, role="nobody")), "PLN-002", "packages/A/role"),
    (plan(package("A", 1), links=links("A>B")), "PLN-002", "links/A/B"),
    (plan(package("A", 1), deadlines=(deadline("B", 9),)), "PLN-002", "deadlines/B"),
    (plan(package("A", 1), package("A", 2)), "PLN-003", "packages/A"),
    (
        plan(package("A", 1), package("B", 1), links=links("A>B", "A>B")),
        "PLN-003",
        "links/A/B",
    ),
    (
        plan(package("A", 1, started_on=date(2026, 11, 3), finished_on=date(2026, 11, 2))),
        "PLN-004",
        "packages/A/finished_on",
    ),
]


@pytest.mark.parametrize(("wrong", "code", "at"), WRONG)
def test_a_plan_that_cannot_be_scheduled_is_refused_with_the_place(
    wrong: Plan, code: str, at: str
) -> None:
    with pytest.raises(RefusedError) as refusal:
        schedule(wrong, MONDAY)

    assert [(each.code, each.at) for each in refusal.value.findings] == [(code, at)]


# --- what holds of every schedule -----------------------------------------------------------------

SITE = Calendar(code="site", name="site", weekdays=(0, 1, 2, 3, 4))
FOUR_DAYS = Calendar(code="four", name="four", weekdays=(0, 1, 2, 3))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(2, 9))
    packages = [
        WorkPackage(
            code=f"P{at}",
            title=f"P{at}",
            duration_days=draw(st.integers(0, 12)),
            calendar=draw(st.sampled_from(["standard", "elapsed", "site", "four"])),
        )
        for at in range(count)
    ]
    pairs = draw(
        st.sets(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
                lambda pair: pair[0] < pair[1]
            ),
            max_size=2 * count,
        )
    )
    made = tuple(
        Link(
            predecessor=f"P{before}",
            successor=f"P{after}",
            kind=draw(st.sampled_from(LinkKind)),
            lag_days=draw(st.integers(-3, 6)),
            is_elapsed=draw(st.booleans()),
        )
        for before, after in sorted(pairs)
    )
    dated = draw(st.sets(st.integers(0, count - 1), max_size=3))
    dates = tuple(
        deadline(f"P{at}", draw(st.integers(1, 90)), buffer_days=draw(st.integers(0, 8)))
        for at in sorted(dated)
    )
    return Plan(
        packages=tuple(packages),
        links=made,
        deadlines=dates,
        calendars=(SITE, FOUR_DAYS),
        placement=draw(st.sampled_from(Placement)),
    )


@given(made=plans())
def test_every_link_of_every_schedule_is_kept(made: Plan) -> None:
    result = schedule(made, MONDAY)

    for link in made.links:
        before, after = result.slots[link.predecessor], result.slots[link.successor]
        if link.kind in {LinkKind.FINISH_START, LinkKind.START_START} and link.lag_days >= 0:
            reached = before.until if link.kind is LinkKind.FINISH_START else before.start
            assert after.start >= reached
        if link.kind is LinkKind.FINISH_FINISH and link.lag_days >= 0:
            assert after.until >= before.until
    assert all(each.start >= MONDAY.toordinal() for each in result.slots.values())
    assert all(each.until >= each.early_until for each in result.slots.values()), (
        "nothing is planned before it is possible"
    )


@given(made=plans())
def test_back_scheduling_costs_no_date_that_can_be_made(made: Plan) -> None:
    soon = schedule(replace(made, placement=Placement.SOON), MONDAY)
    late = schedule(replace(made, placement=Placement.LATE), MONDAY)

    for early, planned in zip(soon.outlooks, late.outlooks, strict=True):
        assert planned.is_made == early.is_made, planned
        assert planned.slack_days <= early.slack_days


@given(made=plans(), data=st.data())
def test_a_package_may_slip_by_its_float_and_no_further(made: Plan, data: st.DataObject) -> None:
    made = replace(made, placement=Placement.SOON)
    before = schedule(made, MONDAY)
    floating = [
        each.code
        for each in before.slots.values()
        if each.float_days and each.float_days > 0 and not made.by_code[each.code].is_milestone
    ]
    if not floating or any(not each.is_made for each in before.outlooks):
        return
    code = data.draw(st.sampled_from(floating))

    assert all(each.is_made for each in _slipped(made, before, code, 0).outlooks)
    assert not all(each.is_made for each in _slipped(made, before, code, 1).outlooks)


def _slipped(made: Plan, before: Schedule, code: str, further: int) -> Schedule:
    """Schedule a plan anew with a package that begins later by its float and some days further."""
    slot = before.slots[code]
    calendars = {each.code: each for each in (STANDARD, ELAPSED, *made.calendars)}
    worked = WorkingDays(
        calendars[made.by_code[code].calendar], date(2026, 1, 1), date(2029, 12, 31)
    )
    start = worked.earliest(worked.shift(slot.start, (slot.float_days or 0) + further), 1)
    moved = tuple(
        replace(each, not_before=date.fromordinal(start)) if each.code == code else each
        for each in made.packages
    )
    return schedule(replace(made, packages=moved), MONDAY)
