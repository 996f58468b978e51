"""A plan on its calendars, and the two walks through it: push forward, pull backward."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.calendars import ELAPSED, STANDARD, NoWorkingDay, working_days
from packtrail.planning.schedules import Cause, Driver
from packtrail.planning.work import LinkKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.base.findings import Finding
    from packtrail.planning.calendars import WorkingDays
    from packtrail.planning.network import Network
    from packtrail.planning.work import Link, Plan, WorkPackage

_YEARS_AROUND = 12
"""How far around the days of a plan its calendars reach, besides the length of the plan."""
_WORKING_DAYS_OF_A_YEAR = 180
"""Fewer than any calendar has, so that the length of a plan is not taken too short."""
_FROM_START = frozenset({LinkKind.START_START, LinkKind.START_FINISH})
_TO_END = frozenset({LinkKind.FINISH_FINISH, LinkKind.START_FINISH})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a package lies: day ordinals, half open, and what put it there."""

    start: int
    until: int
    driver: Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A plan with its network and the working days of its calendars."""

    plan: Plan
    today: date
    network: Network
    days: Mapping[str, WorkingDays]
    """Code of a package -> the days of its calendar."""
    opens: Mapping[str, tuple[int, Driver]]
    """Code of a package -> the point before which it cannot begin, whatever it waits for."""
    spare: WorkingDays
    """Counted on where a calendar has no day left."""
    windowed: frozenset[str] = frozenset()
    """Codes of the calendars that work within windows only."""
    findings: dict[str, Finding] = field(default_factory=dict)
    """Calendar -> what is wrong with it."""

    @classmethod
    def of(cls, plan: Plan, today: date) -> Grid:
        """Lay a plan out; it must have passed `check`."""
        named = [today, plan.starts_on, *(each.due_on for each in plan.deadlines)]
        for each in plan.packages:
            named += (each.not_before, each.started_on, each.finished_on)
        known = [each for each in named if each is not None]
        days = max(plan.chain_days, _busiest(plan))
        years = _YEARS_AROUND + days // _WORKING_DAYS_OF_A_YEAR
        # Whole years, so that the calendars of tomorrow's schedule are those of today's.
        first, last = date(min(known).year - years, 1, 1), date(max(known).year + years, 12, 31)
        calendars = {
            each.code: working_days(each, first, last)
            for each in (ELAPSED, STANDARD, *plan.calendars)
        }
        return cls(
            plan=plan,
            today=today,
            network=plan.network,
            days={each.code: calendars[each.calendar] for each in plan.packages},
            opens={each.code: _opens(plan, each, today) for each in plan.packages},
            spare=calendars[STANDARD.code],
            windowed=frozenset(each.code for each in plan.calendars if each.windows),
        )

    def shifted(self, code: str, point: int, days: int) -> int:
        """Return a point moved by working days of a package's calendar."""
        if not days:
            return point
        try:
            return self.days[code].shift(point, days)
        except NoWorkingDay as fault:
            # A calendar that does not reach back is not at fault: the date is just too near.
            spare = self.spare if days < 0 else self._lacking(fault)
            return spare.shift(point, days)

    def unshifted(self, code: str, point: int, days: int) -> int:
        """Return the latest point that `shifted` moves no further than a point."""
        try:
            return self.days[code].unshift(point, days)
        except NoWorkingDay:  # As in `shifted`: it does not reach back.
            return self.spare.unshift(point, days)

    def ended(self, code: str, start: int, days: int) -> int:
        """Return when work that may begin on a day is over."""
        try:
            return self.days[code].end(start, days)
        except NoWorkingDay as fault:
            return self._lacking(fault).end(start, days)

    def begun(self, code: str, until: int, days: int) -> int:
        """Return when work that must be over at a point begins at the latest."""
        try:
            return self.days[code].latest(until, days)
        except NoWorkingDay:  # As in `shifted`: it does not reach back.
            return self.spare.start(until, days)

    def spread(self, code: str, until: int, days: int) -> int:
        """Return what `begun` does, though the work would be spread over several windows."""
        try:
            return self.days[code].start(until, days)
        except NoWorkingDay:  # As in `shifted`: it does not reach back.
            return self.spare.start(until, days)

    def worked(self, code: str, day: int, days: int = 1) -> int:
        """Return the first day from a day on at which work of some days can begin."""
        try:
            return self.days[code].earliest(day, days)
        except NoWorkingDay as fault:
            return self._lacking(fault).earliest(day, days)

    def soonest(self, code: str, day: int, days: int) -> tuple[int, int]:
        """Return where work of some days lies that begins as soon as it can from a day on."""
        try:
            return self.days[code].earliest_span(day, days)
        except NoWorkingDay:
            start = self.worked(code, day, days)
            return start, self.ended(code, start, days)

    def days_of(self, package: WorkPackage, start: int, until: int) -> Sequence[int]:
        """Return the days in a span on which people are still to work on a package."""
        begin = max(start, self.today.toordinal()) if package.is_started else start
        try:
            days = self.spare if package.calendar == ELAPSED.code else self.days[package.code]
            return days.within(begin, until)
        except NoWorkingDay:
            return self.spare.within(begin, until)

    def counted(self, code: str, start: int, until: int) -> int:
        """Return the working days between two points; negative when they are the other way."""
        return self.days[code].count(start, until)

    def apart(self, code: str, start: int, until: int) -> int:
        """Return the working days between two points as people count them; see `counted`.

        Where a calendar has windows only, or counts every day, they are those of the standard one:
        seven days of stops can be half a year.
        """
        calendar = self.plan.by_code[code].calendar
        is_own = calendar != ELAPSED.code and calendar not in self.windowed
        return (self.days[code] if is_own else self.spare).count(start, until)

    def _lacking(self, fault: NoWorkingDay) -> WorkingDays:
        if fault.calendar not in self.findings:
            message = f"The calendar {fault.calendar!r} ends before the work that is done on it."
            finding = codes.NO_WORKING_DAY.found(message, at=f"calendars/{fault.calendar}")
            self.findings[fault.calendar] = finding
        return self.spare


