r"""The life of a report: states, and the steps between them, as one table.

    due -> built -> checked -> approved -> sent -> acknowledged
                 \-> flawed                   \-> partly, rejected -> built anew, or sent again

Steps are kept for ever; the state is what the last of them says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from packtrail.access import Permission


class State(StrEnum):
    """Where a report stands."""

    DUE = "due"
    """It must be made."""
    BUILT = "built"
    """There are files, not checked yet."""
    CHECKED = "checked"
    """The files keep to everything that is known of the receiver's rules."""
    FLAWED = "flawed"
    """They do not, or something is missing for them."""
    APPROVED = "approved"
    """It may be sent; it is sent as soon as the receiver takes it."""
    SENT = "sent"
    """It was handed over; the answer is awaited."""
    ACKNOWLEDGED = "acknowledged"
    PARTLY = "partly"
    """The receiver took some of it."""
    REJECTED = "rejected"
    DROPPED = "dropped"
    """It will not be sent."""


class Step(StrEnum):
    """What happens to a report."""

    FOUND = "found"
    """The watch found that it is due."""
    ASKED = "asked"
    """A person asked for it."""
    BUILT = "built"
    PASSED = "passed"
    FAILED = "failed"
    """Pre-flight found errors."""
    CONFIRMED = "confirmed"
    """The first of two people."""
    APPROVED = "approved"
    SENT = "sent"
    NOT_TAKEN = "not_taken"
    """An attempt to send it did not succeed."""
    WAITING = "waiting"
    """The receiver has it and says that it is still at it."""
    ACKNOWLEDGED = "acknowledged"
    PARTLY = "partly"
    REJECTED = "rejected"
    UNREADABLE = "unreadable"
    """The receiver answered, and nobody can say what."""
    RESENT = "resent"
    """The same bytes are to be sent once more."""
    DROPPED = "dropped"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Transition:
    """From where a step can be taken, and where it leads."""

    before: frozenset[State]
    after: State | None
    """None: the state stays."""
    permission: Permission | None = None
    """What a person needs for it; None: only the machinery takes it."""
    needs_reason: bool = False


_S = State
OPEN: Final = frozenset({_S.DUE, _S.BUILT, _S.CHECKED, _S.FLAWED})
"""States in which files can still be made anew without anybody having got them."""
_ANSWERED: Final = frozenset({_S.PARTLY, _S.REJECTED})
DONE: Final = frozenset({_S.ACKNOWLEDGED, _S.DROPPED})

TRANSITIONS: Final[dict[Step, Transition]] = {
    Step.BUILT: Transition(OPEN | _ANSWERED | {_S.APPROVED}, _S.BUILT, Permission.REPORTING_CREATE),
    Step.PASSED: Transition(frozenset({_S.BUILT, _S.CHECKED, _S.FLAWED}), _S.CHECKED),
    Step.FAILED: Transition(frozenset({_S.DUE, _S.BUILT, _S.CHECKED, _S.FLAWED}), _S.FLAWED),
    Step.CONFIRMED: Transition(
        frozenset({_S.CHECKED, _S.FLAWED}), None, Permission.REPORTING_APPROVE
    ),
    Step.APPROVED: Transition(
        frozenset({_S.CHECKED, _S.FLAWED}), _S.APPROVED, Permission.REPORTING_APPROVE
    ),
    Step.SENT: Transition(frozenset({_S.APPROVED}), _S.SENT, Permission.REPORTING_SEND),
    Step.NOT_TAKEN: Transition(frozenset({_S.APPROVED, _S.SENT}), None),
    Step.WAITING: Transition(frozenset({_S.SENT}), None),
    Step.ACKNOWLEDGED: Transition(frozenset({_S.SENT}), _S.ACKNOWLEDGED, Permission.REPORTING_SEND),
    Step.PARTLY: Transition(frozenset({_S.SENT}), _S.PARTLY, Permission.REPORTING_SEND),
    Step.REJECTED: Transition(frozenset({_S.SENT}), _S.REJECTED, Permission.REPORTING_SEND),
    Step.UNREADABLE: Transition(frozenset({_S.SENT}), None),
    Step.RESENT: Transition(
        _ANSWERED | {_S.SENT}, _S.APPROVED, Permission.REPORTING_SEND, needs_reason=True
    ),
    Step.DROPPED: Transition(
        OPEN | _ANSWERED | {_S.APPROVED},
        _S.DROPPED,
        Permission.REPORTING_APPROVE,
        needs_reason=True,
    ),
    Step.REOPENED: Transition(
        frozenset({_S.DROPPED}), _S.DUE, Permission.REPORTING_APPROVE, needs_reason=True
    ),
}
"""Step -> from where it can be taken, and where it leads. The first step is not here."""


def after(state: State, step: Step) -> State | None:
    """Return the state that a step leads to, or None where it cannot be taken."""
    transition = TRANSITIONS[step]
    if state not in transition.before:
        return None
    return transition.after or state


def steps_from(state: State) -> tuple[Step, ...]:
    """Return the steps that a person may take with a report in a state."""
    return tuple(
        step
        for step, transition in TRANSITIONS.items()
        if transition.permission is not None and state in transition.before
    )
