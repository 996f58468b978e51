"""Recording a document: read, check, record, and say what became of it.

What it changes, it changes in one transaction, which may be cut off anywhere and done again.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

from packtrail import epcis
from packtrail.base.amounts import plural
from packtrail.base.errors import Unavailable
from packtrail.base.findings import Finding, Severity, has_errors
from packtrail.epcis.bulk import BulkReading, read_in_bulk
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
from packtrail.store import rows as store_rows
from packtrail.store.codes import TEXT_TOO_LONG
from packtrail.store.ids import SegmentNumbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_TRIES = 5
_TICK: Final = timedelta(milliseconds=1)
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

    @property
    def is_bet(self) -> bool:
        """Whether all its events are first taken to be new, and nothing else is told."""
        document = self.reading.document if self.reading else None
        return self.event_count >= _BET_MIN and not (document and document.vocabularies)


@dataclass(frozen=True, slots=True)
class Turn:
    """One try to record, in a transaction of its own."""

    conn: Connection
    newest: Callable[[], datetime | None]
    """Tells when the last event was recorded; asked for before anything else."""
    is_first: bool
    """Nothing was lost yet: it may bet that all events are new."""
    undone: list[Callable[[], None]] = field(default_factory=list)
    """What is done where the transaction is undone, if only by its commit."""


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


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a document is recorded, and how."""

    at: datetime
    """Record time."""
    are_new: bool
    """All its events are taken to be new."""
    number: int = 0
    first: int = 0
    """Events of the document before it."""


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
    at = not_before(clock(), newest)  # Taken when the turn is announced, and not before.
    are_new = turn.is_first and planned.event_count >= _BET_MIN
    numbers = SegmentNumbers(at)
    recorded = record_events(turn, job, reading, numbers, Part(at, are_new=are_new))
    conflicts = conflicts_of(planned, recorded)
    if conflicts and is_all_or_nothing:
        raise Refused((*planned.findings, *conflicts))
    record_master_data(turn, job, reading, at)
    if months.first_day(job.created_at) != months.first_day(at):  # That one is there.
        months.ensure(turn.conn, job.created_at)
    _keep(turn.conn, job, planned, recorded)
    findings = [*planned.findings, *conflicts, *repeated(recorded.repeated)]
    return rows.Outcome(
        is_success=not has_errors(findings),
        event_count=planned.event_count,
        stored_count=recorded.stored,
        repeated_count=recorded.repeated,
        findings=[asdict(finding) for finding in findings],
        at=at,
        span=numbers.span,
    )


def attempt(app: Application, work: Callable[[Turn], T], *, is_simple: bool = False) -> T:
    """Do something in a transaction, again where another capture came between.

    Args:
        app: The application.
        work: What to do in a turn.
        is_simple: In the first turn it asks for little, so that its statements go together.

    Raises:
        Unavailable: Others kept recording the same; do it again.
    """
    for count in range(_TRIES):
        undone: list[Callable[[], None]] = []
        try:
            with _told(undone), _begun(app, is_gathered=is_simple and count == 0) as conn:
                store.announce(conn, app.clock())
                return work(Turn(conn, store.ask_newest(conn), count == 0, undone))
        except months.MonthMissing as missing:
            with app.database.transaction() as conn:
                months.ensure(conn, missing.at)
        except store.RACES:
            continue
    raise Unavailable("Other captures are recording the same events: hand the document in again.")


@contextlib.contextmanager
def _told(undone: Sequence[Callable[[], None]]) -> Iterator[None]:
    """Do what is to be done where what happens meanwhile is undone."""
    try:
        yield
    except BaseException:
        for each in undone:
            each()
        raise


def _begun(app: Application, *, is_gathered: bool) -> AbstractContextManager[Connection]:
    database = app.database
    return database.gathered() if is_gathered else database.transaction(is_pipelined=True)


def findings_of(error: Exception, capture_id: UUID) -> tuple[Finding, ...]:
    """Return what an attempt to record says of the document: why it was refused, or that it failed.

    A fault of ours is written down like that: one bad document must not stop the others.
    """
    if isinstance(error, Refused):
        return error.findings
    _LOG.error("capture %s failed", capture_id, exc_info=error)
    return (_interrupted(),)


def too_long(content: bytes) -> tuple[Finding, ...]:
    """Return the texts of a document, or of a part of one, that no index holds, with their places.

    Read anew, and only once an index has refused one: hardly any document has such a text.
    """
    reading = epcis.read(content)
    events = reading.document.events if reading.document else ()
    most = store_rows.INDEXED_BYTES_MAX
    return tuple(
        TEXT_TOO_LONG.found(
            f"The {name} {text[:60]!r}... has {len(text.encode()):,} bytes; what can be looked up"
            f" has {most:,} at most.",
            at=place,
        )
        for event, place in zip(events, reading.places, strict=False)
        for name, text in store_rows.too_long(event)
    )


