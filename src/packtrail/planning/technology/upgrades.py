"""Upgrades: the work that the radar makes necessary, laid out for a plan.

One upgrade a system, whatever of it goes out of support: change control, delivery, a trial off the
line, the change itself, and the qualification of every line that hangs on it, which stands still
meanwhile. It is back-scheduled from the day on which support ends. What is out of support already
has no date that could be made: it goes as soon as possible.

Codes are made of the system and of how often it was upgraded before, so that nothing is offered
twice and the next round gets its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

from packtrail.planning.calendars import ELAPSED, STANDARD
from packtrail.planning.proposals import stops_calendar
from packtrail.planning.steps import IMPLEMENTATION, TECHNOLOGY, VALIDATION
from packtrail.planning.technology.inventory import Confidence, Role
from packtrail.planning.work import Certainty, Deadline, Link, Placement, WorkKind, WorkPackage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packtrail.planning.book import Book
    from packtrail.planning.technology.inventory import System
    from packtrail.planning.technology.radar import Item
    from packtrail.planning.templates import Template

PREFIX: Final = "UP-"
LINES_MAX: Final = 12
"""So many lines get a qualification of their own; of more, one package speaks of all."""
_NAME_MAX: Final = 40
_CERTAINTY: Final[Mapping[Confidence, Certainty]] = {
    Confidence.HIGH: Certainty.KNOWN,
    Confidence.MEDIUM: Certainty.EXPECTED,
    Confidence.LOW: Certainty.DISPUTED,
}
COSTS_EUR: Final[Mapping[Role, int]] = {
    Role.CAMERA: 60_000, Role.PRINTER: 45_000, Role.LABELLER: 50_000, Role.TAMPER_SEALER: 60_000,
    Role.LINE_PC: 18_000, Role.CONTROLLER: 30_000, Role.AGGREGATION_STATION: 120_000,
    Role.SITE_SERVER: 70_000, Role.MES: 150_000, Role.REPOSITORY: 40_000, Role.DATABASE: 25_000,
    Role.HANDHELD: 12_000, Role.NETWORK: 20_000,
}  # fmt: skip
"""Role -> what its replacement is assumed to cost where nobody has written it down."""
OTHER_COST_EUR: Final = 15_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A step of an upgrade, with days and person days in a small and in a large organisation."""

    key: str
    title: str
    kind: WorkKind
    phase: str
    days: tuple[int, int]
    effort: tuple[float, float] = (0, 0)
    after: str = ""
    is_elapsed: bool = False
    acceptance: str


