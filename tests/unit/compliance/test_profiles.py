"""What other packages ask: serial numbers, labels, states and reports, with what decided."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from packtrail.compliance import (
    Catalogue,
    TradeItem,
    label_profile,
    lifecycle_rules,
    reporting_duties,
    serial_rules,
)
from packtrail.compliance.spans import Span
from packtrail.compliance.words import Level, Origin, ProductClass, Role
from packtrail.services import rule_packs

TODAY = date(2026, 11, 22)
CATALOGUE = Catalogue.of(rule_packs.built_in())
RX = TradeItem(product_class=ProductClass.PRESCRIPTION, level=Level.UNIT)


def test_european_serial_numbers_are_random_and_short() -> None:
    rules = serial_rules(CATALOGUE.pack_of("DE"), RX, on=TODAY)

    assert rules.is_required is not None
    assert rules.length_max is not None
    assert rules.guess_probability_max is not None
    assert rules.is_required.rule == "EU-FMD-001"
    assert (rules.length_max.value, rules.length_max.rule) == (20, "EU-FMD-005")
    assert rules.guess_probability_max.value == Fraction(1, 10_000)
    assert rules.guess_probability_max.clause == "Delegated Regulation (EU) 2016/161, Article 4"
    assert rules.identity.pack_id == "eu_fmd"


def test_russian_serial_numbers_have_exactly_thirteen_characters() -> None:
    rules = serial_rules(CATALOGUE.pack_of("RU"), RX, on=TODAY)

    assert rules.length is not None
    assert (rules.length.value, rules.length.parameter) == (13, "identifier.serial.length")


def test_a_market_without_serial_numbers_asks_for_none() -> None:
    for market in ("GB", "BR", "IN", "MA"):
        assert serial_rules(CATALOGUE.pack_of(market), RX, on=TODAY).is_required is None


def test_an_italian_label_changes_on_the_day_the_stabilisation_ends() -> None:
    pack = CATALOGUE.pack_of("IT")
    old = TradeItem(
        product_class=ProductClass.PRESCRIPTION, level=Level.UNIT, devices=frozenset({"bollino"})
    )

    before = label_profile(pack, old, on=date(2027, 2, 8))
    after = label_profile(pack, old, on=date(2027, 2, 9))

    assert before.elements is None
    assert before.devices is not None
    assert before.devices.value == ("bollino", "ipzs_label")
    assert after.elements is not None
    assert after.elements.value == ("01", "21", "17", "10")
    assert after.devices is not None
    assert after.devices.value == ("ipzs_label",)
    assert after.national_numbers is not None
    assert after.national_numbers.value == ("AIC",)


def test_a_russian_label_says_how_long_the_crypto_parts_are() -> None:
    profile = label_profile(CATALOGUE.pack_of("RU"), RX, on=TODAY)

    assert profile.elements is not None
    assert profile.elements.value == ("01", "21", "91", "92")
    assert profile.lengths == {"91": 4, "92": 44}


def test_a_label_for_the_united_kingdom_says_so() -> None:
    profile = label_profile(CATALOGUE.pack_of("GB"), RX, on=TODAY)

    assert profile.statements is not None
    assert profile.points_min is not None
    assert (profile.statements.value, profile.points_min.value) == (("UK Only",), Fraction(7))
    assert profile.elements is None


def test_an_import_into_south_africa_needs_a_lot_first_and_a_serial_number_later() -> None:
    pack = CATALOGUE.pack_of("ZA")
    item = TradeItem(
        product_class=ProductClass.PRESCRIPTION, level=Level.UNIT, origin=Origin.IMPORTED
    )

    found = [
        profile.elements.value if profile.elements else ()
        for on in (date(2027, 10, 30), date(2027, 10, 31), date(2029, 10, 31))
        for profile in [label_profile(pack, item, on=on)]
    ]

    assert found == [(), ("01", "17", "10"), ("01", "17", "10", "21")]


def test_a_decommissioning_is_undone_within_ten_days_in_the_union() -> None:
    rules = lifecycle_rules(CATALOGUE.pack_of("FR"), RX, on=TODAY)

    assert rules.undo_within is not None
    assert rules.terminal is not None
    assert rules.undo_within.value == Span(10, "day")
    assert rules.undo_within.sources == ("eu161_a13",)
    assert rules.terminal.value == ("destroyed", "stolen")


def test_what_is_unknown_is_none() -> None:
    rules = lifecycle_rules(CATALOGUE.pack_of("SA"), RX, on=TODAY)

    assert (rules.retention, rules.undo_within) == (None, None)


def test_a_report_says_what_to_whom_in_which_format_and_by_when() -> None:
    (duty,) = (
        each
        for each in reporting_duties(
            CATALOGUE.pack_of("AE"), RX, on=TODAY, roles=[Role.MANUFACTURER]
        )
        if each.duty.name == "maker_events"
    )

    assert duty.duty.at_once
    assert duty.duty.recipients == ("Tatmeen",)
    assert duty.duty.format == "epcis_1_2_xml"
    assert duty.events_max is not None
    assert duty.bytes_max is not None
    assert (duty.events_max.value, duty.bytes_max.value) == (1, 15_000_000)


def test_a_duty_of_others_is_not_ours() -> None:
    pack = CATALOGUE.pack_of("EU")

    ours = reporting_duties(pack, RX, on=TODAY, roles=[Role.MARKETING_AUTHORISATION_HOLDER])
    everybody = reporting_duties(pack, RX, on=TODAY)

    assert "supply_to_the_public" not in {each.duty.name for each in ours}
    assert "supply_to_the_public" in {each.duty.name for each in everybody}
