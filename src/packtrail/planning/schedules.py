"""What a schedule says: when each package is planned, what made it so, and which dates hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.base.findings import Finding
    from packtrail.planning.work import Deadline, Plan


class Cause(StrEnum):
    """What decided when a package starts."""

    PROGRESS = "progress"
    """It has begun or is done."""
    TODAY = "today"
    """It could begin at once."""
    NOT_BEFORE = "not_before"
    """Somebody set its first day, or the plan's."""
    LINK = "link"
    """It waits for another package."""
    BACK = "back"
    """Back-scheduled: later it would eat into the buffer of a date."""
    RESOURCE = "resource"
    """Whoever does it is taken."""


@dataclass(frozen=True, slots=True)
class Driver:
    """What decided when a package starts, and who of its kind."""

    cause: Cause
    code: str = ""
    """The package waited for, or the one that has the resource."""
    calendar: str = ""
    """The calendar whose next window it had to wait for after that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """When a package is planned. Days are ordinals, spans half open; `*_on` are days for people."""

    code: str
    start: int
    until: int
    early_start: int
    """If nothing but its predecessors held it up."""
    early_until: int
    late_until: int | None
    """Finished later, a date is missed; None: no date depends on it."""
    float_days: int | None
    """Working days of its calendar that it may slip before a date is missed.

    Negative when one is missed already: by how many working days, as those of a date are counted.
    """
    driver: Driver
    early_driver: Driver

    @property
    def start_on(self) -> date:
        """The first day of work; of a milestone its day."""
        return date.fromordinal(min(self.start, self.until - 1))

    @property
    def finish_on(self) -> date:
        """The last day of work; of a milestone its day."""
        return date.fromordinal(self.until - 1)

    @property
    def early_finish_on(self) -> date:
        """The day on which it could be finished at the earliest."""
        return date.fromordinal(self.early_until - 1)

    @property
    def late_finish_on(self) -> date | None:
        """The last day on which it may be finished."""
        return None if self.late_until is None else date.fromordinal(self.late_until - 1)

    @property
    def late_days(self) -> int:
        """Days, every one counted, by which it comes too late for a date; 0: in time.

        This alone says on every page what is late: where a date is, so is the work that leads to
        it; of what is done it says nothing.
        """
        return max(0, self.until - self.late_until) if self.late_until is not None else 0


class Outcome(StrEnum):
    """Whether a date will be made."""

    DONE = "done"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    """Made, but out of its buffer."""
    LATE = "late"
    MISSED = "missed"
    """The day has passed, and it is not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Whether one date will be made, and what decides it."""

    deadline: Deadline
    outcome: Outcome
    target_on: date
    """The last day before the buffer of the date."""
    finish_on: date
    early_finish_on: date
    """As soon as it could be, if people and lines were free."""
    slack_days: int
    """Working days between finish and date; negative is late."""
    buffer_left_days: int
    path: tuple[str, ...]
    """The critical path: codes from today's work to the package of the date."""

    @property
    def is_made(self) -> bool:
        """Whether the date holds as things stand."""
        return self.outcome in {Outcome.DONE, Outcome.ON_TRACK, Outcome.AT_RISK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Why levelling put a package elsewhere."""

    code: str
    from_on: date
    to_on: date
    days: int
    """Working days; negative is earlier."""
    resource: str
    """Code of what was taken; empty where it only follows another package."""
    taken_on: date | None
    """The first day on which there was not enough."""
    holders: tuple[str, ...]
    """The packages that had it on that day; or the one it follows."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A plan on its days, as of one day."""

    plan: Plan
    today: date
    slots: Mapping[str, Slot]
    outlooks: tuple[Outlook, ...]
    """By due day."""
    findings: tuple[Finding, ...] = ()
    moves: tuple[Move, ...] = ()
    """What levelling did; empty without."""

    @cached_property
    def critical(self) -> frozenset[str]:
        """The packages that may not slip: they decide a date that is late or without reserve."""
        return frozenset(
            code
            for each in self.outlooks
            if each.outcome in {Outcome.LATE, Outcome.AT_RISK}
            for code in each.path
        ) | frozenset(
            slot.code
            for slot in self.slots.values()
            if slot.float_days is not None
            and slot.float_days <= 0
            and not self.plan.by_code[slot.code].is_done
        )

    @property
    def finish_on(self) -> date | None:
        """The day on which everything is done."""
        return max((each.finish_on for each in self.slots.values()), default=None)
