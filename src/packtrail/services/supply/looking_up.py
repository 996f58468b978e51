"""Looking up: what the ledgers say of a number, and what stands in them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from packtrail import gs1
from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.serials.codes import BAD_REQUEST, NO_POOL
from packtrail.serials.drawn import DrawnPool
from packtrail.serials.pool import find
from packtrail.services.accounts import organisations
from packtrail.services.supply.auditing import audit_pool
from packtrail.services.supply.entries import Entry, entry_of
from packtrail.services.supply.pools import SGTIN, SSCC, one_visible
from packtrail.services.supply.sources import StoredPool, elements_of, opened
from packtrail.store import serial_ledger
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from packtrail.services.application import Application

UNKNOWN, IN_STOCK, ISSUED = "unknown", "in stock", "issued"
LIMIT_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """What the ledger of one pool says of one serial number."""

    serial: str
    pool: str
    owner: str
    state: str
    """`unknown`, `in stock`, `issued`; or how it was settled: `used`, `returned`, `void`,
    `expired`."""
    is_issued: bool
    entry: Entry | None
    """The allocation it was given out in."""
    settled: Entry | None
    """What settled it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries of ledgers somebody wants to see; what is empty is not asked for."""

    pool: str = ""
    """Code of the pool, or `owner/code`."""
    kinds: Sequence[str] = ()
    text: str = ""
    """In the request id, the receiver or the purpose."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries, the newest first, and how to get those before them."""

    entries: tuple[Entry, ...]
    cursor: str | None
    """Opaque; None: there are no more."""


