"""Large documents: read in parts, recorded whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from tests.postgres import _reachable_dir
from tests.proxy import CommitCutter

from packtrail import epcis
from packtrail.access import Actor
from packtrail.base.errors import LimitExceeded, Unavailable
from packtrail.epcis.parts import Undivided
from packtrail.services.archive import months as archive
from packtrail.services.capture import capture, streams
from packtrail.services.capture.uploads import Upload
from packtrail.services.goods import tracing
from packtrail.store import absence, shelf
from packtrail.store.archive import checking
from packtrail.store.database import Database
from packtrail.store.remembered import Memories

from .conftest import World, make_world
from .documents import PRODUCT, commissioning, dispensing, document, event, pack, packing
from .test_bad_days import in_a_namespace_of_its_own
from .test_disorder import Killed, dying

IN_PARTS = {"capture_inline_bytes_max": 1, "capture_part_bytes": 1024}
"""So that a document of a few kilobytes is read in parts."""
CASE = "urn:epc:id:sscc:030001.{:011d}"
MARCH = datetime(2026, 3, 1, 0, 1, tzinfo=UTC)
SYSTEM = Actor.system("test")


@pytest.fixture
def world(fresh_database: Database) -> Iterator[World]:
    made = make_world(fresh_database, **IN_PARTS)
    yield made
    made.app.workers.shutdown(wait=True)


def events(count: int, first: int = 0) -> list[dict]:
    made = [commissioning(n, [pack(n), pack(f"A{n}")]) for n in range(first, first + count)]
    return [*made, *(packing(500 + n, CASE.format(n), [pack(n)]) for n in range(first, count))]


def big(*more: dict, count: int = 20) -> bytes:
    return document(*events(count), *more, vocabularies=[PRODUCT])


def as_xml(content: bytes) -> bytes:
    found = epcis.read(content).document
    assert found is not None
    return epcis.write_xml(found, version="1.2")


def submit(world: World, content: bytes, *, actor: Actor | None = None, **options):
    return capture.submit(
        world.app, actor or world.maker, content, media_type="application/json", **options
    )


def counts(world: World) -> tuple[int, int, int, int]:
    """How many captures, originals, segments and events the store holds."""
    with world.app.database.reading() as conn:
        found = conn.execute(
            "select (select count(*) from capture), (select count(*) from original),"
            " (select count(*) from segment), (select count(*) from event_key)"
        ).fetchone()
    assert found is not None
    return found[0], found[1], found[2], found[3]


def told(job: capture.CaptureJob) -> list[tuple[str, str]]:
    return [(each.code, each.at) for each in job.findings if each.severity == "error"]


@pytest.mark.parametrize("write", [bytes, as_xml], ids=["json", "xml"])
@pytest.mark.parametrize("wait", [True, False])
def test_a_document_in_parts_says_what_it_says_as_a_whole(world: World, write, wait: bool) -> None:
    content = write(big(dispensing(900, pack(3))))
    job = submit(world, content, wait=wait)
    world.app.workers.shutdown(wait=True)
    job = capture.job(world.app, world.maker, job.capture_id)
    with world.app.database.reading() as conn:
        parts = conn.execute("select count(distinct part_no) from segment").fetchone()
    trace = tracing.trace(world.app, world.maker, pack(3))

    assert (job.success, job.event_count, job.stored_count) == (True, 41, 41)
    assert parts is not None
    assert parts[0] > 5
    assert trace.standing.status == "dispensed"
    assert [step.biz_step for step in trace.steps] == ["commissioning", "packing", "dispensing"]
    original = capture.original(world.app, world.maker, job.capture_id)
    assert original.content() == content
    whole = replace(world, app=replace(world.app, settings=make_settings(world)))
    again = submit(whole, content)
    assert (again.stored_count, again.repeated_count) == (0, 41)


def make_settings(world: World):
    return replace(world.app.settings, capture_inline_bytes_max=10**7)


def test_events_keep_their_order_over_the_parts(world: World) -> None:
    same = [commissioning(n, [pack(n)]) | {"eventTime": "2026-03-03T00:00:00Z"} for n in range(40)]
    assert submit(world, document(*same)).success
    with world.app.database.reading() as conn:
        segment_ids = [row[0] for row in conn.execute("select segment_id from segment order by 1")]
        from packtrail.store import segments  # noqa: PLC0415

        found = segments.read(conn, segment_ids, audience_ids=None)
    ordinals = [n for one in segment_ids for n in found[one].columns.ordinals.tolist()]

    assert ordinals == list(range(40))


@pytest.mark.parametrize("write", [bytes, as_xml], ids=["json", "xml"])
def test_one_bad_event_undoes_all_parts_and_every_one_is_told(world: World, write) -> None:
    content = write(big(count=30))
    for good, bad in ((b"T00:07:00", b"T00:77:00"), (b"T08:48:00", b"T08:78:00")):
        content = content.replace(good, bad)
    whole = epcis.read(content).findings
    assert len(whole) == 2
    job = submit(world, content)

    assert not job.success
    assert told(job) == [(each.code, each.at) for each in whole]
    assert counts(world)[2:] == (0, 0)
    assert capture.original(world.app, world.maker, job.capture_id).content() == content


def test_proceed_records_the_good_events_of_all_parts(world: World) -> None:
    content = big(count=30).replace(b"T00:07:00", b"T00:77:00")
    job = submit(world, content, error_behaviour="proceed")

    assert (job.success, job.stored_count, job.event_count) == (False, 59, 59)
    assert told(job) == [("EPC-105", "/epcisBody/eventList/7/eventTime")]
    assert capture.original(world.app, world.maker, job.capture_id).content() == content


def test_a_contradiction_between_parts_names_the_later_event(world: World) -> None:
    other = commissioning(0, [pack("B")])
    job = submit(world, big(other))

    assert told(job) == [("CAP-003", "/epcisBody/eventList/40")]
    assert "in the same document" in job.findings[0].message
    assert counts(world)[2:] == (0, 0)


def test_a_document_that_comes_again_is_told_by_its_hash(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = document(*(commissioning(n, [pack(n)]) for n in range(2_400)))
    assert len(content) > 1_000_000
    world = replace(
        world,
        app=replace(world.app, settings=replace(world.app.settings, capture_part_bytes=10**6)),
    )
    assert submit(world, content).stored_count == 2_400
    monkeypatch.setattr(streams.capturing, "plan", None)
    again = submit(world, content)

    assert (again.success, again.stored_count, again.repeated_count) == (True, 0, 2_400)
    assert capture.original(world.app, world.maker, again.capture_id).content() == content
    monkeypatch.undo()
    # Who else hands it in has another audience: it is told event by event.
    packer = submit(world, content, actor=world.packer, owner="maker")
    assert (packer.success, packer.repeated_count) == (True, 2_400)


def test_events_that_were_recorded_before_are_left_out_of_a_document_in_parts(
    world: World,
) -> None:
    assert submit(world, document(*events(3))).success
    content = big(count=12)
    job = submit(world, content)

    assert (job.success, job.stored_count, job.repeated_count) == (True, 18, 6)
    assert capture.original(world.app, world.maker, job.capture_id).content() == content


def test_what_cannot_be_cut_is_read_as_a_whole_up_to_a_limit(world: World) -> None:
    content = as_xml(big(count=5)).replace(b"?>\n", b"?>\n<!DOCTYPE EPCISDocument>", 1)
    with pytest.raises(Undivided):
        streams.layout([content], lambda start, stop: content[start:stop])
    assert submit(world, content).stored_count == 10
    small = replace(world.app.settings, capture_whole_bytes_max=1024)
    job = submit(replace(world, app=replace(world.app, settings=small)), content)

    assert told(job) == [("CAP-012", "")]
    assert "it has a DOCTYPE" in job.findings[0].message


def test_too_many_events_and_too_many_bytes_are_refused(world: World) -> None:
    few = replace(world.app.settings, capture_events_max=9, capture_bytes_max=20_000)
    small = replace(world, app=replace(world.app, settings=few))

    assert told(submit(small, big(count=5))) == [("CAP-002", "")]
    with pytest.raises(LimitExceeded, match="larger than 20000 bytes"):
        Upload.of(few, [big(count=60)])


# --- bad days -------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from packtrail.services.accounts import organisations
from packtrail.services.capture import capture, capture_runs, streams
from packtrail.services.capture.uploads import Upload
from packtrail.store.database import Database
from tests.services.conftest import Clock
from tests.services.test_streams import IN_PARTS
from packtrail.services.application import Application
from packtrail.settings import Settings

url, path, wait = sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "True"
settings = Settings.of({}, data_dir=Path("/nonexistent"), **IN_PARTS)
recorded = streams.capturing.record_events

def record_events(turn, job, reading, numbers, part):
    done = recorded(turn, job, reading, numbers, part)
    if part.number == 5:
        # What was sent is there, and not committed.
        turn.conn.execute("select 1").fetchone()
        os.kill(os.getpid(), signal.SIGKILL)
    return done

streams.capturing.record_events = record_events
with Database(url) as database:
    app = Application(settings=settings, database=database, clock=Clock())
    maker = organisations.system_actor(app, "test", organisation="maker")
    job = capture.submit(app, maker, path.read_bytes(), media_type=None, wait=wait)
    app.workers.shutdown(wait=True)
"""


