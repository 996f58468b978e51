"""What waits for a report that is late, and deciding that it will not come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.production import codes
from packtrail.production.orders import State
from packtrail.services.lines.line_reports import take_held
from packtrail.services.lines.taking import read_told
from packtrail.services.orders.order_steps import Why, is_repeated, note_step
from packtrail.services.orders.orders import WorkOrder, order_row, own_row, seen
from packtrail.store import floor as floor_rows
from packtrail.store import line_reports as rows

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.store.orders import OrderRow

WENT_ON, DISMISSED = "GoOn", "Dismiss"
"""As the history of an order names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that waits."""

    report_no: int
    place: int
    """Its place in the report."""
    kind: str
    numbers: tuple[str, ...]
    parent: str | None
    at: datetime
    """When it happened."""
    since: datetime
    """Since when it waits."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRoom:
    """All that waits for reports of an order."""

    order: str
    happenings: tuple[Waiting, ...]
    held: int
    """Reports that wait as a whole: one before them is missing."""
    expected: int | None
    """The report that is missing, in the line's own count; None: none is."""


def waiting(app: Application, actor: Actor, code: str) -> WaitingRoom:
    """Return what waits for reports of an order that are late.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
    """
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
        found = tuple(map(_waiting, rows.parked(conn, order.order_id)))
        held = rows.count_held(conn, order.order_id)
    expected = order.in_sequence + 1 if held else None
    return WaitingRoom(order=order.code, happenings=found, held=held, expected=expected)


def dismiss(
    app: Application, actor: Actor, code: str, report_no: int, place: int, *, reason: str
) -> None:
    """Let something wait no longer: it did not happen, or not so.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        Conflict: `LIN-047`, it does not wait; `LIN-017`, the order is closed.
        RefusedError: `LIN-037`, no reason is given.
        NotPermitted: The actor may not do rework.
    """
    require(actor, Permission.REWORK_CREATE)
    with app.database.transaction() as conn:
        order = _open(conn, actor, code, reason)
        at, by = app.clock(), actor.name
        if not rows.dismiss(
            conn, order.order_id, report_no, place, at=at, by=by, reason=reason.strip()
        ):
            message = f"Of report {report_no}, nothing at place {place} waits."
            raise Conflict(codes.NOT_WAITING.found(message, at="report"))
        why = Why(at=at, reason=reason, detail={"report": report_no, "place": place})
        note_step(conn, actor, order, DISMISSED, why, before=order.state)


def go_on(
    app: Application, actor: Actor, code: str, *, reason: str, request_id: str | None = None
) -> WorkOrder:
    """Go on without the report that is missing: take those that were held for it.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        Conflict: `LIN-047`, no report is held; `LIN-017`, the order is closed; `LIN-018`, the
            request id was used with something else.
        RefusedError: `LIN-037`, no reason is given.
        NotPermitted: The actor may not do rework.
    """
    require(actor, Permission.REWORK_CREATE)
    with app.database.transaction() as conn:
        order = _open(conn, actor, code, reason)
        if not is_repeated(conn, order, WENT_ON, request_id):
            first = rows.held(conn, order.order_id)
            if first is None:
                raise Conflict(codes.NOT_WAITING.found("No report is held.", at="order"))
            floor_rows.lock_site(conn, order.site_id)
            missing = [order.in_sequence + 1, first.sequence_no - 1]
            rows.go_on(conn, order.order_id, first.sequence_no - 1)
            detail = {"missing": missing}
            why = Why(at=app.clock(), reason=reason, request_id=request_id, detail=detail)
            note_step(conn, actor, order, WENT_ON, why, before=order.state)
            take_held(app, conn, actor, order)
        return seen(own_row(conn, actor, order.order_id))


def _open(conn: Connection, actor: Actor, code: str, reason: str) -> OrderRow:
    if not reason.strip():
        raise RefusedError(codes.NO_REASON.found("Say why.", at="reason"))
    order = order_row(conn, actor, code, is_locked=True)
    if order.state == State.CLOSED:
        message = f"The order {order.code} is closed."
        raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="order"))
    return order


def _waiting(row: rows.ParkedRow) -> Waiting:
    (told,) = read_told([row.happening])
    return Waiting(
        report_no=row.report_no,
        place=row.place,
        kind=told.kind.value,
        numbers=told.numbers,
        parent=told.parent,
        at=told.at,
        since=row.parked_at,
        why=row.why,
    )
