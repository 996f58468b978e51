"""Work orders as people see them: one, many, and what happened to them.

An order belongs to an owner and is packed by an operator: the owner itself, or a CMO that it lets
record. Both see it; nobody else does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import NotFound
from packtrail.production import codes
from packtrail.production.orders import Command, Signal, State, Terms, allowed, signals_of
from packtrail.services.accounts import organisations
from packtrail.services.capture.capturing import finding_of
from packtrail.services.lines.floor import line_row
from packtrail.store import orders as rows
from packtrail.store.captures import is_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.production.levels import Level
    from packtrail.services.application import Application

PAGE_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """A work order as people see it."""

    order_id: str
    code: str
    owner: str
    """Whose goods they are."""
    operator: str
    """Whose line packs them."""
    line: str
    line_name: str
    terms: Terms
    state: State
    is_released: bool
    """Whether the command Start was given."""
    revision: int
    """Goes up with every Update."""
    created_at: datetime
    created_by: str
    started_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    reports: int
    counts: Mapping[str, int]
    """What reports came to: `commission:pack`, `reject:pack`, `pack:case`, ..."""
    line_counts: Mapping[str, int]
    """What the line last said it counted."""
    planned: Mapping[Level, int]
    commands: tuple[Command, ...]
    """What its state allows."""
    signals: tuple[Signal, ...]
    """What the line may say next."""
    findings: tuple[Finding, ...]
    """What it waits for."""

    def done(self, what: str, level: Level) -> int:
        """Return how much of something was done at a level."""
        return self.counts.get(f"{what}:{level}", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """One command or signal that an order got."""

    step_no: int
    trigger: str
    before: str | None
    after: str
    reason: str
    at: datetime
    actor_name: str
    detail: Mapping[str, Any]


def order(app: Application, actor: Actor, code: str) -> WorkOrder:
    """Return one work order: its id, its `code`, or `owner/code`.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
    """
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        return seen(order_row(conn, actor, code))


def orders(
    app: Application,
    actor: Actor,
    wanted: rows.OrderFilter | None = None,
    *,
    line: str | None = None,
    limit: int = 100,
    before: str | None = None,
) -> tuple[WorkOrder, ...]:
    """Return work orders, newest first.

    Args:
        app: The application.
        actor: Who asks.
        wanted: Which ones.
        line: Of one line only.
        limit: Most to return, 1 to 200.
        before: Go on from this order id: only older ones.
    """
    require(actor, Permission.LINE_READ)
    filtered = wanted or rows.OrderFilter()
    with app.database.reading() as conn:
        if line is not None:
            filtered = replace(filtered, line_id=line_row(conn, actor, line).line_id)
        found = rows.newest(
            conn,
            organisations.visible_to(conn, actor),
            filtered,
            limit=max(1, min(limit, PAGE_MAX)),
            before=before if before is not None and is_id(before) else None,
        )
    return tuple(map(seen, found))


def history(app: Application, actor: Actor, code: str) -> tuple[OrderStep, ...]:
    """Return the commands and signals that an order got, the oldest first.

    Raises:
        NotFound: `LIN-010`.
    """
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        found = rows.steps(conn, order_row(conn, actor, code).order_id)
    return tuple(
        OrderStep(
            step_no=each.step_no,
            trigger=each.trigger,
            before=each.before,
            after=each.after,
            reason=each.reason,
            at=each.at,
            actor_name=each.actor_name,
            detail=each.detail,
        )
        for each in found
    )


# --- for the services beside this one -------------------------------------------------------------


def order_row(
    conn: Connection, actor: Actor, code: str, *, is_locked: bool = False
) -> rows.OrderRow:
    """Return the work order an actor means.

    Args:
        conn: A connection, in a transaction when it is to be locked.
        actor: Who means it.
        code: Its id, its code, or `owner/code`.
        is_locked: Whether nobody else may change it until the transaction ends.

    Raises:
        NotFound: `LIN-010`, no such order, none the actor may see, or several.
    """
    visible = organisations.visible_to(conn, actor)
    if is_id(code):
        found = [each for each in [rows.by_id(conn, code, visible)] if each is not None]
    else:
        owner, _, name = code.rpartition("/")
        found = [each for each in rows.by_code(conn, name, visible) if owner in {"", each.owner}]
    if len(found) != 1:
        several = ", ".join(f"{each.owner}/{each.code}" for each in found)
        message = f"There is no work order {code[:80]!r}."
        if several:
            message = f"There are several: {several}."
        raise NotFound(codes.NO_ORDER.found(message, at="order"))
    if not is_locked:
        return found[0]
    rows.lock(conn, found[0].order_id)
    return own_row(conn, actor, found[0].order_id)


def seen(row: rows.OrderRow) -> WorkOrder:
    """Return a work order as people see it."""
    terms, state = row.making(), State(row.state)
    return WorkOrder(
        order_id=row.order_id,
        code=row.code,
        owner=row.owner,
        operator=row.operator,
        line=row.line,
        line_name=row.line_name,
        terms=terms,
        state=state,
        is_released=row.is_released,
        revision=row.revision,
        created_at=row.created_at,
        created_by=row.created_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
        closed_at=row.closed_at,
        reports=row.reports,
        counts=row.counts,
        line_counts=row.line_counts,
        planned=terms.planned(),
        commands=tuple(
            each for each in allowed(state) if each is not Command.START or not row.is_released
        ),
        signals=signals_of(state),
        findings=tuple(finding_of(each) for each in row.findings),
    )


def own_row(conn: Connection, actor: Actor, order_id: str) -> rows.OrderRow:
    """Return an order by its id, as it is now.

    Raises:
        NotFound: `LIN-010`.
    """
    row = rows.by_id(conn, order_id, organisations.visible_to(conn, actor))
    if row is None:
        raise NotFound(codes.NO_ORDER.found(f"There is no work order {order_id!r}.", at="order"))
    return row
