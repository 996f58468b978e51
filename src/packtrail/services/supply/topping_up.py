"""Topping up: a pool that runs low draws from its parent.

What it draws is allocated in the ledger of the parent and comes into the stock of the pool in one
transaction, so a number is always in exactly one place. Whoever holds the lock of a pool may take
that of its parent, never the other way round.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.serials.codes import BAD_REQUEST, EXHAUSTED
from packtrail.services.supply.auditing import audit_entry
from packtrail.services.supply.each import for_each
from packtrail.services.supply.entries import Entry, differs, entry_of, require_request
from packtrail.services.supply.pools import DRAWN, held, left, one_own
from packtrail.services.supply.sources import opened
from packtrail.store import serial_ledger as ledger
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.store.serials import PoolRow

BY_ITSELF = "top-up"
"""Name of the actor that draws without being told."""
_DAY = timedelta(days=1)


def top_up(app: Application, actor: Actor, pool: str, count: int, *, request_id: str) -> Entry:
    """Draw numbers from the parent of a pool, as its owner tells.

    Args:
        app: The application.
        actor: Who draws, for the owner.
        pool: Code of the drawn pool, or `owner/code`.
        count: How many; all the parent has when it has fewer.
        request_id: As for `allocate`.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-013`, the request cannot be used, or the pool has no parent.
        Conflict: `SER-004`, the parent gives none, or the pool is closed; `SER-037`, either is held
            after a restore; `SER-007`, the request id was used otherwise.
        NotPermitted: The actor may not, or the pool belongs to another.
    """
    require(actor, Permission.POOL_CREATE)
    require_request(app, count, request_id, "", "")
    with app.database.transaction() as conn:
        row = one_own(conn, actor, pool)
        parent_id = row.parent_id
        if parent_id is None:
            message = f"The pool {row.code} draws from no other."
            raise RefusedError(BAD_REQUEST.found(message, at="pool"))
        earlier = ledger.of_requests(conn, row.pool_id, actor.organisation_id, [request_id])
        for entry in earlier.get(request_id, ()):
            if (entry.kind, entry.asked) != ("stocked", count):
                raise differs(request_id)
            return entry_of(row, entry, is_repeated=True)
        if row.closed_at:
            raise Conflict(EXHAUSTED.found(f"The pool {row.code} is closed.", at="pool"))
        for each in (row, rows.locked(conn, parent_id)):
            if each.held_since:
                raise Conflict(held(each))
        drawn = _draw(app, conn, actor, row, count, request_id=request_id)
        if drawn is None:
            message = f"The pool {row.parent} has none left for {row.code}."
            raise Conflict(EXHAUSTED.found(message, at="count"))
        return entry_of(row, drawn)


def if_short(app: Application, conn: Connection, row: PoolRow, wanted: int) -> PoolRow:
    """Return a locked pool after it has drawn by itself, if that is needed to give what is wanted.

    It draws once, up to its level and within its limit of a day.
    """
    if row.source != DRAWN or row.closed_at or row.held_since or wanted <= left(row):
        return row
    return by_itself(app, conn, row)


def by_itself(app: Application, conn: Connection, row: PoolRow) -> PoolRow:
    """Let a locked drawn pool draw up to its level; return it as it is then."""
    at, have = app.clock(), left(row)
    count = min(row.top_up_to - have, _allowed(conn, row, at))
    if count <= 0:
        return row
    actor = Actor.system(BY_ITSELF, organisation_id=row.owner_id, organisation_code=row.owner)
    request_id = f"{BY_ITSELF}/{row.code}/{row.entries + 1}"
    drawn = _draw(app, conn, actor, row, count, request_id=request_id)
    if drawn is None:
        return row
    return replace(
        row,
        entries=row.entries + 1,
        stocked=row.stocked + drawn.count,
        stock_end=drawn.hi,
    )


def top_up_pools(app: Application) -> None:
    """Let every drawn pool that runs low draw; a chore of the server."""
    with app.database.reading() as conn:
        low = [row.pool_id for row in rows.running_low(conn) if row.source == DRAWN]

    def fill(pool_id: int) -> None:
        with app.database.transaction() as conn:
            row = rows.locked(conn, pool_id)
            if not (row.closed_at or row.held_since) and left(row) < row.low_water:
                by_itself(app, conn, row)

    for_each(low, fill)


def _allowed(conn: Connection, row: PoolRow, at: datetime) -> int:
    """Return how many numbers a pool may still draw by itself today."""
    if row.drawn_per_day_max is None:
        return row.top_up_to
    actor_id = Actor.system(BY_ITSELF).id
    drawn = ledger.drawn_since(conn, row.pool_id, at - _DAY, actor_id=actor_id)
    return row.drawn_per_day_max - drawn


def _draw(
    app: Application,
    conn: Connection,
    actor: Actor,
    row: PoolRow,
    count: int,
    *,
    request_id: str,
) -> ledger.EntryRow | None:
    """Move numbers from the parent into the stock of a locked pool; None: it has none."""
    if row.parent_id is None:
        return None
    parent = if_short(app, conn, rows.locked(conn, row.parent_id), count)
    given = min(count, left(parent))
    if given < 1:
        return None
    at = app.clock()
    source = opened(app, conn, parent, since=parent.stock_end)
    lo = source.reached
    taken = ledger.EntryRow(
        pool_id=parent.pool_id,
        entry_no=parent.entries + 1,
        kind="allocated",
        generation=parent.generation,
        ranges=ledger.multirange([(lo, source.end_of(lo, given))]),
        asked=count,
        count=given,
        organisation_id=row.owner_id,
        request_id=f"pool/{row.code}/{row.entries + 1}",
        party=f"pool {row.code}",
        purpose=BY_ITSELF,
        at=at,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
    )
    stocked = replace(
        taken,
        pool_id=row.pool_id,
        entry_no=row.entries + 1,
        kind="stocked",
        generation=1,
        ranges=ledger.multirange([(row.stock_end, row.stock_end + taken.hi - lo)]),
        request_id=request_id,
        party="",  # Whom the pool serves need not know of the other pools of its owner.
        from_entry=taken.entry_no,
    )
    for pool, entry in ((parent, taken), (row, stocked)):
        ledger.append(conn, [entry])
        audit_entry(conn, actor, pool, entry)
    rows.count_drawn(conn, parent.pool_id, given)
    return stocked
