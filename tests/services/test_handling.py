"""What is a scan beside a verification: packs handled in events, containers opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from packtrail.services.alerts import alerts, handling
from packtrail.services.goods import packing
from packtrail.services.goods.packing import Occasion
from packtrail.services.supply.allocating import allocate
from packtrail.store.database import Database

from .conftest import World, make_world
from .documents import CASE, commissioning, pack
from .documents import packing as packed
from .supply.making import MASTER, RANDOM, create_pool
from .test_alerts import GTIN, SHOP, record, watch
from .test_goods import DEPOT, moved

SHOP_GLN = "0300013333332"
STRANGE = ("QX7Y1", "W8K2M", "PL3RT", "ZV9GH")


@pytest.fixture
def world(fresh_database: Database) -> Iterator[World]:
    made = make_world(fresh_database, master_key=MASTER)
    yield made
    made.app.workers.shutdown(wait=True)


def with_pool(world: World) -> tuple[str, ...]:
    """Make the product ours, and give some numbers out that no event tells of."""
    create_pool(world.app, world.maker, "packs", gtin=GTIN, policy=RANDOM)
    return tuple(allocate(world.app, world.maker, "packs", 5, request_id="r").serials())


def received(number: int, serials: tuple[str, ...]) -> dict:
    return moved(number, "receiving", [pack(each) for each in serials], SHOP)


def told(world: World) -> list[tuple[str, str, int]]:
    return [
        (each.code, each.subject, len(each.evidence))
        for each in alerts.listed(world.app, world.maker)
        if each.withdrawn_at is None
    ]


def test_unknown_numbers_that_a_place_receives_are_a_burst_of_that_place(world: World) -> None:
    with_pool(world)
    record(world, received(10, STRANGE))
    watch(world)
    watch(world, minutes=31)

    assert ("SIG-005", SHOP_GLN, 4) in told(world)
    (alert,) = (a for a in alerts.listed(world.app, world.maker) if a.code == "SIG-005")
    assert {each.kind for each in alert.evidence} == {"event"}


def test_numbers_given_out_or_of_others_are_no_unknown_ones(world: World) -> None:
    record(world, received(10, STRANGE))
    watch(world)  # The product is somebody else's still.
    given = with_pool(world)
    record(world, received(11, given))
    watch(world)
    watch(world, minutes=31)

    assert told(world) == []


def test_unknown_numbers_that_are_reported_later_are_none_any_more(world: World) -> None:
    with_pool(world)
    record(world, received(10, STRANGE))
    watch(world)
    watch(world, minutes=31)
    assert [code for code, _, _ in told(world)] == ["SIG-005"]

    record(world, commissioning(12, [pack(each) for each in STRANGE]))
    watch(world, minutes=45)

    assert told(world) == []


def test_packs_inside_a_received_case_are_no_scans(world: World) -> None:
    with_pool(world)
    record(
        world,
        packed(2, CASE, [pack(each) for each in STRANGE]),
        moved(10, "receiving", [CASE], SHOP),
    )
    watch(world)
    watch(world, minutes=31)

    assert told(world) == []


def test_a_case_that_held_something_else_is_an_alert_until_the_look_is_declared_wrong(
    world: World,
) -> None:
    record(
        world,
        commissioning(1, [pack(n) for n in (1, 2, 3)]),
        packed(2, CASE, [pack(1), pack(2)]),
        moved(10, "receiving", [CASE], DEPOT),
    )
    seen = packing.inspect(world.app, world.maker, CASE, [pack(1), pack(3)], Occasion(place=DEPOT))
    first, again = watch(world), watch(world)

    assert (first.raised, again.raised) == (1, 0)
    ((code, subject, count),) = told(world)
    assert (code, subject, count) == ("SIG-011", "(00) 003000100000000015", 2)
    (alert,) = alerts.listed(world.app, world.maker)
    assert {each.event_id for each in alert.evidence} == {seen.event_id}
    assert alert.proposed == "suspect"

    wrong = _declared_wrong(world, seen.event_id)
    record(world, wrong)
    watch(world, minutes=45)
    assert told(world) == []


def test_a_case_that_held_what_is_recorded_is_none(world: World) -> None:
    record(world, commissioning(1, [pack(1)]), packed(2, CASE, [pack(1)]))
    packing.inspect(world.app, world.maker, CASE, [pack(1)], Occasion(place=DEPOT))
    watch(world)

    assert told(world) == []


def test_when_the_sender_corrects_its_packing_the_alert_is_taken_back(world: World) -> None:
    false = packed(2, CASE, [pack(1), pack(2)])
    record(world, commissioning(1, [pack(n) for n in (1, 2, 3)]), false)
    packing.inspect(world.app, world.maker, CASE, [pack(1), pack(3)], Occasion(place=DEPOT))
    watch(world)
    record(
        world,
        false | {"errorDeclaration": {"declarationTime": "2026-03-04T00:00:00Z"}},
        packed(3, CASE, [pack(1), pack(3)]),
    )
    watch(world, minutes=45)

    assert told(world) == []


def test_what_is_asked_for_bounds_what_is_read(world: World) -> None:
    with_pool(world)
    record(world, received(10, STRANGE))
    with world.app.database.reading() as conn:
        found = handling.at_place(
            conn,
            [1, 2, 3, 4, 5],
            f"{handling.ACCOUNT}{SHOP}",
            (world.app.clock().replace(year=2026, month=1, day=1), world.app.clock()),
            now=world.app.clock(),
            limit=3,
        )

    assert len(found) == 3


def _declared_wrong(world: World, event_id: str) -> dict:
    from packtrail.services.queries import query  # noqa: PLC0415 - one test asks for an event

    body = dict(query.event(world.app, world.maker, event_id).events[0])
    body.pop("@context", None)
    return body | {"errorDeclaration": {"declarationTime": "2026-12-04T00:00:00Z"}}
