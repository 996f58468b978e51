"""Page tokens that were given back; those in use are nowhere but with who has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.store import named

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("page_tokens")


def is_ended(conn: Connection, digest: bytes) -> bool:
    """Tell whether a token was given back."""
    row = conn.execute(_SQL["is_ended"], [digest]).fetchone()
    return bool(row and row[0])


def end(conn: Connection, digest: bytes, *, until: datetime, now: datetime) -> None:
    """Keep that a token was given back, until it would have expired; forget those that have."""
    conn.execute(_SQL["forget_expired"], [now])
    conn.execute(_SQL["end"], [digest, until])
