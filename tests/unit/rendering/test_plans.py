"""Pictures of plans: well formed, complete, and told in words for whoever does not see them."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.planning.schedules import Cause, Driver, Move, Outcome, Outlook
from packtrail.planning.standing import Verdict
from packtrail.planning.work import Deadline
from packtrail.rendering import gantt, plan_charts, plan_words
from packtrail.rendering.time_axis import TimeAxis

TODAY = date(2026, 11, 28)
SVG = "{http://www.w3.org/2000/svg}"
DAYS = st.dates(date(2024, 1, 1), date(2036, 12, 31))


def row(code: str, start: date, days: int, **more: object) -> gantt.GanttRow:
    facts = {"title": code, "start": start, "finish": start + timedelta(days=days)} | more
    return gantt.GanttRow(code=code, **facts)  # type: ignore[arg-type]


@given(
    rows=st.lists(
        st.builds(
            row,
            st.uuids().map(str),
            DAYS,
            st.integers(0, 700),
            title=st.text(max_size=60),
            done=st.floats(0, 1),
            tone=st.sampled_from(["late", "risk", "running", "plan", "done"]),
            is_milestone=st.booleans(),
            is_critical=st.booleans(),
            due=st.none() | DAYS,
        ),
        max_size=6,
    )
)
def test_a_gantt_chart_is_well_formed_whatever_the_rows_say(rows: list[gantt.GanttRow]) -> None:
    links = [(before.code, after.code) for before, after in itertools.pairwise(rows)]
    drawn = ET.fromstring(gantt.draw(rows, today=TODAY, links=links))

    assert len([each for each in drawn.iter(f"{SVG}g") if "g-item" in each.get("class", "")]) == (
        len(rows)
    )
    assert all(float(each.get("width", "0")) > 0 for each in drawn.iter(f"{SVG}rect"))


def test_a_gantt_chart_says_what_it_shows_to_whoever_hears_it() -> None:
    drawn = gantt.draw([row("A", TODAY, 3, tone="late"), row("B", TODAY, 3)], today=TODAY)

    assert "2 work packages on a time axis; 1 come too late" in drawn
    assert "A A: 28 Nov 2026 to 1 Dec 2026, 0% done." in drawn


def test_the_name_of_a_group_is_no_bar() -> None:
    drawn = gantt.draw([gantt.GanttRow(code="g", title="Italy"), row("A", TODAY, 3)], today=TODAY)

    assert drawn.count("g-bar") == 1
    assert "g-group-name" in drawn


def test_a_curve_without_a_point_and_a_chart_without_a_date_can_be_drawn() -> None:
    assert ET.fromstring(plan_charts.draw_curve([], today=TODAY)).tag == f"{SVG}svg"
    assert ET.fromstring(plan_charts.draw_dates([], today=TODAY)).tag == f"{SVG}svg"


@given(first=DAYS, days=st.integers(0, 4000), width=st.floats(100, 2000))
def test_a_later_day_is_never_left_of_an_earlier_one(first: date, days: int, width: float) -> None:
    axis = TimeAxis.over(first, first + timedelta(days=days), left=10, width=width)

    assert 10 - 1e-6 <= axis.at(first) <= axis.at(first + timedelta(days=days))
    assert axis.after(first + timedelta(days=days)) <= 10 + width + 1e-6


def made(on_track: int, at_risk: int = 0, late: int = 0) -> Verdict:
    counts = Counter({Outcome.ON_TRACK: on_track, Outcome.AT_RISK: at_risk, Outcome.LATE: late})
    return Verdict(counts=counts, next=None, worst=())


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (made(0), "No date is set yet."),
        (made(1), "The date will be made, with its buffer."),
        (made(0, 1), "The date will be made, out of its buffer."),
        (made(3), "All 3 dates will be made, with their buffers."),
        (made(1, 2), "All 3 dates will be made, 2 of them out of their buffer."),
        (made(0, 0, 1), "The date will not be made as things stand."),
        (made(13, 0, 1), "1 of 14 dates will not be made as things stand."),
    ],
)
def test_a_verdict_is_one_sentence(verdict: Verdict, told: str) -> None:
    assert plan_words.verdict(verdict) == told


@pytest.mark.parametrize(
    ("outcome", "slack", "told"),
    [
        (Outcome.DONE, 3, "done on 10 Dec 2026"),
        (Outcome.DONE, -1, "done on 10 Dec 2026, 1 working day late"),
        (Outcome.LATE, -8, "8 working days late"),
        (Outcome.MISSED, -8, "was due on 1 Dec 2026"),
        (Outcome.AT_RISK, 4, "4 of 20 working days of buffer left"),
        (Outcome.ON_TRACK, 25, "25 working days to spare"),
    ],
)
def test_a_date_is_told_by_how_it_stands(outcome: Outcome, slack: int, told: str) -> None:
    deadline = Deadline(code="D", title="D", package="A", due_on=date(2026, 12, 1), buffer_days=20)
    each = Outlook(
        deadline=deadline, outcome=outcome, finish_on=date(2026, 12, 10),
        early_finish_on=date(2026, 12, 10), slack_days=slack,
        buffer_left_days=min(20, max(0, slack)), target_on=date(2026, 11, 3), path=(),
    )  # fmt: skip

    assert plan_words.outlook(each) == told


def test_a_move_names_what_was_taken_by_whom_or_which_neighbour_moved() -> None:
    taken = Move(code="B", from_on=TODAY, to_on=TODAY + timedelta(days=4), days=2,
                 resource="line:L1", taken_on=TODAY, holders=("A", "C", "D", "E"))  # fmt: skip
    ahead = Move(code="B", from_on=TODAY, to_on=TODAY, days=-1, resource="", taken_on=None,
                 holders=("A",))  # fmt: skip
    behind = replace(ahead, days=1)
    titles = {"A": "Paint", "C": "Cut", "D": "Dry"}

    assert plan_words.move(taken, titles, {}) == (
        "2 working days later: L1 is taken on 28 Nov 2026 by Paint, Cut, Dry and 1 more."
    )
    assert plan_words.move(ahead, titles, {}) == (
        "1 working day earlier: it comes before Paint, which moved."
    )
    assert plan_words.move(behind, titles, {}) == (
        "1 working day later: it waits for Paint, which moved."
    )


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("stops:c2", "in stops of c2"),
        ("campaign:c2:EG", "in campaigns of c2 for EG"),
        ("elapsed", "every day counts"),
        ("cork", "calendar cork"),
    ],
)
def test_a_calendar_is_told_by_what_is_worked_in_it(code: str, told: str) -> None:
    assert plan_words.calendar(code) == told


def test_what_decides_the_start_names_the_calendar_it_waits_for() -> None:
    cause = Driver(Cause.LINK, "A", calendar="stops:L1")

    assert plan_words.driver(cause, {"A": "Paint"}) == (
        "It waits for Paint. Then it waits for the next stop of L1."
    )
