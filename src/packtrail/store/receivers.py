"""Receivers of reports, and facts that forms ask for, in the database: the last word counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("receivers")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverRow:
    """A row of `report_receiver`."""

    code: str
    version_no: int
    content: dict[str, Any]
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """The last word on one fact."""

    kind: str
    subject: str
    name: str
    value: str
    changed_at: datetime
    changed_by: str


def insert(
    conn: Connection,
    organisation_id: int,
    code: str,
    version_no: int,
    content: Mapping[str, Any],
    *,
    at: datetime,
    by: str,
) -> bool:
    """Add a version of a receiver; return False when somebody else was faster."""
    values = (organisation_id, code, version_no, Jsonb(dict(content)), at, by)
    return conn.execute(_SQL["insert"], values).rowcount == 1


def latest(conn: Connection, organisation_id: int) -> list[ReceiverRow]:
    """Return the last version of each receiver, by code."""
    with conn.cursor(row_factory=class_row(ReceiverRow)) as cursor:
        return cursor.execute(_SQL["latest"], [organisation_id]).fetchall()


def one(conn: Connection, organisation_id: int, code: str) -> ReceiverRow | None:
    """Return the last version of a receiver."""
    with conn.cursor(row_factory=class_row(ReceiverRow)) as cursor:
        return cursor.execute(_SQL["one"], [organisation_id, code]).fetchone()


def versions(conn: Connection, organisation_id: int, code: str) -> list[ReceiverRow]:
    """Return all versions of a receiver, the newest first."""
    with conn.cursor(row_factory=class_row(ReceiverRow)) as cursor:
        return cursor.execute(_SQL["versions"], [organisation_id, code]).fetchall()


def owners(conn: Connection) -> list[int]:
    """Return the organisations that have receivers."""
    return [row[0] for row in conn.execute(_SQL["owners"])]


def insert_facts(
    conn: Connection,
    organisation_id: int,
    facts: Sequence[tuple[str, str, str, str]],
    *,
    at: datetime,
    by: str,
) -> None:
    """Add facts: (kind, subject, name, value) each."""
    with conn.cursor() as cursor:
        cursor.executemany(
            _SQL["insert_fact"],
            [(organisation_id, *fact, at, by) for fact in facts],
        )


def facts(
    conn: Connection, organisation_id: int, kind: str, subjects: Sequence[str] | None = None
) -> list[FactRow]:
    """Return the last word on every fact of a kind; empty values are words taken back.

    Args:
        conn: A connection.
        organisation_id: Whose facts.
        kind: `item` or `place`.
        subjects: GTINs or GLNs; None: all.
    """
    values = {"organisation_id": organisation_id, "kind": kind}
    wanted = None if subjects is None else list(subjects)
    with conn.cursor(row_factory=class_row(FactRow)) as cursor:
        return cursor.execute(_SQL["facts"], {**values, "subjects": wanted}).fetchall()
