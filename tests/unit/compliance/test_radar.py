"""The radar and the time machine over a small portfolio and the real packs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from packtrail.compliance import (
    Catalogue,
    Label,
    Outcome,
    Partner,
    Placement,
    Portfolio,
    Shipment,
    TradeItem,
    ahead,
    radar,
    standing,
    travel,
)
from packtrail.compliance.entries import Duty
from packtrail.compliance.law import Law
from packtrail.compliance.radar import Concern, Due, by_month, evidence_for, next_due
from packtrail.compliance.spans import Span
from packtrail.compliance.words import Carrier, Level, Origin, ProductClass, Role
from packtrail.services import rule_packs

TODAY = date(2026, 11, 22)
CATALOGUE = Catalogue.of(rule_packs.built_in())
RX = ProductClass.PRESCRIPTION
FOUR = frozenset({"01", "21", "17", "10"})


def sold(market: str, product: str = "tarvoxil", **facts: object) -> Placement:
    """A prescription medicine with four elements in a DataMatrix, packed on one line."""
    said = {"product_class": RX, "level": Level.UNIT, "origin": Origin.IMPORTED, **facts}
    label = Label(
        carries=FOUR, carriers=frozenset({Carrier.GS1_DATAMATRIX}), is_tamper_evident=True, **said
    )
    shipment = Shipment(
        roles=frozenset({Role.MANUFACTURER}),
        aggregated=frozenset({Level.CASE, Level.PALLET}),
        **{key: value for key, value in said.items() if key != "level"},
    )
    return Placement(
        product=product,
        name=product.capitalize(),
        market=market,
        subjects=(TradeItem(serial_length=20, **said), label, shipment),
        sites=("wilson",),
        lines=("w1",),
    )


def company(*placements: Placement, partners: tuple[Partner, ...] = ()) -> Portfolio:
    roles = frozenset({Role.MANUFACTURER, Role.MARKETING_AUTHORISATION_HOLDER})
    return Portfolio(roles=roles, placements=placements, partners=partners)


def names(dues: tuple[Due, ...]) -> list[tuple[str, str]]:
    return [(each.on.isoformat(), each.key) for each in dues]


def test_the_last_exemption_of_the_united_states_ends_on_the_twenty_seventh() -> None:
    dues = radar(CATALOGUE, company(sold("US")), first=TODAY, last=date(2026, 12, 31))

    assert names(dues) == [
        ("2026-11-27", "us_dscsa/small_dispenser_exemption_ends"),
        ("2026-12-31", "us_dscsa/guideline_r1_3_wholesalers"),
    ]
    assert dues[0].concern is Concern.OWN
    assert dues[0].deadline.is_certain
    assert (dues[0].products, dues[0].lines, dues[0].sites) == (("tarvoxil",), ("w1",), ("wilson",))
    assert not dues[1].deadline.is_certain


def test_a_deadline_for_others_concerns_us_through_our_partners() -> None:
    wholesaler = Partner(
        code="delta", name="Delta", market="US", roles=frozenset({Role.WHOLESALER})
    )
    portfolio = company(sold("US"), partners=(wholesaler,))

    (due,) = radar(CATALOGUE, portfolio, first=date(2026, 12, 1), last=date(2026, 12, 31))

    assert due.concern is Concern.PARTNERS
    assert due.partners == (wholesaler,)


def test_a_deadline_of_nobody_here_is_only_watched() -> None:
    dues = radar(CATALOGUE, company(sold("DE")), first=TODAY, last=date(2026, 12, 31))

    assert [(each.key, each.concern) for each in dues] == [
        ("eu_fmd/pharma_package_published", Concern.WATCH)
    ]


def test_the_italian_day_is_italian() -> None:
    span = {"first": date(2027, 1, 1), "last": date(2027, 12, 31)}

    assert names(radar(CATALOGUE, company(sold("DE")), **span)) == []
    assert names(radar(CATALOGUE, company(sold("IT")), **span)) == [
        ("2027-02-08", "it_fmd/italian_stabilisation_ends")
    ]


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        (frozenset({"vaccine"}), [("2027-07-01", "in_schedule_h2/table_2_first")]),
        (frozenset({"antimicrobial"}), [("2028-07-01", "in_schedule_h2/table_2_antimicrobials")]),
    ],
)
def test_a_deadline_is_about_the_products_it_names(
    groups: frozenset[str], found: list[tuple[str, str]]
) -> None:
    portfolio = company(sold("IN", groups=groups))
    dues = radar(CATALOGUE, portfolio, first=TODAY, last=date(2028, 12, 31))

    assert [(each.on.isoformat(), each.key) for each in dues if each.placements] == found


def test_a_moved_date_keeps_its_key() -> None:
    pack = CATALOGUE.own["us_dscsa"]
    name = "small_dispenser_exemption_ends"
    moved = replace(pack.deadlines[name], on=date(2027, 11, 27))
    later = Catalogue.of([replace(pack, deadlines={**pack.deadlines, name: moved})])

    (due,) = (
        each
        for each in radar(later, company(sold("US")), first=TODAY, last=date(2027, 12, 31))
        if each.deadline.name == name
    )

    assert (due.key, due.on) == (f"us_dscsa/{name}", date(2027, 11, 27))


def test_a_date_that_a_pack_of_ones_own_moves_keeps_its_key() -> None:
    pack, name = CATALOGUE.own["us_dscsa"], "small_dispenser_exemption_ends"
    heading = replace(pack.heading, id="acme", market="", extends="", overlays="us_dscsa")
    moved = replace(pack.deadlines[name], on=date(2027, 11, 27), pack_id="acme")
    more = replace(moved, name="acme_is_ready", on=date(2027, 10, 1))
    own = replace(
        pack, heading=heading, parameters={}, rules={}, exemptions={}, duties={}, cases=(),
        deadlines={each.name: each for each in (moved, more)},
    )  # fmt: skip
    known = Catalogue.of([*CATALOGUE.own.values(), own])

    dues = radar(known, company(sold("US")), first=TODAY, last=date(2027, 12, 31))
    found = {each.key: each.on for each in dues}
    assert found[f"us_dscsa/{name}"] == date(2027, 11, 27)
    assert found["acme/acme_is_ready"] == date(2027, 10, 1)
    assert f"acme/{name}" not in found


def test_markets_without_products_are_shown_when_asked_for() -> None:
    portfolio = company(sold("US"))
    span = {"first": date(2028, 1, 1), "last": date(2028, 12, 31)}

    here = radar(CATALOGUE, portfolio, **span)
    everywhere = radar(CATALOGUE, portfolio, everywhere=True, **span)

    assert names(here) == []
    assert ("2028-01-01", "ua_mvs/mandatory") in names(everywhere)
    assert {each.concern for each in everywhere} == {Concern.WATCH}


def test_what_was_superseded_is_not_due() -> None:
    dues = radar(CATALOGUE, company(sold("JO")), first=date(2020, 1, 1), last=date(2030, 1, 1))

    assert names(dues) == [("2025-06-30", "jo_labelling/serialization")]


def test_evidence_is_what_the_pack_says_or_what_its_rules_are_about() -> None:
    us, ua = CATALOGUE.packs["us_dscsa"], CATALOGUE.packs["ua_mvs"]

    assert evidence_for(us, us.deadlines["small_dispenser_exemption_ends"])[0].startswith(
        "Shipments to small dispensers"
    )
    assert evidence_for(ua, ua.deadlines["mandatory"]) == (
        "Approved artwork, and a print read back by a verifier",
    )


def test_deadlines_are_grouped_by_month() -> None:
    dues = radar(CATALOGUE, company(sold("US")), first=TODAY, last=date(2027, 3, 31))

    assert [month for month, _ in by_month(dues)] == [(2026, 11), (2026, 12), (2027, 3)]


def test_duties_that_hold_are_those_of_our_roles() -> None:
    duties = standing(CATALOGUE, company(sold("AE"), sold("DE")), on=TODAY)

    keys = {each.key for each in duties}
    assert {"ae_tatmeen/maker_events", "eu_fmd/pack_data"} <= keys
    assert "ae_tatmeen/dispensing" not in keys
    assert all(each.next_on is None for each in duties)


@pytest.mark.parametrize(
    ("on", "following"),
    [("2026-11-22", "2026-11-30"), ("2026-11-30", "2026-11-30"), ("2026-12-31", "2026-12-31"),
     ("2027-02-01", "2027-02-28")],
)  # fmt: skip
def test_a_monthly_duty_is_due_on_the_last_day(on: str, following: str) -> None:
    duty = CATALOGUE.packs["kr_kpis"].duties["monthly_report"]

    assert next_due(duty, date.fromisoformat(on)) == date.fromisoformat(following)


def rounds(duty: Duty, first: str, last: str) -> list[str]:
    """The days on which a duty is due, from one day to another."""
    found, day = [], next_due(duty, date.fromisoformat(first))
    while day is not None and day <= date.fromisoformat(last):
        found.append(day.isoformat())
        day = next_due(duty, day + timedelta(days=1))
    return found


def test_what_lay_before_a_duty_began_is_never_due() -> None:
    monthly = CATALOGUE.packs["kr_kpis"].duties["monthly_report"]
    new = replace(monthly, due_day=20, from_on=date(2026, 11, 15))

    assert rounds(new, "2026-09-01", "2027-01-31") == ["2026-12-20", "2027-01-20"]
    begun = replace(new, from_on=date(2026, 11, 1))
    assert rounds(begun, "2026-11-01", "2026-12-31") == ["2026-12-20"], "October was free"


def test_what_lies_in_the_last_days_of_a_duty_is_due_after_its_end() -> None:
    monthly = CATALOGUE.packs["kr_kpis"].duties["monthly_report"]
    old = replace(monthly, due_day=20, to_on=date(2026, 11, 15))

    assert rounds(old, "2026-11-01", "2027-12-31") == ["2026-11-20", "2026-12-20"]


@pytest.mark.parametrize(
    ("every", "due"),
    [
        (Span(3, "month"), ["2027-01-10", "2027-04-10", "2027-07-10", "2027-10-10"]),
        (Span(6, "month"), ["2027-01-10", "2027-07-10"]),
        (Span(1, "year"), ["2027-01-10"]),
        (Span(1, "week"), []),
    ],
)
def test_a_duty_comes_round_as_often_as_it_says(every: Span, due: list[str]) -> None:
    monthly = CATALOGUE.packs["kr_kpis"].duties["monthly_report"]

    assert rounds(replace(monthly, every=every, due_day=10), "2026-11-22", "2027-12-31") == due


def test_today_s_italian_pack_breaks_when_the_stabilisation_ends() -> None:
    old = sold("IT", devices=frozenset({"bollino"}))
    old = replace(
        old, subjects=(replace(old.subjects[1], carries=frozenset(), is_tamper_evident=False),)
    )

    journey = travel(CATALOGUE, company(old), on=date(2027, 2, 9), today=TODAY)

    assert [(each.result.rule.code, each.is_new) for each in journey.breaks] == [
        ("EU-FMD-001", True),
        ("EU-FMD-008", True),
        ("IT-FMD-002", True),
    ]
    assert [each.cause for each in journey.breaks] == [
        (
            "Since 2027-02-09 an exemption no longer holds: batches released with the bollino "
            "alone during the stabilisation."
        )
    ] * 2 + [
        "Since 2027-02-09 the rule holds (D.Lgs. 6 February 2025 n. 10; DM 20 May 2025)."
    ]  # fmt: skip
    assert {each.placement.lines for each in journey.breaks} == {("w1",)}


def test_going_back_in_time_mends_what_was_not_asked_yet() -> None:
    loose = sold("EG", product_class=ProductClass.NON_PRESCRIPTION)
    loose = replace(loose, subjects=(replace(loose.subjects[2], aggregated=frozenset()),))
    portfolio = company(loose)

    later = travel(CATALOGUE, portfolio, on=date(2026, 12, 31), today=TODAY)
    earlier = travel(CATALOGUE, portfolio, on=TODAY, today=date(2026, 12, 31))

    assert [each.result.rule.code for each in later.breaks if each.is_new] == ["EG-EPTTS-009"]
    assert [each.result.rule.code for each in earlier.mended] == ["EG-EPTTS-009"]


def test_a_longer_number_is_the_cause_when_a_parameter_changes() -> None:
    item = TradeItem(product_class=RX, national_numbers={"NDC": "96417-210-30"})
    placement = replace(sold("US"), subjects=(item,))

    journey = travel(CATALOGUE, company(placement), on=date(2033, 3, 7), today=TODAY)

    (broken,) = journey.breaks
    assert broken.cause == "Since 2033-03-07: digits of the national number is 12."


def test_a_market_that_no_pack_is_about_is_told() -> None:
    journey = travel(CATALOGUE, company(sold("QQ")), on=TODAY, today=TODAY)

    assert journey.unpacked == ("QQ",)
    assert journey.breaks == ()


def test_what_comes_next_is_told_step_by_step() -> None:
    bare = sold("ZA")
    bare = replace(bare, subjects=(replace(bare.subjects[1], carries=frozenset({"01"})),))

    steps = ahead(Law(CATALOGUE), bare, on=TODAY)

    assert [(step.on.isoformat(), [each.rule.code for each in step.results]) for step in steps] == [
        ("2027-10-31", ["ZA-SAHPRA-001"]),
        ("2029-10-31", ["ZA-SAHPRA-003"]),
    ]
    assert all(each.outcome is Outcome.FAILED for step in steps for each in step.results)
