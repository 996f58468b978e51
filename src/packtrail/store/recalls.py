"""Recalls in the database: the cases, their records, and how to reach holders."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("recalls")


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A row of `recall`, its columns in their order."""

    recall_id: str
    organisation_id: int
    number: str
    kind: str
    title: str
    hazard: str
    depth: str
    check_level: str
    remind_for_hours: int | None
    market: str | None
    reason: str
    subjects: list[dict[str, str | None]]
    opened_at: datetime
    opened_by: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A row of `recall_entry`."""

    recall_id: str
    number: int
    kind: str
    at: datetime
    by: str
    actor_id: str
    holder: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A row of `recall_contact`."""

    holder: str
    name: str
    person: str
    email: str
    phone: str
    country: str | None
    language: str | None
    is_retail: bool | None
    changed_at: datetime
    changed_by: str


def next_number(conn: Connection, organisation_id: int, start: str) -> str:
    """Return the next number that begins so; nobody else gets it until the transaction ends."""
    conn.execute(_SQL["lock"], [organisation_id])
    row = conn.execute(_SQL["last_number"], [organisation_id, f"{start}%"]).fetchone()
    last = row[0] if row else None
    return f"{start}{int(last.removeprefix(start)) + 1 if last else 1:03d}"


def insert(conn: Connection, values: Mapping[str, Any]) -> None:
    """Add a recall."""
    conn.execute(_SQL["insert"], {**values, "subjects": Jsonb(values["subjects"])})


def by_number(conn: Connection, organisation_id: int, number: str) -> RecallRow | None:
    """Return a recall of an organisation."""
    with conn.cursor(row_factory=args_row(RecallRow)) as cursor:
        return cursor.execute(_SQL["by_number"], [organisation_id, number]).fetchone()


def lock(conn: Connection, recall_id: str) -> None:
    """Let nobody else add to the record of a recall until the transaction ends."""
    conn.execute(_SQL["lock_one"], [recall_id])


def newest(conn: Connection, organisation_id: int, *, limit: int) -> list[RecallRow]:
    """Return the recalls of an organisation, the newest first."""
    with conn.cursor(row_factory=args_row(RecallRow)) as cursor:
        return cursor.execute(_SQL["newest"], [organisation_id, limit]).fetchall()


def open_ones(conn: Connection) -> list[RecallRow]:
    """Return the recalls of everybody that are not closed."""
    with conn.cursor(row_factory=args_row(RecallRow)) as cursor:
        return cursor.execute(_SQL["open_ones"]).fetchall()


def entries(conn: Connection, recall_ids: Iterable[str]) -> dict[str, list[EntryRow]]:
    """Return the records of recalls, each in order."""
    found: defaultdict[str, list[EntryRow]] = defaultdict(list)
    with conn.cursor(row_factory=args_row(EntryRow)) as cursor:
        for row in cursor.execute(_SQL["entries"], [list(recall_ids)]):
            found[row.recall_id].append(row)
    return found


def add_entry(conn: Connection, values: Mapping[str, Any]) -> None:
    """Add to the record of a recall; call `lock` before."""
    conn.execute(_SQL["add_entry"], {**values, "detail": Jsonb(values["detail"])})


def contacts(conn: Connection, organisation_id: int) -> dict[str, ContactRow]:
    """Return how an organisation reaches holders, by their key."""
    with conn.cursor(row_factory=args_row(ContactRow)) as cursor:
        rows = cursor.execute(_SQL["contacts"], [organisation_id]).fetchall()
    return {row.holder: row for row in rows}


def put_contact(conn: Connection, values: Mapping[str, Any]) -> None:
    """Say how to reach a holder."""
    conn.execute(_SQL["put_contact"], values)
