"""Months: every month in which something is recorded has partitions of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from psycopg import sql

from packtrail.store import ids, named

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named.statements("months")
_TABLES: Final = ("segment", "original")


def first_day(at: datetime) -> date:
    """Return the first day of the month of a moment, in UTC."""
    return at.astimezone(UTC).date().replace(day=1)


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def ensure(conn: Connection, at: datetime) -> None:
    """Make the partitions of the month of a moment where there are none yet.

    Args:
        conn: A connection in a transaction.
        at: When something is to be recorded.
    """
    day = first_day(at)
    if conn.execute(_SQL["is_there"], [day]).fetchone():
        return
    # One at a time: whoever comes second finds the month there.
    conn.execute(_SQL["lock"])
    if conn.execute(_SQL["is_there"], [day]).fetchone():
        return
    start, end = _moment(day), _moment(next_month(day))
    bounds: dict[str, tuple[object, object]] = {
        "segment": (ids.segment_floor(start), ids.segment_floor(end)),
        "original": (ids.capture_floor(start), ids.capture_floor(end)),
    }
    for table in _TABLES:
        _partition(conn, table, day, *bounds[table])
    conn.execute(_SQL["insert"], [day, bounds["segment"][0], at])


def _partition(conn: Connection, table: str, day: date, lower: object, upper: object) -> None:
    """Make a partition beside the table and then attach it: readers and writers go on."""
    names = {
        "table": sql.Identifier(table),
        "partition": sql.Identifier(f"{table}_{day:%Y_%m}"),
        "lower": sql.Literal(lower),
        "upper": sql.Literal(upper),
    }
    for statement in (_SQL["make"], _SQL["attach"]):
        conn.execute(sql.SQL(statement).format(**names))


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
