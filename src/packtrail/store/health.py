"""What the database server says of itself, and a limit to measure against."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

_CONDITION = """
select current_setting('server_version') as server_version,
       current_setting('fsync') = 'on' as has_fsync,
       current_setting('synchronous_commit') <> 'off' as has_synchronous_commit,
       pg_database_size(current_database()) as size_bytes,
       (select max(name) from schema_migration) as migration
"""


_OPERATIONS = named.statements("operations")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSize:
    """A table with its indexes and partitions."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The database server and our schema in it."""

    server_version: str
    has_fsync: bool
    has_synchronous_commit: bool
    size_bytes: int
    migration: str
    """Name of the newest that ran."""


def condition(conn: Connection) -> Condition:
    """Return what the server says of itself."""
    with conn.cursor(row_factory=class_row(Condition)) as cursor:
        (found,) = cursor.execute(_CONDITION)
    return found


def table_sizes(conn: Connection) -> list[TableSize]:
    """Return what each table takes on disk, the largest first."""
    with conn.cursor(row_factory=class_row(TableSize)) as cursor:
        return cursor.execute(_OPERATIONS["table_sizes"]).fetchall()


def unfinished_captures(conn: Connection) -> int:
    """Return how many captures are acknowledged and not finished."""
    row = conn.execute(_OPERATIONS["unfinished"]).fetchone()
    return int(row[0]) if row else 0


def last_audited(conn: Connection, action: str) -> tuple[datetime, dict[str, Any]] | None:
    """Return when the installation itself last did something, and the detail."""
    row = conn.execute(_OPERATIONS["last_audited"], [action]).fetchone()
    return (row[0], row[1]) if row else None


def server_bytes(conn: Connection) -> int:
    """Return how much disk all databases of the server take."""
    row = conn.execute(named.statements("backup")["server_bytes"]).fetchone()
    return int(row[0]) if row else 0


def bare_copy_seconds(conn: Connection, serials: int) -> float:
    """Return how long a plain COPY of serials into one table with one unique index takes.

    It is the least any repository must do for them: no events, no bodies, no containment.
    """
    conn.execute(
        "create table bare_copy (class_id integer, serial text, unique (class_id, serial))"
    )
    rows = [(1, f"{number * 7_368_787 % 10**13:013d}") for number in range(serials)]
    began = time.perf_counter()
    with conn.cursor().copy("copy bare_copy (class_id, serial) from stdin") as copy:
        for row in rows:
            copy.write_row(row)
    seconds = time.perf_counter() - began
    conn.execute("drop table bare_copy")
    return seconds
