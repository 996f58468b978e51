"""What a plan foresees of things that are needed: which work brings them, when, and how late."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.planning.schedules import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from packtrail.planning.probes import Probe
    from packtrail.planning.schedules import Outlook, Schedule
    from packtrail.planning.work import WorkKind, WorkPackage

_TAGS: Final = ("market", "site", "line", "partner")


@dataclass(frozen=True, slots=True)
class Brought:
    """What a plan foresees of one thing."""

    planned_on: date | None
    """When the work for its first date that brings it ends; None: no work in the plan does."""
    late_days: int
    """By how many days its work is too late for a date that will not be made."""
    is_done: bool
    """Whether there is work, and all of it is done."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A schedule, asked for what brings something and whether its dates will be made."""

    schedule: Schedule
    _work: Mapping[tuple[str, str, WorkKind], list[WorkPackage]]
    """Tag, value and kind of work -> packages."""
    _dates: Mapping[str, tuple[Outlook, frozenset[str]]]
    """Code of an open date -> its outlook, and the packages that lead to it."""

    @classmethod
    def of(cls, schedule: Schedule) -> Foreseen:
        """Look through a schedule once."""
        work: defaultdict[tuple[str, str, WorkKind], list[WorkPackage]] = defaultdict(list)
        for package in schedule.plan.packages:
            for tag in _TAGS:
                if value := getattr(package, tag):
                    work[tag, value, package.kind].append(package)
            for product in package.products:
                work["product", product, package.kind].append(package)
        before: defaultdict[str, list[str]] = defaultdict(list)
        for link in schedule.plan.links:
            before[link.successor].append(link.predecessor)
        dates = {
            each.deadline.code: (each, _leading(before, each.deadline.package))
            for each in schedule.outlooks
        }
        return cls(schedule, work, dates)

    def brought(
        self, probe: Probe, code: str, markets: Collection[str], needs: Iterable[str]
    ) -> Brought:
        """Return what the plan foresees of something.

        Late it is only where a date is that its work leads to, as the verdict on the dates says.

        Args:
            probe: What is needed.
            code: Of whom.
            markets: Whose rules need it.
            needs: Codes of the needs; those with a date in the plan count by the work that leads
                to the date, where that is known.
        """
        found = [
            each
            for kind in probe.work
            for each in self._work.get((probe.subject.value, code, kind), ())
            if not each.market or each.market in markets
        ]
        slots = self.schedule.slots
        ends, late = [], 0
        for need in needs:
            if need not in self._dates:
                continue
            outlook, leading = self._dates[need]
            own = [each for each in found if each.code in leading]
            if own:
                ends.append(max(slots[each.code].finish_on for each in own))
            if outlook.outcome in {Outcome.LATE, Outcome.MISSED}:
                open_ = [slots[each.code].late_days for each in own if not each.is_done]
                late = max([late, *open_])
        if not ends and found:
            ends = [max(slots[each.code].finish_on for each in found)]
        return Brought(
            planned_on=min(ends, default=None),
            late_days=late,
            is_done=bool(found) and all(each.is_done for each in found),
        )


def _leading(before: Mapping[str, list[str]], package: str) -> frozenset[str]:
    """Return a package with all that it waits for."""
    found: set[str] = set()
    left = [package]
    while left:
        code = left.pop()
        if code not in found:
            found.add(code)
            left += before.get(code, ())
    return frozenset(found)
