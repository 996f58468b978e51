"""Training: a competence follows from a session, and ends when its course says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from packtrail.planning.templates import Department
from packtrail.planning.training import (
    Course,
    Person,
    Session,
    Standing,
    check_course,
    check_person,
    check_session,
    competences,
    untrained,
    valid_until,
)

DAY = date(2026, 11, 30)
COURSE = Course(code="X", title="X", departments=(Department.PACKAGING,), valid_months=12)
ANN = Person(code="ann", name="Ann", department=Department.PACKAGING, site="cork")


def held(on: date, *passed: str) -> Session:
    return Session(code=f"S{on}", course="X", on=on, attended=("ann", "ben"), passed=passed)


def standing(*sessions: Session, on: date = DAY, course: Course = COURSE) -> Standing:
    (found,) = competences({"ann": ANN}, {"X": course}, sessions, on)
    return found.standing


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 11, 29), Standing.MISSING),
        (date(2026, 11, 30), Standing.VALID),
        (date(2027, 9, 30), Standing.VALID),
        (date(2027, 10, 1), Standing.NEAR),
        (date(2027, 11, 29), Standing.NEAR),
        (date(2027, 11, 30), Standing.EXPIRED),
    ],
)
def test_a_competence_begins_with_the_session_and_ends_by_the_course(
    on: date, expected: Standing
) -> None:
    assert standing(held(DAY, "ann"), on=on) is expected


def test_who_attended_and_did_not_pass_is_not_trained() -> None:
    assert standing(held(DAY, "ben")) is Standing.MISSING


def test_the_last_session_counts() -> None:
    old = held(DAY - timedelta(days=700), "ann")

    assert standing(held(DAY, "ann"), old) is Standing.VALID


@pytest.mark.parametrize(
    ("passed", "months", "until"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 1), 0, None),
    ],
)
def test_months_end_on_a_day_that_there_is(passed: date, months: int, until: date | None) -> None:
    assert valid_until(passed, months) == until


def test_nobody_elses_course_and_nobody_who_left_is_told() -> None:
    elsewhere = replace(COURSE, sites=("wilson",))
    gone = replace(ANN, until=DAY)

    assert competences({"ann": ANN}, {"X": elsewhere}, (), DAY) == ()
    assert competences({"ann": gone}, {"X": COURSE}, (), DAY) == ()


def test_only_required_courses_hold_somebody_back() -> None:
    people = {"ann": ANN}
    found = untrained(people, {"X": COURSE}, (), "ann", DAY)

    assert [each.course.code for each in found] == ["X"]
    assert untrained(people, {"X": replace(COURSE, is_required=False)}, (), "ann", DAY) == ()
    assert untrained(people, {"X": COURSE}, (held(DAY, "ann"),), "ann", DAY) == ()
    assert untrained(people, {"X": COURSE}, (), "stranger", DAY) == ()


def test_what_cannot_be_is_refused() -> None:
    passed_only = Session(code="S", course="X", on=DAY, passed=("ann",))

    assert [each.at for each in check_session(passed_only, "s")] == ["s/passed"]
    assert [e.at for e in check_course(replace(COURSE, valid_months=-1), "c")] == ["c/valid_months"]
    assert [each.at for each in check_person(replace(ANN, mail="no mail"), "p")] == ["p/mail"]
