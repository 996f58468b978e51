"""The ledger of pools in the database: only ever added to.

Whoever adds to it holds the lock on the row of its pool: entries are numbered without gaps, and
ranges never overlap.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Json
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from packtrail.serials.drawn import Segment
from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from psycopg import Connection

Ranges: TypeAlias = Multirange[int]
"""Positions of a generation, as the database keeps them."""

SETTLED = ("used", "returned", "void", "expired")
"""What becomes of an allocated number, once."""
_SQL = named.statements("serial_ledger")
_SQL_POOLS = named.statements("serials")
_PAGE = 1_000
_COUNTED = ("allocated", "stocked", *SETTLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """A row of the ledger."""

    pool_id: int
    entry_no: int
    kind: str
    generation: int
    ranges: Ranges
    asked: int
    count: int
    organisation_id: int
    request_id: str
    party: str
    purpose: str
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    expires_at: datetime | None = None
    from_entry: int | None = None

    @property
    def lo(self) -> int:
        """The first position."""
        return self.ranges[0].lower or 0

    @property
    def hi(self) -> int:
        """The position after the last."""
        return self.ranges[-1].upper or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledRow:
    """Which numbers of an allocation an entry settled."""

    allocation_no: int
    entry_no: int
    kind: str
    request_id: str
    ranges: Ranges
    count: int


def multirange(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return ranges from `lo` up to `hi`, excluded, as the database takes them."""
    return Multirange([Range(lo, hi) for lo, hi in ranges])


def runs(ranges: Ranges) -> list[tuple[int, int]]:
    """Return ranges as pairs of `lo` and `hi`, excluded."""
    return [(each.lower or 0, each.upper or 0) for each in ranges]


# --- adding ---------------------------------------------------------------------------------------


def append(conn: Connection, entries: Sequence[EntryRow]) -> None:
    """Add entries to the ledger of one locked pool, and count them."""
    counts: Counter[str] = Counter(dict.fromkeys(_COUNTED, 0))
    reached: dict[int, int] = {}
    stock_end = 0
    for entry in entries:
        counts[entry.kind] += entry.count
        if entry.kind == "allocated":
            reached[entry.generation] = max(entry.hi, reached.get(entry.generation, 0))
        elif entry.kind == "stocked":
            stock_end = max(stock_end, entry.hi)
    pool_id = entries[0].pool_id
    with conn.cursor() as cursor:
        values = Json([_values(each) for each in entries], dumps=msgspec.json.encode)
        cursor.execute(_SQL["insert_entries"], [values])
        cursor.execute(
            _SQL_POOLS["count"],
            {**counts, "entries": len(entries), "stock_end": stock_end, "pool_id": pool_id},
        )
        for generation, hi in reached.items():
            cursor.execute(_SQL_POOLS["reach"], [hi, pool_id, generation])
        expiring = [(pool_id, e.entry_no, e.expires_at) for e in entries if e.expires_at]
        if expiring:
            cursor.executemany(_SQL["expire_later"], expiring)


def insert_settled(
    conn: Connection, pool_id: int, settled: Iterable[tuple[int, int, Ranges, int]]
) -> None:
    """Say which allocations settled numbers are of: (allocation, entry, ranges, count)."""
    names = ("allocation_no", "entry_no", "ranges", "count")
    with conn.cursor() as cursor:
        cursor.executemany(
            _SQL["insert_settled"],
            [{"pool_id": pool_id, **dict(zip(names, row, strict=True))} for row in settled],
        )


# --- reading --------------------------------------------------------------------------------------


def of_requests(
    conn: Connection, pool_id: int, organisation_id: int, request_ids: Sequence[str]
) -> dict[str, list[EntryRow]]:
    """Return what requests of an organisation added, by request id, in order."""
    found: dict[str, list[EntryRow]] = {}
    where = "e.pool_id = %s and e.organisation_id = %s and e.request_id = any(%s)"
    values = [pool_id, organisation_id, list(request_ids)]
    for entry in _entries(conn, f"{where} order by e.entry_no", values):
        found.setdefault(entry.request_id, []).append(entry)
    return found


def entry(conn: Connection, pool_id: int, entry_no: int) -> EntryRow:
    """Return one entry."""
    (row,) = _entries(conn, "e.pool_id = %s and e.entry_no = %s", [pool_id, entry_no])
    return row


def allocations_of(
    conn: Connection, pool_id: int, generation: int, wanted: Sequence[tuple[int, int]]
) -> list[EntryRow]:
    """Return the allocations that runs of positions lie in, each once, in order."""
    los, his = zip(*wanted, strict=True)
    values = {"pool_id": pool_id, "generation": generation, "los": list(los), "his": list(his)}
    with conn.cursor(row_factory=class_row(EntryRow)) as cursor:
        return cursor.execute(_SQL["allocations_of"], values).fetchall()


def settled(
    conn: Connection, pool_id: int, allocation_nos: Sequence[int]
) -> dict[int, list[SettledRow]]:
    """Return what was settled of allocations, by their entry number."""
    found: dict[int, list[SettledRow]] = {number: [] for number in allocation_nos}
    with conn.cursor(row_factory=class_row(SettledRow)) as cursor:
        for row in cursor.execute(_SQL["settled"], [pool_id, list(allocation_nos)]):
            found[row.allocation_no].append(row)
    return found


