"""Small documents that come at the same time: one transaction, and each answered as if alone."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from packtrail.base.errors import NotPermitted
from packtrail.services.accounts import audit
from packtrail.services.capture import capture, together
from packtrail.services.capture.capture_jobs import CaptureJob
from packtrail.services.goods import tracing
from packtrail.store.capture import Misjudged

from .conftest import World
from .documents import PRODUCT, commissioning, dispensing, document, pack

COUNT = 12
JSON = "application/json"


def submit_together(
    world: World,
    contents: list[bytes],
    owners: dict[int, str] | None = None,
    *,
    lane: together.Lane = together.Lane.NEW,
):
    """Hand documents in while somebody holds the door; return what each was answered."""
    owners = owners or {}

    def send(number: int) -> CaptureJob | Exception:
        try:
            return capture.submit(
                world.app, world.maker, contents[number], media_type=JSON,
                owner=owners.get(number), wait=False,
            )  # fmt: skip
        except NotPermitted as error:
            return error

    queue = world.app.combiner._queues
    with ThreadPoolExecutor(len(contents)) as pool:
        with world.app.database.transaction() as conn:
            conn.execute("lock table capture in exclusive mode")
            sent = [pool.submit(send, number) for number in range(len(contents))]
            while len(queue.get(lane, ())) < len(contents) - 1:
                time.sleep(0.001)
        return [each.result(60) for each in sent]


def record_times(world: World) -> list[object]:
    with world.app.database.reading() as conn:
        return [row[0] for row in conn.execute("select record_time from segment")]


@pytest.fixture
def begun(world: World) -> World:
    """A world in which the partitions of the month are there."""
    first = document(commissioning(990, [pack(990)]), vocabularies=[PRODUCT])
    assert capture.submit(world.app, world.maker, first, media_type=JSON).success
    return world


def test_those_that_come_meanwhile_are_recorded_in_one_transaction(begun: World) -> None:
    contents = [document(commissioning(n, [pack(n), pack(f"A{n}")])) for n in range(COUNT)]
    jobs = submit_together(begun, contents)

    assert [(job.success, job.stored_count) for job in jobs] == [(True, 1)] * COUNT
    assert len({job.capture_id for job in jobs}) == COUNT
    assert len(set(record_times(begun))) <= 1 + 1 + 1
    assert len(record_times(begun)) == 1 + COUNT
    for number, job in enumerate(jobs):
        kept = capture.job(begun.app, begun.maker, job.capture_id)
        original = capture.original(begun.app, begun.maker, job.capture_id)
        assert (kept.success, kept.event_count) == (True, 1)
        assert original.content() == contents[number]
        (step,) = tracing.trace(begun.app, begun.maker, pack(number)).steps
        assert step.capture_id == job.capture_id
    subjects = [row.subject for row in audit.entries(begun.app, begun.maker)]
    assert all(subjects.count(job.capture_id) == 1 for job in jobs)


def test_each_is_answered_for_itself_when_one_is_not_new_or_not_allowed(begun: World) -> None:
    contents = [document(commissioning(n, [pack(n)])) for n in range(COUNT)]
    contents[5] = contents[4]
    contents[6] = document(commissioning(990, [pack("other")]))
    answers = submit_together(begun, contents, {7: "wholesaler"})

    assert isinstance(answers[7], NotPermitted)
    assert sorted([answers[4].repeated_count, answers[5].repeated_count]) == [0, 1]
    assert [each.code for each in answers[6].findings] == ["CAP-003", "CAP-009"]
    rest = [answers[n] for n in range(COUNT) if n not in {4, 5, 6, 7}]
    assert all(each.success and each.stored_count == 1 for each in rest)
    assert len(record_times(begun)) == 1 + COUNT - 3


def test_packs_that_are_known_go_together_and_others_where_packs_are_numbered(
    begun: World,
) -> None:
    packs = [pack(number) for number in range(COUNT)]
    content = document(commissioning(0, packs[:-2]))
    assert capture.submit(begun.app, begun.maker, content, media_type=JSON).success
    contents = [document(dispensing(1 + number, one)) for number, one in enumerate(packs)]
    contents[3] = contents[2]

    jobs = submit_together(begun, contents, lane=together.Lane.KNOWN)

    assert [job.success for job in jobs] == [True] * COUNT
    assert sorted([jobs[2].repeated_count, jobs[3].repeated_count]) == [0, 1]
    for number, one in enumerate(packs):
        expected = ["commissioning"] if number < COUNT - 2 else []
        expected += ["dispensing"] if number != 3 else []
        steps = tracing.trace(begun.app, begun.maker, one).steps
        assert [step.biz_step for step in steps] == expected


def test_packs_that_are_known_wait_for_nobody_who_adds_packs_of_their_product(
    begun: World,
) -> None:
    content = document(commissioning(800, [pack(0), pack(1)]))
    assert capture.submit(begun.app, begun.maker, content, media_type=JSON).success
    send = partial(capture.submit, begun.app, begun.maker, media_type=JSON, wait=False)
    with ThreadPoolExecutor(2) as pool:
        with begun.app.database.transaction() as conn:
            conn.execute("select from class for update")
            waits = pool.submit(send, document(dispensing(1, pack("unheard-of"))))
            assert send(document(dispensing(0, pack(0)))).success
            assert not waits.done()
            assert send(document(dispensing(2, pack(1)))).success
        assert waits.result(60).success


def test_a_message_that_comes_again_is_told_without_a_failure_of_the_database(
    begun: World, monkeypatch
) -> None:
    content = document(commissioning(1, [pack(1)]))
    why: list[Exception] = []
    record_all = together._all

    def watched(*arguments):
        try:
            return record_all(*arguments)
        except Exception as error:
            why.append(error)
            raise

    monkeypatch.setattr(together, "_all", watched)
    jobs = [
        capture.submit(begun.app, begun.maker, content, media_type=JSON, wait=False)
        for _ in range(2)
    ]

    assert [(job.success, job.stored_count, job.repeated_count) for job in jobs] == [
        (True, 1, 0),
        (True, 0, 1),
    ]
    assert [type(error) for error in why] == [Misjudged]
    assert len(record_times(begun)) == 2


def test_what_is_not_small_and_valid_goes_alone(begun: World, monkeypatch) -> None:
    monkeypatch.setattr(begun.app.combiner, "ask", None)
    many = document(*(commissioning(n, [pack(n)]) for n in range(20)))
    for content, count in (
        (many, 20),
        (document(commissioning(30, [pack(30)]), vocabularies=[PRODUCT]), 1),
        (document(commissioning(31, [pack(31)]) | {"action": "NEVER"}), 0),
    ):
        job = capture.submit(begun.app, begun.maker, content, media_type=JSON)
        assert job.stored_count == count


SENDING = """
import os, sys, threading
from pathlib import Path
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.capture import capture
from packtrail.settings import Settings
from packtrail.store.database import Database
from tests.services.conftest import Clock
from tests.services.documents import commissioning, document, pack

