"""Rows of months and of what has become of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.lifecycle.fold import expires_on
from packtrail.store import months, named, sizes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("archive")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """A month in which something was recorded."""

    first_day: date
    made_at: datetime
    closed_at: datetime | None
    exported_at: datetime | None
    verified_at: datetime | None
    dropped_at: datetime | None
    destroyed_at: datetime | None
    manifest_sha256: bytes | None
    manifest: Mapping[str, Any] | None


def every(conn: Connection) -> list[MonthRow]:
    """Return all months, the oldest first."""
    with conn.cursor(row_factory=class_row(MonthRow)) as cursor:
        return cursor.execute(_SQL["months"]).fetchall()


def locked(conn: Connection, day: date) -> MonthRow | None:
    """Return a month that nobody else changes until the transaction ends."""
    with conn.cursor(row_factory=class_row(MonthRow)) as cursor:
        return cursor.execute(_SQL["lock_month"], [day]).fetchone()


def size(conn: Connection, day: date) -> int:
    """Return what the partitions of a month take on disk, in bytes."""
    partitions = {months.partition_of(table, day) for table in months.TABLES}
    return sum(each.size_bytes for each in sizes.tables(conn) if each.name in partitions)


def counts(conn: Connection, day: date) -> tuple[int, int]:
    """Return how many segments and events were recorded in a month."""
    row = conn.execute(_SQL["count"], months.bounds(day)["segment"]).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def documents(conn: Connection, day: date, *, most: int) -> int:
    """Return how many documents came in a month, at most so many: those its archive will hold."""
    low, high = months.bounds(day)["original"]
    row = conn.execute(_SQL["documents"], {"low": low, "high": high, "most": most}).fetchone()
    return int(row[0]) if row else 0


def unfinished(conn: Connection, day: date) -> int:
    """Return how many captures that came in a month are not finished."""
    row = conn.execute(_SQL["unfinished"], months.bounds(day)["original"]).fetchone()
    return int(row[0]) if row else 0


def last_expiry(conn: Connection, day: date) -> date | None:
    """Return the latest expiry that is recorded until the end of a month.

    What a month says of packs is said of packs that were commissioned then or before.
    """
    _, high = months.bounds(day)["segment"]
    row = conn.execute(_SQL["last_expiry_until"], [high]).fetchone()
    return _day(row[0]) if row else None


def last_expiries(conn: Connection, days: Sequence[date]) -> dict[date, date | None]:
    """Return for some months, the oldest first, what `last_expiry` says of each."""
    found: dict[date, date | None] = {}
    latest: date | None = None
    for day in days:
        row = conn.execute(_SQL["last_expiry"], months.bounds(day)["segment"]).fetchone()
        own = _day(row[0]) if row else None
        latest = max(filter(None, (latest, own)), default=None)
        found[day] = latest
    return found


def documents_from_before(conn: Connection, day: date) -> bool:
    """Tell whether documents that came before a month have events in it."""
    (low, high), (first, _) = (months.bounds(day)[name] for name in ("segment", "original"))
    bound = {"low": low, "high": high, "first": first}
    row = conn.execute(_SQL["documents_from_before"], bound).fetchone()
    return bool(row and row[0])


def set_closed(conn: Connection, day: date, *, at: datetime) -> None:
    """Write that a month is closed."""
    conn.execute(_SQL["set_closed"], {"day": day, "at": at})


def set_exported(
    conn: Connection, day: date, *, at: datetime, sha256: bytes, manifest: Mapping[str, Any]
) -> None:
    """Write that a month has an archive, which is not verified yet."""
    bound = {"day": day, "at": at, "sha256": sha256, "manifest": Jsonb(manifest)}
    conn.execute(_SQL["set_exported"], bound)


def set_verified(conn: Connection, day: date, *, at: datetime | None) -> None:
    """Write when the archive of a month was last whole; None: it is not."""
    conn.execute(_SQL["set_verified"], {"day": day, "at": at})


def set_dropped(conn: Connection, day: date, *, at: datetime | None) -> None:
    """Write since when the archive alone holds bodies; None: the database has them again."""
    conn.execute(_SQL["set_dropped"], {"day": day, "at": at})


def set_destroyed(conn: Connection, day: date, *, at: datetime) -> None:
    """Write that nothing of a month is left."""
    conn.execute(_SQL["set_destroyed"], {"day": day, "at": at})


def _day(text: str | None) -> date | None:
    """Return the day of an expiry; of one that its month has not, the last that it has."""
    return expires_on(text) or expires_on(text and text[:7])
