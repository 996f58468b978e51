"""What resources are asked for on which day, and by whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from packtrail.planning.calendars import MONDAY_TO_FRIDAY, STANDARD, working_days
from packtrail.planning.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.planning.schedules import Schedule

_SLACK = 1e-9
"""Sums of shares such as 0.1 do not come out even."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A day on which there is not enough of a resource."""

    day: int
    resource: str


class Profile:
    """How much of each resource is taken on each day.

    Args:
        capacities: What there is of each resource on a working day.
    """

    def __init__(self, capacities: Mapping[str, float]) -> None:
        self._capacities = capacities
        self._taken: defaultdict[str, defaultdict[int, float]] = defaultdict(
            lambda: defaultdict(float)
        )
        self._holders: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def take(self, code: str, demands: Mapping[str, float], days: Sequence[int]) -> None:
        """Give a package what it needs on its days, whether or not it is there."""
        for resource, amount in demands.items():
            taken, holders = self._taken[resource], self._holders[resource]
            for day in days:
                taken[day] += amount
                holders[day].append(code)

    def clash(
        self, demands: Mapping[str, float], days: Sequence[int], *, is_last: bool
    ) -> Clash | None:
        """Return the first or the last day on which there is not enough; None: there always is."""
        found: Clash | None = None
        for resource, amount in demands.items():
            taken, most = self._taken[resource], self._capacities[resource] + _SLACK
            for day in reversed(days) if is_last else days:
                if found is not None and (day <= found.day if is_last else day >= found.day):
                    break  # Of several on one day the first is told.
                if taken[day] + amount > most:
                    found = Clash(day, resource)
                    break
        return found

    def passed(
        self,
        demands: Mapping[str, float],
        days: Sequence[int],
        first: int,
        count: int,
        clash: Clash,
    ) -> Clash | None:
        """Return the last clash before the first days in a row on which there is enough.

        Args:
            demands: Resource -> amount on each day.
            days: Working days, in order.
            first: Place among them of the first after a clash.
            count: How many are wanted in a row.
            clash: That clash; it is the answer where the first days will do.

        Returns:
            None where the days end before.
        """
        wanted = [
            (name, self._taken[name], self._capacities[name] + _SLACK - amount)
            for name, amount in demands.items()
        ]
        free = 0  # So many days from the first on are known to be free.
        while first + count <= len(days):
            for at in range(first + count - 1, first + free - 1, -1):
                day = days[at]
                for name, taken, most in wanted:
                    if taken[day] > most:
                        clash = Clash(day, name)
                        break
                else:
                    continue
                free, first = first + count - 1 - at, at + 1
                break
            else:
                return clash
        return None

    def holders(self, clash: Clash) -> Sequence[str]:
        """Return the packages that have a resource on a day."""
        return self._holders[clash.resource][clash.day]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is asked of a resource in one period."""

    resource: str
    from_on: date
    demand_days: float
    """Person days, or line days."""
    capacity_days: float
    packages: tuple[str, ...]
    """The packages that ask for it."""

    @property
    def share(self) -> float:
        """Demand over capacity; above 1 is too much."""
        if self.capacity_days:
            return self.demand_days / self.capacity_days
        return 0.0 if not self.demand_days else float("inf")


def weekly(schedule: Schedule, weeks: int) -> Mapping[str, tuple[Load, ...]]:
    """Return what is asked of each resource in each of the coming weeks, this one first.

    Args:
        schedule: The schedule.
        weeks: How many weeks.

    Returns:
        Code of a resource that anything is asked of -> a load for each week.
    """
    monday = schedule.today - timedelta(days=schedule.today.weekday())
    if schedule.today.weekday() > max(MONDAY_TO_FRIDAY):
        monday += timedelta(weeks=1)
    mondays = [monday + timedelta(weeks=week) for week in range(weeks)]
    worked = [_worked(each, schedule.today) for each in mondays]
    capacities = schedule.plan.capacities
    return {
        resource: tuple(
            Load(
                resource=resource,
                from_on=each,
                demand_days=round(sum(asked.values()), 2),
                capacity_days=capacities[resource] * days,
                packages=_most_first(asked),
            )
            for each, days, asked in zip(mondays, worked, by_week, strict=True)
        )
        for resource, by_week in sorted(_asked(schedule, monday.toordinal(), weeks).items())
    }


def _most_first(asked: Mapping[str, float]) -> tuple[str, ...]:
    """Return packages, whoever asks for most first."""
    if len(asked) < 2:
        return tuple(asked)
    return tuple(sorted(asked, key=lambda code: (-asked[code], code)))


def _asked(schedule: Schedule, first: int, weeks: int) -> Mapping[str, list[dict[str, float]]]:
    """Return resource -> for each week package -> what it asks for, in days."""
    grid, last = Grid.of(schedule.plan, schedule.today), first + 7 * weeks
    found: defaultdict[str, list[dict[str, float]]] = defaultdict(
        lambda: [{} for _ in range(weeks)]
    )
    for code, slot in schedule.slots.items():
        demands = schedule.plan.demands[code]
        if not demands or slot.until <= first or slot.start >= last:
            continue
        days: dict[int, int] = {}
        for day in grid.days_of(schedule.plan.by_code[code], slot.start, slot.until):
            if first <= day < last:
                week = (day - first) // 7
                days[week] = days.get(week, 0) + 1
        for resource, amount in demands.items():
            for week, count in days.items():
                found[resource][week][code] = amount * count
    return found


def _worked(monday: date, today: date) -> int:
    """Return how many days of a week are still to be worked."""
    days = working_days(STANDARD, monday, monday + timedelta(days=6))
    return days.count(max(monday, today).toordinal(), monday.toordinal() + 7)
