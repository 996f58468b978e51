"""Rounds: many happenings decided together, in the order in which they happened.

What cannot be yet, because a report is late, is tried again whenever something else happened. Two
happenings that are only possible together, such as a packing and the unpacking that undid it, are
let happen together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from packtrail.production.floor import Change
from packtrail.production.verbs import decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.production.decisions import Decision, Job
    from packtrail.production.floor import Floor
    from packtrail.production.happenings import Happening


@dataclass(slots=True)
class Turn:
    """A happening whose turn it is, and what becomes of it."""

    happening: Happening
    decisions: list[Decision] = field(default_factory=list)
    """What of it happened or was refused, part by part."""
    last: Decision | None = None
    """What was decided last, whether or not anything happened."""

    @property
    def rest(self) -> Happening | None:
        """What of it waits; None: nothing."""
        return self.last.parked if self.last else None

    @property
    def pending(self) -> Happening:
        """What is to be decided next."""
        return self.rest or self.happening

    def take(self, decision: Decision) -> list[Decision]:
        """Take a decision; return it when something happened by it, or was refused."""
        is_idle = decision.parked == self.pending and not decision.events
        self.last = decision
        if is_idle:
            return []
        self.decisions.append(decision)
        return [decision]


def decide_all(
    turns: Sequence[Turn], job: Job, floor: Floor, *, is_complete: bool
) -> list[Decision]:
    """Decide happenings as far as they are possible.

    Args:
        turns: The happenings, those that waited among them; each is told what became of it.
        job: Where and for what.
        floor: What is known of everything they name.
        is_complete: Whether no report is late: then nothing waits, and what is impossible is
            refused.

    Returns:
        The decisions by which something happened or was refused, in the order they were made.
    """
    made: list[Decision] = []
    pending = sorted(turns, key=lambda turn: turn.happening.at)
    is_moving = True
    while pending and is_moving:
        count = len(made)
        made += [each for turn in pending for each in turn.take(decide(turn.pending, job, floor))]
        pending = [turn for turn in pending if turn.rest is not None]
        if len(made) == count:
            made += _together(pending, job, floor)
            pending = [turn for turn in pending if turn.rest is not None]
        is_moving = any(each.events for each in made[count:])
    for turn in pending if is_complete else ():
        made += turn.take(decide(turn.pending, replace(job, may_wait=False), floor))
    return made


def _together(pending: Sequence[Turn], job: Job, floor: Floor) -> list[Decision]:
    """Let what waits happen together, without those that are contradicted even then."""
    trying = list(pending)
    while len(trying) > 1:
        tentative = [(t, decide(t.pending, job, floor, is_tentative=True)) for t in trying]
        tried = [(turn, decision) for turn, decision in tentative if decision.events]
        whole = _whole(decision for _, decision in tried)
        odd = {key for key, _ in floor.contradictions(whole)}
        if not odd:
            return [each for turn, decision in tried for each in turn.take(decision)]
        floor.undo(whole)
        trying = [
            turn for turn, each in tried if not (each.change and odd & each.change.before.keys())
        ]
    return []


def _whole(decisions: Iterable[Decision]) -> Change:
    """Return what several decisions changed, as one change."""
    whole = Change()
    for decision in decisions:
        for key, before in decision.change.before.items() if decision.change else ():
            whole.before.setdefault(key, before)
    return whole
