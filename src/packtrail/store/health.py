"""What the database server says of itself, and a limit to measure against."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import dict_row

from packtrail.store import ids, named, sizes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

_CONDITION = """
select current_setting('server_version') as server_version,
       current_setting('fsync') = 'on' as has_fsync,
       current_setting('synchronous_commit') <> 'off' as has_synchronous_commit,
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
    with conn.cursor(row_factory=dict_row) as cursor:
        (found,) = cursor.execute(_CONDITION)
    return Condition(**found, size_bytes=sizes.database(conn))


def table_sizes(conn: Connection) -> list[TableSize]:
    """Return what each table takes on disk, the largest first."""
    found: Counter[str] = Counter()
    for each in sizes.tables(conn):
        found[each.whole] += each.size_bytes
    listed = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return [TableSize(name=name, size_bytes=size) for name, size in listed]


def unfinished_captures(conn: Connection) -> int:
    """Return how many captures are acknowledged and not finished."""
    row = conn.execute(_OPERATIONS["unfinished"]).fetchone()
    return int(row[0]) if row else 0


def captures_since(conn: Connection, at: datetime, *, most: int) -> int:
    """Return how many captures came since a moment, of all organisations; at most so many."""
    row = conn.execute(_OPERATIONS["captures_since"], [ids.capture_floor(at), most]).fetchone()
    return int(row[0]) if row else 0


def server_bytes(conn: Connection) -> int:
    """Return how much disk all databases of the server take."""
    row = conn.execute(named.statements("backup")["server_bytes"]).fetchone()
    return int(row[0]) if row else 0


def bare_copy_seconds(conn: Connection, serials: Sequence[str]) -> float:
    """Return how long a plain COPY of serials into one table with one unique index takes.

    It is the least any repository must do for them: no events, no bodies, no containment. The table
    grows from call to call.
    """
    conn.execute(
        "create table if not exists bare_copy"
        " (class_id integer, serial text, unique (class_id, serial))"
    )
    text = "".join(f"1\t{serial}\n" for serial in serials).encode()
    return _copy_seconds(conn, "copy bare_copy (class_id, serial) from stdin", text)


def bare_copy_of_events_seconds(conn: Connection, rows: Sequence[tuple[str, str, str]]) -> float:
    """Return how long a plain COPY of events into one table takes, unique by their id.

    Args:
        conn: A connection.
        rows: Event id, what it names, and when.
    """
    conn.execute(
        "create table if not exists bare_events"
        " (event_id text primary key, epc text, event_time timestamptz)"
    )
    text = "".join(f"{event_id}\t{epc}\t{time}\n" for event_id, epc, time in rows).encode()
    return _copy_seconds(conn, "copy bare_events from stdin", text)


def make_room_for_bare_messages(conn: Connection) -> None:
    """Make the table for `bare_message`: messages as they come, unique by their id."""
    conn.execute(
        "create table if not exists bare_message (event_id text primary key, content bytea)"
    )


def bare_message(conn: Connection, event_id: str, content: bytes) -> None:
    """Insert a message: the least that any repository must do for it.

    Args:
        conn: A connection on which each statement commits.
        event_id: What the message is told by.
        content: All of it.
    """
    conn.execute("insert into bare_message values (%s, %s)", (event_id, content), prepare=True)


def bare_look_up_seconds(conn: Connection, serials: Sequence[str]) -> list[float]:
    """Return how long each serial takes to be looked up in one table with one unique index."""
    conn.execute(
        "create temporary table bare_look_up (class_id integer, serial text,"
        " unique (class_id, serial))"
    )
    text = "".join(f"1\t{serial}\n" for serial in serials).encode()
    _copy_seconds(conn, "copy bare_look_up from stdin", text)
    found = []
    for serial in serials:
        began = time.perf_counter()
        conn.execute(
            "select class_id from bare_look_up where class_id = 1 and serial = %s",
            [serial],
            prepare=True,
        ).fetchone()
        found.append(time.perf_counter() - began)
    conn.execute("drop table bare_look_up")
    return found


def _copy_seconds(conn: Connection, statement: str, text: bytes) -> float:
    began = time.perf_counter()
    with conn.cursor().copy(statement) as copy:
        copy.write(text)
    return time.perf_counter() - began
