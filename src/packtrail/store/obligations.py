"""What people say of obligations in the database, with evidence, reminders and calendars."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from psycopg import Connection

_SQL = named.statements("obligations")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """Something to be said of an obligation."""

    organisation_id: int
    key: str
    market: str
    product: str
    site: str
    line: str
    due_on: date | None
    state: str | None
    owner: str | None
    reason: str
    evidence: str
    evidence_sha256: str
    pack_version: str
    pack_sha256: str
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """Something that was said of an obligation."""

    note_no: int
    key: str
    market: str
    product: str
    site: str
    line: str
    due_on: date | None
    state: str | None
    owner: str | None
    reason: str
    evidence: str
    evidence_sha256: str
    pack_version: str
    pack_sha256: str
    at: datetime
    actor_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvidence:
    """A file that shows something."""

    organisation_id: int
    sha256: str
    filename: str
    media_type: str
    size: int
    content: bytes
    at: datetime
    actor_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """A file that shows something, without its content."""

    sha256: str
    filename: str
    media_type: str
    size: int
    at: datetime
    actor_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReminder:
    """A reminder that is due."""

    organisation_id: int
    key: str
    due_on: date
    days_before: int
    what: str
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRow:
    """A reminder."""

    key: str
    due_on: date
    days_before: int
    what: str
    owner: str
    at: datetime
    seen_at: datetime | None
    seen_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A calendar that programs fetch."""

    feed_id: str
    organisation_id: int
    organisation: str
    name: str
    markets: list[str]
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None


def add_note(conn: Connection, new: NewNote) -> int:
    """Add a note; return its number."""
    row = conn.execute(_SQL["add_note"], asdict(new)).fetchone()
    return int(row[0]) if row else 0


def notes(conn: Connection, organisation_id: int, *, key: str | None = None) -> list[NoteRow]:
    """Return what was said, the oldest first."""
    with conn.cursor(row_factory=class_row(NoteRow)) as cursor:
        values = {"organisation_id": organisation_id, "key": key}
        return cursor.execute(_SQL["notes"], values).fetchall()


def newest_note(conn: Connection, organisation_id: int) -> int:
    """Return the number of the newest note; 0 where there is none."""
    row = conn.execute(_SQL["newest_note"], [organisation_id]).fetchone()
    return int(row[0]) if row else 0


def add_evidence(conn: Connection, new: NewEvidence) -> None:
    """Keep a file; the same file is kept once."""
    values = {name: getattr(new, name) for name in NewEvidence.__slots__}
    conn.execute(_SQL["add_evidence"], values)


def evidence(
    conn: Connection, organisation_id: int, digests: Sequence[str]
) -> dict[str, EvidenceRow]:
    """Return files by digest."""
    with conn.cursor(row_factory=class_row(EvidenceRow)) as cursor:
        found = cursor.execute(_SQL["evidence"], [organisation_id, list(digests)]).fetchall()
    return {each.sha256: each for each in found}


def evidence_content(conn: Connection, organisation_id: int, sha256: str) -> bytes | None:
    """Return the content of a file; None where there is none."""
    row = conn.execute(_SQL["evidence_content"], [organisation_id, sha256]).fetchone()
    return bytes(row[0]) if row else None


def remind(conn: Connection, reminder: NewReminder) -> bool:
    """Add a reminder; return False where it is not new."""
    return conn.execute(_SQL["remind"], asdict(reminder)).rowcount == 1


def reminders(
    conn: Connection, organisation_id: int, *, with_seen: bool, limit: int
) -> list[ReminderRow]:
    """Return reminders, the most urgent first."""
    with conn.cursor(row_factory=class_row(ReminderRow)) as cursor:
        return cursor.execute(_SQL["reminders"], [organisation_id, with_seen, limit]).fetchall()


def mark_seen(conn: Connection, organisation_id: int, key: str, *, at: datetime, by: str) -> int:
    """Write down that somebody has seen the reminders of an obligation; return how many."""
    values = {"organisation_id": organisation_id, "key": key, "at": at, "by": by}
    return conn.execute(_SQL["seen"], values).rowcount


def add_feed(conn: Connection, **values: Any) -> None:
    """Add a calendar."""
    conn.execute(_SQL["add_feed"], values)


def feeds(conn: Connection, organisation_id: int) -> list[FeedRow]:
    """Return the calendars of an organisation, the newest first."""
    where = "where f.organisation_id = %s order by f.created_at desc, f.feed_id"
    return _feeds(conn, where, organisation_id)


def feed_by_token(conn: Connection, token_sha256: str) -> FeedRow | None:
    """Return the calendar of a secret, unless it was revoked."""
    found = _feeds(conn, "where f.token_sha256 = %s and f.revoked_at is null", token_sha256)
    return found[0] if found else None


def revoke_feed(conn: Connection, organisation_id: int, feed_id: str, *, at: datetime) -> bool:
    """End a calendar; return False where there is none that works."""
    return conn.execute(_SQL["revoke_feed"], [at, organisation_id, feed_id]).rowcount == 1


def use_feed(conn: Connection, feed_id: str, *, at: datetime, before: datetime) -> None:
    """Write down that a calendar was fetched, unless it was since a moment."""
    conn.execute(_SQL["use_feed"], {"feed_id": feed_id, "at": at, "before": before})


def _feeds(conn: Connection, where: str, value: object) -> list[FeedRow]:
    with conn.cursor(row_factory=class_row(FeedRow)) as cursor:
        return cursor.execute(f"{_SQL['feeds']} {where}", [value]).fetchall()
