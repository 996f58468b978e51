"""What migration 0020 leaves to code: everything that is stored, written anew as segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg import Connection


def rewrite(conn: Connection) -> None:
    """Write events, dictionary and originals anew."""
