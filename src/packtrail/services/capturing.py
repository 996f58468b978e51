"""The run of a capture: read, check, record, and say what became of it.

A run may be cut off anywhere and done again: what it changes, it changes in one transaction, and
only while the job is its own.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from packtrail import epcis
from packtrail.access import Action, Actor, ActorKind
from packtrail.base.errors import Unavailable
from packtrail.base.findings import Finding, Severity, has_errors
from packtrail.services import auditing
from packtrail.services.codes import (
    CONFLICTING_EVENT,
    INTERRUPTED,
    NOTHING_RECORDED,
    REPEATED_EVENTS,
    TOO_MANY_EVENTS,
)
from packtrail.store import capture as store
from packtrail.store import captures as rows
from packtrail.store import originals, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from packtrail.epcis.events import EpcisDocument, Event
    from packtrail.services.application import Application

_LOG = logging.getLogger(__name__)
_TRIES = 5
_WAIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """What of a document is to be recorded."""

    document: EpcisDocument | None
    events: tuple[Event, ...]
    places: tuple[str, ...]
    findings: tuple[Finding, ...]
    event_count: int


class _Refused(Exception):
    """Nothing may be recorded: undoes the transaction of the run."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__()
        self.findings = tuple(findings)


def run(app: Application, capture_id: str, content: bytes) -> None:
    """Record a stored document, or write down why not.

    Raises:
        Unavailable: The database did not answer; the job is unfinished, run it again.
    """
    try:
        _run(app, capture_id, content)
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001 - one bad document must not stop the others
        _LOG.exception("capture %s failed", capture_id)
        finding = INTERRUPTED.found("The capture failed inside Packtrail; the log says why.")
        _refuse(app, capture_id, _Plan(None, (), (), (), 0), (finding,))
    finally:
        app.progress.clear(capture_id)


def run_patiently(app: Application, capture_id: str) -> None:
    """Record a stored document in the background, trying again while the database is away."""
    for left in reversed(range(_TRIES)):
        try:
            with app.database.reading() as conn:
                is_left = rows.is_running(conn, capture_id)
                content = originals.read(conn, capture_id) if is_left else b""
            if is_left:
                run(app, capture_id, content)
        except Unavailable:
            _LOG.warning("capture %s waits for the database", capture_id)
            if left:
                time.sleep(_WAIT_SECONDS)
        else:
            return


def finding_of(stored: dict[str, str]) -> Finding:
    """Return a finding as it was before it was stored."""
    return Finding(**{**stored, "severity": Severity(stored["severity"])})  # type: ignore[arg-type]


def _run(app: Application, capture_id: str, content: bytes) -> None:
    app.progress.put(capture_id, "reading", 0.1)
    plan = _plan(app, content)
    with app.database.reading() as conn:
        job = rows.by_id_for_run(conn, capture_id)
    is_all_or_nothing = job.error_behaviour == "rollback"
    if plan.document is None or (is_all_or_nothing and has_errors(plan.findings)):
        _refuse(app, capture_id, plan, plan.findings)
        return
    app.progress.put(capture_id, "recording", 0.4)
    try:
        with app.database.transaction() as conn:
            if rows.claim(conn, capture_id):
                _record(app, conn, job, plan)
    except _Refused as refused:
        _refuse(app, capture_id, plan, refused.findings)


def _plan(app: Application, content: bytes) -> _Plan:
    """Read a document; events that are not valid are left out by the reader."""
    limits = epcis.Limits(size_bytes=app.settings.capture_bytes_max)
    reading = epcis.read(content, limits=limits)
    if reading.document is None:
        return _Plan(None, (), (), reading.findings, 0)
    events, most = reading.document.events, app.settings.capture_events_max
    if len(events) > most:
        finding = TOO_MANY_EVENTS.found(
            f"The document holds {len(events)} events; at most {most} are accepted."
        )
        return _Plan(None, (), (), (finding, *reading.findings), len(events))
    return _Plan(
        reading.document, tuple(events), tuple(reading.places), reading.findings, len(events)
    )


def _record(app: Application, conn: Connection, job: rows.CaptureRow, plan: _Plan) -> None:
    at = app.clock()
    document = plan.document
    recorded = store.record(
        conn,
        plan.events,
        owner_id=job.owner_id,
        audience_id=job.audience_id,
        capture_id=job.capture_id,
        record_time=at,
        namespaces=document.namespaces if document else {},
    )
    conflicts = [_conflict(each, plan.places) for each in recorded.conflicts]
    if conflicts and job.error_behaviour == "rollback":
        raise _Refused((*plan.findings, *conflicts))
    if document is not None and document.vocabularies:
        vocabulary.record(
            conn,
            document.vocabularies,
            owner_id=job.owner_id,
            audience_id=job.audience_id,
            capture_id=job.capture_id,
            record_time=at,
        )
    findings = [*plan.findings, *conflicts, *_repeated(recorded.repeated)]
    outcome = rows.Outcome(
        is_success=not has_errors(findings),
        event_count=plan.event_count,
        stored_count=recorded.stored,
        repeated_count=recorded.repeated,
        findings=[asdict(finding) for finding in findings],
        at=at,
        span=recorded.span,
    )
    rows.finish(conn, job.capture_id, outcome)
    _audit(conn, job, Action.CAPTURE_RECORDED, outcome)


def _refuse(app: Application, capture_id: str, plan: _Plan, findings: Sequence[Finding]) -> None:
    """Write down that nothing was recorded, and why."""
    told = (*findings, NOTHING_RECORDED.found("Nothing of the document was recorded."))
    outcome = rows.Outcome(
        is_success=False,
        event_count=plan.event_count,
        stored_count=0,
        repeated_count=0,
        findings=[asdict(finding) for finding in told],
        at=app.clock(),
    )
    with app.database.transaction() as conn:
        if rows.claim(conn, capture_id):
            job = rows.by_id_for_run(conn, capture_id)
            rows.finish(conn, capture_id, outcome)
            _audit(conn, job, Action.CAPTURE_REFUSED, outcome)


def _audit(conn: Connection, job: rows.CaptureRow, action: Action, outcome: rows.Outcome) -> None:
    """Tell the owner's trail, and that of the organisation which handed the document in."""
    actor = Actor(
        kind=ActorKind(job.actor_kind),
        id=job.actor_id,
        name=job.actor_name,
        organisation_id=job.owner_id,
        organisation_code=job.owner_code,
        permissions=frozenset(),
    )
    detail = {
        "events": outcome.event_count,
        "stored": outcome.stored_count,
        "repeated": outcome.repeated_count,
        "findings": len(outcome.findings),
    }
    for organisation_id in rows.members(conn, job.audience_id):
        auditing.write(
            conn,
            actor,
            action,
            job.capture_id,
            at=outcome.at,
            organisation_id=organisation_id,
            detail=detail,
        )


def _conflict(conflict: store.EventConflict, places: Sequence[str]) -> Finding:
    where = "in the same document"
    if conflict.recorded_at is not None:
        where = f"recorded at {conflict.recorded_at:%Y-%m-%dT%H:%M:%SZ}"
    return CONFLICTING_EVENT.found(
        f"The event {conflict.identity} says something else than the one of that identity {where}.",
        at=places[conflict.index],
    )


def _repeated(count: int) -> Iterator[Finding]:
    if count:
        yield REPEATED_EVENTS.found(f"{count} events were recorded before, exactly the same.")
