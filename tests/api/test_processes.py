"""Several server processes: what one of them dying, or a changed key, means for all of them."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from packtrail.bootstrap import open_application
from packtrail.jobs import CHORES, OWN_CHORES
from packtrail.services import chores
from packtrail.services.accounts import accounts, organisations
from packtrail.services.application import Application
from packtrail.services.capture import capture
from packtrail.settings import Settings

from ..services.documents import commissioning, document, pack

SERVE = """
import pathlib, signal, sys
# Tests that run in the background of a shell ignore it, and with them all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
from packtrail import processes
from packtrail.settings import Settings
settings = Settings.of({}, data_dir=pathlib.Path(sys.argv[1]), port=0, server_processes=2)
processes.serve(settings, on_ready=lambda application, url: print(url, flush=True))
print("stopped", flush=True)
"""
SCOPES = ("capture:document:create", "capture:document:read", "event:record:read")
WAIT_SECONDS = 180


@dataclass
class Running:
    """Two server processes on a data directory."""

    data: Path
    folder: Path
    process: subprocess.Popen[str]
    url: str
    log: Path

    def all(self) -> list[int]:
        """Return the processes that the one with everything imported made."""
        maker = [pid for pid in _children(self.process.pid) if _children(pid)]
        return [pid for each in maker for pid in _children(each)]

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        return [pid for pid in self.all() if not _gives_way(pid)]

    def housekeepers(self) -> list[int]:
        """Return the process that does the chores, if it is there."""
        return [pid for pid in self.all() if _gives_way(pid)]


def _children(pid: int) -> list[int]:
    found = []
    for each in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in each.read_text().split()]
    return found


def _gives_way(pid: int) -> bool:
    try:
        return os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
    except ProcessLookupError:
        return False


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextlib.contextmanager
def _started(data: Path, folder: Path) -> Iterator[Running]:
    log = folder / "log"
    with log.open("w") as words:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(data)],
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url, log.read_text()
            yield Running(data, folder, process, url, log)
        finally:
            process.terminate()
            process.communicate(timeout=WAIT_SECONDS)


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[Running]:
    data = folder / "data"
    with open_application(Settings.of({}, data_dir=data)) as app:
        installation = organisations.system_actor(app, "tests")
        organisations.create_organisation(app, installation, "maker", name="Maker")
    own = folder / "own"
    own.mkdir()
    with _started(data, own) as started:
        yield started


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """Two processes that go on answering, whatever a test does to one of them."""
    with tempfile.TemporaryDirectory(prefix="packtrail-") as name:
        Path(name).chmod(0o711)  # Started as root, the database's user must get through.
        with _running(Path(name)) as started:
            yield started


@pytest.fixture
def ending(reachable_dir: Path) -> Iterator[Running]:
    """Two processes that a test ends."""
    with _running(reachable_dir) as started:
        yield started


@contextlib.contextmanager
def _joined(running: Running) -> Iterator[Application]:
    with open_application(Settings.of({}, data_dir=running.data)) as app:
        yield app


def _key(app: Application) -> accounts.NewApiKey:
    maker = organisations.system_actor(app, "tests", organisation="maker")
    return accounts.create_api_key(app, maker, "line", scopes=SCOPES)


@dataclass
class Sender:
    """Hands documents of one event in, one after the other, until told to stop."""

    url: str
    secret: str
    first: int
    acknowledged: dict[str, int] = field(default_factory=dict)
    """Capture -> which event."""
    cut_off: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        number = self.first
        while not self.stop.is_set():
            connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
            with contextlib.closing(connection):
                try:
                    while not self.stop.is_set():
                        self._send(connection, number)
                        number += 1
                except (OSError, http.client.HTTPException):
                    self.cut_off += 1

    def _send(self, connection: http.client.HTTPConnection, number: int) -> None:
        content = document(commissioning(number, [pack(number)]))
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        connection.request("POST", "/epcis/v2/capture", content, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 202
        self.acknowledged[answer.headers["Location"].rpartition("/")[2]] = number


def test_killing_one_process_after_the_other_loses_nothing_acknowledged(running: Running) -> None:
    with _joined(running) as app:
        secret = _key(app).secret
    senders = [Sender(running.url, secret, 100_000 * n) for n in range(1, 5)]
    threads = [threading.Thread(target=each.run) for each in senders]
    for thread in threads:
        thread.start()
    before = running.workers()

    for pid in before:
        some = sum(len(each.acknowledged) for each in senders)
        _until(lambda some=some: sum(len(each.acknowledged) for each in senders) > some + 20)
        os.kill(pid, signal.SIGKILL)
        _until(lambda pid=pid: pid not in running.workers() and len(running.workers()) == 2)
    after = sum(len(each.acknowledged) for each in senders)
    _until(lambda: sum(len(each.acknowledged) for each in senders) > after + 20)
    for each in senders:
        each.stop.set()
    for thread in threads:
        thread.join()

    assert len(before) == 2
    assert any(each.cut_off for each in senders)
    with _joined(running) as app:
        actor = organisations.system_actor(app, "tests", organisation="maker")
        for each in senders:
            for capture_id in each.acknowledged:
                job = capture.job(app, actor, capture_id)
                assert (job.success, job.running, job.event_count) == (True, False, 1)
    words = running.log.read_text()
    assert all(f"server process {pid} was ended by SIGKILL" in words for pid in before)


def test_chores_are_done_by_a_process_of_their_own_that_is_started_again(
    running: Running,
) -> None:
    _until(running.housekeepers)
    (first,) = running.housekeepers()
    os.kill(first, signal.SIGKILL)
    _until(lambda: [pid for pid in running.housekeepers() if pid != first])

    with _joined(running) as app:
        _until(lambda: all(row.finished_at for row in chores.every(app)))
        names = {row.name for row in chores.every(app)}
    words = running.log.read_text()
    assert names == {each.name for each in (*CHORES, *OWN_CHORES)}
    assert f"the process that does the chores {first} was ended by SIGKILL" in words


def test_a_revoked_key_works_nowhere_from_then_on(running: Running) -> None:
    with _joined(running) as app:
        made = _key(app)
        assert {_status(running.url, made.secret) for _ in range(10)} == {200}
        maker = organisations.system_actor(app, "tests", organisation="maker")
        accounts.revoke_api_key(app, maker, made.key.key_id)

        assert {_status(running.url, made.secret) for _ in range(20)} == {401}


def _status(url: str, secret: str) -> int:
    """Ask over a connection of its own, which any process may take."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    with contextlib.closing(connection):
        connection.request(
            "GET", "/epcis/v2/capture", headers={"Authorization": f"Bearer {secret}"}
        )
        return connection.getresponse().status


