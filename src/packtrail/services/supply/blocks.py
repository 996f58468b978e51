"""Sealed blocks: numbers for a line that must run while the network is down.

A block is an allocation whose numbers go into a signed and encrypted file. They never expire by
themselves, for the line may use them where nobody sees it: whoever sealed the block says afterwards
what became of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.serials import blocks as files
from packtrail.serials.codes import BAD_REQUEST, BLOCK_OVERDUE, NO_BLOCK
from packtrail.services.supply.allocating import Asking, Delivery, allocate_in
from packtrail.services.supply.auditing import audit_pool
from packtrail.services.supply.entries import differs
from packtrail.services.supply.pools import one_visible
from packtrail.services.supply.settling import Settlement, Settling, settle_in
from packtrail.services.supply.stations import one_station, signer
from packtrail.store import serial_blocks as rows
from packtrail.store import serial_ledger as ledger
from packtrail.store import serials as pool_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

LIST_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A sealed block, and what became of its numbers."""

    block_id: str
    pool: str
    owner: str
    number_of: str
    station: str
    count: int
    purpose: str
    request_id: str
    sealed_at: datetime
    sealed_by: str
    expires_at: datetime
    settled_at: datetime | None
    used: int
    returned: int
    voided: int
    outstanding: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBlock:
    """A block, and the file for its station."""

    block: Block
    content: bytes


def seal(
    app: Application,
    actor: Actor,
    pool: str,
    what: Asking,
    *,
    station: str,
    expires_at: datetime,
) -> SealedBlock:
    """Take numbers from a pool and seal them for a station.

    The same request gives the same numbers for ever; the file is encrypted anew.

    Args:
        app: The application.
        actor: Who seals it; the station is one of its organisation.
        pool: Code of the pool, or `owner/code`.
        what: How many, for which request and purpose.
        station: Name of the station.
        expires_at: From when on the station opens it no more, aware.

    Raises:
        NotFound: `SER-005`, no such pool; `SER-027`, no such station.
        RefusedError: `SER-013`, the request cannot be used, or has expired before it begins.
        Conflict: `SER-004`, there are no numbers left; `SER-007`, the request id was used
            otherwise.
        NotPermitted: The actor may not take numbers.
        UsageError: There is no master key.
    """
    require(actor, Permission.ALLOCATION_CREATE)
    at = app.clock()
    if expires_at <= at:
        message = f"The block would expire at {expires_at}, which is over."
        raise RefusedError(BAD_REQUEST.found(message, at="expires_at"))
    what = replace(what, party=f"station {station}", expires=False)
    with app.database.transaction() as conn:
        at_line = one_station(conn, actor, station)
        delivery = allocate_in(conn, app, actor, pool, what)
        row = one_visible(conn, actor.organisation_id, pool)
        known = rows.block_of(conn, row.pool_id, delivery.entry.entry_no)
        if known is None:
            if delivery.entry.is_repeated:
                raise differs(what.request_id)
            known = rows.BlockRow(
                block_id=uuid4(),
                pool_id=row.pool_id,
                entry_no=delivery.entry.entry_no,
                station_id=at_line.station_id,
                station=station,
                organisation_id=actor.organisation_id,
                sealed_at=at,
                expires_at=expires_at,
                settled_at=None,
            )
            rows.insert_block(conn, known)
            detail = {"block": str(known.block_id), "station": station, "count": what.count}
            audit_pool(conn, actor, Action.BLOCK_SEALED, row, at=at, detail=detail)
        elif (known.station_id, known.expires_at) != (at_line.station_id, expires_at):
            raise differs(what.request_id)
        told = _told(conn, app, known)
        key = signer(app, conn, actor.organisation_id)
    content = _sealed(told, known, at_line.public_key, delivery, row.kind, actor, key)
    return SealedBlock(block=told, content=content)


def blocks(app: Application, actor: Actor, *, is_open: bool = False) -> tuple[Block, ...]:
    """Return the blocks that the actor's organisation sealed, the newest first."""
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        found = rows.blocks(conn, actor.organisation_id, is_open=is_open, limit=LIST_MAX)
        return tuple(_told(conn, app, each) for each in found)


