"""Two schedules side by side: what a change, or time, has done to a plan.

Baselines are kept as snapshots, so the same comparison tells of drift and of what-if.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.planning.schedules import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.planning.schedules import Outlook, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMark:
    """One package, as it was planned."""

    title: str
    start_on: date
    finish_on: date
    effort_days: float = 0.0
    cost_eur: int = 0
    done_percent: int = 0
    market: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMark:
    """One date, as it looked."""

    title: str
    due_on: date
    finish_on: date
    outcome: Outcome
    slack_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A schedule, as it is kept."""

    as_of: date
    packages: Mapping[str, PackageMark]
    dates: Mapping[str, DateMark]


class ShiftKind(StrEnum):
    """What became of a package."""

    ADDED = "added"
    REMOVED = "removed"
    LATER = "later"
    EARLIER = "earlier"
    CHANGED = "changed"
    """On the same days, with another effort or cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What became of one package."""

    code: str
    kind: ShiftKind
    days: int
    """Days between the two finishes, every day counted; negative is earlier."""
    before: PackageMark | None
    after: PackageMark | None

    @property
    def title(self) -> str:
        """What the package is called, or was."""
        mark = self.after or self.before
        return mark.title if mark else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateShift:
    """What became of one date."""

    code: str
    before: DateMark | None
    after: DateMark | None

    @property
    def title(self) -> str:
        """What the date is called, or was."""
        mark = self.after or self.before
        return mark.title if mark else ""

    @property
    def days(self) -> int:
        """Days between the two finishes, every day counted; negative is earlier."""
        if self.before is None or self.after is None:
            return 0
        return (self.after.finish_on - self.before.finish_on).days

    @property
    def is_worse(self) -> bool:
        """Whether a date that held does not hold any more."""
        return (
            self.before is not None
            and self.after is not None
            and self.before.outcome not in _BROKEN
            and self.after.outcome in _BROKEN
        )

    @property
    def is_better(self) -> bool:
        """Whether a date that did not hold holds now."""
        return (
            self.before is not None
            and self.after is not None
            and self.before.outcome in _BROKEN
            and self.after.outcome not in _BROKEN
        )

    @property
    def is_nearer(self) -> bool:
        """Whether a date that does not hold would be missed by fewer days."""
        return (
            self.before is not None
            and self.after is not None
            and self.before.outcome in _BROKEN
            and self.after.outcome in _BROKEN
            and self.days < 0
        )


_BROKEN = frozenset({Outcome.LATE, Outcome.MISSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What lies between two schedules."""

    before: Snapshot
    after: Snapshot
    shifts: tuple[Shift, ...]
    """The packages that differ, the largest move first."""
    dates: tuple[DateShift, ...]
    """All dates, by the day they are due."""

    @property
    def effort_days(self) -> float:
        """Person days more, or fewer."""
        before, after = (
            sum(mark.effort_days for mark in each.packages.values())
            for each in (self.before, self.after)
        )
        return after - before

    @property
    def cost_eur(self) -> int:
        """Euros more, or fewer."""
        before, after = (
            sum(mark.cost_eur for mark in each.packages.values())
            for each in (self.before, self.after)
        )
        return after - before

    @property
    def later(self) -> tuple[DateShift, ...]:
        """The dates that are made later than before, the furthest first."""
        found = (each for each in self.dates if each.days > 0)
        return tuple(sorted(found, key=lambda each: (-each.days, each.code)))

    @property
    def finish_days(self) -> int:
        """Days by which the end of everything moves."""
        ends = [
            max((mark.finish_on for mark in each.packages.values()), default=None)
            for each in (self.before, self.after)
        ]
        return (ends[1] - ends[0]).days if ends[0] and ends[1] else 0


def snapshot(schedule: Schedule) -> Snapshot:
    """Return what is kept of a schedule."""
    return Snapshot(
        as_of=schedule.today,
        packages={
            code: PackageMark(
                title=(package := schedule.plan.by_code[code]).title,
                start_on=slot.start_on,
                finish_on=slot.finish_on,
                effort_days=package.effort_days,
                cost_eur=package.cost_eur,
                done_percent=100 if package.is_done else package.done_percent,
                market=package.market,
            )
            for code, slot in schedule.slots.items()
        },
        dates={each.deadline.code: _date_mark(each) for each in schedule.outlooks},
    )


def compare(before: Snapshot, after: Snapshot) -> Comparison:
    """Return what lies between two snapshots."""
    shifts = sorted(_shifts(before, after), key=lambda each: (-abs(each.days), each.code))
    codes = sorted(
        before.dates.keys() | after.dates.keys(),
        key=lambda code: ((after.dates.get(code) or before.dates[code]).due_on, code),
    )
    dates = tuple(
        DateShift(code=code, before=before.dates.get(code), after=after.dates.get(code))
        for code in codes
    )
    return Comparison(before=before, after=after, shifts=tuple(shifts), dates=dates)


def _date_mark(outlook: Outlook) -> DateMark:
    return DateMark(
        title=outlook.deadline.title,
        due_on=outlook.deadline.due_on,
        finish_on=outlook.finish_on,
        outcome=outlook.outcome,
        slack_days=outlook.slack_days,
    )


def _shifts(before: Snapshot, after: Snapshot) -> Iterator[Shift]:
    for code in before.packages.keys() | after.packages.keys():
        old, new = before.packages.get(code), after.packages.get(code)
        kind, days = _kind(old, new)
        if kind is not None:
            yield Shift(code=code, kind=kind, days=days, before=old, after=new)


def _kind(old: PackageMark | None, new: PackageMark | None) -> tuple[ShiftKind | None, int]:
    if old is None:
        return ShiftKind.ADDED, 0
    if new is None:
        return ShiftKind.REMOVED, 0
    days = (new.finish_on - old.finish_on).days
    if days or new.start_on != old.start_on:
        later = days > 0 or (days == 0 and new.start_on > old.start_on)
        return (ShiftKind.LATER if later else ShiftKind.EARLIER), days
    if (old.effort_days, old.cost_eur) != (new.effort_days, new.cost_eur):
        return ShiftKind.CHANGED, 0
    return None, 0
