"""Bad days: the disk is full, the connection breaks at the commit, the clock goes back.

Each has a clear error, and loses nothing that was acknowledged. Two servers on one data directory:
see tests/store/test_embedded.py and tests/api/test_serving.py; senders that stall: tests/api.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.postgres import _reachable_dir
from tests.proxy import CommitCutter

from packtrail.base.errors import NotFound, Unavailable
from packtrail.services.capture import capture, single_events
from packtrail.services.goods import tracing
from packtrail.services.queries import query
from packtrail.services.upkeep import room
from packtrail.settings import Settings
from packtrail.store import ids
from packtrail.store.database import Database, _is_lost
from packtrail.store.filters import EventFilter

from .conftest import World, make_world
from .documents import commissioning, document, pack

JSON = "application/json"

ON_A_SMALL_DISK = """
import contextlib, json, subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
import psycopg
from packtrail.access import Actor
from packtrail.base.errors import Unavailable
from packtrail.services.accounts import organisations
from packtrail.services.capture import capture
from packtrail.services.goods import tracing
from packtrail.services.application import Application
from packtrail.settings import Settings
from packtrail.store.database import Database, _is_lost
from packtrail.store.embedded import EmbeddedServer, join
from tests.services.documents import commissioning, document, pack

disk, megabytes = Path(sys.argv[1]), 160
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", disk],
               check=True)
settings = Settings.of({}, data_dir=disk / "data", disk_free_bytes_min=0)
ballast, told, acknowledged, refused = disk / "ballast", {}, [], []

def fill():
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 65536)

def hand_in(number):
    content = document(commissioning(number, [pack(f"{number}A{n}") for n in range(2000)]))
    job = capture.submit(app, maker, content, media_type="application/json")
    assert job.success
    acknowledged.append(number)

with EmbeddedServer(settings.data_dir) as server, Database(server.url) as database:
    database.migrate()
    app = Application(settings=settings, database=database, clock=lambda: datetime.now(UTC))
    organisations.create_organisation(app, Actor.system("tests"), "maker", name="Maker")
    maker = organisations.system_actor(app, "tests")
    with database.reading() as conn:
        conn.execute("select pg_switch_wal()")
    hand_in(1)  # Begins a new file of the log: it has room, so a table is what hits the end.
    fill()
    number = 1
    try:
        while True:
            number += 1
            hand_in(number)
    except Unavailable as fault:
        told["full"], told["stranger"] = str(fault), fault.told
    told["readable"] = tracing.trace(app, maker, pack("1A7")).standing.status.value
    ballast.unlink()
    hand_in(number)
    fill()
    try:
        with psycopg.connect(server.url, autocommit=True) as conn:
            for _ in range(megabytes):
                conn.execute("select pg_logical_emit_message(true, 'x', repeat('y', 1 << 20))")
        told["log_full"] = "never"
    except psycopg.OperationalError as error:
        told["log_full"] = str(error)
    try:
        hand_in(number + 1)
    except Unavailable as fault:
        told["log_is_full"] = str(fault)
    ballast.unlink()
    with server.watched():
        join(settings.data_dir)
    while number + 1 not in acknowledged:
        with contextlib.suppress(Unavailable):  # A connection of the pool that died meanwhile.
            hand_in(number + 1)
    told["kept"] = [
        n for n in acknowledged
        if tracing.trace(app, maker, pack(f"{n}A1999")).standing.status == "commissioned"
    ]
    told["acknowledged"] = acknowledged
    capture.recover(app)
    app.workers.shutdown(wait=True)
