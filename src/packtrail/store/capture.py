"""Recording: events into the store, all or nothing, as often as you like.

An event is told by who owns it and its identity (the event id, else the event hash). Recording it a
second time changes nothing; another content under the same identity is a conflict and is not
recorded. First all events are taken to be new; only when the database says that some are not, each
is looked up. Whatever costs time is done before anything is locked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

import numpy as np
import psycopg

from packtrail.base.errors import Unavailable
from packtrail.store import factrows, known_events, months, named, segmentrows
from packtrail.store.drafts import draft as draft_of
from packtrail.store.ids import SegmentNumbers
from packtrail.store.known_events import EventConflict
from packtrail.store.parameters import bigints
from packtrail.store.segmentrows import Keyed, Recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.epcis.events import Event
    from packtrail.store.drafts import Draft
    from packtrail.store.known_events import Sorted

__all__ = ["EventConflict", "Recorded", "Recording", "record", "record_draft"]

_SQL = named.statements("capture")
_TRIES: Final = 6
_RACES = (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What recording did."""

    stored: int
    """Events that are new."""
    repeated: int
    """Events that were recorded before, exactly the same."""
    conflicts: tuple[EventConflict, ...]
    """Events that were not recorded."""
    new: tuple[int, ...] | None
    """Places of the new events among those handed in; None: all of them are."""
    span: tuple[int, int] | None = None
    """Number of the first segment, and the one after the last; None where there are none."""


class _SomeAreKnown(Exception):
    """Not all events are new: undoes the attempt that took them to be."""


def record(
    conn: Connection,
    events: Sequence[Event],
    *,
    owner_id: int,
    audience_id: int,
    capture_id: str,
    record_time: datetime,
    namespaces: Mapping[str, str] | None = None,
) -> Recorded:
    """Record the events of one document.

    Args:
        conn: A connection in a transaction; it commits, we do not.
        events: In document order.
        owner_id: Organisation that owns them.
        audience_id: Who may see them.
        capture_id: The capture job.
        record_time: When they are recorded, aware.
        namespaces: Prefix -> namespace as the document declared them, for the bodies.

    Raises:
        Unavailable: Other captures kept recording the same events meanwhile; do it again.
    """
    recording = Recording(
        owner_id=owner_id,
        audience_id=audience_id,
        capture_id=UUID(capture_id),
        record_time=record_time,
        namespaces=namespaces or {},
    )
    numbers = SegmentNumbers(record_time)
    draft = draft_of(events, recording.namespaces)
    return replace(record_draft(conn, draft, recording, numbers), span=numbers.span)


def record_draft(
    conn: Connection, draft: Draft, recording: Recording, numbers: SegmentNumbers
) -> Recorded:
    """Record the events of a draft.

    Args:
        conn: A connection in a transaction; it commits, we do not.
        draft: The events of a document, or of a part of one.
        recording: Who records them, and when.
        numbers: Where the numbers of the capture's segments come from.

    Raises:
        Unavailable: Other captures kept recording the same events meanwhile; do it again.
    """
    months.ensure(conn, recording.record_time)
    are_all_new = True
    for _ in range(_TRIES):
        try:
            with conn.transaction():
                if are_all_new:
                    return _record_new(conn, draft, recording, numbers)
                return _record_sorted(conn, draft, recording, numbers)
        except _SomeAreKnown:
            are_all_new = False
        except _RACES:
            numbers.again()
    raise Unavailable("Other captures are recording the same events: hand the document in again.")


def _record_new(
    conn: Connection, draft: Draft, recording: Recording, numbers: SegmentNumbers
) -> Recorded:
    keyed = [Keyed(group, group.keys(recording.owner_id)) for group in draft.groups]
    _insert(conn, draft, keyed, recording, numbers)
    return Recorded(stored=draft.count, repeated=0, conflicts=(), new=None)


def _record_sorted(
    conn: Connection, draft: Draft, recording: Recording, numbers: SegmentNumbers
) -> Recorded:
    found = known_events.sort(conn, draft, recording)
    _insert(conn, draft, found.new, recording, numbers)
    _insert_retold(conn, draft, found, recording, numbers)
    return Recorded(
        stored=sum(len(one.keys) for one in found.new),
        repeated=found.repeated,
        conflicts=tuple(found.conflicts),
        new=tuple(place for one in found.new for place in one.group.indexes.tolist()),
    )


def _insert(
    conn: Connection,
    draft: Draft,
    keyed: Iterable[Keyed],
    recording: Recording,
    numbers: SegmentNumbers,
) -> None:
    found, keys, segment_ids = segmentrows.pieces(keyed, recording.audience_id, numbers)
    if not found:
        return
    order = np.argsort(keys)
    done = conn.execute(
        _SQL["insert_keys"], [bigints(keys[order]), bigints(segment_ids[order])], prepare=True
    )
    if done.rowcount < len(keys):
        raise _SomeAreKnown
    segmentrows.insert(conn, draft, found, recording)
    with_facts = [piece.group.example for piece in found]
    factrows.learn_prefixes(conn, with_facts, recording.namespaces)


def _insert_retold(
    conn: Connection, draft: Draft, found: Sorted, recording: Recording, numbers: SegmentNumbers
) -> None:
    """Record known events once more, for those who could not see them."""
    for keyed, audience_id in found.retold:
        some, keys, segment_ids = segmentrows.pieces([keyed], audience_id, numbers)
        bound = [audience_id, bigints(keys), bigints(segment_ids)]
        conn.execute(_SQL["insert_retold"], bound)
        segmentrows.insert(conn, draft, some, recording)
