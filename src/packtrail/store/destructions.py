"""Orders that a month be destroyed: given by one person of a company, approved by another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from psycopg import Connection

_SQL = named.statements("destructions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order to destroy a month."""

    order_id: int
    organisation_id: int
    first_day: date
    reason: str
    foreseen: Mapping[str, Any]
    """What the preview said when it was given."""
    ordered_at: datetime
    ordered_by: str
    ordered_by_id: str
    """The account or key of who gave it."""
    approved_at: datetime | None
    approved_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None
    done_at: datetime | None

    @property
    def month(self) -> str:
        """The month, such as `2019-03`."""
        return f"{self.first_day:%Y-%m}"

    @property
    def state(self) -> str:
        """`ordered`, `approved`, `withdrawn` or `done`."""
        steps = (
            ("done", self.done_at),
            ("withdrawn", self.withdrawn_at),
            ("approved", self.approved_at),
        )
        return next((name for name, at in steps if at is not None), "ordered")


def insert(
    conn: Connection,
    organisation_id: int,
    day: date,
    *,
    reason: str,
    foreseen: Mapping[str, Any],
    at: datetime,
    by: str,
    by_id: str,
) -> int:
    """Write an order; return its number.

    Args:
        conn: A connection in a transaction.
        organisation_id: Whose.
        day: First day of the month.
        reason: Why.
        foreseen: What the preview says.
        at: When it was given.
        by: Who gave it.
        by_id: Their account or key.
    """
    about = {"organisation_id": organisation_id, "first_day": day, "reason": reason}
    bound = {**about, "foreseen": Jsonb(foreseen), "at": at, "by": by, "by_id": by_id}
    row = conn.execute(_SQL["insert"], bound).fetchone()
    return int(row[0]) if row else 0


def of_organisation(conn: Connection, organisation_id: int) -> list[Order]:
    """Return all orders of an organisation, the newest first."""
    return _read(conn, "of_organisation", organisation_id)


def of_month(conn: Connection, day: date) -> list[Order]:
    """Return the orders over a month that stand, of all organisations."""
    return _read(conn, "of_month", day)


def locked(conn: Connection, order_id: int, organisation_id: int) -> Order | None:
    """Return an open order that nobody else changes until the transaction ends."""
    return next(iter(_read(conn, "one", order_id, organisation_id)), None)


def approve(conn: Connection, order_id: int, *, at: datetime, by: str, by_id: str) -> None:
    """Write that a second person approved an order."""
    conn.execute(_SQL["approve"], {"order_id": order_id, "at": at, "by": by, "by_id": by_id})


def withdraw(conn: Connection, order_id: int, *, at: datetime, by: str, reason: str) -> None:
    """Write that an order does not stand any more."""
    conn.execute(_SQL["withdraw"], {"order_id": order_id, "at": at, "by": by, "reason": reason})


def set_done(conn: Connection, day: date, *, at: datetime) -> None:
    """Write that the orders over a month were carried out."""
    conn.execute(_SQL["done"], {"day": day, "at": at})


def _read(conn: Connection, which: str, *bound: object) -> list[Order]:
    with conn.cursor(row_factory=class_row(Order)) as cursor:
        return cursor.execute(f"{_SQL['every']} {_SQL[which]}".encode(), bound).fetchall()
