"""Writing segments: the rows of a draft, all in one transaction."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from psycopg.pq import PipelineStatus

from packtrail.store import columns, factrows, instances, named, postings
from packtrail.store.drafts import moment
from packtrail.store.parameters import bigints, integers, smallints
from packtrail.store.roles import CLASS_OFFSET, PARENT
from packtrail.store.segments import EVENTS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

    from packtrail.store.drafts import Draft, Group
    from packtrail.store.instances import Resolved
    from packtrail.store.integers import Numbers

_SQL = named.statements("capture")
_POSTING: Final = (bigints, integers, integers, integers, smallints, smallints, smallints)
"""How the columns of postings are given to the database, all but their members."""
_POSTINGS_AT_ONCE: Final = 5_000
_FEW: Final = 24
"""Mentions whose forms are numbered one by one sooner than as a column."""
_MENTIONS_MAX: Final = 20_000
"""Objects that the events of a segment name, unless a single event names more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Who records something, when, and who may see it."""

    owner_id: int
    audience_id: int
    capture_id: UUID
    record_time: datetime
    namespaces: Mapping[str, str]
    """Prefix -> namespace as the document declared them."""
    part_no: int = 0
    """Part of the document."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes one segment."""

    group: Group
    keys: Numbers
    """Storage key, by event."""
    segment_id: int
    audience_id: int
    recording: Recording
    """Who records it; of the audience the piece's own counts."""

    def only(self, chosen: Numbers) -> Piece:
        """Return the piece with some of its events, in the order given."""
        return replace(self, group=self.group.only(chosen), keys=self.keys[chosen])


def cut(group: Group) -> Iterator[Group]:
    """Cut a group of like events to the size of a segment."""
    count, named_at_all = len(group.indexes), sum(len(stream.places) for stream in group.streams)
    if count <= EVENTS_MAX and named_at_all <= _MENTIONS_MAX:
        yield group
        return
    named_by = sum((stream.counts for stream in group.streams), np.zeros(count, dtype=np.int64))
    # Both limits step at places of their own: each step of either begins a segment.
    before = named_by.cumsum() - named_by
    marks = np.arange(count) // EVENTS_MAX + before // _MENTIONS_MAX
    for mark in np.unique(marks).tolist():
        yield group.only(np.flatnonzero(marks == mark))


def insert(
    conn: Connection,
    draft: Draft,
    found: Sequence[Piece],
    resolved: Resolved,
) -> None:
    """Insert segments, what is new in the dictionary, and the index from one to the other.

    Args:
        conn: A connection in a transaction.
        draft: The events.
        found: What becomes a segment each.
        resolved: The numbers of what the draft names.
    """
    with _pipelined(conn):
        instances.insert(conn, resolved.new)
        _insert_segments(conn, draft, found, resolved)
        _insert_index(conn, draft, found, resolved)


def _pipelined(conn: Connection) -> AbstractContextManager[object]:
    """Return a pipeline, or nothing where there is one: a second would wait at both ends."""
    is_pipelined = conn.pgconn.pipeline_status != PipelineStatus.OFF
    return nullcontext() if is_pipelined else conn.pipeline()


def _insert_segments(
    conn: Connection,
    draft: Draft,
    found: Sequence[Piece],
    resolved: Resolved,
) -> None:
    written = []
    for piece in found:
        recording = piece.recording
        facts = piece.group.facts
        factrows.write(conn, piece.segment_id, facts, piece.audience_id)
        written.append(
            (
                piece.segment_id,
                recording.capture_id,
                recording.owner_id,
                piece.audience_id,
                recording.record_time,
                moment(int(piece.group.times.min())),
                moment(int(piece.group.times.max())),
                len(piece.group.indexes),
                _object_count(piece.group),
                recording.part_no,
                *piece.group.shared,
                factrows.terms(facts),
                piece.group.packed_template,
                columns_of(draft, piece.group, resolved),
            )
        )
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["insert_segment"], written)


def _object_count(group: Group) -> int:
    return sum(
        len(stream.places)
        for stream in group.streams
        if stream.role != PARENT and stream.role < CLASS_OFFSET
    )


def columns_of(draft: Draft, group: Group, resolved: Resolved) -> bytes:
    """Return the columns of a segment, packed."""
    forms: dict[int, int] = {}
    streams = []
    for stream in group.streams:
        form_of = _numbered(draft.named.form_of[stream.places], forms)
        seqs = resolved.seqs[stream.places]
        streams.append(columns.stream(stream.role, stream.counts, form_of, seqs))
    return columns.encode(
        ordinals=group.indexes,
        times=group.times,
        identities=group.identities,
        forms=tuple(_form(draft, resolved, one) for one in forms),
        streams=tuple(streams),
    )


def _numbered(form_of: Numbers, forms: dict[int, int]) -> Numbers:
    """Return the number of each form among those of a segment; new ones are added to these."""
    if len(form_of) <= _FEW:
        return np.array(
            [forms.setdefault(one, len(forms)) for one in form_of.tolist()], dtype=np.int64
        )
    used, place = np.unique(form_of, return_inverse=True)
    numbers = np.array([forms.setdefault(one, len(forms)) for one in used.tolist()])
    return numbers[place]


def _form(draft: Draft, resolved: Resolved, number: int) -> tuple[int, str]:
    class_place, form = draft.named.forms[number]
    return int(resolved.class_ids[class_place]), form


def _insert_index(
    conn: Connection, draft: Draft, found: Sequence[Piece], resolved: Resolved
) -> None:
    streams = [(i, stream) for i, piece in enumerate(found) for stream in piece.group.streams]
    if not streams:
        return
    sizes = [len(stream.places) for _, stream in streams]
    places = np.concatenate([stream.places for _, stream in streams])
    class_ids = resolved.class_ids[draft.named.class_of[places]]
    index = postings.gather(
        np.repeat([i for i, _ in streams], sizes),
        np.repeat([stream.role for _, stream in streams], sizes),
        class_ids,
        resolved.seqs[places],
    )
    _insert_postings(conn, index.postings, found)
    _insert_touches(conn, index.touches, found)


def _insert_postings(
    conn: Connection, some: Iterable[postings.Posting], found: Sequence[Piece]
) -> None:
    written: list[tuple[Any, ...]] = []
    for one in some:
        piece = found[one.segment]
        key = (piece.segment_id, one.class_id, one.block, piece.audience_id)
        written.append((*key, one.role, one.lo, one.hi, one.members or b""))
    for start in range(0, len(written), _POSTINGS_AT_ONCE):
        *numbers, members = zip(*written[start : start + _POSTINGS_AT_ONCE], strict=True)
        bound = [as_array(column) for as_array, column in zip(_POSTING, numbers, strict=True)]
        conn.execute(_SQL["insert_postings"], [*bound, list(members)], prepare=True)


def _insert_touches(conn: Connection, touches: Numbers, found: Sequence[Piece]) -> None:
    segment_ids = np.array([piece.segment_id for piece in found], dtype=np.int64)
    audiences = np.array([piece.audience_id for piece in found], dtype=np.int64)
    if touches.shape[1]:
        segment, class_id, seq, role = touches
        conn.execute(
            _SQL["insert_touches"],
            [
                bigints(segment_ids[segment]),
                integers(class_id),
                integers(seq),
                integers(audiences[segment]),
                smallints(role),
            ],
            prepare=True,
        )
