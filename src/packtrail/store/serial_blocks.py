"""Stations, signers and sealed blocks in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

_SQL = named.statements("serial_blocks")


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRow:
    """A row of `serial_station`."""

    station_id: int
    organisation_id: int
    name: str
    public_key: bytes
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """A row of `serial_block`, with its station."""

    block_id: UUID
    pool_id: int
    entry_no: int
    station_id: int
    station: str
    organisation_id: int
    """Of the station: who sealed it."""
    sealed_at: datetime
    expires_at: datetime
    settled_at: datetime | None


# --- signers --------------------------------------------------------------------------------------


def signer(conn: Connection, organisation_id: int) -> tuple[bytes, bytes] | None:
    """Return the public and the encrypted private key of an organisation, if it has them."""
    row = conn.execute(_SQL["signer"], [organisation_id]).fetchone()
    return (bytes(row[0]), bytes(row[1])) if row else None


def insert_signer(
    conn: Connection, organisation_id: int, public_key: bytes, sealed_key: bytes, *, at: datetime
) -> None:
    """Add the keys of an organisation, unless it has some."""
    conn.execute(_SQL["insert_signer"], [organisation_id, public_key, sealed_key, at])


def all_signers(conn: Connection) -> list[tuple[int, bytes]]:
    """Return (organisation, encrypted private key) of all, locked."""
    return conn.execute(_SQL["all_signers"]).fetchall()


def reseal_signers(conn: Connection, sealed: Iterable[tuple[bytes, int]]) -> None:
    """Put private keys in place that were encrypted anew: (encrypted key, organisation)."""
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["reseal_signer"], sealed)


# --- stations -------------------------------------------------------------------------------------


def insert_station(
    conn: Connection, organisation_id: int, name: str, public_key: bytes, *, by: str, at: datetime
) -> int | None:
    """Add a station and return its number, or None when its name is taken."""
    values = {
        "organisation_id": organisation_id,
        "name": name,
        "public_key": public_key,
        "created_at": at,
        "created_by": by,
    }
    row = conn.execute(_SQL["insert_station"], values).fetchone()
    return int(row[0]) if row else None


def stations(conn: Connection, organisation_id: int) -> list[StationRow]:
    """Return the stations of an organisation, by name."""
    with conn.cursor(row_factory=class_row(StationRow)) as cursor:
        return cursor.execute(f"{_SQL['stations']} order by name", [organisation_id]).fetchall()


def station(conn: Connection, organisation_id: int, name: str) -> StationRow | None:
    """Return a station of an organisation."""
    with conn.cursor(row_factory=class_row(StationRow)) as cursor:
        return cursor.execute(
            f"{_SQL['stations']} and name = %s", [organisation_id, name]
        ).fetchone()


def revoke_station(conn: Connection, station_id: int, *, at: datetime) -> bool:
    """Let a station have no more blocks; return False when it has none already."""
    return conn.execute(_SQL["revoke_station"], [at, station_id]).rowcount == 1


# --- blocks ---------------------------------------------------------------------------------------


def insert_block(conn: Connection, new: BlockRow) -> None:
    """Add a block."""
    names = ("block_id", "pool_id", "entry_no", "station_id", "sealed_at", "expires_at")
    conn.execute(_SQL["insert_block"], {name: getattr(new, name) for name in names})


def block_of(conn: Connection, pool_id: int, entry_no: int) -> BlockRow | None:
    """Return the block of an allocation."""
    with conn.cursor(row_factory=class_row(BlockRow)) as cursor:
        where = "where b.pool_id = %s and b.entry_no = %s"
        return cursor.execute(f"{_SQL['blocks']} {where}", [pool_id, entry_no]).fetchone()


def block(conn: Connection, organisation_id: int, block_id: str) -> BlockRow | None:
    """Return a block that an organisation sealed."""
    with conn.cursor(row_factory=class_row(BlockRow)) as cursor:
        where = "where b.block_id = %s and s.organisation_id = %s"
        return cursor.execute(f"{_SQL['blocks']} {where}", [block_id, organisation_id]).fetchone()


def blocks(conn: Connection, organisation_id: int, *, is_open: bool, limit: int) -> list[BlockRow]:
    """Return the blocks that an organisation sealed, the newest first; all, or the open ones."""
    with conn.cursor(row_factory=class_row(BlockRow)) as cursor:
        where = "where s.organisation_id = %s and (b.settled_at is null or not %s)"
        order = "order by b.sealed_at desc, b.block_id limit %s"
        return cursor.execute(
            f"{_SQL['blocks']} {where} {order}", [organisation_id, is_open, limit]
        ).fetchall()


def settle_block(conn: Connection, block_id: UUID, *, at: datetime) -> None:
    """Note that all is said of a block."""
    conn.execute(_SQL["settle_block"], [at, block_id])
