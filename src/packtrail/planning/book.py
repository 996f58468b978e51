"""The book of a programme: every entry that people write into it, by kind.

What a plan, a scope and a register consist of is kept as entries of one form: a kind, a code and
the value. Schedules, verdicts and proposals are worked out from them and never kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from packtrail.planning import people
from packtrail.planning.calendars import CalendarRule
from packtrail.planning.communication import Briefing, Notice
from packtrail.planning.inputs import Input
from packtrail.planning.registers import Entry
from packtrail.planning.requirements import AcceptanceTest, Requirement
from packtrail.planning.scope import (
    Campaign,
    Line,
    Market,
    Need,
    Partner,
    Product,
    Scope,
    Site,
)
from packtrail.planning.templates import Meeting, Template
from packtrail.planning.training import Course, Person, Session
from packtrail.planning.work import Deadline, Link, Placement, Plan, Resource, WorkPackage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.planning.calendars import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for a whole programme."""

    template: str
    """Code of the template by size of organisation."""
    starts_on: date | None = None
    placement: Placement = Placement.LATE
    is_levelled: bool = True
    """Whether work waits until whoever does it is free."""
    is_running: bool = False
    """Whether repository and procedures are in use already, and only markets are added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Changes that are kept to be talked about."""

    code: str
    title: str
    changes: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry."""

    name: str
    type: type
    member: str
    """Where a book holds them."""
    code_of: Callable[[Any], str]


def _code(entry: Any) -> str:
    return str(entry.code)


def link_code(link: Link) -> str:
    """Return the code of a link, which is told by its two packages."""
    return f"{link.predecessor}>{link.successor}"


def campaign_code(campaign: Campaign) -> str:
    """Return the code of a campaign."""
    return f"{campaign.line}:{campaign.market}:{campaign.window.from_on}"


KINDS: Final[Mapping[str, Kind]] = {
    each.name: each
    for each in (
        Kind("package", WorkPackage, "packages", _code),
        Kind("link", Link, "links", link_code),
        Kind("deadline", Deadline, "deadlines", _code),
        Kind("calendar", CalendarRule, "calendars", _code),
        Kind("resource", Resource, "resources", _code),
        Kind("meeting", Meeting, "meetings", _code),
        Kind("register", Entry, "register", _code),
        Kind("input", Input, "inputs", _code),
        Kind("requirement", Requirement, "requirements", _code),
        Kind("test", AcceptanceTest, "tests", _code),
        Kind("notice", Notice, "notices", _code),
        Kind("briefing", Briefing, "briefings", _code),
        Kind("person", Person, "people", _code),
        Kind("course", Course, "courses", _code),
        Kind("session", Session, "sessions", _code),
        Kind("scenario", Scenario, "scenarios", _code),
        Kind("market", Market, "markets", _code),
        Kind("need", Need, "needs", _code),
        Kind("product", Product, "products", _code),
        Kind("site", Site, "sites", _code),
        Kind("line", Line, "lines", _code),
        Kind("partner", Partner, "partners", _code),
        Kind("campaign", Campaign, "campaigns", campaign_code),
    )
}
_BY_TYPE: Final[Mapping[type, Kind]] = {each.type: each for each in KINDS.values()}


def kind_of(entry: object) -> Kind:
    """Return the kind of an entry."""
    return _BY_TYPE[type(entry)]


@dataclass(frozen=True, kw_only=True)
class Book:
    """All entries of a programme; those of a kind by code."""

    packages: Mapping[str, WorkPackage] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    calendars: Mapping[str, CalendarRule] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    meetings: Mapping[str, Meeting] = field(default_factory=dict)
    register: Mapping[str, Entry] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    tests: Mapping[str, AcceptanceTest] = field(default_factory=dict)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    briefings: Mapping[str, Briefing] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    courses: Mapping[str, Course] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    markets: Mapping[str, Market] = field(default_factory=dict)
    needs: Mapping[str, Need] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    sites: Mapping[str, Site] = field(default_factory=dict)
    lines: Mapping[str, Line] = field(default_factory=dict)
    partners: Mapping[str, Partner] = field(default_factory=dict)
    campaigns: Mapping[str, Campaign] = field(default_factory=dict)

    @cached_property
    def inputs_about(self) -> Mapping[str, Sequence[Input]]:
        """What inputs are about -> these inputs."""
        found: dict[str, list[Input]] = {}
        for told in self.inputs.values():
            found.setdefault(told.about, []).append(told)
        return found

    def of_kind(self, name: str) -> Mapping[str, Any]:
        """Return the entries of a kind by code."""
        found: Mapping[str, Any] = getattr(self, KINDS[name].member)
        return found

    def changed(self, puts: Sequence[object], removed: Sequence[tuple[str, str]]) -> Book:
        """Return the book with entries put in, and those of a kind and code taken out."""
        touched = {*(kind for kind, _ in removed), *(kind_of(each).name for each in puts)}
        members = {KINDS[kind].member: dict(self.of_kind(kind)) for kind in touched}
        for kind, code in removed:
            members[KINDS[kind].member].pop(code, None)
        for entry in puts:
            kind_ = kind_of(entry)
            members[kind_.member][kind_.code_of(entry)] = entry
        return replace(self, **members)

    def called(self, who: str) -> str:
        """Return what somebody is called whom an entry names."""
        return people.called(self.people, who)

    def doer(self, package: WorkPackage, template: Template) -> str:
        """Return who sees to a package, as they are called.

        That is its owner; else who leads the role that does it, or does work of its kind; else that
        role. Empty: nobody is named.
        """
        if package.owner:
            return self.called(package.owner)
        role = self.resources.get(package.role or template.doers[package.kind])
        if role is None:
            return package.role
        return self.called(role.lead) if role.lead else role.name

    def raiser(self, told: Input) -> str:
        """Return what whoever raised an input is called; of a stranger the name of that day."""
        return self.people[told.person].name if told.person in self.people else told.raised_by

    def written(self, who: str) -> str:
        """Return the text by which somebody whom an entry names is found again."""
        return people.written(self.people, who)

    def scope(self, terms: Terms) -> Scope:
        """Return what the programme is about."""
        return Scope(
            markets=tuple(self.markets.values()),
            needs=tuple(self.needs.values()),
            products=tuple(self.products.values()),
            sites=tuple(self.sites.values()),
            lines=tuple(self.lines.values()),
            partners=tuple(self.partners.values()),
            campaigns=tuple(self.campaigns.values()),
            is_running=terms.is_running,
        )

    def plan(self, terms: Terms, calendars: Sequence[Calendar]) -> Plan:
        """Return the plan, on calendars whose holidays are known."""
        return Plan(
            packages=tuple(self.packages.values()),
            links=tuple(self.links.values()),
            deadlines=tuple(self.deadlines.values()),
            calendars=tuple(calendars),
            resources=tuple(self.resources.values()),
            starts_on=terms.starts_on,
            placement=terms.placement,
        )
