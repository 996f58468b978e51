"""Policies and the law of markets."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from tests.services.conftest import World
from tests.services.supply.making import code_of, create_imported_pool, create_pool

from packtrail.base.errors import NotFound, RefusedError
from packtrail.base.findings import Severity
from packtrail.serials.policy import Order, Policy
from packtrail.services.supply.market_rules import (
    market_findings,
    markets,
    policy_for,
    pool_findings,
    suggested,
)

TODAY = date(2026, 11, 28)


def test_every_market_has_a_policy_that_keeps_to_its_law(world: World) -> None:
    known, settings = markets(world.app, world.maker), world.app.settings
    broken = {
        market: [finding.message for finding in found]
        for market in known
        for policy in [suggested(settings, market, on=TODAY).policy]
        if (found := market_findings(world.app, market, policy, on=TODAY))
    }

    assert len(known) > 60
    assert broken == {}


@pytest.mark.parametrize(
    ("market", "policy", "at"),
    [
        ("DE", Policy.of("unambiguous", 12, guess_limit=None), "guess_limit"),
        ("DE", Policy.of("unambiguous", 12, guess_limit=Fraction(1, 100)), "guess_limit"),
        ("DE", Policy.of("numeric", 12, order=Order.SEQUENTIAL, guess_limit=None), "order"),
        ("RU", Policy.of("unambiguous", 12), "length"),
        ("IR", Policy.of("unambiguous", 12), "alphabet"),
    ],
)
def test_a_policy_that_breaks_the_law_is_refused(
    world: World, market: str, policy: Policy, at: str
) -> None:
    findings = market_findings(world.app, market, policy, on=TODAY)

    assert at in {each.at for each in findings}
    assert all(each.message.startswith(f"{market}: ") for each in findings)
    if any(each.severity is Severity.ERROR for each in findings):
        with pytest.raises(RefusedError) as refused:
            create_pool(world.app, world.maker, "packs", policy=policy, market=market.lower())
        assert code_of(refused) == "SER-035"


def test_a_pool_may_keep_to_several_markets(world: World) -> None:
    made = create_pool(world.app, world.maker, "packs", market="DE, FR,US")

    assert pool_findings(world.app, world.maker, made) == ()
    with pytest.raises(NotFound) as refused:
        create_pool(world.app, world.maker, "x1", gtin="00614141123452", market="DE,XX")
    assert code_of(refused) == "LAW-014"


def test_a_pool_without_a_market_keeps_to_none(world: World) -> None:
    policy = Policy.of("numeric", 12, order=Order.SEQUENTIAL, guess_limit=None)

    made = create_pool(world.app, world.maker, "packs", policy=policy)

    assert pool_findings(world.app, world.maker, made) == ()


def test_russia_takes_numbers_of_either(world: World) -> None:
    numbers = Policy.of("mixed-case", 13, order=Order.IMPORTED, guess_limit=None)

    assert create_imported_pool(
        world.app, world.maker, "codes", policy=numbers, market="RU"
    ).market == "RU"  # fmt: skip
    assert policy_for(world.app, world.maker, "RU").policy.length == 13
    theirs = policy_for(world.app, world.maker, "RU", is_imported=True).policy
    assert "U" in theirs.alphabet


@pytest.mark.parametrize(
    ("market", "characters"),
    [("US", 82), ("UZ", 82), ("KZ", 82), ("RU", 62), ("DE", 62), ("IR", 10)],
)
def test_numbers_of_an_authority_may_have_every_character_that_the_law_allows(
    world: World, market: str, characters: int
) -> None:
    found = policy_for(world.app, world.maker, market, is_imported=True).policy

    assert len(found.alphabet) == characters
