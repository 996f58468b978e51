"""The server as a whole: the guard around it, and its start and stop as a process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from packtrail import serving
from packtrail.base.errors import UsageError
from packtrail.bootstrap import open_application
from packtrail.services.accounts import accounts, organisations
from packtrail.services.application import Application
from packtrail.services.capture import capture
from packtrail.settings import Settings
from packtrail.store.database import Database

from ..services.conftest import make_world
from ..services.documents import commissioning, document, pack

PASSWORD = "a long enough sentence"
SERVE = """
import sys
from packtrail.serving import serve
from packtrail.services.application import Application
from packtrail.settings import Settings
serve(Settings.of({}, data_dir=__import__("pathlib").Path(sys.argv[1]), port=0),
      on_ready=lambda application, url: print(url, flush=True))
print("stopped", flush=True)
"""


@pytest.fixture(scope="module")
def browser(database: Database) -> TestClient:
    world = make_world(database, capture_bytes_max=2048)
    return TestClient(serving.asgi(world.app), base_url="http://127.0.0.1:8440")


@pytest.mark.parametrize("path", ["/api/openapi.json", "/epcis/v2/events", "/sign-in", "/nowhere"])
def test_every_answer_carries_the_security_headers(browser: TestClient, path: str) -> None:
    headers = browser.get(path).headers

    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8440", "localhost:8440", "[::1]:8440", "LOCALHOST"]
)
def test_this_machine_is_answered_by_any_of_its_names(browser: TestClient, host: str) -> None:
    assert browser.get("/api/openapi.json", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8440", "", "127.0.0.1.evil.example"]
)
def test_a_name_that_merely_points_here_is_not(browser: TestClient, host: str) -> None:
    answer = browser.get("/api/openapi.json", headers={"Host": host})

    assert answer.status_code == 421


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/api/v1/keys", serving.API_BODY_BYTES_MAX + 1, 413),
        ("/sign-in", serving.FORM_BYTES + 1, 413),
        ("/scan/verify/image", 21 * 1024 * 1024 + 1, 413),
        ("/captures", 2048 + serving.FORM_BYTES + 1, 413),
    ],
)
def test_a_body_that_is_too_large_is_not_read(
    browser: TestClient, path: str, size: int, status: int
) -> None:
    assert browser.post(path, content=b"x" * size).status_code == status


def test_a_body_of_unknown_length_is_only_taken_as_a_capture(browser: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"{}"

    assert browser.post("/api/v1/keys", content=chunks()).status_code == 411
    assert browser.post("/epcis/v2/capture", content=chunks()).status_code == 401


def test_a_web_socket_is_opened_by_a_name_of_this_machine_only(browser: TestClient) -> None:
    path = "/epcis/v2/queries/none/events?stream=true"
    for host, expected in (("127.0.0.1", WebSocketDenialResponse), ("evil", WebSocketDisconnect)):
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            browser.websocket_connect(path, headers={"Host": host}),
        ):
            pass
        assert type(refused.value) is expected


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_others_are_let_in_only_with_passwords_and_without_the_demo(
    fresh_database: Database, host: str
) -> None:
    open_to_all = make_world(fresh_database, host=host)

    with pytest.raises(UsageError, match="needs an account with a password first"):
        serving.check_exposure(open_to_all.app)
    accounts.create_user(
        open_to_all.app, open_to_all.maker, "ada", role="administrator", password=PASSWORD
    )
    serving.check_exposure(open_to_all.app)
    accounts_then_demo = Settings.of({}, host=host, demo_sign_in=True)
    with pytest.raises(UsageError, match="loopback only"):
        serving.check_exposure(_with(open_to_all.app, accounts_then_demo))


def _with(app: Application, settings: Settings) -> Application:
    return replace(app, settings=settings)


@contextmanager
def _server(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(data)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_server_and_database_cleanly(
    reachable_dir: Path, number: signal.Signals
) -> None:
    data = reachable_dir / "data"
    with _server(data) as (process, url):
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{url}/api/openapi.json") as answer:
            assert answer.status == 200
        os.kill(process.pid, number)
        said, _ = process.communicate(timeout=30)

        assert said == "stopped\n"
        assert process.returncode == 0
    assert not (data / "pg" / "postmaster.pid").exists()


def test_what_was_acknowledged_survives_a_killed_server(reachable_dir: Path) -> None:
    data = reachable_dir / "data"
    settings = Settings.of({}, data_dir=data)
    with open_application(settings) as app:
        installation = organisations.system_actor(app, "tests")
        organisations.create_organisation(app, installation, "maker", name="Maker")
        maker = organisations.system_actor(app, "tests")
        key = accounts.create_api_key(
            app, maker, "line", scopes=["capture:document:create", "capture:document:read"]
        )
    content = document(*(commissioning(n, [pack(n)]) for n in range(40)))
    with _server(data) as (process, url):
        request = urllib.request.Request(
            f"{url}/epcis/v2/capture",
            data=content,
            headers={"Authorization": f"Bearer {key.secret}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            capture_id = answer.headers["Location"].rpartition("/")[2]
        process.kill()
    with open_application(settings) as app:
        job = capture.job(app, organisations.system_actor(app, "tests"), capture_id)
        kept = capture.original(app, organisations.system_actor(app, "tests"), capture_id).content()

    assert (job.success, job.stored_count) == (True, 40)
    assert kept == content


def test_a_second_server_on_the_same_data_is_refused_and_a_client_joins(
    reachable_dir: Path,
) -> None:
    data = reachable_dir / "data"
    with _server(data):
        with (
            pytest.raises(UsageError),
            open_application(Settings.of({}, data_dir=data), is_server=True),
        ):
            pass
        with open_application(Settings.of({}, data_dir=data)) as joined:
            assert (
                organisations.all_organisations(joined, organisations.system_actor(joined, "tests"))
                == ()
            )


def test_a_port_in_use_is_told_plainly(fresh_database: Database) -> None:
    world = make_world(fresh_database, port=0)
    listener = serving.listen("127.0.0.1", 0)
    listener.listen()
    port = listener.getsockname()[1]

    with pytest.raises(UsageError, match=f"Cannot listen on 127.0.0.1 port {port}"):
        serving.run(_with(world.app, Settings.of({}, port=port)))
    listener.close()


def test_a_rehearsal_asks_what_is_asked_most_and_counts_nothing(fresh_database: Database) -> None:
    world = make_world(fresh_database)
    asked: list[str] = []
    app = serving.asgi(world.app)

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def hear(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked.append(f"{scope['path']} {message['status']}")
            await send(message)

        await app(scope, receive, hear)

    asyncio.run(serving.rehearse(watched, world.app))

    assert set(asked) == {
        "/checkConnectivity 401",
        "/verify/gtin/0 401",
        "/epcis/v2/capture 401",
        "/sign-in 200",
    }
    assert world.app.traffic.take() == {}
