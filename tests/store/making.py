"""Events for the tests of the store, made the short way."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail import gs1
from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    ErrorDeclaration,
    ObjectEvent,
    Place,
)
from packtrail.store import capture, journeys, objects, segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from packtrail.epcis.events import Event
    from packtrail.store.capture import Recorded
    from packtrail.store.journeys import Journey

START = datetime(2026, 3, 3, 8, tzinfo=UTC)
PLANT = "urn:epc:id:sgln:0300010.00001.0"
OWNER, AUDIENCE = 1, 1


def pack_uri(serial: int | str) -> str:
    return f"urn:epc:id:sgtin:0300010.012345.{serial}"


def sscc(number: int) -> str:
    return f"urn:epc:id:sscc:0300010.{number:010d}"


def header(hour: float, **more: Any) -> dict[str, Any]:
    return {
        "event_time": START + timedelta(hours=hour),
        "event_time_zone_offset": "+01:00",
        "event_id": f"urn:uuid:{uuid.uuid4()}",
        "read_point": Place(id=PLANT),
    } | more


def commissioning(hour: float, epcs: Sequence[str], **more: Any) -> ObjectEvent:
    ilmd = {LOT_NUMBER: "L1", ITEM_EXPIRATION_DATE: "2028-01-31"}
    facts = {"biz_step": "commissioning", "disposition": "active", "ilmd": ilmd} | more
    return ObjectEvent(action="ADD", epcs=tuple(epcs), **header(hour, **facts))


def seen(hour: float, epcs: Sequence[str], step: str, disposition: str | None = None, **more: Any):
    facts = {"biz_step": step, "disposition": disposition} | more
    return ObjectEvent(action="OBSERVE", epcs=tuple(epcs), **header(hour, **facts))


def packing(
    hour: float, parent: str, children: Sequence[str], action: str = "ADD", **more: Any
) -> AggregationEvent:
    facts = {"biz_step": "packing" if action == "ADD" else "unpacking"} | more
    return AggregationEvent(
        action=action, parent_id=parent, child_epcs=tuple(children), **header(hour, **facts)
    )


def declared_wrong(event: Event) -> Event:
    return msgspec.structs.replace(
        event, error_declaration=ErrorDeclaration(declaration_time=START)
    )


def record(
    conn: Connection,
    events: Sequence[Event],
    *,
    owner_id: int = OWNER,
    audience_id: int = AUDIENCE,
    hour: float = 1000,
    namespaces: dict[str, str] | None = None,
) -> Recorded:
    """Record events as one capture; `hour` is the record time, counted from START."""
    return capture.record(
        conn,
        events,
        owner_id=owner_id,
        audience_id=audience_id,
        capture_id=str(uuid.uuid4()),
        record_time=START + timedelta(hours=hour),
        namespaces=namespaces,
    )


def stored(conn: Connection) -> list[dict[str, Any]]:
    """The bodies of all events, in the order in which they were recorded."""
    ids = [row[0] for row in conn.execute("select segment_id from segment order by segment_id")]
    found = segments.read(conn, ids, audience_ids=None)
    every = [(found[one], place) for one in ids for place in range(found[one].event_count)]
    names = objects.names(
        conn, {one for segment, place in every for one in segment.instances([place])}
    )
    return [segment.body(place, names) for segment, place in every]


def objects_of(conn: Connection) -> list[str]:
    """The serials of all objects of the first class, in order of their numbers."""
    (size,) = conn.execute("select next_seq from class where class_id = 1").fetchone() or (0,)
    names = objects.names(conn, [(1, seq) for seq in range(size)])
    return [names[1, seq].item_key for seq in range(size)]


def journey(conn: Connection, uri: str, **more: Any) -> Journey | None:
    ((class_key, item_key),) = gs1.identify([uri])
    return journeys.read(conn, class_key, item_key, **({"audience_ids": [AUDIENCE]} | more))
