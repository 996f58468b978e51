"""States, commands and what an order may ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from packtrail.production.levels import Level, Tier, check_tiers
from packtrail.production.orders import (
    TRANSITIONS,
    Command,
    Signal,
    State,
    after,
    allowed,
    check_terms,
    signals_of,
)

from .floors import TERMS, TIERS

TODAY = date(2026, 3, 3)


def test_every_state_can_be_reached_and_only_closed_is_the_end() -> None:
    reached = set(TRANSITIONS.values())
    left = {state for state, _ in TRANSITIONS if state is not None}

    assert reached == set(State)
    assert set(State) - left == {State.CLOSED}


def test_every_command_is_lawful_somewhere() -> None:
    assert {trigger for _, trigger in TRANSITIONS} == {*Command, *Signal}


@pytest.mark.parametrize(
    ("state", "commands"),
    [
        (State.WAITING, [Command.START, Command.UPDATE, Command.CANCEL]),
        (State.READY, [Command.START, Command.UPDATE, Command.CANCEL]),
        (State.LOADED, [Command.START, Command.UPDATE, Command.CANCEL]),
        (State.RUNNING, [Command.STOP]),
        (State.HELD, [Command.STOP]),
        (State.SUSPENDED, [Command.STOP]),
        (State.COMPLETED, [Command.CLEAR]),
        (State.ABORTED, [Command.CLEAR]),
        (State.CLOSED, []),
    ],
)
def test_each_state_allows_its_commands(state: State, commands: list[Command]) -> None:
    assert list(allowed(state)) == commands


def test_a_batch_goes_from_its_plan_to_its_end() -> None:
    state: State | None = None
    for trigger in (
        Command.STORE, Signal.PREPARED, Command.START, Signal.LOADED, Signal.STARTED, Signal.HELD,
        Signal.STARTED, Signal.SUSPENDED, Signal.STARTED, Command.STOP, Command.CLEAR,
    ):  # fmt: skip
        state = after(state, trigger)
        assert state is not None

    assert state is State.CLOSED


def test_a_line_that_stands_still_says_what_comes_next() -> None:
    assert signals_of(State.HELD) == (
        Signal.STARTED, Signal.SUSPENDED, Signal.COMPLETED, Signal.ABORTED,
    )  # fmt: skip


def test_quantities_go_up_the_levels() -> None:
    terms = replace(TERMS, quantity=20, spare_percent=10)

    assert terms.planned() == {Level.PACK: 20, Level.CASE: 7, Level.PALLET: 4}
    assert terms.to_issue() == {Level.PACK: 22, Level.CASE: 8, Level.PALLET: 5}


def test_the_terms_of_the_tests_are_lawful() -> None:
    assert check_terms(TERMS, today=TODAY) == ()


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"product": " "}, "product"),
        ({"lot": ""}, "lot"),
        ({"lot": "L 1"}, "lot"),
        ({"lot": "L" * 21}, "lot"),
        ({"expires": "31.12.2028"}, "expires"),
        ({"expires": "2028-12"}, "expires"),
        ({"expires": "2026-03-02"}, "expires"),
        ({"quantity": 0}, "quantity"),
        ({"spare_percent": 101}, "spare_percent"),
        ({"mixed_lots_from": Level.PACK}, "mixed_lots_from"),
        ({"tiers": ()}, "levels/0/level"),
    ],
)
def test_terms_that_cannot_be_are_named(wrong: dict[str, object], at: str) -> None:
    findings = check_terms(replace(TERMS, **wrong), today=TODAY)

    assert [each.at for each in findings] == [at]


def test_day_zero_is_the_end_of_the_month() -> None:
    terms = replace(TERMS, expires="2028-02-00")

    assert (check_terms(terms, today=TODAY), terms.last_day) == ((), date(2028, 2, 29))


@pytest.mark.parametrize(
    ("tiers", "at"),
    [
        ((TIERS[1],), "levels/0/level"),
        ((TIERS[0], TIERS[0]), "levels"),
        ((TIERS[0], TIERS[2], TIERS[1]), "levels"),
        ((replace(TIERS[0], gtin=None, prefix="0614141"),), "levels/0/gtin"),
        ((replace(TIERS[0], holds=3),), "levels/0/holds"),
        ((TIERS[0], replace(TIERS[1], holds=0)), "levels/1/holds"),
        ((replace(TIERS[0], gtin="3000101234509"),), "levels/0/gtin"),
        ((replace(TIERS[0], prefix="300011"),), "levels/0/prefix"),
    ],
)
def test_levels_that_make_no_trade_item_are_named(tiers: tuple[Tier, ...], at: str) -> None:
    assert at in [each.at for each in check_tiers(tiers)]


def test_a_wrong_check_digit_of_a_level_is_told() -> None:
    findings = check_tiers((replace(TIERS[0], gtin="03000101234508"),))

    assert [each.code for each in findings] == ["GS1-009"]
