"""Origins: which allocations numbers are of, and what became of each, for many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from packtrail.serials.policy import LEDGER_MAX
from packtrail.serials.pool import runs_of
from packtrail.services.supply.sources import opened
from packtrail.store import serial_ledger as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from packtrail.serials.pool import Places
    from packtrail.services.application import Application
    from packtrail.store.serials import PoolRow

Keys: TypeAlias = NDArray[np.int64]
"""Places in a ledger, each one number: its generation times `LEDGER_MAX`, and its position."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one number comes from, and what became of it."""

    request_id: str
    """Of the allocation it was given out in."""
    entry_no: int
    settled: str | None
    """`used`, `returned`, `void` or `expired`; None: nobody has said yet."""


def origins_in(
    conn: Connection, app: Application, row: PoolRow, serials: Sequence[str]
) -> list[Origin | None]:
    """Return where numbers of a pool come from.

    For the services beside this package, which know whose pool it is.

    Args:
        conn: A connection.
        app: The application.
        row: The pool.
        serials: Any texts, in any order.

    Returns:
        An answer for each text, in their order; None: the pool never gave it.

    Raises:
        RefusedError: `SER-012`, the keys of the pool do not open.
    """
    places = opened(app, conn, row).find_all(serials)
    keys, is_given = keys_of(places), places.generations > 0
    given = np.unique(keys[is_given])
    if not len(given):
        return [None] * len(serials)
    allocations = allocations_at(conn, row, given)
    settled = ledger.settled(conn, row.pool_id, [each.entry_no for each in allocations])
    answers = [
        [Origin(each.request_id, each.entry_no, kind) for kind in (None, *ledger.SETTLED)]
        for each in allocations
    ]
    fates = _fates(allocations, settled, given)
    starts = np.array([key_at(each.generation, each.lo) for each in allocations], dtype=np.int64)
    order = np.argsort(starts)
    owners = order[np.searchsorted(starts[order], given, side="right") - 1]
    each_given = [answers[a][fate] for a, fate in zip(owners, fates, strict=True)]
    found = np.searchsorted(given, keys).tolist()
    return [each_given[at] if ok else None for at, ok in zip(found, is_given, strict=True)]


def keys_of(places: Places) -> Keys:
    """Return places as keys; those that were never given out are below `LEDGER_MAX`."""
    return places.generations * LEDGER_MAX + places.positions


def key_at(generation: int, position: int) -> int:
    """Return one place as a key."""
    return generation * LEDGER_MAX + position


def allocations_at(conn: Connection, row: PoolRow, keys: Keys) -> list[ledger.EntryRow]:
    """Return the allocations that numbers are of, each once.

    Args:
        conn: A connection.
        row: The pool.
        keys: Places of numbers that it gave, ascending.
    """
    found: list[ledger.EntryRow] = []
    for generation in np.unique(keys // LEDGER_MAX).tolist():
        base = generation * LEDGER_MAX
        lo, hi = np.searchsorted(keys, (base, base + LEDGER_MAX))
        runs = runs_of(keys[lo:hi] - base)
        found += ledger.allocations_of(conn, row.pool_id, generation, runs)
    return found


def _fates(
    allocations: Sequence[ledger.EntryRow],
    settled: dict[int, list[ledger.SettledRow]],
    keys: Keys,
) -> NDArray[np.int64]:
    """Return for each key 0, or 1 + the number of what became of it in `ledger.SETTLED`."""
    fates = np.zeros(len(keys), dtype=np.int64)
    for allocation in allocations:
        for each in settled[allocation.entry_no]:
            for start, end in ledger.runs(each.ranges):
                span = key_at(allocation.generation, start), key_at(allocation.generation, end)
                lo, hi = np.searchsorted(keys, span)
                fates[lo:hi] = 1 + ledger.SETTLED.index(each.kind)
    return fates
