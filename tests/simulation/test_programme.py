"""The programme of the demo company: it makes sense on the day it is opened, and moves as told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from packtrail.access import Actor
from packtrail.planning.readiness import ReadyState
from packtrail.planning.schedules import Outcome
from packtrail.planning.technology.inventory import Kind as TechnologyKind
from packtrail.services.application import Application
from packtrail.services.plan import history, law, overview, proposing, readiness, trying
from packtrail.services.plan.overview import Glance
from packtrail.services.technology.entries import TECHNOLOGY
from packtrail.services.technology.lines import line_rates
from packtrail.settings import Settings
from packtrail.simulation import company_goods, demo, portfolio, programme, technology
from packtrail.simulation.world import simulate
from packtrail.store.database import Database

CODE = programme.CODE


@pytest.fixture(scope="module")
def app(database: Database) -> Application:
    return Application(
        settings=Settings.of({}, data_dir=Path("/nonexistent")),
        database=database,
        clock=lambda: datetime(2026, 11, 28, 9, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def company(app: Application) -> Actor:
    actor = demo.actors(app, simulate(demo.PACKS, demo.SEED))[demo.COMPANY]
    portfolio.load(app)
    technology.load(app, actor)
    assert programme.load(app, actor)
    assert not programme.load(app, actor), "it is made once"
    return actor


@pytest.fixture
def seen(app: Application, company: Actor) -> Glance:
    return overview.glance(app, company, CODE)


def test_the_company_is_as_large_as_it_says(seen: Glance) -> None:
    book = seen.opened.book
    own = {each.code for each in book.sites.values() if not each.is_contract}

    assert (len(book.products), len(book.markets), len(own)) == (40, 12, 2)
    assert len([each for each in book.lines.values() if each.site in own]) == 6
    assert {each.line for each in book.products.values()} == set(book.lines)


def test_everything_is_about_the_same_sites_lines_products_and_markets(
    app: Application, company: Actor, seen: Glance
) -> None:
    book = seen.opened.book
    goods = list(company_goods.sold())
    inventory = TECHNOLOGY.entries(app, company, TechnologyKind.SYSTEM)
    named = {line.rpartition("/")[2] for each in inventory for line in each.body.get("lines", ())}

    assert set(book.products) == {each.product for each in goods}
    assert set(book.markets) == {each.market for each in goods}
    assert {each.gtin() for each in goods} == {
        gtin for each in book.products.values() for gtin in each.gtins
    }
    assert named == set(book.lines)
    assert {each.rpartition("/")[2] for each in line_rates(app, company)} == set(book.lines)
    assert {each.line for each in seen.schedule.plan.packages} - {""} <= set(book.lines)
    scope_kinds = ("product", "site", "line", "partner")
    assert {
        (kind, code) for kind in scope_kinds for code in book.of_kind(kind)
    } == seen.opened.held, "nothing of the scope is a copy of its own"


def test_readiness_sees_what_the_floor_describes(app: Application, company: Actor) -> None:
    items = readiness.of_programme(app, company, CODE).items
    described = [each for each in items if each.probe.key == "master_data"]
    cannot = {
        each.code
        for each in items
        if each.probe.key == "line_can" and each.state is not ReadyState.READY
    }

    assert len(described) > 30
    assert all(each.state is ReadyState.READY for each in described)
    assert cannot == {"c2", "w3"}


def test_the_programme_has_something_done_running_late_and_to_come(seen: Glance) -> None:
    packages = seen.schedule.plan.packages
    outcomes = {each.outcome for each in seen.schedule.outlooks}

    assert sum(each.is_done for each in packages) > 20
    assert sum(each.is_started and not each.is_done for each in packages) > 4
    assert {Outcome.DONE, Outcome.AT_RISK, Outcome.LATE, Outcome.ON_TRACK} <= outcomes
    assert (seen.verdict.made, seen.verdict.total) == (6, 7)
    assert len(seen.due) >= 5
    assert seen.decisions
    assert seen.risks


def test_what_is_done_was_done_in_an_order_that_can_be(seen: Glance) -> None:
    packages = seen.schedule.plan.by_code
    wrong = [
        link.told
        for link in seen.schedule.plan.links
        if packages[link.successor].is_started
        and (
            (before := packages[link.predecessor].finished_on) is None
            or before > (packages[link.successor].started_on or date.min)
        )
        and not packages[link.successor].is_milestone
    ]

    assert wrong == []
    assert all(
        each.finished_on is None or each.finished_on < seen.schedule.today
        for each in packages.values()
    )


def test_stopping_the_line_now_wins_months_of_the_date_that_is_lost(
    app: Application, company: Actor
) -> None:
    trial = trying.try_out(app, company, CODE, ["stop:c2=2026-11-30/2026-12-09"])

    assert {each.code: each.days for each in trial.comparison.dates}["EG-2"] < -100
    assert not any(each.is_worse for each in trial.comparison.dates)


@pytest.mark.parametrize("day", ["2027-09-08", "2028-02-08"])
def test_more_time_for_a_date_moves_its_work_and_loses_none(
    app: Application, company: Actor, day: str
) -> None:
    trial = trying.try_out(app, company, CODE, [f"date:IT={day}"])
    italy = next(each for each in trial.comparison.dates if each.code == "IT")

    assert italy.days > 45
    assert not any(each.is_worse for each in trial.comparison.dates)
    moved = [each for each in trial.comparison.shifts if each.code.startswith("IT-")]
    assert len(moved) > 10


def test_the_scope_follows_the_law_and_the_plan_the_scope(app: Application, company: Actor) -> None:
    assert law.law_changes(app, company, CODE) == ()
    assert proposing.offer(app, company, CODE).is_empty


def test_the_story_can_be_read_in_the_history(app: Application, company: Actor) -> None:
    reasons = [each.reason for each in history.versions(app, company, CODE, limit=50)]

    assert reasons[-1] == "Template: Large organisation"
    assert "Scope agreed" in reasons
    assert "Progress as reported" in reasons
