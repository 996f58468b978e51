"""Oddities: objects that somebody should look at, found by one pass over the index.

The pass is coarse, on arrays, and finds candidates; the journey of each says what is really odd.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packtrail.lifecycle.rules import COMMISSION, LEAVES, effect_of
from packtrail.store import happenings, objects
from packtrail.store.roles import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.store.happenings import Index
    from packtrail.store.journeys import ItemKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddities:
    """Candidates: what was seen of them is unusual."""

    without_origin: tuple[ItemKey, ...]
    """Objects of trade items whose commissioning nothing says; the first few."""
    without_origin_count: int
    suspicious: tuple[ItemKey, ...]
    """Objects touched after an end of life, or commissioned twice; the first few."""
    suspicious_count: int


def see_one_state(conn: Connection) -> None:
    """Make every read of a transaction see the store as it is now; call it first."""
    conn.execute("set transaction isolation level repeatable read, read only")


def find(conn: Connection, *, audience_ids: Sequence[int], limit: int) -> Oddities:
    """Return the objects somebody should look at, as far as they may be seen.

    Args:
        conn: A connection in a transaction, so that its reads see one state of the store.
        audience_ids: Only events these may see.
        limit: Most objects to name of each sort.
    """
    events, index = happenings.read(conn, audience_ids=audience_ids)
    is_seen, has_ended, is_odd = (np.zeros(index.total, dtype=bool) for _ in range(3))
    origins = np.zeros(index.total, dtype=np.int64)
    for event in events:
        for role, lanes in index.named.get(event.event_id, ()):
            is_seen[lanes] = True
            part = ROLES[role]
            effect = effect_of(part, event.action, event.biz_step, event.disposition)
            if effect is None:
                continue
            is_odd[lanes] |= has_ended[lanes]
            if effect == COMMISSION:
                is_odd[lanes] |= (origins[lanes] != 0) & (origins[lanes] != event.occasion)
                origins[lanes] = event.occasion
            has_ended[lanes] = effect in LEAVES
    strangers = is_seen & (origins == 0) & _of_trade_items(conn, index)
    return Oddities(
        without_origin=_names(conn, index, strangers, limit),
        without_origin_count=int(strangers.sum()),
        suspicious=_names(conn, index, is_odd, limit),
        suspicious_count=int(is_odd.sum()),
    )


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


def _names(
    conn: Connection, index: Index, chosen: NDArray[np.bool_], limit: int
) -> tuple[ItemKey, ...]:
    """Return the class and item keys of the last few objects chosen: the latest are news."""
    numbers = np.flatnonzero(chosen)[-limit:]
    bases = sorted((base, class_id) for class_id, base in index.bases.items())
    starts = np.array([base for base, _ in bases])
    at = np.searchsorted(starts, numbers, side="right") - 1
    instances = [
        (bases[i][1], int(number) - bases[i][0])
        for i, number in zip(at.tolist(), numbers.tolist(), strict=True)
    ]
    found = objects.names(conn, instances)
    return tuple((found[one].class_key, found[one].item_key) for one in instances)
