"""The census: the status of every object that may be seen, by class.

Reads the index once and sweeps the events over it in order. The time it takes grows with the number
of events; keep the answer for as long as nothing new is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.rules import effect_of
from packtrail.lifecycle.sweep import STATUSES, Sweep
from packtrail.store import happenings, named
from packtrail.store.roles import CHILD, PARENT, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.journey import Status
    from packtrail.store.happenings import Event, Index

_SQL = named.statements("census")


@dataclass(frozen=True, slots=True, kw_only=True)
class CensusRow:
    """How many objects of a class have a status."""

    class_key: str
    prefix_length: int | None
    is_container: bool
    """Whether the objects have ever held something."""
    status: Status
    count: int


@dataclass(frozen=True, slots=True)
class Survey:
    """One pass over the index: what it counted, and what it went over."""

    rows: tuple[CensusRow, ...]
    events: Sequence[Event]
    """In the order in which they count."""
    index: Index
    sweep: Sweep


def census(
    conn: Connection,
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> tuple[CensusRow, ...]:
    """Count every object by class and status.

    Args:
        conn: A connection in a transaction, so that its reads see one state of the store.
        audience_ids: Only events these may see.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    return survey(conn, audience_ids=audience_ids, as_of=as_of, as_known_at=as_known_at).rows


def survey(
    conn: Connection,
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Survey:
    """Count every object as `census` does, and keep what was gone over."""
    events, index = happenings.read(
        conn, audience_ids=audience_ids, as_of=as_of, as_known_at=as_known_at
    )
    sweep, is_seen, is_container = _sweep(events, index)
    rows = tuple(_count(conn, index, sweep, is_seen, is_container))
    return Survey(rows, events, index, sweep)


def _sweep(
    events: Iterable[Event], index: Index
) -> tuple[Sweep, NDArray[np.bool_], NDArray[np.bool_]]:
    sweep = Sweep(index.total)
    is_seen = np.zeros(index.total, dtype=bool)
    is_container = np.zeros(index.total, dtype=bool)
    for event in events:
        for role, objects in index.named.get(event.event_id, ()):
            is_seen[objects] = True
            part = ROLES[role]
            effect = effect_of(part, event.action, event.biz_step, event.disposition)
            sweep.affect(objects, effect, reaches_inside=part is not Role.PARENT)
        if event.type == "AggregationEvent" and event.parent_class_id is not None:
            _repack(sweep, event, index, is_container)
    return sweep, is_seen, is_container


def _repack(sweep: Sweep, event: Event, index: Index, is_container: NDArray[np.bool_]) -> None:
    """Move what an aggregation event packs or unpacks."""
    parent = index.bases[event.parent_class_id or 0] + (event.parent_seq or 0)
    if event.empties:
        effect = effect_of(Role.CHILD, event.action, event.biz_step, event.disposition)
        sweep.affect(sweep.inside(np.array([parent])), effect, reaches_inside=True)
        sweep.empty(parent)
    for role, objects in index.named.get(event.event_id, ()):
        if role == PARENT and event.action == "ADD":
            is_container[objects] = True
        elif role == CHILD and event.action == "ADD":
            sweep.pack(objects, parent)
        elif role == CHILD and event.action == "DELETE":
            sweep.unpack(objects, parent)


def _count(
    conn: Connection,
    index: Index,
    sweep: Sweep,
    is_seen: NDArray[np.bool_],
    is_container: NDArray[np.bool_],
) -> Iterable[CensusRow]:
    sizes = len(STATUSES)
    for class_id, class_key, prefix_length, size in conn.execute(_SQL["classes"]):
        if class_id not in index.bases:
            continue
        here = slice(index.bases[class_id], index.bases[class_id] + size)
        for holds in (False, True):
            chosen = is_seen[here] & (is_container[here] == holds)
            counts = np.bincount(sweep.status[here][chosen], minlength=sizes).tolist()
            for status, count in zip(STATUSES, counts, strict=True):
                if count:
                    yield CensusRow(
                        class_key=class_key,
                        prefix_length=prefix_length,
                        is_container=holds,
                        status=status,
                        count=count,
                    )
