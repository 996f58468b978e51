"""The audit trail in the database: rows are added in the transaction of a change, never altered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """A row of `audit`."""

    audit_no: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    action: str
    subject: str
    detail: Mapping[str, Any]


def append(conn: Connection, organisation_id: int, row: AuditRow) -> None:
    """Add a row; its number is given by the database."""
    append_many(conn, organisation_id, [row])


def append_many(conn: Connection, organisation_id: int, rows: Sequence[AuditRow]) -> None:
    """Add rows of one organisation in one statement."""
    conn.execute(
        """
        insert into audit (at, organisation_id, actor_kind, actor_id, actor_name, action, subject,
                           detail)
        select at, %s, actor_kind, actor_id, actor_name, action, subject, detail
          from json_to_recordset(%s) as r (at timestamptz, actor_kind text, actor_id text,
               actor_name text, action text, subject text, detail jsonb)
        """,
        (organisation_id, Json(rows, dumps=msgspec.json.encode)),
        prepare=True,
    )


def of_installation(conn: Connection, actions: Sequence[str], *, limit: int) -> list[AuditRow]:
    """Return what the installation itself did of some kinds, the newest first."""
    with conn.cursor(row_factory=class_row(AuditRow)) as cursor:
        cursor.execute(
            """
            select audit_no, at, actor_kind, actor_id, actor_name, action, subject, detail
              from audit
             where organisation_id = 0 and action = any(%s)
             order by audit_no desc limit %s
            """,
            (list(actions), limit),
        )
        return cursor.fetchall()


def newest(
    conn: Connection, organisation_id: int, *, limit: int, before: int | None
) -> list[AuditRow]:
    """Return rows of an organisation, newest first, on request only those before a number."""
    with conn.cursor(row_factory=class_row(AuditRow)) as cursor:
        cursor.execute(
            """
            select audit_no, at, actor_kind, actor_id, actor_name, action, subject, detail
              from audit
             where organisation_id = %s and (%s::bigint is null or audit_no < %s)
             order by audit_no desc limit %s
            """,
            (organisation_id, before, before, limit),
        )
        return cursor.fetchall()
