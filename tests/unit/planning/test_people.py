"""People are told apart by one code: names are only shown."""

from __future__ import annotations

from dataclasses import replace

from packtrail.planning.book import Book
from packtrail.planning.people import (
    called,
    check_people,
    code_of_account,
    keyed,
    of_account,
    with_codes,
    written,
)
from packtrail.planning.registers import Entry, EntryKind
from packtrail.planning.requirements import Requirement
from packtrail.planning.templates import TEMPLATES, Department
from packtrail.planning.training import Person
from packtrail.planning.work import Resource, WorkKind, WorkPackage

ANN = Person(code="ann", name="Ann Lee", department=Department.QUALITY)
BEN = Person(code="b1", name="Ben", department=Department.IT, account="ben")
PEOPLE = {each.code: each for each in (ANN, BEN)}
TWO = PEOPLE | {"ann2": replace(ANN, code="ann2")}


def test_an_account_leads_to_the_person_it_is_of() -> None:
    assert of_account(PEOPLE, "ann") is ANN
    assert of_account(PEOPLE, "ben") is BEN
    assert of_account(PEOPLE, "b1") is None  # The code of somebody whose account is another's.
    assert of_account(PEOPLE, "") is None
    assert code_of_account(PEOPLE, "ben") == "b1"
    assert code_of_account(PEOPLE, "stranger") == "stranger"


def test_a_name_leads_to_a_code_where_only_one_has_it() -> None:
    assert keyed(PEOPLE, " Ann Lee ") == "ann"
    assert keyed(PEOPLE, "ann") == "ann"
    assert keyed(TWO, "Ann Lee") == "Ann Lee"
    assert keyed(PEOPLE, "the committee") == "the committee"


def test_what_is_written_for_people_leads_back_to_the_code() -> None:
    assert (called(PEOPLE, "ann"), written(PEOPLE, "ann")) == ("Ann Lee", "Ann Lee")
    assert (called(TWO, "ann2"), written(TWO, "ann2")) == ("Ann Lee", "ann2")
    assert called(PEOPLE, "the committee") == written(PEOPLE, "the committee") == "the committee"


def test_an_owner_is_named_by_code_and_stays_so_under_a_new_name() -> None:
    entry = Entry(code="R1", kind=EntryKind.RISK, title="Late", owner="Ann Lee")

    kept = with_codes(PEOPLE, entry)

    assert kept.owner == "ann"
    assert called(PEOPLE | {"ann": replace(ANN, name="Ann Hall")}, kept.owner) == "Ann Hall"
    assert with_codes(PEOPLE, kept) is kept
    role = Resource(code="quality", name="Quality", lead="Ann Lee")
    assert with_codes(PEOPLE, role).lead == "ann"
    asked = Requirement(code="Q", title="Has no owner")
    assert with_codes(PEOPLE, asked) is asked


def test_one_account_is_of_one_person() -> None:
    wrong = PEOPLE | {"x": replace(ANN, code="x", account="ben")}

    assert list(check_people(PEOPLE)) == []
    assert [each.code for each in check_people(wrong)] == ["PLN-003"]


def test_a_package_is_seen_to_by_its_owner_else_by_who_leads_the_role_else_by_the_role() -> None:
    led = Resource(code="quality", name="Quality", lead="ann")
    book = Book(
        people=PEOPLE, resources={"quality": led, "it": Resource(code="it", name="IT lead")}
    )
    small = TEMPLATES["small"]

    def doer(**told: object) -> str:
        return book.doer(WorkPackage(code="P", title="P", **told), small)

    assert doer(owner="b1", role="quality") == "Ben"
    assert doer(role="quality") == "Ann Lee"
    assert doer(role="it") == "IT lead"
    assert doer(role="gone") == "gone"
    assert doer(kind=WorkKind.PROCEDURE) == "Ann Lee", "of no role: who does work of its kind"
    assert Book().doer(WorkPackage(code="P", title="P"), small) == ""
