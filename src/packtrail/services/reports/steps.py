"""Steps: the one place where a report changes, with its history and the audit row beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from packtrail.access import Action, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.reporting import codes
from packtrail.reporting.life import TRANSITIONS, State, Step, after
from packtrail.services import auditing
from packtrail.services.reports import settling
from packtrail.store import reports as rows
from packtrail.store.reports import Change, ReportRow, StepRow

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

_KEEP: Final = object()
_REASON_MAX: Final = 2_000
_AUDITED: Final[Mapping[Step, Action]] = {
    Step.BUILT: Action.REPORT_BUILT,
    Step.CONFIRMED: Action.REPORT_CONFIRMED,
    Step.APPROVED: Action.REPORT_APPROVED,
    Step.SENT: Action.REPORT_SENT,
    Step.RESENT: Action.REPORT_SENT,
    Step.ACKNOWLEDGED: Action.REPORT_ANSWERED,
    Step.PARTLY: Action.REPORT_ANSWERED,
    Step.REJECTED: Action.REPORT_ANSWERED,
    Step.DROPPED: Action.REPORT_DROPPED,
    Step.REOPENED: Action.REPORT_REOPENED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step, and what it makes of the report beside its state."""

    step: Step
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    version_no: int | None = None
    """None: as before; so for those below."""
    score: int | None = None
    reference: str | None = None
    next_at: datetime | None = None
    """When a chore goes on with it; None: never by itself."""
    attempts: int = 0


def take(
    app: Application, conn: Connection, actor: Actor, row: ReportRow, taken: Taken, *, at: datetime
) -> ReportRow:
    """Take a step with a report; the obligation behind it follows.

    Args:
        app: The application.
        conn: The connection whose transaction makes the change.
        actor: Who takes it.
        row: The report as it was seen.
        taken: The step.
        at: When.

    Raises:
        RefusedError: `REP-021`, the step cannot be taken in this state; `REP-022`, a reason is
            missing.
        Conflict: `REP-033`, somebody else was faster.
        NotPermitted: The actor may not.
    """
    transition = TRANSITIONS[taken.step]
    if transition.permission is not None:
        require(actor, transition.permission)
    state = after(State(row.state), taken.step)
    if state is None:
        message = f"Report {row.number} is {row.state}; {taken.step} is not possible then."
        raise RefusedError(codes.WRONG_STATE.found(message))
    require_reason(taken.reason, is_needed=transition.needs_reason)
    new = Change(
        state=state,
        version_no=row.version_no if taken.version_no is None else taken.version_no,
        score=row.score if taken.score is None else taken.score,
        reference=row.reference if taken.reference is None else taken.reference,
        next_at=taken.next_at,
        attempts=taken.attempts,
    )
    step_no = row.step_no + 1
    if not rows.change(conn, row, step_no, new, at=at):
        raise Conflict(codes.STALE_REPORT.found(f"Report {row.number} was changed meanwhile."))
    write(conn, actor, row, step_no, taken, state=state, version_no=new.version_no, at=at)
    if action := _AUDITED.get(taken.step):
        detail = {"receiver": row.receiver, "form": row.form, "version": new.version_no}
        if taken.reason:
            detail["reason"] = taken.reason
        auditing.write(
            conn,
            actor,
            action,
            str(row.number),
            at=at,
            organisation_id=row.organisation_id,
            detail=detail,
        )
    made = required(conn, row.organisation_id, row.report_id)
    if state != row.state:
        settling.follow(app, conn, made, at=at, reason=taken.reason)
    return made


def write(
    conn: Connection,
    actor: Actor,
    row: ReportRow | rows.NewReport,
    step_no: int,
    taken: Taken,
    *,
    state: str,
    version_no: int,
    at: datetime,
) -> None:
    """Write a step down."""
    rows.insert_step(
        conn,
        row.report_id,
        StepRow(
            step_no=step_no,
            step=taken.step,
            state=state,
            version_no=version_no,
            at=at,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=taken.reason,
            detail=dict(taken.detail),
        ),
    )


def required(conn: Connection, organisation_id: int, report_id: UUID) -> ReportRow:
    """Return a report.

    Raises:
        NotFound: `REP-020`, there is none of this organisation.
    """
    row = rows.by_id(conn, organisation_id, report_id)
    if row is None:
        raise NotFound(codes.NO_REPORT.found("There is no such report."))
    return row


def numbered(conn: Connection, organisation_id: int, number: int) -> ReportRow:
    """Return a report by its number.

    Raises:
        NotFound: `REP-020`, there is none of this organisation.
    """
    row = rows.by_number(conn, organisation_id, number)
    if row is None:
        raise NotFound(codes.NO_REPORT.found(f"There is no report {number}."))
    return row


def require_reason(reason: str, *, is_needed: bool) -> None:
    """Refuse a step without the reason that it needs.

    Raises:
        RefusedError: `REP-022`.
    """
    if (is_needed and not reason.strip()) or len(reason) > _REASON_MAX:
        message = f"Say why, in at most {_REASON_MAX:,} characters."
        raise RefusedError(codes.NEEDS_REASON.found(message, at="reason"))