print(json.dumps(told))
"""


SMALL_DISK_REQUIRED = "PACKTRAIL_TEST_SMALL_DISK_REQUIRED"
"""Set where small disks must be possible: then nothing is skipped for want of one."""


def _no_small_disk(why: str) -> None:
    if os.environ.get(SMALL_DISK_REQUIRED):
        pytest.fail(f"{SMALL_DISK_REQUIRED} is set, and {why}")
    pytest.skip(why)


def in_a_namespace_of_its_own() -> list[str]:
    """How to run something that may mount; skip where the kernel does not let us."""
    options = ["--mount"]
    if os.geteuid() != 0:
        options += ["--user", "--map-current-user", "--keep-caps"]
    command = ["unshare", *options]
    if not shutil.which("unshare"):
        _no_small_disk("there is no unshare here to make a small disk with")
    folder = _reachable_dir()
    done = subprocess.run(
        [*command, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    folder.rmdir()
    if done.returncode != 0:
        _no_small_disk(f"no small disk can be made here: {done.stderr.strip()}")
    return command


def test_a_full_disk_is_told_and_loses_nothing_acknowledged(reachable_dir: Path) -> None:
    done = subprocess.run(
        [*in_a_namespace_of_its_own(), sys.executable, "-c", ON_A_SMALL_DISK, reachable_dir],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    assert "is full: " in told["full"]
    assert "Nothing of this was recorded, and nothing recorded before is lost" in told["full"]
    assert str(reachable_dir) not in told["stranger"]
    assert told["readable"] == "commissioned"
    # What PostgreSQL can still say differs: an error, a panic, or nothing any more.
    assert told["log_full"] != "never"
    assert any(words in told["log_is_full"] for words in ("does not answer", "is full", "unknown"))
    assert told["kept"] == told["acknowledged"]


@pytest.mark.parametrize("table", ["event_key", "segment", "original", "capture", "audit"])
def test_a_database_without_room_is_told_wherever_it_ends_and_loses_nothing_acknowledged(
    world: World, table: str
) -> None:
    """What a full disk makes of it is seen above; its answer may come from any statement."""
    contents = [document(commissioning(n, [pack(n)])) for n in range(4)]
    assert capture.submit(world.app, world.maker, contents[0], media_type=JSON).success
    with world.app.database.reading() as conn:
        conn.execute(
            "create function no_room() returns trigger language plpgsql as $$ begin raise"
            " 'could not extend file: No space left on device' using errcode = '53100'; end $$"
        )
        conn.execute(f"create trigger no_room before insert on {table} execute function no_room()")
    with ThreadPoolExecutor(3) as pool:
        for answer in [pool.submit(submit, world, content) for content in contents[1:]]:
            with pytest.raises(
                Unavailable, match=r"(?s)is full: .*Nothing of this was recorded"
            ) as full:
                answer.result(60)
            assert full.value.retry_after_seconds
    with world.app.database.reading() as conn:
        conn.execute(f"drop trigger no_room on {table}")

    assert [job.stored_count for job in capture.jobs(world.app, world.maker)] == [1]
    assert [submit(world, content).stored_count for content in contents] == [0, 1, 1, 1]


def submit(world: World, content: bytes) -> capture.CaptureJob:
    return capture.submit(world.app, world.maker, content, media_type=JSON)


def test_documents_are_refused_while_the_disk_is_nearly_full(
    world: World, reachable_dir: Path
) -> None:
    free = shutil.disk_usage(reachable_dir).free
    settings = replace(
        world.app.settings, data_dir=reachable_dir, disk_free_bytes_min=free + 1_000_000_000
    )
    app = replace(world.app, settings=settings)
    content = document(commissioning(1, [pack(1)]))

    with pytest.raises(Unavailable, match="documents are refused until there is more") as refused:
        capture.submit(app, world.maker, content, media_type=JSON)
    assert str(reachable_dir) not in refused.value.told
    assert capture.jobs(app, world.maker) == ()
    assert capture.submit(world.app, world.maker, content, media_type=JSON).success


def test_the_disk_of_a_database_elsewhere_is_not_judged() -> None:
    assert room.room(Settings.of({}, database_url="postgresql:///x")) is None
    assert room.room(Settings.of({}, data_dir=Path("/nonexistent"))) is None


@pytest.fixture
def cutter(fresh_database: Database) -> Iterator[CommitCutter]:
    with CommitCutter(fresh_database.url) as cutter:
        yield cutter


@pytest.fixture
def behind(cutter: CommitCutter, fresh_database: Database) -> Iterator[World]:
    """A world whose database is reached through the cutter."""
    url = make_conninfo(fresh_database.url, **cutter.address)
    with Database(url) as database:
        world = make_world(database)
        yield world
        world.app.workers.shutdown(wait=True)


@pytest.mark.parametrize("answer", [False, True], ids=["commit_lost", "answer_lost"])
def test_a_connection_lost_at_the_commit_means_unknown_and_a_replay_settles_it(
    behind: World, cutter: CommitCutter, fresh_database: Database, answer: bool
) -> None:
    content = document(*(commissioning(n, [pack(n)]) for n in range(5)))
    first = document(commissioning(9, [pack(9)]))  # Brings the partitions of the month about.
    assert capture.submit(behind.app, behind.maker, first, media_type=JSON).success
    cutter.cut(1, after_answer=answer)

    with pytest.raises(Unavailable, match=r"unknown whether this was recorded\. Do it") as cut:
        capture.submit(behind.app, behind.maker, content, media_type=JSON)
    assert "Send it again" in cut.value.told
    again = capture.submit(behind.app, behind.maker, content, media_type=JSON)
    capture.recover(behind.app)
    behind.app.workers.shutdown(wait=True)

    assert again.success
    assert (again.stored_count, again.repeated_count) == ((0, 5) if answer else (5, 0))
    jobs = capture.jobs(behind.app, behind.maker)
    assert all(job.success and not job.running for job in jobs)
    assert sum(job.stored_count for job in jobs) == 6
    with fresh_database.reading() as conn:
        assert conn.execute("select count(*) from event_key").fetchone() == (6,)
        assert conn.execute("select sum(event_count) from segment").fetchone() == (6,)


@pytest.mark.parametrize(
    ("error", "is_lost"),
    [
        (psycopg.OperationalError("server closed the connection unexpectedly"), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.DiskFull(), False),
        (psycopg.errors.SerializationFailure(), False),
        (psycopg.errors.ForeignKeyViolation(), False),
        (None, False),
    ],
)
def test_what_the_server_still_says_itself_is_no_lost_connection(
    error: Exception | None, is_lost: bool
) -> None:
    assert _is_lost(error) is is_lost


@pytest.mark.parametrize("way", ["with_others", "alone", "in_parts"])
def test_a_clock_that_goes_back_changes_nothing_that_was_known(
    fresh_database: Database, way: str
) -> None:
    bounds = {"capture_inline_bytes_max": 1, "capture_part_bytes": 1024}
    world = make_world(fresh_database, **(bounds if way == "in_parts" else {}))
    first, second = (
        document(*(commissioning(n, [pack(n)]) for n in numbers))
        for numbers in (range(20), range(100, 120 if way != "with_others" else 103))
    )
    assert submit(world, first).success
    (known,) = tracing.trace(world.app, world.maker, pack(1)).steps
    world.clock.advance(hours=-1)
    at = world.app.clock()
    assert submit(world, second).success
    (step,) = tracing.trace(world.app, world.maker, pack(101)).steps
    jobs = capture.jobs(world.app, world.maker)

    assert step.record_time > known.record_time > at
    assert all(job.finished_at and job.finished_at >= known.record_time for job in jobs)
    for moment in (at, known.record_time - (known.record_time - at) / 2, known.record_time):
        with pytest.raises(NotFound):
            tracing.trace(world.app, world.maker, pack(101), as_known_at=moment)
    world.app.workers.shutdown(wait=True)


def test_while_the_clock_is_behind_there_are_numbers_for_any_number_of_documents(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(fresh_database)
    assert submit(world, document(commissioning(0, [pack(0)]))).success
    world.clock.advance(hours=-1)
    # As if a millisecond had a number for a single document.
    monkeypatch.setattr(ids.secrets, "randbelow", lambda _: 0)

    jobs = [submit(world, document(commissioning(n, [pack(n)]))) for n in range(1, 20)]

    assert all(job.success for job in jobs)
    world.app.workers.shutdown(wait=True)


def test_while_the_clock_is_behind_what_is_recorded_is_seen(fresh_database: Database) -> None:
    world = make_world(fresh_database)
    assert submit(world, document(commissioning(0, [pack(0)]))).success
    world.clock.advance(hours=-1)

    single_events.record(
        world.app, world.maker, document(commissioning(1, [pack(1)])), media_type=JSON
    )
    page = query.matching(world.app, world.maker, EventFilter(), limit=10)

    assert len(page.events) == 2
    world.app.workers.shutdown(wait=True)
