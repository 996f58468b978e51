"""Orders of serial numbers from authorities, in the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

_SQL = named.statements("serial_orders")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A row of `serial_order`."""

    order_id: UUID
    pool_id: int
    count: int
    delivered: int
    ordered_at: datetime
    ordered_by: str
    sent_at: datetime | None
    closed_at: datetime | None


def insert(conn: Connection, new: OrderRow) -> bool:
    """Add an order; return False when the pool has an open one."""
    return conn.execute(_SQL["insert"], asdict(new)).rowcount == 1


def of_pools(conn: Connection, pool_ids: Sequence[int], *, is_open: bool) -> list[OrderRow]:
    """Return the orders of pools, the newest first; all, or those that are open."""
    where = "where pool_id = any(%s) and (closed_at is null or not %s)"
    with conn.cursor(row_factory=class_row(OrderRow)) as cursor:
        order = "order by ordered_at desc, order_id"
        return cursor.execute(
            f"{_SQL['orders']} {where} {order}", [list(pool_ids), is_open]
        ).fetchall()


def by_id(conn: Connection, order_id: UUID | str) -> OrderRow | None:
    """Return one order."""
    with conn.cursor(row_factory=class_row(OrderRow)) as cursor:
        return cursor.execute(f"{_SQL['orders']} where order_id = %s", [order_id]).fetchone()


def change(
    conn: Connection,
    order_id: UUID,
    *,
    sent_at: datetime | None = None,
    closed_at: datetime | None = None,
) -> None:
    """Note when an order was sent or closed."""
    values = {"order_id": order_id, "sent_at": sent_at, "closed_at": closed_at}
    conn.execute(_SQL["change"], values)


def deliver(conn: Connection, pool_id: int, count: int, *, at: datetime) -> None:
    """Count numbers to the open order of a pool; it is closed when it has all."""
    conn.execute(_SQL["deliver"], {"pool_id": pool_id, "count": count, "at": at})
