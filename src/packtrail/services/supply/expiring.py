"""Expiring: what was allocated and is still unused when its time is over is never used."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from packtrail.access import Actor
from packtrail.serials.pool import chunks, runs_of, strings
from packtrail.services.supply.auditing import audit_entry
from packtrail.services.supply.each import for_each
from packtrail.services.supply.pools import SSCC
from packtrail.services.supply.settling import Part, open_positions, record
from packtrail.services.supply.sources import opened
from packtrail.store import dictionary
from packtrail.store import serial_ledger as ledger
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from psycopg import Connection

    from packtrail.serials.pool import Source
    from packtrail.services.application import Application
    from packtrail.services.supply.origins import Keys
    from packtrail.store.serials import PoolRow

BY_ITSELF = "expiry"
"""Name of the actor that lets numbers expire."""
_AT_ONCE = 100


def expire_unused(app: Application) -> None:
    """Let unused numbers expire whose time is over; a chore of the server.

    A number that some event names was used, even if nobody said so to the pool: it does not expire.
    """
    for_each(_due(app), partial(_expire_one, app))


def _due(app: Application) -> Iterator[tuple[datetime, int, int]]:
    after: tuple[datetime, int, int] | None = None
    while True:
        with app.database.reading() as conn:
            found = ledger.due(conn, app.clock(), after=after, limit=_AT_ONCE)
        if not found:
            return
        yield from found
        after = found[-1]


def _expire_one(app: Application, due: tuple[datetime, int, int]) -> None:
    _, pool_id, entry_no = due
    with app.database.transaction() as conn:
        _expire(app, conn, rows.locked(conn, pool_id), entry_no)


def _expire(app: Application, conn: Connection, row: PoolRow, entry_no: int) -> None:
    """Let what is open of one allocation expire; another server may have done it already."""
    if not ledger.done_expiring(conn, row.pool_id, entry_no):
        return
    allocation = ledger.entry(conn, row.pool_id, entry_no)
    done = ledger.settled(conn, row.pool_id, [entry_no])[entry_no]
    source = opened(app, conn, row, since=allocation.lo)
    positions = open_positions(source, allocation, done)
    unseen = _unseen(conn, row, source, allocation.generation, positions)
    if len(unseen):
        actor = Actor.system(BY_ITSELF, organisation_id=row.owner_id, organisation_code=row.owner)
        like = ledger.EntryRow(
            pool_id=row.pool_id,
            entry_no=0,
            kind="expired",
            generation=allocation.generation,
            ranges=allocation.ranges,
            asked=0,
            count=0,
            organisation_id=row.owner_id,
            request_id=f"{BY_ITSELF}/{entry_no}",
            party=allocation.party,
            purpose=allocation.purpose,
            at=app.clock(),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
        )
        for entry in record(conn, row, [Part("expired", allocation, unseen)], like):
            audit_entry(conn, actor, row, entry)


def _unseen(
    conn: Connection, row: PoolRow, source: Source, generation: int, positions: Keys
) -> Keys:
    """Return the positions whose numbers no event names."""
    # The dictionary keeps SSCCs by the first digits of their company prefix; see `gs1.identify`.
    number_of = row.class_key.partition("/")[2]
    class_key = f"sscc/{number_of[1:7]}" if row.kind == SSCC else row.class_key
    kept = [positions[:0]]
    for lo, hi in runs_of(positions):
        for start, end in chunks(lo, hi):
            names = [(class_key, text) for text in strings(source, generation, start, end)]
            known = dictionary.look_up(conn, names)
            is_new = np.array([name not in known for name in names], dtype=np.bool_)
            kept.append(np.arange(start, end, dtype=np.int64)[is_new])
    return np.concatenate(kept)
