"""The audit trail in the database: rows are added in the transaction of a change, never altered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    conn.execute(
        """
        insert into audit (at, organisation_id, actor_kind, actor_id, actor_name, action, subject,
                           detail)
        values (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            row.at,
            organisation_id,
            row.actor_kind,
            row.actor_id,
            row.actor_name,
            row.action,
            row.subject,
            Jsonb(dict(row.detail)),
        ),
    )


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
