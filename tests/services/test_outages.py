"""An outage drill on a Citus cluster: nodes are killed while several senders capture.

It runs where `PACKTRAIL_TEST_CITUS_URL` names a coordinator and two commands say how a node is
killed with everything it runs, and how it is started again, each with `{port}` for the node:
`PACKTRAIL_TEST_CITUS_KILL` and `PACKTRAIL_TEST_CITUS_START`. `PACKTRAIL_TEST_CITUS_SECONDS` (60)
says how long. `pytest -s tests/services/test_outages.py` shows the figures.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, cycle

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.cluster import nodes
from tests.postgres import CITUS_URL

from packtrail import gs1
from packtrail.base.errors import Unavailable
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.capture import capture
from packtrail.store import journeys

from .conftest import World
from .documents import commissioning, document, pack

KILL = os.environ.get("PACKTRAIL_TEST_CITUS_KILL", "")
START = os.environ.get("PACKTRAIL_TEST_CITUS_START", "")
SECONDS = float(os.environ.get("PACKTRAIL_TEST_CITUS_SECONDS", "60"))
SENDERS = 4
EVENTS, PACKS_EACH = 5, 20
UP_SECONDS, DOWN_SECONDS = 5, 3
SETTLED_SECONDS = 600

pytestmark = pytest.mark.skipif(
    not (CITUS_URL and KILL and START), reason="no Citus cluster whose nodes may be killed"
)


@dataclass(frozen=True)
class Sent:
    """A document and what its sender was told."""

    number: int
    acknowledged: bool
    seconds: float

    @property
    def filename(self) -> str:
        return f"{self.number}.json"


def packs_of(number: int) -> list[list[str]]:
    return [
        [pack(f"D{number}E{place}P{each}") for each in range(PACKS_EACH)] for place in range(EVENTS)
    ]


def content_of(number: int) -> bytes:
    events = enumerate(packs_of(number))
    return document(*(commissioning(number * EVENTS + place, epcs) for place, epcs in events))


def submit(world: World, number: int) -> capture.CaptureJob:
    return capture.submit(
        world.app, world.maker, content_of(number),
        media_type="application/json", filename=f"{number}.json",
    )  # fmt: skip


def send(world: World, numbers: Iterator[int], stop: threading.Event) -> list[Sent]:
    """Hand in one document after the other, until told to stop."""
    sent = []
    while not stop.is_set():
        number, began = next(numbers), time.perf_counter()
        try:
            job = submit(world, number)
            assert (job.success, job.stored_count) == (True, EVENTS)
            acknowledged = True
        except Unavailable:
            acknowledged = False
        sent.append(Sent(number, acknowledged, time.perf_counter() - began))
        if not acknowledged:
            stop.wait(1)
    return sent


def kill_in_turns(stop: threading.Event) -> int:
    """Kill a worker, the coordinator, the next worker and so on; each comes back."""
    coordinator, *workers = nodes(CITUS_URL)
    turns = cycle([node for worker in workers for node in (worker, coordinator)])
    began, killed = time.monotonic(), 0
    try:
        while time.monotonic() - began < SECONDS:
            node = next(turns)
            time.sleep(UP_SECONDS)
            order(KILL, node)
            killed += 1
            time.sleep(DOWN_SECONDS)
            order(START, node)
            wait_until_up(node)
    finally:
        stop.set()
    return killed


def order(command: str, node: str) -> None:
    port = conninfo_to_dict(node)["port"]
    subprocess.run(
        command.replace("{port}", str(port)), shell=True, check=True, timeout=SETTLED_SECONDS
    )


def wait_until_up(node: str) -> None:
    until = time.monotonic() + SETTLED_SECONDS
    while time.monotonic() < until:
        with suppress(psycopg.OperationalError), psycopg.connect(node, connect_timeout=5):
            return
        time.sleep(0.2)
    pytest.fail("a node that was started again does not answer")


def settle(database: str) -> float:
    """Wait until no node holds a transaction that is neither done nor undone; return how long."""
    began = time.monotonic()
    while any(prepared(make_conninfo(node, dbname=database)) for node in nodes(CITUS_URL)):
        assert time.monotonic() - began < SETTLED_SECONDS, "prepared transactions are left"
        time.sleep(0.5)
    return time.monotonic() - began


def prepared(node: str) -> int:
    with psycopg.connect(node) as conn:
        [(found,)] = conn.execute(
            "select count(*) from pg_prepared_xacts where database = current_database()"
        ).fetchall()
        return int(found)


def held(world: World) -> dict[str, tuple[int, int, int]]:
    """Return by name of document its events, the keys of these, and whether the original is there.

    Of documents of which anything is there; a part that belongs to none is told as "".
    """
    with world.app.database.reading() as conn:
        names = dict(conn.execute("select capture_id::text, filename from capture").fetchall())
        originals = conn.execute("select distinct capture_id::text from original").fetchall()
        segments = conn.execute(
            "select segment_id, capture_id::text, event_count from segment"
        ).fetchall()
        keys = conn.execute("select segment_id, count(*) from event_key group by 1").fetchall()
    owner = {segment: names.get(capture_id, "") for segment, capture_id, _ in segments}
    counted: dict[str, Counter[str]] = {name: Counter() for name in names.values()}
    for segment, _, events in segments:
        counted.setdefault(owner[segment], Counter())["events"] += events
    for segment, number in keys:
        counted.setdefault(owner.get(segment, ""), Counter())["keys"] += number
    for (capture_id,) in originals:
        counted.setdefault(names.get(capture_id, ""), Counter())["originals"] += 1
    return {
        name: (found["events"], found["keys"], found["originals"])
        for name, found in counted.items()
    }


def traced(world: World, sent: Sequence[Sent]) -> dict[int, int]:
    """Return how many packs of each document have one step in their journey, and no other."""
    found = {}
    with world.app.database.reading() as conn:
        audience_ids = visible_to(conn, world.maker)
        for each in sent:
            keys = gs1.identify([epc for epcs in packs_of(each.number) for epc in epcs])
            told = journeys.read_many(conn, keys, audience_ids=audience_ids).values()
            found[each.number] = sum(len(journey.steps) == 1 for journey in told)
    return found


def test_what_was_acknowledged_is_whole_and_what_was_not_can_be_sent_again(world: World) -> None:
    stop, numbers = threading.Event(), count(1)
    assert submit(world, 0).success  # From now on the partitions of the month are there.
    with ThreadPoolExecutor(SENDERS) as pool:
        sending = [pool.submit(send, world, numbers, stop) for _ in range(SENDERS)]
        killed = kill_in_turns(stop)
        sent = [each for sender in sending for each in sender.result(SETTLED_SECONDS)]
    settled = settle(conninfo_to_dict(world.app.database.url)["dbname"])
    found = held(world)
    acknowledged = [each for each in sent if each.acknowledged]
    refused = [each for each in sent if not each.acknowledged]
    whole = (EVENTS, EVENTS, 1)

    assert {each.filename: found.get(each.filename) for each in acknowledged} == {
        each.filename: whole for each in acknowledged
    }
    assert {each.filename: found.get(each.filename, whole) for each in refused} == {
        each.filename: whole for each in refused
    }
    assert "" not in found
    recorded = {each.filename for each in refused} & found.keys()
    assert traced(world, sent) == {
        each.number: EVENTS * PACKS_EACH if each.filename in found else 0 for each in sent
    }

    with ThreadPoolExecutor(SENDERS) as pool:
        again = list(pool.map(lambda each: submit(world, each.number), refused))
    for each, job in zip(refused, again, strict=True):
        told = (0, EVENTS) if each.filename in recorded else (EVENTS, 0)
        assert (job.success, job.stored_count, job.repeated_count) == (True, *told)
    assert set(traced(world, refused).values()) <= {EVENTS * PACKS_EACH}
    events = sum(events for events, _, _ in held(world).values())
    assert events == EVENTS * (len(sent) + 1)

    cuts = statistics.quantiles([each.seconds * 1000 for each in acknowledged], n=100)
    print(  # noqa: T201
        f"\n{killed} nodes killed: {len(acknowledged)} documents acknowledged, {len(refused)} "
        f"refused or unknown, {len(recorded)} of them recorded; p50 {cuts[49]:.0f} ms, "
        f"p99 {cuts[98]:.0f} ms; settled after {settled:.0f} s"
    )
