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


def count_like(conn: Connection, serial_class_id: int, policy: Policy, *, is_issued: bool) -> int:
    """Return how many numbers of a class a policy allows, on request only those given out."""
    values = [serial_class_id, policy.length, _pattern(policy), is_issued]
    row = conn.execute(_SQL["count_like"], values).fetchone()
    return int(row[0]) if row else 0


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


# --- adding ---------------------------------------------------------------------------------------


def copy_in(
    conn: Connection, serial_class_id: int, pool_id: int, lo: int, serials: Sequence[str]
) -> None:
    """Add numbers at the positions from `lo` on.

    Raises:
        UniqueViolation: One of them is there already.
    """
    lines = "\n".join(
        f"{serial_class_id}\t{serial}\t{pool_id}\t{position}"
        for position, serial in enumerate(serials, lo)
    )
    with conn.cursor() as cursor, cursor.copy(_SQL["copy_numbers"]) as copy:
        copy.write(lines + "\n")


def insert_secret(conn: Connection, pool_id: int, lo: int, hi: int, sealed: bytes) -> None:
    """Add the encrypted block of a range of positions."""
    conn.execute(_SQL["insert_secret"], [pool_id, lo, hi, sealed])


def make_drafts(conn: Connection) -> None:
    """Make room for numbers that are only compared, until the transaction ends."""
    conn.execute(_SQL["make_drafts"])


def copy_drafts(conn: Connection, rows: Sequence[int], serials: Sequence[str]) -> None:
    """Add numbers to be compared, with their rows."""
    lines = "\n".join(f"{row}\t{serial}" for row, serial in zip(rows, serials, strict=True))
    with conn.cursor() as cursor, cursor.copy(_SQL["copy_drafts"]) as copy:
        copy.write(lines + "\n")


def known_drafts(conn: Connection, serial_class_id: int, limit: int) -> list[tuple[int, str, str]]:
    """Return (row, number, pool) of those that were imported before."""
    return conn.execute(_SQL["known_drafts"], [serial_class_id, limit]).fetchall()


def double_drafts(conn: Connection, limit: int) -> list[tuple[int, str, int]]:
    """Return (row, number, first row) of those that are there twice."""
    return conn.execute(_SQL["double_drafts"], [limit]).fetchall()
