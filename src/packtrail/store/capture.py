"""Recording: events into the store, all or nothing, as often as you like.

An event is told by who owns it and its identity (the event id, else the event hash). Recording it a
second time changes nothing; another content under the same identity is a conflict and is not
recorded. The keys of all events are inserted first: those that come back are new, the others are
looked at one by one. Whatever costs time is done before anything is locked, and statements are
written so that a pipelined connection waits for few of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

import numpy as np
import psycopg

from packtrail.store import factrows, gathered, instances, months, named, segmentrows
from packtrail.store.drafts import draft as draft_of
from packtrail.store.ids import SegmentNumbers, announcement
from packtrail.store.known_events import EventConflict, KnownEvents
from packtrail.store.parameters import bigints
from packtrail.store.segmentrows import Piece, Recording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.epcis.events import Event
    from packtrail.store.drafts import Draft, Group
    from packtrail.store.integers import Numbers

__all__ = [
    "RACES",
    "EventConflict",
    "Misjudged",
    "NewRecording",
    "Recorded",
    "Recording",
    "announce",
    "ask_newest",
    "newest_record_time",
    "record",
    "record_draft",
]

_SQL = named.statements("capture")
RACES: Final = (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)
"""Another capture came between: the transaction is to be done again."""


class Misjudged(Exception):
    """Documents were recorded together that are not what they were taken for.

    Args:
        repeated: Documents with an event that is recorded already, or twice among them all.
        unknown: Documents that name an object which the dictionary does not have.
    """

    def __init__(self, repeated: frozenset[int], unknown: frozenset[int]) -> None:
        super().__init__(repeated, unknown)
        self.repeated = repeated
        self.unknown = unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What recording did."""

    stored: int
    """Events that are new."""
    repeated: int
    """Events that were recorded before, exactly the same."""
    conflicts: tuple[EventConflict, ...]
    """Events that were not recorded."""
    left_out: tuple[int, ...]
    """Places of the events that were not recorded now, among those handed in."""
    span: tuple[int, int] | None = None
    """Number of the first segment, and the one after the last; None where there are none."""


def announce(conn: Connection, since: datetime) -> None:
    """Tell everybody, until the transaction ends, that it may record events from a moment on.

    What it records is seen only when it ends. Who goes through the events in the order of their
    record time asks `subscriptions.oldest_running_capture`, and does not go past it. The time of
    the events is to be taken after this was done: whoever looks meanwhile waits for them.
    """
    conn.execute(_SQL["announce"], [announcement(since)], prepare=True)


def ask_newest(conn: Connection) -> Callable[[], datetime | None]:
    """Ask when the last event was recorded; what is returned waits for the answer.

    It tells None when there is no event.
    """
    cursor = conn.execute(_SQL["newest_record_time"], prepare=True)

    def answer() -> datetime | None:
        row = cursor.fetchone()
        return row[0] if row else None

    return answer


def newest_record_time(conn: Connection) -> datetime | None:
    """Return when the last event was recorded; None when there is none."""
    return ask_newest(conn)()


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
    conn: Connection,
    draft: Draft,
    recording: Recording,
    numbers: SegmentNumbers,
    *,
    are_new: bool = False,
) -> Recorded:
    """Record the events of a draft.

    Args:
        conn: A connection in a transaction; it commits, we do not. One of `RACES` may come out of
            it at any time, and then the transaction is to be done again.
        draft: The events of a document, or of a part of one.
        recording: Who records them, and when.
        numbers: Where the numbers of the capture's segments come from.
        are_new: The caller bets that all events are new, and does it again without the bet when it
            is lost: that is one of `RACES`, too.

    Raises:
        Unavailable: More events than can be share a key.
    """
    pieces = [
        Piece(group, group.keys(recording.owner_id), 0, recording.audience_id, recording)
        for whole in draft.groups
        for group in segmentrows.cut(whole)
    ]
    first = numbers.take(len(pieces))
    pieces = [replace(piece, segment_id=first + i) for i, piece in enumerate(pieces)]
    month = months.ask(conn, recording.record_time)
    objects = instances.Resolving(conn, draft.named)
    if are_new:
        objects.look_up()
    claim = _claim(conn, pieces, are_new=are_new)
    month.ensure()
    known = KnownEvents(conn, draft, recording, pieces)
    if not claim.holds_all:
        known.compare(claim.new())
    new = known.new()
    retold = list(known.retold(numbers))
    if new or retold:
        resolved = objects.resolve()
        segmentrows.insert(conn, draft, [*new, *retold], resolved)
        examples = [piece.group.example for piece in new]
        factrows.learn_prefixes(conn, examples, recording.namespaces)
    return Recorded(
        stored=sum(len(piece.keys) for piece in new),
        repeated=known.repeated,
        conflicts=known.conflicts,
        left_out=known.left_out,
    )


