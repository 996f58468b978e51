"""Whether a plan can be scheduled: every reference leads somewhere, nothing waits for itself."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.calendars import ELAPSED, STANDARD
from packtrail.planning.network import find_cycle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packtrail.base.findings import Finding
    from packtrail.planning.work import Plan, WorkPackage

DURATION_DAYS_MAX = 2600
"""Ten years of working days."""
LAG_DAYS_MAX = 1300
EFFORT_DAYS_MAX = 100_000.0
CHAIN_DAYS_MAX = 20_000
"""Of the longest chain of a plan: some eighty years."""
DAY_MIN, DAY_MAX = date(2000, 1, 1), date(2100, 12, 31)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", re.ASCII)
_PERCENT_MAX = 100


def check(plan: Plan) -> tuple[Finding, ...]:
    """Return everything that keeps a plan from being scheduled; nothing when it can be.

    Returns:
        Findings `PLN-001` to `PLN-004`, in the order of packages, links and deadlines.
    """
    found = [
        *_doubles("package", (each.code for each in plan.packages)),
        *_doubles("deadline", (each.code for each in plan.deadlines)),
        *_doubles("resource", (each.code for each in plan.resources)),
        *_doubles("calendar", (each.code for each in plan.calendars)),
        *_packages(plan),
        *_links(plan),
        *_deadlines(plan),
        *check_day(plan.starts_on, "The first day of the plan", "starts_on"),
    ]
    return tuple(found or _network(plan))


def check_code(code: str, what: str, at: str) -> Iterator[Finding]:
    """Yield a finding when a code cannot be one."""
    if not CODE.fullmatch(code):
        expected = "expected letters, digits and . _ / -, 64 at most"
        message = f"{code[:80]!r} cannot be the code of a {what}; {expected}."
        yield codes.BAD_VALUE.found(message, at=at)


def check_package(package: WorkPackage) -> Iterator[Finding]:
    """Yield what is wrong with a package by itself."""
    at = f"packages/{package.code}"
    yield from check_code(package.code, "work package", f"{at}/code")
    if not package.title.strip():
        yield codes.BAD_VALUE.found(f"{package.code} has no title.", at=f"{at}/title")
    for name, value, most in (
        ("duration_days", package.duration_days, DURATION_DAYS_MAX),
        ("effort_days", package.effort_days, EFFORT_DAYS_MAX),
        ("done_percent", package.done_percent, _PERCENT_MAX),
        ("cost_eur", package.cost_eur, 10**12),
    ):
        if not 0 <= value <= most:
            message = f"{name} of {package.code} is {value:g}; expected 0 to {most:g}."
            yield codes.BAD_VALUE.found(message, at=f"{at}/{name}")
    if package.is_milestone and package.effort_days:
        message = f"{package.code} takes no day and has {package.effort_days:g} days of effort."
        yield codes.BAD_VALUE.found(message, at=f"{at}/effort_days")
    for name in ("not_before", "started_on", "finished_on"):
        yield from check_day(getattr(package, name), f"{name} of {package.code}", f"{at}/{name}")
    started, finished = package.started_on, package.finished_on
    if started and finished and finished < started:
        message = f"{package.code} was finished on {finished}, before it was started on {started}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/finished_on")


def _network(plan: Plan) -> Iterator[Finding]:
    cycle = find_cycle(plan.network)
    if cycle:
        told = " → ".join((*cycle, cycle[0]))
        yield codes.CYCLE.found(f"These wait for each other: {told}.", at="links")
    elif (days := plan.chain_days) > CHAIN_DAYS_MAX:
        message = f"The longest chain takes {days:,} working days; at most {CHAIN_DAYS_MAX:,}."
        yield codes.BAD_VALUE.found(message, at="links")


def check_day(day: date | None, what: str, at: str) -> Iterator[Finding]:
    """Yield a finding when a day is out of the range that plans know."""
    if day is not None and not DAY_MIN <= day <= DAY_MAX:
        message = f"{what} is {day}; expected a day from {DAY_MIN} to {DAY_MAX}."
        yield codes.BAD_VALUE.found(message, at=at)


def _packages(plan: Plan) -> Iterator[Finding]:
    calendars = {each.code for each in plan.calendars} | {ELAPSED.code, STANDARD.code}
    resources = {each.code for each in plan.resources}
    for package in plan.packages:
        yield from check_package(package)
        at = f"packages/{package.code}"
        if package.calendar not in calendars:
            message = f"{package.code} has the calendar {package.calendar!r}."
            yield codes.UNKNOWN_REFERENCE.found(message, at=f"{at}/calendar")
        if package.role and package.role not in resources:
            message = f"{package.code} is done by {package.role!r}."
            yield codes.UNKNOWN_REFERENCE.found(message, at=f"{at}/role")


def _links(plan: Plan) -> Iterator[Finding]:
    for link in plan.links:
        at = f"links/{link.predecessor}/{link.successor}"
        for code in (link.predecessor, link.successor):
            if code not in plan.by_code:
                message = f"The dependency {link.told} of {link.successor} names {code!r}."
                yield codes.UNKNOWN_REFERENCE.found(message, at=at)
        if abs(link.lag_days) > LAG_DAYS_MAX:
            message = f"The lag of {link.told} is over {LAG_DAYS_MAX} days."
            yield codes.BAD_VALUE.found(message, at=at)
    pairs = Counter((each.predecessor, each.successor) for each in plan.links)
    for (before, after), count in pairs.items():
        if count > 1:
            message = f"{after} waits for {before} {count} times."
            yield codes.DOUBLE_CODE.found(message, at=f"links/{before}/{after}")


def _deadlines(plan: Plan) -> Iterator[Finding]:
    for deadline in plan.deadlines:
        at = f"deadlines/{deadline.code}"
        yield from check_code(deadline.code, "date", f"{at}/code")
        if deadline.package not in plan.by_code:
            message = f"{deadline.code} is a date of {deadline.package!r}."
            yield codes.UNKNOWN_REFERENCE.found(message, at=at)
        yield from check_day(deadline.due_on, f"due_on of {deadline.code}", f"{at}/due_on")
        if not 0 <= deadline.buffer_days <= DURATION_DAYS_MAX:
            message = f"The buffer of {deadline.code} is {deadline.buffer_days} days."
            yield codes.BAD_VALUE.found(message, at=f"{at}/buffer_days")


def _doubles(what: str, names: Iterable[str]) -> Iterator[Finding]:
    for code, count in Counter(names).items():
        if count > 1:
            message = f"The {what} {code!r} is there {count} times."
            yield codes.DOUBLE_CODE.found(message, at=f"{what}s/{code}")
