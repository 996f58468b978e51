"""OPEN-SCS with a real OPC UA client, over a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from threading import Thread
from typing import Any

import pytest
from asyncua import Client, ua
from tests.services.plants import GTIN, Plant, make_plant, make_world

from packtrail.access import Permission
from packtrail.openscs import pool_calls
from packtrail.openscs.server import build
from packtrail.openscs.words import NAMESPACE
from packtrail.production.levels import Level
from packtrail.services.accounts import keys
from packtrail.services.lines import line_reports
from packtrail.services.orders.reconciling import account
from packtrail.store.database import Database

SCOPES = [Permission.LINE_READ, Permission.REPORT_CREATE, Permission.ALLOCATION_CREATE,
          Permission.ALLOCATION_RETURN, Permission.POOL_READ]  # fmt: skip


class Line:
    """A line system: an OPC UA client that knows the model by its names alone."""

    def __init__(self, client: Client, index: int, types: dict[str, Any]) -> None:
        self.client, self.index, self.types = client, index, types

    async def call(self, manager: str, method: str, *inputs: Any) -> Any:
        node = await self.client.nodes.objects.get_child(f"{self.index}:{manager}")
        return await node.call_method(f"{self.index}:{method}", *inputs)

    def pairs(self, **told: str) -> ua.Variant:
        made = []
        for key, value in told.items():
            pair = self.types["KeyValue"]()
            pair.Key, pair.Value = key, value
            made.append(pair)
        return ua.Variant(made, ua.VariantType.ExtensionObject, is_array=True)

    async def request(
        self, count: int, *, collection: str = "", token: str = "", form: str = "SERIALONLY",
        method: str = "SNRequestAllocated", **criteria: str,
    ) -> tuple[int, list[str], str]:  # fmt: skip
        status, found, back = await self.call(
            "PoolManager", method, collection, ua.Variant(count, ua.VariantType.UInt32), form,
            self.pairs(**criteria), token,
        )  # fmt: skip
        return status, list(found.SerialNumbers or ()), back

    def collection(self, numbers: Sequence[str]) -> Any:
        made = self.types["Collection"]()
        made.SerialNumbers = list(numbers)
        return made

    async def change(self, method: str, numbers: Sequence[str], **criteria: str) -> int:
        found: int = await self.call(
            "PoolManager", method, self.collection(numbers), self.pairs(**criteria), "SERIALONLY"
        )
        return found

    async def event(
        self, method: str, numbers: Sequence[str], form: str = "SERIALONLY", **context: str
    ) -> int:
        labels = []
        for number in numbers:
            label = self.types["Label"]()
            label.ID, label.LabelProperties = number, []
            labels.append(label)
        told = self.types["LabelCollection"]()
        told.LabelCollection, told.LabelCollectionProperties = labels, []
        found: int = await self.call("EventManager", method, told, form, self.pairs(**context))
        return found

    async def aggregate(
        self, method: str, parent: str, children: Sequence[str], **context: str
    ) -> int:
        told = self.types["Aggregation"]()
        told.ParentElement, told.ParentElementCollection = parent, list(children)
        found: int = await self.call(
            "AggregationManager", method, told, "SERIALONLY", "SERIALONLY", self.pairs(**context)
        )
        return found


@pytest.fixture
def plant(fresh_database: Database) -> Plant:
    plant = make_plant(fresh_database)
    plant.order(quantity=12, spare_percent=50)
    return plant


@pytest.fixture
def port(fresh_database: Database) -> Iterator[int]:
    """A server on a free port: the key says who calls."""
    app = make_world(fresh_database).app
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(build(app, "opc.tcp://127.0.0.1:0/packtrail"))
    loop.run_until_complete(server.start())
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield server.bserver._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


Live = Callable[..., None]


@pytest.fixture
def on_line(plant: Plant, port: int) -> Live:
    """Connect a line system with a key, and let it live a story."""

    async def live(story: Callable[[Line], Awaitable[None]], actor: Any, scopes: Any) -> None:
        key = keys.create_api_key(plant.app, actor, "line", scopes=scopes)
        async with _client(port, key.secret) as client:
            index = await client.get_namespace_index(NAMESPACE)
            await story(Line(client, index, await types_of(client)))

    def run(story: Any, actor: Any = None, scopes: Any = SCOPES) -> None:
        asyncio.run(live(story, actor or plant.packer, scopes))

    return run


async def types_of(client: Client) -> dict[str, Any]:
    """Return the data types of the model as the client knows them."""
    await client.load_data_type_definitions()
    names = ("KeyValue", "Collection", "Label", "LabelCollection", "Aggregation")
    return {name: getattr(ua, name) for name in names}


def _client(port: int, secret: str) -> Client:
    client = Client(f"opc.tcp://127.0.0.1:{port}/packtrail")
    client.set_user("line")
    client.set_password(secret)
    return client


def test_a_batch_is_packed_over_opc_ua(plant: Plant, on_line: Live) -> None:
    async def story(line: Line) -> None:
        status, packs, token = await line.request(4, WorkOrder="WO-1")
        assert (status, len(packs), token) == (1, 4, "")
        _, (case,), _ = await line.request(1, WorkOrder="WO-1", Level="case")
        assert await line.event("LabelsEncodingEvent", packs, WorkOrder="WO-1") == 1
        assert await line.event("SIDCommissioningEvent", packs[:3]) == 1
        assert await line.event("LabelsScrappingEvent", packs[3:], Reason="unreadable") == 1
        assert await line.aggregate("AggregationPackingEvent", case, packs[:3]) == 1
        assert await line.aggregate("AggregationUnpackingEvent", case, packs[:1]) == 1
        assert await line.event("SIDSamplingEvent", packs[:1], Reason="retention") == 1
        assert await line.event("SIDInspectingEvent", packs[1:2]) == 1

    on_line(story)

    order = plant.state()
    assert order.state == "Running"
    done = {
        what: order.done(what, Level.PACK) for what in ("commission", "reject", "pack", "sample")
    }
    assert done == {"commission": 3, "reject": 1, "pack": 3, "sample": 1}
    assert {each.source for each in line_reports.reports(plant.app, plant.maker, "WO-1")} == {
        "opcua"
    }
    sums = account(plant.app, plant.maker, "WO-1").sums.levels[0]
    assert (sums.outcomes["commissioned"], sums.outcomes["sampled"], sums.packed) == (2, 1, 2)


def test_numbers_beyond_one_answer_come_with_a_token(
    plant: Plant, on_line: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_calls, "REQUESTABLE_MAX", 5)

    async def story(line: Line) -> None:
        first = await line.request(12, WorkOrder="WO-1", RequestID="r")
        second = await line.request(0, WorkOrder="WO-1", token=first[2])
        lost = await line.request(0, WorkOrder="WO-1", token=first[2])
        third = await line.request(0, WorkOrder="WO-1", token=second[2])
        assert [len(each[1]) for each in (first, second, third)] == [5, 5, 2]
        assert second == lost
        assert (first[0], third[2]) == (1, "")
        assert len({*first[1], *second[1], *third[1]}) == 12
        assert (await line.request(0, WorkOrder="WO-1", token="made up"))[0] == 5
        short = await line.request(5, WorkOrder="WO-1")
        short = await line.request(5, WorkOrder="WO-1")
        assert (short[0], len(short[1])) == (3, 1)
        assert await line.request(5, WorkOrder="WO-1") == (3, [], "")

    on_line(story)


def test_a_request_whose_answer_was_lost_gets_the_same_numbers(plant: Plant, on_line: Live) -> None:
    async def story(line: Line) -> None:
        named = await line.request(3, WorkOrder="WO-1", RequestID="one")
        assert await line.request(3, WorkOrder="WO-1", RequestID="one") == named
        collected = await line.request(3, WorkOrder="WO-1", collection="C-7")
        assert await line.request(3, WorkOrder="WO-1", collection="C-7") == collected
        assert (await line.request(4, WorkOrder="WO-1", RequestID="one"))[0] == 3
        packs, again = named[1], named[1]
        assert await line.event("SIDCommissioningEvent", packs, WorkOrder="WO-1") == 1
        assert await line.event("SIDCommissioningEvent", again, WorkOrder="WO-1") == 1
        _, (case,), _ = await line.request(1, WorkOrder="WO-1", Level="case")
        for _ in range(2):
            assert await line.aggregate(
                "AggregationPackingEvent", case, packs, RequestID="case 1"
            ) == 1  # fmt: skip
        assert not {*named[1]} & {*collected[1]}

    on_line(story)

    assert plant.state().done("commission", Level.PACK) == 3
    assert account(plant.app, plant.maker, "WO-1").sums.reported.doubles == ()


def test_numbers_are_given_back_and_made_void(plant: Plant, on_line: Live) -> None:
    async def story(line: Line) -> None:
        _, packs, _ = await line.request(4, WorkOrder="WO-1")
        assert await line.change("SNtoAllocated", packs, WorkOrder="WO-1") == 1
        assert await line.change("SNReturnAllocated", packs[:2], WorkOrder="WO-1") == 1
        assert await line.change("SNReturnAllocated", packs[:2], WorkOrder="WO-1") == 1
        status = await line.call(
            "EventManager", "SNInvalidatingEvent", line.collection(packs[2:3]), "SERIALONLY",
            line.pairs(WorkOrder="WO-1"),
        )  # fmt: skip
        assert status == 1
        assert await line.change("SNReturnAllocated", packs[2:3], WorkOrder="WO-1") == 2
        assert await line.change("SNReturnAllocated", ["NEVER"], WorkOrder="WO-1") == 2
        assert await line.change("SNtoAllocated", ["NEVER"], WorkOrder="WO-1") == 2

    on_line(story)

    sums = account(plant.app, plant.maker, "WO-1").sums.levels[0]
    assert (sums.outcomes["returned"], sums.outcomes["void"]) == (2, 1)


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("SERIALONLY", ""),
        ("EPCURI", "urn:epc:id:sgtin:300010.0123450."),
        ("LITERAL", f"01{GTIN}21"),
    ],
)
def test_numbers_come_and_go_in_the_form_that_is_asked_for(
    plant: Plant, on_line: Live, form: str, begins: str
) -> None:
    async def story(line: Line) -> None:
        _, packs, _ = await line.request(2, form=form, WorkOrder="WO-1")
        assert all(each.startswith(begins) for each in packs)
        assert await line.event("SIDCommissioningEvent", packs, form, WorkOrder="WO-1") == 1

    on_line(story)

    assert plant.state().done("commission", Level.PACK) == 2


def test_every_return_code_has_its_cause(plant: Plant, on_line: Live) -> None:
    async def story(line: Line) -> None:
        _, packs, _ = await line.request(2, WorkOrder="WO-1")
        _, (case,), _ = await line.request(1, WorkOrder="WO-1", Level="case")
        assert (await line.request(0, WorkOrder="WO-1"))[0] == 2
        assert (await line.request(1, WorkOrder="WO-1", form="ROMAN"))[0] == 4
        assert (await line.request(1, WorkOrder="NONE"))[0] == 6
        assert (await line.request(1, WorkOrder="WO-1", GTIN="09520000000003"))[0] == 6
        assert (await line.request(1, method="SNRequestUnassigned"))[0] == 6
        encode = await line.change("SNtoEncoded", ["STRANGE"], WorkOrder="WO-1")
        label = await line.event("LabelsScrappingEvent", ["STRANGE"], WorkOrder="WO-1")
        sid = await line.event("SIDCommissioningEvent", ["STRANGE"], WorkOrder="WO-1")
        bad = await line.event("SIDCommissioningEvent", ["A B"], WorkOrder="WO-1")
        assert (encode, label, sid, bad) == (7, 8, 9, 4)
        assert await line.event("SIDCommissioningEvent", [], WorkOrder="WO-1") == 2
        pack = "AggregationPackingEvent"
        assert await line.aggregate(pack, case, ["STRANGE"], WorkOrder="WO-1") == 10
        assert await line.aggregate(pack, "", packs, WorkOrder="WO-1") == 2

    on_line(story)


def test_more_numbers_are_drawn_from_the_pool(plant: Plant, on_line: Live) -> None:
    code = f"{plant.maker.organisation_code}/packs"

    async def story(line: Line) -> None:
        status, packs, _ = await line.request(3, method="SNRequestUnallocated", WorkOrder="WO-1")
        assert (status, len(set(packs))) == (1, 3)
        assert await line.event("SIDCommissioningEvent", packs, WorkOrder="WO-1") == 1
        status, others, _ = await line.request(100, WorkOrder="WO-1")
        assert (status, len(set(others))) == (3, 18)
        assert not set(packs) & set(others), "each once"
        status, loose, _ = await line.request(2, method="SNRequestUnassigned", PoolID=code)
        assert (status, len(loose)) == (1, 2)

    on_line(story)


def test_the_model_has_its_managers_limits_and_states(plant: Plant, on_line: Live) -> None:
    async def story(line: Line) -> None:
        objects = line.client.nodes.objects
        pool = await objects.get_child(f"{line.index}:PoolManager")
        names = {(await each.read_browse_name()).Name for each in await pool.get_children()}
        assert {"MaxSNRequestable", "MaxSNReturnable", "MaxSNPushable"} <= names
        limit = await pool.get_child(f"{line.index}:MaxSNRequestable")
        assert await limit.read_value() == 10_000
        states = await objects.get_child([f"{line.index}:SIDClass", f"{line.index}:States"])
        assert (await states.read_value())[7] == "COMMISSIONED"

    on_line(story)


def test_nobody_without_a_key_comes_in(port: int) -> None:
    async def knock() -> None:
        async with _client(port, "pt_wrong_key"):
            pass

    with pytest.raises(ua.UaError):
        asyncio.run(knock())


def test_a_stranger_finds_no_order(plant: Plant, on_line: Live) -> None:
    async def story(line: Line) -> None:
        assert (await line.request(1, WorkOrder="WO-1"))[0] == 6
        assert await line.event("SIDCommissioningEvent", ["A"], WorkOrder="WO-1") == 6

    on_line(story, plant.world.wholesaler)


def test_a_key_that_may_not_report_has_no_privilege(plant: Plant, on_line: Live) -> None:
    async def story(line: Line) -> None:
        assert (await line.request(1, WorkOrder="WO-1"))[0] == 11
        assert await line.event("SIDCommissioningEvent", ["A"], WorkOrder="WO-1") == 11

    on_line(story, scopes=[Permission.LINE_READ])
