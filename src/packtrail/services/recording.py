"""Recording events of one's own making, in the transaction of what made them.

They are captured like any partner's: kept as a document, with a job and an audit row; only that
there is nothing to read and nothing to wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail import epcis
from packtrail.access import Action
from packtrail.base.errors import Conflict
from packtrail.services import auditing
from packtrail.services.codes import CONFLICTING_EVENT
from packtrail.store import capture as store
from packtrail.store import captures as rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.epcis.events import Event

JSON_LD = "application/ld+json"


def record(
    conn: Connection,
    actor: Actor,
    events: Sequence[Event],
    *,
    name: str,
    owner_id: int,
    audience_id: int,
    at: datetime,
) -> str:
    """Record events; return the capture that holds them.

    Args:
        conn: A connection in a transaction; it commits, we do not.
        actor: Who made them happen.
        events: In the order in which they count.
        name: What their document is called.
        owner_id: Organisation that owns them.
        audience_id: Who may see them.
        at: Now.

    Raises:
        Conflict: `CAP-003`, an event is recorded with another content.
    """
    document = epcis.EpcisDocument(schema_version="2.0", creation_date=at, events=tuple(events))
    content = epcis.write_json(document)
    new = rows.NewCapture(
        content=content, media_type=JSON_LD, filename=name, owner_id=owner_id,
        audience_id=audience_id, actor_kind=actor.kind.value, actor_id=actor.id,
        actor_name=actor.name, error_behaviour="rollback", at=at,
    )  # fmt: skip
    capture_id = rows.insert(conn, new)
    recorded = store.record(
        conn,
        document.events,
        owner_id=owner_id,
        audience_id=audience_id,
        capture_id=capture_id,
        record_time=at,
    )
    if recorded.conflicts:
        identity = recorded.conflicts[0].identity
        message = f"The event {identity} is recorded with another content."
        raise Conflict(CONFLICTING_EVENT.found(message))
    outcome = rows.Outcome(
        is_success=True,
        event_count=len(document.events),
        stored_count=recorded.stored,
        repeated_count=recorded.repeated,
        findings=[],
        at=at,
    )
    rows.finish(conn, capture_id, outcome)
    detail = {"bytes": len(content), "filename": name, "events": len(document.events)}
    for organisation_id in rows.members(conn, audience_id):
        auditing.write(
            conn, actor, Action.CAPTURE_RECORDED, capture_id, at=at,
            organisation_id=organisation_id, detail=detail,
        )  # fmt: skip
    return capture_id
