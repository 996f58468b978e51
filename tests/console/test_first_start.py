"""The door of an installation in which there is nobody yet."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.testclient import TestClient

from packtrail.access import Actor
from packtrail.console import build
from packtrail.services.accounts import accounts, organisations
from packtrail.services.application import Application
from packtrail.settings import Settings

if TYPE_CHECKING:
    from packtrail.store.database import Database

INSTALLATION = Actor.system("tests")


def door_of(app: Application) -> str:
    """Return what the sign-in page says, without its tags."""
    with TestClient(build(app), base_url="http://127.0.0.1:8440") as client:
        return " ".join(re.sub(r"<[^>]+>", " ", client.get("/sign-in").text).split())


def application(database: Database, settings: Settings) -> Application:
    return Application(settings=settings, database=database, clock=lambda: datetime.now(UTC))


def test_a_new_store_says_how_the_first_person_gets_in(fresh_database: Database) -> None:
    app = application(fresh_database, Settings.of({}))
    empty = door_of(app)
    organisations.create_organisation(app, INSTALLATION, "maker", name="Maker")
    head = organisations.system_actor(app, "tests", organisation="maker")
    deserted = door_of(app)
    accounts.create_user(app, head, "ada", role="administrator", password=secrets.token_urlsafe(16))
    inhabited = door_of(app)

    assert "packtrail organisations add" in empty
    assert "packtrail users add" in empty
    assert "packtrail organisations add" not in deserted
    assert "packtrail users add" in deserted
    assert "Nobody can sign in yet" not in inhabited


def test_the_demo_speaks_of_its_link_only(fresh_database: Database) -> None:
    door = door_of(application(fresh_database, Settings.of({}, demo_sign_in=True)))

    assert "Nobody can sign in yet" not in door
    assert "The demo prints one" in door
