"""Defects that were found in other systems, each shown to be none here, from capture to answer."""

from __future__ import annotations

from collections import Counter

import pytest

from packtrail.lifecycle.journey import Status
from packtrail.services.capture import capture
from packtrail.services.goods import stock, tracing
from packtrail.services.goods.stock import Asked, Dimension
from packtrail.services.verification import verifying, vrs
from packtrail.services.verification.verifying import Ask
from packtrail.verification.judging import Verdict
from packtrail.verification.messaging import ResponderPolicy

from .conftest import World
from .documents import CASE, LOT, commissioning, document, event, pack, packing

GTIN = "00300010123455"
GLN = "0300011111116"
QUERY = {
    "exp": "281231",
    "linkType": "verificationService",
    "context": "dscsaSaleableReturn",
    "reqGLN": GLN,
    "corrUUID": "6d1f7a9e-0000-4000-8000-000000000001",
}
PALLET = "urn:epc:id:sscc:030001.00000000002"


def record(world: World, *events: dict) -> capture.CaptureJob:
    job = capture.submit(world.app, world.maker, document(*events), media_type="application/json")
    assert job.success, job.findings
    return job


def status(world: World, serial: int) -> Status:
    return tracing.trace(world.app, world.maker, pack(serial)).standing.status


def message(world: World, serial: str) -> dict:
    parts = ["gtin", GTIN, "lot", LOT, "ser", serial]
    return vrs.respond(world.app, world.maker, parts, QUERY)["data"]


@pytest.fixture
def maker(world: World) -> World:
    record(world, commissioning(1, [pack(n) for n in (1, 2, 3, 4)]))
    vrs.set_responder(world.app, world.maker, GLN, ResponderPolicy())
    return world


def test_a_destroyed_pack_is_never_verified_not_by_message_either(maker: World) -> None:
    destroyed = event(
        20, action="DELETE", bizStep="destroying", disposition="destroyed", epcList=[pack(1)]
    )
    record(maker, destroyed)

    found = verifying.verify(maker.app, maker.maker, Ask(gtin=GTIN, serial="1", lot=LOT))
    assert found.verdict is Verdict.SUSPECT
    assert message(maker, "1")["verified"] is False
    assert message(maker, "2") == {"verified": True}


def test_an_older_event_that_comes_late_does_not_overwrite_what_is_newer(maker: World) -> None:
    destroyed = event(
        50, action="DELETE", bizStep="destroying", disposition="destroyed", epcList=[pack(1)]
    )
    shipped_before = event(
        30, action="OBSERVE", bizStep="shipping", disposition="in_transit", epcList=[pack(1)]
    )
    record(maker, destroyed)
    record(maker, shipped_before)

    assert status(maker, 1) is Status.DESTROYED
    assert message(maker, "1")["verified"] is False


def test_the_same_document_three_times_is_recorded_once(maker: World) -> None:
    packed = packing(5, CASE, [pack(1), pack(2)])
    jobs = [record(maker, packed) for _ in range(3)]

    assert [each.stored_count for each in jobs] == [1, 0, 0]
    assert len(tracing.trace(maker.app, maker.maker, pack(1)).steps) == 2


def test_the_packs_of_a_shipped_pallet_move_with_it(maker: World) -> None:
    shop = {"id": "urn:epc:id:sgln:030001.333333.0"}
    shipped = event(
        10, action="OBSERVE", bizStep="shipping", disposition="in_transit", epcList=[PALLET]
    )
    received = event(
        20, action="OBSERVE", bizStep="receiving", disposition="in_progress", epcList=[PALLET],
        readPoint=shop, bizLocation=shop,
    )  # fmt: skip
    record(maker, packing(5, CASE, [pack(1), pack(2)]), packing(6, PALLET, [CASE]), shipped)

    assert [status(maker, n) for n in (1, 2, 3)] == [
        *(Status.IN_TRANSIT, Status.IN_TRANSIT),
        Status.COMMISSIONED,
    ]
    record(maker, received)
    counts = stock.count(
        maker.app, maker.maker, Asked(place="0300013333332"), by=[Dimension.STATUS]
    )
    found = Counter({row.status: row.count for row in counts.rows})
    assert found == {Status.RECEIVED: 2}


def test_a_pack_that_was_dispensed_is_not_verified_after_a_late_stocking(maker: World) -> None:
    dispensed = event(
        60, action="OBSERVE", bizStep="dispensing", disposition="dispensed", epcList=[pack(3)]
    )
    stocked = event(
        40, action="OBSERVE", bizStep="stocking", disposition="sellable_accessible",
        epcList=[pack(3)],
    )  # fmt: skip
    record(maker, dispensed)
    record(maker, stocked)

    found = verifying.verify(maker.app, maker.maker, Ask(gtin=GTIN, serial="3", lot=LOT))
    assert found.verdict is Verdict.NOT_SALEABLE
    assert message(maker, "3")["verified"] is False


def test_a_recalled_pack_is_said_to_be_recalled(maker: World) -> None:
    recalled = event(
        30, action="OBSERVE", bizStep="holding", disposition="recalled", epcList=[pack(4)]
    )
    record(maker, recalled)

    assert message(maker, "4")["additionalInfo"] == "Recalled"
