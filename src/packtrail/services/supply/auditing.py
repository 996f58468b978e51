"""What the audit trail of the owner says of a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail.access import Action
from packtrail.services import auditing
from packtrail.store import audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.store.serial_ledger import EntryRow
    from packtrail.store.serials import PoolRow

_ACTIONS = {
    "allocated": Action.ALLOCATION_CREATED,
    "used": Action.ALLOCATION_USED,
    "returned": Action.ALLOCATION_RETURNED,
    "void": Action.ALLOCATION_VOIDED,
    "expired": Action.ALLOCATION_EXPIRED,
    "stocked": Action.POOL_STOCKED,
}
"""Kind of an entry -> what was done."""


def audit_pool(
    conn: Connection,
    actor: Actor,
    action: Action,
    row: PoolRow,
    *,
    at: datetime,
    detail: Mapping[str, Any],
) -> None:
    """Write that something was done to a pool."""
    auditing.write(
        conn, actor, action, row.code, at=at, organisation_id=row.owner_id, detail=detail
    )


def audit_entry(conn: Connection, actor: Actor, row: PoolRow, entry: EntryRow) -> None:
    """Write that an entry was added to the ledger of a pool."""
    audit_entries(conn, row, [(actor, entry)])


def audit_entries(conn: Connection, row: PoolRow, added: Iterable[tuple[Actor, EntryRow]]) -> None:
    """Write who added which entries to the ledger of a pool."""
    found = [
        auditing.row_of(
            actor,
            _ACTIONS[entry.kind],
            row.code,
            at=entry.at,
            detail={
                "request_id": entry.request_id,
                "entry_no": entry.entry_no,
                "asked": entry.asked,
                "count": entry.count,
                "party": entry.party,
                "purpose": entry.purpose,
            },
        )
        for actor, entry in added
    ]
    audit.append_many(conn, row.owner_id, found)
