"""Serial numbers that an authority issued, and what it gave with them, encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from packtrail.serials.policy import Policy

_SQL = named.statements("serial_numbers")


def one_like(conn: Connection, serial_class_id: int, policy: Policy) -> str | None:
    """Return a number of a class that a policy allows, or None."""
    values = [serial_class_id, policy.length, _pattern(policy)]
    row = conn.execute(_SQL["one_like"], values).fetchone()
    return str(row[0]) if row else None


def between(conn: Connection, pool_id: int, lo: int, hi: int) -> list[str]:
    """Return the numbers of a pool from position `lo` up to `hi`, excluded."""
    with conn.cursor() as cursor:
        return [str(row[0]) for row in cursor.execute(_SQL["between"], [pool_id, lo, hi])]


def positions(conn: Connection, pool_id: int, serials: Sequence[str]) -> dict[str, int]:
    """Return the positions of those numbers that a pool has."""
    return dict(conn.execute(_SQL["positions"], [pool_id, list(serials)]).fetchall())


def count_between(conn: Connection, pool_id: int, lo: int, hi: int) -> tuple[int, int]:
    """Return how many positions of a range have a number, and how many numbers these are."""
    row = conn.execute(_SQL["count_between"], [pool_id, lo, hi]).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def secrets(conn: Connection, pool_id: int, lo: int, hi: int) -> list[tuple[int, int, bytes]]:
    """Return the encrypted blocks that have a position from `lo` up to `hi`, excluded."""
    return conn.execute(_SQL["secrets"], [pool_id, lo, hi]).fetchall()


def _pattern(policy: Policy) -> str:
    """Return the regular expression of PostgreSQL for the texts of a policy."""
    start = "".join(map(_literal, policy.prefix))
    first = "".join(map(_literal, policy.firsts))
    rest = "".join(map(_literal, policy.alphabet))
    return f"^{start}[{first}][{rest}]{{{policy.body_length - 1}}}$"


def _literal(character: str) -> str:
    return f"\\u{ord(character):04x}"
