"""From the law to the scope: accepted rules, those that are only installed, markets to enter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.services.companies import go_back, make_company, put
from tests.services.conftest import World
from tests.unit.planning.scopes import scope

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import NotFound, NotPermitted
from packtrail.planning.book import Terms
from packtrail.planning.scope import Capability, Market, Need
from packtrail.planning.work import Certainty
from packtrail.services.markets import accepting
from packtrail.services.plan import books, drawing, law, programmes, proposing, readiness
from packtrail.services.plan.writing import Put, write
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.store.database import Database

DAY = date(2026, 11, 30)
LAW, LATER = date(2027, 2, 8), date(2028, 2, 8)
ITALY = "it_fmd"
MOVED = date(2027, 8, 8)
OVERLAY = {
    "pack.toml": """
id = "own"
title = "Italy as our affiliate reads it"
code = "OWN"
version = "1"
true_on = 2026-11-28
overlays = "it_fmd"
""",
    "sources.yaml": """
memo:
  title: Memo of the affiliate
  kind: company
""",
    "calendar/milestones.yaml": f"""
deadlines:
  italian_stabilisation_ends:
    on: {MOVED}
    who: all actors
    what: End of stabilisation
    rules: [IT-FMD-002]
    confidence: high
    sources: [memo]
""",
}
"""A pack of a company's own that moves a date of another."""


@pytest.fixture
def company(database: Database) -> Iterator[World]:
    """A company with a portfolio and a programme of Italy, by hand."""
    world = make_company(database)
    world.clock.now = world.clock.now.replace(year=2026, month=11, day=30, hour=9)
    terms = Terms(template="large")
    programmes.create_programme(world.app, world.maker, "eu", name="EU", terms=terms)
    made = scope()
    entries = (Market(code="IT", name="Italy"), *made.products, *made.sites, *made.lines)
    write(world.app, world.maker, "eu", [Put(each) for each in entries])
    return world


@pytest.fixture
def behind(company: World) -> World:
    """The same, with rules accepted in which the day of Italy lay a year later."""
    moved = ("calendar/milestones.yaml", f"on: {LAW}", f"on: {LATER}")
    go_back(company, ITALY, moved)
    return company


def changes(world: World) -> tuple[law.LawChange, ...]:
    return law.law_changes(world.app, world.maker, "eu")


def needs(world: World) -> dict[str, Need]:
    return dict(books.opened(world.app, world.maker, "eu").book.needs)


# --- which rules are the law ----------------------------------------------------------------------


def test_the_plan_follows_the_accepted_rules_and_tells_where_installed_ones_differ(
    behind: World,
) -> None:
    new, waiting = changes(behind)

    assert (new.need.due_on, new.before, new.is_accepted) == (LATER, None, True)
    assert (waiting.need.due_on, waiting.is_accepted, waiting.pack) == (LAW, False, ITALY)
    assert waiting.before == new.need
    assert waiting.days == (LAW - LATER).days


def test_what_is_only_installed_is_not_taken_before_it_is_accepted(behind: World) -> None:
    law.follow_law(behind.app, behind.maker, "eu")
    proposing.accept(behind.app, behind.maker, "eu")

    assert needs(behind)["IT"].due_on == LATER
    (waiting,) = changes(behind)
    assert not waiting.is_accepted
    law.follow_law(behind.app, behind.maker, "eu")
    assert needs(behind)["IT"].due_on == LATER, "again changes nothing"

    accepting.accept(behind.app, behind.maker, [ITALY], reason="Read by regulatory affairs")
    (moved,) = changes(behind)
    assert (moved.is_accepted, moved.days) == (True, (LAW - LATER).days)
    law.follow_law(behind.app, behind.maker, "eu")
    book = books.opened(behind.app, behind.maker, "eu").book
    assert book.needs["IT"].due_on == book.deadlines["IT"].due_on == LAW
    assert changes(behind) == ()


def test_a_pack_of_ones_own_that_moves_a_date_is_what_there_is_to_accept(
    behind: World, tmp_path: Path
) -> None:
    accepting.accept(behind.app, behind.maker, [ITALY], reason="Read by regulatory affairs")
    law.follow_law(behind.app, behind.maker, "eu")
    proposing.accept(behind.app, behind.maker, "eu")
    for name, text in OVERLAY.items():
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / name).write_text(text)
    settings = replace(behind.app.settings, market_packs=(str(tmp_path),))
    own = replace(behind, app=replace(behind.app, settings=settings))

    (waiting,) = changes(own)
    assert (waiting.pack, waiting.is_accepted, waiting.need.due_on) == ("own", False, MOVED)
    law.follow_law(own.app, own.maker, "eu")
    assert needs(own)["IT"].due_on == LAW, "what is only installed moves nothing"

    accepting.accept(own.app, own.maker, [waiting.pack], reason="As the affiliate reads it")
    law.follow_law(own.app, own.maker, "eu")
    book = books.opened(own.app, own.maker, "eu").book
    assert book.needs["IT"].due_on == book.deadlines["IT"].due_on == MOVED
    assert changes(own) == ()


