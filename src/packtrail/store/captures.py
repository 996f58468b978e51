"""Documents handed in and the jobs that record them; their octets are in `originals`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID

import msgspec
from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from packtrail.store import months, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

_SQL = named.statements("captures")
_COLUMNS = """
    c.capture_id::text, c.owner_id, o.code as owner_code, c.audience_id,
    c.actor_kind, c.actor_id, c.actor_name, c.error_behaviour, c.created_at, c.finished_at,
    c.is_running, c.is_success, c.event_count, c.stored_count, c.repeated_count, c.findings,
    c.media_type, c.filename, c.size_bytes
"""
_JOB = f"""
    select {_COLUMNS}
      from capture c join organisation o on o.organisation_id = c.owner_id
"""


class NewCapture(NamedTuple):
    """A document on its way in, and who handed it in for whom."""

    capture_id: UUID
    size_bytes: int
    sha256: bytes
    media_type: str
    filename: str | None
    owner_id: int
    audience_id: int
    actor_kind: str
    actor_id: str
    actor_name: str
    error_behaviour: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """A row of `capture`, with what is known of its document."""

    capture_id: str
    owner_id: int
    owner_code: str
    audience_id: int
    actor_kind: str
    actor_id: str
    actor_name: str
    error_behaviour: str
    created_at: datetime
    finished_at: datetime | None
    is_running: bool
    is_success: bool
    event_count: int
    stored_count: int
    repeated_count: int
    findings: list[dict[str, str]]
    media_type: str
    filename: str | None
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a capture."""

    is_success: bool
    event_count: int
    stored_count: int
    repeated_count: int
    findings: list[dict[str, str]]
    at: datetime
    span: tuple[int, int] | None = None
    """Number of its first segment, and the one after its last."""


class For(Protocol):
    """For whom a document is recorded."""

    @property
    def owner_id(self) -> int:
        """Organisation that owns the events."""

    @property
    def audience_id(self) -> int:
        """Who may see them."""


_NOT_YET = Outcome(
    is_success=True,
    event_count=0,
    stored_count=0,
    repeated_count=0,
    findings=[],
    at=datetime.min.replace(tzinfo=UTC),
)