class NewRecording:
    """Records the events of several documents, none of which has been recorded before.

    Made before anything is waited for, it asks along with what else the transaction wants to know.

    Args:
        conn: A connection in a transaction, gathered or pipelined; it commits, we do not.
        draft: The events of all documents, those of one after those of the other.
        document_of: By group of the draft, which document it is of.
        owner_ids: By document, the organisation that will own its events; None: not known yet.
        at: When they will be recorded, as far as is known.
        are_known: They name only objects that the dictionary has: then nothing is waited for that
            another transaction holds.
    """

    def __init__(
        self,
        conn: Connection,
        draft: Draft,
        document_of: Sequence[int],
        owner_ids: Sequence[int | None],
        *,
        at: datetime,
        are_known: bool,
    ) -> None:
        self._conn = conn
        self._draft = draft
        self._document_of = document_of
        self._are_known = are_known
        self._objects = instances.Resolving(conn, draft.named, are_known=are_known)
        self._month = months.ask(conn, at)
        known = [owner_id for owner_id in owner_ids if owner_id is not None]
        self._keys = self._ask_keys(known) if len(known) == len(owner_ids) else None

    def prepare(self) -> None:
        """Make what needs no answer, while the answers are on their way."""
        for group in self._draft.groups:
            _ = group.packed_template, group.facts, group.shared

    def record(
        self, recordings: Sequence[Recording], numbers: SegmentNumbers
    ) -> list[tuple[int, int]]:
        """Record them.

        Args:
            recordings: By document, who records it; all at the same time.
            numbers: Where the numbers of the segments come from.

        Returns:
            By document, the number of its first segment and the one after its last.

        Raises:
            Misjudged: Undo it. The database is not asked to fail: messages are repeated every day,
                and its log is for what is wrong. Only where others record the same at this very
                moment, one of `RACES` comes out of it.
        """
        keys = self._keys or self._ask_keys([recording.owner_id for recording in recordings])
        self._month_of(recordings[0].record_time).ensure()
        self._require_as_taken(keys)
        resolved = self._objects.resolve()
        pieces, ends = [], [0] * len(recordings)
        first = numbers.take(len(keys.groups))
        for place, (group, some, document) in enumerate(keys.groups):
            recording = recordings[document]
            pieces.append(Piece(group, some, first + place, recording.audience_id, recording))
            ends[document] = len(pieces)
        _insert_keys(self._conn, pieces)
        segmentrows.insert(self._conn, self._draft, pieces, resolved)
        for piece in pieces:
            namespaces = piece.recording.namespaces
            factrows.learn_prefixes(self._conn, [piece.group.example], namespaces)
        gathered.send_now(self._conn)  # The database writes them while the rest is worked out.
        return [(first + begin, first + end) for begin, end in zip([0, *ends], ends, strict=False)]

    def _require_as_taken(self, keys: _Keys) -> None:
        self._objects.look_up()
        unknown: frozenset[int] = frozenset()
        if self._are_known:
            is_unknown = self._objects.is_unknown
            unknown = frozenset(
                document
                for group, _, document in keys.groups
                if any(is_unknown[stream.places].any() for stream in group.streams)
            )
        repeated = keys.repeated()
        if repeated or unknown:
            raise Misjudged(repeated, unknown)

    def _ask_keys(self, owner_ids: Sequence[int]) -> _Keys:
        found = (
            (group, group.keys(owner_ids[document]), document)
            for whole, document in zip(self._draft.groups, self._document_of, strict=True)
            for group in segmentrows.cut(whole)
        )
        return _Keys(self._conn, [*found])

    def _month_of(self, at: datetime) -> months.Month:
        """Return the month of a moment: the one that was asked for, unless a month began since."""
        is_same = months.first_day(at) == months.first_day(self._month.at)
        return self._month if is_same else months.ask(self._conn, at)


