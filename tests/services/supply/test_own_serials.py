"""Serials of our own pools in the dictionary: kept as positions, one number each for ever."""

from __future__ import annotations

import base64
import itertools
import threading
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.services import documents
from tests.services.conftest import World
from tests.services.supply.making import GTIN, create_drawn_pool, create_pool

from packtrail.access import Actor
from packtrail.base.errors import Unavailable
from packtrail.epcis.events import ObjectEvent
from packtrail.gs1 import identify
from packtrail.gs1.check_digits import check_digit
from packtrail.serials.policy import Order, Policy
from packtrail.serials.pool import strings
from packtrail.services.application import Application
from packtrail.services.capture.capture import begin, finish_together, original, submit
from packtrail.services.capture.capture_jobs import CaptureJob
from packtrail.services.goods.tracing import trace
from packtrail.services.overview import overview
from packtrail.services.queries.parameters import parse
from packtrail.services.queries.query import matching
from packtrail.services.supply.allocating import allocate
from packtrail.services.supply.changing import close_pool, replace_key
from packtrail.services.supply.pools import one_visible
from packtrail.services.supply.sources import opened
from packtrail.services.upkeep.operations import operations
from packtrail.store import capture, dictionary, instances, months, name_blocks, objects
from packtrail.store.mentions import named

START = datetime(2026, 3, 3, 8, tzinfo=UTC)
PREFIX = "urn:epc:id:sgtin:3000101.023450."
CLASS = f"sgtin/{GTIN}"
OTHER_MASTER = base64.b64encode(bytes(32)).decode()


@dataclass(frozen=True)
class Item:
    """A trade item."""

    gtin: str
    prefix: str

    @classmethod
    def new(cls) -> Item:
        number = f"{next(_numbers):06d}"
        body = f"{number[0]}0300010{number[1:]}"
        return cls(body + check_digit(body), f"urn:epc:id:sgtin:0300010.{number}.")

    @property
    def class_key(self) -> str:
        return f"sgtin/{self.gtin}"


_numbers = itertools.count(20_000)
ITEM = Item(GTIN, PREFIX)


def uri(serial: str, item: Item = ITEM) -> str:
    return item.prefix + quote(serial)


def record(world: World, serials: Sequence[str], item: Item = ITEM) -> None:
    """Record that packs were made, as a capture does, in a pipelined transaction of its own."""
    event = ObjectEvent(
        event_time=START,
        event_time_zone_offset="+01:00",
        event_id=f"urn:uuid:{uuid.uuid4()}",
        action="ADD",
        biz_step="commissioning",
        epcs=tuple(uri(each, item) for each in serials),
    )
    for _ in range(5):
        try:
            with world.app.database.transaction(is_pipelined=True) as conn:
                capture.record(
                    conn, [event], owner_id=1, audience_id=1, capture_id=str(uuid.uuid4()),
                    record_time=START,
                )  # fmt: skip
        except capture.RACES:
            continue
        except months.MonthMissing as missing:
            with world.app.database.transaction() as conn:
                months.ensure(conn, missing.at)
            continue
        return
    raise AssertionError("no turn")


def numbers(world: World, serials: Sequence[str], item: Item = ITEM) -> dict[str, int]:
    with world.app.database.reading() as conn:
        found = objects.find(conn, [(item.class_key, each) for each in serials])
    return {item: seq for (_, item), (_, seq) in found.items()}


def names(world: World, seqs: Sequence[int], item: Item = ITEM) -> list[str]:
    with world.app.database.reading() as conn:
        (class_id,) = objects.class_ids(conn, [item.class_key])
        found = objects.names(conn, [(class_id, seq) for seq in seqs])
    return [found[class_id, seq].item_key for seq in seqs if (class_id, seq) in found]


def count(world: World, table: str) -> int:
    with world.app.database.reading() as conn:
        row = conn.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def given_out(world: World, pool: str, how_many: int) -> list[str]:
    return allocate(world.app, world.maker, pool, how_many, request_id=uuid.uuid4().hex).serials()


def foreseen(world: World, pool: str, how_many: int) -> list[str]:
    """What a pool gives next, without taking it."""
    with world.app.database.reading() as conn:
        row = one_visible(conn, world.maker.organisation_id, pool)
        source = opened(world.app, conn, row)
        return strings(source, row.generation, source.reached, source.reached + how_many)


def class_ids(world: World) -> list[int]:
    with world.app.database.reading() as conn:
        return objects.class_ids(conn, [CLASS])


