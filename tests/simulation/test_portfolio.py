"""The demo company: its portfolio is in order, and the radar shows it what is due."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest

from packtrail.compliance import Catalogue, Portfolio, travel
from packtrail.compliance.assembling import assemble
from packtrail.compliance.book import Book
from packtrail.compliance.book_checks import around, check_entries
from packtrail.compliance.law import Law
from packtrail.compliance.obligations import Obligation, obligations, reminders
from packtrail.compliance.readiness import readiness
from packtrail.gs1 import parse
from packtrail.services import rule_packs
from packtrail.simulation import portfolio as demo
from packtrail.simulation.company_goods import MARKETS, sold

CATALOGUE = Catalogue.of(rule_packs.built_in())
BEFORE_THE_DAY, LATER = date(2026, 11, 22), date(2028, 8, 1)


@cache
def company() -> Portfolio:
    return assemble(Book.of(demo.book_entries()), demo.floor_as_seen())


def radar_on(today: date, *, days: int = 3 * 365) -> dict[str, Obligation]:
    found = obligations(
        Law(CATALOGUE), company(), (), today=today, first=today - timedelta(days=365),
        last=today + timedelta(days=days),
    )  # fmt: skip
    return {each.key: each for each in found}


def test_it_has_forty_products_in_twelve_markets_on_six_lines_and_those_of_a_packer() -> None:
    book = Book.of(demo.book_entries())

    assert len(book.products) == 40
    assert {each.market for each in book.licences.values()} == set(MARKETS)
    assert len(MARKETS) == 12
    assert {each.line for each in book.placements.values()} == {
        "w1", "w2", "w3", "c1", "c2", "c3", "corvus-cmo/ulm-5",
    }  # fmt: skip


def test_every_entry_of_its_book_is_in_order() -> None:
    book = Book.of(demo.book_entries())
    every = [each for known in book.entries.values() for each in known.values()]

    assert check_entries(book, every, around(demo.floor_as_seen(), CATALOGUE)) == ()


def test_its_trade_items_have_gtins_of_their_own() -> None:
    gtins = [each.gtin(indicator) for each in sold() for indicator in (0, 5)]

    assert len(gtins) == len(set(gtins))
    for gtin in gtins:
        parse(gtin)


def test_five_days_before_the_last_dscsa_exemption_ends_the_radar_shows_it() -> None:
    found = radar_on(BEFORE_THE_DAY)

    due = found["us_dscsa/small_dispenser_exemption_ends"]
    assert (due.on, due.days_left) == (date(2026, 11, 27), 5)
    assert due.is_certain
    assert due.standpoint == "at_risk"
    at_risk = {each.part.product for each in due.parts if each.standpoint == "at_risk"}
    assert at_risk == {"immuvera-1", "immuvera-10"}
    assert {each.broken for each in due.parts if each.standpoint == "at_risk"} == {
        ("US-DSCSA-012",)
    }
    assert due.partners == ("delta", "foxglove", "harbor-pharmacies")
    reminded = {each.key: days for each, days in reminders(found.values())}
    assert reminded[due.key] == 7


def test_the_radar_of_that_day_is_complete() -> None:
    ahead = [
        (each.on.isoformat(), each.key, each.standpoint.value)
        for each in radar_on(BEFORE_THE_DAY, days=400).values()
        if each.sort == "deadline" and each.on >= BEFORE_THE_DAY and each.concern == "own"
    ]

    assert ahead == [
        ("2026-11-27", "us_dscsa/small_dispenser_exemption_ends", "at_risk"),
        ("2026-12-31", "eg_eptts/phase_3", "at_risk"),
        ("2026-12-31", "it_fmd/hypercare_ends", "unknown"),
        ("2027-02-08", "it_fmd/italian_stabilisation_ends", "at_risk"),
        ("2027-03-31", "us_dscsa/guideline_r1_3_manufacturers", "unknown"),
        ("2027-07-01", "in_schedule_h2/table_2_first", "unknown"),
    ]


def test_a_deadline_that_several_markets_have_from_one_pack_is_one() -> None:
    due = radar_on(BEFORE_THE_DAY)["eu_fmd/pharma_package_applies"]

    assert due.markets == ("DE", "FR", "GR", "IT")
    assert not due.is_certain
    assert {each.part.market for each in due.parts} == {"DE", "FR", "GR", "IT"}


def test_what_is_disputed_is_unknown_and_never_at_risk() -> None:
    due = radar_on(BEFORE_THE_DAY)["in_schedule_h2/table_2_first"]

    assert due.status == "disputed"
    assert {each.standpoint.value for each in due.parts} == {"unknown", "ready"}


def test_the_radar_of_august_2028_is_right() -> None:
    found = radar_on(LATER)

    late = {
        key: each.standpoint.value
        for key, each in found.items()
        if each.sort == "deadline" and each.is_late
    }
    assert late == {
        "za_sahpra/imports_lot_and_expiry": "at_risk",
        "in_schedule_h2/table_2_antimicrobials": "at_risk",
    }
    ahead = [
        (each.on.isoformat(), each.key)
        for each in found.values()
        if each.sort == "deadline" and each.on >= LATER
    ]
    assert ahead == [
        ("2028-12-31", "eu_fmd/pharma_package_applies"),
        ("2029-10-31", "za_sahpra/domestic_lot_and_expiry"),
        ("2029-10-31", "za_sahpra/imports_serial_number"),
        ("2030-10-31", "za_sahpra/sscc"),
    ]
    assert "us_dscsa/small_dispenser_exemption_ends" not in found


@pytest.mark.parametrize(
    ("on", "broken"),
    [
        (date(2026, 11, 28), {("US", "US-DSCSA-012")}),
        (date(2026, 12, 31), {("US", "US-DSCSA-012"), ("EG", "EG-EPTTS-009")}),
        (date(2027, 2, 9), {("US", "US-DSCSA-012"), ("EG", "EG-EPTTS-009"), ("IT", "EU-FMD-001"),
                            ("IT", "EU-FMD-008"), ("IT", "EU-FMD-009"), ("IT", "IT-FMD-002")}),
    ],
)  # fmt: skip
def test_the_time_machine_names_what_breaks(on: date, broken: set[tuple[str, str]]) -> None:
    journey = travel(CATALOGUE, company(), on=on, today=BEFORE_THE_DAY)

    new = {(each.placement.market, each.result.rule.code) for each in journey.breaks if each.is_new}
    assert new == broken


def test_reports_that_come_round_are_there_up_to_the_next() -> None:
    found = [
        each for each in radar_on(BEFORE_THE_DAY, days=90).values() if each.sort == "recurring"
    ]

    assert [each.key for each in found if each.on >= BEFORE_THE_DAY] == [
        "kr_kpis/monthly_report@2026-11-30",
    ]  # fmt: skip
    assert {product for each in found for product in each.products} == {
        "respirine-200-20", "respirine-400-20", "respirine-400-50",
    }  # fmt: skip


def test_readiness_counts_what_is_done_and_never_what_is_unknown() -> None:
    found = obligations(
        Law(CATALOGUE), company(), (), today=BEFORE_THE_DAY,
        first=BEFORE_THE_DAY - timedelta(days=365), last=BEFORE_THE_DAY + timedelta(days=365),
    )  # fmt: skip
    markets = {
        each.market: each
        for each in readiness(Law(CATALOGUE), company(), found, today=BEFORE_THE_DAY)
    }

    assert {market: each.verdict.value for market, each in markets.items()} == {
        "US": "at_risk", "DE": "unknown", "FR": "unknown", "IT": "at_risk", "GR": "at_risk",
        "GB": "ready", "TR": "ready", "SA": "ready", "KR": "at_risk", "EG": "at_risk",
        "IN": "unknown", "ZA": "at_risk",
    }  # fmt: skip
    for each in markets.values():
        assert each.required == each.done + each.open + each.at_risk + each.unknown
    assert markets["EG"].broken == ("EG-EPTTS-007", "EG-EPTTS-016")
    assert markets["US"].next_on == date(2026, 11, 27)
