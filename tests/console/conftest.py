"""A console over the real services and PostgreSQL: a maker, its packager, and a stranger."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from packtrail import serving
from packtrail.access import Actor
from packtrail.console import build
from packtrail.services.accounts import accounts, organisations
from packtrail.services.application import Application
from packtrail.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from packtrail.store.database import Database

EXAMPLE = (
    "openepcis-test-resources/1.2/EPCIS/XML/Capture/Documents/GS1_US_Pharma_Example_2_2_1_1.xml"
)
PASSWORD = secrets.token_urlsafe(16)
HOST = "http://127.0.0.1:8440"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync")  # fmt: skip


@dataclass
class Desk:
    """A browser without scripts, at the console."""

    client: TestClient

    def token(self, path: str) -> str:
        """Return the token in the forms of a page."""
        return re.findall(r'name="csrf_token" value="([^"]+)"', self.client.get(path).text)[0]

    def sign_in(self, name: str) -> Desk:
        """Sign in with the password that every account of these tests has."""
        form = {"csrf_token": self.token("/sign-in"), "name": name, "password": PASSWORD}
        answer = self.client.post("/sign-in", data=form, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return self

    def post(self, path: str, page: str = "/setup", **fields: object):
        """Send a form of a page."""
        form = {"csrf_token": self.token(page)} | fields
        return self.client.post(path, data=form, follow_redirects=False)

    def drop(self, content: bytes, filename: str = "document.xml"):
        """Hand in a file through the form of the captures page."""
        return self.client.post(
            "/captures",
            data={"csrf_token": self.token("/captures")},
            files={"file": (filename, content, "application/xml")},
            follow_redirects=False,
        )


@pytest.fixture(scope="module")
def application(database: Database) -> Iterator[Application]:
    """An application with three organisations, each with people in it."""
    app = Application(settings=Settings(), database=database, clock=lambda: datetime.now(UTC))
    installer = Actor.system("tests")
    for code in ("maker", "packager", "stranger"):
        organisations.create_organisation(app, installer, code, name=f"The {code}")
        head = organisations.system_actor(app, "tests", organisation=code)
        accounts.create_user(app, head, f"{code}.admin", role="administrator", password=PASSWORD)
        accounts.create_user(app, head, f"{code}.reader", role="reader", password=PASSWORD)
    yield app
    app.workers.shutdown(wait=True)


@pytest.fixture
def desk(application: Application) -> Iterator[Desk]:
    """A browser that nobody has signed in with."""
    with closing(TestClient(build(application), base_url=HOST)) as client:
        yield Desk(client)


@pytest.fixture
def admin(desk: Desk) -> Desk:
    """The browser of the maker's administrator."""
    return desk.sign_in("maker.admin")


@pytest.fixture(scope="session")
def shipment(conformance: Path) -> bytes:
    """GS1 US's example of a DSCSA shipment: a pallet, 3 cases, 12 packs, 8 events."""
    return (conformance / EXAMPLE).read_bytes()


@pytest.fixture
def person() -> str:
    """The user of the maker whom a browser signs in."""
    return "maker.admin"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("PACKTRAIL_TEST_CHROMIUM") or shutil.which("chromium")
    if path is None:
        if os.environ.get("PACKTRAIL_TEST_BROWSER") == "required":
            pytest.fail("Chromium is required here (PACKTRAIL_TEST_BROWSER) and was not found")
        pytest.skip("Chromium is not installed; install the Debian package chromium to run this")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(application: Application) -> Iterator[str]:
    """The address of a running server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(serving.asgi(application), lifespan="off", log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def open_page(
    browser: Browser, site: str, application: Application, person: str
) -> Iterator[Callable[..., Page]]:
    """Open a page in a new browser profile, signed in by a one-time link."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(base_url=site, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Policy" in said.text else 0
        )
        head = organisations.system_actor(application, "tests", organisation="maker")
        page.goto("/sign-in/" + accounts.create_sign_in_link(application, head, person))
        page.get_by_role("button", name="Sign in to Packtrail").click()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
