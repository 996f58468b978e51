"""Months: every month in which something is recorded has partitions of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from psycopg import sql
from psycopg.pq import PipelineStatus

from packtrail.base.errors import Unavailable
from packtrail.store import ids, named

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection, Cursor

_SQL = named.statements("months")
TABLES: Final = ("segment", "original")
_SEAL: Final = "closed"


def first_day(at: datetime) -> date:
    """Return the first day of the month of a moment, in UTC."""
    return at.astimezone(UTC).date().replace(day=1)


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def month_before(day: date) -> date:
    """Return the first day of the month before."""
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)


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


class MonthClosed(Unavailable):
    """Something is to be recorded in a month that is closed: the clock is behind.

    Args:
        at: A moment of the month.
    """

    def __init__(self, at: datetime) -> None:
        super().__init__(
            f"{first_day(at):%B %Y} is closed, and the clock of this server says {at:%Y-%m-%d}. "
            "Nothing of this was recorded: set the clock, then do it again."
        )


@dataclass(slots=True)
class Month:
    """A month that is being asked for."""

    conn: Connection
    at: datetime
    cursor: Cursor[tuple[bool]]

    def ensure(self) -> None:
        """Make the partitions where there are none yet.

        Raises:
            MonthMissing: They must be made in a transaction of their own.
            MonthClosed: Nothing can be recorded in it any more.
        """
        if found := self.cursor.fetchone():
            if found[0]:
                raise MonthClosed(self.at)
            return
        if self.conn.pgconn.pipeline_status != PipelineStatus.OFF:
            raise MonthMissing(self.at)
        _make(self.conn, self.at)


def ask(conn: Connection, at: datetime) -> Month:
    """Ask for the month of a moment, without waiting for the answer on a pipelined connection."""
    return Month(conn, at, conn.execute(_SQL["is_there"], [first_day(at)], prepare=True))


def make_all(conn: Connection) -> None:
    """Make the partitions of every month that is written down, for a restore."""
    for day, _ in conn.execute(_SQL["kept"]).fetchall():
        _partitions(conn, day)


def seal_all(conn: Connection) -> None:
    """Let the partitions of closed months take nothing more, once a restore has filled them."""
    for day, is_closed in conn.execute(_SQL["kept"]).fetchall():
        if is_closed:
            seal(conn, day)


def seal(conn: Connection, day: date) -> None:
    """Let the partitions of a month take nothing more; waits for whoever writes into them."""
    for table in TABLES:
        partition = partition_of(table, day)
        names = {"partition": sql.Identifier(partition), "constraint": sql.Identifier(_SEAL)}
        conn.execute(sql.SQL(_SQL["refuse_more"]).format(**names))


def destroyed_at(conn: Connection, capture_id: UUID) -> datetime | None:
    """Return when the month was destroyed in which a document came; None where it was not."""
    day = first_day(ids.made_at(capture_id))
    row = conn.execute(_SQL["destroyed"], [day]).fetchone()
    return row[0] if row else None


def are_destroyed(conn: Connection, first: int, until: int) -> bool:
    """Tell whether a month was destroyed that had segments of a span of numbers."""
    row = conn.execute(_SQL["are_destroyed"], {"first": first, "until": until}).fetchone()
    return bool(row and row[0])


def partition_of(table: str, day: date) -> str:
    """Return the name of the partition of a month."""
    return f"{table}_{day:%Y_%m}"


def bounds(day: date) -> dict[str, tuple[int, int] | tuple[UUID, UUID]]:
    """Return by table the least number of a month, and that of the next."""
    start, end = _moment(day), _moment(next_month(day))
    return {
        "segment": (ids.segment_floor(start), ids.segment_floor(end)),
        "original": (ids.capture_floor(start), ids.capture_floor(end)),
    }


def _make(conn: Connection, at: datetime) -> None:
    day = first_day(at)
    # One at a time: whoever comes second finds the month there.
    conn.execute(_SQL["lock"])
    if conn.execute(_SQL["is_there"], [day]).fetchone():
        return
    _partitions(conn, day)
    conn.execute(_SQL["insert"], [day, ids.segment_floor(_moment(day)), at])


def _partitions(conn: Connection, day: date) -> None:
    for table in TABLES:
        _partition(conn, table, day)


def _partition(conn: Connection, table: str, day: date) -> None:
    """Make a partition beside the table and then attach it: readers and writers go on."""
    for statement in (_SQL["make"], _SQL["attach"]):
        conn.execute(sql.SQL(statement).format(**names_of(table, day)))


def names_of(table: str, day: date) -> dict[str, sql.Composable]:
    """Return what statements about the partition of a month are filled with."""
    lower, upper = bounds(day)[table]
    return {
        "table": sql.Identifier(table),
        "partition": sql.Identifier(partition_of(table, day)),
        "lower": sql.Literal(lower),
        "upper": sql.Literal(upper),
    }


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
