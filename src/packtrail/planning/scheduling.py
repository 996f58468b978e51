"""Scheduling: from a plan and a day to the days of every package.

Forward from today it finds how soon each package could be done, backward from the dates how late it
may be. Work is then put as late as the buffered dates allow, but never before it can begin; where a
date is too near, that is as soon as possible, and the date is reported late.

Clause:
    The critical path method with calendars and the four kinds of links, as ISO 21500 and the GAO
    Schedule Assessment Guide (GAO-16-89G) describe it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.planning import codes
from packtrail.planning.checking import check
from packtrail.planning.grid import Grid, Spot, pull, push
from packtrail.planning.schedules import Cause, Outcome, Outlook, Schedule, Slot
from packtrail.planning.work import Placement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.planning.work import Deadline, Plan


@dataclass(frozen=True, slots=True)
class Walks:
    """A plan with its three walks, from which everything else follows."""

    grid: Grid
    early: Mapping[str, Spot]
    """Forward from today: as soon as links allow."""
    aimed: Mapping[str, Spot]
    """Backward from the dates less their buffers: when each package is wanted."""
    late: Mapping[str, Spot]
    """Backward from the dates: as late as links allow."""

    @classmethod
    def of(cls, plan: Plan, today: date) -> Walks:
        """Walk through a plan.

        Raises:
            RefusedError: `PLN-001` to `PLN-004`, the plan cannot be scheduled.
        """
        found = check(plan)
        if has_errors(found):
            raise RefusedError(*found)
        grid = Grid.of(plan, today)
        return cls(
            grid,
            push(grid),
            pull(grid, targets(grid)),
            pull(grid, {each.code: each.due_on.toordinal() + 1 for each in plan.deadlines}),
        )

    @property
    def floors(self) -> dict[str, int]:
        """The days to which back-scheduling moves what is to be placed late."""
        plan = self.grid.plan
        return {
            code: spot.start
            for code, spot in self.aimed.items()
            if (plan.by_code[code].placement or plan.placement) is Placement.LATE
        }


def schedule(plan: Plan, today: date) -> Schedule:
    """Schedule a plan as if there were enough of everything.

    Args:
        plan: The plan.
        today: The day from which work that has not begun can begin.

    Raises:
        RefusedError: `PLN-001` to `PLN-004`, the plan cannot be scheduled.
    """
    return free_schedule(Walks.of(plan, today))


def free_schedule(walks: Walks) -> Schedule:
    """Return the schedule without a look at resources."""
    return assemble(walks, push(walks.grid, floors=walks.floors))


def assemble(walks: Walks, planned: Mapping[str, Spot]) -> Schedule:
    """Return the schedule of a plan whose packages are placed where they are to be."""
    grid = walks.grid
    slots = {code: _slot(walks, code, planned[code]) for code in grid.network.order}
    by_day = sorted(grid.plan.deadlines, key=lambda each: (each.due_on, each.code))
    outlooks = tuple(_outlook(grid, each, slots) for each in by_day)
    return Schedule(
        plan=grid.plan,
        today=grid.today,
        slots=slots,
        outlooks=outlooks,
        findings=(*grid.findings.values(), *_said(outlooks)),
    )


def targets(grid: Grid) -> dict[str, int]:
    """Return the point by which each date wants its package done, its buffer kept free."""
    return {
        each.code: grid.shifted(each.package, each.due_on.toordinal() + 1, -each.buffer_days)
        for each in grid.plan.deadlines
    }


def _slot(walks: Walks, code: str, planned: Spot) -> Slot:
    early, late = walks.early[code], walks.late.get(code)
    reserve = None if late is None else _reserve(walks.grid, code, planned.until, late.until)
    return Slot(
        code=code,
        start=planned.start,
        until=planned.until,
        early_start=early.start,
        early_until=early.until,
        late_until=None if late is None else late.until,
        float_days=reserve,
        driver=planned.driver,
        early_driver=early.driver,
    )


def _reserve(grid: Grid, code: str, until: int, latest: int) -> int:
    """Return by how much work may slip, on its own calendar; where it is late, as its date is."""
    own = grid.counted(code, until, latest)
    return own if own >= 0 else min(-1, grid.apart(code, until, latest))


def _outlook(grid: Grid, deadline: Deadline, slots: Mapping[str, Slot]) -> Outlook:
    slot = slots[deadline.package]
    due = deadline.due_on.toordinal() + 1
    slack = grid.counted(deadline.package, slot.until, due)
    target = grid.shifted(deadline.package, due, -deadline.buffer_days)
    return Outlook(
        deadline=deadline,
        outcome=_outcome(grid, deadline, slot, slack),
        target_on=date.fromordinal(target - 1),
        finish_on=slot.finish_on,
        early_finish_on=slot.early_finish_on,
        slack_days=slack,
        buffer_left_days=max(0, min(deadline.buffer_days, slack)),
        path=tuple(_path(grid, deadline.package, slots)),
    )


def _outcome(grid: Grid, deadline: Deadline, slot: Slot, slack: int) -> Outcome:
    if grid.plan.by_code[deadline.package].is_done:
        return Outcome.DONE
    if deadline.due_on < grid.today:
        return Outcome.MISSED
    if slot.finish_on > deadline.due_on:
        return Outcome.LATE
    return Outcome.AT_RISK if slack < deadline.buffer_days else Outcome.ON_TRACK


def _path(grid: Grid, package: str, slots: Mapping[str, Slot]) -> list[str]:
    """Return the longest chain of work from now to a package.

    Where work could begin at once and is held up by its resource, the chain goes on through what
    has the resource.
    """
    path = [package]
    while True:
        slot = slots[path[-1]]
        driver = slot.driver if slot.driver.cause is Cause.RESOURCE else slot.early_driver
        if driver.cause not in {Cause.LINK, Cause.RESOURCE} or driver.code in path:
            break
        if grid.plan.by_code[driver.code].is_done:
            break
        path.append(driver.code)
    return path[::-1]


def _said(outlooks: tuple[Outlook, ...]) -> Iterator[Finding]:
    for each in outlooks:
        deadline = each.deadline
        at = f"deadlines/{deadline.code}"
        if each.outcome is Outcome.LATE:
            message = (
                f"{deadline.title}: due on {deadline.due_on}, planned for {each.finish_on}, "
                f"{-each.slack_days} working days late."
            )
            yield codes.DATE_MISSED.found(message, at=at)
        elif each.outcome is Outcome.AT_RISK:
            message = (
                f"{deadline.title}: due on {deadline.due_on}, planned for {each.finish_on}; "
                f"{each.buffer_left_days} of {deadline.buffer_days} days of buffer are left."
            )
            yield codes.BUFFER_USED.found(message, at=at)
