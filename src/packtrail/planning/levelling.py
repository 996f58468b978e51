"""Levelling: a schedule in which nobody does two things at once, and why each package moved.

A serial schedule generation scheme, twice. Backward from the dates it finds, package by package,
the latest days on which whoever does the work is free: work is rather begun earlier than handed in
late. Forward from today it then places every package at that wish, or as soon after it as
predecessors and resources allow; whatever is hurt first by waiting goes first.

Clause:
    Kolisch, "Serial and parallel resource-constrained project scheduling methods revisited",
    European Journal of Operational Research 90 (1996).
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.calendars import ELAPSED
from packtrail.planning.grid import (
    Grid,
    Spot,
    bounds_of,
    fixed_spot,
    latest,
    push,
    settle,
    wanted_ends,
)
from packtrail.planning.loads import Profile
from packtrail.planning.schedules import Cause, Driver, Move
from packtrail.planning.scheduling import Walks, assemble, targets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.base.findings import Finding
    from packtrail.planning.loads import Clash
    from packtrail.planning.schedules import Schedule
    from packtrail.planning.work import Plan, WorkPackage


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was taken when a package was to be placed."""

    clash: Clash
    holders: tuple[str, ...]


@dataclass(slots=True)
class _Board:
    """Who was given what, and who had to give way."""

    grid: Grid
    demands: Mapping[str, Mapping[str, float]]
    profile: Profile
    placed: dict[str, Spot] = field(default_factory=dict)
    untils: dict[str, int] = field(default_factory=dict)
    """Where what is placed ends."""
    gave_way: dict[str, _Taken] = field(default_factory=dict)

    def days(self, code: str, spot: Spot) -> Sequence[int]:
        """Return the days on which a package asks for anything at a spot."""
        if not self.demands[code]:
            return ()
        return self.grid.days_of(self.grid.plan.by_code[code], spot.start, spot.until)

    def book(self, code: str, spot: Spot, days: Sequence[int]) -> None:
        """Put a package on a spot, with the days that are its days there."""
        self.placed[code], self.untils[code] = spot, spot.until
        self.profile.take(code, self.demands[code], days)

    def clash(self, code: str, days: Sequence[int], *, is_last: bool) -> Clash | None:
        """Return the first or the last day on which there is not enough for a package."""
        if not days:
            return None
        found = self.profile.clash(self.demands[code], days, is_last=is_last)
        if found is not None and code not in self.gave_way:
            self.gave_way[code] = _Taken(found, tuple(self.profile.holders(found)))
        return found

    def passed(self, package: WorkPackage, clash: Clash) -> Clash | None:
        """Return the last clash before there is enough; None: it has to be looked for by spots.

        That is so where a calendar has windows, or lead times count days that nobody works.
        """
        if package.calendar in self.grid.windowed or package.calendar == ELAPSED.code:
            return None
        days, first = self.grid.days[package.code].from_(clash.day + 1)
        wanted = self.demands[package.code]
        return self.profile.passed(wanted, days, first, package.duration_days, clash)


def level(plan: Plan, today: date) -> Schedule:
    """Schedule a plan so that no resource is asked for more than there is.

    Work that has begun stays where it is, even where it asks for too much.

    Args:
        plan: The plan.
        today: The day from which work that has not begun can begin.

    Returns:
        The schedule, with a move for each package that lies elsewhere than without levelling, and
        findings `PLN-008` for work that asks for more than there ever is.

    Raises:
        RefusedError: `PLN-001` to `PLN-004`, the plan cannot be scheduled.
    """
    walks = Walks.of(plan, today)
    free = push(walks.grid, floors=walks.floors)
    demands, found = _demands(plan)
    back = _backward(walks, demands)
    wishes = {code: each.start for code, each in back.placed.items()}
    ahead = _improved(walks, demands, *_repaired(walks, demands, wishes))
    levelled = assemble(walks, ahead.placed)
    return replace(
        levelled,
        findings=(*found, *levelled.findings),
        moves=tuple(_moves(free, levelled, back, ahead)),
    )


def _demands(plan: Plan) -> tuple[dict[str, dict[str, float]], tuple[Finding, ...]]:
    """Return what each package is given at most, and a finding where it asks for more."""
    given: dict[str, dict[str, float]] = {}
    found = []
    for package in plan.packages:
        wanted: dict[str, float] = {}
        for resource, amount in plan.demands[package.code].items():
            most = plan.capacities[resource]
            if amount > most:
                message = (
                    f"{package.code} needs {amount:.3g} of {resource} a day; there is {most:g}."
                )
                at = f"packages/{package.code}"
                found.append(codes.OVERLOADED.found(message, at=at))
            if most > 0:
                wanted[resource] = min(amount, most)
        given[package.code] = wanted
    return given, tuple(found)