def the_same(world: World, serials: Sequence[str], item: Item = ITEM) -> dict[str, int]:
    """The numbers of serials, after making sure that each has one, its own, and its name."""
    found = numbers(world, serials, item)
    assert set(found) == set(serials)
    assert len(set(found.values())) == len(found)
    order = sorted(found, key=lambda each: found[each])
    assert names(world, [found[each] for each in order], item) == order
    return found


def test_packs_of_an_own_pool_take_no_names(world: World, pool: str) -> None:
    serials = given_out(world, pool, 5_000)

    record(world, serials)

    found = the_same(world, serials)
    assert sorted(found.values()) == list(range(5_000))
    assert count(world, "name_block") == 0
    assert count(world, "pool_block") == 2


def test_what_nobody_recorded_is_not_there(world: World, pool: str) -> None:
    serials = given_out(world, pool, 20)
    record(world, serials[3:5])

    assert set(numbers(world, serials)) == set(serials[3:5])
    assert names(world, range(20)) == serials[3:5]


@pytest.mark.parametrize(
    "policy",
    [
        Policy.of("numeric", 10, order=Order.SEQUENTIAL, guess_limit=None),
        Policy.of("numeric", 12, prefix="7", first="123"),
        Policy.of("alphanumeric", 20),
        Policy.of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!", 20),
    ],
    ids=["sequential", "first characters", "long", "too long for arrays"],
)
def test_any_policy_is_turned_back(world: World, policy: Policy) -> None:
    create_pool(world.app, world.maker, "packs-1", policy=policy)
    serials = given_out(world, "packs-1", 30)
    record(world, serials[::-1])
    record(world, serials[7:8])

    the_same(world, serials)
    assert count(world, "name_block") == 0


def test_several_pools_and_keys_meet_in_one_document_with_foreign_serials(world: World) -> None:
    create_pool(world.app, world.maker, "site-a", policy=Policy.of("numeric", 11))
    create_pool(world.app, world.maker, "site-b", policy=Policy.of("numeric", 12, prefix="9"))
    create_drawn_pool(world.app, world.maker, "line", parent="site-b", low_water=10, top_up_to=50)
    serials = given_out(world, "site-a", 40) + given_out(world, "line", 30)
    replace_key(world.app, world.maker, "site-a")
    serials += given_out(world, "site-a", 40)
    foreign = [f"FOREIGN{n}" for n in range(50)] + ["9" * 12]
    mixed = [each for pair in zip(serials, foreign * 3, strict=False) for each in pair]
    mixed = list(dict.fromkeys([*mixed, *serials]))

    record(world, mixed)
    before = the_same(world, mixed)
    close_pool(world.app, world.maker, "site-a")
    record(world, mixed[::-1])

    assert the_same(world, mixed) == before
    assert count(world, "pool_block") == 3
    with world.app.database.reading() as conn:
        (named,) = conn.execute("select names from class where class_key = %s", [CLASS]).fetchone()
    assert named == len({*mixed} - {*serials})


def test_a_pool_opened_later_makes_no_second_identity(world: World) -> None:
    policy = Policy.of("numeric", 10, order=Order.SEQUENTIAL, guess_limit=None)
    serials = [policy.text(n) for n in range(0, 40, 2)]
    record(world, serials)
    before = the_same(world, serials)
    create_pool(world.app, world.maker, "late", policy=policy)
    given = given_out(world, "late", 40)
    assert set(serials) < set(given)

    record(world, given)

    found = the_same(world, given)
    assert {each: found[each] for each in serials} == before
    assert names(world, sorted(before.values())) == serials


def test_a_serial_recorded_before_it_was_given_out_keeps_its_name(world: World) -> None:
    policy = Policy.of("numeric", 10, order=Order.SEQUENTIAL, guess_limit=None)
    create_pool(world.app, world.maker, "early", policy=policy)
    given_out(world, "early", 5)
    early = policy.text(7)
    record(world, [policy.text(3), early])
    before = the_same(world, [policy.text(3), early])

    given_out(world, "early", 5)
    record(world, [policy.text(n) for n in range(10)])

    found = the_same(world, [policy.text(n) for n in range(10)])
    assert found[early] == before[early]


@dataclass(frozen=True)
class Step:
    """One thing that happens: numbers given out, a new key, a pool opened, or packs recorded."""

    what: str
    start: int = 0
    size: int = 1


