"""How states, steps and verbs of reports are shown: one table each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from packtrail.rendering.words import Word
from packtrail.reporting.life import State, Step
from packtrail.reporting.words import Grounds
from packtrail.services.reports.verbs import Verb

STATES: Final[dict[State, Word]] = {
    State.DUE: Word("Due", "time", "moving"),
    State.BUILT: Word("Built", "document", "moving"),
    State.CHECKED: Word("Checked", "check", "good"),
    State.FLAWED: Word("Flawed", "warning", "attention"),
    State.APPROVED: Word("Approved", "active", "good"),
    State.SENT: Word("Sent", "upload", "moving"),
    State.ACKNOWLEDGED: Word("Acknowledged", "active", "good"),
    State.PARTLY: Word("Partly taken", "partial", "attention"),
    State.REJECTED: Word("Rejected", "error", "bad"),
    State.DROPPED: Word("Dropped", "withdrawn", "done"),
}
STEPS: Final[dict[str, str]] = {
    Step.FOUND: "Found to be due",
    Step.ASKED: "Asked for",
    Step.BUILT: "Files built",
    Step.PASSED: "Passed the check",
    Step.FAILED: "Failed the check",
    Step.CONFIRMED: "Confirmed by the first of two",
    Step.APPROVED: "Approved",
    Step.SENT: "Sent",
    Step.NOT_TAKEN: "Not taken, tried again later",
    Step.WAITING: "The receiver is at work",
    Step.ACKNOWLEDGED: "Acknowledged",
    Step.PARTLY: "Partly taken",
    Step.REJECTED: "Rejected",
    Step.UNREADABLE: "Answered, and nobody can read it",
    Step.RESENT: "To be sent again",
    Step.DROPPED: "Dropped",
    Step.REOPENED: "Taken up again",
}
GROUNDS: Final[dict[Grounds, Word]] = {
    Grounds.SCHEMA: Word("Valid by the receiver's schema", "active", "good"),
    Grounds.GUIDELINE: Word("By a published guide", "check", "good"),
    Grounds.PRACTICE: Word("As others send it; unverified", "warning", "attention"),
    Grounds.NEUTRAL: Word("Layout of our own; unverified", "warning", "attention"),
}
ROLES: Final[dict[str, str]] = {"outgoing": "Leaves", "answer": "Came back", "paper": "On paper"}
"""Role of a file -> how it is told."""


@dataclass(frozen=True, slots=True)
class Act:
    """How a verb is offered."""

    label: str
    help: str
    icon: str
    needs_reason: bool = False
    is_main: bool = False
    """Shown as a button at once; the others are behind `More`."""
    is_danger: bool = False
    asks_reference: bool = False


ACTS: Final[dict[Verb, Act]] = {
    Verb.BUILD: Act("Build the files", "From what is recorded now; then they are checked.",
                    "document", is_main=True),
    Verb.APPROVE: Act("Approve", "It is sent as soon as the receiver takes it.",
                      "check", is_main=True),
    Verb.SEND: Act("Send or ask now", "Without waiting for the chore.", "upload", is_main=True),
    Verb.HAND_IN: Act("Handed in by hand", "Somebody has brought the files there another way.",
                      "upload"),
    Verb.ACKNOWLEDGE: Act("Receiver took it", "Say what came back, where no program reads it.",
                          "active", asks_reference=True),
    Verb.PARTLY: Act("Receiver took part of it", "Say what it did not take.",
                     "partial", needs_reason=True, asks_reference=True),
    Verb.REJECT: Act("Receiver rejected it", "Say why.",
                     "error", needs_reason=True, asks_reference=True),
    Verb.RESEND: Act("Send the same bytes again", "Say why they will be taken now.",
                     "return", needs_reason=True),
    Verb.DROP: Act("Drop it", "It will not be sent. Say why.",
                   "withdrawn", needs_reason=True, is_danger=True),
    Verb.REOPEN: Act("Take it up again", "Say why.", "return", needs_reason=True),
}  # fmt: skip
"""Verb -> how it is offered, the usual first."""

STAGES: Final[tuple[tuple[str, frozenset[State]], ...]] = (
    ("Due", frozenset({State.DUE})),
    ("Built", frozenset({State.BUILT})),
    ("Checked", frozenset({State.CHECKED, State.FLAWED})),
    ("Approved", frozenset({State.APPROVED})),
    ("Sent", frozenset({State.SENT})),
    ("Answered", frozenset({State.ACKNOWLEDGED, State.PARTLY, State.REJECTED})),
)
"""The way of a report, for the line on its page; a dropped one has left it."""


def stage_of(state: State) -> int:
    """Return where on its way a report is; -1 where it has left it."""
    return next((n for n, (_, states) in enumerate(STAGES) if state in states), -1)
