"""Digests: what changed for you, what is due, what we need from you; by the RACI, not by taste."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.unit.planning.making import MONDAY, package, plan

from packtrail.planning.book import Book
from packtrail.planning.communication import (
    Briefing,
    Change,
    Digest,
    Notice,
    Receipt,
    check_briefing,
    check_notice,
    digest,
    readers,
)
from packtrail.planning.inputs import Input, InputKind, InputState
from packtrail.planning.registers import Entry, EntryKind
from packtrail.planning.scheduling import schedule
from packtrail.planning.templates import LARGE, SMALL, Department
from packtrail.planning.training import Course, Person
from packtrail.planning.work import WorkKind

ANN = Person(code="ann", name="Ann", department=Department.VALIDATION)
PLAN = plan(package("A", 3, kind=WorkKind.VALIDATION), package("B", 3, kind=WorkKind.TRAINING))
BOOK = Book(people={"ann": ANN})


def told(book: Book, department: Department = Department.VALIDATION, *changes: Change) -> Digest:
    return digest(book, schedule(PLAN, MONDAY), LARGE, department, changes)


def test_work_is_due_for_those_who_do_it_or_answer_for_it() -> None:
    assert [each.code for each in told(BOOK).due] == ["A"]
    assert [each.code for each in told(BOOK, Department.QUALITY).due] == ["A", "B"]
    assert told(BOOK, Department.FINANCE).due == ()


def test_a_change_is_for_all_who_have_to_do_with_that_work() -> None:
    change = Change(kind="package", code="A", title="A", told="longer",
                    departments=frozenset(LARGE.raci[WorkKind.VALIDATION]))  # fmt: skip
    date = Change(kind="deadline", code="IT", title="Italy", told="moved")

    assert [each.code for each in told(BOOK, Department.IT, change, date).changed] == ["A", "IT"]
    assert [each.code for each in told(BOOK, Department.FINANCE, change, date).changed] == ["IT"]


def test_decisions_and_answers_are_needed_of_those_who_own_them() -> None:
    entry = Entry(code="D1", kind=EntryKind.DECISION, title="Which?", state="wanted", owner="ann")
    asked = Input(
        code="IN-1", kind=InputKind.QUESTION, title="Why?", raised_by="Ben", raised_on=MONDAY,
        state=InputState.TRIAGED, owner="ann", due_on=MONDAY - timedelta(days=1),
    )  # fmt: skip
    book = replace(BOOK, register={"D1": entry}, inputs={"IN-1": asked})

    assert [(each.kind, each.text) for each in told(book).needed] == [
        ("register", "Decide: Which?"), ("input", "Answer: Why?")
    ]  # fmt: skip
    assert [each.more for each in told(book).needed] == [
        "no day is set", "due 29 Nov 2026, overdue"
    ]  # fmt: skip
    undated = replace(book, inputs={"IN-1": replace(asked, due_on=None)})
    assert told(undated).needed[1].more == "no day is set"
    assert told(book, Department.QUALITY).needed == ()


def test_a_new_input_is_triaged_by_whoever_leads() -> None:
    asked = Input(
        code="IN-1", kind=InputKind.QUESTION, title="Why?", raised_by="Ben", raised_on=MONDAY
    )
    book = replace(BOOK, inputs={"IN-1": asked})
    small = digest(book, schedule(PLAN, MONDAY), SMALL, Department.IT, ())

    assert [each.code for each in told(book, Department.MANAGEMENT).needed] == ["IN-1"]
    assert told(book, Department.IT).needed == ()
    assert [each.code for each in small.needed] == ["IN-1"]


def read(*people: str) -> tuple[Receipt, ...]:
    at = datetime(2026, 11, 30, tzinfo=UTC)
    return tuple(Receipt(by=f"as {each} was called", person=each, at=at) for each in people)


def test_a_notice_is_needed_until_everybody_of_the_department_read_it() -> None:
    notice = Notice(code="N", title="Stop", text="May", published_on=MONDAY)
    ben = Person(code="ben", name="Ben", department=Department.VALIDATION)
    gone = Person(code="gone", name="Gone", department=Department.VALIDATION, until=MONDAY)
    both = replace(BOOK, people={"ann": ANN, "ben": ben, "gone": gone})

    def needed(notice: Notice) -> list[str]:
        return [each.more for each in told(replace(both, notices={"N": notice})).needed]

    since = "since 30 Nov 2026; "
    assert needed(notice) == [since + "0 of 2 have read it, not Ann, Ben"]
    assert needed(replace(notice, receipts=read("ann"))) == [since + "1 of 2 have read it, not Ben"]
    assert needed(replace(notice, receipts=read("ann", "ben"))) == []
    assert needed(replace(notice, published_on=None)) == []
    assert needed(replace(notice, departments=(Department.IT,))) == []


def test_a_department_of_which_nobody_is_named_is_told_so() -> None:
    notice = Notice(code="N", title="Stop", text="May", published_on=MONDAY)
    book = replace(BOOK, notices={"N": notice})

    assert [e.more for e in told(book, Department.FINANCE).needed] == [
        "since 30 Nov 2026; nobody is named"
    ]


def test_a_new_name_and_two_of_one_name_change_nothing() -> None:
    notice = Notice(
        code="N", title="Stop", text="May", published_on=MONDAY, receipts=read("ann", "ben.account")
    )
    wed = replace(ANN, name="Ben")
    ben = Person(code="ben", name="Ben", department=Department.VALIDATION, account="ben.account")
    third = Person(code="ben3", name="Ben", department=Department.VALIDATION)

    found = readers(notice, {"ann": wed, "ben": ben, "ben3": third}, MONDAY)

    assert [each.code for each, _ in found.read] == ["ann", "ben"]
    assert [each.code for each in found.missing] == ["ben3"]
    assert (found.told, found.others) == ("2 of 3", ())


def test_who_need_not_know_it_and_who_left_are_told_apart() -> None:
    notice = Notice(
        code="N", title="Stop", departments=(Department.VALIDATION,),
        receipts=read("ann", "cat", "gone"),
    )  # fmt: skip
    cat = Person(code="cat", name="Cat", department=Department.IT)
    gone = Person(code="gone", name="Gone", department=Department.VALIDATION, until=MONDAY)

    found = readers(notice, {"ann": ANN, "cat": cat, "gone": gone}, MONDAY)

    assert [each.code for each, _ in found.read] == ["ann"]
    assert [each.person for each in found.others] == ["cat", "gone"]


def test_whoever_must_be_trained_is_named() -> None:
    course = Course(code="X", title="Exceptions", departments=(Department.VALIDATION,))
    book = replace(BOOK, courses={"X": course})

    assert [each.text for each in told(book).needed] == ["Train: Ann, Exceptions"]


def test_a_department_without_anything_is_told_nothing() -> None:
    assert told(BOOK, Department.FINANCE).is_empty


def test_what_cannot_be_is_refused() -> None:
    bad = Briefing(code="B", title="B", departments=(), every_weeks=99)
    empty = Notice(code="N", title="N", published_on=MONDAY)

    assert [e.at for e in check_briefing(bad, "b")] == ["b/departments", "b/every_weeks"]
    assert [each.at for each in check_notice(empty, "n")] == ["n/text"]