@pytest.mark.parametrize("wait", [True, False])
def test_a_process_that_is_killed_in_the_middle_leaves_nothing_half_recorded(
    world: World, tmp_path: Path, wait: bool
) -> None:
    content = big()
    path = tmp_path / "big.json"
    path.write_bytes(content)
    command = [sys.executable, "-c", KILLED, world.app.database.url, str(path), str(wait)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip

    assert done.returncode == -signal.SIGKILL, done.stderr
    captures, originals, *recorded = counts(world)
    assert (captures, originals > 0, recorded) == (not wait, not wait, [0, 0])
    capture.recover(world.app)
    world.app.workers.shutdown(wait=True)
    job = submit(world, content)
    assert job.stored_count + job.repeated_count == 40
    assert counts(world)[3] == 40
    for each in capture.jobs(world.app, world.maker):
        assert each.success
        assert capture.original(world.app, world.maker, each.capture_id).content() == content


def test_a_connection_that_is_lost_in_the_middle_of_a_part_is_told_and_replayed(
    world: World,
) -> None:
    def cut(phase: str, fraction: float) -> None:
        if phase == "recording" and fraction > 0.5:
            with world.app.database.reading() as conn:
                conn.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where xact_start is not null and pid <> pg_backend_pid()"
                    "   and datname = current_database()"
                )

    with Upload.of(world.app.settings, [big()]) as upload:
        upload.tell = cut
        with pytest.raises(Unavailable):
            submit(world, upload)  # type: ignore[arg-type]

    assert counts(world) == (0, 0, 0, 0)
    assert submit(world, big()).stored_count == 40


