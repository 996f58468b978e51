"""Forecasts and alarms: nobody runs out of numbers without having been told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.services.conftest import World
from tests.services.supply.making import TIGHT, create_drawn_pool, create_imported_pool, create_pool

from packtrail.base.errors import RefusedError
from packtrail.jobs import CHORES
from packtrail.services import chores, overview
from packtrail.services.supply import alarms, blocks, ordering, stations, topping_up
from packtrail.services.supply.allocating import Asking, allocate
from packtrail.services.supply.changing import close_pool
from packtrail.services.supply.forecasting import forecast_of, forecasts
from packtrail.services.supply.pools import pool as pool_of


def codes(world: World) -> list[tuple[str, str]]:
    return [(each.finding.code, each.label) for each in alarms.alarms(world.app, world.maker)]


def test_a_pool_is_foreseen_to_run_low_by_its_own_use(world: World) -> None:
    create_pool(world.app, world.maker, "tight", policy=TIGHT, low_water=99)
    assert forecast_of(world.app, world.maker, "tight") is None
    for day in range(10):
        allocate(world.app, world.maker, "tight", 30, request_id=str(day))
        world.clock.advance(days=1)

    seen = forecast_of(world.app, world.maker, "tight")

    assert seen is not None
    today = world.clock().date()
    assert sum(seen.daily) == 300
    assert seen.daily[-11:] == (*[30] * 10, 0)
    # 600 more until fewer than 99 of 999 are left: in the mean of the days since the first use.
    assert seen.low_on == today + timedelta(days=22)
    assert (seen.low_from, seen.low_until) == (
        today + timedelta(days=20),
        today + timedelta(days=23),
    )
    assert codes(world) == []
    world.clock.advance(days=3)
    allocate(world.app, world.maker, "tight", 300, request_id="many")
    assert codes(world) == [("SER-033", "tight")]
    allocate(world.app, world.maker, "tight", 301, request_id="more")
    assert codes(world) == [("SER-010", "tight")]
    close_pool(world.app, world.maker, "tight")
    assert codes(world) == []
    assert forecasts(world.app, world.maker) == {}


def test_others_see_neither_forecast_nor_alarm(world: World) -> None:
    create_pool(world.app, world.maker, "tight", policy=TIGHT, low_water=990)
    allocate(world.app, world.maker, "tight", 30, request_id="1")

    assert codes(world) == [("SER-010", "tight")]
    assert alarms.alarms(world.app, world.packer) == ()
    assert forecasts(world.app, world.packer) == {}


def test_blocks_and_orders_that_wait_are_told(world: World) -> None:
    create_imported_pool(world.app, world.maker, "codes")
    order = ordering.order(world.app, world.maker, "codes", 10)
    create_pool(world.app, world.maker, "packs")
    key = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="
    stations.add_station(world.app, world.maker, "line 4", key)
    sealed = blocks.seal(
        world.app, world.maker, "packs", Asking(count=5, request_id="1"), station="line 4",
        expires_at=world.clock() + timedelta(hours=1),
    )  # fmt: skip

    assert codes(world) == [("SER-034", "codes")]
    world.clock.advance(hours=2)
    assert codes(world) == [("SER-030", "line 4"), ("SER-034", "codes")]
    ordering.mark_sent(world.app, world.maker, order.order_id)
    blocks.settle(world.app, world.maker, sealed.block.block_id)
    assert codes(world) == []


def test_the_home_page_tells_them(world: World) -> None:
    for code in ("a1", "a2"):
        create_pool(
            world.app, world.maker, code, policy=TIGHT, low_water=1_000,
            gtin="03000101234509" if code == "a1" else "00614141123452",
        )  # fmt: skip
    create_imported_pool(world.app, world.maker, "codes")
    ordering.order(world.app, world.maker, "codes", 10)

    low, waits = overview.overview(world.app, world.maker).attention

    assert (low.code, low.count, low.text) == ("SER-010", 2, "2 pools run low.")
    assert [(each.label, each.link) for each in low.items] == [
        ("a1", "/serials/pools/maker/a1"),
        ("a2", "/serials/pools/maker/a2"),
    ]
    assert (waits.code, waits.link) == ("SER-034", "/serials/pools/maker/codes")


def test_the_chores_of_the_server_fill_order_and_let_expire(world: World) -> None:
    create_imported_pool(world.app, world.maker, "codes", low_water=10, top_up_to=100)
    create_pool(world.app, world.maker, "packs", unused_for_days=1)
    allocate(world.app, world.maker, "packs", 5, request_id="1")
    world.clock.advance(days=2)

    chores.announce(world.app, CHORES)
    while chores.run_next(world.app, CHORES):
        pass

    assert [each.last_error for each in chores.every(world.app)] == [None] * len(CHORES)
    assert pool_of(world.app, world.maker, "packs").expired == 5
    assert [each.count for each in ordering.orders(world.app, world.maker)] == [100]


def test_a_pool_that_cannot_be_helped_does_not_stop_the_others(world: World) -> None:
    for number, code in enumerate(("p1", "p2")):
        gtin = ("03000101234509", "00614141123452")[number]
        create_pool(world.app, world.maker, code, gtin=gtin)
        create_drawn_pool(
            world.app, world.maker, f"{code}-line", parent=code, low_water=1, top_up_to=10
        )
    with world.app.database.transaction() as conn:
        conn.execute("update serial_generation set sealed_key = 'x' where pool_id = 1")

    with pytest.raises(RefusedError) as refused:
        topping_up.top_up_pools(world.app)

    assert [each.code for each in refused.value.findings] == ["SER-012"]
    assert pool_of(world.app, world.maker, "p2-line").left == 10