url, first = sys.argv[1], int(sys.argv[2])

def send(number):
    while True:
        content = document(commissioning(number, [pack(number)]))
        job = capture.submit(app, maker, content, media_type="application/json", wait=False)
        assert job.success and job.stored_count == 1
        os.write(1, f"{number} {job.capture_id}\\n".encode())
        number += 8

with Database(url) as database:
    settings = Settings.of({}, data_dir=Path("/nonexistent"))
    app = Application(settings=settings, database=database, clock=Clock())
    maker = organisations.system_actor(app, "test", organisation="maker")
    threads = [threading.Thread(target=send, args=[first + n]) for n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
"""


def test_processes_that_are_killed_while_they_record_lose_and_half_record_nothing(
    begun: World,
) -> None:
    acknowledged: dict[int, str] = {}
    drawn = random.Random(4)
    for round_ in range(4):
        command = [sys.executable, "-c", SENDING, begun.app.database.url, str(1000 * round_)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as sender:
            assert sender.stdout is not None
            heard = [sender.stdout.readline() for _ in range(drawn.randint(1, 60))]
            time.sleep(drawn.random() / 50)
            sender.kill()
            heard += sender.stdout.readlines()
        acknowledged |= {int(n): told for n, told in (line.decode().split() for line in heard)}
    assert len(acknowledged) >= 4

    with begun.app.database.reading() as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
            " and datname = current_database() and state <> 'idle'"
            " and backend_type = 'client backend'"
        )
        kept = {
            str(capture_id): rest
            for capture_id, *rest in conn.execute(
                "select c.capture_id, c.is_success, c.stored_count,"
                " (select count(*) from segment s where s.capture_id = c.capture_id),"
                " (select count(*) from original o where o.capture_id = c.capture_id),"
                " (select count(*) from audit a where a.subject = c.capture_id::text)"
                " from capture c where size_bytes < 2000"
            )
        }
        (keys,) = conn.execute("select count(*) from event_key").fetchone()
    assert set(acknowledged.values()) <= set(kept)
    assert all(rest == [True, 1, 1, 1, 1] for rest in kept.values())
    for number, capture_id in acknowledged.items():
        (step,) = tracing.trace(begun.app, begun.maker, pack(number)).steps
        assert step.capture_id == capture_id
    # What nobody was told of was recorded whole or not at all, and is told by a replay.
    for number in range(8):
        content = document(commissioning(number, [pack(number)]))
        again = capture.submit(begun.app, begun.maker, content, media_type=JSON)
        assert again.stored_count + again.repeated_count == 1
        keys += again.stored_count
    with begun.app.database.reading() as conn:
        assert conn.execute("select count(*) from event_key").fetchone() == (keys,)
