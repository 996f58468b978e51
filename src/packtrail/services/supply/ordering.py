"""Orders: numbers asked of an authority, until the files with them are imported.

An order is a file for the authority; the channel it goes by is the authority's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.serials.codes import BAD_REQUEST, NO_ORDER, ORDER_OPEN
from packtrail.services.accounts import organisations
from packtrail.services.supply.auditing import audit_pool
from packtrail.services.supply.each import for_each
from packtrail.services.supply.pools import IMPORTED, left, one_visible
from packtrail.store import serial_orders
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.store.serials import PoolRow

BY_ITSELF = "reorder"
"""Name of the actor that orders without being told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Numbers asked of an authority."""

    order_id: str
    pool: str
    owner: str
    gtin: str
    market: str
    length: int
    """Characters of a serial number."""
    count: int
    delivered: int
    """Imported for it so far."""
    ordered_at: datetime
    ordered_by: str
    sent_at: datetime | None
    """When somebody noted that the authority has it."""
    closed_at: datetime | None
    """When all was delivered, or it was given up."""


def order(app: Application, actor: Actor, pool: str, count: int) -> Order:
    """Ask an authority for numbers; a pool has one open order at a time.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-013`, the pool imports nothing, or the count cannot be used.
        Conflict: `SER-022`, there is an open order.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.NUMBER_IMPORT)
    most = app.settings.serials_request_max
    if not 1 <= count <= most:
        message = f"{count:,} numbers were ordered; expected 1 to {most:,}."
        raise RefusedError(BAD_REQUEST.found(message, at="count"))
    with app.database.transaction() as conn:
        row = one_visible(conn, actor.organisation_id, pool, is_locked=True)
        if row.source != IMPORTED or row.closed_at:
            message = f"The pool {row.code} imports no numbers, or is closed."
            raise RefusedError(BAD_REQUEST.found(message, at="pool"))
        made = _order(app, conn, actor, row, count)
        if made is None:
            message = f"The pool {row.code} has an open order."
            raise Conflict(ORDER_OPEN.found(message, at="pool"))
        return made


def orders(
    app: Application, actor: Actor, *, pool: str | None = None, is_open: bool = False
) -> tuple[Order, ...]:
    """Return orders that the actor may see, the newest first.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        if pool is not None:
            seen = {row.pool_id: row for row in [one_visible(conn, actor.organisation_id, pool)]}
        else:
            visible = organisations.visible_to(conn, actor)
            seen = {row.pool_id: row for row in rows.pools(conn, visible)}
        found = serial_orders.of_pools(conn, list(seen), is_open=is_open)
        return tuple(_told(seen[each.pool_id], each) for each in found)


def mark_sent(app: Application, actor: Actor, order_id: str) -> Order:
    """Note that an authority has an order."""
    return _change(app, actor, order_id, {"sent_at": app.clock()})


def give_up(app: Application, actor: Actor, order_id: str) -> Order:
    """Close an order of which nothing more is expected."""
    return _change(app, actor, order_id, {"closed_at": app.clock()})


def delivered(conn: Connection, row: PoolRow, count: int, *, at: datetime) -> None:
    """Count numbers that were imported for a pool to its open order, if it has one."""
    serial_orders.deliver(conn, row.pool_id, count, at=at)


def reorder(app: Application) -> None:
    """Order for every imported pool that runs low and has no open order; a chore of the server."""
    with app.database.reading() as conn:
        low = [row.pool_id for row in rows.running_low(conn) if row.source == IMPORTED]

    def order_for(pool_id: int) -> None:
        with app.database.transaction() as conn:
            row = rows.locked(conn, pool_id)
            count = row.top_up_to - left(row)
            is_open = not (row.closed_at or row.held_since)
            if is_open and left(row) < row.low_water and count > 0:
                actor = Actor.system(
                    BY_ITSELF, organisation_id=row.owner_id, organisation_code=row.owner
                )
                _order(app, conn, actor, row, min(count, app.settings.serials_request_max))

    for_each(low, order_for)


def _order(
    app: Application, conn: Connection, actor: Actor, row: PoolRow, count: int
) -> Order | None:
    at = app.clock()
    new = serial_orders.OrderRow(
        order_id=uuid4(),
        pool_id=row.pool_id,
        count=count,
        delivered=0,
        ordered_at=at,
        ordered_by=actor.name,
        sent_at=None,
        closed_at=None,
    )
    if not serial_orders.insert(conn, new):
        return None
    audit_pool(conn, actor, Action.NUMBERS_ORDERED, row, at=at, detail={"count": count})
    return _told(row, new)


def _change(app: Application, actor: Actor, order_id: str, change: dict[str, datetime]) -> Order:
    require(actor, Permission.NUMBER_IMPORT)
    at = app.clock()
    with app.database.transaction() as conn:
        found = serial_orders.by_id(conn, order_id) if _is_uuid(order_id) else None
        visible = organisations.visible_to(conn, actor)
        row = rows.pool(conn, found.pool_id) if found else None
        if found is None or row is None or row.audience_id not in visible:
            raise NotFound(NO_ORDER.found(f"There is no order {order_id[:80]!r}.", at="order"))
        serial_orders.change(conn, found.order_id, **change)
        detail = {name: when.isoformat() for name, when in change.items()}
        audit_pool(conn, actor, Action.ORDER_CHANGED, row, at=at, detail=detail)
        changed = serial_orders.by_id(conn, order_id)
        return _told(row, changed or found)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _told(row: PoolRow, order: serial_orders.OrderRow) -> Order:
    return Order(
        order_id=str(order.order_id),
        pool=row.code,
        owner=row.owner,
        gtin=row.class_key.partition("/")[2],
        market=row.market,
        length=row.policy.get("length", 0),
        count=order.count,
        delivered=order.delivered,
        ordered_at=order.ordered_at,
        ordered_by=order.ordered_by,
        sent_at=order.sent_at,
        closed_at=order.closed_at,
    )
