"""Audit: who did what, when; one row for each change, in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.access import Permission, require
from packtrail.store import audit as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One row of the audit trail."""

    number: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    action: str
    """`subject:object:action`."""
    subject: str
    """What it was done to: a capture id, a user name, a key id."""
    detail: Mapping[str, Any]


def entries(
    app: Application, actor: Actor, *, limit: int = 100, before: int | None = None
) -> tuple[AuditEntry, ...]:
    """Return the audit trail of the actor's organisation, newest first.

    Raises:
        NotPermitted: The actor may not read the audit trail.
    """
    require(actor, Permission.AUDIT_READ)
    with app.database.reading() as conn:
        found = rows.newest(conn, actor.organisation_id, limit=limit, before=before)
    return tuple(
        AuditEntry(
            number=row.audit_no,
            at=row.at,
            actor_kind=row.actor_kind,
            actor_id=row.actor_id,
            actor_name=row.actor_name,
            action=row.action,
            subject=row.subject,
            detail=row.detail,
        )
        for row in found
    )