_STEPS: Final = (
    _Step(key="PLAN", title="impact, change control, offer", kind=WorkKind.UPGRADE,
          phase=TECHNOLOGY, days=(4, 10), effort=(3, 8),
          acceptance="The change is approved; the offer has a date."),
    _Step(key="ORDER", title="delivered", kind=WorkKind.UPGRADE, phase=TECHNOLOGY,
          days=(28, 56), after="PLAN", is_elapsed=True, acceptance="It is on site."),
    _Step(key="TRIAL", title="tried off the line, way back tried too", kind=WorkKind.UPGRADE,
          phase=IMPLEMENTATION, days=(3, 8), effort=(3, 10), after="ORDER",
          acceptance="A copy works with the lines, and the old state came back."),
    _Step(key="CHANGE", title="changed over", kind=WorkKind.UPGRADE, phase=IMPLEMENTATION,
          days=(1, 3), effort=(2, 6), after="TRIAL",
          acceptance="It runs, and is backed up as it is now."),
    _Step(key="QUAL", title="requalified", kind=WorkKind.VALIDATION, phase=VALIDATION,
          days=(2, 4), effort=(2, 8), after="CHANGE",
          acceptance="The qualification report is approved."),
    _Step(key="DONE", title="kept up again", kind=WorkKind.UPGRADE, phase=VALIDATION, days=(0, 0),
          after="QUAL", acceptance="The inventory says what runs now."),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Upgrade:
    """What would be put into a plan for a system; it is laid out when somebody asks for it."""

    code: str
    """With which the codes of its packages begin."""
    items: tuple[Item, ...]
    """What of it goes out of support, the first first."""
    book: Book
    """The programme that it is laid out for."""
    template: Template
    is_out: bool
    """Whether something of it is out of support already."""

    @property
    def system(self) -> System:
        """What is upgraded."""
        return self.items[0].system

    @property
    def begins_with(self) -> str:
        """Code of its first package."""
        return f"{self.code}-{_STEPS[0].key}"

    @cached_property
    def packages(self) -> tuple[WorkPackage, ...]:
        """Its work, step by step."""
        return tuple(each for made in self._steps.values() for each in made)

    @property
    def links(self) -> tuple[Link, ...]:
        """Each package after all of the step before."""
        return tuple(
            Link(predecessor=first.code, successor=each.code)
            for step in _STEPS
            for each in self._steps[step.key]
            for first in self._steps.get(step.after, ())
        )

    @cached_property
    def deadline(self) -> Deadline | None:
        """The day on which support ends; None: something of it is out of support already."""
        return None if self.is_out else _deadline(self.items[0], self.code, self.template)

    @property
    def cost_eur(self) -> int:
        """What is bought."""
        return sum(each.cost_eur for each in self.packages)

    @property
    def effort_days(self) -> float:
        """Person days."""
        return sum(each.effort_days for each in self.packages)

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines that stand still for it."""
        return self.items[0].danger.lines

    @cached_property
    def _steps(self) -> Mapping[str, Sequence[WorkPackage]]:
        """Key of a step -> its packages."""
        return {step.key: tuple(_packages(step, self)) for step in _STEPS}


def upgrades(
    items: Iterable[Item], book: Book, template: Template, *, today: date, until: date
) -> tuple[Upgrade, ...]:
    """Return the upgrades that are necessary because support ends by a day.

    Args:
        items: The radar, the most urgent first.
        book: The programme; what it knows of sites and lines decides calendars.
        template: How an organisation of this size runs it.
        today: The day.
        until: Support that ends later makes nothing necessary yet.
    """
    due: dict[str, list[Item]] = {}
    for each in items:
        if each.ends_on is not None and each.ends_on <= until:
            due.setdefault(each.system.code, []).append(each)
    return tuple(_upgrade(tuple(each), book, template, today) for each in due.values())


def is_upgrade(code: str) -> bool:
    """Tell whether a package or date of a plan belongs to an upgrade, by its code."""
    return code.startswith(PREFIX)


def code_of(system: str, book: Book) -> str:
    """Return the code of the upgrade of a system: one more after each that is done."""
    name = system
    if len(system) > _NAME_MAX:
        digest = hashlib.sha256(system.encode()).hexdigest()[:6]
        name = f"{system[: _NAME_MAX - 7]}-{digest}"
    number = 1
    while True:
        code = PREFIX + name + (f"-{number}" if number > 1 else "")
        done = book.packages.get(f"{code}-DONE")
        if done is None or not done.is_done:
            return code
        number += 1


def _upgrade(items: tuple[Item, ...], book: Book, template: Template, today: date) -> Upgrade:
    return Upgrade(
        code=code_of(items[0].system.code, book),
        items=items,
        book=book,
        template=template,
        is_out=any(each.ends_on is not None and each.ends_on < today for each in items),
    )


def _packages(step: _Step, upgrade: Upgrade) -> Iterator[WorkPackage]:
    items, book, template = upgrade.items, upgrade.book, upgrade.template
    system, size = items[0].system, 0 if template.is_small else 1
    site = system.site.rpartition("/")[2]
    site = site if site in book.sites else ""
    for line in _lines(step, items[0]):
        known = book.lines.get(line)
        calendar = site or STANDARD.code
        if step.is_elapsed:
            calendar = ELAPSED.code
        elif known is not None and known.stops:
            calendar = stops_calendar(line)
        named = f"{system.name}: {step.title}" + (f" on {known.name}" if known else "")
        yield WorkPackage(
            code=f"{upgrade.code}-{step.key}" + (f"-{line}" if line else ""),
            title=named[:300],
            kind=step.kind,
            phase=step.phase,
            site=site,
            line=line if known else "",
            calendar=calendar,
            duration_days=step.days[size],
            effort_days=step.effort[size],
            role=template.doers[step.kind] if step.effort[size] else "",
            owner=system.owner if step.key == "PLAN" else "",
            cost_eur=_cost(system) if step.key == "ORDER" else 0,
            is_on_line=known is not None,
            placement=Placement.SOON if upgrade.is_out else None,
            is_proposed=True,
            reason=_reason(items),
            acceptance=step.acceptance,
        )


def _lines(step: _Step, item: Item) -> Sequence[str]:
    """Return the lines that a step is laid out for; one without a line is none in particular.

    Equipment of one line is changed on that line; every line that hangs on a system is qualified.
    """
    lines = [each.rpartition("/")[2] for each in item.danger.lines]
    if step.key == "CHANGE" and len(lines) == 1:
        return lines
    if step.key == "QUAL" and 0 < len(lines) <= LINES_MAX:
        return lines
    return ("",)


def _cost(system: System) -> int:
    if system.upgrade_cost_eur is not None:
        return system.upgrade_cost_eur
    return COSTS_EUR.get(system.role, OTHER_COST_EUR)


def _reason(items: Sequence[Item]) -> str:
    told = (
        f"{each.component}: support ends on {each.ends_on}"
        + (f" ({each.row.source})" if each.row else "")
        for each in items
    )
    return "; ".join(told)[:1000]


def _deadline(item: Item, code: str, template: Template) -> Deadline | None:
    if item.ends_on is None or item.row is None:
        return None
    return Deadline(
        code=code,
        title=f"{item.system.name}: {item.component} goes out of support"[:300],
        package=f"{code}-DONE",
        due_on=item.ends_on,
        buffer_days=template.buffer_days,
        certainty=_CERTAINTY[item.row.confidence],
        source=item.row.source,
    )
