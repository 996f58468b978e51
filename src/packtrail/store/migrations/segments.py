"""What the migration to segments leaves to code: everything that is stored, written anew.

Objects keep their numbers and events their keys. All of it is one transaction: it is done whole, or
not at all and then again at the next start.
"""

from __future__ import annotations

from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np

from packtrail import epcis
from packtrail.store import bodies, ids, instances, mentions, months, name_blocks, segmentrows
from packtrail.store.drafts import draft_each
from packtrail.store.migrations.facts import prefixes
from packtrail.store.numbering import Block
from packtrail.store.parameters import bigints
from packtrail.store.segmentrows import Piece, Recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psycopg import Connection

_FETCHED: Final = 2_000
_EVENTS_MAX: Final = 5_000
"""Events of a capture that are written anew at once."""

_CLASSES = "select class_id, salt from class order by class_id"
_INSTANCES = "select seq, serial, prefix_length from instance where class_id = %s order by seq"
_ORIGINALS = """
    insert into original (capture_id, part_no, kind, content)
    select c.capture_id, 0, 0, d.content from capture c join document d using (document_id)
"""
_CAPTURES = """
    select distinct capture_id, owner_id, audience_id, record_time from event
     order by record_time, capture_id
"""
_EVENTS = """
    select event_id, ordinal, body from event
     where capture_id = %s and owner_id = %s and audience_id = %s and record_time = %s
     order by ordinal
"""
_KEYS = """
    insert into event_key (event_id, segment_id) select * from unnest(%s::bigint[], %s::bigint[])
"""
_SPAN = "update capture set segment_from = %s, segment_until = %s where capture_id = %s"


def rewrite(conn: Connection) -> None:
    """Write dictionary, originals and events anew."""
    for class_id, salt in conn.execute(_CLASSES).fetchall():
        instances.insert_names(conn, _blocks(conn, class_id, salt))
    for (capture_id,) in conn.execute("select capture_id from capture").fetchall():
        months.ensure(conn, ids.made_at(capture_id))
    conn.execute(_ORIGINALS)
    for row in conn.execute(_CAPTURES).fetchall():
        _rewrite_capture(conn, *row)


def _blocks(conn: Connection, class_id: int, salt: int) -> Iterator[Block]:
    with conn.cursor(name="instances") as rows:
        rows.itersize = _FETCHED * name_blocks.BLOCK_MAX
        rows.execute(_INSTANCES, [class_id])
        # Numbers that follow each other have one difference to their place in the list.
        counted = ((number - row[0], row) for number, row in enumerate(rows))
        for _, run in groupby(counted, key=itemgetter(0)):
            neighbours = (row for _, row in run)
            while some := list(islice(neighbours, name_blocks.BLOCK_MAX)):
                yield _block(class_id, salt, some)


def _block(class_id: int, salt: int, rows: list[tuple[int, str, int | None]]) -> Block:
    serials = mentions.texts([serial for _, serial, _ in rows])
    hashed = mentions.hashes(serials, np.full(len(rows), salt, dtype=np.uint64))
    lengths = [length or 0 for _, _, length in rows]
    return Block(
        class_id=class_id,
        seq_from=rows[0][0],
        keys=name_blocks.keys(np.full(len(rows), class_id, dtype=np.int64), hashed),
        serials=name_blocks.pack(serials),
        prefix_lengths=bytes(lengths) if any(lengths) else None,
    )


def _rewrite_capture(
    conn: Connection, capture_id: UUID, owner_id: int, audience_id: int, record_time: Any
) -> None:
    months.ensure(conn, record_time)
    recording = Recording(
        owner_id=owner_id,
        audience_id=audience_id,
        capture_id=capture_id,
        record_time=record_time,
        namespaces={},
    )
    numbers = ids.SegmentNumbers(record_time)
    with conn.cursor(name="events", binary=True) as rows:
        rows.itersize = _FETCHED
        rows.execute(_EVENTS, [capture_id, owner_id, audience_id, record_time])
        while some := list(islice(rows, _EVENTS_MAX)):
            _rewrite_events(conn, some, recording, numbers)
    conn.execute(_SPAN, [*(numbers.span or (None, None)), capture_id])


def _rewrite_events(
    conn: Connection,
    rows: Iterable[tuple[int, int, bytes]],
    recording: Recording,
    numbers: ids.SegmentNumbers,
) -> None:
    keys, ordinals, packed = map(list, zip(*rows, strict=True))
    texts = [bodies.read(body) for body in packed]
    draft = draft_each([(epcis.read_event_json(text), prefixes(text)) for text in texts])
    every_key, every_ordinal = np.array(keys), np.array(ordinals)
    found = []
    for group in (part for whole in draft.groups for part in segmentrows.cut(whole)):
        event_ids = every_key[group.indexes]
        group.indexes = every_ordinal[group.indexes]
        found.append(Piece(group, event_ids, numbers.take(1), recording.audience_id, recording))
        segment_ids = np.full(len(event_ids), found[-1].segment_id)
        conn.execute(_KEYS, [bigints(event_ids), bigints(segment_ids)])
    resolved = instances.resolve(conn, draft.named, has_pools=False)
    segmentrows.insert(conn, draft, found, resolved)
