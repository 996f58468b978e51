"""Rows as an earlier Packtrail wrote them: one for each event, object, posting and touch."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec
import zstandard
from tests.store.making import AUDIENCE, OWNER, START

from packtrail import epcis, gs1
from packtrail.epcis.events import Event, TransformationEvent
from packtrail.store import rows
from packtrail.store.identity import event_key
from packtrail.store.roles import PARENT, mentions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

FIRST_DICTIONARY = zstandard.ZstdCompressionDict(
    resources.files("packtrail.store").joinpath("dictionaries/01.zdict").read_bytes()
)
"""What bodies were compressed with."""
_EVENT = """
    insert into event (event_id, owner_id, audience_id, event_time, record_time, capture_id,
        ordinal, epc_count, output_count, parent_class_id, parent_seq, identity, content_hash,
        is_error_declaration, empties, time_zone_offset, type, action, biz_step, disposition,
        read_point, biz_location, lot, expires, links, body)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
        %s, %s, %s, %b)
"""


def write(
    conn: Connection,
    events: Sequence[Event],
    content: bytes,
    *,
    namespaces: dict[str, str] | None = None,
    hour: float = 1000,
) -> str:
    """Write a document and its events; return the capture."""
    capture_id = _write_capture(conn, content, hour)
    for ordinal, event in enumerate(events):
        named = [(role, _number(conn, uri)) for role, uris in mentions(event) for uri in uris]
        _write_event(conn, event, ordinal, capture_id, hour, named, namespaces or {})
    return str(capture_id)


def write_others(conn: Connection) -> None:
    """Write an account, a line of the audit trail and, where there are any, a notice and more."""
    (organisation_id,) = conn.execute(
        "insert into organisation (code, name, created_at) values ('OLD', 'Old', %s)"
        " returning organisation_id",
        [START],
    ).fetchone() or (0,)
    conn.execute(
        "insert into account (organisation_id, name, display_name, role, created_at)"
        " values (%s, 'ann', 'Ann', 'operator', %s)",
        [organisation_id, START],
    )
    conn.execute("insert into audience (members) values (array[%s])", [organisation_id])
    if not _has(conn, "notice"):
        return
    conn.execute(
        "insert into notice (owner_id, audience_id, kind, gtin, lot, effective_at, recorded_at,"
        " reason, actor_kind, actor_id, actor_name)"
        " select %s, min(audience_id), 'recalled', '03000100123455', 'L1', %s, %s, 'glass',"
        " 'account', 'ann', 'Ann' from audience",
        [organisation_id, START, START],
    )
    conn.execute(
        "insert into verification (class_key, verification_id, item_key, at, recorded_at,"
        " organisation_id, actor_kind, actor_id, actor_name, way, purpose, verdict, reasons,"
        " rule_pack) values ('sgtin/03000100123455', %s, '007', %s, %s, %s, 'account', 'ann',"
        " 'Ann', 'console', 'dispensing', 'genuine', '{}', 'eu')",
        [uuid.uuid4(), START, START, organisation_id],
    )


def _has(conn: Connection, table: str) -> bool:
    return conn.execute("select to_regclass(%s)", [table]).fetchone() != (None,)


def _write_capture(conn: Connection, content: bytes, hour: float) -> uuid.UUID:
    at = START + timedelta(hours=hour)
    octets = bytearray(int(at.timestamp() * 1000).to_bytes(6) + uuid.uuid4().bytes[6:])
    octets[6] = octets[6] & 0x0F | 0x70
    capture_id, document_id = uuid.UUID(bytes=bytes(octets)), uuid.uuid4()
    conn.execute(
        "insert into document (document_id, owner_id, audience_id, received_at, media_type,"
        " filename, size_bytes, sha256, content)"
        " values (%s, %s, %s, %s, 'application/xml', 'a.xml', %s, %s, %b)",
        [
            *(document_id, OWNER, AUDIENCE, at, len(content), hashlib.sha256(content).digest()),
            zstandard.ZstdCompressor().compress(content),
        ],
    )
    conn.execute(
        "insert into capture (capture_id, document_id, owner_id, audience_id, actor_kind, actor_id,"
        " actor_name, error_behaviour, created_at, finished_at, is_running)"
        " values (%s, %s, %s, %s, 'system', 'x', 'x', 'rollback', %s, %s, false)",
        [capture_id, document_id, OWNER, AUDIENCE, at, at],
    )
    return capture_id


def _number(conn: Connection, uri: str) -> tuple[int, int]:
    """Return the number of an object, numbering it when it is new."""
    ((class_key, item_key),) = gs1.identify([uri])
    length = gs1.parse(uri).prefix_length if uri.startswith("urn:epc:id:") else None
    own = length if class_key.startswith("sscc/") else None
    class_id, next_seq = conn.execute(
        "insert into class (class_key, prefix_length) values (%s, %s)"
        " on conflict (class_key) do update set class_key = excluded.class_key"
        " returning class_id, next_seq",
        [class_key, None if own else length],
    ).fetchone() or (0, 0)
    row = conn.execute(
        "select seq from instance where class_id = %s and serial = %s", [class_id, item_key]
    ).fetchone()
    if row is not None:
        return class_id, row[0]
    conn.execute(
        "insert into instance values (%s, %s, %s, %s)", [class_id, next_seq, own, item_key]
    )
    conn.execute("update class set next_seq = next_seq + 1 where class_id = %s", [class_id])
    return class_id, next_seq


def _write_event(
    conn: Connection,
    event: Event,
    ordinal: int,
    capture_id: uuid.UUID,
    hour: float,
    named: list[tuple[int, tuple[int, int]]],
    namespaces: dict[str, str],
) -> None:
    event = msgspec.structs.replace(event, event_id=event.event_id or epcis.event_hash(event))
    is_wrong = event.error_declaration is not None
    key = event_key(OWNER, event.event_id or "", is_error_declaration=is_wrong)
    text = epcis.encode_json(epcis.event_json_standalone(event, namespaces))
    parent = next((one for role, one in named if role == PARENT), (None, None))
    counts: defaultdict[bool, int] = defaultdict(int)
    for role, _ in named:
        counts[role == 5] += role in {1, 3, 4, 5}
    conn.execute(
        _EVENT,
        [
            *(key, OWNER, AUDIENCE, event.event_time, START + timedelta(hours=hour), capture_id),
            *(ordinal, counts[False], counts[True] if _makes(event) else 0, *parent),
            *(event.event_id, hashlib.sha256(text).digest(), *rows.columns(event)),
            zstandard.ZstdCompressor(level=3, dict_data=FIRST_DICTIONARY).compress(text),
        ],
    )
    for role, (class_id, seq) in named:
        conn.execute(
            "insert into touch values (%s, %s, %s, %s, %s, %s)",
            [class_id, seq, key, event.event_time, AUDIENCE, role],
        )


def _makes(event: Event) -> Any:
    return isinstance(event, TransformationEvent)
