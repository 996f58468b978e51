"""What held what, and when: containment as intervals between packing and unpacking.

The input is what happened to one object: it was packed into, or unpacked from, something. An object
is in one container at a time, so packing it elsewhere ends the holding before it, said or unsaid.

    >>> from datetime import UTC, datetime
    >>> def at(hour: int) -> Moment:
    ...     return datetime(2026, 3, 3, hour, tzinfo=UTC), STAYS, 0, "", f"event {hour}"
    >>> packed = PackingStep(at=at(8), parent="case", action="ADD")
    >>> unpacked = PackingStep(at=at(9), parent="case", action="DELETE")
    >>> [holding.until[0].hour for holding in held_over_time([unpacked, packed]).holdings]
    [9]

Within one moment an object may go from holder to holder. It does so by stages: out of what held it
before, into and out of whatever it is both packed into and unpacked from, and into where it stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from packtrail.hierarchy import codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packtrail.base.findings import Finding

DEPTH_MAX = 16
"""Levels of containers that are followed."""

Moment = tuple[datetime, int, int, str, str]
"""The order of everything: event time, stage and turn at that time, and the event's id.

The turn is that of `packtrail.epcis.turns.TURNS`. Where several events tell the same, the
first of their ids stands before that of the one that counts.
"""
BEFORE: Final = 0
"""Stage of what befalls an object in the container that it is taken out of at that moment."""
STAYS: Final = 1_000
"""Stage of what befalls it where it stays.

Between the two, an even stage is that of a container which it only passes through. In the odd one
after such a stage, or after `BEFORE`, it is taken out.
"""


class Role(StrEnum):
    """The part an object plays in an event."""

    EPC = "epc"
    PARENT = "parent"
    CHILD = "child"
    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Something held the object from one moment until another (open when None)."""

    parent: str
    since: datetime
    until: datetime | None = None


class PackingStep(NamedTuple):
    """The object was packed into a parent (`ADD`) or unpacked from it (`DELETE`)."""

    at: Moment
    parent: str
    action: str
    is_implied: bool = False
    """The event unpacks everything and does not name the object."""


class Holding(NamedTuple):
    """A parent held the object between two events; open when `until` is None."""

    parent: str
    since: Moment
    until: Moment | None = None

    def covers(self, time: datetime) -> bool:
        """Tell whether the parent held the object before, at, and after a time."""
        return self.since[0] < time and (self.until is None or time < self.until[0])

    def ends_by(self, time: datetime) -> bool:
        """Tell whether the holding was over by a time."""
        return self.until is not None and self.until[0] <= time

    def held(self) -> Held:
        """Return the holding as people see it."""
        until = self.until[0] if self.until else None
        return Held(parent=self.parent, since=self.since[0], until=until)


@dataclass(frozen=True, slots=True)
class Containment:
    """What held an object over time."""

    holdings: tuple[Holding, ...]
    """Oldest first; they do not overlap."""
    findings: tuple[Finding, ...]
    stages: Mapping[str, int] = field(default_factory=dict)
    """Id of a packing event -> its stage, where that is not `STAYS`."""

    @property
    def now(self) -> Holding | None:
        """What holds it now."""
        last = self.holdings[-1] if self.holdings else None
        return last if last is not None and last.until is None else None


_NOTHING: Final = Containment((), ())