@pytest.mark.parametrize("answer", [False, True], ids=["commit_lost", "answer_lost"])
def test_a_connection_lost_at_the_commit_of_a_document_in_parts_is_settled_by_a_replay(
    fresh_database: Database, answer: bool
) -> None:
    with (
        CommitCutter(fresh_database.url) as cutter,
        Database(make_conninfo(fresh_database.url, **cutter.address)) as database,
    ):
        world = make_world(database, **IN_PARTS)
        first = document(commissioning(990, [pack(990)]))  # Brings the partitions about.
        assert submit(world, first).success
        cutter.cut(1, after_answer=answer)
        with pytest.raises(Unavailable, match="unknown whether this was recorded"):
            submit(world, big())
        again = submit(world, big())
        world.app.workers.shutdown(wait=True)

        assert again.success
        assert (again.stored_count, again.repeated_count) == ((0, 40) if answer else (40, 0))
        assert counts(world)[3] == 41


def test_a_document_that_changes_while_it_is_read_is_not_recorded(world: World) -> None:
    with Upload.of(world.app.settings, [big()]) as upload:
        upload._hash.update(b"changed")
        with pytest.raises(Unavailable, match="changed while it was read"):
            submit(world, upload)  # type: ignore[arg-type]
    assert counts(world) == (0, 0, 0, 0)


ON_A_SMALL_DISK = """
import subprocess, sys
from packtrail.base.errors import Unavailable
from packtrail.services.capture.uploads import Upload
from packtrail.settings import Settings

disk = sys.argv[1]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
settings = Settings.of({}, upload_dir=disk, capture_inline_bytes_max=1000)
try:
    Upload.of(settings, [b"x" * 65536] * 32)
except Unavailable as fault:
    print(fault, "|", fault.told)
    with Upload.of(settings, [b"x" * 65536] * 8) as upload:
        print(upload.size)
"""


