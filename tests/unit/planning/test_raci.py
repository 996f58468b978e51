"""RACI of packages: the kind of work proposes, the package may say otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.unit.planning.making import package

from packtrail.planning.departments import Department, Part
from packtrail.planning.raci import check_raci, lists_of, of_lists, own_raci, raci_of, told
from packtrail.planning.templates import LARGE, TEMPLATES
from packtrail.planning.work import WorkKind

VALIDATION = package("A", 3, kind=WorkKind.VALIDATION)


def test_the_kind_proposes_and_the_package_may_say_otherwise() -> None:
    own = replace(VALIDATION, raci={Department.IT: Part.BOTH})

    assert raci_of(VALIDATION, LARGE) == LARGE.raci[WorkKind.VALIDATION]
    assert raci_of(own, LARGE) == {Department.IT: Part.BOTH}


def test_what_is_as_proposed_is_not_kept() -> None:
    proposed = dict(LARGE.raci[WorkKind.VALIDATION])

    assert own_raci(VALIDATION, proposed, LARGE) == {}
    assert own_raci(VALIDATION, {}, LARGE) == {}
    assert own_raci(VALIDATION, {Department.IT: Part.BOTH}, LARGE) == {Department.IT: Part.BOTH}


def test_every_template_has_one_that_answers_for_every_kind_of_work() -> None:
    for template in TEMPLATES.values():
        every = [package(f"P{n}", 1, kind=kind) for n, kind in enumerate(WorkKind)]
        assert list(check_raci(every, template)) == []


def test_nobody_and_several_that_answer_are_told() -> None:
    nobody = replace(VALIDATION, raci={Department.IT: Part.RESPONSIBLE})
    several = replace(
        VALIDATION, code="B", raci={Department.IT: Part.BOTH, Department.QUALITY: Part.ACCOUNTABLE}
    )
    done = replace(nobody, finished_on=date(2026, 1, 1))

    found = list(check_raci([nobody, several, done, VALIDATION], LARGE))

    assert [(each.code, each.at) for each in found] == [
        ("PLN-046", "packages/A/raci"), ("PLN-047", "packages/B/raci")
    ]  # fmt: skip
    assert "it, quality" in found[1].message


def test_four_columns_and_back() -> None:
    for template in TEMPLATES.values():
        for raci in template.raci.values():
            lists = {
                name: [Department(each) for each in text.split(", ") if each]
                for name, text in lists_of(raci).items()
            }
            assert of_lists(lists) == dict(raci)


def test_it_is_said_in_a_line() -> None:
    assert (
        told({Department.QUALITY: Part.ACCOUNTABLE, Department.IT: Part.RESPONSIBLE})
        == "A quality, R it"
    )
    assert told({}) == "as its kind of work"
