"""Verbs: what somebody can do with a report, by one word, for doors that offer a choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.reporting.life import State, Step
from packtrail.reporting.words import ChannelKind
from packtrail.services.reports import making, moving, sending

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.reports.receivers import Receiver
    from packtrail.store.reports import ReportRow


class Verb(StrEnum):
    """What somebody does with a report."""

    BUILD = "build"
    APPROVE = "approve"
    SEND = "send"
    """Hand it over now, or ask for the answer now."""
    HAND_IN = "hand_in"
    ACKNOWLEDGE = "acknowledge"
    """Say that the receiver has taken it; so for the two below."""
    PARTLY = "partly"
    REJECT = "reject"
    RESEND = "resend"
    DROP = "drop"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A verb with what is said beside it."""

    verb: Verb
    reason: str = ""
    reference: str = ""
    """Of an answer: the receiver's own number."""
    facts: Mapping[str, str] | None = field(default=None)
    """Of a build: over those that the report has; an empty text takes one away."""
    step_no: int | None = None
    """As the report was seen; None: as it is now."""


def do(app: Application, actor: Actor, number: int, deed: Deed) -> ReportRow:
    """Do something with a report.

    Raises:
        NotFound: `REP-020`, there is no such report.
        RefusedError: `REP-021` to `REP-023`, `REP-027`, `REP-036`: as the verb says.
        Conflict: `REP-033`, it was changed meanwhile.
        NotPermitted: The actor may not.
    """
    return _DOINGS[deed.verb](app, actor, number, deed)


_VERBS: Final[Mapping[Step, Verb]] = {
    Step.BUILT: Verb.BUILD,
    Step.APPROVED: Verb.APPROVE,
    Step.SENT: Verb.HAND_IN,
    Step.ACKNOWLEDGED: Verb.ACKNOWLEDGE,
    Step.PARTLY: Verb.PARTLY,
    Step.REJECTED: Verb.REJECT,
    Step.RESENT: Verb.RESEND,
    Step.DROPPED: Verb.DROP,
    Step.REOPENED: Verb.REOPEN,
}
"""Step of a life -> the verb by which a person takes it; no verb: it comes with another."""


def possible(actor: Actor, row: ReportRow, receiver: Receiver) -> tuple[Verb, ...]:
    """Return what the actor can do with a report now, in the order of the verbs."""
    found = {_VERBS[step] for step in moving.steps_for(actor, row) if step in _VERBS}
    is_on_its_way = row.state in {State.APPROVED, State.SENT}
    has_channel = receiver.channel is not ChannelKind.NONE
    if is_on_its_way and has_channel and actor.may(Permission.REPORTING_SEND):
        found.add(Verb.SEND)
    return tuple(verb for verb in Verb if verb in found)


_Doing = Callable[["Application", "Actor", int, Deed], "ReportRow"]


def _build(app: Application, actor: Actor, number: int, deed: Deed) -> ReportRow:
    return making.build(app, actor, number, facts=deed.facts, step_no=deed.step_no)


def _send(app: Application, actor: Actor, number: int, deed: Deed) -> ReportRow:  # noqa: ARG001
    return sending.send_now(app, actor, number)


def _with_reason(move: Callable[..., ReportRow]) -> _Doing:
    def doing(app: Application, actor: Actor, number: int, deed: Deed) -> ReportRow:
        return move(app, actor, number, reason=deed.reason, step_no=deed.step_no)

    return doing


def _answered(step: Step) -> _Doing:
    def doing(app: Application, actor: Actor, number: int, deed: Deed) -> ReportRow:
        return moving.answer(
            app,
            actor,
            number,
            step,
            reason=deed.reason,
            reference=deed.reference,
            step_no=deed.step_no,
        )

    return doing


_DOINGS: Final[Mapping[Verb, _Doing]] = {
    Verb.BUILD: _build,
    Verb.APPROVE: _with_reason(moving.approve),
    Verb.SEND: _send,
    Verb.HAND_IN: _with_reason(moving.hand_in),
    Verb.ACKNOWLEDGE: _answered(Step.ACKNOWLEDGED),
    Verb.PARTLY: _answered(Step.PARTLY),
    Verb.REJECT: _answered(Step.REJECTED),
    Verb.RESEND: _with_reason(moving.resend),
    Verb.DROP: _with_reason(moving.drop),
    Verb.REOPEN: _with_reason(moving.reopen),
}
