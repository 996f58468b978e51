"""Warming up: every connection is open and has been asked, and nothing is recorded."""

from __future__ import annotations

from dataclasses import replace

from packtrail.services.upkeep import warming
from packtrail.store.database import Database

from .conftest import World


def test_every_connection_is_open_and_knows_what_requests_ask(world: World) -> None:
    settings = replace(world.app.settings, database_connections_max=3)
    with Database(world.app.database.url, connections_max=3) as database:
        warming.warm_up(replace(world.app, settings=settings, database=database))

        pool = database._pool
        size = pool.get_stats()["pool_size"]
        connections = [pool.getconn() for _ in range(3)]
        asked = [len(conn.prepared) for conn in connections]
        for conn in connections:
            pool.putconn(conn)

    assert size == 3
    assert min(asked) > 3


def test_nothing_is_recorded(world: World) -> None:
    warming.warm_up(world.app)

    with world.app.database.reading() as conn:
        row = conn.execute("select count(*) from verification").fetchone()
    assert row == (0,)
