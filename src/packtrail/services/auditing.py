"""Writing the audit trail, inside the transaction of the change it tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail.store import audit as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Action, Actor


def write(
    conn: Connection,
    actor: Actor,
    action: Action,
    subject: str,
    *,
    at: datetime,
    organisation_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a row to the audit trail of an organisation.

    Args:
        conn: The connection whose transaction makes the change.
        actor: Who makes it.
        action: What is done.
        subject: What it is done to: a capture id, a user name, a key id.
        at: When.
        organisation_id: Whose trail; default: that of the actor's organisation.
        detail: More of it, without secrets.
    """
    row = row_of(actor, action, subject, at=at, detail=detail)
    rows.append(conn, actor.organisation_id if organisation_id is None else organisation_id, row)


def row_of(
    actor: Actor,
    action: Action,
    subject: str,
    *,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> rows.AuditRow:
    """Return what the audit trail says of something done, for who writes many at once."""
    return rows.AuditRow(
        audit_no=0,
        at=at,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action.value,
        subject=subject,
        detail=detail or {},
    )