def look_up(
    app: Application, actor: Actor, text: str, *, pool: str | None = None
) -> tuple[LookUp, ...]:
    """Tell of a serial number whether it was issued, when, to whom and for which request.

    Args:
        app: The application.
        actor: Who asks.
        text: A serialised GTIN or an SSCC in any notation; or with `pool` the bare serial number.
        pool: Code of the pool, or `owner/code`; None: the pools of the GTIN or company prefix.

    Returns:
        An answer for each pool that knows the number; when none does, of each that could.

    Raises:
        NotFound: `SER-005`, the actor sees no pool that could have issued it.
        RefusedError: A `GS1` code: the text cannot be read.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        if pool is not None:
            found, serial = [one_visible(conn, actor.organisation_id, pool)], text
        else:
            found, serial = _pools_for(conn, actor, text)
        if not found:
            message = f"No pool that you see could have issued {text[:80]!r}."
            raise NotFound(NO_POOL.found(message, at="serial"))
        answers = [_looked_up(app, conn, row, serial) for row in found]
    return tuple(each for each in answers if each.state != UNKNOWN) or tuple(answers)


def ledger(
    app: Application, actor: Actor, pool: str, *, after: int = 0, limit: int = 100
) -> tuple[Entry, ...]:
    """Return entries of a ledger in order, from after one on."""
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        row = one_visible(conn, actor.organisation_id, pool)
        found = serial_ledger.entries(conn, row.pool_id, after=after, until=after + limit)
        return tuple(entry_of(row, each) for each in found)


def search(
    app: Application, actor: Actor, wanted: Wanted, *, cursor: str | None = None, limit: int = 100
) -> Page:
    """Return entries of all ledgers that the actor may see, the newest first.

    Args:
        app: The application.
        actor: Who asks.
        wanted: Which.
        cursor: As the page before gave it.
        limit: 1 to 1,000.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-013`, the cursor is none of ours.
    """
    require(actor, Permission.POOL_READ)
    limit = max(1, min(limit, LIMIT_MAX))
    with app.database.reading() as conn:
        visible = organisations.visible_to(conn, actor)
        pools = {row.pool_id: row for row in rows.pools(conn, visible)}
        asked = {
            "pool_ids": [one_visible(conn, actor.organisation_id, wanted.pool).pool_id]
            if wanted.pool
            else [],
            "kinds": list(wanted.kinds),
            "text": wanted.text,
            "since": wanted.since,
            "until": wanted.until,
        }
        found = serial_ledger.newest(
            conn, visible, asked, before=_read_cursor(cursor), limit=limit + 1
        )
    shown = [each for each in found[:limit] if each.pool_id in pools]
    last = shown[-1] if shown and len(found) > limit else None
    return Page(
        entries=tuple(entry_of(pools[each.pool_id], each) for each in shown),
        cursor=_cursor(last) if last else None,
    )


def show_secrets(
    app: Application, actor: Actor, text: str, *, pool: str | None = None
) -> dict[str, str]:
    """Return what an authority gave with a number: key (91) and signature (92) of its code.

    That somebody saw them stands in the audit trail of the owner.

    Args:
        app: The application.
        actor: Who wants to see them.
        text: As for `look_up`.
        pool: As for `look_up`.

    Raises:
        NotFound: `SER-005`, no pool that the actor sees has the number.
        NotPermitted: The actor may not see them.
    """
    require(actor, Permission.SECRET_READ)
    at = app.clock()
    with app.database.transaction() as conn:
        if pool is not None:
            found, serial = [one_visible(conn, actor.organisation_id, pool)], text
        else:
            found, serial = _pools_for(conn, actor, text)
        for row in found:
            source = opened(app, conn, row)
            if isinstance(source, StoredPool | DrawnPool):
                place = find(replace(source, reached=row.stock_end), serial)
                if place is not None:
                    detail = {"serial": serial}
                    audit_pool(conn, actor, Action.SECRET_SHOWN, row, at=at, detail=detail)
                    return next(elements_of(source, place[1], place[1] + 1))
    message = f"No imported pool that you see has {text[:80]!r}."
    raise NotFound(NO_POOL.found(message, at="serial"))


def _cursor(entry: serial_ledger.EntryRow) -> str:
    place = msgspec.json.encode((entry.at, entry.pool_id, entry.entry_no))
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _read_cursor(text: str | None) -> tuple[datetime, int, int] | None:
    if not text:
        return None
    try:
        place = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(place, type=tuple[datetime, int, int])
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        message = f"The cursor {text[:80]!r} is none that a page gave."
        raise RefusedError(BAD_REQUEST.found(message, at="cursor")) from error


def _pools_for(conn: Connection, actor: Actor, text: str) -> tuple[list[rows.PoolRow], str]:
    key = gs1.parse(text)
    visible = organisations.visible_to(conn, actor)
    if key.type is gs1.KeyType.SSCC:
        found = [
            row
            for row in rows.of_kind(conn, visible, SSCC)
            if key.primary.startswith(row.class_key.partition("/")[2])
        ]
        return found, key.primary
    return rows.by_class(conn, visible, f"{SGTIN}/{key.primary}"), key.serial or ""


def _looked_up(app: Application, conn: Connection, row: rows.PoolRow, serial: str) -> LookUp:
    source = opened(app, conn, row)
    place = find(source, serial)
    entry = settled = None
    state = UNKNOWN
    if place is not None:
        generation, position = place
        spot = [(position, position + 1)]
        (entry,) = serial_ledger.allocations_of(conn, row.pool_id, generation, spot)
        settled = _settled(conn, row, entry.entry_no, position)
        state = settled.kind if settled else ISSUED
    elif isinstance(source, StoredPool | DrawnPool):
        state = IN_STOCK if find(replace(source, reached=row.stock_end), serial) else UNKNOWN
    return LookUp(
        serial=serial,
        pool=row.code,
        owner=row.owner,
        state=state,
        is_issued=entry is not None,
        entry=entry_of(row, entry) if entry else None,
        settled=entry_of(row, settled) if settled else None,
    )


def _settled(
    conn: Connection, row: rows.PoolRow, allocation_no: int, position: int
) -> serial_ledger.EntryRow | None:
    for each in serial_ledger.settled(conn, row.pool_id, [allocation_no])[allocation_no]:
        if any(lo <= position < hi for lo, hi in serial_ledger.runs(each.ranges)):
            return serial_ledger.entry(conn, row.pool_id, each.entry_no)
    return None
