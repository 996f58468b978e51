"""Oddities: objects that somebody should look at, found by the pass over the index of a census.

The sweep knows what is odd about containers and about a life, and what has no origin, or two. The
journey of each says what exactly is odd.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packtrail.store import objects

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.sweep import Objects
    from packtrail.store.census import Survey
    from packtrail.store.journeys import ItemKey
    from packtrail.store.layout import Layout


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
    sweep, layout = survey.sweep, survey.layout
    without_origin = sweep.is_seen & (sweep.origin == 0) & _of_trade_items(conn, layout)
    suspicious = sweep.is_made_again | sweep.was_impossible

    def some(numbers: Objects) -> Candidates:
        return Candidates(_names(conn, layout, numbers[-limit:]), len(numbers))

    return Oddities(
        without_origin=some(np.flatnonzero(without_origin)),
        suspicious=some(np.flatnonzero(suspicious)),
        moved=some(np.flatnonzero(sweep.was_moved)),
        elsewhere=some(np.flatnonzero(sweep.was_elsewhere)),
        endless=some(sweep.endless()),
    )


def _of_trade_items(conn: Connection, layout: Layout) -> NDArray[np.bool_]:
    """Mark the objects that are serials of a trade item: these are commissioned by their maker."""
    marked = np.zeros(layout.total, dtype=bool)
    rows = conn.execute(
        "select class_id, next_seq from class where starts_with(class_key, 'sgtin/')"
    )
    for class_id, size in rows:
        base = layout.bases.get(class_id)
        if base is not None:
            marked[base : base + size] = True
    return marked


def _names(conn: Connection, layout: Layout, numbers: Objects) -> tuple[ItemKey, ...]:
    """Return the class and item keys of objects."""
    bases = sorted((base, class_id) for class_id, base in layout.bases.items())
    starts = np.array([base for base, _ in bases])
    at = np.searchsorted(starts, numbers, side="right") - 1
    instances = [
        (bases[i][1], int(number) - bases[i][0])
        for i, number in zip(at.tolist(), numbers.tolist(), strict=True)
    ]
    found = objects.names(conn, instances)
    return tuple((found[one].class_key, found[one].item_key) for one in instances)