def held_over_time(steps: Iterable[PackingStep]) -> Containment:
    """Return what held an object over time.

    Args:
        steps: Every packing and unpacking of the object, in any order; others are ignored.

    Returns:
        The holdings, and what is odd: `TRC-101` packed elsewhere without unpacking, `TRC-102`
        unpacked from what did not hold it.
    """
    every = sorted(steps, key=_in_time)
    if not every:
        return _NOTHING
    if len(every) == 1 and every[0].action == "ADD" and every[0].at[1] == STAYS:
        return Containment((Holding(every[0].parent, every[0].at),), ())
    done: list[Holding] = []
    findings: list[Finding] = []
    stages: dict[str, int] = {}
    now: Holding | None = None
    for told in _moments(every):
        was_in = {now.parent if now else None, *(s.parent for s in told if s.action == "ADD")}
        for step in _staged(told, now):
            if step.at[1] != STAYS:
                stages[step.at[-1]] = step.at[1]
            is_same = now is not None and now.parent == step.parent
            if step.action == "ADD" and not is_same:
                if now is not None:
                    done.append(Holding(parent=now.parent, since=now.since, until=step.at))
                    findings.append(_moved(step, now))
                now = Holding(parent=step.parent, since=step.at)
            elif step.action == "DELETE" and is_same and now is not None:
                done.append(Holding(parent=now.parent, since=now.since, until=step.at))
                now = None
            elif step.action == "DELETE" and not step.is_implied and step.parent not in was_in:
                findings.append(_not_there(step, now))
    return Containment((*done, now) if now else tuple(done), tuple(findings), stages)


def _moments(steps: list[PackingStep]) -> Iterator[Sequence[PackingStep]]:
    """Yield the steps of each moment together."""
    if len({step.at[0] for step in steps}) == len(steps):
        yield from ((step,) for step in steps)
    else:
        yield from (tuple(some) for _, some in groupby(steps, key=_time))


def _time(step: PackingStep) -> datetime:
    return step.at[0]


def _in_time(step: PackingStep) -> tuple[object, ...]:
    """Return the place of a step by all but its stage, which is only about to be found."""
    return step.at[0], step.is_implied, *step.at[2:]


def _staged(steps: Sequence[PackingStep], now: Holding | None) -> list[PackingStep]:
    """Return the packing and unpacking of one moment by their stages.

    Args:
        steps: In order of turn and id.
        now: What held the object before.
    """
    before = now.parent if now else None
    if len(steps) == 1:
        return _alone(steps[0], before)
    named = {step.parent for step in steps if step.action == "DELETE" and not step.is_implied}
    packed = dict.fromkeys(step.parent for step in steps if step.action == "ADD")
    passed = [parent for parent in packed if parent in named and parent != before]
    stages = {parent: 2 * number for number, parent in enumerate(passed, 1)}

    def stage(step: PackingStep) -> int:
        if step.action == "DELETE" and step.parent == before:
            return BEFORE + 1
        passes = stages.get(step.parent)
        return STAYS if passes is None else passes + (step.action == "DELETE")

    found = [
        _at_stage(step, stage(step))
        for step in steps
        # What is emptied is so before anything is put in.
        if not step.is_implied or step.parent == before
    ]
    return sorted(found, key=lambda step: (step.at[1], step.is_implied, *step.at[2:]))


def _alone(step: PackingStep, before: str | None) -> list[PackingStep]:
    """Return the only packing or unpacking of a moment by its stage."""
    if step.action == "DELETE" and step.parent == before:
        return [_at_stage(step, BEFORE + 1)]
    if step.action == "DELETE" and step.is_implied:
        return []
    return [_at_stage(step, STAYS)]


def _at_stage(step: PackingStep, stage: int) -> PackingStep:
    if step.at[1] == stage:
        return step
    return step._replace(at=(step.at[0], stage, *step.at[2:]))


def _moved(step: PackingStep, before: Holding) -> Finding:
    return codes.MOVED_WITHOUT_UNPACKING.found(
        f"At {step.at[0].isoformat()} it was packed into {step.parent}, though {before.parent} had "
        f"held it since {before.since[0].isoformat()} and no event unpacks it from there.",
        at=step.at[-1],
    )


def _not_there(step: PackingStep, now: Holding | None) -> Finding:
    truth = f"it was in {now.parent}" if now else "nothing held it"
    return codes.UNPACKED_FROM_ELSEWHERE.found(
        f"At {step.at[0].isoformat()} it was unpacked from {step.parent}, but {truth}.",
        at=step.at[-1],
    )
