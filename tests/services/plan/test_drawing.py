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
from packtrail.planning.scope import Capability
from packtrail.production.levels import Level, Tier
from packtrail.services import floor
from packtrail.services.books import entries as held
from packtrail.services.plan import books, drawing, programmes
from packtrail.services.plan.writing import Put, write
from packtrail.services.portfolio.entries import PORTFOLIO

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
    again = drawn(world, maker)

    assert again.lines["c1"].stops == stops
    assert again.lines["c1"].name == "Line 1"
    assert again.products["tarvoxil"].packs_a_year == 900


def test_whoever_may_not_see_the_portfolio_draws_nothing(world: World, maker: Actor) -> None:
    blind = replace(maker, permissions=maker.permissions - {Permission.PORTFOLIO_READ})

    with pytest.raises(NotPermitted):
        drawing.drawn(world.app, blind, "eu")
