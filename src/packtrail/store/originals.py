"""Originals: what somebody handed in, byte for byte, in parts.

A document whose events were recorded is kept woven into their segments (`store/weaving.py`); any
other is kept as it is, compressed.
"""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
import zstandard

from packtrail.base.errors import PacktrailError
from packtrail.store import months, named, objects, packing, segments, shelf, weaving
from packtrail.store.packing import Sort

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.epcis.outline import Outline
    from packtrail.store.segments import Segment

_SQL = named.statements("originals")
PLAIN: Final = 0
WOVEN: Final = 1
ARCHIVED: Final = 3
"""What stands here is the SHA-256 of the manifest of the archive that holds the part."""


class DamagedOriginal(PacktrailError):
    """What is stored does not give the document back that was handed in."""


def insert(conn: Connection, capture_id: UUID, content: bytes, *, at: datetime) -> None:
    """Keep a document as it is."""
    months.ensure(conn, at)
    conn.execute(_SQL["insert"], [capture_id, 0, PLAIN, packing.compress(content, Sort.TEXT)])


def insert_woven(
    conn: Connection, capture_id: UUID, outline: Outline, left_out: Collection[int], *, at: datetime
) -> None:
    """Keep a document whose events have been recorded.

    Args:
        conn: A connection in a transaction.
        capture_id: The capture that recorded them.
        outline: The document.
        left_out: Events by place that were not recorded.
        at: When the document came.
    """
    months.ensure(conn, at)
    conn.execute(_SQL["insert"], [capture_id, 0, WOVEN, weaving.weave(outline, left_out)])


def delete(conn: Connection, capture_id: UUID) -> None:
    """Forget a document, for it to be kept in another way in the same transaction."""
    conn.execute(_SQL["delete"], [capture_id])


def read(conn: Connection, capture_id: str) -> bytes:
    """Return a document as it was handed in.

    Raises:
        DamagedOriginal: It cannot be given back octet for octet.
    """
    with conn.cursor(binary=True) as cursor:
        parts = cursor.execute(_SQL["parts"], [capture_id]).fetchall()
        row = cursor.execute(_SQL["capture"], [capture_id]).fetchone()
    sha256, *span = row or (None, None, None)
    of_part = {} if span[0] is None else _segments(conn, capture_id, span)
    damage = f"The original of capture {capture_id} is damaged: look for it in a backup."
    parts = [_part(capture_id, *part) for part in parts]
    try:
        content = b"".join(
            _unwoven(conn, packed, of_part.get(part_no, []))
            if kind == WOVEN
            else packing.decompress(packed)
            for part_no, kind, packed in parts
        )
    except (zstandard.ZstdError, msgspec.MsgspecError, LookupError, ValueError) as error:
        raise DamagedOriginal(damage) from error
    if hashlib.sha256(content).digest() != sha256:
        raise DamagedOriginal(damage)
    return content


def _part(capture_id: str, part_no: int, kind: int, content: bytes) -> tuple[int, int, bytes]:
    """Return a part of a document; of an archived month from its archive."""
    if kind == ARCHIVED:
        return part_no, *shelf.original(content, capture_id, part_no)
    return part_no, kind, content


def _segments(conn: Connection, capture_id: str, span: Sequence[int]) -> dict[int, list[Segment]]:
    """Return the segments of a capture by part of the document."""
    rows = conn.execute(_SQL["segments"], [*span, capture_id]).fetchall()
    found = segments.read(conn, [segment_id for _, segment_id in rows], audience_ids=None)
    return {
        part_no: [found[segment_id] for _, segment_id in some]
        for part_no, some in groupby(rows, key=itemgetter(0))
    }


def _unwoven(conn: Connection, packed: bytes, some: list[Segment]) -> bytes:
    wanted = {one for each in some for one in each.instances(range(each.event_count))}
    return weaving.unweave(packed, some, objects.names(conn, wanted))
