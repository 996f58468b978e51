"""Originals: what somebody handed in, byte for byte, in parts.

A document whose events were recorded is kept woven into their segments (`store/weaving.py`); any
other is kept as it is, compressed.
"""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
import zstandard

from packtrail.base.errors import NotFound, PacktrailError
from packtrail.store import months, named, objects, packing, segments, shelf, weaving
from packtrail.store.codes import DESTROYED
from packtrail.store.packing import Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from psycopg import Connection

    from packtrail.epcis.outline import Outline

_SQL = named.statements("originals")
PLAIN: Final = 0
WOVEN: Final = 1
ARCHIVED: Final = 3
"""What stands here is the SHA-256 of the manifest of the archive that holds the part."""


class DamagedOriginal(PacktrailError):
    """What is stored does not give the document back that was handed in."""


def insert(conn: Connection, capture_id: UUID, content: bytes, *, at: datetime) -> None:
    """Keep a document as it is."""
    insert_each(conn, capture_id, [content], at=at)


def insert_each(
    conn: Connection, capture_id: UUID, contents: Iterable[bytes], *, at: datetime
) -> None:
    """Keep a document as it is, piece by piece."""
    months.ensure(conn, at)
    for part_no, content in enumerate(contents):
        insert_part(conn, capture_id, part_no, content)


def insert_part(conn: Connection, capture_id: UUID, part_no: int, content: bytes) -> None:
    """Keep a part of a document as it is; the partitions of its month are there."""
    insert_parts(conn, [plain(capture_id, part_no, content)])


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
    insert_woven_part(conn, capture_id, (0, 0), outline, left_out)


def insert_woven_part(
    conn: Connection,
    capture_id: UUID,
    part: tuple[int, int],
    outline: Outline,
    left_out: Collection[int],
) -> None:
    """Keep a part of a document whose events have been recorded.

    Args:
        conn: A connection in a transaction; the partitions of the month are there.
        capture_id: The capture that recorded them.
        part: Its number, and how many events of the document stand before it.
        outline: The part.
        left_out: Events by place in the part that were not recorded.
    """
    insert_parts(conn, [woven(capture_id, part, outline, left_out)])


Part = tuple[UUID, int, int, bytes]
"""A part as it is kept: the capture, its number, its kind, its content."""


def plain(capture_id: UUID, part_no: int, content: bytes) -> Part:
    """Return a part that is kept as it is."""
    return capture_id, part_no, PLAIN, packing.compress(content, Sort.TEXT)


def woven(
    capture_id: UUID, part: tuple[int, int], outline: Outline, left_out: Collection[int]
) -> Part:
    """Return a part that is woven into the segments of its events; see `insert_woven_part`."""
    part_no, first = part
    return capture_id, part_no, WOVEN, weaving.weave(outline, left_out, first=first)


def insert_parts(conn: Connection, parts: Sequence[Part]) -> None:
    """Keep parts; the partitions of their months are there."""
    if len(parts) == 1:
        conn.execute(_SQL["insert"], parts[0], prepare=True)
        return
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["insert"], parts)


def delete(conn: Connection, capture_id: UUID) -> None:
    """Forget a document, for it to be kept in another way in the same transaction."""
    conn.execute(_SQL["delete"], [capture_id])


def read(conn: Connection, capture_id: str) -> bytes:
    """Return a document as it was handed in.

    Raises:
        DamagedOriginal: It cannot be given back octet for octet.
    """
    return b"".join(pieces(capture_id, lambda: contextlib.nullcontext(conn)))


def pieces(
    capture_id: str, lend: Callable[[], AbstractContextManager[Connection]]
) -> Iterator[bytes]:
    """Yield a document as it was handed in, piece by piece.

    The last piece comes only when the whole has proved to be what was handed in.

    Args:
        capture_id: The capture.
        lend: Lends a connection; none is held while a piece is being looked at.

    Raises:
        NotFound: `STO-091`, it was destroyed after its time of retention.
        DamagedOriginal: It cannot be given back octet for octet.
    """
    damage = DamagedOriginal(
        f"The original of capture {capture_id} is damaged: look for it in a backup."
    )
    with lend() as conn:
        row = conn.execute(_SQL["capture"], [capture_id]).fetchone()
        numbers = [number for (number,) in conn.execute(_SQL["part_numbers"], [capture_id])]
        destroyed_at = None if numbers else months.destroyed_at(conn, UUID(str(capture_id)))
    if destroyed_at is not None:
        text = f"The document of capture {capture_id} was destroyed on {destroyed_at:%Y-%m-%d}."
        raise NotFound(DESTROYED.found(text))
    if row is None or not numbers:
        raise damage
    sha256, *span = row
    found = hashlib.sha256()
    for number in numbers:
        with lend() as conn:
            piece = _piece(conn, capture_id, number, span, damage)
        found.update(piece)
        if number == numbers[-1] and found.digest() != sha256:
            raise damage
        yield piece


def _piece(
    conn: Connection, capture_id: str, number: int, span: Sequence[int | None], damage: Exception
) -> bytes:
    with conn.cursor(binary=True) as cursor:
        row = cursor.execute(_SQL["part"], [capture_id, number]).fetchone()
    if row is None:
        raise damage
    kind, packed = _shelved(capture_id, number, *row)
    try:
        if kind != WOVEN:
            return packing.decompress(packed)
        rows = conn.execute(_SQL["segments"], [*span, capture_id, number])
        ids = [segment_id for (segment_id,) in rows]
        found = segments.read(conn, ids, audience_ids=None)
        some = [found[segment_id] for segment_id in ids]
        wanted = {one for each in some for one in each.instances(range(each.event_count))}
        return weaving.unweave(packed, some, objects.names(conn, wanted))
    except (zstandard.ZstdError, msgspec.MsgspecError, LookupError, ValueError) as error:
        raise damage from error


def _shelved(capture_id: str, part_no: int, kind: int, content: bytes) -> tuple[int, bytes]:
    """Return a part of a document as it is; of an archived month from its archive."""
    return shelf.original(content, capture_id, part_no) if kind == ARCHIVED else (kind, content)
