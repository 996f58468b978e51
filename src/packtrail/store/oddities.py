"""Oddities: objects that somebody should look at, found by the pass over the index of a census.

What is odd about containers and about a life the sweep knows; a second pass over the same events
finds what has no origin, or two. The journey of each says what exactly is odd.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packtrail.lifecycle.rules import is_origin
from packtrail.store import objects
from packtrail.store.happenings import Event
from packtrail.store.roles import EPC, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.sweep import Objects
    from packtrail.store.census import Survey
    from packtrail.store.happenings import Index
    from packtrail.store.journeys import ItemKey


@dataclass(frozen=True, slots=True)
class Candidates:
    """Objects of one sort."""

    items: tuple[ItemKey, ...]
    """The last few: the latest are news."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddities:
    """Objects of which something unusual was seen."""

    without_origin: Candidates
    """Of trade items whose commissioning nothing says."""
    suspicious: Candidates
    """Touched by what their status does not allow, or commissioned twice."""
    moved: Candidates
    """Packed while something else held them."""
    elsewhere: Candidates
    """Unpacked from what did not hold them."""
    endless: Candidates
    """Inside a circle of containers, or inside too many."""


def see_one_state(conn: Connection) -> None:
    """Make every read of a transaction see the store as it is now; call it first."""
    conn.execute("set transaction isolation level repeatable read, read only")


def find(conn: Connection, survey: Survey, *, limit: int) -> Oddities:
    """Return the objects somebody should look at.

    Args:
        conn: The connection of the survey, in the same transaction.
        survey: The pass over what may be seen.
        limit: Most objects to name of each sort.
    """
    index, sweep = survey.index, survey.sweep
    without_origin, made_again = _lives(conn, survey)
    suspicious = made_again | sweep.was_impossible

    def some(numbers: Objects) -> Candidates:
        return Candidates(_names(conn, index, numbers[-limit:]), len(numbers))

    return Oddities(
        without_origin=some(np.flatnonzero(without_origin)),
        suspicious=some(np.flatnonzero(suspicious)),
        moved=some(np.flatnonzero(sweep.was_moved)),
        elsewhere=some(np.flatnonzero(sweep.was_elsewhere)),
        endless=some(sweep.endless()),
    )


def _lives(conn: Connection, survey: Survey) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the objects whose origin nothing says, and those that were commissioned twice."""
    index = survey.index
    is_seen, is_odd = (np.zeros(index.total, dtype=bool) for _ in range(2))
    origins = np.zeros(index.total, dtype=np.int64)
    for role, lanes, event, occasion in _mentions(survey):
        is_seen[lanes] = True
        if is_origin(event.type, ROLES[role], event.action, event.biz_step):
            is_odd[lanes] |= (origins[lanes] != 0) & (origins[lanes] != occasion)
            origins[lanes] = occasion
    return is_seen & (origins == 0) & _of_trade_items(conn, index), is_odd


def _mentions(survey: Survey) -> Iterator[tuple[int, Objects, Event, int | Objects]]:
    """Yield what was told, in order: role, objects, event, and the occasion of each."""
    for event in survey.events:
        if isinstance(event, Event):
            for role, lanes in survey.index.named.get(event.event_id, ()):
                yield role, lanes, event, event.occasion
        else:
            yield EPC, event.objects, event.event, event.occasions


def _of_trade_items(conn: Connection, index: Index) -> NDArray[np.bool_]:
    """Mark the objects that are serials of a trade item: these are commissioned by their maker."""
    marked = np.zeros(index.total, dtype=bool)
    rows = conn.execute(
        "select class_id, next_seq from class where starts_with(class_key, 'sgtin/')"
    )
    for class_id, size in rows:
        base = index.bases.get(class_id)
        if base is not None:
            marked[base : base + size] = True
    return marked


def _names(conn: Connection, index: Index, numbers: Objects) -> tuple[ItemKey, ...]:
    """Return the class and item keys of objects."""
    bases = sorted((base, class_id) for class_id, base in index.bases.items())
    starts = np.array([base for base, _ in bases])
    at = np.searchsorted(starts, numbers, side="right") - 1
    instances = [
        (bases[i][1], int(number) - bases[i][0])
        for i, number in zip(at.tolist(), numbers.tolist(), strict=True)
    ]
    found = objects.names(conn, instances)
    return tuple((found[one].class_key, found[one].item_key) for one in instances)