def test_whoever_accepted_nothing_follows_what_is_installed(company: World) -> None:
    (new,) = changes(company)

    assert (new.need.due_on, new.is_accepted) == (LAW, True)


def test_a_date_that_the_law_takes_back_is_told_and_taken_out(company: World) -> None:
    law.follow_law(company.app, company.maker, "eu")
    proposing.accept(company.app, company.maker, "eu")
    gone = replace(needs(company)["IT"], key=f"{ITALY}/no_such_date", code="IT-X")
    write(company.app, company.maker, "eu", [Put(gone)])

    (change,) = changes(company)
    assert (change.is_gone, change.need.code) == (True, "IT-X")
    law.follow_law(company.app, company.maker, "eu")
    assert set(needs(company)) == {"IT"}
    assert "IT" in books.opened(company.app, company.maker, "eu").book.deadlines


def test_a_need_of_ones_own_is_never_taken_back(company: World) -> None:
    own = Need(
        code="OURS", market="IT", title="Ours", capabilities=frozenset({Capability.SERIALS}),
        due_on=date(2027, 6, 30), certainty=Certainty.OWN,
    )  # fmt: skip
    write(company.app, company.maker, "eu", [Put(own)])

    assert not [each for each in changes(company) if each.is_gone]


# --- markets whose rules hold already -------------------------------------------------------------


def with_market(world: World, market: str) -> None:
    write(world.app, world.maker, "eu", [
        Put(Market(code=market, name="Germany")),
        *(Put(replace(each, markets=(*each.markets, market))) for each in scope().products),
    ])  # fmt: skip


def test_a_market_that_is_entered_becomes_a_date_with_its_work(company: World) -> None:
    with_market(company, "DE")
    (entry,) = law.entries(company.app, company.maker, "eu")
    assert (entry.market, entry.since.year, entry.by) == ("DE", 2019, None)
    assert "serials" in entry.need.capabilities

    by = date(2028, 3, 31)
    law.enter(company.app, company.maker, "eu", "DE", by=by)
    assert law.entries(company.app, company.maker, "eu") == ()
    assert not [each for each in changes(company) if each.need.market == "DE"]
    need = needs(company)["DE"]
    assert (need.due_on, need.certainty, need.key) == (by, Certainty.OWN, "")
    offer = proposing.offer(company.app, company.maker, "eu")
    assert {"DE-LIVE", "DE-REGISTER", "DE-MASTER", "DE-POOLS"} <= {e.code for e in offer.new}
    assert {each.code: each.due_on for each in offer.deadlines}["DE"] == by


def test_a_market_in_which_the_portfolio_sells_is_not_to_be_entered(company: World) -> None:
    drawing.draw(company.app, company.maker, "eu", markets=["US"])

    assert [e.market for e in law.entries(company.app, company.maker, "eu")] == []


def test_the_first_sale_of_the_portfolio_is_the_day_that_is_offered(company: World) -> None:
    first = date(2027, 9, 1)
    PORTFOLIO.change(
        company.app, company.maker,
        [put("licence", product="tarvoxil", market="FR", sold_from=str(first)),
         put("placement", product="tarvoxil", market="FR", line="w1")],
    )  # fmt: skip
    drawing.draw(company.app, company.maker, "eu", markets=["FR"])

    (entry,) = law.entries(company.app, company.maker, "eu")
    assert (entry.market, entry.by) == ("FR", first - timedelta(days=1))
    items = readiness.of_programme(company.app, company.maker, "eu").items
    packs = next(e for e in items if e.code == "tarvoxil" and e.probe.key == "packs")
    assert (packs.due_on, packs.late_days) == (entry.by, 0)
    assert packs.since is not None


def test_only_who_may_enters_a_market_and_only_one_that_there_is(company: World) -> None:
    with_market(company, "DE")
    reader = company.maker.with_permissions(ROLES[RoleName.READER])

    with pytest.raises(NotPermitted):
        law.enter(company.app, reader, "eu", "DE", by=LATER)
    with pytest.raises(NotFound) as refusal:
        law.enter(company.app, company.maker, "eu", "IT", by=LATER)
    assert refusal.value.findings[0].code == "PLN-015"
    assert "DE" in refusal.value.findings[0].message


# --- readiness ------------------------------------------------------------------------------------


def test_every_market_in_scope_says_since_when_its_rules_hold(company: World) -> None:
    with_market(company, "DE")
    write(company.app, company.maker, "eu", [Put(Market(code="XX", name="Nowhere"))])
    law.follow_law(company.app, company.maker, "eu")
    found = readiness.of_programme(company.app, company.maker, "eu")

    assert found.laws["DE"].since == date(2019, 2, 9)
    assert found.laws["IT"].next_on == LAW
    assert (found.laws["XX"].is_known, found.laws["XX"].since) == (False, None)
    asked = {market for each in found.items for market in each.markets}
    assert asked == {"DE", "IT"}
    table = readiness.table(found.items)
    at = [each.title for each in table.columns].index("In force since")
    assert date(2019, 2, 9) in {row[at] for row in table.rows}
