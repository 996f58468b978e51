"""The scope drawn from what Packtrail holds: portfolio, sites, lines, trade items."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.services.conftest import World

from packtrail.access import Actor, Permission
from packtrail.base.errors import NotPermitted
from packtrail.compliance.book import Kind
from packtrail.planning.book import Book, Terms
from packtrail.planning.calendars import Window
from packtrail.planning.scope import Capability, Market, Need
from packtrail.planning.technology.inventory import Kind as TechnologyKind
from packtrail.production.levels import Level, Tier
from packtrail.services.books import entries as held
from packtrail.services.lines import floor
from packtrail.services.plan import books, drawing, programmes, proposing
from packtrail.services.plan.writing import Put, write
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.technology.entries import TECHNOLOGY

GTINS = ("03000101234509", "00614141123452")
HELD = (
    (Kind.PRODUCT, {"code": "tarvoxil", "name": "Tarvoxil", "presentation": "10 mg",
                    "class": "prescription", "groups": ["vaccine"], "made_in": "IE"}),
    (Kind.LICENCE, {"product": "tarvoxil", "market": "IT", "trade_item": "tarvoxil-it"}),
    (Kind.LICENCE, {"product": "tarvoxil", "market": "DE", "trade_item": "tarvoxil-de"}),
    (Kind.LICENCE, {"product": "tarvoxil", "market": "EG", "sold_until": "2026-01-01"}),
    (Kind.PLACEMENT, {"product": "tarvoxil", "market": "IT", "line": "c1"}),
    (Kind.PLACEMENT, {"product": "tarvoxil", "market": "DE", "line": "c1"}),
    (Kind.PARTNER, {"code": "elbe", "name": "Elbe", "markets": ["DE"], "roles": ["wholesaler"],
                    "organisation": "wholesaler", "connected": True}),
    (Kind.PARTNER, {"code": "nile", "name": "Nile", "markets": ["EG"], "roles": ["importer"]}),
)  # fmt: skip


@pytest.fixture
def maker(world: World) -> Actor:
    world.clock.now = world.clock.now.replace(year=2026, month=11, day=30, hour=9)
    app, actor = world.app, world.maker
    floor.create_site(app, actor, "cork", name="Cork", gln="0614141000005", country="IE",
                      time_zone="Europe/Dublin")  # fmt: skip
    floor.create_line(
        app, actor, floor.NewLine(code="c1", site="cork", name="Line 1", levels=("pack",))
    )
    for code, market, gtin in zip(("tarvoxil-it", "tarvoxil-de"), ("IT", "DE"), GTINS, strict=True):
        tiers = (Tier(level=Level.PACK, gtin=gtin),)
        floor.create_trade_item(
            app, actor, floor.NewTradeItem(code=code, name=code, market=market, tiers=tiers)
        )
    puts = [held.Put(PORTFOLIO.read(kind, values)) for kind, values in HELD]
    PORTFOLIO.change(app, actor, puts, reason="As it is")
    programmes.create_programme(app, actor, "eu", name="EU", terms=Terms(template="large"))
    return actor


def drawn(world: World, maker: Actor, *markets: str) -> Book:
    drawing.draw(world.app, maker, "eu", markets=markets)
    return books.opened(world.app, maker, "eu").book


def test_the_scope_becomes_what_the_company_sells_and_packs(world: World, maker: Actor) -> None:
    book = drawn(world, maker)

    assert {code: each.name for code, each in book.markets.items()} == {
        "DE": "Germany", "IT": "Italy"
    }  # fmt: skip
    product = book.products["tarvoxil"]
    assert (product.line, set(product.markets), set(product.gtins)) == (
        "c1", {"IT", "DE"}, set(GTINS)
    )  # fmt: skip
    assert product.gtins_for(["IT"]) == (GTINS[0],)
    assert product.gtins_for(["DE", "RW"]) == (GTINS[1],)
    assert (product.name, product.product_class) == ("Tarvoxil, 10 mg", "prescription")
    assert (book.sites["cork"].country, book.sites["cork"].is_contract) == ("IE", False)
    assert book.lines["c1"].capabilities == {Capability.PRODUCT_CODE, Capability.SERIALS}
    assert (book.partners["elbe"].organisation, book.partners["elbe"].is_connected) == (
        "wholesaler", True
    )  # fmt: skip
    assert "nile" not in book.partners, "nothing is sold there any more"


def test_it_is_drawn_once_and_only_for_the_markets_that_are_asked(
    world: World, maker: Actor
) -> None:
    book = drawn(world, maker, "IT")

    assert set(book.markets) == {"IT"}
    assert book.products["tarvoxil"].gtins == (GTINS[0],)
    assert drawing.drawn(world.app, maker, "eu", markets=["IT"]).is_empty
    assert not drawing.drawn(world.app, maker, "eu").is_empty


def test_what_people_wrote_besides_stays(world: World, maker: Actor) -> None:
    book = drawn(world, maker)
    stops = (Window(date(2027, 3, 1), date(2027, 3, 12), "Printers"),)
    line = replace(book.lines["c1"], stops=stops, name="Changed by hand")
    product = replace(book.products["tarvoxil"], packs_a_year=900)
    write(world.app, maker, "eu", [Put(line), Put(product)])
    again = books.opened(world.app, maker, "eu").book

    assert again.lines["c1"].stops == stops
    assert again.lines["c1"].name == "Line 1"
    assert again.products["tarvoxil"].packs_a_year == 900


def test_a_product_that_moves_to_another_line_has_moved_in_the_plan(
    world: World, maker: Actor
) -> None:
    drawn(world, maker)
    plan_of_old = {each.line for each in proposing.offer(world.app, maker, "eu").new}
    new = floor.NewLine(code="c2", site="cork", name="Line 2", levels=("pack",))
    floor.create_line(world.app, maker, new)
    placements = [{"product": "tarvoxil", "market": each, "line": "c2"} for each in ("IT", "DE")]
    moved = [
        *(held.Remove(Kind.PLACEMENT, f"tarvoxil/{each}/c1") for each in ("IT", "DE")),
        *(held.Put(PORTFOLIO.read(Kind.PLACEMENT, each)) for each in placements),
    ]
    PORTFOLIO.change(world.app, maker, moved, reason="Line 1 is full")

    opened = books.opened(world.app, maker, "eu")
    assert opened.book.products["tarvoxil"].line == "c2"
    assert ("product", "tarvoxil") in opened.held
    assert "c1" in plan_of_old | set(opened.book.lines)
    assert [each.code for each in drawing.drawn(world.app, maker, "eu").new] == ["c2"]


def test_a_market_that_is_to_come_stays_and_one_that_ended_goes(world: World, maker: Actor) -> None:
    book = drawn(world, maker)
    planned = replace(book.products["tarvoxil"], markets=("IT", "DE", "RW"))
    write(
        world.app, maker, "eu",
        [Put(Market(code="RW", name="Rwanda")), Put(Market(code="EG", name="Egypt")), Put(planned)],
    )  # fmt: skip
    ended = PORTFOLIO.read(
        Kind.LICENCE, {"product": "tarvoxil", "market": "DE", "sold_until": "2026-11-29"}
    )
    PORTFOLIO.change(world.app, maker, [held.Put(ended)], reason="Withdrawn")

    opened = books.opened(world.app, maker, "eu")
    assert opened.book.products["tarvoxil"].markets == ("IT", "RW")
    product = opened.book.products["tarvoxil"]
    assert (product.gtins, product.gtins_for(["DE"])) == ((GTINS[0],), (GTINS[0],))


def test_the_scope_is_the_same_for_whoever_may_see_the_programme(
    world: World, maker: Actor
) -> None:
    drawn(world, maker)
    guest = replace(maker, permissions=frozenset({Permission.PLAN_READ}))

    assert books.opened(world.app, guest, "eu").book == books.opened(world.app, maker, "eu").book


def test_what_is_left_out_stays_out(world: World, maker: Actor) -> None:
    drawing.draw(world.app, maker, "eu", leave_out=["elbe", "DE"])
    book = books.opened(world.app, maker, "eu").book

    assert (set(book.markets), set(book.partners)) == ({"IT"}, set())
    assert book.products["tarvoxil"].markets == ("IT",)


def test_work_is_proposed_by_what_equipment_shows_not_by_what_is_said(
    world: World, maker: Actor
) -> None:
    book = drawn(world, maker)
    need = Need(
        code="IT", market="IT", title="Serial numbers", due_on=date(2028, 2, 8),
        capabilities=frozenset({Capability.SERIALS}),
    )  # fmt: skip
    write(world.app, maker, "eu", [Put(need)])
    assert Capability.SERIALS in book.lines["c1"].capabilities, "as the line was described"
    before = {each.code for each in proposing.offer(world.app, maker, "eu").new}
    printer = {
        "code": "p1", "name": "Printer", "role": "printer", "site": "cork", "lines": ["c1"],
        "symbologies": ["datamatrix"], "zone": "Cell", "owner": "S. Byrne",
    }  # fmt: skip
    TECHNOLOGY.change(world.app, maker, [held.Put(TECHNOLOGY.read(TechnologyKind.SYSTEM, printer))])
    after = {each.code for each in proposing.offer(world.app, maker, "eu").new}

    assert after - before >= {"c1-SPEC", "c1-DELIVERY", "c1-INSTALL"}, "a camera is missing"


def test_whoever_may_not_see_the_portfolio_draws_nothing(world: World, maker: Actor) -> None:
    blind = replace(maker, permissions=maker.permissions - {Permission.PORTFOLIO_READ})

    with pytest.raises(NotPermitted):
        drawing.drawn(world.app, blind, "eu")
