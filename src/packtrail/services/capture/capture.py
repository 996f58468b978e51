"""Capture: take a partner's document in, keep it byte for byte, and record its events.

A document that is waited for, or small, is kept, checked and recorded in one transaction, with its
job and the audit trail; the answer says what became of it. A larger one is kept in a transaction of
its own: from then on it is acknowledged and never lost. The run that records it, part by part, has
a transaction of its own; when it is cut off it is done again at the next start: recording twice
changes nothing.
"""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from packtrail.access import Action, Permission, require
from packtrail.base.errors import (
    LimitExceeded,
    NotFound,
    NotPermitted,
    RefusedError,
    Unavailable,
)
from packtrail.services import auditing
from packtrail.services.accounts.organisations import audience_for, visible_to
from packtrail.services.capture import capture_jobs, capture_runs, capturing, streams, together
from packtrail.services.capture.capture_jobs import CaptureJob, ErrorBehaviour
from packtrail.services.capture.uploads import Upload
from packtrail.services.codes import (
    BAD_ERROR_BEHAVIOUR,
    BAD_PAGE_TOKEN,
    DOCUMENT_TOO_LARGE,
    EMPTY_DOCUMENT,
    NO_CAPTURE,
)
from packtrail.services.upkeep import room
from packtrail.store import captures as rows
from packtrail.store import ids, originals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

_FILENAME_LENGTH_MAX = 200
_ABANDONED = timedelta(minutes=5)


