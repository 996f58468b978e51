"""Upgrades from the radar to the plan, once each; fit of lines; readiness that reads equipment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.services.companies import make_company
from tests.services.conftest import World

from packtrail.base.errors import NotFound
from packtrail.planning.book import Terms
from packtrail.planning.scope import Capability, Line, Site
from packtrail.planning.technology.inventory import Kind
from packtrail.services.books.entries import Put
from packtrail.services.plan import books, programmes, proposing, scheduling
from packtrail.services.plan.writing import Put as PlanPut
from packtrail.services.plan.writing import write
from packtrail.services.technology import lines, upgrades
from packtrail.services.technology.entries import TECHNOLOGY
from packtrail.store.database import Database

SERVER = {
    "code": "server", "name": "Line server", "role": "site_server", "site": "wilson",
    "software": ["Windows Server 2016"],
}  # fmt: skip
PC = {
    "code": "w1-pc", "name": "Line PC", "role": "line_pc", "site": "wilson", "lines": ["w1"],
    "needs": ["server"], "software": ["Windows 7 SP1"],
}  # fmt: skip
PRINTER = {
    "code": "w1-printer", "name": "Printer", "role": "printer", "lines": ["w1"],
    "symbologies": ["datamatrix"],
}  # fmt: skip


def put(kind: str = "system", **values: Any) -> Put:
    return Put(TECHNOLOGY.read(Kind(kind), values))


@pytest.fixture
def company(database: Database) -> World:
    world = make_company(database)
    world.clock.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    TECHNOLOGY.change(world.app, world.maker, [put(**each) for each in (SERVER, PC, PRINTER)])
    programmes.create_programme(
        world.app, world.maker, "eu", name="EU", terms=Terms(template="large")
    )
    scope = (
        Site(code="wilson", name="Wilson", country="US"),
        Line(code="w1", name="Line 1", site="wilson",
             capabilities=frozenset({Capability.SERIALS, Capability.AGGREGATION})),
    )  # fmt: skip
    write(world.app, world.maker, "eu", [PlanPut(each) for each in scope])
    return world


def test_an_upgrade_is_back_scheduled_from_the_end_of_support(company: World) -> None:
    written = upgrades.accept(company.app, company.maker, "eu", ["server"])

    assert written.count == 6 + 5 + 1
    planned = scheduling.planned(company.app, company.maker, "eu").schedule
    deadline = planned.plan.deadlines[0]
    assert (deadline.code, deadline.due_on) == ("UP-server", date(2027, 1, 12))
    assert deadline.source.startswith("https://learn.microsoft.com/")
    qualified = planned.plan.by_code["UP-server-QUAL-w1"]
    assert (qualified.line, qualified.is_on_line) == ("w1", True)
    done = planned.slots["UP-server-DONE"].finish_on
    assert date(2026, 12, 1) < done <= date(2027, 1, 12)
    assert planned.slots["UP-server-PLAN"].start_on > date(2026, 6, 1)


def test_what_is_out_of_support_goes_as_soon_as_possible_without_a_date(company: World) -> None:
    upgrades.accept(company.app, company.maker, "eu", ["w1-pc"])

    planned = scheduling.planned(company.app, company.maker, "eu").schedule
    assert planned.plan.deadlines == ()
    assert planned.slots["UP-w1-pc-PLAN"].start_on == date(2026, 3, 2)
    assert planned.plan.by_code["UP-w1-pc-CHANGE-w1"].is_on_line


def test_an_upgrade_is_never_put_in_twice_and_the_next_round_gets_its_own_code(
    company: World,
) -> None:
    app, maker = company.app, company.maker
    upgrades.accept(app, maker, "eu", ["server"])

    again = upgrades.accept(app, maker, "eu", ["server"])
    assert again.count == 0
    assert proposing.offer(app, maker, "eu").gone == ()
    book = books.opened(app, maker, "eu").book
    done = [
        PlanPut(replace(each, started_on=date(2026, 3, 1), finished_on=date(2026, 3, 1)))
        for each in book.packages.values()
    ]
    write(app, maker, "eu", done)

    (offered,) = [each for each in upgrades.offer(app, maker, "eu").new
                  if each.system.code == "server"]  # fmt: skip
    assert offered.packages[0].code == "UP-server-2-PLAN"


def test_an_upgrade_that_nothing_needs_any_more_is_taken_out_before_it_begins(
    company: World,
) -> None:
    app, maker = company.app, company.maker
    upgrades.accept(app, maker, "eu", ["server"])
    TECHNOLOGY.change(
        app, maker, [put(**{**SERVER, "software": ["Windows Server 2025"]})], reason="x"
    )

    assert len(upgrades.offer(app, maker, "eu").gone) == 6
    upgrades.accept(app, maker, "eu", [])

    book = books.opened(app, maker, "eu").book
    assert (book.packages, book.deadlines, book.links) == ({}, {}, {})


def test_an_upgrade_of_which_something_has_begun_stays_when_nothing_needs_it(
    company: World,
) -> None:
    app, maker = company.app, company.maker
    upgrades.accept(app, maker, "eu", ["server", "w1-pc"])
    first = books.opened(app, maker, "eu").book.packages["UP-server-PLAN"]
    write(app, maker, "eu", [PlanPut(replace(first, started_on=date(2026, 3, 1)))])
    kept_up = [put(**{**each, "software": ["Windows Server 2025"]}) for each in (SERVER, PC)]
    TECHNOLOGY.change(app, maker, kept_up, reason="x")

    gone = {each.code for each in upgrades.offer(app, maker, "eu").gone}

    assert "UP-w1-pc-PLAN" in gone
    assert not any(code.startswith("UP-server-") for code in gone)


def test_a_page_of_upgrades_begins_with_what_is_not_in_the_plan(company: World) -> None:
    app, maker = company.app, company.maker
    upgrades.accept(app, maker, "eu", ["w1-pc"])
    found = upgrades.offer(app, maker, "eu")

    told = [(each.system, each.is_in_plan) for each in upgrades.views(found)]

    assert told == [("server", False), ("w1-pc", True)]
    assert upgrades.views(found, most=1) == upgrades.views(found)[:1]


def test_a_date_that_the_vendor_moves_moves_in_the_plan(company: World) -> None:
    app, maker = company.app, company.maker
    upgrades.accept(app, maker, "eu", ["server"])
    letter = {"code": "w", "product": "Windows Server 2016", "ends_on": "2027-06-30",
              "source": "Letter"}  # fmt: skip
    TECHNOLOGY.change(app, maker, [put("support", **letter)])

    upgrades.accept(app, maker, "eu", [])

    deadline = books.opened(app, maker, "eu").book.deadlines["UP-server"]
    assert (deadline.due_on, deadline.source) == (date(2027, 6, 30), "Letter")


def test_what_is_not_offered_is_not_accepted(company: World) -> None:
    with pytest.raises(NotFound, match="No upgrade of 'w1-printer'"):
        upgrades.accept(company.app, company.maker, "eu", ["w1-printer"])


def test_a_market_that_is_not_sold_is_a_what_if_over_all_lines(company: World) -> None:
    sold = lines.market_fit(company.app, company.maker, "US")
    asked = lines.market_fit(company.app, company.maker, "FR", packs_per_minute=100)

    assert (sold.is_sold, [each.line for each in sold.lines]) == (True, ["w1"])
    assert (asked.is_sold, len(asked.lines)) == (False, 2)
    (found,) = [each for each in asked.lines if each.line == "w1"]
    states = {each.topic: each.state for each in found.answers}
    assert (states["serials"], states["symbology"]) == ("lacking", "met")
    assert (states["tamper_evidence"], states["speed"]) == ("lacking", "unknown")
    assert found.cost_eur == 550_000 + 60_000
    with pytest.raises(NotFound):
        lines.market_fit(company.app, company.maker, "XX")
    with pytest.raises(NotFound):
        lines.market_fit(company.app, company.maker, "US", lines=["w7"])


def test_the_rate_of_a_line_says_what_it_rests_on(company: World) -> None:
    run = {"code": "run", "line": "w1", "what": "packs_per_minute", "value": "151.5",
           "measured_on": "2026-02-01", "source": "Run"}  # fmt: skip
    TECHNOLOGY.change(company.app, company.maker, [put("measurement", **run)])

    rate = lines.line_rates(company.app, company.maker)["w1"]

    assert (rate.packs_per_minute, rate.basis, rate.source) == (
        151.5,
        "measured",
        "Run, 2026-02-01",
    )
