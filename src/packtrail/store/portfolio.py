"""The book of an organisation in the database: its entries, and every change of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("portfolio")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry as it is now."""

    kind: str
    code: str
    revision: int
    body: str
    """JSON."""
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change of one entry."""

    version: int
    change_no: int
    kind: str
    code: str
    before: str | None
    """JSON; None where it was new."""
    after: str | None
    """JSON; None where it was taken out."""
    at: datetime
    actor_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to be written down."""

    kind: str
    code: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """How the serial numbers of a GTIN are made."""

    class_key: str
    code: str
    policy: dict[str, Any]
    issued: int


def locked(conn: Connection, organisation_id: int) -> int:
    """Return the version of a book; nobody else changes it until the transaction ends."""
    conn.execute(_SQL["begin"], [organisation_id])
    row = conn.execute(_SQL["lock"], [organisation_id]).fetchone()
    return int(row[0]) if row else 0


def version(conn: Connection, organisation_id: int) -> int:
    """Return the version of a book; 0 where nothing was ever written."""
    row = conn.execute(_SQL["version"], [organisation_id]).fetchone()
    return int(row[0]) if row else 0


def organisations(conn: Connection) -> list[tuple[int, str]]:
    """Return number and code of every organisation that has a book."""
    return conn.execute(_SQL["organisations"]).fetchall()


def entries(conn: Connection, organisation_id: int) -> list[EntryRow]:
    """Return all entries of a book, by kind and code."""
    with conn.cursor(row_factory=class_row(EntryRow)) as cursor:
        return cursor.execute(_SQL["entries"], [organisation_id]).fetchall()


def write(
    conn: Connection,
    organisation_id: int,
    changes: Sequence[NewChange],
    *,
    version: int,
    at: datetime,
    actor: tuple[str, str, str],
    reason: str,
) -> None:
    """Write changes: the entries as they are then, and what changed.

    Args:
        conn: A connection in a transaction that holds the lock on the book.
        organisation_id: Whose book it is.
        changes: Each entry once.
        version: The version they make.
        at: When.
        actor: Kind, id and name of who makes them.
        reason: Why.
    """
    kind, id_, name = actor
    shared = {
        "organisation_id": organisation_id,
        "version": version,
        "at": at,
        "actor_kind": kind,
        "actor_id": id_,
        "actor_name": name,
        "reason": reason,
    }
    puts = [each for each in changes if each.after is not None]
    gone = [each for each in changes if each.after is None]
    conn.execute(_SQL["bump"], [organisation_id])
    conn.execute(_SQL["remove"], shared | _columns(gone))
    bodies = [each.after for each in puts]
    conn.execute(_SQL["put"], shared | _columns(puts) | {"bodies": bodies})
    sides = {
        "befores": [each.before for each in changes],
        "afters": [each.after for each in changes],
    }
    conn.execute(_SQL["add_changes"], shared | _columns(changes) | sides)


def changes(
    conn: Connection,
    organisation_id: int,
    *,
    limit: int,
    before: tuple[int, int] | None = None,
    kind: str | None = None,
    code: str | None = None,
) -> list[ChangeRow]:
    """Return changes, the newest first.

    Args:
        conn: The connection.
        organisation_id: Whose book it is.
        limit: How many at most.
        before: Version and number of the change after which to go on.
        kind: Only of entries of this kind.
        code: Only of the entry with this code.
    """
    values = {
        "organisation_id": organisation_id,
        "limit": limit,
        "before_version": before[0] if before else None,
        "before_no": before[1] if before else None,
        "kind": kind,
        "code": code,
    }
    with conn.cursor(row_factory=class_row(ChangeRow)) as cursor:
        return cursor.execute(_SQL["changes"], values).fetchall()


def pools(conn: Connection, organisation_id: int) -> list[PoolRow]:
    """Return how an organisation makes the serial numbers of its trade items."""
    with conn.cursor(row_factory=class_row(PoolRow)) as cursor:
        return cursor.execute(_SQL["pools"], [organisation_id]).fetchall()


def _columns(changes: Sequence[NewChange]) -> dict[str, list[str]]:
    return {"kinds": [each.kind for each in changes], "codes": [each.code for each in changes]}
