"""Months: every month in which something is recorded has partitions of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from psycopg import sql
from psycopg.pq import PipelineStatus

from packtrail.store import ids, named

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

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
    ask(conn, at).ensure()


class MonthMissing(Exception):
    """A month has no partitions yet, and none can be made on a pipelined connection.

    Args:
        at: A moment of the month.
    """

    def __init__(self, at: datetime) -> None:
        super().__init__(f"{first_day(at):%B %Y} has no partitions.")
        self.at = at


@dataclass(slots=True)
class Month:
    """A month that is being asked for."""

    conn: Connection
    at: datetime
    cursor: Cursor[tuple[int]]

    def ensure(self) -> None:
        """Make the partitions where there are none yet.

        Raises:
            MonthMissing: They must be made in a transaction of their own.
        """
        if self.cursor.fetchone():
            return
        if self.conn.pgconn.pipeline_status != PipelineStatus.OFF:
            raise MonthMissing(self.at)
        _make(self.conn, self.at)


def ask(conn: Connection, at: datetime) -> Month:
    """Ask for the month of a moment, without waiting for the answer on a pipelined connection."""
    return Month(conn, at, conn.execute(_SQL["is_there"], [first_day(at)], prepare=True))


def make_all(conn: Connection) -> None:
    """Make the partitions of every month that is written down and not dropped, for a restore."""
    for (day,) in conn.execute(_SQL["kept"]).fetchall():
        _partitions(conn, day)


def _make(conn: Connection, at: datetime) -> None:
    day = first_day(at)
    # One at a time: whoever comes second finds the month there.
    conn.execute(_SQL["lock"])
    if conn.execute(_SQL["is_there"], [day]).fetchone():
        return
    _partitions(conn, day)
    conn.execute(_SQL["insert"], [day, ids.segment_floor(_moment(day)), at])


def _partitions(conn: Connection, day: date) -> None:
    start, end = _moment(day), _moment(next_month(day))
    bounds: dict[str, tuple[object, object]] = {
        "segment": (ids.segment_floor(start), ids.segment_floor(end)),
        "original": (ids.capture_floor(start), ids.capture_floor(end)),
    }
    for table in _TABLES:
        _partition(conn, table, day, *bounds[table])


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