def refusal(event_count: int, findings: Sequence[Finding], *, at: datetime) -> rows.Outcome:
    """Return the outcome of a document of which nothing was recorded, and why."""
    told = (*findings, NOTHING_RECORDED.found("Nothing of the document was recorded."))
    return rows.Outcome(
        is_success=False,
        event_count=event_count,
        stored_count=0,
        repeated_count=0,
        findings=[asdict(finding) for finding in told],
        at=at,
    )


def finding_of(stored: dict[str, str]) -> Finding:
    """Return a finding as it was before it was stored."""
    return Finding(**{**stored, "severity": Severity(stored["severity"])})  # type: ignore[arg-type]


def detail_of_document(new: rows.NewCapture, outcome: rows.Outcome | None) -> dict[str, object]:
    """Return what the audit trail tells of a document that is handed in."""
    detail: dict[str, object] = {"bytes": new.size_bytes, "filename": new.filename}
    return detail if outcome is None else detail | detail_of(outcome)


def detail_of(outcome: rows.Outcome) -> dict[str, int]:
    """Return what the audit trail tells of an outcome."""
    return {
        "events": outcome.event_count,
        "stored": outcome.stored_count,
        "repeated": outcome.repeated_count,
        "findings": len(outcome.findings),
    }


def record_events(
    turn: Turn, job: Job, reading: BulkReading, numbers: SegmentNumbers, part: Part
) -> store.Recorded:
    """Record the events of a document, or of a part of one."""
    namespaces = reading.document.namespaces if reading.document else {}
    if reading.outline is not None:
        draft = drafts.draft_of_outline(reading.outline, reading.events, namespaces)
    else:
        draft = drafts.draft(list(reading.events.values()), namespaces)
    for group in draft.groups:
        group.indexes = group.indexes + part.first
    recording = store.Recording(
        owner_id=job.owner_id,
        audience_id=job.audience_id,
        capture_id=job.capture_id,
        record_time=part.at,
        namespaces=namespaces,
        part_no=part.number,
    )
    done = store.record_draft(turn.conn, draft, recording, numbers, are_new=part.are_new)
    # What another part of the document says was recorded just now, and is no earlier record.
    own = str(job.capture_id)
    told = (
        replace(one, recorded_at=None) if one.capture_id == own else one for one in done.conflicts
    )
    return replace(done, conflicts=tuple(told))


def record_master_data(turn: Turn, job: Job, reading: BulkReading, at: datetime) -> None:
    """Record the master data of a document."""
    if reading.document is not None and reading.document.vocabularies:
        vocabulary.record(
            turn.conn,
            reading.document.vocabularies,
            owner_id=job.owner_id,
            audience_id=job.audience_id,
            capture_id=str(job.capture_id),
            record_time=at,
        )


def _keep(conn: Connection, job: Job, planned: Plan, recorded: store.Recorded) -> None:
    """Keep the original, woven into what was recorded where that is possible."""
    outline = planned.reading.outline if planned.reading else None
    if outline is None or not recorded.stored:
        originals.insert_part(conn, job.capture_id, 0, planned.content)
        return
    originals.insert_woven_part(conn, job.capture_id, (0, 0), outline, recorded.left_out)


def not_before(now: datetime, newest: datetime | None) -> datetime:
    """Return the time now, but always one after that of what was recorded last.

    A clock that is set back would otherwise put new events into the past, and change what was known
    at a moment that is over. Nor do they share the moment of the last: whoever went through the
    events is past it, and one millisecond has numbers for so many segments only.
    """
    if newest is None or newest < now:
        return now
    if newest > now:
        _LOG.warning("the clock is %s behind what was recorded last", newest - now)
    return newest + _TICK


def conflicts_of(planned: Plan, recorded: store.Recorded, *, first: int = 0) -> list[Finding]:
    """Return what is to be said of events that contradict what is recorded.

    Args:
        planned: The document, or the part of one.
        recorded: What became of it.
        first: Events of the document before the part.
    """
    if not recorded.conflicts:
        return []
    places = planned.reading.places if planned.reading else None
    if places is None:
        # Events that an outline told alike have no places until somebody asks for them.
        places = epcis.read(planned.content).places
    return [_conflict(each, places[each.index - first]) for each in recorded.conflicts]


def _conflict(conflict: store.EventConflict, place: str) -> Finding:
    where = "in the same document"
    if conflict.recorded_at is not None:
        where = f"recorded at {conflict.recorded_at:%Y-%m-%dT%H:%M:%SZ}"
    return CONFLICTING_EVENT.found(
        f"The event {conflict.identity} says something else than the one of that identity {where}.",
        at=place,
    )


def repeated(count: int) -> Iterator[Finding]:
    """Yield what is to be said of events that were recorded before."""
    if count:
        told = plural(count, "event was", "events were")
        yield REPEATED_EVENTS.found(f"{told} recorded before, exactly the same.")


def _interrupted() -> Finding:
    return INTERRUPTED.found("The capture failed inside Packtrail; the log says why.")
