"""Packs of an own pool through REST, from the pool to a restored backup: kept as positions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from starlette.testclient import TestClient
from tests.services.supply.making import GTIN, MASTER

from packtrail.access import Actor
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.archive import months
from packtrail.services.upkeep import backups, restoring
from packtrail.services.upkeep.master_key import keyring_of
from packtrail.store import shelf
from packtrail.store.database import Database

from ..services.conftest import World, make_world
from ..services.documents import CASE, LOT, PRODUCT, commissioning, document, packing
from .conftest import Rest, client_of, make_rest

MARCH = datetime(2026, 3, 20, 9, tzinfo=UTC)
SYSTEM = Actor.system("test")
JSON = {"content-type": "application/json"}
PREFIX = "urn:epc:id:sgtin:3000101.023450."
COUNT = 30


@pytest.fixture
def rest(fresh_database: Database, tmp_path: Path) -> Iterator[Rest]:
    world = make_world(fresh_database, master_key=MASTER, archive_dir=str(tmp_path / "archive"))
    world.clock.now = MARCH
    shelf.SHELF.add(world.app.settings.archives)
    yield make_rest(world)
    world.app.workers.shutdown(wait=True)


def commissioned(client: TestClient) -> list[str]:
    """Open a pool, take numbers from it, and tell that their packs were made and packed."""
    client.post("/api/v1/serials/pools", json={"code": "packs", "gtin": GTIN})
    asked = {"count": COUNT, "request_id": "PO-1"}
    answer = client.post("/api/v1/serials/pools/maker/packs/allocations", json=asked)
    epcs = [PREFIX + quote(serial) for serial in answer.json()["serials"]]
    events = (commissioning(1, epcs), packing(2, CASE, epcs[:20]))
    sent = document(*events, vocabularies=[PRODUCT])
    done = client.post("/epcis/v2/capture", content=sent, headers=JSON)
    assert done.status_code == 202, done.text
    return epcs


def answers(client: TestClient, epcs: list[str]) -> dict[str, object]:
    """What REST says of the packs: journeys, queries, the ledger, and the document itself."""
    (capture,) = client.get("/epcis/v2/capture").json()
    found: dict[str, object] = {
        epc: client.get(f"/api/v1/trace/{quote(epc, safe='')}").json() for epc in epcs[:3]
    }
    found["case"] = client.get(f"/api/v1/trace/{CASE}").json()
    for name, value in (
        ("MATCH_epc", epcs[0]),
        ("MATCH_anyEPC", epcs[5]),
        ("EQ_bizStep", "packing"),
    ):
        page = client.get("/epcis/v2/events", params={name: value})
        assert page.status_code == 200, page.text
        found[name] = page.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    path = f"/api/v1/captures/{capture['captureID']}/original"
    found["original"] = client.get(path).content
    found["lot"] = client.get(f"/api/v1/lots/{LOT}", params={"gtin": GTIN}).json()
    return found


def positions(database: Database) -> tuple[int, int]:
    """Return how many packs are kept as positions, and how many by name."""
    with database.reading() as conn:
        rows = conn.execute("select count(*) from pool_block").fetchone()
        named = conn.execute(
            "select coalesce(sum(cardinality(keys)), 0) from name_block b join class c"
            " using (class_id) where c.class_key = %s",
            [f"sgtin/{GTIN}"],
        ).fetchone()
    return int(rows[0]), int(named[0])


def archived(world: World) -> None:
    world.clock.now = datetime(2026, 4, 2, tzinfo=UTC)
    months.close(world.app, SYSTEM, "2026-03")
    months.export(world.app, SYSTEM, "2026-03")
    months.drop(world.app, SYSTEM, "2026-03")


@contextmanager
def opened(world: World, url: str, **settings: object) -> Iterator[TestClient]:
    """A client of another server on a database, with settings of its own."""
    other = replace(world.app.settings, database_url=url, **settings)
    with Database(url, keyring=keyring_of(other)) as database:
        app = Application(settings=other, database=database, clock=world.clock)
        maker = organisations.system_actor(app, "test", organisation="maker")
        yield client_of(World(app, world.clock, maker, maker, maker), maker)
        app.workers.shutdown(wait=True)


def test_packs_of_a_pool_are_answered_the_same_live_archived_and_restored(
    rest: Rest, fresh_database: Database, server_url: str, tmp_path: Path
) -> None:
    epcs = commissioned(rest.maker)
    live = answers(rest.maker, epcs)
    kept = positions(fresh_database)
    archived(rest.world)
    gone = answers(rest.maker, epcs)
    backup = backups.create(rest.world.app, SYSTEM, tmp_path / "backups", is_portable=True)

    name = f"packtrail_restored_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    url = make_conninfo(server_url, dbname=name)
    try:
        settings = replace(rest.world.app.settings, database_url=url)
        found = restoring.restore(settings, SYSTEM, Path(backup.path), clock=rest.world.clock)
        with opened(rest.world, url) as client:
            restored = answers(client, epcs)
    finally:
        with psycopg.connect(server_url, autocommit=True) as conn:
            conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    assert kept[0] > 0
    assert kept[1] == 0
    assert [each.code for each in found.findings] == ["SER-038"]  # Pools wait for a word.
    assert all(live.values())
    for question, answer in live.items():
        assert (question, gone[question]) == (question, answer)
        assert (question, restored[question]) == (question, answer)


def test_without_the_master_key_everything_about_the_packs_waits_and_nothing_is_recorded(
    rest: Rest, fresh_database: Database
) -> None:
    epcs = commissioned(rest.maker)
    before = answers(rest.maker, epcs)
    again = document(commissioning(9, epcs[:2]))
    with opened(rest.world, fresh_database.url, master_key="") as client:
        refused = [
            client.get(f"/api/v1/trace/{quote(epcs[0], safe='')}"),
            client.get("/epcis/v2/events", params={"MATCH_epc": epcs[0]}),
            client.post("/epcis/v2/capture", content=again, headers=JSON),
        ]
        elsewhere = document(commissioning(8, ["urn:epc:id:sgtin:030001.0012345.77"]))
        other = client.post("/epcis/v2/capture", content=elsewhere, headers=JSON)
    with fresh_database.reading() as conn:
        events = conn.execute("select count(*) from event_key").fetchone()

    assert [each.status_code for each in refused] == [503, 503, 503]
    assert all("key" in each.text for each in refused)
    # What was asked for is repeated; nothing else is told.
    others = [epc.rpartition(".")[2] for epc in epcs[1:]]
    assert not any(serial in each.text for each in refused for serial in others)
    assert other.status_code == 202
    assert events == (3,)
    assert answers_of_packs(rest.maker, epcs) == {epc: before[epc] for epc in epcs[:3]}


def answers_of_packs(client: TestClient, epcs: list[str]) -> dict[str, object]:
    return {epc: client.get(f"/api/v1/trace/{quote(epc, safe='')}").json() for epc in epcs[:3]}
