"""Handing the numbers of an order out to its line in portions, each number once.

A portion is written down in the history of the order under the id of its request: which numbers of
which draw it is. A request whose answer was lost is made again with the same id, and gets the same
numbers, whatever was drawn since. What a line drew itself was handed to it by that, and what was
given back or made void before it was handed out never is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

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
    from packtrail.store.orders import StepRow

Part: TypeAlias = tuple[int, int, int]
"""A draw of the order, and from which to which of its numbers, the last excluded."""
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
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
    gone = order_numbers.withdrawn_places(app, actor, order, level)
    with app.database.transaction() as conn:
        order = order_row(conn, actor, code, is_locked=True)
        if order.making().tier(level) is None:
            message = f"The order {order.code} has no level {level}."
            raise RefusedError(codes.BAD_ORDER.found(message, at="level"))
        name = f"handed:{level}:{count}"
        if is_repeated(conn, order, name, request_id):
            parts = _parts_of_request(conn, order, level, request_id)
        else:
            _require_open(order)
            parts = list(_next_parts(conn, order, level, count, gone))
            why = Why(at=app.clock(), request_id=request_id, detail={"parts": parts})
            note_step(conn, actor, order, name, why, before=order.state)
    wanted: dict[int, list[slice]] = {}
    for draw_no, lo, hi in parts:
        wanted.setdefault(draw_no, []).append(slice(lo, hi))
    return [
        number
        for row, delivery in order_numbers.deliveries(app, actor, order, level)
        if row.draw_no in wanted
        for made in [delivery.serials()]
        for part in wanted[row.draw_no]
        for number in made[part]
    ]


def _require_open(order: rows.OrderRow) -> None:
    if not order.is_released:
        message = f"The order {order.code} was not released to the line {order.line}."
        raise Conflict(codes.NOT_RELEASED.found(message, at="order"))
    if State(order.state) in _OVER:
        message = f"The order {order.code} is {order.state}: it takes no more numbers."
        raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="state"))


def _next_parts(
    conn: Connection,
    order: rows.OrderRow,
    level: Level,
    count: int,
    gone: Mapping[int, frozenset[int]],
) -> Iterator[Part]:
    """Yield the next numbers that nobody was handed and that are still out, draw by draw."""
    handed = _handed(conn, order, level)
    for draw in _draws(conn, order, level):
        start = handed.get(draw.draw_no, 0)
        for lo, end in _runs(start, draw.count, gone.get(draw.draw_no, frozenset())):
            hi = min(end, lo + count)
            if lo < hi:
                count -= hi - lo
                yield draw.draw_no, lo, hi


def _runs(start: int, end: int, gone: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield the spans between two places that leave some places out."""
    for place in sorted(each for each in gone if start <= each < end):
        yield start, place
        start = place + 1
    yield start, end


def _handed(conn: Connection, order: rows.OrderRow, level: Level) -> dict[int, int]:
    """Return how many numbers of each draw were handed out: always the first of it."""
    handed: dict[int, int] = {}
    for step in rows.steps(conn, order.order_id):
        if step.trigger.startswith(f"handed:{level}:"):
            for draw_no, _, hi in _parts_of(conn, order, level, step):
                handed[draw_no] = max(hi, handed.get(draw_no, 0))
        elif step.trigger.startswith(f"numbers:{level}:") and step.detail.get("is_handed"):
            handed[int(step.detail["draw_no"])] = int(step.trigger.rpartition(":")[2])
    return handed


def _parts_of_request(
    conn: Connection, order: rows.OrderRow, level: Level, request_id: str
) -> list[Part]:
    step = rows.step_of_request(conn, order.order_id, request_id)
    return list(_parts_of(conn, order, level, step)) if step else []


def _parts_of(
    conn: Connection, order: rows.OrderRow, level: Level, step: StepRow
) -> Iterable[Part]:
    """Return what a portion is; an older one tells only its first place among all numbers."""
    told = step.detail.get("parts")
    if told is not None:
        return [(int(draw_no), int(lo), int(hi)) for draw_no, lo, hi in told]
    start = int(step.detail["from"])
    end, parts, before = start + int(step.trigger.rpartition(":")[2]), list[Part](), 0
    for draw in _draws(conn, order, level):
        lo, hi = max(start - before, 0), min(end - before, draw.count)
        parts += [(draw.draw_no, lo, hi)] if lo < hi else []
        before += draw.count
    return parts


def _draws(conn: Connection, order: rows.OrderRow, level: Level) -> list[rows.NumbersRow]:
    return [each for each in rows.numbers(conn, order.order_id) if each.level == level]
