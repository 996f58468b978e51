"""Form links, what came in through them, and the files of inputs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named.statements("input_links")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A form link, without its secret."""

    link_id: str
    organisation_id: int
    programme_id: int
    name: str
    about: str
    department: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    uses_max: int
    uses: int
    revoked_at: datetime | None
    revoked_by: str | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A file of an input, without its content."""

    file_no: int
    name: str
    media_type: str
    size: int
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recent:
    """How much came in of late."""

    of_link: int
    of_address: int


def add(conn: Connection, **values: Any) -> None:
    """Add a link."""
    conn.execute(_SQL["add"], values)


def of_programme(conn: Connection, programme_id: int) -> list[LinkRow]:
    """Return the links of a programme, the newest first."""
    where = "where programme_id = %s order by created_at desc, link_id"
    return _links(conn, where, programme_id)


def by_token(conn: Connection, token_sha256: bytes, *, is_locked: bool = False) -> LinkRow | None:
    """Return the link of a secret, also one that has ended.

    Args:
        conn: The connection.
        token_sha256: Digest of the secret.
        is_locked: Whether it is about to be used.
    """
    lock = " for update" if is_locked else ""
    return next(iter(_links(conn, f"where token_sha256 = %s{lock}", token_sha256)), None)


def revoke(conn: Connection, programme_id: int, link_id: str, *, at: datetime, by: str) -> bool:
    """End a link; return False where there is none that works."""
    values = {"programme_id": programme_id, "link_id": link_id, "at": at, "by": by}
    return conn.execute(_SQL["revoke"], values).rowcount == 1


def use(
    conn: Connection,
    link_id: str,
    *,
    request_id: str,
    address_hash: bytes,
    code: str,
    at: datetime,
) -> None:
    """Note that an input came in through a link."""
    values = {
        "link_id": link_id, "request_id": request_id, "address_hash": address_hash, "code": code,
        "at": at,
    }  # fmt: skip
    conn.execute(_SQL["use"], values)
    conn.execute(_SQL["add_use"], values)


def known_use(conn: Connection, link_id: str, request_id: str) -> str | None:
    """Return the code of the input that a form made when it was sent before."""
    row = conn.execute(_SQL["known_use"], [request_id, link_id]).fetchone()
    return str(row[0]) if row else None


def recent(conn: Connection, link_id: str, address_hash: bytes, *, since: datetime) -> Recent:
    """Return how much came in through a link, and from an address through any."""
    values = {"link_id": link_id, "address_hash": address_hash, "since": since}
    row = conn.execute(_SQL["recent"], values).fetchone()
    return Recent(*row) if row else Recent(0, 0)


def add_file(
    conn: Connection,
    programme_id: int,
    code: str,
    *,
    name: str,
    media_type: str,
    content: bytes,
    at: datetime,
) -> None:
    """Keep a file of an input."""
    values = {
        "programme_id": programme_id, "code": code, "name": name, "media_type": media_type,
        "size": len(content), "sha256": hashlib.sha256(content).digest(), "content": content,
        "at": at,
    }  # fmt: skip
    conn.execute(_SQL["add_file"], values)


def files(conn: Connection, programme_id: int, code: str) -> list[FileRow]:
    """Return the files of an input."""
    with conn.cursor(row_factory=class_row(FileRow)) as cursor:
        return cursor.execute(_SQL["files"], [programme_id, code]).fetchall()


def file(
    conn: Connection, programme_id: int, code: str, file_no: int
) -> tuple[str, str, bytes] | None:
    """Return name, media type and content of a file; None where there is none."""
    row = conn.execute(_SQL["file"], [programme_id, code, file_no]).fetchone()
    return (str(row[0]), str(row[1]), bytes(row[2])) if row else None


def is_id(text: str) -> bool:
    """Tell whether a text can be the identity of a link, or of a request."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _links(conn: Connection, where: str, *values: object) -> list[LinkRow]:
    with conn.cursor(row_factory=class_row(LinkRow)) as cursor:
        return cursor.execute(f"{_SQL['links']} {where}", values).fetchall()