STEPS = st.one_of(
    st.builds(Step, st.just("give"), size=st.integers(1, 30)),
    st.builds(Step, st.sampled_from(["key", "open"])),
    st.builds(Step, st.just("record"), start=st.integers(0, 1_000), size=st.integers(1, 60)),
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, min_size=3, max_size=12), data=st.data())
def test_any_mix_in_any_order_gives_each_pack_one_identity(
    world: World, steps: list[Step], data: st.DataObject
) -> None:
    item = Item.new()
    sequence = Policy.of("numeric", 10, order=Order.SEQUENTIAL, guess_limit=None)
    policies = [sequence, Policy.of("numeric", 9)]
    pools: list[str] = []
    known: dict[str, int] = {}
    every = [sequence.text(n) for n in range(200)]
    for step in steps:
        match step.what:
            case "open" if len(pools) < len(policies):
                code = uuid.uuid4().hex
                policy = policies[len(pools)]
                create_pool(world.app, world.maker, code, policy=policy, gtin=item.gtin)
                pools.append(code)
            case "give" if pools:
                every += given_out(world, data.draw(st.sampled_from(pools)), step.size)
            case "key" if len(pools) == len(policies):
                replace_key(world.app, world.maker, pools[1])
            case "record":
                start = step.start % len(every)
                some = [*every[start : start + step.size], *every[::37]]
                some += [f"F{n}" for n in range(step.start, step.start + step.size)]
                some = data.draw(st.permutations(list(dict.fromkeys(some))))
                record(world, some, item)
                known |= the_same(world, some, item)
                assert numbers(world, list(known), item) == known


@pytest.mark.parametrize("size", [1, 300])
def test_captures_that_race_on_the_same_new_packs_agree(world: World, pool: str, size: int) -> None:
    serials = given_out(world, pool, size)
    mixed = [*serials, *(f"FOREIGN{n}" for n in range(size))]
    start = threading.Barrier(4)

    def run(turn: int) -> None:
        start.wait()
        record(world, mixed[turn:] + mixed[:turn])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))

    the_same(world, mixed)
    assert count(world, "pool_block") == 1
    with world.app.database.reading() as conn:
        rows = conn.execute("select serials from name_block").fetchall()
    kept = [text for (row,) in rows for text in name_blocks.unpack(row).tolist()]
    assert sorted(kept) == sorted(text.encode() for text in mixed[size:])


def test_a_capture_that_looked_before_numbers_were_given_out_agrees_with_one_after(
    world: World, pool: str
) -> None:
    (probe,) = given_out(world, pool, 1)
    record(world, [probe])
    with world.app.database.transaction(is_pipelined=True) as conn:
        serials = foreseen(world, pool, 3)
        early = instances.Resolving(conn, named([uri(each) for each in serials]))
        early.look_up()  # It has read what the pool gave so far.
        assert given_out(world, pool, 3) == serials
        record(world, serials)
        resolved = early.resolve()
        instances.insert(conn, resolved.new)

    assert resolved.seqs.tolist() == list(the_same(world, serials).values())
    assert count(world, "name_block") == 0


def test_without_the_master_key_packs_are_refused_and_get_no_second_identity(
    world: World, pool: str, caplog: pytest.LogCaptureFixture
) -> None:
    serials = given_out(world, pool, 10)
    record(world, serials[:5])
    before = the_same(world, serials[:5])
    lost = replace(world.app, settings=replace(world.app.settings, master_key=OTHER_MASTER))
    lost_world = replace(world, app=lost)

    for refused in (
        lambda: record(lost_world, serials),
        lambda: numbers(lost_world, serials),
        lambda: names(lost_world, list(before.values())),
    ):
        with pytest.raises(Unavailable, match=r"pool packs .* does not open \(SER-012\)") as fault:
            refused()
        assert not any(each in f"{fault.value}{fault.value.told}" for each in serials)
    told = operations(lost, Actor.system("test", organisation_id=1, organisation_code="maker"))
    assert [each.code for each in told.findings if each.code == "SER-012"] == ["SER-012"]
    other = Item.new()
    record(lost_world, serials, other)  # What has no pool goes on.

    Application.__post_init__(world.app)
    record(world, serials)
    assert before.items() <= the_same(world, serials).items()
    assert not any(each in caplog.text for each in serials)


def test_a_lost_key_under_which_nothing_was_recorded_holds_nothing_up(
    world: World, pool: str
) -> None:
    serials = given_out(world, pool, 10)
    lost = replace(world.app, settings=replace(world.app.settings, master_key=OTHER_MASTER))
    record(replace(world, app=lost), serials)
    before = the_same(replace(world, app=lost), serials)

    Application.__post_init__(world.app)
    record(world, serials)

    assert the_same(world, serials) == before
    assert count(world, "pool_block") == 0


def test_names_are_kept_where_the_setting_says_so(world: World, pool: str) -> None:
    serials = given_out(world, pool, 10)
    record(world, serials[:4])
    off = replace(world.app.settings, serials_as_positions=False)
    named_world = replace(world, app=replace(world.app, settings=off))
    record(named_world, serials[:8])

    the_same(named_world, serials[:8])
    with world.app.database.reading() as conn:
        assert conn.execute("select names from class where class_key = %s", [CLASS]).fetchall() == [
            (4,)
        ]


