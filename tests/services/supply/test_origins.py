"""Origins: of many numbers at once, which allocation each is of and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.services.conftest import World
from tests.services.supply.making import create_drawn_pool, create_sscc_pool

from packtrail.services.supply.allocating import allocate
from packtrail.services.supply.changing import replace_key
from packtrail.services.supply.origins import origins_in
from packtrail.services.supply.pools import one_visible
from packtrail.services.supply.settling import Settling, settle


def told(world: World, pool: str, serials: Sequence[str]) -> list[tuple[str, str | None] | None]:
    with world.app.database.reading() as conn:
        row = one_visible(conn, world.maker.organisation_id, pool)
        found = origins_in(conn, world.app, row, serials)
    return [each and (each.request_id, each.settled) for each in found]


def test_origins_are_told_in_the_order_of_the_numbers(world: World, pool: str) -> None:
    first = allocate(world.app, world.maker, pool, 40, request_id="a").serials()
    replace_key(world.app, world.maker, pool)
    second = allocate(world.app, world.maker, pool, 40, request_id="b").serials()
    what = Settling(
        request_id="s", used=[first[3], second[0]], void=first[:1], returned=first[9:11]
    )
    settle(world.app, world.maker, pool, what)

    asked = [
        second[0],
        "NEVERGIVEN12",
        first[10],
        first[3],
        first[0],
        second[39],
        first[3],
        "",
        "é",
    ]

    assert told(world, pool, asked) == [
        ("b", "used"), None, ("a", "returned"), ("a", "used"), ("a", "void"), ("b", None),
        ("a", "used"), None, None,
    ]  # fmt: skip


def test_a_number_that_was_drawn_is_known_to_both_pools(world: World, pool: str) -> None:
    create_drawn_pool(world.app, world.maker, "line-4", parent=pool, low_water=10, top_up_to=50)
    given = allocate(world.app, world.maker, "line-4", 5, request_id="lot 7").serials()
    settle(world.app, world.maker, "line-4", Settling(request_id="s", used=given[:1]))

    assert told(world, "line-4", given[:2]) == [("lot 7", "used"), ("lot 7", None)]
    (at_parent,) = told(world, pool, given[:1])
    assert at_parent is not None
    assert at_parent[0] != "lot 7"


def test_no_number_of_an_unused_pool_has_an_origin(world: World) -> None:
    create_sscc_pool(world.app, world.maker, "pallets", prefix="0614141")

    assert told(world, "pallets", ["006141410000000019", "0061414"]) == [None, None]
    assert told(world, "pallets", []) == []
