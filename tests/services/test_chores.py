"""Chores: done when due, by one server at once, and again after a failure."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from uuid import uuid4

import pytest

from packtrail.base.errors import NotAuthenticated
from packtrail.jobs import CHORES, OWN_CHORES, ChoreRunner
from packtrail.services import chores
from packtrail.services.accounts import accounts
from packtrail.services.application import Application
from packtrail.services.chores import Chore
from packtrail.store import chores as rows

from .conftest import World


class Bell:
    """Counts how often it was rung."""

    def __init__(self) -> None:
        self.count = 0
        self.was_rung = threading.Event()

    def __call__(self, app: Application) -> None:
        self.count += 1
        self.was_rung.set()


def broken(app: Application) -> None:
    raise ValueError("no paper")


def test_a_chore_is_done_at_once_and_then_at_its_interval(world: World) -> None:
    bell = Bell()
    table = [Chore("ring", 60, bell)]
    chores.announce(world.app, table)

    done = [chores.run_next(world.app, table), chores.run_next(world.app, table)]
    world.clock.advance(seconds=61)
    done.append(chores.run_next(world.app, table))

    assert done == [True, False, True]
    assert bell.count == 2


def test_a_chore_that_another_server_is_at_is_left_until_its_claim_ends(world: World) -> None:
    bell = Bell()
    table: list[Chore] = []

    def while_another_looks(app: Application) -> None:
        assert chores.run_next(app, [Chore("slow", 60, bell)]) is False

    table.append(Chore("slow", 60, while_another_looks))
    chores.announce(world.app, table)

    assert chores.run_next(world.app, table)
    assert bell.count == 0


def test_a_chore_that_fails_says_why_and_does_not_stop_the_others(world: World) -> None:
    bell = Bell()
    table = [Chore("a", 60, broken), Chore("b", 60, bell)]
    chores.announce(world.app, table)
    while chores.run_next(world.app, table):
        pass
    first, second = (row for row in chores.every(world.app) if row.name in "ab")
    world.clock.advance(seconds=61)
    chores.run_next(world.app, [Chore("a", 60, bell)])
    healed = next(row for row in chores.every(world.app) if row.name == "a")

    assert (first.failures, first.last_error) == (1, "ValueError: no paper")
    assert (second.failures, second.last_error) == (0, None)
    assert (healed.failures, healed.last_error) == (0, None)
    assert bell.count == 2


def test_the_runner_does_what_is_due_until_it_is_left(world: World) -> None:
    bell = Bell()
    table = [Chore("ring", 3600, bell)]

    with ChoreRunner(world.app, table):
        was_rung = bell.was_rung.wait(30)

    assert was_rung
    assert bell.count == 1


def test_every_chore_of_the_tables_has_a_name_of_its_own_and_runs(world: World) -> None:
    table = (*CHORES, *OWN_CHORES)
    chores.announce(world.app, table)
    while chores.run_next(world.app, table):
        pass
    rows = chores.every(world.app)

    assert len({chore.name for chore in table}) == len(table)
    assert [row.last_error for row in rows] == [None] * len(table)


def test_what_nobody_can_use_any_more_is_forgotten(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="operator")
    link = accounts.create_sign_in_link(world.app, world.maker, "ada")
    session = accounts.sign_in_by_link(world.app, link)

    accounts.forget_spent(world.app)
    is_kept = accounts.session(world.app, session.token) == session.actor
    world.clock.advance(hours=world.app.settings.session_for_hours + 1)
    accounts.forget_spent(world.app)
    with world.app.database.reading() as conn:
        left = conn.execute(
            "select (select count(*) from session), (select count(*) from sign_in_link)"
        ).fetchone()

    assert is_kept
    assert left == (0, 0)
    with pytest.raises(NotAuthenticated):
        accounts.sign_in_by_link(world.app, link)


def test_who_takes_over_goes_on_with_the_chore_that_the_dead_one_was_at(world: World) -> None:
    bell, claim = Bell(), uuid4()
    chores.announce(world.app, [Chore("slow", 60, bell)])
    with world.app.database.transaction() as conn:
        rows.claim_due(
            conn, ["slow"], claim=claim, now=world.clock(), until=world.clock() + timedelta(hours=1)
        )
    table = [Chore("slow", 60, bell)]

    assert chores.run_next(world.app, table, claim) is False
    with ChoreRunner(world.app, table, claim=uuid4()):
        assert not bell.was_rung.wait(timeout=2)
    with ChoreRunner(world.app, table, claim=claim):
        assert bell.was_rung.wait(timeout=20)


def test_threads_are_switched_sooner_while_a_chore_runs_and_as_before_afterwards(
    world: World,
) -> None:
    seen, was_run = [], threading.Event()

    def look(app: Application) -> None:
        seen.append(sys.getswitchinterval())
        was_run.set()

    before = sys.getswitchinterval()
    with ChoreRunner(world.app, [Chore("look", 60, look)]):
        assert was_run.wait(timeout=20)

    assert seen[0] < before
    assert sys.getswitchinterval() == before
