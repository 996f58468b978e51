"""What moves a work order: commands and signals, by the table, written down in its history."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from packtrail.access import Action
from packtrail.base.errors import Conflict
from packtrail.production import codes
from packtrail.production.orders import (
    NEEDS_RELEASE,
    ON_LINE,
    Command,
    Signal,
    State,
    Terms,
    after,
    allowed,
    signals_of,
)
from packtrail.services import auditing
from packtrail.store import orders as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor

REASON_LENGTH_MAX = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """When and why something is done to an order, and by which request."""

    at: datetime
    reason: str = ""
    request_id: str | None = None
    """Chosen by whoever asks: the same id again changes nothing."""
    detail: Mapping[str, Any] = field(default_factory=dict)


def move(
    conn: Connection,
    actor: Actor,
    row: rows.OrderRow,
    trigger: Command | Signal,
    why: Why,
    *,
    terms: Terms | None = None,
) -> rows.OrderRow:
    """Let a command or signal have its effect on an order that is locked.

    Raises:
        Conflict: `LIN-013`, its state does not allow it; `LIN-015`, the line is busy; `LIN-016`, it
            was not released.
    """
    state, at = _next(conn, row, trigger), why.at
    changed = replace(
        row,
        state=state.value,
        is_released=row.is_released or trigger is Command.START,
        started_at=row.started_at or (at if state is State.RUNNING else None),
        ended_at=at if state in {State.COMPLETED, State.ABORTED} else row.ended_at,
        closed_at=at if state is State.CLOSED else row.closed_at,
    )
    rows.update(conn, changed, terms)
    note_step(conn, actor, changed, trigger, why, before=row.state)
    return changed


def _next(conn: Connection, row: rows.OrderRow, trigger: Command | Signal) -> State:
    now = State(row.state)
    state = after(now, trigger)
    if state is None:
        lawful = ", ".join((*allowed(now), *signals_of(now))) or "nothing more"
        message = f"The order {row.code} is {now}: {trigger} is not possible, only {lawful}."
        raise Conflict(codes.COMMAND_NOT_ALLOWED.found(message, at="state"))
    if trigger in NEEDS_RELEASE and not row.is_released:
        message = f"The order {row.code} was not released to the line {row.line}."
        raise Conflict(codes.NOT_RELEASED.found(message, at="state"))
    if state in ON_LINE and now not in ON_LINE:
        other = rows.busy_with(conn, row.line_id, sorted(ON_LINE), row.order_id)
        if other is not None:
            message = f"The line {row.line} has the order {other}."
            raise Conflict(codes.LINE_BUSY.found(message, at="line"))
    return state


def note_step(
    conn: Connection,
    actor: Actor,
    row: rows.OrderRow,
    trigger: Command | Signal | str,
    why: Why,
    *,
    before: str | None,
) -> None:
    """Add to the history of an order, and to the trails of owner and operator."""
    step = {
        "trigger": str(trigger),
        "before": before,
        "after": row.state,
        "reason": why.reason[:REASON_LENGTH_MAX],
        "request_id": why.request_id,
        "at": why.at,
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "detail": why.detail,
    }
    rows.append_step(conn, row.order_id, step)
    is_signal = isinstance(trigger, Signal)
    told = {"trigger": str(trigger), "before": before, "after": row.state, **why.detail}
    for organisation_id in sorted({row.owner_id, row.operator_id, actor.organisation_id}):
        auditing.write(
            conn,
            actor,
            Action.ORDER_SIGNALLED if is_signal else Action.ORDER_COMMANDED,
            row.code,
            at=why.at,
            organisation_id=organisation_id,
            detail=told,
        )


def is_repeated(
    conn: Connection, row: rows.OrderRow, trigger: Command | Signal | str, request_id: str | None
) -> bool:
    """Tell whether a request was dealt with before.

    Raises:
        Conflict: `LIN-018`, it was another one.
    """
    step = rows.step_of_request(conn, row.order_id, request_id) if request_id else None
    if step is not None and step.trigger != str(trigger):
        message = f"The request id {request_id!r} came with {step.trigger} before."
        raise Conflict(codes.COMMAND_DIFFERS.found(message, at="request_id"))
    return step is not None
