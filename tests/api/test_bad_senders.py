"""Senders that stall, drip or come too many at a time are cut off; the others are served."""

from __future__ import annotations

import http.client
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.postgres import _reachable_dir

from packtrail.bootstrap import open_application
from packtrail.services.accounts import accounts, organisations
from packtrail.services.capture import capture
from packtrail.settings import Settings
from packtrail.store.embedded import join

from ..services.documents import commissioning, document, pack

STALL_SECONDS = 1
LARGE = 200_000
SERVE = """
import sys
from pathlib import Path
from packtrail.serving import serve
from packtrail.settings import Settings
settings = Settings.of({}, data_dir=Path(sys.argv[1]), port=0, uploads_max=1,
                       upload_stall_for_seconds=int(sys.argv[2]), upload_bytes_per_second_min=1000)
serve(settings, on_ready=lambda application, url: print(url, flush=True))
"""


@dataclass(frozen=True)
class Server:
    """A server in a process of its own, for one maker."""

    process: subprocess.Popen[str]
    data: Path
    address: tuple[str, int]
    secret: str

    def begin(self, length: int, sent: bytes) -> socket.socket:
        """Send the head of a capture and a part of its body."""
        sender = socket.create_connection(self.address)
        head = (
            "POST /epcis/v2/capture HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self.secret}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\n\r\n"
        )
        sender.sendall(head.encode() + sent)
        return sender

    def capture(self, content: bytes) -> int:
        """Hand a document in; return the status of the answer."""
        connection = http.client.HTTPConnection(*self.address)
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/epcis/v2/capture", content, headers)
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    root = _reachable_dir()
    settings = Settings.of({}, data_dir=root / "data")
    with open_application(settings) as app:
        organisations.create_organisation(
            app, organisations.system_actor(app, "tests"), "maker", name="Maker"
        )
        maker = organisations.system_actor(app, "tests")
        scopes = ["capture:document:create", "capture:document:read"]
        secret = accounts.create_api_key(app, maker, "line", scopes=scopes).secret
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(root / "data"), str(STALL_SECONDS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    host, _, port = process.stdout.readline().strip().removeprefix("http://").partition(":")
    yield Server(process, root / "data", (host, int(port)), secret)
    process.terminate()
    process.wait()
    process.stdout.close()
    shutil.rmtree(root)


def answer(sender: socket.socket) -> tuple[int, str]:
    """What a sender hears."""
    with sender, http.client.HTTPResponse(sender) as response:
        response.begin()
        return response.status, response.read().decode()


def a_document(number: int, packs: int = 1) -> bytes:
    return document(commissioning(number, [pack(f"{number}B{n}") for n in range(packs)]))


def test_a_sender_that_stalls_is_cut_off_while_others_are_served(server: Server) -> None:
    stalled = [server.begin(LARGE, b'{"@context": [') for _ in range(20)]

    others = [server.capture(a_document(n)) for n in range(5)]
    heard = [answer(sender) for sender in stalled]

    assert others == [202] * 5
    for status, said in heard:
        told = json.loads(said)
        assert (status, told["type"]) == (408, "epcisException:ImplementationException")
        assert f"Nothing came for {STALL_SECONDS} s" in told["detail"]


@contextmanager
def dripping(sender: socket.socket, rest: bytes) -> Iterator[None]:
    """Meanwhile send a few bytes now and then; in the end all that is left."""
    is_over = threading.Event()

    def drip() -> None:
        left = rest
        with suppress(OSError):
            while left and not is_over.wait(STALL_SECONDS / 10):
                sender.sendall(left[:1])
                left = left[1:]
            sender.sendall(left)

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_only_so_many_large_documents_are_received_at_once(server: Server) -> None:
    contents = [a_document(100 + number, packs=6000) for number in range(3)]
    senders = {server.begin(len(each), each[:LARGE]): each for each in contents}
    with ExitStack() as stack:
        for sender, content in senders.items():
            stack.enter_context(dripping(sender, content[LARGE:]))
        refused: list[socket.socket] = []
        while len(refused) < 2:
            refused += select.select(senders.keys() - refused, [], [])[0]

        assert {answer(sender)[0] for sender in refused} == {503}
        assert server.capture(a_document(110)) == 202  # A small one needs no place.
    (received,) = senders.keys() - refused
    status, said = answer(received)

    assert status == 202, said
    assert server.capture(senders[refused[0]]) == 202


def test_a_sender_that_drips_is_cut_off(server: Server) -> None:
    sender = server.begin(LARGE, b"{")
    with dripping(sender, b" " * LARGE):
        status, said = answer(sender)

    assert status == 408
    assert "bytes came in" in said


def test_a_database_server_that_is_killed_is_started_again_and_nothing_is_lost(
    server: Server,
) -> None:
    assert server.capture(a_document(300)) == 202
    pid = int((server.data / "pg" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    heard = []
    while 202 not in heard:
        heard.append(server.capture(a_document(301)))
        if heard[-1] == 503:
            join(server.data)  # Waits until the database answers again.

    assert set(heard) <= {202, 503}
    with open_application(Settings.of({}, data_dir=server.data)) as app:
        maker = organisations.system_actor(app, "tests")
        jobs = capture.jobs(app, maker, limit=200)
        while any(job.running for job in jobs):  # The server finishes what it acknowledged.
            jobs = capture.jobs(app, maker, limit=200)
        originals = [
            json.loads(capture.original(app, maker, job.capture_id).content()) for job in jobs
        ]
    for number in (300, 301):
        mine = [job for job, told in zip(jobs, originals, strict=True) if is_of(told, number)]
        assert any(job.success and job.stored_count == 1 for job in mine)


def is_of(told: dict[str, dict[str, list[dict[str, list[str]]]]], number: int) -> bool:
    return told["epcisBody"]["eventList"][0]["epcList"] == [pack(f"{number}B0")]
