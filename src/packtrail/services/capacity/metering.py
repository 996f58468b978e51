"""Metering: a chore that notes what this installation does, and what it has left.

Counts of a day are read from what is recorded, so that a sample said twice is the same. What only
a process that answers knows (requests and how long they take) it notes itself, in a chore of its
own: each of them brings what is its own whenever that falls to it, and at its end.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packtrail.access import Actor
from packtrail.services.accounts import organisations
from packtrail.services.supply import pools
from packtrail.services.upkeep import machine, room
from packtrail.store import health
from packtrail.store import meters as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection

    from packtrail.services.application import Application

WHOLE: Final = 0
"""Organisation number of the installation as a whole."""
KEPT_BY_DAY_MONTHS: Final = 13
PARTS: Final[Mapping[str, frozenset[str]]] = {
    "events_stored": frozenset({"segment", "segment_value", "event_key", "retold", "posting",
                                "touch"}),
    "dictionary": frozenset({"name_block", "class"}),
    "originals": frozenset({"original"}),
    "verifications_stored": frozenset({"verification"}),
}  # fmt: skip
"""Meter -> the tables that it adds up."""
_RATES: Final = (("events", "events_rate"), ("verifications", "verifications_rate"))
_P99: Final = {"verify": "verify_p99", "api": "request_p99"}


def sample(app: Application) -> None:
    """Note how things stand, and what happened today and, while it may still come in, yesterday."""
    now = app.clock()
    today = now.astimezone(UTC).date()
    gauges = {**_of_machine(), **_of_room(app)}
    left = dict(_numbers_left(app))
    with app.database.transaction() as conn:
        gauges |= _of_database(conn)
        for day in (today - timedelta(days=1), today):
            _count(conn, day, now)
        for name, value in gauges.items():
            rows.put_gauge(conn, today, WHOLE, name, value, at=now)
        for organisation_id, count in left.items():
            rows.put_gauge(conn, today, organisation_id, "serials_left", count, at=now)
        rows.roll_up(conn, _months_before(today, KEPT_BY_DAY_MONTHS))


def note_traffic(app: Application) -> None:
    """Note what this process answered since it noted it last."""
    now = app.clock()
    with app.database.transaction() as conn:
        for name, value in _of_traffic(app).items():
            rows.put_gauge(conn, now.astimezone(UTC).date(), WHOLE, name, value, at=now)


def _count(conn: Connection, day: date, now: datetime) -> None:
    """Note what happened in a day: by owner, and of the installation with its busiest sample."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    end = start + timedelta(days=1)
    found: Counter[tuple[int, str]] = Counter()
    for owner, events, objects in rows.recorded(conn, start, end):
        found[owner, "events"], found[owner, "objects"] = events, objects
    for owner, messages, octets in rows.taken(conn, start, end):
        found[owner, "messages"], found[owner, "bytes_sent"] = messages, octets
    for owner, count in rows.verified(conn, start, end):
        found[owner, "verifications"] = count
    if start <= now < end:
        for name, rate in _RATES:
            total = sum(count for (_, each), count in found.items() if each == name)
            _note_rate(conn, day, name, rate, total, now)
    for (owner, name), count in found.items():
        rows.set_count(conn, day, owner, name, count, at=now)


def _note_rate(
    conn: Connection, day: date, name: str, rate: str, total: float, now: datetime
) -> None:
    """Note how much happened a second since the last sample, and the total for the next."""
    before = rows.count(conn, day, WHOLE, name)
    if before is not None:
        had, since = before
        seconds = (now - since).total_seconds()
        if seconds >= 1:
            rows.put_gauge(conn, day, WHOLE, rate, max(0.0, total - had) / seconds, at=now)
    rows.set_count(conn, day, WHOLE, name, total, at=now)


def _of_database(conn: Connection) -> dict[str, float]:
    sizes = {table.name: table.size_bytes for table in health.table_sizes(conn)}
    parts = {
        name: float(sum(sizes.get(table, 0) for table in tables)) for name, tables in PARTS.items()
    }
    return {"database": float(health.condition(conn).size_bytes), **parts}


def _of_room(app: Application) -> dict[str, float]:
    found = room.room(app.settings)
    if found is None:
        return {}
    return {"disk_free": float(max(0, found.free_bytes - found.least_bytes))}


def _of_machine() -> dict[str, float]:
    found = {"cpu_load": machine.load() / (os.cpu_count() or 1)}
    meminfo = Path("/proc/meminfo")
    if meminfo.is_file():
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found["memory_free"] = float(line.split()[1]) * 1024
    return found


def _of_traffic(app: Application) -> dict[str, float]:
    taken = app.traffic.take()
    found = {"requests": float(sum(each.count for each in taken.values()))}
    for kind, name in _P99.items():
        if kind in taken:
            found[name] = taken[kind].within(0.99)
    return found


def _numbers_left(app: Application) -> Iterator[tuple[int, float]]:
    """Yield how many serial numbers each organisation has left in its own open pools."""
    for each in organisations.all_organisations(app, Actor.system("metering")):
        actor = organisations.system_actor(app, "metering", organisation=each.code)
        own = [pool for pool in pools.pools(app, actor) if pool.owner == each.code]
        if own:
            yield actor.organisation_id, float(sum(pool.left for pool in own))


def _months_before(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)