def _opens(plan: Plan, package: WorkPackage, today: date) -> tuple[int, Driver]:
    """Return the point before which a package cannot begin, and what says so."""
    # A milestone is the end of a day, so what is said of a day holds from its end on.
    extra = 1 if package.is_milestone else 0
    opening = Bounds(today.toordinal() + extra, _TODAY)
    for day in (plan.starts_on, package.not_before):
        if day is not None:
            opening.raise_start(day.toordinal() + extra, _NOT_BEFORE)
    return opening.start, opening.start_driver


def _busiest(plan: Plan) -> int:
    """Return the working days that the busiest resource needs for all that is asked of it."""
    asked: defaultdict[str, float] = defaultdict(float)
    for package in plan.packages:
        for resource, amount in plan.demands[package.code].items():
            if most := plan.capacities.get(resource):
                asked[resource] += min(1.0, amount / most) * package.duration_days
    return round(max(asked.values(), default=0))


_TODAY, _LINK, _BACK = Driver(Cause.TODAY), Driver(Cause.LINK), Driver(Cause.BACK)
_PROGRESS, _NOT_BEFORE = Driver(Cause.PROGRESS), Driver(Cause.NOT_BEFORE)


@dataclass(slots=True)
class Bounds:
    """The earliest start and end that are allowed, and what says so."""

    start: int
    start_driver: Driver
    end: int = 0
    end_driver: Driver = _LINK

    def raise_start(self, point: int, driver: Driver) -> None:
        """Allow no earlier start."""
        if point > self.start:
            self.start, self.start_driver = point, driver

    def raise_end(self, point: int, driver: Driver) -> None:
        """Allow no earlier end."""
        if point > self.end:
            self.end, self.end_driver = point, driver


def push(grid: Grid, *, floors: Mapping[str, int] | None = None) -> dict[str, Spot]:
    """Place every package as early as today and its links allow.

    Args:
        grid: The plan.
        floors: Code -> the day before which a package is not wanted.
    """
    placed: dict[str, Spot] = {}
    for code in grid.network.order:
        package = grid.plan.by_code[code]
        spot = fixed_spot(grid, package)
        if spot is None:
            bounds = bounds_of(grid, package, placed)
            if floors and code in floors:
                bounds.raise_start(floors[code], _BACK)
            spot = settle(grid, package, bounds)
        placed[code] = spot
    return placed


