"""Recording one event: the shortest way in, which answers when it is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail import epcis
from packtrail.access import Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.base.findings import Severity, has_errors
from packtrail.services.capture import capture
from packtrail.services.codes import CONFLICTING_EVENT, EVENT_EXISTS, NOT_ONE_EVENT
from packtrail.services.queries import documents, query
from packtrail.store.filters import EventFilter

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.capture.capture_jobs import CaptureJob

BYTES_MAX = 1024 * 1024
"""Largest event that is recorded by itself."""
LIMITS = epcis.Limits(size_bytes=BYTES_MAX)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that has just been recorded."""

    event_id: str
    """Its own, or the event hash it was given."""
    body: dict[str, Any]
    """As it is stored: JSON-LD with its own `@context` and `recordTime`."""


def record(
    app: Application,
    actor: Actor,
    content: bytes,
    *,
    media_type: str | None,
    owner: str | None = None,
) -> Recorded:
    """Record exactly one event.

    Args:
        app: The application.
        actor: Who sends it.
        content: A bare event with its own `@context`, or a document with one event.
        media_type: As the sender named it.
        owner: Code of the organisation to record for; default: the actor's own.

    Raises:
        RefusedError: `CAP-010`, there are none or several events; `EPC-…`, it is not valid.
        Conflict: `CAP-011`, it is recorded already; `CAP-003`, and says something else.
        NotPermitted: The actor may not record.

    Clause:
        EPCIS 2.0, 12.6.2.
    """
    require(actor, Permission.CAPTURE_CREATE)
    _require_one(content, media_type)
    job = capture.submit(app, actor, content, media_type=media_type, owner=owner, wait=True)
    _require_recorded(job)
    reader = actor.with_permissions({Permission.EVENT_READ})
    page = query.matching(app, reader, EventFilter(captures=(job.capture_id,)), limit=1)
    (body,) = page.events
    return Recorded(body["eventID"], {"@context": documents.context_of(page.namespaces), **body})


def _require_one(content: bytes, media_type: str | None) -> None:
    reading = epcis.read(content, media_type=media_type, limits=LIMITS)
    if has_errors(reading.findings):
        raise RefusedError(*_errors(reading.findings))
    count = len(reading.document.events) if reading.document else 0
    if count != 1:
        raise RefusedError(NOT_ONE_EVENT.found(f"The body holds {count} events; expected one."))


def _require_recorded(job: CaptureJob) -> None:
    if job.success and job.stored_count:
        return
    errors = _errors(job.findings)
    if not errors:
        raise Conflict(EVENT_EXISTS.found("The event is recorded already, exactly the same."))
    if errors[0].code == CONFLICTING_EVENT.code:
        raise Conflict(*errors)
    raise RefusedError(*errors)


def _errors(findings: tuple[Finding, ...]) -> list[Finding]:
    return [each for each in findings if each.severity is Severity.ERROR]