def _board(grid: Grid, demands: Mapping[str, Mapping[str, float]]) -> _Board:
    """Return a board on which only the work lies that has begun."""
    board = _Board(grid, demands, Profile(grid.plan.capacities))
    for package in grid.plan.packages:
        spot = fixed_spot(grid, package)
        if spot is not None:
            board.book(package.code, spot, board.days(package.code, spot))
    return board


def _backward(walks: Walks, demands: Mapping[str, Mapping[str, float]]) -> _Board:
    """Place, as late as possible, whatever is to be placed late."""
    grid, late, wishes = walks.grid, walks.aimed, walks.floors
    board = _board(grid, demands)
    ends = wanted_ends(grid, targets(grid))
    bound: dict[str, Spot] = {}
    waiting = {code: len(links) for code, links in grid.network.after.items()}
    # The latest first: a heap of what all of whose successors are placed.
    ready = [(-_until(late, code), code) for code, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    while ready:
        _, code = heapq.heappop(ready)
        spot = latest(grid, code, ends.get(code), bound)
        if spot is not None and code not in board.placed:
            spot = _earlier(board, code, spot, walks.early[code].start) if code in wishes else spot
        if spot is not None:
            bound[code] = spot
        for link in grid.network.before[code]:
            waiting[link.predecessor] -= 1
            if waiting[link.predecessor] == 0:
                entry = (-_until(late, link.predecessor), link.predecessor)
                heapq.heappush(ready, entry)
    return board


def _until(late: Mapping[str, Spot], code: str) -> int:
    return late[code].until if code in late else 0


def _earlier(board: _Board, code: str, spot: Spot, earliest: int) -> Spot:
    """Return the latest free place up to a spot, booked; the spot itself where there is none."""
    package = board.grid.plan.by_code[code]
    wanted, days = spot, board.days(code, spot)
    while clash := board.clash(code, days, is_last=False):
        start = board.grid.begun(code, clash.day, package.duration_days)
        if start < earliest:
            return wanted  # There is no time left: the forward pass finds a place.
        spot = Spot(start, board.grid.ended(code, start, package.duration_days), spot.driver)
        days = board.days(code, spot)
    board.book(code, spot, days)
    return spot


_Wishes = Mapping[str, int]
_Step = Callable[[_Wishes, Collection[str]], _Wishes]


def _by(days: int) -> _Step:
    """Wish what leads to a date that is hurt so many days earlier."""
    return lambda wishes, before: {
        code: start - days if code in before else start for code, start in wishes.items()
    }


def _soon(wishes: _Wishes, before: Collection[str]) -> _Wishes:
    """Wish nothing of what leads to a date that is hurt: it comes as soon as there is room."""
    return {code: start for code, start in wishes.items() if code not in before}


def _all_soon(_: _Wishes, __: Collection[str]) -> _Wishes:
    """Wish nothing at all: everything comes as soon as there is room, what is due first first."""
    return {}


_STEPS: tuple[_Step, ...] = (_by(14), _by(42), _by(126), _soon, _all_soon)
"""How work is tried earlier that would hurt a date where it is."""


def _repaired(
    walks: Walks, demands: Mapping[str, Mapping[str, float]], wishes: Mapping[str, int]
) -> tuple[_Board, Mapping[str, int]]:
    """Place every package; what leads to a date that is hurt by waiting so long is tried earlier.

    Work placed as late as possible can meet others there, and be pushed beyond its date although
    there was time before.
    """
    board = _forward(walks, demands, wishes)
    hurt = _hurt(walks, board)
    for step in _STEPS:
        if not hurt:
            break
        earlier = step(wishes, _before(walks.grid, hurt))
        tried = _forward(walks, demands, earlier)
        left = _hurt(walks, tried)
        if sum(left.values()) < sum(hurt.values()):
            board, hurt, wishes = tried, left, earlier
    return board, wishes


_TRIES_MAX = 24
_PLACED_MAX = 6_000
"""How many packages are placed anew, over all tries, to keep large plans quick."""
_SEED = 8


def _improved(
    walks: Walks,
    demands: Mapping[str, Mapping[str, float]],
    board: _Board,
    wishes: Mapping[str, int],
) -> _Board:
    """Place what hurts a date in other orders, and keep the order that hurts least.

    The orders are drawn, but always the same ones: a plan comes out the same however often it is
    asked for.
    """
    best = sum(_hurt(walks, board).values())
    chance = random.Random(_SEED)  # noqa: S311 - orders to try, no secret
    turns: Mapping[str, int] = {}
    for _ in range(min(_TRIES_MAX, _PLACED_MAX // max(1, len(board.placed)))):
        if not best:
            break
        drawn = {
            code: turns.get(code, 0) + chance.randint(-_SHIFT_DAYS, _SHIFT_DAYS)
            for code in walks.grid.network.order
        }
        tried = _forward(walks, demands, wishes, drawn)
        left = sum(_hurt(walks, tried).values())
        if left < best:
            board, best, turns = tried, left, drawn
    return board


_SHIFT_DAYS = 10
"""By how many days an order may differ from that of need."""


def _hurt(walks: Walks, board: _Board) -> dict[str, int]:
    """Return the packages with a date that are later than they could be, and how much it hurts."""
    grid = walks.grid
    aims = wanted_ends(grid, targets(grid))
    ends = wanted_ends(grid, {e.code: e.due_on.toordinal() + 1 for e in grid.plan.deadlines})
    found = {}
    for code, aim in aims.items():
        until, soonest = board.placed[code].until, walks.early[code].until
        late = until - max(aim, soonest)
        if late > 0:
            # A day beyond the date weighs as ten days of buffer.
            found[code] = late + 10 * max(0, until - max(ends[code], soonest))
    return found


def _before(grid: Grid, codes_: Iterable[str]) -> set[str]:
    """Return packages with all that they wait for."""
    found: set[str] = set()
    left = list(codes_)
    while left:
        code = left.pop()
        if code not in found:
            found.add(code)
            left += [each.predecessor for each in grid.network.before[code]]
    return found


def _forward(
    walks: Walks,
    demands: Mapping[str, Mapping[str, float]],
    floor: Mapping[str, int],
    shifts: Mapping[str, int] = MappingProxyType({}),
) -> _Board:
    """Place every package at its wish or as soon after it as possible.

    Args:
        walks: The plan with its walks.
        demands: What each package is given.
        floor: Where each is wished.
        shifts: By how many days a package is looked at later or earlier than its need says.
    """
    grid, late = walks.grid, walks.aimed
    board = _board(grid, demands)
    waiting = {code: len(links) for code, links in grid.network.before.items()}

    def entry(code: str) -> tuple[int, int, str]:
        last = late[code].start if code in late else grid.today.toordinal() + _SOMEDAY
        turn = shifts.get(code, 0)
        return floor.get(code, last) + turn, last + turn, code

    ready = [entry(code) for code, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    while ready:
        code = heapq.heappop(ready)[-1]
        if code not in board.placed:
            _place(board, grid.plan.by_code[code], floor.get(code))
        for link in grid.network.after[code]:
            waiting[link.successor] -= 1
            if waiting[link.successor] == 0:
                heapq.heappush(ready, entry(link.successor))
    return board


_SOMEDAY = 10_000
"""Days until work that no date waits for: it gives way to all other."""


def _place(board: _Board, package: WorkPackage, floor: int | None) -> None:
    """Place a package at its wish or later, where there is enough of everything."""
    grid, code = board.grid, package.code
    bounds = bounds_of(grid, package, board.placed)
    if floor is not None:
        bounds.raise_start(floor, _BACK)
    spot = settle(grid, package, bounds)
    days, taken = board.days(code, spot), None
    while clash := board.clash(code, days, is_last=True):
        taken = board.passed(package, clash) or clash
        bounds.raise_start(taken.day + 1, _RESOURCE)
        spot = settle(grid, package, bounds)
        days = board.days(code, spot)
    if taken and spot.driver.cause is Cause.RESOURCE:
        last = max(board.profile.holders(taken), key=board.untils.__getitem__)
        driver = Driver(Cause.RESOURCE, last, spot.driver.calendar)
        spot = Spot(spot.start, spot.until, driver)
    board.book(code, spot, days)


_BACK, _RESOURCE = Driver(Cause.BACK), Driver(Cause.RESOURCE)


def _moves(free: Mapping[str, Spot], levelled: Schedule, back: _Board, ahead: _Board) -> list[Move]:
    """Return what moved, in the order of the new schedule, each with its reason."""
    moved = [
        slot
        for code, slot in levelled.slots.items()
        if slot.start != free[code].start or slot.until != free[code].until
    ]
    told = []
    for slot in sorted(moved, key=lambda each: (each.start, each.code)):
        before = free[slot.code]
        days = ahead.grid.apart(slot.code, before.until, slot.until)
        board = ahead if days > 0 else back
        taken = board.gave_way.get(slot.code)
        followed = () if taken else _followed(ahead.grid, free, levelled, slot.code)
        told.append(
            Move(
                code=slot.code,
                from_on=date.fromordinal(min(before.start, before.until - 1)),
                to_on=slot.start_on,
                days=days,
                resource=taken.clash.resource if taken else "",
                taken_on=date.fromordinal(taken.clash.day) if taken else None,
                holders=taken.holders if taken else followed,
            )
        )
    return told


def _followed(
    grid: Grid, free: Mapping[str, Spot], levelled: Schedule, code: str
) -> tuple[str, ...]:
    """Return the neighbour whose move a package follows."""
    shift = levelled.slots[code].until - free[code].until
    if shift > 0:
        neighbours = [each.predecessor for each in grid.network.before[code]]
    else:
        neighbours = [each.successor for each in grid.network.after[code]]
    shifts = {each: levelled.slots[each].until - free[each].until for each in neighbours}
    moved = [each for each in neighbours if shifts[each] * shift > 0]
    return (max(moved, key=lambda each: abs(shifts[each])),) if moved else ()
