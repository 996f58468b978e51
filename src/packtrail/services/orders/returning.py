"""Giving numbers of an order back while it runs, or making them void: a line says so itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.production import codes
from packtrail.production.orders import State
from packtrail.services.orders import known_numbers, order_numbers
from packtrail.services.orders.order_steps import Why, is_repeated, note_step
from packtrail.services.orders.orders import order_row

if TYPE_CHECKING:
    from packtrail.production.levels import Level
    from packtrail.services.application import Application


def give_back(
    app: Application,
    actor: Actor,
    code: str,
    level: Level,
    numbers: Sequence[str],
    *,
    is_void: bool,
    reason: str,
    request_id: str,
) -> int:
    """Give numbers of an order back that nothing was made with; return how many.

    Args:
        app: The application.
        actor: The line.
        code: The work order, not closed.
        level: Of the numbers.
        numbers: Which ones.
        is_void: Whether they were spoilt, rather than not used.
        reason: Why.
        request_id: Chosen by whoever asks: the same id again changes nothing.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        RefusedError: `LIN-022`, a number is not of the order, is in use, or was settled before.
        Conflict: `LIN-017`, the order is closed.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.REPORT_CREATE)
    name = f"{'void' if is_void else 'returned'}:{level}"
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
        if is_repeated(conn, order, name, request_id):
            return 0
    if order.state == State.CLOSED:
        message = f"The order {order.code} is closed."
        raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="state"))
    free = {
        each.number
        for each in known_numbers.known_numbers(app, actor, order, level)
        if each.status is None and each.mark is None and each.settled is None
    }
    strange = sorted(set(numbers) - free)
    if strange:
        message = f"{len(strange):,} cannot be given back: {', '.join(strange[:5])}."
        raise RefusedError(codes.NOT_ISSUED.found(message, at="numbers"))
    count = order_numbers.give_back(
        app, actor, order, level, numbers, is_void=is_void, reason=reason,
        request_id=f"order/{order.order_id}/line/{request_id}",
    )  # fmt: skip
    with app.database.transaction() as conn:
        order = order_row(conn, actor, order.order_id, is_locked=True)
        if not is_repeated(conn, order, name, request_id):
            why = Why(at=app.clock(), reason=reason, request_id=request_id, detail={"count": count})
            note_step(conn, actor, order, name, why, before=order.state)
    return count
