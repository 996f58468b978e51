"""Originals: what somebody handed in, byte for byte, in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

import zstandard

from packtrail.store import months, named

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("originals")
_PLAIN: Final = 0
_LEVEL: Final = 3


def insert(conn: Connection, capture_id: UUID, content: bytes, *, at: datetime) -> None:
    """Keep a document as it is."""
    months.ensure(conn, at)
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(content)
    conn.execute(_SQL["insert"], [capture_id, 0, _PLAIN, packed])


def read(conn: Connection, capture_id: str) -> bytes:
    """Return a document as it was handed in."""
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(_SQL["parts"], [capture_id]).fetchall()
    return b"".join(zstandard.ZstdDecompressor().decompress(content) for _, content in rows)
