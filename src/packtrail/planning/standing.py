"""How a programme stands: whether its dates will be made, and what is to be done this week."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.planning.schedules import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from packtrail.planning.schedules import Outlook, Schedule, Slot
    from packtrail.planning.work import WorkPackage

_WORST_FIRST = (Outcome.MISSED, Outcome.LATE, Outcome.AT_RISK, Outcome.ON_TRACK, Outcome.DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the dates of a programme will be made."""

    counts: Mapping[Outcome, int]
    """How many dates come out how."""
    worst: tuple[Outlook, ...]
    """The dates that will not be made or lose their buffer, the worst first."""
    next: Outlook | None
    """The next date that is still to be made."""

    @property
    def total(self) -> int:
        """How many dates there are."""
        return sum(self.counts.values())

    @property
    def made(self) -> int:
        """How many dates are made or will be."""
        return self.total - self.counts[Outcome.LATE] - self.counts[Outcome.MISSED]

    @property
    def broken(self) -> tuple[Outlook, ...]:
        """The dates that will not be made, or were not."""
        return tuple(each for each in self.worst if not each.is_made)

    @property
    def outcome(self) -> Outcome:
        """The worst that happens to any date; done where there is none."""
        return next((each for each in _WORST_FIRST if self.counts[each]), Outcome.DONE)


def verdict(schedule: Schedule) -> Verdict:
    """Return whether the dates of a schedule will be made."""
    threatened = [
        each
        for each in schedule.outlooks
        if each.outcome in {Outcome.LATE, Outcome.MISSED, Outcome.AT_RISK}
    ]
    threatened.sort(key=lambda each: (_WORST_FIRST.index(each.outcome), each.slack_days))
    ahead = (
        each for each in schedule.outlooks if each.outcome not in {Outcome.DONE, Outcome.MISSED}
    )
    return Verdict(
        counts=Counter(each.outcome for each in schedule.outlooks),
        worst=tuple(threatened),
        next=next(ahead, None),
    )


class Task(StrEnum):
    """What is to be done with a package."""

    BEGIN = "begin"
    FINISH = "finish"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A package that somebody has to see to."""

    task: Task
    package: WorkPackage
    slot: Slot
    is_critical: bool


def due(schedule: Schedule, days: int = 7) -> tuple[Due, ...]:
    """Return what is to be begun, finished and gone on with in the next days.

    Args:
        schedule: The schedule.
        days: How many days from today on.

    Returns:
        What may not slip first, then by day.
    """
    until = schedule.today + timedelta(days=days)
    found = list(_due(schedule, until))
    found.sort(key=lambda each: (not each.is_critical, _day(each), each.package.code))
    return tuple(found)


def _day(each: Due) -> date:
    return each.slot.start_on if each.task is Task.BEGIN else each.slot.finish_on


def _due(schedule: Schedule, until: date) -> Iterator[Due]:
    for code, slot in schedule.slots.items():
        package = schedule.plan.by_code[code]
        if package.is_done:
            continue
        if package.is_started or package.is_milestone:
            task = Task.FINISH if slot.finish_on < until else Task.CONTINUE
            is_due = package.is_started or slot.finish_on < until
        else:
            task, is_due = Task.BEGIN, slot.start_on < until
        if is_due:
            yield Due(task=task, package=package, slot=slot, is_critical=code in schedule.critical)


class Heat(StrEnum):
    """How the packages of a cell stand, the worst of them."""

    LATE = "late"
    AT_RISK = "at_risk"
    RUNNING = "running"
    PLANNED = "planned"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The packages that have two things in common."""

    heat: Heat
    total: int
    done: int
    late: int
    """How many cannot be finished in time for a date."""


def heat_map(schedule: Schedule, rows: str, columns: str) -> Mapping[tuple[str, str], Cell]:
    """Return how the packages of a schedule stand, by two of their tags.

    Args:
        schedule: The schedule.
        rows: Name of a tag of packages, such as `market`.
        columns: Name of another, such as `kind`.

    Returns:
        (value of rows, value of columns) -> cell; packages without one of the two are left out.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for package in schedule.plan.packages:
        key = str(getattr(package, rows)), str(getattr(package, columns))
        if all(key):
            groups.setdefault(key, []).append(package.code)
    return {key: _cell(schedule, members) for key, members in groups.items()}


def _cell(schedule: Schedule, members: list[str]) -> Cell:
    heats = Counter(heat_of(schedule, code) for code in members)
    return Cell(
        heat=next(each for each in Heat if heats[each]),
        total=len(members),
        done=heats[Heat.DONE],
        late=heats[Heat.LATE],
    )


def heat_of(schedule: Schedule, code: str) -> Heat:
    """Return how a package stands."""
    package, slot = schedule.plan.by_code[code], schedule.slots[code]
    if package.is_done:
        return Heat.DONE
    if slot.late_days:
        return Heat.LATE
    if code in schedule.critical:
        return Heat.AT_RISK
    return Heat.RUNNING if package.is_started else Heat.PLANNED


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnPoint:
    """How much is done by a day, in person days."""

    on: date
    planned: float
    done: float | None
    """None for days that are still to come."""
    baseline: float | None


def burn_up(
    schedule: Schedule, baseline: Mapping[date, float] | None = None, *, points: int = 40
) -> tuple[BurnPoint, ...]:
    """Return how the work adds up over time: planned, done, and as the baseline had it.

    A package counts on the day it is finished; one that has begun counts for what it has done, on
    today.

    Args:
        schedule: The schedule.
        baseline: Day -> person days to be finished on it, of the baseline.
        points: About how many points to return.
    """
    planned: defaultdict[date, float] = defaultdict(float)
    done: defaultdict[date, float] = defaultdict(float)
    for code, slot in schedule.slots.items():
        package = schedule.plan.by_code[code]
        planned[slot.finish_on] += package.effort_days
        if package.is_done:
            done[slot.finish_on] += package.effort_days
        elif package.is_started:
            done[schedule.today] += package.effort_days * package.done_percent / 100
    ends = [*planned, *(baseline or ()), schedule.today]
    first, last = min(ends), max(ends)
    step = max(1, (last - first).days // points)
    days = [first + timedelta(days=at) for at in range(0, (last - first).days, step)]
    days = sorted({*days, schedule.today, last})
    sums = [_summed(amounts, days) for amounts in (planned, done, baseline or {})]
    return tuple(
        BurnPoint(
            on=day,
            planned=by_plan,
            done=by_now if day <= schedule.today else None,
            baseline=None if baseline is None else agreed,
        )
        for day, by_plan, by_now, agreed in zip(days, *sums, strict=True)
    )


def _summed(amounts: Mapping[date, float], days: Sequence[date]) -> Iterator[float]:
    """Yield what has come together by each of some days, which are in order."""
    total, left = 0.0, sorted(amounts.items(), reverse=True)
    for day in days:
        while left and left[-1][0] <= day:
            total += left.pop()[1]
        yield round(total, 2)
