"""Sizes: what the database and its tables take on disk, on a cluster wherever their rows are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from packtrail.base.errors import Unavailable
from packtrail.store import distribution, named

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named.statements("operations")


class Size(NamedTuple):
    """A table that holds rows itself, with its indexes."""

    name: str
    whole: str
    """The partitioned table it is a part of; else its own name."""
    size_bytes: int


def tables(conn: Connection) -> list[Size]:
    """Return what each table takes; of a partitioned table, each partition."""
    elsewhere = distribution.shard_sizes(conn)
    return [
        Size(name, whole, size + elsewhere.get(name, 0))
        for name, whole, size in conn.execute(_SQL["relations"]).fetchall()
    ]


def database(conn: Connection) -> int:
    """Return what the database takes, on a cluster that of every node.

    Raises:
        Unavailable: A worker does not answer.
    """
    [(here,)] = conn.execute(_SQL["database"]).fetchall()
    size = int(here)
    for host, port, is_done, told in distribution.worker_sizes(conn):
        if not is_done:
            raise Unavailable(f"The worker {host}:{port} does not answer: {told}")
        size += int(told)
    return size
