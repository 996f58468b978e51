"""Moving: what people do with a report once its files are there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from packtrail.access import require
from packtrail.access.actor import ActorKind
from packtrail.base.errors import RefusedError
from packtrail.reporting import catalogue, codes
from packtrail.reporting.life import TRANSITIONS, State, Step, after
from packtrail.reporting.words import ChannelKind
from packtrail.services.reports import making, steps
from packtrail.services.reports.receivers import required
from packtrail.services.reports.steps import Taken
from packtrail.store import reports as rows

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.store.reports import ReportRow

ANSWERS: Final = (Step.ACKNOWLEDGED, Step.PARTLY, Step.REJECTED)
"""What a person may say that a receiver answered."""


def approve(
    app: Application, actor: Actor, number: int, *, reason: str = "", step_no: int | None = None
) -> ReportRow:
    """Approve a report; where two people must confirm it, the first only confirms.

    Args:
        app: The application.
        actor: Who approves.
        number: Of the report.
        reason: Needed where pre-flight found errors.
        step_no: As the report was seen; None: as it is now.

    Raises:
        NotFound: `REP-020`, there is no such report.
        RefusedError: `REP-021`, it cannot be approved in its state; `REP-022`, a reason is missing;
            `REP-023`, the same person has confirmed it before.
        Conflict: `REP-033`, it was changed meanwhile.
        NotPermitted: The actor may not.
    """
    require_step(actor, Step.APPROVED)
    at = app.clock()
    with app.database.transaction() as conn:
        row = seen(conn, actor, number, step_no)
        steps.require_reason(reason, is_needed=row.state == State.FLAWED)
        if catalogue.form(row.form).is_guarded and not _is_second(conn, actor, row):
            return steps.take(
                app, conn, actor, row, Taken(step=Step.CONFIRMED, reason=reason), at=at
            )
        return approve_row(app, conn, actor, row, reason=reason, at=at)


def approve_row(
    app: Application, conn: Connection, actor: Actor, row: ReportRow, *, reason: str, at: datetime
) -> ReportRow:
    """Approve a report inside a transaction; it is sent as soon as a chore comes by."""
    receiver = required(conn, row.organisation_id, row.receiver)
    has_channel = receiver.channel is not ChannelKind.NONE
    taken = Taken(step=Step.APPROVED, reason=reason, next_at=at if has_channel else None)
    return steps.take(app, conn, actor, row, taken, at=at)


def drop(
    app: Application, actor: Actor, number: int, *, reason: str, step_no: int | None = None
) -> ReportRow:
    """Say that a report will not be sent, and why.

    Raises:
        NotFound: `REP-020`; RefusedError: `REP-021`, `REP-022`; Conflict: `REP-033`.
    """
    return _move(app, actor, number, Taken(step=Step.DROPPED, reason=reason), step_no)


def reopen(
    app: Application, actor: Actor, number: int, *, reason: str, step_no: int | None = None
) -> ReportRow:
    """Take up a report again that was dropped.

    Raises:
        NotFound: `REP-020`; RefusedError: `REP-021`, `REP-022`; Conflict: `REP-033`.
    """
    return _move(app, actor, number, Taken(step=Step.REOPENED, reason=reason), step_no)


def resend(
    app: Application, actor: Actor, number: int, *, reason: str, step_no: int | None = None
) -> ReportRow:
    """Send the same bytes once more: the answer got lost, or the receiver has changed its mind.

    Raises:
        NotFound: `REP-020`; RefusedError: `REP-021`, `REP-022`; Conflict: `REP-033`.
    """
    at = app.clock()
    with app.database.transaction() as conn:
        row = seen(conn, actor, number, step_no)
        receiver = required(conn, row.organisation_id, row.receiver)
        next_at = None if receiver.channel is ChannelKind.NONE else at
        taken = Taken(step=Step.RESENT, reason=reason, next_at=next_at)
        return steps.take(app, conn, actor, row, taken, at=at)


def hand_in(
    app: Application, actor: Actor, number: int, *, reason: str = "", step_no: int | None = None
) -> ReportRow:
    """Say that somebody has handed the files in by other ways: a portal, a mail.

    Raises:
        NotFound: `REP-020`; RefusedError: `REP-021`; Conflict: `REP-033`.
    """
    at = app.clock()
    with app.database.transaction() as conn:
        row = seen(conn, actor, number, step_no)
        made = steps.take(app, conn, actor, row, Taken(step=Step.SENT, reason=reason), at=at)
        making.tie_lot(conn, made)
        return made


def answer(
    app: Application,
    actor: Actor,
    number: int,
    said: Step,
    *,
    reason: str = "",
    reference: str = "",
    step_no: int | None = None,
) -> ReportRow:
    """Say what a receiver answered, where no program can read it.

    Args:
        app: The application.
        actor: Who says it.
        number: Of the report.
        said: One of `ANSWERS`.
        reason: What the receiver said; needed unless it has acknowledged the report.
        reference: The receiver's own number for it.
        step_no: As the report was seen; None: as it is now.

    Raises:
        NotFound: `REP-020`; RefusedError: `REP-021`, `REP-022`; Conflict: `REP-033`.
    """
    answer_named(said)
    steps.require_reason(reason, is_needed=said is not Step.ACKNOWLEDGED)
    taken = Taken(step=said, reason=reason, reference=reference or None)
    return _move(app, actor, number, taken, step_no)


def answer_named(name: str) -> Step:
    """Return what a person says that a receiver answered.

    Raises:
        RefusedError: `REP-032`, it is none of `ANSWERS`.
    """
    if name not in ANSWERS:
        message = f"An answer is one of {', '.join(ANSWERS)}; not {name[:40]!r}."
        raise RefusedError(codes.BAD_ANSWER.found(message, at="answer"))
    return Step(name)


def steps_for(actor: Actor, row: ReportRow) -> tuple[Step, ...]:
    """Return the steps that the actor may take with a report now."""
    state = State(row.state)
    return tuple(
        step
        for step, transition in TRANSITIONS.items()
        if transition.permission is not None
        and actor.may(transition.permission)
        and after(state, step) is not None
    )


def seen(conn: Connection, actor: Actor, number: int, step_no: int | None) -> ReportRow:
    """Return a report as the actor has seen it."""
    row = steps.numbered(conn, actor.organisation_id, number)
    return row if step_no is None else replace(row, step_no=step_no)


def require_step(actor: Actor, step: Step) -> None:
    """Refuse whoever may not take a step.

    Raises:
        NotPermitted: `ACC-001`.
    """
    permission = TRANSITIONS[step].permission
    if permission is not None:
        require(actor, permission)


def _move(
    app: Application, actor: Actor, number: int, taken: Taken, step_no: int | None
) -> ReportRow:
    with app.database.transaction() as conn:
        row = seen(conn, actor, number, step_no)
        return steps.take(app, conn, actor, row, taken, at=app.clock())


def _is_second(conn: Connection, actor: Actor, row: ReportRow) -> bool:
    """Whether somebody else has confirmed these very files.

    Raises:
        RefusedError: `REP-023`, it was the same person, or no person at all.
    """
    if actor.kind is ActorKind.API_KEY:
        message = "Two people must confirm this report; a key is nobody."
        raise RefusedError(codes.NEEDS_OTHER_PERSON.found(message))
    confirmed = [
        each.actor_id
        for each in rows.steps(conn, row.report_id)
        if each.step == Step.CONFIRMED and each.version_no == row.version_no
    ]
    if actor.id in confirmed:
        message = f"{actor.name} has confirmed report {row.number} already; another must."
        raise RefusedError(codes.NEEDS_OTHER_PERSON.found(message))
    return bool(confirmed)
