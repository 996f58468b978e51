"""The run of a capture that was acknowledged: by a worker, after the answer.

A run may be cut off anywhere and done again: what it changes, it changes in one transaction, and
only while the job is its own.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final
from uuid import UUID

from packtrail.access import Action, Actor, ActorKind
from packtrail.base.errors import LimitExceeded, Unavailable
from packtrail.services import auditing
from packtrail.services.capture import capturing, streams
from packtrail.services.capture.uploads import Upload
from packtrail.store import captures as rows
from packtrail.store import originals

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.services.application import Application

_LOG = logging.getLogger(__name__)
_TRIES: Final = 5
_WAIT_SECONDS: Final = 2.0


def run_patiently(app: Application, capture_id: str) -> None:
    """Record a document that is kept, trying again while the database is away."""
    try:
        for left in reversed(range(_TRIES)):
            try:
                run(app, capture_id)
            except Unavailable:
                _LOG.warning("capture %s waits for the database", capture_id)
                if left:
                    time.sleep(_WAIT_SECONDS)
            else:
                return
    finally:
        app.progress.clear(capture_id)


def run(app: Application, capture_id: str) -> None:
    """Record a document that is kept, or write down why not.

    Raises:
        Unavailable: The database did not answer; the job is unfinished, run it again.
    """
    with app.database.reading() as conn:
        if not rows.is_free(conn, capture_id):
            return
        row = rows.by_id_for_run(conn, capture_id)

    def tell(phase: str, fraction: float) -> None:
        app.progress.put(capture_id, phase, fraction)

    try:
        tell("reading", 0.0)
        kept = originals.pieces(capture_id, app.database.reading)
        with Upload.of(app.settings, kept) as upload:
            upload.tell = tell
            _run(app, row, streams.planned(app, upload))
    except (originals.DamagedOriginal, LimitExceeded) as error:
        _refuse(app, row, error)
    finally:
        app.progress.clear(capture_id)


def _run(app: Application, row: rows.CaptureRow, planned: streams.Planned) -> None:
    job = capturing.Job(
        capture_id=UUID(row.capture_id),
        owner_id=row.owner_id,
        audience_id=row.audience_id,
        error_behaviour=row.error_behaviour,
        created_at=row.created_at,
    )
    try:
        capturing.attempt(app, lambda turn: _record_claimed(app, turn, row, job, planned))
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - told in the job
        _refuse(app, row, error, planned)


def _refuse(
    app: Application,
    row: rows.CaptureRow,
    error: Exception,
    planned: streams.Planned | None = None,
) -> None:
    findings = streams.findings_of(error, UUID(row.capture_id), planned)
    # How many events there are is known only once the document was read to its end.
    event_count = planned.event_count if planned else 0
    outcome = capturing.refusal(event_count, findings, at=app.clock())
    with app.database.transaction() as conn:
        if rows.claim(conn, row.capture_id):
            rows.finish(conn, row.capture_id, outcome)
            _audit(conn, row, Action.CAPTURE_REFUSED, outcome)


def _record_claimed(
    app: Application,
    turn: capturing.Turn,
    row: rows.CaptureRow,
    job: capturing.Job,
    planned: streams.Planned,
) -> None:
    """Record a document, unless another has or is at it."""
    if rows.claim(turn.conn, row.capture_id):
        originals.delete(turn.conn, job.capture_id)
        outcome = planned.record(turn, job, clock=app.clock)
        rows.finish(turn.conn, row.capture_id, outcome)
        _audit(turn.conn, row, Action.CAPTURE_RECORDED, outcome)


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
            detail=capturing.detail_of(outcome),
        )
