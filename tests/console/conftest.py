"""A console over the real services and PostgreSQL: a maker, its packager, and a stranger."""

from __future__ import annotations

import re
import secrets
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from packtrail.access import Actor
from packtrail.console import build
from packtrail.services import accounts, organisations
from packtrail.services.application import Application
from packtrail.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from packtrail.store.database import Database

EXAMPLE = (
    "openepcis-test-resources/1.2/EPCIS/XML/Capture/Documents/GS1_US_Pharma_Example_2_2_1_1.xml"
)
PASSWORD = secrets.token_urlsafe(16)
HOST = "http://127.0.0.1:8440"


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