def test_a_second_start_on_the_data_directory_is_refused(running: Running) -> None:
    second = subprocess.run(
        [sys.executable, "-c", SERVE, str(running.data)],
        capture_output=True,
        text=True,
        check=False,
        timeout=WAIT_SECONDS,
    )

    assert second.returncode != 0
    assert f"is in use by process {running.process.pid}" in second.stderr
    assert _status(running.url, "none") == 401


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_processes_and_then_the_database(
    ending: Running, number: signal.Signals
) -> None:
    workers = ending.all()
    os.kill(ending.process.pid, number)
    said, _ = ending.process.communicate(timeout=WAIT_SECONDS)

    assert said == "stopped\n"
    assert ending.process.returncode == 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    assert not (ending.data / "pg" / "postmaster.pid").exists()
    assert "shutting down" not in ending.log.read_text()
    with _joined(ending) as app, app.database.reading() as conn:
        assert conn.execute("select name from chore where claim is not null").fetchall() == []


def test_a_signal_that_comes_while_the_address_is_told_is_a_stop_like_any_other(
    reachable_dir: Path,
) -> None:
    at_once = SERVE.replace("print(url, flush=True)", "signal.raise_signal(signal.SIGTERM)")

    ended = subprocess.run(
        [sys.executable, "-c", at_once, str(reachable_dir / "data")],
        capture_output=True,
        text=True,
        check=False,
        timeout=WAIT_SECONDS,
    )

    assert (ended.returncode, ended.stdout) == (0, "stopped\n"), ended.stderr


def test_processes_stop_when_the_one_that_holds_them_together_is_killed(ending: Running) -> None:
    workers = ending.all()
    ending.process.kill()

    _until(lambda: not [pid for pid in workers if Path(f"/proc/{pid}").exists()])
    with open_application(Settings.of({}, data_dir=ending.data)) as app:
        assert accounts.accounts_with_password(app) == 0
