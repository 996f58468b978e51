"""Settling: every number given out is used, returned, void or expired, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.services.conftest import World
from tests.services.documents import commissioning, document
from tests.services.supply.making import (
    GTIN,
    code_of,
    create_drawn_pool,
    create_pool,
    create_sscc_pool,
)

from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.serials.policy import Policy
from packtrail.services.accounts import audit
from packtrail.services.capture import capture
from packtrail.services.supply.allocating import allocate, allocation
from packtrail.services.supply.changing import replace_key
from packtrail.services.supply.expiring import expire_unused
from packtrail.services.supply.looking_up import Page, Wanted, look_up, search
from packtrail.services.supply.pools import pool as pool_of
from packtrail.services.supply.proving import prove
from packtrail.services.supply.settling import Settling, settle


def test_every_number_of_an_allocation_is_settled_once(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 100, request_id="order 7").serials()

    done = settle(
        world.app,
        world.maker,
        pool,
        Settling(
            request_id="close 7",
            allocation="order 7",
            used=given[:80],
            void=given[85:90],
            rest="returned",
            party="line 4",
            reason="lot A12",
        ),
    )

    assert (done.used, done.voided, done.returned, done.outstanding) == (80, 5, 15, 0)
    after = allocation(world.app, world.maker, pool, "order 7")
    assert (after.used, after.voided, after.returned, after.expired) == (80, 5, 15, 0)
    assert after.outstanding == 0
    assert after.delivery.serials() == given
    states = [look_up(world.app, world.maker, given[at], pool=pool)[0].state for at in (0, 85, 99)]
    assert states == ["used", "void", "returned"]
    now = pool_of(world.app, world.maker, pool)
    assert (now.used, now.voided, now.returned, now.outstanding) == (80, 5, 15, 0)
    assert [each.kind for each in done.entries] == ["used", "void", "returned"]
    assert prove(world.app, world.maker, pool)[0].holds


def test_settling_the_same_again_changes_nothing(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 10, request_id="1").serials()
    what = {"request_id": "close", "allocation": "1", "used": given[:4], "rest": "returned"}

    first = settle(world.app, world.maker, pool, Settling(**what))
    again = settle(world.app, world.maker, pool, Settling(**what | {"used": given[3::-1]}))

    assert (again.is_repeated, again.used, again.returned) == (True, 4, 6)
    assert [each.entry_no for each in again.entries] == [each.entry_no for each in first.entries]
    for other in (
        {"used": given[:5]},
        {"used": given[:3]},
        {"void": given[5:6]},
        {"reason": "other"},
        {"rest": "void"},
    ):
        with pytest.raises(Conflict) as refused:
            settle(world.app, world.maker, pool, Settling(**what | other))
        assert code_of(refused) == "SER-007"


def test_numbers_that_are_not_of_the_allocation_are_refused(world: World, pool: str) -> None:
    first = allocate(world.app, world.maker, pool, 5, request_id="1").serials()
    second = allocate(world.app, world.maker, pool, 5, request_id="2").serials()

    for strange, code in ((second[2], "SER-016"), ("0" * 12, "SER-008")):
        with pytest.raises(RefusedError, match=strange) as refused:
            settle(
                world.app,
                world.maker,
                pool,
                Settling(request_id="x", allocation="1", used=[first[0], strange]),
            )
        assert code_of(refused) == code
    assert pool_of(world.app, world.maker, pool).used == 0


def test_one_list_may_be_of_many_allocations_and_keys(world: World, pool: str) -> None:
    given: list[str] = []
    for request in range(40):
        given += allocate(world.app, world.maker, pool, 3, request_id=str(request)).serials()
        if request % 15 == 14:
            replace_key(world.app, world.maker, pool)

    done = settle(world.app, world.maker, pool, Settling(request_id="x", used=given[::2]))
    rest = settle(world.app, world.maker, pool, Settling(request_id="y", returned=given[1::2]))

    assert (done.used, rest.returned, len(done.entries)) == (60, 60, 3)
    for request in range(40):
        left = allocation(world.app, world.maker, pool, str(request))
        assert (left.used + left.returned, left.outstanding) == (3, 0)
    assert prove(world.app, world.maker, pool)[0].holds


@pytest.mark.parametrize("kind", ["used", "void", "returned"])
def test_a_number_is_settled_once(world: World, pool: str, kind: str) -> None:
    given = allocate(world.app, world.maker, pool, 5, request_id="1").serials()
    settle(world.app, world.maker, pool, Settling(request_id="x", used=given[:3]))

    with pytest.raises(Conflict, match="used by x") as refused:
        settle(world.app, world.maker, pool, Settling(request_id="y", **{kind: given[2:]}))

    assert code_of(refused) == "SER-009"
    assert pool_of(world.app, world.maker, pool).outstanding == 2


def test_a_number_in_two_lists_is_refused(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 5, request_id="1").serials()

    with pytest.raises(RefusedError, match=given[2]):
        settle(
            world.app,
            world.maker,
            pool,
            Settling(request_id="x", used=given[:3], void=given[2:3]),
        )


def test_there_must_be_something_to_settle(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 5, request_id="1").serials()
    settle(world.app, world.maker, pool, Settling(request_id="x", used=given))

    for what, code in (
        ({"allocation": "1", "rest": "returned"}, "SER-017"),
        ({"allocation": "2", "rest": "returned"}, "SER-015"),
        ({"rest": "returned"}, "SER-013"),
        ({}, "SER-013"),
    ):
        with pytest.raises(RefusedError) as refused:
            settle(world.app, world.maker, pool, Settling(request_id="y", **what))
        assert code_of(refused) == code


def test_request_ids_of_two_organisations_never_meet(world: World) -> None:
    create_pool(world.app, world.maker, "shared", serves="packer")

    ours = allocate(world.app, world.maker, "shared", 5, request_id="PO-1").serials()
    theirs = allocate(world.app, world.packer, "shared", 5, request_id="PO-1").serials()

    assert not {*ours} & {*theirs}
    assert allocation(world.app, world.packer, "shared", "PO-1").delivery.serials() == theirs
    with pytest.raises(NotFound) as refused:
        allocation(world.app, world.wholesaler, "shared", "PO-1")
    assert code_of(refused) == "SER-005"


def test_who_may_not_take_numbers_gets_none_that_were_taken(world: World, pool: str) -> None:
    allocate(world.app, world.maker, pool, 5, request_id="1")

    with pytest.raises(NotPermitted):
        allocation(world.app, world.maker.with_permissions([]), pool, "1")


# --- expiry ---------------------------------------------------------------------------------------


def test_unused_numbers_expire_when_their_time_is_over(world: World) -> None:
    create_pool(world.app, world.maker, "packs", unused_for_days=30)
    given = allocate(world.app, world.maker, "packs", 100, request_id="1").serials()
    until = world.clock() + timedelta(days=90)
    allocate(world.app, world.maker, "packs", 10, request_id="2", unused_until=until)
    settle(world.app, world.maker, "packs", Settling(request_id="x", used=given[:60]))

    expire_unused(world.app)
    before = pool_of(world.app, world.maker, "packs").expired
    world.clock.advance(days=31)
    expire_unused(world.app)
    expire_unused(world.app)

    assert (before, pool_of(world.app, world.maker, "packs").expired) == (0, 40)
    assert look_up(world.app, world.maker, given[99], pool="packs")[0].state == "expired"
    with pytest.raises(Conflict, match="expired by expiry/1"):
        settle(world.app, world.maker, "packs", Settling(request_id="y", used=given[60:61]))
    world.clock.advance(days=60)
    expire_unused(world.app)
    assert pool_of(world.app, world.maker, "packs").outstanding == 0
    (proof,) = prove(world.app, world.maker)
    assert (proof.holds, proof.expired) == (True, 50)
    assert audit.entries(world.app, world.maker, limit=1)[0].action == "pool:allocation:expired"


@pytest.mark.parametrize("kind", ["gtin", "sscc"])
def test_a_number_that_an_event_names_does_not_expire(world: World, kind: str) -> None:
    if kind == "gtin":
        create_pool(world.app, world.maker, "p1", gtin=GTIN, unused_for_days=1)
    else:
        create_sscc_pool(world.app, world.maker, "p1", prefix="030001", unused_for_days=1)
    given = allocate(world.app, world.maker, "p1", 5, request_id="1").serials()
    path = f"01/{GTIN}/21" if kind == "gtin" else "00"
    named = f"https://id.gs1.org/{path}/{given[2]}"
    job = capture.submit(
        world.app,
        world.maker,
        document(commissioning(1, [named])),
        media_type="application/ld+json",
    )
    assert job.success

    world.clock.advance(days=2)
    expire_unused(world.app)

    states = [look_up(world.app, world.maker, each, pool="p1")[0].state for each in given]
    assert states == ["expired", "expired", "issued", "expired", "expired"]


def test_numbers_drawn_from_a_pool_do_not_expire_there(world: World) -> None:
    create_pool(world.app, world.maker, "packs", unused_for_days=1)
    create_drawn_pool(world.app, world.maker, "line", parent="packs", low_water=1, top_up_to=10)
    allocate(world.app, world.maker, "line", 1, request_id="1")

    world.clock.advance(days=2)
    expire_unused(world.app)

    assert [pool_of(world.app, world.maker, each).expired for each in ("packs", "line")] == [0, 0]


def test_a_time_that_is_over_is_no_expiry(world: World, pool: str) -> None:
    with pytest.raises(RefusedError, match="which is over"):
        allocate(world.app, world.maker, pool, 1, request_id="1", unused_until=world.clock())


def test_what_expires_of_a_later_key_are_numbers_that_were_given(world: World) -> None:
    small = Policy.of("numeric", 6, guess_limit=None)
    create_pool(world.app, world.maker, "small", policy=small, unused_for_days=1)
    allocate(world.app, world.maker, "small", 500_000, request_id="1")
    replace_key(world.app, world.maker, "small")
    given = allocate(world.app, world.maker, "small", 20_000, request_id="2").serials()
    settle(world.app, world.maker, "small", Settling(request_id="x", used=given[:5_000]))

    done = settle(
        world.app,
        world.maker,
        "small",
        Settling(request_id="y", allocation="2", rest="returned"),
    )

    assert (done.returned, done.outstanding) == (15_000, 0)
    assert prove(world.app, world.maker)[0].holds


# --- the ledger of all pools ----------------------------------------------------------------------


def test_ledgers_are_searched_and_paged(world: World, pool: str) -> None:
    create_pool(world.app, world.packer, "theirs", gtin="00614141123452")
    allocate(world.app, world.packer, "theirs", 1, request_id="not ours")
    for turn in range(7):
        given = allocate(
            world.app, world.maker, pool, 5, request_id=f"PO-{turn}", party="Line 4"
        ).serials()
        settle(world.app, world.maker, pool, Settling(request_id=f"back {turn}", used=given[:2]))

    found: list[str] = []
    cursor = None
    while True:
        page = search(world.app, world.maker, Wanted(text="line 4"), cursor=cursor, limit=3)
        found += [each.request_id for each in page.entries]
        cursor = page.cursor
        if cursor is None:
            break

    assert found == [f"PO-{turn}" for turn in reversed(range(7))]
    used = search(world.app, world.maker, Wanted(kinds=["used"], pool=pool))
    assert [each.kind for each in used.entries] == ["used"] * 7
    assert search(world.app, world.maker, Wanted(until=given_at(used)), limit=2).cursor is not None
    for wrong in ("x", "!!", "WzFd"):
        with pytest.raises(RefusedError) as refused:
            search(world.app, world.maker, Wanted(), cursor=wrong)
        assert code_of(refused) == "SER-013"


def given_at(page: Page) -> datetime:
    return page.entries[0].at
