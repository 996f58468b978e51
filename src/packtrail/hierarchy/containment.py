"""What held what, and when: containment as intervals between packing and unpacking.

The input is what happened to one object: it was packed into, or unpacked from, something. An object
is in one container at a time, so packing it elsewhere ends the holding before it, said or unsaid.

    >>> from datetime import UTC, datetime
    >>> def at(hour: int) -> Moment:
    ...     return datetime(2026, 3, 3, hour, tzinfo=UTC), 0, f"event {hour}", f"event {hour}"
    >>> packed = PackingStep(at=at(8), parent="case", action="ADD")
    >>> unpacked = PackingStep(at=at(9), parent="case", action="DELETE")
    >>> [holding.until == at(9) for holding in held_over_time([unpacked, packed]).holdings]
    [True]
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.hierarchy import codes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.base.findings import Finding

DEPTH_MAX = 16
"""Levels of containers that are followed."""

Moment = tuple[datetime, int, str, str]
"""The order of everything: event time, turn at that time, and the event's id.

The turn is that of `packtrail.lifecycle.states.TURNS`. Where several events tell the same, the
first of their ids stands before that of the one that counts.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingStep:
    """The object was packed into a parent (`ADD`) or unpacked from it (`DELETE`)."""

    at: Moment
    parent: str
    action: str
    is_implied: bool = False
    """The event unpacks everything and does not name the object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A parent held the object between two events; open when `until` is None."""

    parent: str
    since: Moment
    until: Moment | None = None

    def covers(self, at: Moment) -> bool:
        """Tell whether something at this moment happened while the parent held the object."""
        return self.since < at and (self.until is None or at < self.until)

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

    @property
    def now(self) -> Holding | None:
        """What holds it now."""
        last = self.holdings[-1] if self.holdings else None
        return last if last is not None and last.until is None else None


def held_over_time(steps: Iterable[PackingStep]) -> Containment:
    """Return what held an object over time.

    Args:
        steps: Every packing and unpacking of the object, in any order; others are ignored.

    Returns:
        The holdings, and what is odd: `TRC-101` packed elsewhere without unpacking, `TRC-102`
        unpacked from what did not hold it.
    """
    done: list[Holding] = []
    findings: list[Finding] = []
    now: Holding | None = None
    for step in sorted(steps, key=lambda step: step.at):
        is_same = now is not None and now.parent == step.parent
        if step.action == "ADD" and not is_same:
            if now is not None:
                done.append(Holding(parent=now.parent, since=now.since, until=step.at))
                findings.append(_moved(step, now))
            now = Holding(parent=step.parent, since=step.at)
        elif step.action == "DELETE" and is_same and now is not None:
            done.append(Holding(parent=now.parent, since=now.since, until=step.at))
            now = None
        elif step.action == "DELETE" and not step.is_implied:
            findings.append(_not_there(step, now))
    return Containment((*done, now) if now else tuple(done), tuple(findings))


def _moved(step: PackingStep, before: Holding) -> Finding:
    return codes.MOVED_WITHOUT_UNPACKING.found(
        f"At {step.at[0].isoformat()} it was packed into {step.parent}, though {before.parent} had "
        f"held it since {before.since[0].isoformat()} and no event unpacks it from there.",
        at=step.at[3],
    )


def _not_there(step: PackingStep, now: Holding | None) -> Finding:
    truth = f"it was in {now.parent}" if now else "nothing held it"
    return codes.UNPACKED_FROM_ELSEWHERE.found(
        f"At {step.at[0].isoformat()} it was unpacked from {step.parent}, but {truth}.",
        at=step.at[3],
    )
