"""Versions of rule packs in the database, and which of them organisations have accepted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("rule_packs")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A version of a pack with its files."""

    pack_id: str
    sha256: str
    version: str
    title: str
    files: bytes
    """A ZIP."""
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceRow:
    """An acceptance."""

    pack_id: str
    sha256: str | None
    version: str
    reason: str
    at: datetime
    actor_name: str
    acceptance_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAcceptance:
    """An acceptance to be written down."""

    organisation_id: int
    pack_id: str
    sha256: str | None
    version: str
    reason: str
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str


def keep(conn: Connection, versions: Iterable[NewVersion]) -> None:
    """Keep versions; those that are kept already stay as they are."""
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["keep"], [asdict(each) for each in versions])


def kept(conn: Connection) -> set[tuple[str, str]]:
    """Return pack and digest of every version that is kept."""
    return {(str(pack_id), str(sha256)) for pack_id, sha256 in conn.execute(_SQL["kept"])}


def files(conn: Connection, pack_id: str, sha256: str) -> bytes | None:
    """Return the ZIP of a version; None where it is not kept."""
    row = conn.execute(_SQL["files"], [pack_id, sha256]).fetchone()
    return bytes(row[0]) if row else None


def accept(conn: Connection, acceptances: Iterable[NewAcceptance]) -> None:
    """Write down which versions hold from now on."""
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["accept"], [asdict(each) for each in acceptances])


def accepted(conn: Connection, organisation_id: int) -> list[AcceptanceRow]:
    """Return the last acceptance of every pack, by pack."""
    with conn.cursor(row_factory=class_row(AcceptanceRow)) as cursor:
        return cursor.execute(_SQL["accepted"], [organisation_id]).fetchall()


def history(
    conn: Connection,
    organisation_id: int,
    *,
    pack_id: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[AcceptanceRow]:
    """Return acceptances, the newest first."""
    values = {
        "organisation_id": organisation_id,
        "pack_id": pack_id,
        "before": before,
        "limit": limit,
    }
    with conn.cursor(row_factory=class_row(AcceptanceRow)) as cursor:
        return cursor.execute(_SQL["history"], values).fetchall()
