"""Work orders, their history, and the numbers they were given."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.production.orders import State, Terms
from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("orders")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """What an order starts with."""

    order_id: str
    owner_id: int
    operator_id: int
    audience_id: int
    line_id: int
    code: str
    terms: Terms
    state: State
    is_released: bool
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A row of `work_order`, with the codes of those who have a part in it."""

    order_id: str
    owner_id: int
    owner: str
    operator_id: int
    operator: str
    audience_id: int
    line_id: int
    line: str
    line_name: str
    site_id: int
    code: str
    gtin: str
    lot: str
    terms: dict[str, Any]
    state: str
    is_released: bool
    revision: int
    created_at: datetime
    created_by: str
    started_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    steps: int
    reports: int
    in_sequence: int
    """Up to here its numbered reports are taken, in order."""
    unnumbered: int
    """Reports taken without a number, or after the line went on without one."""
    counts: dict[str, int]
    line_counts: dict[str, int]
    findings: list[dict[str, str]]

    def making(self) -> Terms:
        """Return what it is to make."""
        return msgspec.convert(self.terms, Terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A row of `work_order_step`."""

    step_no: int
    trigger: str
    before: str | None
    after: str
    reason: str
    request_id: str | None
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersRow:
    """A row of `work_order_numbers`: one allocation."""

    order_id: str
    level: str
    draw_no: int
    pool: str
    request_id: str
    asked: int
    count: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders are wanted."""

    states: tuple[str, ...] = ()
    line_id: int | None = None
    owner: str | None = None
    gtin: str | None = None
    lot: str | None = None


def insert(conn: Connection, new: NewOrder) -> bool:
    """Add an order; False when its owner has one of this code."""
    terms = new.terms
    values = {
        **{name: getattr(new, name) for name in NewOrder.__slots__},
        "gtin": terms.tiers[0].gtin,
        "lot": terms.lot,
        "terms": _plain(terms),
        "state": new.state.value,
    }
    return conn.execute(_SQL["insert_order"], values).fetchone() is not None


def lock(conn: Connection, order_id: str) -> None:
    """Let nobody else change the order, or report of it, until the transaction ends."""
    conn.execute(_SQL["lock_order"], [order_id])


def by_id(conn: Connection, order_id: str, audience_ids: Sequence[int]) -> OrderRow | None:
    """Return an order that may be seen."""
    where = "w.order_id = %s and w.audience_id = any(%s)"
    return next(iter(_orders(conn, where, [order_id, list(audience_ids)])), None)


def by_ids(conn: Connection, order_ids: Sequence[str]) -> dict[str, OrderRow]:
    """Return orders by number, whoever may see them."""
    found = _orders(conn, "w.order_id = any(%s::uuid[])", [list(order_ids)])
    return {row.order_id: row for row in found}


def by_code(conn: Connection, code: str, audience_ids: Sequence[int]) -> list[OrderRow]:
    """Return the orders of a code that may be seen: of different owners."""
    where = "w.code = %s and w.audience_id = any(%s) order by o.code"
    return _orders(conn, where, [code, list(audience_ids)])


def of_line(conn: Connection, line_id: int, states: Sequence[State]) -> list[OrderRow]:
    """Return the orders of a line in some states, the newest first."""
    where = "w.line_id = %s and w.state = any(%s) order by w.created_at desc, w.order_id"
    return _orders(conn, where, [line_id, [each.value for each in states]])


def newest(
    conn: Connection,
    audience_ids: Sequence[int],
    wanted: OrderFilter,
    *,
    limit: int,
    before: str | None = None,
) -> list[OrderRow]:
    """Return orders that may be seen, newest first, on request only those before one."""
    conditions, values = ["w.audience_id = any(%s)"], [list(audience_ids)]
    for condition, value in (
        ("w.state = any(%s)", list(wanted.states) or None),
        ("w.line_id = %s", wanted.line_id),
        ("o.code = %s", wanted.owner),
        ("w.gtin = %s", wanted.gtin),
        ("w.lot = %s", wanted.lot),
        ("w.order_id < %s::uuid", before),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)  # type: ignore[arg-type]
    where = f"{' and '.join(conditions)} order by w.order_id desc limit %s"
    return _orders(conn, where, [*values, limit])


def count_by_state(conn: Connection, audience_ids: Sequence[int]) -> dict[str, int]:
    """Return how many orders that may be seen are in each state."""
    rows = conn.execute(
        "select state, count(*) from work_order where audience_id = any(%s) group by state",
        [list(audience_ids)],
    )
    return {state: int(count) for state, count in rows}


def update(conn: Connection, order: OrderRow, terms: Terms | None = None) -> None:
    """Write an order down as it is now; its counts are not touched."""
    making = terms or order.making()
    values = {
        **asdict(order),
        "terms": _plain(making),
        "gtin": making.tiers[0].gtin,
        "lot": making.lot,
        "findings": Jsonb(order.findings),
    }
    conn.execute(_SQL["update_order"], values)


def add_counts(conn: Connection, order_id: str, done: Mapping[str, int]) -> None:
    """Add what was done to the counts of an order."""
    row = conn.execute(_SQL["counts"], [order_id]).fetchone()
    counts = Counter(row[0] if row else {}) + Counter(done)
    conn.execute(_SQL["set_counts"], [Jsonb(dict(counts)), order_id])


def append_step(conn: Connection, order_id: str, step: Mapping[str, Any]) -> None:
    """Add a command or signal to the history of an order."""
    values = {**step, "order_id": order_id, "detail": Jsonb(dict(step["detail"]))}
    conn.execute(_SQL["append_step"], values)


def steps(conn: Connection, order_id: str) -> list[StepRow]:
    """Return the history of an order, the oldest first."""
    return _steps(conn, order_id, "order by step_no")


def step_of_request(conn: Connection, order_id: str, request_id: str) -> StepRow | None:
    """Return the command that came with a request id."""
    where = "and request_id = %(request_id)s"
    return next(iter(_steps(conn, order_id, where, request_id=request_id)), None)


def insert_numbers(conn: Connection, row: NumbersRow) -> None:
    """Write down an allocation of an order; a second time changes nothing."""
    conn.execute(_SQL["insert_numbers"], asdict(row))


def numbers(conn: Connection, order_id: str) -> list[NumbersRow]:
    """Return the allocations of an order, by level and in order."""
    where = "order_id = %s order by level, draw_no"
    return _numbers(conn, where, [order_id])


def numbers_of_requests(
    conn: Connection, pool: str, request_ids: Sequence[str]
) -> dict[str, NumbersRow]:
    """Return allocations of a pool that work orders have, by request id."""
    found = _numbers(conn, "pool = %s and request_id = any(%s)", [pool, list(request_ids)])
    return {row.request_id: row for row in found}


def busy_with(conn: Connection, line_id: int, states: Sequence[State], order_id: str) -> str | None:
    """Return the code of another order that keeps a line."""
    row = conn.execute(
        _SQL["busy"], [line_id, [each.value for each in states], order_id]
    ).fetchone()
    return row[0] if row else None


def _orders(conn: Connection, where: str, values: list[Any]) -> list[OrderRow]:
    with conn.cursor(row_factory=class_row(OrderRow)) as cursor:
        return cursor.execute(f"{_SQL['orders']} where {where}", values).fetchall()


def _steps(conn: Connection, order_id: str, more: str, **values: Any) -> list[StepRow]:
    with conn.cursor(row_factory=class_row(StepRow)) as cursor:
        text = f"{_SQL['steps']} {more}"
        return cursor.execute(text, {"order_id": order_id, **values}).fetchall()


def _numbers(conn: Connection, where: str, values: list[Any]) -> list[NumbersRow]:
    with conn.cursor(row_factory=class_row(NumbersRow)) as cursor:
        return cursor.execute(f"{_SQL['numbers']} where {where}", values).fetchall()


def _plain(terms: Terms) -> Jsonb:
    return Jsonb(msgspec.to_builtins(terms))
