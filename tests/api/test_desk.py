"""Requests that come at the same time are answered together, each as if alone."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

import packtrail.api
from packtrail.access import Permission
from packtrail.api import desk as desks
from packtrail.api.desk import LOT_MAX, Desk
from packtrail.services.accounts import accounts
from packtrail.services.goods import tracing

from ..services.documents import commissioning, dispensing, document, pack
from .conftest import ALL, Rest

PATH = "/epcis/v2/capture"
JSON = {"Content-Type": "application/json"}


class Doubling:
    """Doubles numbers, slowly; tells which it was asked together."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.may = threading.Event()

    def __call__(self, lot: Sequence[int]) -> list[int | Exception]:
        self.lots.append([*lot])
        assert self.may.wait(30)
        if 13 in lot:
            raise LookupError("unlucky")
        return [2 * each if each >= 0 else ValueError(str(each)) for each in lot]


async def _until(holds: Callable[[], object]) -> None:
    while not holds():  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)


def test_those_that_come_while_a_lot_is_done_are_the_next_lot() -> None:
    do = Doubling()

    async def ask() -> list[int]:
        desk = Desk(do)
        first = asyncio.create_task(desk.ask(0))
        await _until(lambda: do.lots)
        rest = [asyncio.create_task(desk.ask(number)) for number in range(100, 120 + LOT_MAX)]
        await _until(lambda: len(desk._waiting) == len(rest))
        do.may.set()
        return [await each for each in (first, *rest)]

    answers = asyncio.run(ask())

    assert answers == [0, *(2 * number for number in range(100, 120 + LOT_MAX))]
    assert [len(lot) for lot in do.lots] == [1, LOT_MAX, 20]


def test_each_has_its_own_fault_and_the_fault_of_a_lot_is_that_of_all() -> None:
    do = Doubling()
    do.may.set()

    async def ask(*numbers: int) -> list[int | BaseException]:
        desk = Desk(do)
        desk._at_once = len(numbers)
        asked = (desk.ask(number) for number in numbers)
        return await asyncio.gather(*asked, return_exceptions=True)

    fine, bad = asyncio.run(ask(2, -1))
    unlucky = asyncio.run(ask(2, 13))

    assert (fine, str(bad)) == (4, "-1")
    assert [str(each) for each in unlucky] == ["unlucky", "unlucky"]


def test_who_is_gone_is_left_out_and_the_desk_goes_on() -> None:
    do = Doubling()

    async def ask() -> int:
        desk = Desk(do)
        gone, stays = (asyncio.create_task(desk.ask(number)) for number in (1, 2))
        await _until(lambda: do.lots)
        gone.cancel()
        do.may.set()
        await stays
        return await desk.ask(3)

    assert asyncio.run(ask()) == 6


def test_one_who_comes_alone_waits_for_nobody_and_several_for_each_other(monkeypatch) -> None:
    monkeypatch.setattr(desks, "_MOMENT_SECONDS", 0.2)
    do = Doubling()
    do.may.set()
    waited: list[list[int]] = []
    gather = Desk._gather

    async def watched(desk: Desk[int, int]) -> None:
        waited.append([question for question, _ in desk._waiting])
        await gather(desk)

    monkeypatch.setattr(Desk, "_gather", watched)

    async def ask() -> None:
        desk = Desk(do)
        for numbers in [(1,), (2,), (3, 4), (5, 6), (7,), (8,)]:
            await asyncio.gather(*map(desk.ask, numbers))

    asyncio.run(ask())

    assert do.lots[-3:] == [[5, 6], [7], [8]]
    # For the one that was there before, a moment and no longer. Nobody knew that 4 would come.
    assert waited == [[7]]


def test_small_documents_that_come_together_are_each_answered_for_itself(rest: Rest) -> None:
    packs = [pack(number) for number in range(12)]
    first = document(commissioning(0, packs))
    assert rest.maker.post(PATH, content=first, headers=JSON).status_code == 202
    key = accounts.create_api_key(rest.world.app, rest.world.maker, "line", scopes=ALL).secret
    reading = accounts.create_api_key(
        rest.world.app, rest.world.maker, "reader", scopes=(Permission.EVENT_READ,)
    ).secret
    sent = [
        (document(dispensing(1 + number, one)), {"Authorization": f"Bearer {key}"})
        for number, one in enumerate(packs)
    ]
    sent += [
        (sent[3][0], {"Authorization": "Bearer ptk_nobody"}),
        (sent[3][0], {"Authorization": f"Bearer {reading}"}),
        (sent[3][0], sent[3][1] | {"Packtrail-Owner": "wholesaler"}),
        (sent[3][0], sent[3][1] | {"GS1-Capture-Error-Behaviour": "never"}),
        (sent[3][0], sent[3][1] | {"Content-Type": "image/png"}),
        (b"{}", sent[3][1]),
        (document(commissioning(90, [pack("new")])), sent[3][1]),
        (document(dispensing(91, pack("unheard-of"))), sent[3][1]),
    ]

    api = packtrail.api.build(rest.world.app)
    api.state.capture_desk._at_once = len(sent)
    with TestClient(api, base_url="http://127.0.0.1") as client, ThreadPoolExecutor(20) as pool:
        asked = [
            pool.submit(client.post, PATH, content=content, headers=JSON | own)
            for content, own in sent
        ]
        answers = [each.result(60) for each in asked]

    expected = [202] * 12 + [401, 403, 403, 400, 415, 400, 202, 202]
    assert [answer.status_code for answer in answers] == expected
    for answer in answers:
        if answer.status_code == 202:
            job = rest.maker.get(answer.headers["Location"]).json()
            assert (job["running"], job["success"], job["errors"]) == (False, True, [])
    steps = Counter(
        step.biz_step
        for one in (*packs, pack("new"), pack("unheard-of"))
        for step in tracing.trace(rest.world.app, rest.world.maker, one).steps
    )
    assert steps == {"commissioning": 13, "dispensing": 13}


@pytest.mark.parametrize("most", [100, 10_000])
def test_what_is_larger_than_is_recorded_at_once_is_not_small(rest: Rest, most: int) -> None:
    world = rest.world
    object.__setattr__(world.app.settings, "capture_inline_bytes_max", most)
    asked = []
    desk = rest.maker.app.state.capture_desk
    ask = desk.ask

    async def watched(question):
        asked.append(question)
        return await ask(question)

    desk.ask = watched

    answer = rest.maker.post(PATH, content=document(commissioning(1, [pack(1)])), headers=JSON)

    assert answer.status_code == 202
    assert len(asked) == (most > 100)
