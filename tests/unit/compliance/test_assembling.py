"""The portfolio: what is written in the book, joined with what is seen elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from tests.unit.compliance.books import SEEN, company, entry

from packtrail.compliance import Catalogue, Label, Placement, Shipment, TradeItem, travel
from packtrail.compliance.assembling import SeenSerials, assemble, facts, origin_of
from packtrail.compliance.subjects import SubjectKind
from packtrail.compliance.words import Characters, Issuer, Level, Origin, ProductClass, Role
from packtrail.services import rule_packs

TODAY = date(2026, 11, 22)
POOLED = replace(
    SEEN,
    serials={
        "00396417210300": SeenSerials(
            pool="tarvoxil", length=14, characters=Characters.CAPITALS, is_random=True,
            guess_probability=Fraction(1, 1_000_000), issuer=Issuer.MAKER,
        )
    },
)  # fmt: skip


def placed(product: str, market: str) -> Placement:
    portfolio = assemble(company(), POOLED)
    (found,) = (
        each for each in portfolio.placements if (each.product, each.market) == (product, market)
    )
    return found


def test_a_placement_knows_lines_sites_and_gtin() -> None:
    found = placed("tarvoxil", "DE")

    assert (found.lines, found.sites, found.gtin) == (
        ("packer/u5",), ("packer/ulm",), "00396417500012",
    )  # fmt: skip


def test_facts_of_product_licence_and_company_reach_every_subject() -> None:
    found = placed("tarvoxil", "US")

    assert {each.product_class for each in found.subjects} == {ProductClass.PRESCRIPTION}
    assert {each.origin for each in found.subjects} == {Origin.DOMESTIC}
    assert {each.roles for each in found.subjects} == {
        frozenset({Role.MANUFACTURER, Role.MARKETING_AUTHORISATION_HOLDER})
    }
    (item,) = (each for each in found.subjects if isinstance(each, TradeItem))
    assert (item.gtin, item.national_numbers) == ("00396417210300", {"NDC": "96417-210-30"})
    assert item.level is Level.UNIT


def test_what_a_pool_makes_counts_more_than_what_is_written() -> None:
    practice = entry(
        "practice", code="us-pack", name="US packs",
        subjects=[{"trade_item": {"serial_length": 20, "serial_issuer": "operator"}}],
    )  # fmt: skip
    portfolio = assemble(company().changed([practice]), POOLED)

    (item,) = (each for each in portfolio.placements[-1].subjects if isinstance(each, TradeItem))

    assert (item.serial_length, item.serial_issuer, item.guess_probability) == (
        14, Issuer.MAKER, Fraction(1, 1_000_000),
    )  # fmt: skip


def test_what_no_practice_speaks_of_is_unknown_and_not_fine() -> None:
    bare = placed("tarvoxil", "DE")
    portfolio = replace(assemble(company(), SEEN), placements=(bare,))

    journey = travel(Catalogue.of(rule_packs.built_in()), portfolio, on=TODAY, today=TODAY)

    assert {"EU-FMD-001", "EU-FMD-008", "EU-FMD-009", "EU-FMD-010"} <= {
        each.result.rule.code for each in journey.unknown
    }
    assert journey.met_count == 0


def test_two_shipments_are_asked_apart() -> None:
    portfolio = assemble(company(), SEEN)
    journey = travel(
        Catalogue.of(rule_packs.built_in()), portfolio, on=date(2026, 11, 28), today=TODAY
    )

    found = [
        (each.about, each.is_new, each.cause)
        for each in journey.breaks
        if each.result.rule.code == "US-DSCSA-012"
    ]

    assert found == [
        (
            "shipment to small dispenser",
            True,
            "Since 2026-11-28 an exemption no longer holds: shipments to small dispensers.",
        )
    ]


def test_what_is_not_sold_yet_breaks_nothing() -> None:
    portfolio = assemble(company(), SEEN)
    packs = Catalogue.of(rule_packs.built_in())

    before = travel(packs, portfolio, on=date(2026, 12, 31), today=TODAY)
    after = travel(packs, portfolio, on=date(2027, 1, 1), today=TODAY)

    assert "immuvera" not in {each.placement.product for each in before.breaks}
    assert "immuvera" in {each.placement.product for each in after.breaks}
    assert {each.is_new for each in after.breaks if each.placement.product == "immuvera"} == {True}


def test_equal_subjects_of_many_products_are_one() -> None:
    portfolio = assemble(company().changed(
        [entry("product", code="other", name="Other", made_in="US", **{"class": "prescription"}),
         entry("licence", product="other", market="US", practices=["us-pack"])]
    ), SEEN)  # fmt: skip

    labels = [
        subject
        for each in portfolio.placements
        if each.market == "US" and each.product != "immuvera"
        for subject in each.subjects
        if isinstance(subject, Label)
    ]

    assert len(labels) == 2
    assert labels[0] is labels[1]


def test_every_fact_says_who_says_it() -> None:
    book = company()
    found = facts(book, POOLED, book.licences["tarvoxil/US"])

    said = {(each.subject, each.number, each.name): each.said_by for each in found}
    assert said[SubjectKind.LABEL, 0, "carries"] == "practice us-pack"
    assert said[SubjectKind.LABEL, 0, "product_class"] == "product"
    assert said[SubjectKind.TRADE_ITEM, 0, "gtin"] == "trade item tarvoxil-us"
    assert said[SubjectKind.TRADE_ITEM, 0, "national_numbers"] == "licence"
    assert said[SubjectKind.TRADE_ITEM, 0, "serial_length"] == "pool tarvoxil"
    assert said[SubjectKind.SHIPMENT, 1, "roles"] == "company"


def test_partners_are_told_by_market() -> None:
    (partner,) = assemble(company(), SEEN).partners

    assert (partner.code, partner.market, partner.roles) == (
        "delta", "US", frozenset({Role.WHOLESALER}),
    )  # fmt: skip


def test_origin_is_seen_from_the_market() -> None:
    assert [origin_of(*each) for each in (("US", "US"), ("IE", "US"), ("", "US"))] == [
        Origin.DOMESTIC, Origin.IMPORTED, None,
    ]  # fmt: skip


def test_shipments_keep_the_order_of_their_practice() -> None:
    found = [each for each in placed("tarvoxil", "US").subjects if isinstance(each, Shipment)]

    assert [sorted(each.to_groups) for each in found] == [["small_dispenser"], []]