def test_objects_are_listed_searched_and_drawn_whichever_way_they_are_kept(
    world: World, pool: str
) -> None:
    serials = [*given_out(world, pool, 30), *(f"FOREIGN{n}" for n in range(30))]
    record(world, serials[20:40])
    record(world, serials)
    every = the_same(world, serials)
    (class_id,) = class_ids(world)

    with world.app.database.reading() as conn:
        listed, after = [], (0, -1)
        while some := dictionary.objects_after(conn, after, 7):
            listed += some
            after = some[-1]
        begun = objects.instances_like(conn, CLASS, f"{serials[3][:6]}%", None)
        drawn = objects.some(conn, "sgtin/", 10, Random(1))
    assert listed == [(class_id, seq) for seq in sorted(every.values())]
    assert begun == {(class_id, every[s]) for s in serials if s.startswith(serials[3][:6])}
    assert len(drawn) == 10
    assert {each.item_key for each in drawn} <= set(serials)


def test_what_was_recorded_by_name_before_an_upgrade_stays_so(world: World, pool: str) -> None:
    serials = given_out(world, pool, 3_000)
    off = replace(world.app.settings, serials_as_positions=False)
    record(replace(world, app=replace(world.app, settings=off)), serials[:1_500])
    before = the_same(world, serials[:1_500])

    Application.__post_init__(world.app)
    record(world, serials)

    assert before.items() <= the_same(world, serials).items()
    with world.app.database.reading() as conn:
        assert conn.execute("select names from class where class_key = %s", [CLASS]).fetchall() == [
            (1_500,)
        ]


def test_whatever_is_asked_tells_own_packs_like_others(world: World) -> None:
    ((class_key, _),) = identify([documents.pack("1")])
    gtin = class_key.partition("/")[2]
    create_pool(world.app, world.maker, "packs-2", gtin=gtin)
    own = given_out(world, "packs-2", 30)
    packs = [documents.pack(each) for each in [*own, *(f"FOREIGN{n}" for n in range(30))]]
    content = documents.document(
        documents.commissioning(1, packs),
        documents.packing(2, documents.CASE, packs),
        documents.dispensing(3, packs[0]),
        documents.dispensing(4, packs[-1]),
    )

    job = submit(world.app, world.maker, content, media_type="application/json")

    assert job.success
    assert original(world.app, world.maker, job.capture_id).content() == content
    for which in (0, 1):
        (mine, other) = (trace(world.app, world.maker, packs[n]) for n in (which, -1 - which))
        assert mine.identifier == packs[which]
        assert [step.event_id for step in mine.steps][:2] == [
            step.event_id for step in other.steps
        ][:2]
        assert mine.standing.status == other.standing.status
    assert overview(world.app, world.maker).counts.packs == 60
    wanted = parse({"MATCH_epc": packs[0]}, events_max=10)
    assert len(matching(world.app, world.maker, wanted).events) == 3


def test_a_document_is_refused_as_unavailable_until_the_master_key_is_back(
    world: World, pool: str
) -> None:
    serials = given_out(world, pool, 10)
    record(world, serials[:5])
    content = documents.document(documents.commissioning(1, [uri(each) for each in serials]))
    lost = replace(world.app, settings=replace(world.app.settings, master_key=OTHER_MASTER))

    with pytest.raises(Unavailable, match="SER-012"):
        submit(lost, world.maker, content, media_type="application/json")

    Application.__post_init__(world.app)
    assert submit(world.app, world.maker, content, media_type="application/json").success
    the_same(world, serials)


def test_a_lost_key_refuses_only_the_document_of_a_lot_that_needs_it(
    world: World, pool: str
) -> None:
    serials, other = given_out(world, pool, 4), Item.new()
    record(world, serials)
    record(world, ["FOREIGN"], other)
    lost = replace(world.app, settings=replace(world.app.settings, master_key=OTHER_MASTER))
    lot = [
        documents.event(n, action="OBSERVE", bizStep="storing", epcList=[each])
        for n, each in enumerate((uri("FOREIGN", other), uri(serials[0])))
    ]

    begun = [
        begin(
            lost, world.maker, documents.document(each), media_type="application/json",
            owner=None, error_behaviour="rollback",
        )
        for each in lot
    ]  # fmt: skip
    free, closed = finish_together(lost, begun)

    assert (free if isinstance(free, CaptureJob) else free()).success
    assert not isinstance(closed, CaptureJob)
    with pytest.raises(Unavailable, match="SER-012"):
        closed()
