"""The run of a capture: read, check, record, and say what became of it.

A run may be cut off anywhere and done again: what it changes, it changes in one transaction, and
only while the job is its own.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from packtrail import epcis
from packtrail.access import Action, Actor, ActorKind
from packtrail.base.errors import Unavailable
from packtrail.base.findings import Finding, Severity, has_errors
from packtrail.epcis.bulk import BulkReading, read_in_bulk
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
from packtrail.store import drafts, months, originals, vocabulary
from packtrail.store.ids import SegmentNumbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_TRIES = 5
_WAIT_SECONDS = 2.0
_BET_MIN = 200
"""Events of a document that is first taken to hold new ones only."""


class Refused(Exception):
    """Nothing may be recorded: undoes the transaction that tried."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__()
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a document is to be recorded."""

    content: bytes
    reading: BulkReading | None
    """None when nothing can be recorded, whatever the error behaviour."""
    findings: tuple[Finding, ...]
    event_count: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One try to record, in a transaction of its own."""

    conn: Connection
    newest: Callable[[], datetime | None]
    """Tells when the last event was recorded; asked for before anything else."""
    is_first: bool
    """Nothing was lost yet: it may bet that all events are new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """For whom a document is to be recorded."""

    capture_id: UUID
    owner_id: int
    audience_id: int
    error_behaviour: str
    created_at: datetime

    @classmethod
    def of(cls, new: rows.NewCapture) -> Job:
        """Return for whom a document is recorded that has just come."""
        return cls(
            capture_id=new.capture_id,
            owner_id=new.owner_id,
            audience_id=new.audience_id,
            error_behaviour=new.error_behaviour,
            created_at=new.at,
        )


def plan(app: Application, content: bytes) -> Plan:
    """Read a document; events that are not valid are left out by the reader."""
    limits = epcis.Limits(size_bytes=app.settings.capture_bytes_max)
    try:
        reading = read_in_bulk(content, limits=limits)
    except Exception:  # noqa: BLE001 - one bad document must not stop the others
        _LOG.exception("a document could not be read")
        return Plan(content, None, (_interrupted(),), 0)
    most = app.settings.capture_events_max
    if reading.document is not None and reading.event_count > most:
        finding = TOO_MANY_EVENTS.found(
            f"The document holds {reading.event_count} events; at most {most} are accepted."
        )
        return Plan(content, None, (finding, *reading.findings), reading.event_count)
    known = reading if reading.document is not None else None
    return Plan(content, known, reading.findings, reading.event_count)


def record(turn: Turn, job: Job, planned: Plan, *, clock: Callable[[], datetime]) -> rows.Outcome:
    """Record the events and master data of a document, and keep its original.

    Args:
        turn: A transaction, which a fault must undo.
        job: For whom it is recorded.
        planned: What is to be recorded.
        clock: Tells the time; events are never recorded before those recorded last.

    Raises:
        Refused: Nothing may be recorded.
    """
    reading = planned.reading
    is_all_or_nothing = job.error_behaviour == "rollback"
    if reading is None or (is_all_or_nothing and has_errors(planned.findings)):
        raise Refused(planned.findings)
    newest = turn.newest()
    at = _not_before(clock(), newest)  # Taken when the turn is announced, and not before.
    are_new = turn.is_first and planned.event_count >= _BET_MIN
    recorded = _record_events(turn, job, reading, at, are_new=are_new)
    conflicts = _conflicts(planned, recorded)
    if conflicts and is_all_or_nothing:
        raise Refused((*planned.findings, *conflicts))
    if reading.document is not None and reading.document.vocabularies:
        vocabulary.record(
            turn.conn,
            reading.document.vocabularies,
            owner_id=job.owner_id,
            audience_id=job.audience_id,
            capture_id=str(job.capture_id),
            record_time=at,
        )
    _keep(turn.conn, job, planned, recorded)
    findings = [*planned.findings, *conflicts, *_repeated(recorded.repeated)]
    return rows.Outcome(
        is_success=not has_errors(findings),
        event_count=planned.event_count,
        stored_count=recorded.stored,
        repeated_count=recorded.repeated,
        findings=[asdict(finding) for finding in findings],
        at=at,
        span=recorded.span,
    )


def attempt(app: Application, work: Callable[[Turn], T]) -> T:
    """Do something in a transaction, again where another capture came between.

    Args:
        app: The application.
        work: What to do in a turn.

    Raises:
        Unavailable: Others kept recording the same; do it again.
    """
    for count in range(_TRIES):
        try:
            with app.database.transaction(is_pipelined=True) as conn:
                store.announce(conn, app.clock())
                return work(Turn(conn, store.ask_newest(conn), is_first=count == 0))
        except months.MonthMissing as missing:
            with app.database.transaction() as conn:
                months.ensure(conn, missing.at)
        except store.RACES:
            continue
    raise Unavailable("Other captures are recording the same events: hand the document in again.")


def findings_of(error: Exception, capture_id: UUID) -> tuple[Finding, ...]:
    """Return what an attempt to record says of the document: why it was refused, or that it failed.

    A fault of ours is written down like that: one bad document must not stop the others.
    """
    if isinstance(error, Refused):
        return error.findings
    _LOG.error("capture %s failed", capture_id, exc_info=error)
    return (_interrupted(),)


def refusal(plan: Plan, findings: Sequence[Finding], *, at: datetime) -> rows.Outcome:
    """Return the outcome of a document of which nothing was recorded, and why."""
    told = (*findings, NOTHING_RECORDED.found("Nothing of the document was recorded."))
    return rows.Outcome(
        is_success=False,
        event_count=plan.event_count,
        stored_count=0,
        repeated_count=0,
        findings=[asdict(finding) for finding in told],
        at=at,
    )


def run(app: Application, capture_id: str, content: bytes) -> None:
    """Record a document that is kept, or write down why not.

    Raises:
        Unavailable: The database did not answer; the job is unfinished, run it again.
    """
    try:
        _run(app, capture_id, content)
    finally:
        app.progress.clear(capture_id)


def run_patiently(app: Application, capture_id: str) -> None:
    """Record a stored document in the background, trying again while the database is away."""
    try:
        _run_patiently(app, capture_id)
    finally:
        app.progress.clear(capture_id)


def _run_patiently(app: Application, capture_id: str) -> None:
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


def detail_of(outcome: rows.Outcome) -> dict[str, int]:
    """Return what the audit trail tells of an outcome."""
    return {
        "events": outcome.event_count,
        "stored": outcome.stored_count,
        "repeated": outcome.repeated_count,
        "findings": len(outcome.findings),
    }


def _run(app: Application, capture_id: str, content: bytes) -> None:
    app.progress.put(capture_id, "reading", 0.1)
    planned = plan(app, content)
    with app.database.reading() as conn:
        row = rows.by_id_for_run(conn, capture_id)
    job = Job(
        capture_id=UUID(capture_id),
        owner_id=row.owner_id,
        audience_id=row.audience_id,
        error_behaviour=row.error_behaviour,
        created_at=row.created_at,
    )
    app.progress.put(capture_id, "recording", 0.4)
    try:
        attempt(app, lambda turn: _record_claimed(app, turn, row, job, planned))
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - told in the job
        findings = findings_of(error, job.capture_id)
        outcome = refusal(planned, findings, at=app.clock())
        with app.database.transaction() as conn:
            if rows.claim(conn, capture_id):
                rows.finish(conn, capture_id, outcome)
                _audit(conn, row, Action.CAPTURE_REFUSED, outcome)


def _record_claimed(
    app: Application, turn: Turn, row: rows.CaptureRow, job: Job, planned: Plan
) -> None:
    """Record a document, unless another has or is at it."""
    if rows.claim(turn.conn, row.capture_id):
        originals.delete(turn.conn, job.capture_id)
        outcome = record(turn, job, planned, clock=app.clock)
        rows.finish(turn.conn, row.capture_id, outcome)
        _audit(turn.conn, row, Action.CAPTURE_RECORDED, outcome)


def _record_events(
    turn: Turn, job: Job, reading: BulkReading, at: datetime, *, are_new: bool
) -> store.Recorded:
    namespaces = reading.document.namespaces if reading.document else {}
    if reading.outline is not None:
        draft = drafts.draft_of_outline(reading.outline, reading.events, namespaces)
    else:
        draft = drafts.draft(list(reading.events.values()), namespaces)
    recording = store.Recording(
        owner_id=job.owner_id,
        audience_id=job.audience_id,
        capture_id=job.capture_id,
        record_time=at,
        namespaces=namespaces,
    )
    numbers = SegmentNumbers(at)
    recorded = store.record_draft(turn.conn, draft, recording, numbers, are_new=are_new)
    return replace(recorded, span=numbers.span)


def _keep(conn: Connection, job: Job, planned: Plan, recorded: store.Recorded) -> None:
    """Keep the original, woven into what was recorded where that is possible."""
    outline = planned.reading.outline if planned.reading else None
    if outline is None or not recorded.stored:
        originals.insert(conn, job.capture_id, planned.content, at=job.created_at)
        return
    originals.insert_woven(conn, job.capture_id, outline, recorded.left_out, at=job.created_at)


def _not_before(now: datetime, newest: datetime | None) -> datetime:
    """Return the time now, but never one before what was recorded last.

    A clock that is set back would otherwise put new events into the past, and change what was known
    at a moment that is over.
    """
    if newest is None or newest <= now:
        return now
    _LOG.warning("the clock is %s behind what was recorded last", newest - now)
    return newest


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
    for organisation_id in rows.members(conn, job.audience_id):
        auditing.write(
            conn,
            actor,
            action,
            job.capture_id,
            at=outcome.at,
            organisation_id=organisation_id,
            detail=detail_of(outcome),
        )


def _conflicts(planned: Plan, recorded: store.Recorded) -> list[Finding]:
    if not recorded.conflicts:
        return []
    places = planned.reading.places if planned.reading else None
    if places is None:
        # Events that an outline told alike have no places until somebody asks for them.
        places = epcis.read(planned.content).places
    return [_conflict(each, places) for each in recorded.conflicts]


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


def _interrupted() -> Finding:
    return INTERRUPTED.found("The capture failed inside Packtrail; the log says why.")