def is_id(text: str) -> bool:
    """Tell whether a text can be the identifier of a capture."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def insert(conn: Connection, new: NewCapture, outcome: Outcome | None = None) -> None:
    """Open a capture, or write down one that is finished already.

    Args:
        conn: A connection in a transaction.
        new: The document, and who handed it in.
        outcome: What became of it; None: it is still to be recorded.
    """
    conn.execute(_SQL["insert"], _row(new, outcome), prepare=True)


def insert_finished(
    conn: Connection, every: Sequence[NewCapture], outcomes: Sequence[Outcome]
) -> None:
    """Write captures down that are finished already."""
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["insert"], list(map(_row, every, outcomes)))


def _row(new: NewCapture, outcome: Outcome | None) -> tuple[object, ...]:
    done = outcome or _NOT_YET
    return (
        new.capture_id,
        new.owner_id,
        new.audience_id,
        new.actor_kind,
        new.actor_id,
        new.actor_name,
        new.error_behaviour,
        new.at,
        new.media_type,
        new.filename,
        new.size_bytes,
        new.sha256,
        outcome is None,
        "waiting" if outcome is None else "done",
        0 if outcome is None else 1,
        None if outcome is None else done.at,
        *_values(done),
    )


def _values(outcome: Outcome) -> tuple[object, ...]:
    return (
        outcome.is_success,
        outcome.event_count,
        outcome.stored_count,
        outcome.repeated_count,
        Jsonb(outcome.findings, dumps=msgspec.json.encode),
        *(outcome.span or (None, None)),
    )


def by_id(conn: Connection, capture_id: str, *, audience_ids: Sequence[int]) -> CaptureRow | None:
    """Return a capture that one of the audiences may see."""
    with conn.cursor(row_factory=class_row(CaptureRow)) as cursor:
        return cursor.execute(
            f"{_JOB} where c.capture_id = %s and c.audience_id = any(%s)",
            (capture_id, list(audience_ids)),
        ).fetchone()


def newest(
    conn: Connection, *, audience_ids: Sequence[int], limit: int, before: str | None
) -> list[CaptureRow]:
    """Return captures that one of the audiences may see, newest first."""
    with conn.cursor(row_factory=class_row(CaptureRow)) as cursor:
        return cursor.execute(
            f"""
            {_JOB} where c.audience_id = any(%s) and (%s::uuid is null or c.capture_id < %s::uuid)
             order by c.capture_id desc limit %s
            """,
            (list(audience_ids), before, before, limit),
        ).fetchall()


def by_filename(
    conn: Connection, filename: str, *, audience_ids: Sequence[int], limit: int
) -> list[CaptureRow]:
    """Return captures of documents of a name that one of the audiences may see, newest first."""
    with conn.cursor(row_factory=class_row(CaptureRow)) as cursor:
        return cursor.execute(
            f"""
            {_JOB} where c.audience_id = any(%s) and c.filename = %s
             order by c.capture_id desc limit %s
            """,
            (list(audience_ids), filename, limit),
        ).fetchall()


def count(conn: Connection, *, audience_ids: Sequence[int]) -> int:
    """Return how many captures the audiences may see."""
    with conn.cursor(row_factory=scalar_row) as cursor:
        found = cursor.execute(
            "select count(*) from capture where audience_id = any(%s)", (list(audience_ids),)
        ).fetchone()
        return int(found or 0)


def failed(
    conn: Connection, *, audience_ids: Sequence[int], limit: int
) -> tuple[int, list[CaptureRow]]:
    """Return how many captures that the audiences may see have failed, and the newest of them."""
    with conn.cursor(row_factory=scalar_row) as numbers:
        total = numbers.execute(
            """
            select count(*) from capture
             where audience_id = any(%s) and not is_running and not is_success
            """,
            (list(audience_ids),),
        ).fetchone()
    with conn.cursor(row_factory=class_row(CaptureRow)) as cursor:
        rows = cursor.execute(
            f"""
            {_JOB} where c.audience_id = any(%s) and not c.is_running and not c.is_success
             order by c.capture_id desc limit %s
            """,
            (list(audience_ids), limit),
        ).fetchall()
    return int(total or 0), rows


def repeated(
    conn: Connection, *, audience_ids: Sequence[int], limit: int
) -> tuple[int, list[CaptureRow]]:
    """Return how many captures brought nothing but what was recorded, and the newest of them."""
    only_known = "not c.is_running and c.stored_count = 0 and c.repeated_count > 0"
    with conn.cursor(row_factory=scalar_row) as numbers:
        total = numbers.execute(
            f"select count(*) from capture c where c.audience_id = any(%s) and {only_known}",
            (list(audience_ids),),
        ).fetchone()
    with conn.cursor(row_factory=class_row(CaptureRow)) as cursor:
        rows = cursor.execute(
            f"{_JOB} where c.audience_id = any(%s) and {only_known}"
            " order by c.capture_id desc limit %s",
            (list(audience_ids), limit),
        ).fetchall()
    return int(total or 0), rows


def latest_change(conn: Connection) -> tuple[datetime | None, int]:
    """Return a mark that changes when a capture ends: the time of the last, and how many there are.

    It names no capture, and only says that something has changed.
    """
    row = conn.execute(
        "select max(finished_at), count(*) from capture where not is_running"
    ).fetchone()
    return (row[0], int(row[1])) if row else (None, 0)


def last_owner(conn: Connection) -> int | None:
    """Return whose document was handed in last."""
    row = conn.execute(_SQL["last_owner"]).fetchone()
    return int(row[0]) if row else None


def running(conn: Connection) -> list[CaptureRow]:
    """Return the captures that are acknowledged and not finished, oldest first."""
    with conn.cursor(row_factory=class_row(CaptureRow)) as cursor:
        return cursor.execute(f"{_JOB} where c.is_running order by c.capture_id").fetchall()


def by_id_for_run(conn: Connection, capture_id: str) -> CaptureRow:
    """Return a capture that is known to be there, for the run itself."""
    with conn.cursor(row_factory=class_row(CaptureRow)) as cursor:
        found = cursor.execute(f"{_JOB} where c.capture_id = %s", (capture_id,)).fetchone()
    if found is None:
        raise LookupError(capture_id)
    return found


def same_document(conn: Connection, sha256: bytes, job: For) -> int | None:
    """Return how many events a document has that was captured whole before, octet for octet.

    Args:
        conn: A connection.
        sha256: Of the document.
        job: Whose events they were, and who could see them; both must be the same.

    Returns:
        None where there is no such document, or its events were destroyed since.
    """
    found = conn.execute(_SQL["same_document"], [sha256, job.owner_id, job.audience_id]).fetchone()
    if found is None:
        return None
    count, first, until = found
    return None if months.are_destroyed(conn, first, until) else int(count)


def members(conn: Connection, audience_id: int) -> list[int]:
    """Return the organisations of an audience."""
    with conn.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(
            "select organisation_id from audience_member where audience_id = %s order by 1",
            (audience_id,),
        )
        return cursor.fetchall()


def claim(conn: Connection, capture_id: str) -> bool:
    """Take a running capture for this transaction; False: another has it, or it is finished."""
    return conn.execute(_SQL["claim"], (capture_id,)).fetchone() is not None


def is_free(conn: Connection, capture_id: str) -> bool:
    """Tell whether a capture could be taken; on a connection that is in no transaction."""
    return claim(conn, capture_id)


def finish(conn: Connection, capture_id: str, outcome: Outcome) -> None:
    """Write down what became of a capture."""
    conn.execute(
        """
        update capture
           set is_running = false, finished_at = %s, phase = 'done', progress = 1, is_success = %s,
               event_count = %s, stored_count = %s, repeated_count = %s, findings = %s,
               segment_from = %s, segment_until = %s
         where capture_id = %s
        """,
        (outcome.at, *_values(outcome), capture_id),
    )
