"""Recording events of one's own making, in the transaction of what made them.

They are captured like any partner's: kept as a document, with a job and an audit row; only that
there is nothing to read and nothing to wait for.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from packtrail import epcis
from packtrail.access import Action
from packtrail.base.errors import Conflict
from packtrail.epcis.bulk import read_in_bulk
from packtrail.services import auditing
from packtrail.services.capture import capturing
from packtrail.store import capture as store
from packtrail.store import captures as rows
from packtrail.store import ids

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.epcis.events import EpcisDocument, Event

JSON_LD = "application/ld+json"


def record(
    conn: Connection,
    actor: Actor,
    events: Sequence[Event],
    *,
    name: str,
    owner_id: int,
    audience_id: int,
    clock: Callable[[], datetime],
) -> str:
    """Record events; return the capture that holds them.

    Args:
        conn: A connection in a transaction; it commits, we do not.
        actor: Who made them happen.
        events: In the order in which they count.
        name: What their document is called.
        owner_id: Organisation that owns them.
        audience_id: Who may see them.
        clock: Tells the time. The events get the time at which everybody has been told that they
            are being recorded, however long ago the use case began.

    Raises:
        Conflict: `CAP-003`, an event is recorded with another content.
    """
    store.announce(conn, clock())
    at = clock()
    document = epcis.EpcisDocument(schema_version="2.0", creation_date=at, events=tuple(events))
    planned = _plan(document)
    new = rows.NewCapture(
        capture_id=ids.new_id(at), size_bytes=len(planned.content),
        sha256=hashlib.sha256(planned.content).digest(), media_type=JSON_LD, filename=name,
        owner_id=owner_id, audience_id=audience_id, actor_kind=actor.kind.value, actor_id=actor.id,
        actor_name=actor.name, error_behaviour="rollback", at=at,
    )  # fmt: skip
    turn = capturing.Turn(conn, store.ask_newest(conn), is_first=False)
    try:
        outcome = capturing.record(turn, capturing.Job.of(new), planned, clock=lambda: at)
    except capturing.Refused as refused:
        raise Conflict(*refused.findings) from None
    rows.insert(conn, new, outcome)
    detail = {"bytes": new.size_bytes, "filename": name, "events": outcome.event_count}
    for organisation_id in rows.members(conn, audience_id):
        auditing.write(
            conn, actor, Action.CAPTURE_RECORDED, str(new.capture_id), at=at,
            organisation_id=organisation_id, detail=detail,
        )  # fmt: skip
    return str(new.capture_id)


def _plan(document: EpcisDocument) -> capturing.Plan:
    """Return a document to be recorded; there is nothing to find out about it."""
    content, count = epcis.write_json(document), len(document.events)
    reading = read_in_bulk(content)
    if reading.outline is None or reading.event_count != count:
        reading = replace(
            reading,
            document=document,
            outline=None,
            events=dict(enumerate(document.events)),
            places=[f"/epcisBody/eventList/{place}" for place in range(count)],
        )
    return capturing.Plan(content, reading, (), count)
