"""What the real rule packs make necessary, and that it is found again when a day moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from packtrail.compliance import Catalogue
from packtrail.planning.needs import BY_CHECK, needs_in_force, needs_of
from packtrail.planning.scope import Capability, Need
from packtrail.planning.work import Certainty
from packtrail.services import rule_packs

C = Capability
FIRST, LAST = date(2026, 11, 28), date(2031, 12, 31)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.of(rule_packs.built_in())


def found(catalogue: Catalogue, *markets: str, known: tuple[Need, ...] = ()) -> dict[str, Need]:
    needs = needs_of(catalogue, markets, first=FIRST, last=LAST, known=known)
    return {each.code: each for each in needs}


def test_italy_needs_serial_numbers_and_all_that_is_asked_of_serialised_packs(
    catalogue: Catalogue,
) -> None:
    italy = found(catalogue, "IT")["IT"]

    assert italy.due_on == date(2027, 2, 8)
    assert italy.certainty is Certainty.KNOWN
    assert {C.SERIALS, C.TAMPER_EVIDENCE, C.REPORTING, C.NATIONAL_NUMBER} == italy.capabilities


def test_a_rule_that_begins_with_its_date_leaves_until_the_day_before(
    catalogue: Catalogue,
) -> None:
    assert found(catalogue, "UA")["UA"].due_on == date(2027, 12, 31)


def test_a_date_that_is_disputed_or_expected_says_so(catalogue: Catalogue) -> None:
    needs = found(catalogue, "IN", "MY")

    assert needs["IN-1"].certainty is Certainty.DISPUTED
    assert needs["MY"].certainty is Certainty.EXPECTED
    assert {"vaccine", "anticancer"} <= needs["IN-1"].groups


def test_a_market_with_several_dates_has_a_need_for_each(catalogue: Catalogue) -> None:
    needs = found(catalogue, "ZA")

    assert [needs[code].due_on.year for code in sorted(needs)] == [2027, 2029, 2029, 2030, 2031]
    assert needs["ZA-1"].capabilities == {C.PRODUCT_CODE}
    assert needs["ZA-1"].origins == {"imported"}


def test_what_begins_for_one_after_another_is_told_apart(catalogue: Catalogue) -> None:
    needs = found(catalogue, *catalogue.markets)
    titles = [(each.market, each.title) for each in needs.values()]

    assert needs["IN-2"].title.startswith("India, antimicrobial manufacturers: QR/bar code on")
    assert needs["ZA-1"].title == "South Africa, importers: GTIN+EXP+LOT"
    assert [each for each in titles if titles.count(each) > 1] == []


def test_every_need_says_where_it_comes_from(catalogue: Catalogue) -> None:
    needs = found(catalogue, *catalogue.markets).values()

    assert len(needs) > 10
    assert all(each.source.startswith("https://") and each.clause for each in needs)


def test_a_need_keeps_its_code_and_its_answer_when_its_day_moves(catalogue: Catalogue) -> None:
    before = found(catalogue, "ZA")
    moved = tuple(
        replace(each, due_on=date(2025, 1, 1), code=f"OLD-{each.code}", is_in=False)
        for each in before.values()
    )
    after = found(catalogue, "ZA", known=moved)

    assert {code: each.due_on for code, each in after.items()} == {
        f"OLD-{code}": each.due_on for code, each in before.items()
    }
    assert not any(each.is_in for each in after.values())


def test_a_new_need_takes_no_code_that_is_taken(catalogue: Catalogue) -> None:
    own = Need(
        code="IT", market="IT", title="Ours", capabilities=frozenset(), due_on=date(2027, 1, 1)
    )

    assert set(found(catalogue, "IT", known=(own,))) == {"IT-1"}


def test_every_check_that_makes_work_necessary_is_a_check_there_is(catalogue: Catalogue) -> None:
    checks = {rule.check for pack in catalogue.packs.values() for rule in pack.rules.values()}

    assert set(BY_CHECK) <= checks


# --- rules that hold already ----------------------------------------------------------------------


def in_force(catalogue: Catalogue, *markets: str, on: date = FIRST) -> tuple[Need, ...]:
    return needs_in_force(catalogue, markets, on=on)


def test_what_holds_in_germany_is_a_need_since_february_2019(catalogue: Catalogue) -> None:
    found_ = in_force(catalogue, "DE")
    serial = [each for each in found_ if C.SERIALS in each.capabilities]

    assert {each.due_on for each in serial} == {date(2019, 2, 8)}
    assert {each.market for each in found_} == {"DE"}
    assert all(each.source.startswith("https://") and each.clause for each in found_)


def test_rules_that_have_not_begun_or_have_ended_are_not_in_force(catalogue: Catalogue) -> None:
    assert in_force(catalogue, "DE", on=date(1990, 1, 1)) == ()
    assert all(each.due_on < FIRST for each in in_force(catalogue, *catalogue.markets))


def test_a_date_that_has_passed_is_in_force_the_day_after(catalogue: Catalogue) -> None:
    due_on = found(catalogue, "UA")["UA"].due_on
    before, after = (
        {each.due_on for each in in_force(catalogue, "UA", on=day)}
        for day in (due_on, due_on + timedelta(days=1))
    )

    assert due_on not in before
    assert due_on in after


def test_needs_in_force_have_codes_of_their_own(catalogue: Catalogue) -> None:
    codes = [each.code for each in in_force(catalogue, *catalogue.markets)]

    assert len(codes) == len(set(codes)) > 20
    assert not set(codes) & set(found(catalogue, *catalogue.markets))