def settled_allocations(conn: Connection, pool_id: int) -> Iterator[list[SettledRow]]:
    """Yield what was settled of each allocation of a pool, in order."""
    after = 0
    while True:
        numbers = [
            int(row[0]) for row in conn.execute(_SQL["settled_after"], [pool_id, after, _PAGE])
        ]
        if not numbers:
            return
        yield from settled(conn, pool_id, numbers).values()
        after = numbers[-1]


def entries(
    conn: Connection, pool_id: int, *, until: int | None = None, after: int = 0
) -> Iterator[EntryRow]:
    """Yield the entries of a ledger in order.

    Args:
        conn: The connection.
        pool_id: The pool.
        until: The last to yield; None: all there are.
        after: The entry before the first to yield.
    """
    where = f"""
        e.pool_id = %s and e.entry_no > %s and (%s::bigint is null or e.entry_no <= %s)
        order by e.entry_no limit {_PAGE}
    """
    while page := _entries(conn, where, [pool_id, after, until, until]):
        yield from page
        after = page[-1].entry_no


def newest(
    conn: Connection,
    audience_ids: Sequence[int],
    wanted: Mapping[str, Any],
    *,
    before: tuple[datetime, int, int] | None,
    limit: int,
) -> list[EntryRow]:
    """Return entries of all pools that an organisation may see, the newest first.

    Args:
        conn: The connection.
        audience_ids: What the organisation may see.
        wanted: `pool_ids`, `kinds`, `text`, `since` and `until`, each where it is asked for. The
            text is in request id, receiver or purpose, in any case of its letters.
        before: Time, pool and number of the entry before the first of the answer.
        limit: Most entries.
    """
    where = ["e.pool_id in (select pool_id from serial_pool where audience_id = any(%(seen)s))"]
    where += [_FILTERS[name] for name, value in wanted.items() if value]
    values: dict[str, Any] = {**wanted, "seen": list(audience_ids), "limit": limit}
    if before:
        where.append("(e.at, e.pool_id, e.entry_no) < (%(b_at)s, %(b_pool)s, %(b_no)s)")
        values |= dict(zip(("b_at", "b_pool", "b_no"), before, strict=True))
    order = "order by e.at desc, e.pool_id desc, e.entry_no desc limit %(limit)s"
    return _entries(conn, f"{' and '.join(where)} {order}", values)


_FILTERS = {
    "pool_ids": "e.pool_id = any(%(pool_ids)s)",
    "kinds": "e.kind = any(%(kinds)s)",
    "text": (
        "position(lower(%(text)s) in lower(e.request_id || chr(10) || e.party || chr(10) || "
        "e.purpose)) > 0"
    ),
    "since": "e.at >= %(since)s",
    "until": "e.at < %(until)s",
}


def segments(conn: Connection, pool_id: int, lo: int, hi: int) -> tuple[Segment, ...]:
    """Return what a pool drew from its parent, as far as it lies between two positions."""
    with conn.cursor(row_factory=class_row(Segment)) as cursor:
        values = {"pool_id": pool_id, "lo": lo, "hi": hi}
        return tuple(cursor.execute(_SQL["segments"], values).fetchall())


def drawn_since(conn: Connection, pool_id: int, moment: datetime, *, actor_id: str) -> int:
    """Return how many numbers an actor drew for a pool since a moment."""
    row = conn.execute(_SQL["drawn_since"], [pool_id, moment, actor_id]).fetchone()
    return int(row[0]) if row else 0


def consumption(
    conn: Connection, pool_ids: Sequence[int], since: datetime
) -> dict[int, dict[date, int]]:
    """Return how many numbers pools gave on each day, in UTC, since a moment."""
    found: dict[int, dict[date, int]] = {number: {} for number in pool_ids}
    for pool_id, day, count in conn.execute(_SQL["consumption"], [list(pool_ids), since]):
        found[pool_id][day] = int(count)
    return found


def due(
    conn: Connection, at: datetime, *, after: tuple[datetime, int, int] | None, limit: int
) -> list[tuple[datetime, int, int]]:
    """Return (when, pool, entry) of allocations whose unused numbers are to expire, in order."""
    when, pool_id, entry_no = after or (None, 0, 0)
    values = {"at": at, "when": when, "pool": pool_id, "entry": entry_no, "limit": limit}
    return conn.execute(_SQL["due"], values).fetchall()


def done_expiring(conn: Connection, pool_id: int, entry_no: int) -> bool:
    """Note that an allocation has expired; return False when that was noted before."""
    return conn.execute(_SQL["expired"], [pool_id, entry_no]).rowcount == 1


def _entries(conn: Connection, where: str, values: Any) -> list[EntryRow]:
    with conn.cursor(row_factory=class_row(EntryRow)) as cursor:
        return cursor.execute(f"{_SQL['entries']} where {where}", values).fetchall()


def _values(entry: EntryRow) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in EntryRow.__dataclass_fields__}
    return {**values, "ranges": str(entry.ranges)}
