"""An application on a real database, with a maker, its packer and a wholesaler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from packtrail.access import Actor
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.settings import Settings
from packtrail.store.database import Database


@dataclass
class Clock:
    """A clock that goes on by itself a little, and further when told."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class World:
    """Three organisations; the packer may record for the maker."""

    app: Application
    clock: Clock
    maker: Actor
    packer: Actor
    wholesaler: Actor


def make_world(database: Database, **settings: object) -> World:
    clock = Clock()
    app = Application(
        settings=Settings.of({}, data_dir=Path("/nonexistent"), **settings),
        database=database,
        clock=clock,
    )
    installation = Actor.system("test")
    for code in ("maker", "packer", "wholesaler"):
        organisations.create_organisation(app, installation, code, name=code.title())
    maker, packer, wholesaler = (
        organisations.system_actor(app, "test", organisation=code)
        for code in ("maker", "packer", "wholesaler")
    )
    organisations.allow_recording(app, maker, "packer")
    return World(app, clock, maker, packer, wholesaler)


@pytest.fixture
def world(fresh_database: Database) -> Iterator[World]:
    made = make_world(fresh_database)
    yield made
    made.app.workers.shutdown(wait=True)
