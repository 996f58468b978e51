"""Inputs: nothing is closed without an answer, and how long answers take is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from packtrail.planning.book import Book
from packtrail.planning.inputs import (
    Input,
    InputKind,
    InputState,
    Resolution,
    ageing,
    check_input,
    due_of,
    next_code,
)
from packtrail.planning.requirements import (
    AcceptanceTest,
    OutcomeOfTest,
    Proof,
    Requirement,
    RequirementState,
    check_references,
    check_requirement,
    check_test,
    trace,
    trace_of,
)
from packtrail.planning.templates import Department
from packtrail.planning.work import WorkPackage

DAY = date(2026, 11, 30)
CLOSED = Input(
    code="IN-1", kind=InputKind.CONCERN, title="Too many packs are scrapped", raised_by="Ann",
    raised_on=DAY - timedelta(days=10), state=InputState.CLOSED, owner="Ben", due_on=DAY,
    resolution=Resolution.ACCEPTED, reason="It costs", decided_by="Cleo", decided_on=DAY,
    answer="Fixed with the new formats", answered_by="Ben", answered_on=DAY,
    department=Department.PACKAGING,
)  # fmt: skip


def codes_of(told: Input) -> list[tuple[str, str]]:
    return [(each.code, each.at.rpartition("/")[2]) for each in check_input(told, "at")]


def test_an_input_with_its_decision_and_answer_is_closed() -> None:
    assert codes_of(CLOSED) == []


@pytest.mark.parametrize(
    "name", ["answer", "answered_by", "answered_on", "reason", "resolution", "decided_by"]
)
def test_an_input_is_not_closed_while_something_is_not_said(name: str) -> None:
    empty = None if name in {"answered_on", "resolution"} else "  "

    assert codes_of(replace(CLOSED, **{name: empty})) == [("PLN-023", name)]


def test_an_input_is_not_decided_without_a_reason() -> None:
    decided = replace(CLOSED, state=InputState.DECIDED, answer="", answered_on=None)

    assert codes_of(decided) == []
    assert codes_of(replace(decided, reason="")) == [("PLN-023", "reason")]


def test_an_input_without_title_or_name_is_refused() -> None:
    found = codes_of(replace(CLOSED, title=" ", raised_by=" "))

    assert found == [("PLN-004", "title"), ("PLN-004", "raised_by")]


def test_codes_go_on_from_the_highest() -> None:
    assert next_code([]) == "IN-1"
    assert next_code(["IN-2", "IN-10", "OTHER-99", "IN-x"]) == "IN-11"


def test_ages_are_told_by_department_with_the_oldest_first() -> None:
    new = Input(
        code="IN-2", kind=InputKind.QUESTION, title="?", raised_by="Dan",
        raised_on=DAY - timedelta(days=30), due_on=due_of(DAY - timedelta(days=30)),
    )  # fmt: skip
    again = replace(CLOSED, code="IN-3", answered_on=DAY - timedelta(days=5))
    found = ageing([CLOSED, again, new], DAY)

    assert [each.department for each in found] == ["", "packaging"]
    assert (found[0].open, found[0].overdue, found[0].oldest_days) == (1, 1, 30)
    assert (found[1].open, found[1].answer_days) == (0, 7.5)
    assert found[0].answer_days is None


# --- traces ---------------------------------------------------------------------------------------


def book(*tests: AcceptanceTest) -> Book:
    requirement = Requirement(code="R", title="R", inputs=("IN-1",), packages=("A",))
    return Book(
        inputs={"IN-1": CLOSED},
        packages={"A": WorkPackage(code="A", title="A")},
        requirements={"R": requirement},
        tests={each.code: each for each in tests},
    )


def ran(code: str, result: OutcomeOfTest) -> AcceptanceTest:
    return AcceptanceTest(
        code=code, title=code, requirements=("R",), result=result, run_on=DAY, run_by="V",
        evidence="page 7",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("results", "proof"),
    [
        ((), Proof.NONE),
        ((OutcomeOfTest.PASSED,), Proof.PROVEN),
        ((OutcomeOfTest.PASSED, OutcomeOfTest.OPEN), Proof.OPEN),
        ((OutcomeOfTest.PASSED, OutcomeOfTest.FAILED), Proof.FAILED),
    ],
)
def test_a_requirement_is_proven_when_all_its_tests_passed(
    results: tuple[OutcomeOfTest, ...], proof: Proof
) -> None:
    made = book(*(ran(f"T{number}", each) for number, each in enumerate(results)))

    (traced,) = trace(made)
    assert traced.proof is proof
    assert [each.code for each in traced.inputs] == ["IN-1"]
    assert [each.code for each in traced.packages] == ["A"]


def test_an_input_is_followed_to_its_tests_and_no_further() -> None:
    made = book(ran("T", OutcomeOfTest.PASSED))

    assert [test.code for each in trace_of(made, CLOSED) for test in each.tests] == ["T"]
    assert trace_of(made, replace(CLOSED, code="IN-9")) == ()


def test_a_test_that_was_run_names_who_when_and_the_evidence() -> None:
    bare = AcceptanceTest(code="T", title="T", result=OutcomeOfTest.PASSED)

    names = [each.at for each in check_test(bare, "t")]
    assert names == ["t/run_on", "t/run_by", "t/evidence"]
    assert list(check_test(ran("T", OutcomeOfTest.FAILED), "t")) == []


def test_an_approved_requirement_says_when_it_is_met() -> None:
    bare = Requirement(code="R", title="R", state=RequirementState.APPROVED)

    assert [each.code for each in check_requirement(bare, "r")] == ["PLN-004"]


def test_what_is_named_must_be_there() -> None:
    made = replace(book(ran("T", OutcomeOfTest.PASSED)), inputs={})

    (found,) = check_references(made)
    assert (found.code, found.at) == ("PLN-002", "requirements/R/inputs")
