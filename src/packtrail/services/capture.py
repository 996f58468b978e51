"""Capture: take a partner's document in, keep it byte for byte, and record its events.

`submit` stores the document, its job and an audit row in one transaction: from then on it is
acknowledged and never lost. The run that follows reads, checks and records in one transaction of
its own; a run that was cut off is done again at the next start: recording twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application


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
    """Events in the document; 0 until it is read."""
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
        filename: As the sender named it, for people.
        owner: Code of the organisation to record for; default: the actor's own.
        error_behaviour: `rollback` or `proceed`.
        wait: Return when it is recorded; otherwise a large document is recorded afterwards.

    Returns:
        The job. What is wrong with the document is among its findings, not raised.

    Raises:
        NotPermitted: The actor may not capture, or not for this owner.
        LimitExceeded: The document is larger than a capture accepts.
        Unavailable: The database did not answer; nothing is acknowledged, send it again.
    """
    raise NotImplementedError


def job(app: Application, actor: Actor, capture_id: str) -> CaptureJob:
    """Return one capture job.

    Raises:
        NotFound: No such capture, or none the actor's organisation may see.
    """
    raise NotImplementedError


def jobs(
    app: Application, actor: Actor, *, limit: int = 30, before: str | None = None
) -> Sequence[CaptureJob]:
    """Return capture jobs, newest first.

    Args:
        app: The application.
        actor: Who asks.
        limit: Most jobs to return.
        before: The capture id to go on from: only older ones.
    """
    raise NotImplementedError


def original(app: Application, actor: Actor, capture_id: str) -> tuple[bytes, str, str]:
    """Return an original document as it was handed in: content, media type, file name.

    Raises:
        NotFound: No such capture, or none the actor's organisation may see.
    """
    raise NotImplementedError


def recover(app: Application) -> int:
    """Run the captures that were acknowledged and not finished; return how many."""
    raise NotImplementedError
