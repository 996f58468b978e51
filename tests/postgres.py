"""Fixtures that give tests a real PostgreSQL database.

One embedded server a test run (and xdist worker); every test module gets a fresh database, copied
from a migrated template. `PACKTRAIL_TEST_DATABASE_URL` names a server to use instead; its user must
be allowed to create databases. `PACKTRAIL_TEST_CITUS_URL` names the coordinator of a Citus cluster,
whose databases are made anew each time: none can be copied.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests import cluster

from packtrail.store import health
from packtrail.store.database import Database
from packtrail.store.embedded import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

CITUS_URL = os.environ.get("PACKTRAIL_TEST_CITUS_URL")


@pytest.fixture
def reachable_dir() -> Iterator[Path]:
    """A short temporary folder that the server's user can reach; pytest's own is closed to it."""
    path = _reachable_dir()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of a running server, in a database from which others may be created."""
    given = CITUS_URL or os.environ.get("PACKTRAIL_TEST_DATABASE_URL")
    if given:
        yield given
        return
    path = _reachable_dir()
    conf = path / "data" / "conf"
    conf.mkdir(parents=True, mode=0o755)
    (conf / "local.conf").write_text("shared_buffers = 128MB\n")
    with EmbeddedServer(path / "data") as server:
        _spare_the_disk(server.url)
        yield server.url
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def template_database(server_url: str) -> Iterator[str]:
    """The name of a migrated database without rows."""
    name = f"packtrail_template_{uuid.uuid4().hex[:12]}"
    if CITUS_URL:
        cluster.create(server_url, name)
    else:
        _create(server_url, name)
        with Database(make_conninfo(server_url, dbname=name)) as database:
            database.migrate()
    yield name
    _drop(server_url, name)


@pytest.fixture(scope="module")
def database_url(server_url: str, template_database: str) -> Iterator[str]:
    """The URL of a migrated, empty database of this test module's own."""
    name = f"packtrail_test_{uuid.uuid4().hex[:12]}"
    _create(server_url, name, template=template_database)
    yield make_conninfo(server_url, dbname=name)
    _drop(server_url, name)


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    """An open, migrated, empty database of this test module's own."""
    with Database(database_url) as database:
        yield database


@pytest.fixture
def fresh_database(server_url: str, template_database: str) -> Iterator[Database]:
    """An open, migrated, empty database of this one test's own."""
    name = f"packtrail_test_{uuid.uuid4().hex[:12]}"
    _create(server_url, name, template=template_database)
    with Database(make_conninfo(server_url, dbname=name)) as database:
        yield database
    _drop(server_url, name)


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the shared server, which spares its disk, for one that writes through."""
    read = health.condition
    monkeypatch.setattr(
        health,
        "condition",
        lambda conn: replace(read(conn), has_fsync=True, has_synchronous_commit=True),
    )


def _spare_the_disk(url: str) -> None:
    """Let the machine's caches keep what thousands of short-lived databases write.

    Tests that kill a server, or fill its disk, start one of their own.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            conn.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(setting)))
        conn.execute("select pg_reload_conf()")


def _reachable_dir() -> Path:
    root = Path("/tmp")
    path = Path(tempfile.mkdtemp(prefix="packtrail-", dir=root if root.is_dir() else None))
    path.chmod(0o755)
    return path


def _create(server_url: str, name: str, template: str = "template1") -> None:
    if CITUS_URL:
        cluster.copy(server_url, name, template)
        return
    # A template has 13 MB of pages: through the log they take ten times the processor time.
    statement = sql.SQL("create database {} template {} strategy file_copy")
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def _drop(server_url: str, name: str) -> None:
    if CITUS_URL:
        cluster.drop(server_url, name)
        return
    statement = sql.SQL("drop database if exists {} with (force)")
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(statement.format(sql.Identifier(name)))
