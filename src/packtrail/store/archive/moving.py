"""Moving: what an archive holds is taken out of the database, and brought back.

Both ways a partition is made beside the one that is there and put in its place, in one
transaction: whoever reads sees the one or the other, and a process that is killed in between has
changed nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from psycopg import sql

from packtrail.base.errors import RefusedError
from packtrail.store import months, named, originals, segments
from packtrail.store.archive.checking import rows_of
from packtrail.store.archive.schemas import COLUMNS
from packtrail.store.codes import ARCHIVE_DISAGREES
from packtrail.store.shelf import ORIGINALS, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from psycopg import Connection

    _Filling: TypeAlias = Callable[[Connection, dict[str, sql.Composable]], None]

_SQL = named.statements("archive")
_MONTHS = named.statements("months")
SAMPLE_SIZE: Final = 50
"""Segments and documents of the month that are compared before and after."""
_ABOUT_SEGMENTS: Final = ("posting", "touch", "segment_value", "event_key", "retold")
_FILES: Final = {"segment": SEGMENTS, "original": ORIGINALS}


def take_out(conn: Connection, day: date, digest: bytes) -> int:
    """Let the archive alone hold bodies and originals of a month.

    What is searched by stays. A sample is read before and after, and must be the same.

    Args:
        conn: A connection in a transaction.
        day: First day of the month, which is closed.
        digest: SHA-256 of the manifest of its archive, which has been checked.

    Returns:
        How many segments were compared.

    Raises:
        RefusedError: `STO-072`, the archive gives other content; the transaction is to be undone.
    """
    return _compared(conn, day, lambda: _swap_all(conn, day, lambda table: _keep(table, digest)))


def bring_back(conn: Connection, day: date, folder: Path) -> int:
    """Put what an archive holds into the database again.

    Args:
        conn: A connection in a transaction.
        day: First day of the month.
        folder: Its archive, which has been checked.

    Returns:
        How many segments were compared.

    Raises:
        RefusedError: `STO-072`, the archive gives other content; the transaction is to be undone.
    """
    return _compared(conn, day, lambda: _swap_all(conn, day, lambda table: _fill(table, folder)))


def erase(conn: Connection, day: date) -> dict[str, int]:
    """Remove what the database holds of a month; its partitions stay, empty.

    The dictionary stays: a serial number that was used is never given out again.

    Args:
        conn: A connection in a transaction.
        day: First day of the month, which is closed.

    Returns:
        Table -> rows that are gone.
    """
    span = months.bounds(day)["segment"]
    gone = {table: conn.execute(_SQL[f"erase_{table}"], span).rowcount for table in _ABOUT_SEGMENTS}
    _swap_all(conn, day, lambda _table: _leave_empty)
    return gone


def _leave_empty(_conn: Connection, _names: dict[str, sql.Composable]) -> None:
    """Put nothing into the partition beside."""


def _swap_all(
    conn: Connection,
    day: date,
    filling: Callable[[str], _Filling],
) -> None:
    for table in months.TABLES:
        names = months.names_of(table, day)
        beside = f"{months.partition_of(table, day)}_beside"
        names["beside"] = sql.Identifier(beside)
        _run(conn, _SQL["make_beside"], names)
        filling(table)(conn, names)
        for statement in ("take_away", "drop_partition", "rename"):
            _run(conn, _SQL[statement], names)
        _run(conn, _MONTHS["attach"], names)
    months.seal(conn, day)


def _keep(table: str, digest: bytes) -> _Filling:
    def fill(conn: Connection, names: dict[str, sql.Composable]) -> None:
        statement = "keep_segments" if table == "segment" else "keep_originals"
        conn.execute(sql.SQL(_SQL[statement]).format(**names), [digest])

    return fill


def _fill(table: str, folder: Path) -> _Filling:
    columns = list(COLUMNS[_FILES[table]])

    def fill(conn: Connection, names: dict[str, sql.Composable]) -> None:
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL(_SQL["copy_in"]).format(**names, columns=listed)
        with conn.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows_of(folder, _FILES[table]):
                copy.write_row([row[column] for column in columns])

    return fill


def _compared(conn: Connection, day: date, change: Callable[[], None]) -> int:
    """Make a change and compare what a sample of the month says before and after."""
    low, high = months.bounds(day)["segment"]
    rows = conn.execute(_SQL["some_segments"], [low, high, SAMPLE_SIZE]).fetchall()
    chosen = [row[0] for row in rows]
    first, last = months.bounds(day)["original"]
    captures = [row[0] for row in conn.execute(_SQL["some_captures"], [first, last, SAMPLE_SIZE])]
    before = _said(conn, chosen, captures)
    change()
    after = _said(conn, chosen, captures)
    differing = [key for key in before if before[key] != after[key]]
    if differing:
        raise RefusedError(
            ARCHIVE_DISAGREES.found(
                f"Of {len(before)} segments and documents compared, {len(differing)} differ, such "
                f"as {differing[0]}. Nothing was changed.",
                at=f"{day:%Y-%m}",
            )
        )
    return len(chosen)


def _said(conn: Connection, chosen: list[int], captures: list[str]) -> dict[object, Any]:
    """Return what segments and documents say: bodies of first and last events, and octets."""
    said: dict[object, Any] = {}
    for segment_id, segment in segments.read(conn, chosen, audience_ids=None).items():
        places = range(segment.event_count)
        said[segment_id] = (
            segment.template,
            [segment.identity(place) for place in places],
            segment.columns.times.tolist(),
            [(m.role, m.form_of.tolist(), m.seqs.tolist()) for m in segment.columns.mentions],
        )
    for capture_id in captures:
        said[capture_id] = originals.read(conn, capture_id)
    return said


def _run(conn: Connection, statement: str, names: dict[str, sql.Composable]) -> None:
    conn.execute(sql.SQL(statement).format(**names))
