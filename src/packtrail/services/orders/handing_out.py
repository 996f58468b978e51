"""Handing the numbers of an order out to its line in portions, each number once.

A portion is written down in the history of the order under the id of its request. A request whose
answer was lost is made again with the same id, and gets the same numbers.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.production import codes
from packtrail.production.orders import State
from packtrail.services.orders import order_numbers
from packtrail.services.orders.order_steps import Why, is_repeated, note_step
from packtrail.services.orders.orders import order_row
from packtrail.store import orders as rows

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.production.levels import Level
    from packtrail.services.application import Application

_OVER = frozenset({State.COMPLETED, State.ABORTED, State.CLOSED})


def hand_out(
    app: Application, actor: Actor, code: str, level: Level, count: int, *, request_id: str
) -> list[str]:
    """Return the next numbers of a level that nobody was handed; fewer when there are no more.

    Args:
        app: The application.
        actor: The line.
        code: The work order, released.
        level: Of the numbers.
        count: How many, 1 or more.
        request_id: Chosen by whoever asks: the same id again gives the same numbers.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        RefusedError: `LIN-012`, the order has no such level, or the count cannot be.
        Conflict: `LIN-016`, it was not released; `LIN-017`, it is over; `LIN-018`, the request id
            was used with something else.
        NotPermitted: The actor may not take numbers.
    """
    require(actor, Permission.REPORT_CREATE)
    if count < 1:
        message = f"{count:,} numbers; expected 1 or more."
        raise RefusedError(codes.BAD_ORDER.found(message, at="count"))
    with app.database.transaction() as conn:
        order = order_row(conn, actor, code, is_locked=True)
        if order.making().tier(level) is None:
            message = f"The order {order.code} has no level {level}."
            raise RefusedError(codes.BAD_ORDER.found(message, at="level"))
        name = f"handed:{level}:{count}"
        if is_repeated(conn, order, name, request_id):
            start = _start_of(conn, order, request_id)
        else:
            _require_open(order)
            start = _next_start(conn, order, level)
            why = Why(at=app.clock(), request_id=request_id, detail={"from": start})
            note_step(conn, actor, order, name, why, before=order.state)
    every = (
        number
        for _, delivery in order_numbers.deliveries(app, actor, order, level)
        for number in delivery.serials()
    )
    return list(islice(every, start, start + count))


def _require_open(order: rows.OrderRow) -> None:
    if not order.is_released:
        message = f"The order {order.code} was not released to the line {order.line}."
        raise Conflict(codes.NOT_RELEASED.found(message, at="order"))
    if State(order.state) in _OVER:
        message = f"The order {order.code} is {order.state}: it takes no more numbers."
        raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="state"))


def _start_of(conn: Connection, order: rows.OrderRow, request_id: str) -> int:
    step = rows.step_of_request(conn, order.order_id, request_id)
    return int(step.detail["from"]) if step else 0


def _next_start(conn: Connection, order: rows.OrderRow, level: Level) -> int:
    """Return where the next portion begins: after all that were promised before."""
    begin = f"handed:{level}:"
    ends = [
        int(step.detail["from"]) + int(step.trigger.removeprefix(begin))
        for step in rows.steps(conn, order.order_id)
        if step.trigger.startswith(begin)
    ]
    return max(ends, default=0)
