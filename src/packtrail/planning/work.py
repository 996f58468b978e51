"""What a plan consists of: work packages, what waits for what, dates to be made, and who does it.

Everything is told in codes and days; what a package belongs to (market, site, line, partner) is a
tag, by which a plan is filtered and measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from packtrail.planning.calendars import ELAPSED, STANDARD
from packtrail.planning.departments import Department, Part
from packtrail.planning.network import longest_chain, network_of

if TYPE_CHECKING:
    from packtrail.planning.calendars import Calendar
    from packtrail.planning.network import Network


_WORKED_OF_ELAPSED = 5 / 7


class WorkKind(StrEnum):
    """What kind of work a package is; each has its responsible departments in a template."""

    GOVERNANCE = "governance"
    SPECIFICATION = "specification"
    INFRASTRUCTURE = "infrastructure"
    MASTER_DATA = "master_data"
    NUMBERS = "numbers"
    """Serial number policies and pools."""
    ARTWORK = "artwork"
    EQUIPMENT = "equipment"
    CONNECTION = "connection"
    """Of a trading partner or contract packer."""
    REPORTING = "reporting"
    """To an authority or national system."""
    VALIDATION = "validation"
    PROCEDURE = "procedure"
    """Standard operating procedures."""
    TRAINING = "training"
    PILOT = "pilot"
    """The first batches, within a campaign."""
    GO_LIVE = "go_live"
    SUPPORT = "support"
    """Close support after the first packs."""
    UPGRADE = "upgrade"
    OTHER = "other"


class LinkKind(StrEnum):
    """What of the predecessor what of the successor waits for."""

    FINISH_START = "FS"
    START_START = "SS"
    FINISH_FINISH = "FF"
    START_FINISH = "SF"


class Certainty(StrEnum):
    """How sure a date is."""

    KNOWN = "known"
    EXPECTED = "expected"
    DISPUTED = "disputed"
    OWN = "own"
    """Set by the company itself."""


class Placement(StrEnum):
    """Where work without a fixed day is put."""

    LATE = "late"
    """Back-scheduled: as late as the dates and their buffers allow."""
    SOON = "soon"
    """As soon as what it waits for is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPackage:
    """Work with one owner and one result; of no days it is a milestone."""

    code: str
    title: str
    kind: WorkKind = WorkKind.OTHER
    phase: str = ""
    market: str = ""
    site: str = ""
    line: str = ""
    partner: str = ""
    products: tuple[str, ...] = ()
    """Codes of the products it is about."""
    calendar: str = STANDARD.code
    duration_days: int = 0
    """Working days of its calendar; 0 is a milestone."""
    effort_days: float = 0.0
    """Person days of its role."""
    role: str = ""
    """Code of the resource that does it."""
    owner: str = ""
    """Code of the person who answers for it, or any text."""
    raci: Mapping[Department, Part] = field(default_factory=dict)
    """What each department has to do with it, where that is not as its kind of work proposes."""
    cost_eur: int = 0
    """What is bought for it, without the effort."""
    is_on_line: bool = False
    """Whether its line can do nothing else meanwhile."""
    not_before: date | None = None
    placement: Placement | None = None
    """None: as the plan says."""
    done_percent: int = 0
    started_on: date | None = None
    finished_on: date | None = None
    is_proposed: bool = False
    """Whether it follows from the scope, so that a later proposal may take it out again."""
    reason: str = ""
    """Why it is in the plan: the rule, the input or the decision."""
    acceptance: str = ""
    """By what one knows that it is done."""

    @property
    def is_milestone(self) -> bool:
        """Whether it is a point in time."""
        return self.duration_days == 0

    @property
    def is_done(self) -> bool:
        """Whether it is finished."""
        return self.finished_on is not None

    @property
    def is_started(self) -> bool:
        """Whether it has begun."""
        return self.started_on is not None or self.is_done

    @property
    def share_left(self) -> float:
        """How much of its work is to be done, 0 to 1; nothing of what is finished."""
        return 0.0 if self.is_done else 1 - self.done_percent / 100

    @property
    def demands(self) -> Mapping[str, float]:
        """What it takes of each resource on each of its working days."""
        if self.is_milestone or self.is_done:
            return {}
        wanted: dict[str, float] = {}
        if self.role and self.effort_days:
            # People do not work on the weekends that a lead time counts.
            share = _WORKED_OF_ELAPSED if self.calendar == ELAPSED.code else 1.0
            wanted[self.role] = self.effort_days / max(1.0, self.duration_days * share)
        if self.is_on_line and self.line:
            wanted[line_resource(self.line)] = 1.0
        return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A package waits for another."""

    predecessor: str
    successor: str
    kind: LinkKind = LinkKind.FINISH_START
    lag_days: int = 0
    """Working days of the successor's calendar between the two; negative lets them overlap."""
    is_elapsed: bool = False
    """The lag counts every day instead."""

    @property
    def told(self) -> str:
        """As planners write it: `A FS+5d`; an elapsed day is `ed`."""
        unit = "ed" if self.is_elapsed else "d"
        return f"{self.predecessor} {self.kind}" + (
            f"{self.lag_days:+d}{unit}" if self.lag_days else ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A date that a package has to make."""

    code: str
    title: str
    package: str
    """Code of the package that must be finished."""
    due_on: date
    """The last day on which it may be finished."""
    buffer_days: int = 0
    """Working days before it that are kept free for what nobody foresees."""
    certainty: Certainty = Certainty.KNOWN
    market: str = ""
    source: str = ""
    """Where the date comes from: an address, a contract, a decision."""
    clause: str = ""
    stake_eur: int = 0
    """What a working day of delay costs: packs that cannot ship."""


class ResourceKind(StrEnum):
    """What does work."""

    ROLE = "role"
    LINE = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """People of one role, or a packaging line."""

    code: str
    name: str
    kind: ResourceKind = ResourceKind.ROLE
    department: str = ""
    capacity: float = 1.0
    """Full-time people, or lines, for this programme on a working day."""
    rate_eur: int = 0
    """Of a person day."""
    lead: str = ""
    """Code of the person who sees to its work where a package has no owner of its own."""


def line_resource(line: str) -> str:
    """Return the code of the resource that a packaging line is."""
    return f"line:{line}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything a schedule follows from, but the day."""

    packages: tuple[WorkPackage, ...] = ()
    links: tuple[Link, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    resources: tuple[Resource, ...] = ()
    starts_on: date | None = None
    """Nothing is planned before it."""
    placement: Placement = Placement.LATE

    @cached_property
    def by_code(self) -> Mapping[str, WorkPackage]:
        """The packages by code."""
        return {each.code: each for each in self.packages}

    @cached_property
    def network(self) -> Network:
        """Who waits for whom."""
        return network_of(self.packages, self.links)

    @cached_property
    def chain_days(self) -> int:
        """Working days of the longest chain of packages, lags included."""
        return longest_chain(self.by_code, self.network)

    @cached_property
    def demands(self) -> Mapping[str, Mapping[str, float]]:
        """What each package takes of each resource on each of its working days."""
        return {each.code: each.demands for each in self.packages}

    @cached_property
    def capacities(self) -> Mapping[str, float]:
        """What there is of each resource on a working day; of a line one."""
        lines = {line_resource(each.line): 1.0 for each in self.packages if each.line}
        return lines | {each.code: each.capacity for each in self.resources}
