"""The census: the status of every object that may be seen, by class.

Reads the index once and sweeps the events over it in order. The time it takes grows with the number
of events; keep the answer for as long as nothing new is recorded.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.rules import effect_of
from packtrail.lifecycle.sweep import STATUSES, Sweep
from packtrail.store import named
from packtrail.store.blocks import BLOCK_BITS, decode
from packtrail.store.roles import CHILD, PARENT, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.journey import Status
    from packtrail.lifecycle.sweep import Objects

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


class Event(NamedTuple):
    """What the sweep needs of one event; the columns of `events` in their order."""

    event_id: int
    type: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    parent_class_id: int | None
    parent_seq: int | None
    empties: bool
    identity: str
    is_withdrawn: bool


@dataclass(slots=True)
class Index:
    """What events name, as numbers of objects."""

    bases: dict[int, int]
    """Class -> number of its object 0."""
    total: int
    named: defaultdict[int, list[tuple[int, Objects]]]
    """Event -> (role code, objects)."""


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
    scope: dict[str, object] = {
        "audience_ids": list(audience_ids),
        "as_of": as_of,
        "as_known_at": as_known_at,
    }
    index = read_index(conn, scope)
    sweep, is_seen, is_container = _sweep(read_events(conn, scope), index)
    return tuple(_count(conn, index, sweep, is_seen, is_container))


def read_events(conn: Connection, scope: dict[str, object]) -> list[Event]:
    """Return the events that have an effect, in the order in which they count, each once."""
    with conn.cursor(binary=True) as cursor:
        rows = [Event(*row) for row in cursor.execute(_SQL["events"], scope)]
    first: dict[str, Event] = {}
    for row in rows:
        first.setdefault(row.identity, row)
    return [row for row in first.values() if not row.is_withdrawn]


def read_index(conn: Connection, scope: dict[str, object]) -> Index:
    """Return which objects each event names, numbered through all classes."""
    bases: dict[int, int] = {}
    total = 0
    for class_id, size in conn.execute(_SQL["class_sizes"]):
        bases[class_id] = total
        total += size
    named_by: defaultdict[int, list[tuple[int, Objects]]] = defaultdict(list)
    with conn.cursor(binary=True) as cursor:
        for class_id, block, event_id, role, lo, hi, members in cursor.execute(
            _SQL["postings"], scope
        ):
            lanes = decode(lo, hi, members) + (bases[class_id] + (block << BLOCK_BITS))
            named_by[event_id].append((role, lanes))
        for class_id, seq, event_id, role in cursor.execute(_SQL["touches"], scope):
            named_by[event_id].append((role, np.array([bases[class_id] + seq])))
    return Index(bases, total, named_by)


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
