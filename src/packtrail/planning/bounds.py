"""Bounds: how soon each date could be made by any order of work at all.

A date is never sooner than its longest chain of work, nor than its people can do what leads to it.
Whatever levelling is later than that is the most that another order, or a solver, could win.

Clause:
    The critical path bound and the resource bound of Stinson, Davis and Khumawala, "Multiple
    resource-constrained scheduling using branch and bound", AIIE Transactions 10 (1978).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.planning.grid import Grid, fixed_spot
from packtrail.planning.scheduling import targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.planning.schedules import Schedule, Slot

_SATURDAY, _WEEK = 5, 7
_SLACK = 1e-6
"""Sums of shares such as 0.1 do not come out even."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How soon a date could be made, and how far a schedule is from it."""

    code: str
    """Of the date."""
    title: str
    soonest_on: date
    """No order of work finishes before this day."""
    resource: str
    """Whose work makes it so; empty: the chain of work does."""
    planned_on: date
    winnable_days: int
    """Days by which a better order could at most come nearer to the date less its buffer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a schedule is from what any order of work could reach."""

    dates: tuple[Bound, ...]
    """By day due; those that are done are left out."""
    least_late_days: int
    """By so many days some date is late, in whichever order work is done: all that leads to the
    dates due by a day must be done by then."""

    @property
    def winnable_days(self) -> int:
        """Days that a better order could win at most, over all dates."""
        return sum(each.winnable_days for each in self.dates)


@dataclass(frozen=True, slots=True)
class _Demand:
    """What a package asks of a resource."""

    release: int
    """The first day on which it can begin."""
    amount: float
    """Person days that are left."""
    works_weekends: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of a resource."""

    resource: str
    capacity: float
    demands: Mapping[str, _Demand]
    """By package; what can begin last first."""


def bounds(schedule: Schedule) -> Bounds:
    """Return how soon the open dates of a schedule could be made, alone and together.

    Args:
        schedule: A schedule, levelled or not.
    """
    grid = Grid.of(schedule.plan, schedule.today)
    asked, wanted = _asked(grid, schedule.slots), targets(grid)
    dates, least, together = [], 0, set[str]()
    for each in schedule.outlooks:  # By due day.
        package = each.deadline.package
        if schedule.plan.by_code[package].is_done:
            continue
        leading = _leads_to(grid, package)
        soonest = schedule.slots[package].early_until
        until, resource = _soonest(asked, soonest, leading)
        together |= leading
        due = each.deadline.due_on.toordinal() + 1
        least = max(least, _soonest(asked, soonest, together)[0] - due)
        planned = schedule.slots[package].until
        dates.append(
            Bound(
                code=each.deadline.code,
                title=each.deadline.title,
                soonest_on=date.fromordinal(until - 1),
                resource=resource,
                planned_on=date.fromordinal(planned - 1),
                winnable_days=max(0, planned - max(until, wanted[each.deadline.code])),
            )
        )
    return Bounds(dates=tuple(dates), least_late_days=least)


def _soonest(asked: Sequence[_Asked], alone: int, leading: set[str]) -> tuple[int, str]:
    """Return by which day a package and others can be done, and the resource that decides.

    Args:
        asked: What is asked of each resource.
        alone: By which day the package can be done, if nothing but its predecessors held it up.
        leading: The package with all that leads to it.
    """
    until, resource = alone, ""
    for each in asked:
        if not leading.isdisjoint(each.demands):
            demands = [demand for code, demand in each.demands.items() if code in leading]
            enough = _enough(demands, each.capacity)
            if enough > until:
                until, resource = enough, each.resource
    return until, resource


def _asked(grid: Grid, slots: Mapping[str, Slot]) -> list[_Asked]:
    """Return what is asked of each resource from today on, what can begin last first."""
    found: defaultdict[str, dict[str, _Demand]] = defaultdict(dict)
    for package in grid.plan.packages:
        demands = grid.plan.demands[package.code]
        if not demands or fixed_spot(grid, package) is not None:
            continue  # What has begun stays where it is, and is done however much it asks for.
        slot = slots[package.code]
        days = grid.days_of(package, slot.early_start, slot.early_until)
        weekends = any(_weekday(each) >= _SATURDAY for each in days)
        for resource, amount in demands.items():
            given = min(amount, grid.plan.capacities[resource])
            if given > 0 and days:
                found[resource][package.code] = _Demand(days[0], given * len(days), weekends)
    return [
        _Asked(
            resource,
            grid.plan.capacities[resource],
            dict(sorted(demands.items(), key=lambda each: -each[1].release)),
        )
        for resource, demands in found.items()
    ]


def _leads_to(grid: Grid, package: str) -> set[str]:
    found: set[str] = set()
    left = [package]
    while left:
        code = left.pop()
        if code not in found:
            found.add(code)
            left += [each.predecessor for each in grid.network.before[code]]
    return found


def _enough(demands: Sequence[_Demand], capacity: float) -> int:
    """Return the day by which a resource can have done what is asked of it; 0: nothing is.

    Of what can begin at a day or later, all must be done after that day.
    """
    soonest, amount = 0, 0.0
    weekends = any(each.works_weekends for each in demands)
    for at, each in enumerate(demands):
        amount += each.amount
        if at + 1 == len(demands) or demands[at + 1].release < each.release:
            days = math.ceil(amount / capacity - _SLACK)
            soonest = max(soonest, _after(each.release, days, weekends=weekends))
    return soonest


def _after(day: int, days: int, *, weekends: bool) -> int:
    """Return the day after so many working days from a day on; no holiday is counted."""
    if weekends:
        return day + days
    day += max(0, _WEEK - _weekday(day)) if _weekday(day) >= _SATURDAY else 0
    rank = _weekday(day) + days - 1
    return day - _weekday(day) + _WEEK * (rank // _SATURDAY) + rank % _SATURDAY + 1


def _weekday(day: int) -> int:
    """Return the day of the week of an ordinal, Monday 0."""
    return (day - 1) % _WEEK
