"""Beyond one machine: which tables Citus spreads over its workers, and by which column.

Everything else stays on the coordinator: queues, counters, locks, and what is small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.base.errors import UsageError
from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

_SQL = named.statements("distribution")

COLUMNS: Final[Mapping[str, str]] = {
    "segment": "segment_id",
    "segment_value": "segment_id",
    "event_key": "event_id",
    "retold": "event_id",
    "name_block": "class_id",
    "pool_block": "class_id",
    "posting": "class_id",
    "touch": "class_id",
    "capture": "capture_id",
    "original": "capture_id",
    "vocabulary_element": "id",
    "verification": "class_key",
}
"""Table -> the column that says on which worker a row is. Tables of one column lie together."""


def is_cluster(conn: Connection) -> bool:
    """Tell whether the database is the coordinator of a Citus cluster."""
    return conn.execute(_SQL["has_citus"]).fetchone() is not None


def workers(conn: Connection) -> int:
    """Return how many nodes hold rows; 0 where there is no Citus."""
    if not is_cluster(conn):
        return 0
    [(count,)] = conn.execute(_SQL["nodes"]).fetchall()
    return int(count)


def shard_sizes(conn: Connection) -> dict[str, int]:
    """Return what the shards of each table, and of each partition, take; nothing on one server.

    Asked on connections of its own: it does not see what a transaction has not committed.
    """
    if not is_cluster(conn):
        return {}
    return dict(conn.execute(_SQL["shard_sizes"]).fetchall())


def worker_sizes(conn: Connection) -> list[tuple[str, int, bool, str]]:
    """Return of each worker host, port, whether it answered, and the octets of its database.

    Of a worker that did not answer, what was said instead; nothing on one server.
    """
    if not is_cluster(conn):
        return []
    return conn.execute(_SQL["worker_sizes"]).fetchall()


def missing(conn: Connection) -> tuple[str, ...]:
    """Return the tables that are not spread yet though they could be, on a cluster."""
    if not is_cluster(conn):
        return ()
    spread = {str(name) for (name,) in conn.execute(_SQL["spread"]).fetchall()}
    return tuple(table for table in COLUMNS if table not in spread)


def distribute(conn: Connection) -> tuple[str, ...]:
    """Spread the tables that are not spread yet, with the rows that are in them.

    Args:
        conn: A connection in a transaction. Nobody can write into these tables until its end.

    Returns:
        The tables that were spread now.

    Raises:
        UsageError: The database is no coordinator of a cluster, or the cluster has no workers.
    """
    if not workers(conn):
        raise UsageError(
            "The database is no coordinator of a Citus cluster with workers. Create the extension "
            "`citus` in the database on every node, tell the coordinator of its workers with "
            "`select citus_add_node(host, port)`, then do it again."
        )
    names = missing(conn)
    beside = {COLUMNS[table]: table for table in COLUMNS if table not in names}
    for table in names:
        column = COLUMNS[table]
        conn.execute(_SQL["distribute"], [table, column, beside.setdefault(column, "none")])
        beside[column] = table
    return names
