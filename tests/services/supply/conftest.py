"""A world whose maker has a pool of serial numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.services.conftest import World, make_world
from tests.services.supply.making import MASTER, create_pool

from packtrail.store.database import Database


@pytest.fixture
def world(fresh_database: Database) -> Iterator[World]:
    made = make_world(fresh_database, master_key=MASTER)
    yield made
    made.app.workers.shutdown(wait=True)


@pytest.fixture
def pool(world: World) -> str:
    return create_pool(world.app, world.maker, "packs").code
