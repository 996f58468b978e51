"""Fit of reports over the real services: what the rules want, and which receivers take it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.services.conftest import World

from packtrail.access import Permission
from packtrail.compliance.book import Company
from packtrail.compliance.words import Role
from packtrail.reporting.words import ChannelKind
from packtrail.services.books.entries import Put
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.reports import receivers
from packtrail.services.reports.receivers import Receiver
from packtrail.services.technology.lines import ReportView, market_fit

ITS = Receiver(
    code="its", title="ITS", market="TR", roles=(Role.MANUFACTURER,), channel=ChannelKind.FOLDER,
    folder="its",
)  # fmt: skip


def reports(world: World, market: str) -> dict[str, ReportView]:
    found = market_fit(world.app, world.maker, market).reports
    return {each.wanted: each for each in found}


def test_without_a_receiver_reports_are_a_gap_with_the_work_it_takes(world: World) -> None:
    found = reports(world, "TR")["Reported: pack data"]

    assert (found.state, found.told) == (
        "lacking", "no receiver takes it; its_web_service for ITS would tell it"
    )  # fmt: skip
    assert [way.lead_days for way in found.ways] == [85]


def test_a_receiver_that_took_nothing_yet_is_not_known_to_work(world: World) -> None:
    receivers.put(world.app, world.maker, ITS)
    found = reports(world, "TR")["Reported: pack data"]

    assert (found.state, found.told) == (
        "unknown", "ITS (its_web_service, its_pts_xml, folder) took no report yet"
    )  # fmt: skip


def test_a_closed_receiver_and_one_of_another_market_take_nothing(world: World) -> None:
    receivers.put(world.app, world.maker, replace(ITS, is_open=False))
    receivers.put(world.app, world.maker, replace(ITS, code="rsd", title="RSD", market="SA"))

    assert reports(world, "TR")["Reported: pack data"].state == "lacking"


@pytest.mark.parametrize("market", ["DE", "IT"])
def test_a_member_of_the_union_reports_to_its_hub(world: World, market: str) -> None:
    hub = replace(ITS, code="hub", title="EU Hub", market="EU",
                  roles=(Role.MARKETING_AUTHORISATION_HOLDER,))  # fmt: skip
    before = reports(world, market)["Registered with eu hub"]
    receivers.put(world.app, world.maker, hub)
    after = reports(world, market)["Registered with eu hub"]

    assert (before.state, before.told) == ("lacking", "no receiver is set up")
    assert after.told == "EU Hub (emvo_xml, folder) took no report yet"


def test_the_parts_that_a_company_plays_decide_what_it_reports(world: World) -> None:
    assert "Reported: receive" not in reports(world, "TR")
    told = Company(roles=frozenset({Role.WHOLESALER}))
    PORTFOLIO.change(world.app, world.maker, [Put(told)], reason="What we are")

    assert "Reported: receive" in reports(world, "TR")


def test_whoever_may_not_see_reports_is_told_nothing_of_them(world: World) -> None:
    blind = replace(world.maker, permissions=world.maker.permissions - {Permission.REPORTING_READ})

    assert market_fit(world.app, blind, "TR").reports == ()
