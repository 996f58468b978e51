"""Bad days of archives: disk full, killed, connection lost while months move.

Whatever happens: no answer changes, nothing half-made is left, and the same command finishes.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from psycopg.conninfo import make_conninfo
from tests.proxy import CommitCutter

from packtrail.access import Actor
from packtrail.base.errors import Unavailable
from packtrail.services.archive import months
from packtrail.services.capture import capture
from packtrail.services.goods import tracing
from packtrail.store import shelf
from packtrail.store.database import Database

from .conftest import World, make_world
from .documents import CASE, commissioning, dispensing, document, pack, packing
from .test_bad_days import in_a_namespace_of_its_own

MARCH = datetime(2026, 3, 20, 9, tzinfo=UTC)
APRIL = datetime(2026, 4, 2, 9, tzinfo=UTC)
SYSTEM = Actor.system("test")
MONTH = "2026-03"
PACKS = [pack(number) for number in range(40)]
SENT = [
    (document(*(commissioning(number, [one]) for number, one in enumerate(PACKS))), MARCH),
    (document(packing(100, CASE, PACKS[:30])), MARCH),
    (document(dispensing(200, PACKS[35])), APRIL),
]

IN_A_PROCESS_OF_ITS_OWN = """
import os, resource, signal, sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from packtrail.access import Actor
from packtrail.services.application import Application
from packtrail.services.archive import months
from packtrail.settings import Settings
from packtrail.store import shelf
from packtrail.store.database import Database

url, folder, step, bad = sys.argv[1:5]

def upon(place, count, what):
    module, _, names = place.partition(":")
    *path, name = names.split(".")
    owner = import_module(module)
    for each in path:
        owner = getattr(owner, each)
    original, left = getattr(owner, name), [int(count)]
    def wrapped(*asked, **named):
        left[0] -= 1
        if left[0] == 0:
            what()
        return original(*asked, **named)
    setattr(owner, name, wrapped)

def fill_the_disk():
    with open(Path(folder) / "ballast", "ab", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass

kind, _, told = bad.partition("@")
if kind == "killed":
    upon(*told.split("#"), lambda: os.kill(os.getpid(), signal.SIGKILL))
elif kind == "limited":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(told), resource.RLIM_INFINITY))
elif kind == "full":
    upon("packtrail.store.archive.exporting:export", 1, fill_the_disk)
with Database(url) as database:
    app = Application(
        settings=Settings.of({}, data_dir=Path("/nonexistent"), archive_dir=folder),
        database=database,
        clock=lambda: datetime(2026, 4, 3, tzinfo=UTC),
    )
    shelf.SHELF.add(app.settings.archives)
    getattr(months, step)(app, Actor.system("test"), "2026-03")
