"""Warming up: connections are open and have been asked, books are read, nothing is recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.services.companies import make_company, put

from packtrail.planning.book import Terms
from packtrail.services.application import Remembered
from packtrail.services.plan import programmes
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.upkeep import warming
from packtrail.store import plans as plan_rows
from packtrail.store.database import Database

from .conftest import World

LATE = {"code": "late", "name": "Late", "class": "prescription"}


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


def test_books_are_read_and_still_follow_what_changes(database: Database) -> None:
    world = make_company(database)
    own = world.maker.organisation_id
    programmes.create_programme(
        world.app, world.maker, "eu", name="EU", terms=Terms(template="large")
    )
    app = replace(world.app, remembered=Remembered())

    warming.warm_up(app)

    read = app.remembered.get(f"portfolio {own}", None)
    assert PORTFOLIO.opened(app, world.maker) is read
    with app.database.reading() as conn:
        (row,) = plan_rows.of_organisation(conn, own)
    assert app.remembered.get(f"plan/{row.programme_id}", None) is not None
    PORTFOLIO.change(world.app, world.maker, [put("product", **LATE)])
    assert "late" in PORTFOLIO.opened(app, world.maker).book.products


def test_books_for_which_there_is_no_time_are_read_when_they_are_opened(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_company(database)
    app = replace(world.app, remembered=Remembered())
    monkeypatch.setattr(warming, "BOOKS_SECONDS", 0)

    warming.warm_up(app)

    assert app.remembered.get(f"portfolio {world.maker.organisation_id}", None) is None
    assert PORTFOLIO.opened(app, world.maker).book.products


def test_a_book_that_cannot_be_read_keeps_no_server_from_starting(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = make_company(database)
    app = replace(world.app, remembered=Remembered())
    broken = replace(warming._SHELVES[1], read_entry=lambda *_: None)
    monkeypatch.setattr(warming, "_SHELVES", (broken, warming._SHELVES[1]))

    warming.warm_up(app)

    assert app.remembered.get(f"portfolio {world.maker.organisation_id}", None) is not None
    assert "a book cannot be read" in caplog.text
