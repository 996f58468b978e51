"""Chores: when each is due, and which server is at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

_SQL = named.statements("chores")


@dataclass(frozen=True, slots=True)
class Claim:
    """A chore that this process is at."""

    name: str
    claim: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoreRow:
    """How a chore fares."""

    name: str
    next_at: datetime
    began_at: datetime | None
    finished_at: datetime | None
    failures: int
    """In a row, until it succeeds again."""
    last_error: str | None


def add(conn: Connection, names: Sequence[str], *, at: datetime) -> None:
    """Add those chores that the table does not have; they are due at once."""
    conn.execute(_SQL["add"], [list(names), at])


def claim_due(
    conn: Connection, names: Sequence[str], *, claim: UUID, now: datetime, until: datetime
) -> Claim | None:
    """Take the chore that is due longest; None when none is.

    Args:
        conn: A connection in a transaction.
        names: Chores this process knows.
        claim: Names who takes it.
        now: The time.
        until: When the claim ends by itself.
    """
    values = {"claim": claim, "until": until, "now": now, "names": list(names)}
    row = conn.execute(_SQL["claim"], values).fetchone()
    return Claim(row[0], claim) if row else None


def release(conn: Connection, claim: UUID) -> None:
    """Give back what was taken under a claim by somebody who is no more."""
    conn.execute(_SQL["release"], [claim])


def finish(
    conn: Connection, claim: Claim, *, now: datetime, next_at: datetime, error: str | None
) -> None:
    """Write down that a chore was done, or why not; nothing happens when the claim was lost."""
    conn.execute(
        _SQL["finish"],
        {
            "name": claim.name,
            "claim": claim.claim,
            "now": now,
            "next_at": next_at,
            "error": error,
        },
    )


def every(conn: Connection) -> list[ChoreRow]:
    """Return how all chores fare, by name."""
    with conn.cursor(row_factory=class_row(ChoreRow)) as cursor:
        return cursor.execute(_SQL["all"]).fetchall()
