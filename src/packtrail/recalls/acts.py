"""Steps of a recall that cannot be undone, and what guards each, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.recalls import codes
from packtrail.recalls.terms import RecallKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.recalls.case import Case


class Act(StrEnum):
    """A step that cannot be undone."""

    PUBLISH = "publish"
    """Give the lots the status recalled."""
    SEND = "send"
    """Say that messages were sent."""
    CLOSE = "close"
    """End the recall, with a signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRule:
    """What a step does, and what guards it."""

    words: str
    warning: str
    """What somebody should know before they confirm it."""
    needs_two: bool
    """Whether a second person takes it where the policy of the installation says so."""
    is_signed: bool = False
    in_drill: bool = True


RULES: Final[Mapping[Act, ActRule]] = {
    Act.PUBLISH: ActRule(
        words="Publish the status",
        warning="Every pack of the lots counts as recalled, for ever and for everybody who may see "
        "them. A recall of a lot is never taken back.",
        needs_two=True,
        in_drill=False,
    ),
    Act.SEND: ActRule(
        words="Mark messages as sent",
        warning="The clocks of reminders begin, and the record says that these holders were told.",
        needs_two=False,
    ),
    Act.CLOSE: ActRule(
        words="Close",
        warning="Nothing can be added afterwards. You sign the report as it is now.",
        needs_two=True,
        is_signed=True,
    ),
}
"""Step -> what guards it."""


def objections(case: Case, act: Act, *, confirmation: str, reason: str) -> Iterator[Finding]:
    """Yield what is wrong with taking a step now: `RCL-003`, `-004`, `-006`, `-007`.

    Args:
        case: The recall as it stands.
        act: The step.
        confirmation: What was typed to confirm it: the number of the recall.
        reason: Why.
    """
    rule = RULES[act]
    if case.is_closed:
        yield codes.OUT_OF_TURN.found(f"{case.number} is closed.")
        return
    if case.kind is RecallKind.DRILL and not rule.in_drill:
        yield codes.DRILL_CHANGES_NOTHING.found(f"{case.number} is a drill.")
    if act is Act.PUBLISH and case.published_at is not None:
        yield codes.OUT_OF_TURN.found(f"The status of {case.number} is published already.")
    if confirmation.strip() != case.number:
        text = f"{confirmation[:40]!r} was typed, not {case.number}."
        yield codes.NOT_CONFIRMED.found(text, at="confirmation")
    if not reason.strip():
        yield codes.NO_REASON.found("The step gives no reason.", at="reason")


def wants_second(case: Case, act: Act, *, person: str, has_policy: bool) -> Finding | None:
    """Return `RCL-005` where another person has to take a step that this one takes.

    Args:
        case: The recall as it stands.
        act: The step.
        person: Id of who takes it.
        has_policy: Whether the installation wants two persons.
    """
    if not (has_policy and RULES[act].needs_two):
        return None
    by = case.proposed.get(act)
    if by is not None and by != person:
        return None
    text = "Proposed; a second person has to take the step."
    return codes.SECOND_PERSON.found(text, at=act.value)
