"""The stock that is kept in memory is never older than what was recorded."""

from __future__ import annotations

import numpy as np
import pytest
from tests.services.conftest import World
from tests.services.documents import commissioning, document, event, pack, packing

from packtrail.lifecycle.journey import Status
from packtrail.services import overview
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.capture import capture
from packtrail.services.goods import stock
from packtrail.services.goods.stock import Asked, Dimension
from packtrail.store import renewing

CASE = "urn:epc:id:sscc:030001.00000000001"


def record(world: World, *events: dict) -> None:
    job = capture.submit(world.app, world.maker, document(*events), media_type="application/json")
    assert job.success, job.findings


def counted(world: World, actor=None) -> dict[Status | None, int]:
    found = stock.count(world.app, actor or world.maker, Asked(), by=[Dimension.STATUS])
    return {row.status: row.count for row in found.rows}


def shipped(number: int, *epcs: str) -> dict:
    return event(
        number, action="OBSERVE", bizStep="shipping", disposition="in_transit", epcList=list(epcs)
    )


def test_every_count_knows_what_was_recorded_before_it(world: World) -> None:
    record(world, commissioning(1, [pack(n) for n in range(5)]))
    assert counted(world) == {Status.COMMISSIONED: 5}

    record(world, packing(2, CASE, [pack(0), pack(1)]))
    assert counted(world) == {Status.COMMISSIONED: 3, Status.PACKED: 2}

    record(world, shipped(3, CASE))
    assert counted(world) == {Status.COMMISSIONED: 3, Status.IN_TRANSIT: 2}
    assert {each.status: each.count for each in overview.overview(world.app, world.maker).by_status}
    assert counted(world, world.wholesaler) == {}


def test_what_is_kept_ready_is_renewed_without_going_over_everything(world: World, monkeypatch):
    record(world, commissioning(1, [pack(n) for n in range(5)]))
    stock.keep_ready(world.app)
    monkeypatch.setattr(renewing, "take", lambda *_: 1 / 0)

    record(world, shipped(3, pack(4)))
    stock.keep_ready(world.app)

    assert counted(world) == {Status.COMMISSIONED: 4, Status.IN_TRANSIT: 1}


def test_who_still_reads_keeps_what_was_there_when_the_reading_began(world: World) -> None:
    record(world, commissioning(1, [pack(n) for n in range(5)]))
    with world.app.database.reading() as conn:
        audience_ids = visible_to(conn, world.maker)
    with world.app.stock.lent(world.app.database, audience_ids) as (_, kept):
        before = kept.sweep.status.copy()
        record(world, shipped(3, pack(4)))

        assert counted(world) == {Status.COMMISSIONED: 4, Status.IN_TRANSIT: 1}
        assert np.array_equal(kept.sweep.status, before)


def test_a_renewal_that_fails_leaves_nothing_half_renewed(world: World, monkeypatch) -> None:
    record(world, commissioning(1, [pack(n) for n in range(5)]))
    assert counted(world) == {Status.COMMISSIONED: 5}
    record(world, shipped(3, pack(4)))
    with monkeypatch.context() as broken:
        broken.setattr(renewing.census, "go_over", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            counted(world)

    assert counted(world) == {Status.COMMISSIONED: 4, Status.IN_TRANSIT: 1}