def block(app: Application, actor: Actor, block_id: str) -> Block:
    """Return one block.

    Raises:
        NotFound: `SER-029`, no such block, or another organisation's.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        return _told(conn, app, _one(conn, actor, block_id))


def settle(
    app: Application,
    actor: Actor,
    block_id: str,
    *,
    used: Sequence[str] = (),
    void: Sequence[str] = (),
    is_lost: bool = False,
    reason: str = "",
) -> Settlement:
    """Say what became of the numbers of a block; those that are not named come back unused.

    Args:
        app: The application.
        actor: Who says it, of the organisation that sealed the block.
        block_id: The block.
        used: Numbers on packs that were commissioned.
        void: Numbers that were spoilt before.
        is_lost: Whether the block, or what the line knew of it, is lost: the others are then void.
        reason: Why.

    Raises:
        NotFound: `SER-029`, no such block, or another organisation's.
        RefusedError: `SER-008` or `SER-016`, a number is not of the block.
        Conflict: `SER-009`, one was settled before; `SER-007`, it was reported otherwise before.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.ALLOCATION_RETURN)
    at = app.clock()
    with app.database.transaction() as conn:
        found = _one(conn, actor, block_id)
        row = pool_rows.pool(conn, found.pool_id)
        entry = ledger.entry(conn, found.pool_id, found.entry_no)
        what = Settling(
            request_id=f"block/{found.block_id}",
            used=used,
            void=void,
            allocation=entry.request_id,
            rest="void" if is_lost else "returned",
            party=f"station {found.station}",
            reason=reason,
        )
        done = settle_in(conn, app, actor, f"{row.owner}/{row.code}", what)
        if found.settled_at is None:
            rows.settle_block(conn, found.block_id, at=at)
            detail = {
                "block": block_id, "used": done.used, "void": done.voided,
                "returned": done.returned, "is_lost": is_lost,
            }  # fmt: skip
            audit_pool(conn, actor, Action.BLOCK_SETTLED, row, at=at, detail=detail)
        return done


def _one(conn: Connection, actor: Actor, block_id: str) -> rows.BlockRow:
    try:
        UUID(block_id)
    except ValueError:
        found = None
    else:
        found = rows.block(conn, actor.organisation_id, block_id)
    if found is None:
        raise NotFound(NO_BLOCK.found(f"There is no block {block_id[:80]!r}.", at="block"))
    return found


def _contents(delivery: Delivery) -> tuple[list[str], dict[str, list[str]]]:
    """Return numbers, and what is printed beside them by application identifier."""
    labels = list(delivery.labels())
    names = sorted({ai for label in labels for ai in label.elements})
    return (
        [label.serial for label in labels],
        {ai: [label.elements.get(ai, "") for label in labels] for ai in names},
    )


def _told(conn: Connection, app: Application, found: rows.BlockRow) -> Block:
    row = pool_rows.pool(conn, found.pool_id)
    entry = ledger.entry(conn, found.pool_id, found.entry_no)
    counts = dict.fromkeys(ledger.SETTLED, 0)
    for each in ledger.settled(conn, found.pool_id, [found.entry_no])[found.entry_no]:
        counts[each.kind] += each.count
    findings: tuple[Finding, ...] = ()
    if found.settled_at is None and found.expires_at <= app.clock():
        message = f"The block for {found.station} expired at {found.expires_at:%Y-%m-%d %H:%M %Z}."
        findings = (BLOCK_OVERDUE.found(message, at=str(found.block_id)),)
    return Block(
        block_id=str(found.block_id),
        pool=row.code,
        owner=row.owner,
        number_of=row.class_key.partition("/")[2],
        station=found.station,
        count=entry.count,
        purpose=entry.purpose,
        request_id=entry.request_id,
        sealed_at=found.sealed_at,
        sealed_by=entry.actor_name,
        expires_at=found.expires_at,
        settled_at=found.settled_at,
        used=counts["used"],
        returned=counts["returned"],
        voided=counts["void"],
        outstanding=entry.count - sum(counts.values()),
        findings=findings,
    )


def _sealed(
    told: Block,
    row: rows.BlockRow,
    public_key: bytes,
    delivery: Delivery,
    kind: str,
    actor: Actor,
    key: Ed25519PrivateKey,
) -> bytes:
    """Return the file of a block."""
    head = files.Head(
        block_id=told.block_id,
        sealed_by=actor.organisation_code,
        owner=told.owner,
        pool=told.pool,
        kind=kind,
        number_of=told.number_of,
        count=told.count,
        purpose=told.purpose,
        station=row.station,
        station_key=files.fingerprint(public_key),
        signer_key=files.text_of(key.public_key().public_bytes_raw()),
        sealed_at=row.sealed_at,
        expires_at=row.expires_at,
    )
    public = files.station_key(files.text_of(public_key))
    serials, elements = _contents(delivery)
    return files.seal(head, serials, elements, station=public, signer=key)