def submit(
    app: Application,
    actor: Actor,
    content: bytes | Upload,
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
        content: The document, 1 to `capture_bytes_max` bytes; as an upload, which the caller
            closes, where it is not held in memory.
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
        Unavailable: The database did not answer, or its disk is nearly full; send it again.
    """
    size = content.size if isinstance(content, Upload) else len(content)
    handed_in = _handed_in(app, actor, size, media_type, filename, error_behaviour)
    with _taken_in(app, content) as upload:
        handed_in = handed_in._replace(sha256=upload.sha256)
        if wait or size <= app.settings.capture_inline_bytes_max:
            planned = streams.planned(app, upload)
            if isinstance(planned, streams.Whole):
                return _begun(app, actor, owner, handed_in, planned).finish()
            outcome = _record_alone(app, actor, owner, handed_in, planned)
            return capture_jobs.finished(handed_in, outcome, owner or actor.organisation_code)
        return _record_afterwards(app, actor, owner, handed_in, upload)


@dataclass(frozen=True, slots=True)
class Begun:
    """A document that was taken in and read whole, and is to be recorded."""

    app: Application
    lone: together.Lone

    def finish(self, lane: together.Lane | None = None) -> CaptureJob:
        """Keep and record it in one transaction, with others that come meanwhile.

        Args:
            lane: By which lane; default: the likeliest.

        Raises:
            NotPermitted: The actor may not record for this owner.
            Unavailable: The database did not answer; send it again.
        """
        return self.job(together.record(self.app, self.lone, lane or self.lone.lane))

    def job(self, outcome: rows.Outcome) -> CaptureJob:
        """Return its job, once it is known what became of it."""
        owner = self.lone.owner or self.lone.actor.organisation_code
        return capture_jobs.finished(self.lone.handed_in, outcome, owner)


def _begun(
    app: Application,
    actor: Actor,
    owner: str | None,
    handed_in: rows.NewCapture,
    planned: streams.Whole,
) -> Begun:
    def alone() -> rows.Outcome:
        return _record_alone(app, actor, owner, handed_in, planned)

    return Begun(app, together.Lone(actor, owner, handed_in, planned.plan, alone))


def begin(
    app: Application,
    actor: Actor,
    content: bytes,
    *,
    media_type: str | None,
    owner: str | None,
    error_behaviour: str,
) -> Begun:
    """Take a small document in and read it, as `submit` does with those it waits for."""
    sha256 = hashlib.sha256(content).digest()
    handed_in = _handed_in(
        app, actor, len(content), media_type, None, error_behaviour, sha256=sha256
    )
    return _begun(app, actor, owner, handed_in, streams.Whole(capturing.plan(app, content)))


def finish_together(
    app: Application, some: Sequence[Begun]
) -> list[CaptureJob | Callable[[], CaptureJob]]:
    """Record those of some documents that wait for nobody, in one transaction.

    Args:
        app: The application.
        some: The documents.

    Returns:
        The job of each, or what finishes it, to be called in a thread that may wait.

    Raises:
        Unavailable: The database did not answer; send them again.
    """
    outcomes = together.record_known(app, [one.lone for one in some])
    return [
        one.job(outcome) if isinstance(outcome, rows.Outcome) else partial(one.finish, outcome)
        for one, outcome in zip(some, outcomes, strict=True)
    ]


def _handed_in(
    app: Application,
    actor: Actor,
    size: int,
    media_type: str | None,
    filename: str | None,
    error_behaviour: str,
    *,
    sha256: bytes = b"",
) -> rows.NewCapture:
    """Return the row of a document, as far as is known before it is looked at."""
    require(actor, Permission.CAPTURE_CREATE)
    behaviour = _behaviour(error_behaviour)
    _check_size(app, size)
    room.require(app.settings)
    at = app.clock()
    return rows.NewCapture(
        capture_id=ids.new_id(at),
        size_bytes=size,
        sha256=sha256,
        media_type=media_type or "application/octet-stream",
        filename=_readable(filename),
        owner_id=0,
        audience_id=0,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        error_behaviour=behaviour.value,
        at=at,
    )


def _taken_in(app: Application, content: bytes | Upload) -> AbstractContextManager[Upload]:
    """Return a document as an upload, which is closed in the end unless the caller closes it."""
    if isinstance(content, Upload):
        return nullcontext(content)
    return Upload.of(app.settings, [content])


def job(app: Application, actor: Actor, capture_id: str) -> CaptureJob:
    """Return one capture job.

    Raises:
        NotFound: No such capture, or none the actor's organisation may see.
    """
    return capture_jobs.of_row(app, capture_row(app, actor, capture_id))


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
    return tuple(capture_jobs.of_row(app, row) for row in found)


def find(app: Application, actor: Actor, text: str, *, limit: int) -> Sequence[CaptureJob]:
    """Return the capture of an identifier, or those of documents with exactly this name."""
    require(actor, Permission.CAPTURE_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        found = rows.by_filename(conn, text, audience_ids=audience_ids, limit=limit)
        if rows.is_id(text):
            one = rows.by_id(conn, text, audience_ids=audience_ids)
            found = [one, *found] if one else found
    return tuple(capture_jobs.of_row(app, row) for row in found)


@dataclass(frozen=True, slots=True)
class Original:
    """A document as it was handed in."""

    pieces: Iterator[bytes]
    """Its octets; the last of them come only when the whole has proved to be right."""
    size_bytes: int
    media_type: str
    filename: str

    def content(self) -> bytes:
        """Return all of it, once."""
        return b"".join(self.pieces)


def original(app: Application, actor: Actor, capture_id: str) -> Original:
    """Return an original document as it was handed in.

    Raises:
        NotFound: No such capture, or none the actor's organisation may see.
    """
    row = capture_row(app, actor, capture_id)
    pieces = originals.pieces(row.capture_id, app.database.reading)
    first = next(pieces)
    ending = "xml" if first.lstrip()[:1] == b"<" else "jsonld"
    return Original(
        pieces=chain([first], pieces),
        size_bytes=row.size_bytes,
        media_type=row.media_type,
        filename=row.filename or f"{row.capture_id}.{ending}",
    )


def recover(app: Application) -> int:
    """Run the captures that were acknowledged and not finished; return how many there are."""
    with app.database.reading() as conn:
        left = rows.running(conn)
    return _resume(app, left)


def finish_unfinished(app: Application) -> int:
    """Run the captures that nobody finishes any more: the database was away, or a server died."""
    until = app.clock() - _ABANDONED
    with app.database.reading() as conn:
        left = rows.running(conn)
    return _resume(
        app,
        [
            row
            for row in left
            if row.created_at <= until and app.progress.get(row.capture_id) is None
        ],
    )


def _resume(app: Application, left: Sequence[rows.CaptureRow]) -> int:
    for row in left:
        app.progress.put(row.capture_id, "waiting", 0.0)
        app.workers.submit(capture_runs.run_patiently, app, row.capture_id)
    return len(left)


def _record_alone(
    app: Application,
    actor: Actor,
    owner: str | None,
    handed_in: rows.NewCapture,
    planned: streams.Planned,
) -> rows.Outcome:
    def record(turn: capturing.Turn) -> rows.Outcome:
        new = _for_owner(turn.conn, actor, owner, handed_in)
        outcome = planned.record(turn, capturing.Job.of(new), clock=app.clock)
        _write_down(turn.conn, actor, new, outcome, Action.CAPTURE_RECORDED)
        return outcome

    try:
        is_simple = isinstance(planned, streams.Whole) and planned.plan.is_bet
        return capturing.attempt(app, record, is_simple=is_simple)
    except (Unavailable, NotPermitted):
        raise
    except Exception as error:  # noqa: BLE001 - told in the job
        findings = streams.findings_of(error, handed_in.capture_id, planned)
        outcome = capturing.refusal(planned.event_count, findings, at=app.clock())
        with app.database.transaction() as conn:
            new = _for_owner(conn, actor, owner, handed_in)
            planned.keep(conn, new.capture_id, at=new.at)
            _write_down(conn, actor, new, outcome, Action.CAPTURE_REFUSED)
    return outcome


def _record_afterwards(
    app: Application, actor: Actor, owner: str | None, handed_in: rows.NewCapture, upload: Upload
) -> CaptureJob:
    """Keep a document; it is recorded by a worker after the answer."""
    with app.database.transaction() as conn:
        new = _for_owner(conn, actor, owner, handed_in)
        pieces = upload.pieces(streams.STORED_BYTES)
        originals.insert_each(conn, new.capture_id, pieces, at=new.at)
        _write_down(conn, actor, new, None, Action.CAPTURE_ACKNOWLEDGED)
    app.progress.put(str(new.capture_id), "waiting", 0.0)
    app.workers.submit(capture_runs.run_patiently, app, str(new.capture_id))
    return job(app, actor.with_permissions({Permission.CAPTURE_READ}), str(new.capture_id))


def _for_owner(
    conn: Connection, actor: Actor, owner: str | None, handed_in: rows.NewCapture
) -> rows.NewCapture:
    owner_id, audience_id = audience_for(conn, actor, owner)
    return handed_in._replace(owner_id=owner_id, audience_id=audience_id)


def _write_down(
    conn: Connection,
    actor: Actor,
    new: rows.NewCapture,
    outcome: rows.Outcome | None,
    action: Action,
) -> None:
    """Write the job, and the audit trails of the owner and of who handed the document in."""
    rows.insert(conn, new, outcome)
    detail = capturing.detail_of_document(new, outcome)
    for organisation_id in sorted({new.owner_id, actor.organisation_id}):
        auditing.write(
            conn,
            actor,
            action,
            str(new.capture_id),
            at=new.at if outcome is None else outcome.at,
            organisation_id=organisation_id,
            detail=detail,
        )


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


def _check_size(app: Application, size: int) -> None:
    if not size:
        raise RefusedError(EMPTY_DOCUMENT.found("The document has no bytes."))
    most = app.settings.capture_bytes_max
    if size > most:
        raise LimitExceeded(
            DOCUMENT_TOO_LARGE.found(f"The document has {size} bytes; at most {most}.")
        )
