"""Pools of serial numbers in the database: what they belong to, and their keys.

The row of a pool is the lock on its ledger; the row of its class is the lock on what pools the
class has, and on the numbers that are imported for it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.serials.levels import Levels

_SQL = named.statements("serials")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """A row of `serial_class`."""

    serial_class_id: int
    class_key: str
    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPool:
    """What a pool starts with."""

    owner_id: int
    audience_id: int
    code: str
    kind: str
    class_key: str
    serial_class_id: int
    policy: Mapping[str, Any]
    source: str
    parent_id: int | None
    issued_max: int | None
    beside_ids: list[int]
    beside: str
    levels: Levels
    market: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """A row of `serial_pool`, with the codes of its owner and parent."""

    pool_id: int
    owner_id: int
    owner: str
    audience_id: int
    code: str
    kind: str
    class_key: str
    serial_class_id: int
    policy: dict[str, Any]
    source: str
    parent_id: int | None
    parent: str | None
    issued_max: int | None
    beside_ids: list[int]
    beside: str
    low_water: int
    top_up_to: int
    drawn_per_day_max: int | None
    unused_for_days: int | None
    market: str
    created_at: datetime
    created_by: str
    closed_at: datetime | None
    held_since: datetime | None
    generation: int
    entries: int
    issued: int
    stocked: int
    stock_end: int
    drawn: int
    used: int
    returned: int
    voided: int
    expired: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRow:
    """A row of `serial_generation`."""

    generation: int
    sealed_key: bytes | None
    reached: int
    opened_at: datetime
    closed_at: datetime | None


# --- classes --------------------------------------------------------------------------------------


def lock_classes(conn: Connection) -> None:
    """Let nobody else open pools until the transaction ends; all else goes on."""
    conn.execute(_SQL["classes_locked"])


def insert_class(conn: Connection, class_key: str, owner_id: int) -> None:
    """Add a class unless it is there."""
    conn.execute(_SQL["insert_class"], [class_key, owner_id])


def class_locked(conn: Connection, class_key: str) -> ClassRow:
    """Return a class and lock it: nobody else opens its pools or imports its numbers."""
    with conn.cursor(row_factory=class_row(ClassRow)) as cursor:
        row = cursor.execute(_SQL["class_locked"], [class_key]).fetchone()
    if row is None:
        raise LookupError(class_key)
    return row


def classes_like(conn: Connection, class_key: str) -> list[ClassRow]:
    """Return the classes whose key begins with this one, or this one so: SSCCs in common."""
    with conn.cursor(row_factory=class_row(ClassRow)) as cursor:
        return cursor.execute(_SQL["classes_like"], {"key": class_key}).fetchall()


# --- pools ----------------------------------------------------------------------------------------


def insert_pool(conn: Connection, new: NewPool) -> int | None:
    """Add a pool and return its number, or None when its code is taken."""
    values = {**asdict(new), **asdict(new.levels), "policy": Jsonb(new.policy)}
    row = conn.execute(_SQL["insert_pool"], values).fetchone()
    return int(row[0]) if row else None


def change_pool(conn: Connection, pool_id: int, levels: Levels) -> None:
    """Change what an owner may change."""
    conn.execute(_SQL["change_pool"], {**asdict(levels), "pool_id": pool_id})


def close_pool(conn: Connection, pool_id: int, *, at: datetime) -> None:
    """Let a pool give nothing more."""
    conn.execute(_SQL["close_pool"], [at, pool_id])


def hold_pools(conn: Connection, *, at: datetime) -> int:
    """Let no open pool give numbers until it is released; return how many there are."""
    return conn.execute(_SQL["hold_pools"], [at]).rowcount


def release_pool(conn: Connection, pool_id: int) -> None:
    """Let a held pool give numbers again."""
    conn.execute(_SQL["release_pool"], [pool_id])


def pools(conn: Connection, audience_ids: Sequence[int]) -> list[PoolRow]:
    """Return the pools that an organisation may see, by owner and code."""
    return _pools(conn, "p.audience_id = any(%s) order by o.code, p.code", [list(audience_ids)])


def by_code(
    conn: Connection, organisation_id: int, code: str, *, owner: str = "", is_locked: bool = False
) -> list[PoolRow]:
    """Return the pools of a code that an organisation may see: of different owners.

    Args:
        conn: The connection.
        organisation_id: Who may see them.
        code: Their code.
        owner: Code of the owner; empty: of any.
        is_locked: Whether they are locked: nobody else adds to their ledgers until the transaction
            ends, and the rows are as they are now.
    """
    where = """
        p.code = %s and (%s = '' or o.code = %s) and p.audience_id in (
            select audience_id from audience_member where organisation_id = %s)
        order by o.code
    """
    lock = " for update of p" if is_locked else ""
    return _pools(conn, where + lock, [code, owner, owner, organisation_id])


def by_class(conn: Connection, audience_ids: Sequence[int], class_key: str) -> list[PoolRow]:
    """Return the pools of a class that an organisation may see, the newest first."""
    where = "p.audience_id = any(%s) and p.class_key = %s order by o.code, p.pool_id desc"
    return _pools(conn, where, [list(audience_ids), class_key])


def of_class(conn: Connection, serial_class_id: int) -> list[PoolRow]:
    """Return all pools of a class, whoever may see them."""
    return _pools(conn, "p.serial_class_id = %s order by p.pool_id", [serial_class_id])


def of_kind(conn: Connection, audience_ids: Sequence[int], kind: str) -> list[PoolRow]:
    """Return the pools of a kind that an organisation may see."""
    where = "p.audience_id = any(%s) and p.kind = %s order by o.code, p.code"
    return _pools(conn, where, [list(audience_ids), kind])


def of_owner(conn: Connection, owner_id: int, kind: str) -> list[PoolRow]:
    """Return the pools of a kind that an organisation owns."""
    return _pools(conn, "p.owner_id = %s and p.kind = %s order by p.code", [owner_id, kind])


def running_low(conn: Connection) -> list[PoolRow]:
    """Return the open pools that hold less stock than they should and are topped up to."""
    where = """
        p.closed_at is null and p.held_since is null and p.source <> 'made' and p.top_up_to > 0
        and p.stocked - p.issued < p.low_water order by p.pool_id
    """
    return _pools(conn, where, [])


def pool(conn: Connection, pool_id: int) -> PoolRow:
    """Return a pool."""
    (row,) = _pools(conn, "p.pool_id = %s", [pool_id])
    return row


def locked(conn: Connection, pool_id: int) -> PoolRow:
    """Return a pool as it is now; nobody else adds to its ledger until the transaction ends."""
    (row,) = _pools(conn, "p.pool_id = %s for update of p", [pool_id])
    return row


def _pools(conn: Connection, where: str, values: list[Any]) -> list[PoolRow]:
    with conn.cursor(row_factory=class_row(PoolRow)) as cursor:
        return cursor.execute(f"{_SQL['pools']} where {where}", values).fetchall()


def count_drawn(conn: Connection, pool_id: int, count: int) -> None:
    """Count numbers that another pool drew from a locked pool."""
    conn.execute(_SQL["count_drawn"], [count, pool_id])


def drawn_from(conn: Connection, pool_id: int) -> int:
    """Return how many numbers the pools have that draw from a pool, counted at these."""
    row = conn.execute(_SQL["drawn_from"], [pool_id]).fetchone()
    return int(row[0]) if row else 0


# --- keys -----------------------------------------------------------------------------------------


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


def all_sealed(conn: Connection) -> list[tuple[int, int, bytes]]:
    """Return (pool, generation, sealed key) of every key, locked."""
    return conn.execute(_SQL["all_sealed"]).fetchall()


def reseal(conn: Connection, sealed: Iterable[tuple[bytes, int, int]]) -> None:
    """Put keys in place that were sealed anew: (sealed key, pool, generation)."""
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["reseal"], sealed)


def owners_of_keys(conn: Connection) -> list[int]:
    """Return the organisations that have keys sealed with the master key."""
    return [int(row[0]) for row in conn.execute(_SQL["owners_of_keys"])]