def fixed_spot(grid: Grid, package: WorkPackage) -> Spot | None:
    """Return where a package lies that has begun or is done; None when it can still be placed."""
    if package.finished_on is not None:
        until = package.finished_on.toordinal() + 1
        if package.is_milestone:  # Still the end of its day, from which links reckon.
            return Spot(until, until, _PROGRESS)
        return Spot((package.started_on or package.finished_on).toordinal(), until, _PROGRESS)
    if package.started_on is None or package.is_milestone:
        return None
    left = -(-package.duration_days * (100 - package.done_percent) // 100)
    start = package.started_on.toordinal()
    until = grid.ended(package.code, max(grid.today.toordinal(), start), max(1, left))
    return Spot(start, until, _PROGRESS)


def bounds_of(grid: Grid, package: WorkPackage, placed: Mapping[str, Spot]) -> Bounds:
    """Return what today, set days and links allow a package that has not begun."""
    bounds = Bounds(*grid.opens[package.code])
    for link in grid.network.before[package.code]:
        point = _reach(grid, link, placed[link.predecessor])
        if link.kind in _TO_END:
            if point > bounds.end:
                bounds.raise_end(point, Driver(Cause.LINK, link.predecessor))
        elif point > bounds.start:
            bounds.raise_start(point, Driver(Cause.LINK, link.predecessor))
    return bounds


def settle(grid: Grid, package: WorkPackage, bounds: Bounds) -> Spot:
    """Place a package as early as its bounds allow."""
    code, days = package.code, package.duration_days
    if package.is_milestone:
        if bounds.end > bounds.start:
            return Spot(bounds.end, bounds.end, bounds.end_driver)
        return Spot(bounds.start, bounds.start, bounds.start_driver)
    start, until = grid.soonest(code, bounds.start, days)
    if start > bounds.start and package.calendar in grid.windowed:
        bounds.start_driver = replace(bounds.start_driver, calendar=package.calendar)
    if bounds.end > until:
        until = grid.worked(code, bounds.end - 1) + 1
        # Not `begun`: within windows that may be the one before, which is over by then.
        return Spot(*grid.soonest(code, grid.spread(code, until, days), days), bounds.end_driver)
    return Spot(start, until, bounds.start_driver)


def _reach(grid: Grid, link: Link, predecessor: Spot) -> int:
    """Return the earliest point that a link allows its successor."""
    point = predecessor.until
    if link.kind in _FROM_START:
        point = predecessor.start + _day_of_start(grid, link)
    if link.is_elapsed or not link.lag_days:
        return point + link.lag_days
    return grid.shifted(link.successor, point, link.lag_days)


def _day_of_start(grid: Grid, link: Link) -> int:
    """Return 1 where a milestone waits for the start of work: it is the end of that day."""
    before, after = grid.plan.by_code[link.predecessor], grid.plan.by_code[link.successor]
    return int(after.is_milestone and not before.is_milestone)


def pull(grid: Grid, ends: Mapping[str, int]) -> dict[str, Spot]:
    """Place every package as late as dates and links allow; those no date depends on are left out.

    Args:
        grid: The plan.
        ends: Code of a deadline -> the point at which its package must be over.
    """
    wanted = wanted_ends(grid, ends)
    placed: dict[str, Spot] = {}
    for code in reversed(grid.network.order):
        spot = latest(grid, code, wanted.get(code), placed)
        if spot is not None:
            placed[code] = spot
    return placed


def wanted_ends(grid: Grid, ends: Mapping[str, int]) -> dict[str, int]:
    """Return the point at which each package with a date must be over, the first of several."""
    wanted: dict[str, int] = {}
    for deadline in grid.plan.deadlines:
        point = ends[deadline.code]
        wanted[deadline.package] = min(point, wanted.get(deadline.package, point))
    return wanted


def latest(grid: Grid, code: str, end: int | None, placed: Mapping[str, Spot]) -> Spot | None:
    """Return the latest place that an end and what waits for a package allow it; None: any."""
    start: int | None = None
    for link in grid.network.after[code]:
        limit = _limit(grid, link, placed.get(link.successor))
        if limit is None:
            continue
        if link.kind in _FROM_START:
            start = limit if start is None else min(start, limit)
        else:
            end = limit if end is None else min(end, limit)
    days = grid.plan.by_code[code].duration_days
    if end is not None:
        begun = grid.begun(code, end, days)
        if start is None or begun <= start:
            # Not `end` itself: what ends with this package ends with its last working day.
            return Spot(begun, grid.ended(code, begun, days) if days else end, _BACK)
    if start is None:
        return None
    if not days:
        return Spot(start, start, _BACK)
    # The last working day that is not after what the link allows, and from which it fits a window.
    begun = grid.begun(code, start + 1, 1)
    begun = grid.begun(code, grid.ended(code, begun, days), days)
    return Spot(begun, grid.ended(code, begun, days), _BACK)


def _limit(grid: Grid, link: Link, successor: Spot | None) -> int | None:
    """Return the latest point that a link allows its predecessor; None when it does not matter."""
    package = grid.plan.by_code[link.successor]
    if successor is None or package.is_done:
        return None
    if link.kind in _TO_END:
        point = successor.until
    elif package.is_started and not package.is_milestone:
        return None
    else:
        point = successor.start
    if link.is_elapsed:
        point -= link.lag_days
    else:
        point = grid.unshifted(link.successor, point, link.lag_days)
    return point - _day_of_start(grid, link) if link.kind in _FROM_START else point
