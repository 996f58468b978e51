"""Capture jobs: what became of a document that was handed in, or how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.base.findings import Finding, Severity
from packtrail.services.capture import capturing
from packtrail.services.codes import CONFLICTING_EVENT, INTERRUPTED

if TYPE_CHECKING:
    from datetime import datetime

    from packtrail.services.application import Application
    from packtrail.store import captures as rows


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


def finished(new: rows.NewCapture, outcome: rows.Outcome, owner: str) -> CaptureJob:
    """Return the job of a document that was recorded, or refused, at once."""
    return CaptureJob(
        capture_id=str(new.capture_id),
        created_at=new.at,
        finished_at=outcome.at,
        running=False,
        success=outcome.is_success,
        error_behaviour=ErrorBehaviour(new.error_behaviour),
        findings=tuple(capturing.finding_of(each) for each in outcome.findings),
        event_count=outcome.event_count,
        stored_count=outcome.stored_count,
        repeated_count=outcome.repeated_count,
        progress=1.0,
        phase="done",
        filename=new.filename,
        media_type=new.media_type,
        size_bytes=new.size_bytes,
        owner=owner,
        actor_name=new.actor_name,
    )


def of_row(app: Application, row: rows.CaptureRow) -> CaptureJob:
    """Return a job as it is written down, and how far it is while it runs."""
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