class _Keys:
    """The keys of groups of events, of which is being asked whether anybody has one of them."""

    def __init__(self, conn: Connection, groups: Sequence[tuple[Group, Numbers, int]]) -> None:
        self.groups = groups
        """With the keys of each, and which document it is of."""
        self._every = [(key, document) for _, keys, document in groups for key in keys.tolist()]
        wanted = bigints([key for key, _ in self._every])
        self._taken = conn.execute(_SQL["segments_of_keys"], [wanted], prepare=True)

    def repeated(self) -> frozenset[int]:
        """Return the documents with a key that somebody has, or another of these before it."""
        taken, found = {key for key, _ in self._taken.fetchall()}, set()
        for key, document in self._every:
            if key in taken:
                found.add(document)
            taken.add(key)
        return frozenset(found)


@dataclass(slots=True)
class _Claim:
    """Keys that are being inserted."""

    cursor: psycopg.Cursor[tuple[int]] | None
    """Gives those that nobody had; None: all of them, or the transaction fails."""
    count: int
    """Events that want a key."""
    _new: set[int] | None = None

    def new(self) -> set[int]:
        """Return the keys that nobody had."""
        if self._new is None:
            self._new = {row[0] for row in self.cursor} if self.cursor else set()
        return self._new

    @property
    def holds_all(self) -> bool:
        """Whether every event has a key of its own that nobody had."""
        return self.cursor is None or len(self.new()) == self.count


def _claim(conn: Connection, pieces: Sequence[Piece], *, are_new: bool) -> _Claim:
    """Insert the keys of events, each once."""
    if not pieces:
        return _Claim(None, 0)
    if are_new:
        count = _insert_keys(conn, pieces)
        gathered.send_now(conn)  # The database inserts them while the rest is worked out.
        return _Claim(None, count)
    keys, segment_ids = _keys_of(pieces)
    order = _first_in_document(keys, pieces)
    bound = [bigints(keys[order]), bigints(segment_ids[order])]
    return _Claim(conn.execute(_SQL["insert_keys"], bound, prepare=True), len(keys))


def _insert_keys(conn: Connection, pieces: Sequence[Piece]) -> int:
    """Insert keys that are taken to be new; return how many."""
    keys, segment_ids = _keys_of(pieces)
    order = np.argsort(keys)
    bound = [bigints(keys[order]), bigints(segment_ids[order])]
    conn.execute(_SQL["insert_new_keys"], bound, prepare=True)
    return len(keys)


def _keys_of(pieces: Sequence[Piece]) -> tuple[Numbers, Numbers]:
    """Return the keys of events, and the segment that each will be in."""
    sizes = [len(piece.keys) for piece in pieces]
    segment_ids = np.repeat([piece.segment_id for piece in pieces], sizes)
    return np.concatenate([piece.keys for piece in pieces]), segment_ids


def _first_in_document(keys: Numbers, pieces: Sequence[Piece]) -> Numbers:
    """Return the places of distinct keys in ascending order, of equal ones the first event."""
    indexes = np.concatenate([piece.group.indexes for piece in pieces])
    order = np.lexsort([indexes, keys])
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = keys[order[1:]] != keys[order[:-1]]
    return order[is_first]
