"""The parts the world is made of: numbers, places, products, days."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from packtrail import gs1
from packtrail.simulation.numbering import CAPITALS, Numbering, serials
from packtrail.simulation.organisations import LOCATIONS, ORGANISATIONS
from packtrail.simulation.plan import plan_lots
from packtrail.simulation.products import PRODUCTS
from packtrail.simulation.timetable import CENTRAL_EUROPE, US_EASTERN, working_day


def test_every_place_has_a_gln_that_agrees_with_its_epc_uri():
    for location in LOCATIONS:
        key = gs1.parse(location.sgln)

        assert key.primary == location.gln
        assert key.prefix_length == len(location.organisation.company_prefix)


def test_every_organisation_has_a_seat_with_its_own_gln():
    seats = {location.gln for location in LOCATIONS}

    assert {organisation.gln for organisation in ORGANISATIONS} <= seats
    assert len(seats) == len(LOCATIONS)


def test_a_gtin_of_a_us_product_holds_its_ndc():
    for product in PRODUCTS:
        assert gs1.parse(product.gtin()).primary == product.gtin()
        assert (product.market == "US") is (product.ndc is not None)
        if product.ndc:
            assert product.gtin().startswith("003" + product.ndc.replace("-", ""))


def test_packs_and_cases_have_the_same_identity_in_both_notations():
    [lot, *_] = plan_lots(Random(1), 100)
    urn, link = f"{lot.urn}0AB", f"{lot.link}0AB"

    assert gs1.identify([urn]) == gs1.identify([link])


def test_an_sscc_keeps_its_18_digits():
    prefix, reference = Numbering().sscc("952550", extension=3)

    assert (prefix, reference) == ("952550", "30000000001")


@pytest.mark.parametrize("length", [12, 20])
def test_serials_are_distinct_and_of_one_length(length):
    drawn = serials(Random(3), 5_000, alphabet=CAPITALS, length=length)

    assert len(set(drawn)) == 5_000
    assert {len(serial) for serial in drawn} == {length}


@pytest.mark.parametrize("packs", [50, 51, 999, 40_000])
def test_the_lots_of_a_plan_hold_all_packs(packs):
    lots = plan_lots(Random(2), packs)

    assert sum(lot.size for lot in lots) == packs
    assert min(lot.size for lot in lots) > 1
    assert len({lot.number for lot in lots}) == len(lots)


def test_clocks_change_with_the_seasons():
    assert US_EASTERN.at(date(2026, 3, 6), 9).isoformat() == "2026-03-06T09:00:00-05:00"
    assert US_EASTERN.at(date(2026, 3, 9), 9).isoformat() == "2026-03-09T09:00:00-04:00"
    assert CENTRAL_EUROPE.at(date(2026, 3, 27), 9).isoformat() == "2026-03-27T09:00:00+01:00"
    assert CENTRAL_EUROPE.at(date(2026, 3, 30), 9).isoformat() == "2026-03-30T09:00:00+02:00"
    assert CENTRAL_EUROPE.at(date(2026, 10, 26), 9).isoformat() == "2026-10-26T09:00:00+01:00"


def test_work_waits_for_monday():
    assert working_day(date(2026, 5, 8), after=1) == date(2026, 5, 11)
    assert working_day(date(2026, 5, 7), after=1) == date(2026, 5, 8)
