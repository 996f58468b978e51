"""Databases of a Citus cluster, for the tests of the store.

`PACKTRAIL_TEST_CITUS_URL` names the coordinator of a cluster; its user must be allowed to create
databases on every node, with the same name and no password.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from packtrail.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Node = tuple[str, int]
DROPS_MAX = 20
_PAUSE_SECONDS = 0.2
"""Between two tries: the daemon comes back at once where it was just looking."""


def empty(url: str, name: str) -> str:
    """Make an empty database on every node, each of which knows the others; return its URL."""
    for node in nodes(url):
        _run(node, "create database {}", name)
        with psycopg.connect(make_conninfo(node, dbname=name), autocommit=True) as conn:
            conn.execute("create extension citus")
    mine = make_conninfo(url, dbname=name)
    _introduce(mine, _workers(url))
    return mine


def create(url: str, name: str) -> None:
    """Make an empty database on every node, migrate it and spread its tables.

    Nobody can connect to it afterwards: it is there to be copied.
    """
    with Database(empty(url, name)) as database:
        database.migrate()
        database.distribute()
    for node in nodes(url):
        _run(node, "alter database {} allow_connections false", name)
        with psycopg.connect(node, autocommit=True) as conn:
            conn.execute(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = %s",
                [name],
            )


def copy(url: str, name: str, template: str) -> None:
    """Copy a database on every node: what the coordinator knows of the others stays true."""
    for node in nodes(url):
        _run(node, "create database {} template {}", name, template)


def drop(url: str, name: str) -> None:
    """Remove a database from every node, first where Citus keeps going to the others from.

    Its maintenance daemon comes back on its own: the removal is tried until it was faster.
    """
    for node in nodes(url):
        for _ in range(DROPS_MAX):
            with suppress(psycopg.errors.ObjectInUse):
                _run(node, "drop database if exists {} with (force)", name)
                break
            time.sleep(_PAUSE_SECONDS)
        else:
            raise RuntimeError(f"{name} is in use after {DROPS_MAX} tries to remove it")


def nodes(url: str) -> Iterator[str]:
    """Yield how to connect to each node: the coordinator, then the workers."""
    yield url
    for host, port in _workers(url):
        yield make_conninfo(url, host=host, port=port)


def _run(node: str, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(node, autocommit=True) as conn:
        # Each node by itself: older versions of Citus do not carry a new database to the others.
        conn.execute("set citus.enable_create_database_propagation to off")
        conn.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _introduce(url: str, workers: Sequence[Node]) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("select citus_set_coordinator_host(%s, %s)", [conn.info.host, conn.info.port])
        for host, port in workers:
            conn.execute("select citus_add_node(%s, %s)", [host, port])


def _workers(url: str) -> list[Node]:
    with psycopg.connect(url) as conn:
        rows = conn.execute("select node_name, node_port from citus_get_active_worker_nodes()")
        return [(str(host), int(port)) for host, port in rows]
