"""Meters in the database: what this installation did, rolled up by day, later by month."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from packtrail.store import named, sizes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from psycopg import Connection

_SQL = named.statements("meters")
_MONTH = re.compile(r"[0-9]{4}_[0-9]{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRow:
    """What a meter showed on a day; of an old one, in a month."""

    day: date
    organisation_id: int
    """0: of the installation as a whole."""
    name: str
    lowest: float
    highest: float
    last: float
    total: float
    samples: int
    sampled_at: datetime


def put_gauge(
    conn: Connection, day: date, organisation_id: int, name: str, value: float, *, at: datetime
) -> None:
    """Note how things stand, or what happened since they were noted last."""
    conn.execute(_SQL["put_gauge"], _values(day, organisation_id, name, value, at))


def set_count(
    conn: Connection, day: date, organisation_id: int, name: str, value: float, *, at: datetime
) -> None:
    """Note how much happened in a day so far; noted again, it is the same."""
    conn.execute(_SQL["set_count"], _values(day, organisation_id, name, value, at))


def count(
    conn: Connection, day: date, organisation_id: int, name: str
) -> tuple[float, datetime] | None:
    """Return how much had happened in a day when it was noted last, and when that was."""
    return conn.execute(_SQL["one"], [day, organisation_id, name]).fetchone()


def days(conn: Connection, organisation_ids: Sequence[int], *, since: date) -> list[MeterRow]:
    """Return what meters showed, by name and day."""
    values = {"organisation_ids": list(organisation_ids), "since": since}
    with conn.cursor(row_factory=class_row(MeterRow)) as cursor:
        return cursor.execute(_SQL["days"], values).fetchall()


def latest(conn: Connection, organisation_ids: Sequence[int]) -> datetime | None:
    """Return when anything was noted last."""
    row = conn.execute(_SQL["latest"], [list(organisation_ids)]).fetchone()
    return row[0] if row else None


def roll_up(conn: Connection, before: date) -> int:
    """Keep what is older than a first day of a month by month; return how many rows there are.

    Args:
        conn: A connection in a transaction.
        before: First day of a month; days before it are rolled up.
    """
    with conn.cursor(row_factory=class_row(MeterRow)) as cursor:
        older = cursor.execute(_SQL["older"], [before]).fetchall()
    conn.execute(_SQL["drop_older"], [before])
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["put_rolled"], [asdict(row) for row in older])
    return len(older)


def recorded(conn: Connection, start: datetime, end: datetime) -> list[tuple[int, int, int]]:
    """Return by owner how many events were recorded, and how many objects were commissioned."""
    return conn.execute(_SQL["recorded"], [start, end]).fetchall()


def taken(conn: Connection, start: datetime, end: datetime) -> list[tuple[int, int, int]]:
    """Return by owner how many messages were taken in, and their octets."""
    return conn.execute(_SQL["taken"], [start, end]).fetchall()


def verified(conn: Connection, start: datetime, end: datetime) -> list[tuple[int, int]]:
    """Return by organisation how many packs were verified."""
    return conn.execute(_SQL["verified"], [start, end]).fetchall()


def months(conn: Connection) -> list[tuple[str, int]]:
    """Return the octets of each month's partitions, `2026_03` and so on, the oldest first."""
    found: Counter[str] = Counter()
    for each in sizes.tables(conn):
        if each.name != each.whole and (month := _MONTH.search(each.name)):
            found[month[0]] += each.size_bytes
    return sorted(found.items())


def _values(
    day: date, organisation_id: int, name: str, value: float, at: datetime
) -> dict[str, object]:
    return {
        "day": day,
        "organisation_id": organisation_id,
        "name": name,
        "value": float(value),
        "at": at,
    }