"""


@pytest.fixture
def world(fresh_database: Database, tmp_path: Path) -> World:
    made = make_world(fresh_database, archive_dir=str(tmp_path / "archive"))
    shelf.SHELF.add(made.app.settings.archives)
    for content, at in SENT:
        made.clock.now = at
        job = capture.submit(made.app, made.maker, content, media_type="application/json")
        assert job.success
    months.close(made.app, SYSTEM, MONTH)
    return made


def told(world: World) -> list[object]:
    """Everything that is asked of the past."""
    asked = (PACKS[0], PACKS[35], PACKS[39], CASE)
    answers: list[object] = [tracing.trace(world.app, world.maker, each) for each in asked]
    jobs = capture.jobs(world.app, world.maker)
    originals = [capture.original(world.app, world.maker, job.capture_id) for job in jobs]
    return [*answers, *(each.content() for each in originals)]


def state(world: World) -> str:
    (view,) = [each for each in months.every(world.app, SYSTEM) if each.month == MONTH]
    return view.state


def left_over(world: World) -> list[str]:
    """What lies in the folder of archives besides archives."""
    root = world.app.settings.archives
    return sorted(each.name for each in root.iterdir() if each.name not in {MONTH, ".lock"})


def run(
    world: World, url: str, step: str, bad: str, *before: str
) -> subprocess.CompletedProcess[str]:
    folder = world.app.settings.archives
    command = [*before, sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN, url, folder, step, bad]
    return subprocess.run(command, capture_output=True, text=True, check=False)


KILLED = [
    ("export", "packtrail.store.archive.schemas:Writer.write_columns#1"),
    ("export", "packtrail.store.archive.schemas:Writer.write_columns#4"),
    ("export", "packtrail.store.archive.manifest:write#1"),
    ("export", "packtrail.services.archive.folders:_sync#1"),
    ("export", "pathlib:Path.rename#1"),
    ("export", "packtrail.store.archive.checking:check#1"),
    ("export", "packtrail.store.archive.rows:set_exported#1"),
    ("export", "packtrail.services.auditing:write#1"),
    ("export", "packtrail.services.archive.months:_told#1"),
    ("drop", "packtrail.store.archive.checking:check#1"),
    ("drop", "packtrail.store.archive.moving:_run#2"),
    ("drop", "packtrail.store.archive.moving:_run#7"),
    ("drop", "packtrail.store.archive.rows:set_dropped#1"),
    ("drop", "packtrail.services.auditing:write#1"),
    ("drop", "packtrail.services.archive.months:_told#1"),
    ("restore", "packtrail.store.archive.moving:rows_of#1"),
    ("restore", "packtrail.store.archive.moving:rows_of#2"),
    ("restore", "packtrail.store.archive.moving:_run#6"),
    ("restore", "packtrail.services.auditing:write#1"),
]
STEPS = ("export", "drop", "restore")
AFTERWARDS = {"export": "verified", "drop": "dropped", "restore": "verified"}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_killed_anywhere_is_finished_by_the_same_command(
    world: World, fresh_database: Database, step: str
) -> None:
    before = told(world)
    places = [place for name, place in KILLED if name == step]
    for earlier in STEPS[: STEPS.index(step)]:
        getattr(months, earlier)(world.app, SYSTEM, MONTH)
    for place in places:
        done = run(world, fresh_database.url, step, f"killed@{place}")
        assert done.returncode == -signal.SIGKILL, (place, done.stderr)
        assert told(world) == before, place
        is_committed = place.endswith("_told#1")
        assert (state(world) == AFTERWARDS[step]) == is_committed, place
    getattr(months, step)(world.app, SYSTEM, MONTH)

    assert (state(world), told(world), left_over(world)) == (AFTERWARDS[step], before, [])


@pytest.mark.parametrize("bytes_max", [0, 500, 3_000])
def test_an_export_onto_a_disk_that_takes_no_more_leaves_nothing_and_is_told(
    world: World, fresh_database: Database, bytes_max: int
) -> None:
    before = told(world)
    done = run(world, fresh_database.url, "export", f"limited@{bytes_max}")

    assert done.returncode == 1
    assert "cannot be written into" in done.stderr
    assert "make room and do it again" in done.stderr
    assert (state(world), left_over(world), told(world)) == ("closed", [], before)
    months.export(world.app, SYSTEM, MONTH)
    assert state(world) == "verified"


def test_an_export_onto_a_full_disk_leaves_nothing_and_is_told(
    world: World, fresh_database: Database
) -> None:
    folder = world.app.settings.archives
    folder.mkdir(parents=True)
    mount = 'mount -t tmpfs -o size=8m tmpfs "$1" && shift && "$@"; rc=$?; ls -A "$0"; exit $rc'
    namespace = [*in_a_namespace_of_its_own(), "sh", "-c", mount, str(folder), str(folder)]
    done = run(world, fresh_database.url, "export", "full", *namespace)

    assert done.returncode == 1, done.stderr
    assert "No space left on device" in done.stderr
    assert "make room and do it again" in done.stderr
    assert done.stdout.split() == [".lock", "ballast"]
    assert state(world) == "closed"


def test_an_archive_is_not_begun_where_there_is_no_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=10))

    with pytest.raises(Exception, match="0 MB free") as refused:
        months.export(world.app, SYSTEM, MONTH)
    assert refused.value.findings[0].code == "STO-050"
    assert (state(world), left_over(world)) == ("closed", [])


@pytest.fixture
def cutter(fresh_database: Database) -> Iterator[CommitCutter]:
    with CommitCutter(fresh_database.url) as cutter:
        yield cutter


@pytest.mark.parametrize("answer", [False, True], ids=["commit_lost", "answer_lost"])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_whose_connection_is_lost_at_the_commit_is_finished_by_the_same_command(
    world: World, cutter: CommitCutter, fresh_database: Database, step: str, answer: bool
) -> None:
    before = told(world)
    for earlier in STEPS[: STEPS.index(step)]:
        getattr(months, earlier)(world.app, SYSTEM, MONTH)
    # An export commits the snapshot that it reads first.
    commit = 2 if step == "export" else 1
    with Database(make_conninfo(fresh_database.url, **cutter.address)) as behind:
        app = replace(world.app, database=behind)
        cutter.cut(commit, after_answer=answer)
        with pytest.raises(Unavailable, match="Do it again"):
            getattr(months, step)(app, SYSTEM, MONTH)
        assert told(world) == before
        if not (answer and step == "restore"):
            getattr(months, step)(app, SYSTEM, MONTH)

    assert (state(world), told(world), left_over(world)) == (AFTERWARDS[step], before, [])


def test_an_export_whose_connection_is_lost_while_it_reads_leaves_nothing(
    world: World, cutter: CommitCutter, fresh_database: Database
) -> None:
    with Database(make_conninfo(fresh_database.url, **cutter.address)) as behind:
        app = replace(world.app, database=behind)
        cutter.cut(1, after_answer=False)
        with pytest.raises(Unavailable):
            months.export(app, SYSTEM, MONTH)
        assert (state(world), left_over(world)) == ("closed", [])
        months.export(app, SYSTEM, MONTH)

    assert state(world) == "verified"
