"""What the portfolio of an organisation reads besides its book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named.statements("portfolio")


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """How the serial numbers of a GTIN are made."""

    class_key: str
    code: str
    policy: dict[str, Any]
    issued: int


def pools(conn: Connection, organisation_id: int) -> list[PoolRow]:
    """Return how an organisation makes the serial numbers of its trade items."""
    with conn.cursor(row_factory=class_row(PoolRow)) as cursor:
        return cursor.execute(_SQL["pools"], [organisation_id]).fetchall()


def gtins(conn: Connection, organisation_id: int) -> dict[str, str]:
    """Return the trade items of an organisation: code -> GTIN of the pack."""
    return dict(conn.execute(_SQL["gtins"], [organisation_id]).fetchall())
