"""Pools of serial numbers and their ledger in the database.

Whoever adds to a ledger holds the lock on the row of its pool: entries are numbered without gaps,
and ranges never overlap.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

Ranges: TypeAlias = Multirange[int]
"""Positions of a generation, as the database keeps them."""

_SQL = named.statements("serials")
_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPool:
    """What a pool starts with."""

    owner_id: int
    audience_id: int
    code: str
    kind: str
    class_key: str
    policy: Mapping[str, Any]
    low_water: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """A row of `serial_pool`, with the code of its owner."""

    pool_id: int
    owner_id: int
    owner: str
    code: str
    kind: str
    class_key: str
    policy: dict[str, Any]
    low_water: int
    created_at: datetime
    created_by: str
    generation: int
    entries: int
    issued: int
    returned: int
    voided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRow:
    """A row of `serial_generation`."""

    generation: int
    sealed_key: bytes | None
    reached: int
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """A row of the ledger."""

    entry_no: int
    kind: str
    generation: int
    ranges: Ranges
    asked: int
    count: int
    request_id: str
    party: str
    purpose: str
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str

    @property
    def lo(self) -> int:
        """The first position."""
        return self.ranges[0].lower or 0

    @property
    def hi(self) -> int:
        """The position after the last."""
        return self.ranges[-1].upper or 0


def multirange(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return ranges from `lo` up to `hi`, excluded, as the database takes them."""
    return Multirange([Range(lo, hi) for lo, hi in ranges])


# --- pools ----------------------------------------------------------------------------------------


def lock_owner(conn: Connection, owner_id: int) -> None:
    """Let nobody else open a pool for this owner until the transaction ends."""
    conn.execute(_SQL["lock_owner"], [owner_id])


def insert_pool(conn: Connection, new: NewPool) -> int | None:
    """Add a pool and return its number, or None when its code or its class is taken."""
    values = {**asdict(new), "policy": Jsonb(new.policy)}
    row = conn.execute(_SQL["insert_pool"], values).fetchone()
    return int(row[0]) if row else None


def pools(conn: Connection, audience_ids: Sequence[int]) -> list[PoolRow]:
    """Return the pools that an organisation may see, by owner and code."""
    return _pools(conn, "p.audience_id = any(%s) order by o.code, p.code", [list(audience_ids)])


def by_code(
    conn: Connection, organisation_id: int, code: str, *, is_locked: bool = False
) -> list[PoolRow]:
    """Return the pools of a code that an organisation may see: of different owners.

    Args:
        conn: The connection.
        organisation_id: Who may see them.
        code: Their code.
        is_locked: Whether they are locked: nobody else adds to their ledgers until the transaction
            ends, and the rows are as they are now.
    """
    where = """
        p.code = %s and p.audience_id in (
            select audience_id from audience_member where organisation_id = %s)
        order by o.code
    """
    lock = " for update of p" if is_locked else ""
    return _pools(conn, where + lock, [code, organisation_id])


def by_class(conn: Connection, audience_ids: Sequence[int], class_key: str) -> list[PoolRow]:
    """Return the pools of a class that an organisation may see: of different owners."""
    where = "p.audience_id = any(%s) and p.class_key = %s order by o.code"
    return _pools(conn, where, [list(audience_ids), class_key])


def of_kind(conn: Connection, audience_ids: Sequence[int], kind: str) -> list[PoolRow]:
    """Return the pools of a kind that an organisation may see."""
    where = "p.audience_id = any(%s) and p.kind = %s order by o.code, p.code"
    return _pools(conn, where, [list(audience_ids), kind])


def of_owner(conn: Connection, owner_id: int, kind: str) -> list[PoolRow]:
    """Return the pools of a kind that an organisation owns."""
    return _pools(conn, "p.owner_id = %s and p.kind = %s order by p.code", [owner_id, kind])


def locked(conn: Connection, pool_id: int) -> PoolRow:
    """Return a pool as it is now; nobody else adds to its ledger until the transaction ends."""
    (row,) = _pools(conn, "p.pool_id = %s for update of p", [pool_id])
    return row


def insert_generation(
    conn: Connection, pool_id: int, generation: int, *, sealed_key: bytes | None, at: datetime
) -> None:
    """Add a generation."""
    conn.execute(_SQL["insert_generation"], [pool_id, generation, sealed_key, at])


def replace_generation(conn: Connection, pool: PoolRow, *, sealed_key: bytes, at: datetime) -> int:
    """Close the generation in use and open the next, which is returned."""
    conn.execute(_SQL["close_generation"], [at, pool.pool_id, pool.generation])
    following = pool.generation + 1
    insert_generation(conn, pool.pool_id, following, sealed_key=sealed_key, at=at)
    conn.execute(_SQL["use_generation"], [following, pool.pool_id])
    return following


def generations(conn: Connection, pool_id: int) -> list[GenerationRow]:
    """Return the generations of a pool, the oldest first."""
    with conn.cursor(row_factory=class_row(GenerationRow)) as cursor:
        return cursor.execute(_SQL["generations"], [pool_id]).fetchall()


def has_keys(conn: Connection) -> bool:
    """Tell whether any key was ever sealed with the master key."""
    row = conn.execute(_SQL["has_keys"]).fetchone()
    return bool(row and row[0])


def _pools(conn: Connection, where: str, values: list[Any]) -> list[PoolRow]:
    with conn.cursor(row_factory=class_row(PoolRow)) as cursor:
        return cursor.execute(f"{_SQL['pools']} where {where}", values).fetchall()


# --- the ledger -----------------------------------------------------------------------------------


def append(conn: Connection, pool_id: int, entry: EntryRow) -> None:
    """Add an entry to the ledger and count it; the pool is locked."""
    name = "append_allocated" if entry.kind == "allocated" else "append_withdrawn"
    conn.execute(_SQL[name], {**_values(entry), "pool_id": pool_id})


def of_request(conn: Connection, pool_id: int, request_id: str) -> list[EntryRow]:
    """Return what a request added: one entry, or one for each generation it gave back."""
    return _entries(conn, "request_id = %(request_id)s", pool_id=pool_id, request_id=request_id)


def allocation_of(
    conn: Connection, pool_id: int, generation: int, position: int
) -> EntryRow | None:
    """Return the allocation that a position lies in."""
    where = "kind = 'allocated' and generation = %(generation)s and lo <= %(position)s"
    found = _entries(
        conn,
        where,
        pool_id=pool_id,
        generation=generation,
        position=position,
        order="lo desc limit 1",
    )
    return next((entry for entry in found if position < entry.hi), None)


def withdrawn(conn: Connection, pool_id: int, generation: int, ranges: Ranges) -> list[EntryRow]:
    """Return the entries that gave back or made void any of these positions."""
    where = "kind <> 'allocated' and generation = %(generation)s and ranges && %(ranges)s"
    return _entries(conn, where, pool_id=pool_id, generation=generation, ranges=ranges)


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
    ceiling = "" if until is None else " and entry_no <= %(until)s"
    while page := _entries(
        conn,
        f"entry_no > %(after)s{ceiling}",
        pool_id=pool_id,
        after=after,
        until=until,
        order=f"entry_no limit {_PAGE}",
    ):
        yield from page
        after = page[-1].entry_no


def _entries(
    conn: Connection, where: str, *, order: str = "entry_no", **values: Any
) -> list[EntryRow]:
    statement = f"{_SQL['entries']} and {where} order by {order}"
    with conn.cursor(row_factory=class_row(EntryRow)) as cursor:
        return cursor.execute(statement, values).fetchall()


def _values(entry: EntryRow) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in EntryRow.__dataclass_fields__}