def test_a_disk_that_is_full_while_a_document_is_received_is_told() -> None:
    folder = _reachable_dir()
    done = subprocess.run(
        [*in_a_namespace_of_its_own(), sys.executable, "-c", ON_A_SMALL_DISK, folder],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    folder.rmdir()

    assert done.returncode == 0, done.stderr
    said, size = done.stdout.splitlines()
    operator, sender = said.split(" | ")
    assert "No space left on device. Nothing of it was recorded." in operator
    assert "PACKTRAIL_UPLOAD_DIR" in operator
    assert str(folder) not in sender
    assert size == str(8 * 65536)


BEYOND_ITS_LIMIT = """
import resource, signal, sys
from packtrail.base.errors import Unavailable
from packtrail.services.capture.uploads import Upload
from packtrail.settings import Settings

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
settings = Settings.of({}, upload_dir=sys.argv[1], capture_inline_bytes_max=1000)
try:
    Upload.of(settings, [b"x" * 65536] * 32)
except Unavailable as fault:
    print(fault, "|", fault.told)
"""


def test_a_document_that_finds_no_room_on_its_way_in_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BEYOND_ITS_LIMIT, tmp_path], capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    operator, sender = done.stdout.split(" | ")
    assert "Nothing of it was recorded. Free space" in operator
    assert (str(tmp_path) in operator, str(tmp_path) in sender) == (True, False)
    assert list(tmp_path.iterdir()) == []


def test_progress_goes_up_and_is_told_part_by_part(world: World) -> None:
    heard: list[tuple[str, float]] = []
    with Upload.of(world.app.settings, [big()]) as upload:
        upload.tell = lambda phase, fraction: heard.append((phase, fraction))
        assert submit(world, upload).success  # type: ignore[arg-type]

    fractions: Sequence[float] = [fraction for _, fraction in heard]
    assert {phase for phase, _ in heard} == {"reading", "recording"}
    assert list(fractions) == sorted(fractions)
    assert len(set(fractions)) > 5
    assert 0 <= fractions[0] < fractions[-1] < 1


def test_a_document_in_parts_across_the_end_of_a_month_is_given_back_from_its_archive(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("packtrail.store.archive.exporting.GROUP_BYTES_MAX", 1)
    world = make_world(fresh_database, **IN_PARTS, archive_dir=str(tmp_path / "archive"))
    shelf.SHELF.add(world.app.settings.archives)
    times = chain([datetime(2026, 2, 28, 23, 59, tzinfo=UTC)], repeat(MARCH))
    app = replace(world.app, clock=lambda: next(times))
    content, other = big(), document(*events(15, first=600))
    with Upload.of(app.settings, [content]) as upload:
        job = submit(replace(world, app=app), upload)  # type: ignore[arg-type]
    world.clock.now = MARCH
    submit(world, other)
    world.clock.now = datetime(2026, 5, 1, tzinfo=UTC)
    for month in ("2026-02", "2026-03"):
        archive.close(world.app, SYSTEM, month)
        archive.export(world.app, SYSTEM, month)
        archive.drop(world.app, SYSTEM, month)

    given = [
        capture.original(world.app, world.maker, each.capture_id).content()
        for each in capture.jobs(world.app, world.maker)
    ]
    assert sorted(given) == sorted([content, other])
    folder = world.app.settings.archives / "2026-02"
    assert b"".join(checking.document(folder, job.capture_id) or ()) == content
    archive.restore(world.app, SYSTEM, "2026-02")
    assert capture.original(world.app, world.maker, job.capture_id).content() == content


def test_what_was_lost_at_the_commit_is_not_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absence, "NEW_MIN", 1)
    assert submit(world, document(commissioning(0, [pack("first")]))).success
    packs = {name: [pack(f"{name}{n:02}") for n in range(60)] for name in "ABCZ"}
    made = {name: commissioning(n, some) for n, (name, some) in enumerate(packs.items(), start=1)}
    lost, recorded = (
        document(*(made[name] for name in names)) for names in (("A", "B", "C"), ("Z", "B", "C"))
    )
    with dying(world.app.database, 1, is_committed=False), pytest.raises(Killed):
        submit(world, lost)
    with monkeypatch.context() as elsewhere:  # Another process, which remembers other things.
        elsewhere.setattr(absence, "_memories", Memories(1_000_000))
        assert submit(world, recorded).success
    # Among so many that are new, the known one is not among the few that are looked up first.
    unknown = [pack(f"N{n:03}") for n in range(200)]
    named = [unknown[0], packs["Z"][7], *unknown[1:]]
    seen = event(9, action="OBSERVE", bizStep="storing", epcList=named)
    assert submit(world, document(seen)).success

    assert len(tracing.trace(world.app, world.maker, packs["Z"][7]).steps) == 2
    with world.app.database.reading() as conn:
        assert conn.execute("select sum(names) from class").fetchone() == (1 + 3 * 60 + 200,)
