"""The programme of the demo company: it makes sense on the day it is opened, and moves as told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from packtrail.access import Actor
from packtrail.planning.schedules import Outcome
from packtrail.services import organisations
from packtrail.services.application import Application
from packtrail.services.plan import history, overview, proposing, trying
from packtrail.services.plan.overview import Glance
from packtrail.settings import Settings
from packtrail.simulation import programme, programme_scope
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
    organisations.create_organisation(app, Actor.system("test"), "asterion", name="Asterion")
    actor = organisations.system_actor(app, "demo", organisation="asterion")
    assert programme.load(app, actor)
    assert not programme.load(app, actor), "it is made once"
    return actor


@pytest.fixture
def seen(app: Application, company: Actor) -> Glance:
    return overview.glance(app, company, CODE)


def test_the_company_is_as_large_as_it_says() -> None:
    own = [each for each in programme_scope.SITES if not each.is_contract]
    lines = [each for each in programme_scope.LINES if each.site in {site.code for site in own}]

    assert len(programme_scope.products()) == 40
    assert len(programme_scope.MARKETS) == 12
    assert (len(own), len(lines)) == (2, 6)
    used = {each.line for each in programme_scope.products()}
    assert used == {each.code for each in programme_scope.LINES}


def test_the_programme_has_something_done_running_late_and_to_come(seen: Glance) -> None:
    packages = seen.schedule.plan.packages
    outcomes = {each.outcome for each in seen.schedule.outlooks}

    assert sum(each.is_done for each in packages) > 40
    assert sum(each.is_started and not each.is_done for each in packages) > 4
    assert {Outcome.DONE, Outcome.AT_RISK, Outcome.LATE, Outcome.ON_TRACK} <= outcomes
    assert (seen.verdict.made, seen.verdict.total) == (13, 14)
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


def test_stopping_the_line_in_march_wins_the_date_that_is_lost(
    app: Application, company: Actor
) -> None:
    trial = trying.try_out(app, company, CODE, ["stop:cork-3=2027-03-01/2027-03-12"])

    assert [each.code for each in trial.comparison.dates if each.is_better] == ["IN-1"]
    assert not any(each.is_worse for each in trial.comparison.dates)


@pytest.mark.parametrize("day", ["2027-08-08", "2028-02-08"])
def test_more_time_for_a_date_moves_its_work_and_loses_none(
    app: Application, company: Actor, day: str
) -> None:
    trial = trying.try_out(app, company, CODE, [f"date:IT={day}"])
    italy = next(each for each in trial.comparison.dates if each.code == "IT")

    assert italy.days > 60
    assert not any(each.is_worse for each in trial.comparison.dates)
    moved = [each for each in trial.comparison.shifts if each.code.startswith("IT-")]
    assert len(moved) > 10


def test_the_scope_follows_the_law_and_the_plan_the_scope(app: Application, company: Actor) -> None:
    assert proposing.law_changes(app, company, CODE) == ()
    assert proposing.offer(app, company, CODE).is_empty


def test_the_story_can_be_read_in_the_history(app: Application, company: Actor) -> None:
    reasons = [each.reason for each in history.versions(app, company, CODE, limit=50)]

    assert reasons[-1] == "Template: Large organisation"
    assert "Scope agreed" in reasons
    assert "Progress as reported" in reasons
