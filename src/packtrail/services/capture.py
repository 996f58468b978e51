"""Capture: take a partner's document in, keep it byte for byte, and record its events.

`submit` stores the document, its job and an audit row in one transaction: from then on it is
acknowledged and never lost. The run that follows reads, checks and records in one transaction of
its own; a run that was cut off is done again at the next start: recording twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.access import Action, Permission, require
from packtrail.base.errors import LimitExceeded, NotFound, RefusedError, Unavailable
from packtrail.base.findings import Finding, Severity
from packtrail.services import auditing, capturing
from packtrail.services.codes import (
    BAD_ERROR_BEHAVIOUR,
    BAD_PAGE_TOKEN,
    CONFLICTING_EVENT,
    DOCUMENT_TOO_LARGE,
    EMPTY_DOCUMENT,
    INTERRUPTED,
    NO_CAPTURE,
)
from packtrail.services.organisations import audience_for, visible_to
from packtrail.store import captures as rows
from packtrail.store import originals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application

_FILENAME_LENGTH_MAX = 200


class ErrorBehaviour(StrEnum):
    """What one bad event does to the rest of its document."""

    ROLLBACK = "rollback"
    """Nothing of the document is recorded."""
    PROCEED = "proceed"
    """The good events are recorded, the bad ones are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureJob:
    """One document handed in, and what became of it."""

    capture_id: str
    created_at: datetime
    finished_at: datetime | None
    running: bool
    success: bool
    """While running: no error so far. Afterwards: everything is recorded."""
    error_behaviour: ErrorBehaviour
    findings: tuple[Finding, ...]
    event_count: int
    """Valid events in the document; 0 until it is read."""
    stored_count: int
    """Events recorded by this capture."""
    repeated_count: int
    """Events that were recorded before, exactly the same."""
    progress: float
    """0 to 1."""
    phase: str
    """`waiting`, `reading`, `recording` or `done`."""
    filename: str | None
    media_type: str | None
    size_bytes: int
    owner: str
    """Code of the organisation that owns the events."""
    actor_name: str
    """Who handed it in."""

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing was recorded because the document itself is not valid."""
        if self.running or self.success or self.stored_count or self.repeated_count:
            return False
        own = {CONFLICTING_EVENT.code, INTERRUPTED.code}
        return any(
            each.severity is Severity.ERROR and each.code not in own for each in self.findings
        )


def submit(
    app: Application,
    actor: Actor,
    content: bytes,
    *,
    media_type: str | None,
    filename: str | None = None,
    owner: str | None = None,
    error_behaviour: str = ErrorBehaviour.ROLLBACK,
    wait: bool = True,
) -> CaptureJob:
    """Take a document in: store it, then record its events.

    Args:
        app: The application.
        actor: Who hands it in.
        content: The document, 1 to `capture_bytes_max` bytes.
        media_type: As the sender named it; the content decides.
        filename: As the sender named it, for people; what cannot be printed becomes `_`.
        owner: Code of the organisation to record for; default: the actor's own.
        error_behaviour: `rollback` or `proceed`.
        wait: Return when it is recorded; otherwise a large document is recorded afterwards.

    Returns:
        The job. What is wrong with the document is among its findings, not raised.

    Raises:
        NotPermitted: The actor may not capture, or not for this owner.
        LimitExceeded: The document is larger than a capture accepts.
        RefusedError: `CAP-007`, there is no such error behaviour; `CAP-008`, nothing was sent.
        Unavailable: The database did not answer; send it again.
    """
    require(actor, Permission.CAPTURE_CREATE)
    behaviour = _behaviour(error_behaviour)
    _check_size(app, content)
    at = app.clock()
    with app.database.transaction() as conn:
        owner_id, audience_id = audience_for(conn, actor, owner)
        new = rows.NewCapture(
            content=content,
            media_type=media_type or "application/octet-stream",
            filename=_readable(filename),
            owner_id=owner_id,
            audience_id=audience_id,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
            error_behaviour=behaviour.value,
            at=at,
        )
        capture_id = rows.insert(conn, new)
        detail = {"bytes": len(content), "filename": new.filename}
        for organisation_id in sorted({owner_id, actor.organisation_id}):
            auditing.write(
                conn,
                actor,
                Action.CAPTURE_ACKNOWLEDGED,
                capture_id,
                at=at,
                organisation_id=organisation_id,
                detail=detail,
            )
    _run(app, capture_id, content, is_waited_for=wait)
    return job(app, actor.with_permissions({Permission.CAPTURE_READ}), capture_id)


def job(app: Application, actor: Actor, capture_id: str) -> CaptureJob:
    """Return one capture job.

    Raises:
        NotFound: No such capture, or none the actor's organisation may see.
    """
    return _job(app, capture_row(app, actor, capture_id))


def jobs(
    app: Application, actor: Actor, *, limit: int = 30, before: str | None = None
) -> Sequence[CaptureJob]:
    """Return capture jobs, newest first.

    Args:
        app: The application.
        actor: Who asks.
        limit: Most jobs to return.
        before: The capture id to go on from: only older ones.

    Raises:
        RefusedError: `QRY-006`, there is nothing to go on from.
    """
    require(actor, Permission.CAPTURE_READ)
    if before is not None and not rows.is_id(before):
        raise RefusedError(BAD_PAGE_TOKEN.found(f"{before[:80]!r} is no capture.", at="before"))
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        found = rows.newest(conn, audience_ids=audience_ids, limit=limit, before=before)
    return tuple(_job(app, row) for row in found)


def find(app: Application, actor: Actor, text: str, *, limit: int) -> Sequence[CaptureJob]:
    """Return the capture of an identifier, or those of documents with exactly this name."""
    require(actor, Permission.CAPTURE_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        found = rows.by_filename(conn, text, audience_ids=audience_ids, limit=limit)
        if rows.is_id(text):
            one = rows.by_id(conn, text, audience_ids=audience_ids)
            found = [one, *found] if one else found
    return tuple(_job(app, row) for row in found)


def original(app: Application, actor: Actor, capture_id: str) -> tuple[bytes, str, str]:
    """Return an original document as it was handed in: content, media type, file name.

    Raises:
        NotFound: No such capture, or none the actor's organisation may see.
    """
    row = capture_row(app, actor, capture_id)
    with app.database.reading() as conn:
        content = originals.read(conn, row.capture_id)
    ending = "xml" if content.lstrip()[:1] == b"<" else "jsonld"
    return content, row.media_type, row.filename or f"{row.capture_id}.{ending}"


def recover(app: Application) -> int:
    """Run the captures that were acknowledged and not finished; return how many there are."""
    with app.database.reading() as conn:
        left = rows.running(conn)
    for row in left:
        app.progress.put(row.capture_id, "waiting", 0.0)
        app.workers.submit(capturing.run_patiently, app, row.capture_id)
    return len(left)


def _run(app: Application, capture_id: str, content: bytes, *, is_waited_for: bool) -> None:
    """Record a document that is stored: now when it is small or waited for, else afterwards."""
    app.progress.put(capture_id, "waiting", 0.0)
    if is_waited_for:
        capturing.run(app, capture_id, content)
        return
    if len(content) <= app.settings.capture_inline_bytes_max:
        try:
            capturing.run(app, capture_id, content)
        except Unavailable:
            # It is acknowledged: from here on it is ours to finish, not the sender's.
            pass
        else:
            return
    app.workers.submit(capturing.run_patiently, app, capture_id)


def capture_row(app: Application, actor: Actor, capture_id: str) -> rows.CaptureRow:
    """Return the row of a capture, for the services beside this one.

    Raises:
        NotFound: No such capture, or none the actor's organisation may see.
    """
    require(actor, Permission.CAPTURE_READ)
    row = None
    if rows.is_id(capture_id):
        with app.database.reading() as conn:
            row = rows.by_id(conn, capture_id, audience_ids=visible_to(conn, actor))
    if row is None:
        raise NotFound(NO_CAPTURE.found(f"There is no capture {capture_id[:80]!r}."))
    return row


def _job(app: Application, row: rows.CaptureRow) -> CaptureJob:
    progress = app.progress.get(row.capture_id) if row.is_running else None
    return CaptureJob(
        capture_id=row.capture_id,
        created_at=row.created_at,
        finished_at=row.finished_at,
        running=row.is_running,
        success=row.is_success,
        error_behaviour=ErrorBehaviour(row.error_behaviour),
        findings=tuple(capturing.finding_of(each) for each in row.findings),
        event_count=row.event_count,
        stored_count=row.stored_count,
        repeated_count=row.repeated_count,
        progress=1.0 if not row.is_running else progress.fraction if progress else 0.0,
        phase="done" if not row.is_running else progress.phase if progress else "waiting",
        filename=row.filename,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        owner=row.owner_code,
        actor_name=row.actor_name,
    )


def _readable(filename: str | None) -> str | None:
    """Return a file name that shows what it is: nothing in it hides or turns letters around."""
    if not filename:
        return None
    shown = (letter if letter.isprintable() else "_" for letter in filename)
    return "".join(shown)[-_FILENAME_LENGTH_MAX:]


def _behaviour(text: str) -> ErrorBehaviour:
    try:
        return ErrorBehaviour(text)
    except ValueError:
        raise RefusedError(
            BAD_ERROR_BEHAVIOUR.found(
                f"The error behaviour is {text[:40]!r}; expected rollback or proceed.",
                at="GS1-Capture-Error-Behaviour",
            )
        ) from None


def _check_size(app: Application, content: bytes) -> None:
    if not content:
        raise RefusedError(EMPTY_DOCUMENT.found("The document has no bytes."))
    most = app.settings.capture_bytes_max
    if len(content) > most:
        raise LimitExceeded(
            DOCUMENT_TOO_LARGE.found(f"The document has {len(content)} bytes; at most {most}.")
        )
