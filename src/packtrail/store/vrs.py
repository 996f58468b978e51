"""Verification messages in the database: who answers for what, and what others were asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from packtrail.store import direct, named
from packtrail.store.direct import Kind, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

_SQL = named.statements("vrs")
_RESPONDER = Statement(_SQL["responder"], organisation_id=Kind.INTEGER, key_id=Kind.TEXT)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A row of `vrs_directory`."""

    gtin: str
    url: str
    responder_gln: str
    credential: str | None
    presentation: str | None
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A row of `vrs_partner`, with what became of its key."""

    key_id: str
    gln: str
    name: str
    made_at: datetime
    made_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrustRow:
    """A row of `vrs_trust`: a version of the file of whose credentials count."""

    version: int
    content: str
    sha256: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A row of `vrs_request`, its columns in their order."""

    corr_uuid: UUID
    organisation_id: int
    gtin: str
    serial: str
    lot: str
    expires: str | None
    context: str
    req_gln: str
    url: str
    asked_by: str
    asked_at: datetime
    due_at: datetime
    next_at: datetime | None
    attempts: int
    status: str
    answered_at: datetime | None
    verified: bool | None
    reason: str | None
    info: str | None
    responder_gln: str | None
    http_status: int | None
    problem: str | None


def responder(
    conn: Connection, organisation_id: int, *, key_id: str = ""
) -> tuple[str, dict[str, Any], str | None] | None:
    """Return with which GLN and policy an organisation answers; None: it answers nobody.

    Args:
        conn: A connection.
        organisation_id: Who answers.
        key_id: The key with which somebody asks; the last part is the GLN that it is bound to.
    """
    found = direct.rows(conn, _RESPONDER, organisation_id, key_id)
    return (found[0][0], found[0][1], found[0][2]) if found else None


def add_partner(conn: Connection, values: Mapping[str, Any]) -> None:
    """Bind a key to the GLN of a partner."""
    conn.execute(_SQL["add_partner"], values)


def partners(conn: Connection, organisation_id: int) -> list[PartnerRow]:
    """Return the partners that may ask an organisation, by name."""
    with conn.cursor(row_factory=args_row(PartnerRow)) as cursor:
        return cursor.execute(_SQL["partners"], [organisation_id]).fetchall()


def set_responder(conn: Connection, values: Mapping[str, Any], policy: Mapping[str, Any]) -> None:
    """Say with which GLN and policy an organisation answers."""
    conn.execute(_SQL["set_responder"], {**values, "policy": Jsonb(dict(policy))})


def directory(conn: Connection, organisation_id: int, *, limit: int) -> list[EntryRow]:
    """Return the directory of an organisation, by GTIN."""
    with conn.cursor(row_factory=args_row(EntryRow)) as cursor:
        return cursor.execute(_SQL["directory"], [organisation_id, limit]).fetchall()


def entry(conn: Connection, organisation_id: int, gtin: str) -> EntryRow | None:
    """Return who answers for a GTIN."""
    with conn.cursor(row_factory=args_row(EntryRow)) as cursor:
        return cursor.execute(_SQL["entry"], [organisation_id, gtin]).fetchone()


def set_entry(conn: Connection, values: Mapping[str, Any]) -> None:
    """Say who answers for a GTIN."""
    conn.execute(_SQL["set_entry"], values)


def delete_entry(conn: Connection, organisation_id: int, gtin: str) -> bool:
    """Take an entry out of the directory; tell whether there was one."""
    return conn.execute(_SQL["delete_entry"], [organisation_id, gtin]).rowcount > 0


def trust(conn: Connection, organisation_id: int) -> TrustRow | None:
    """Return the newest file of whose credentials count."""
    with conn.cursor(row_factory=args_row(TrustRow)) as cursor:
        return cursor.execute(_SQL["trust"], [organisation_id]).fetchone()


def add_trust(conn: Connection, values: Mapping[str, Any]) -> None:
    """Keep a new version of whose credentials count; older ones stay."""
    conn.execute(_SQL["add_trust"], values)


def insert_request(conn: Connection, values: Mapping[str, Any]) -> None:
    """Note that somebody is asked."""
    conn.execute(_SQL["insert_request"], values)


def note_answer(conn: Connection, values: Mapping[str, Any]) -> None:
    """Note what came of a request that waits."""
    conn.execute(_SQL["note_answer"], values)


def claim_due(conn: Connection, *, now: datetime, again_at: datetime) -> RequestRow | None:
    """Take a request that is to be sent again, so that nobody else does."""
    with conn.cursor(row_factory=args_row(RequestRow)) as cursor:
        return cursor.execute(_SQL["claim_due"], {"now": now, "again_at": again_at}).fetchone()


def requests(
    conn: Connection,
    organisation_id: int,
    *,
    status: str | None = None,
    corr_uuid: UUID | None = None,
    limit: int,
) -> list[RequestRow]:
    """Return what an organisation asked others, the newest first."""
    asked = {
        "organisation_id": organisation_id,
        "status": status,
        "corr_uuid": corr_uuid,
        "limit": limit,
    }
    with conn.cursor(row_factory=args_row(RequestRow)) as cursor:
        return cursor.execute(_SQL["requests"], asked).fetchall()
