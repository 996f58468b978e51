"""The REST interface over the real services and database, called in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

import packtrail.api
from packtrail.access import Actor, Permission
from packtrail.access.permissions import OF_THE_INSTALLATION
from packtrail.services.accounts import accounts
from packtrail.store.database import Database

from ..services.conftest import World, make_world
from .receivers import Receiver, receiving

ALL = tuple(each for each in Permission if each not in OF_THE_INSTALLATION)


@dataclass(frozen=True)
class Rest:
    """A world and clients for its organisations."""

    world: World
    maker: TestClient
    packer: TestClient
    wholesaler: TestClient
    anyone: TestClient


def client_of(world: World, actor: Actor | None, *scopes: Permission) -> TestClient:
    headers = {}
    if actor is not None:
        made = accounts.create_api_key(world.app, actor, "tests", scopes=scopes or ALL)
        headers["Authorization"] = f"Bearer {made.secret}"
    return TestClient(packtrail.api.build(world.app), base_url="http://127.0.0.1", headers=headers)


def make_rest(world: World) -> Rest:
    return Rest(
        world,
        client_of(world, world.maker),
        client_of(world, world.packer),
        client_of(world, world.wholesaler),
        client_of(world, None),
    )


@pytest.fixture
def rest(fresh_database: Database) -> Iterator[Rest]:
    world = make_world(fresh_database)
    yield make_rest(world)
    world.app.workers.shutdown(wait=True)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made
