"""Upgrades that the radar makes necessary, offered to a programme and accepted into its plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.planning.technology import codes
from packtrail.planning.technology.radar import horizon
from packtrail.planning.technology.upgrades import Upgrade, is_upgrade, upgrades
from packtrail.planning.templates import TEMPLATES
from packtrail.services.plan import books
from packtrail.services.plan.writing import Put, Remove, Written, write
from packtrail.services.technology.radar import watched

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.planning.work import Deadline, WorkPackage
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened

MONTHS = 24
MONTHS_MAX = 120


@dataclass(frozen=True, kw_only=True)
class UpgradeOffer:
    """What the radar would change in a programme."""

    opened: Opened
    until: date
    new: tuple[Upgrade, ...]
    """Systems whose upgrade is not in the plan."""
    there: tuple[Upgrade, ...]
    """Systems whose upgrade is in the plan."""
    moved: tuple[Deadline, ...]
    """Dates of the plan that moved, as they are now."""
    gone: tuple[WorkPackage, ...]
    """Packages that have not begun, of systems that need no upgrade any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeView:
    """An upgrade, as plain values."""

    system: str
    name: str
    parts: tuple[str, ...]
    ends_on: date | None
    is_in_plan: bool
    lines: tuple[str, ...]
    markets: tuple[str, ...]
    packages: tuple[str, ...]
    cost_eur: int
    effort_days: float
    due_on: date | None


def offer(app: Application, actor: Actor, programme: str, *, months: int = MONTHS) -> UpgradeOffer:
    """Return the upgrades that are necessary and not in the plan.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        months: Support that ends later makes nothing necessary yet, 1 to 120.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    require(actor, Permission.TECHNOLOGY_READ)
    opened = books.opened(app, actor, programme)
    today = app.clock().date()
    until = horizon(today, max(1, min(months, MONTHS_MAX)))
    found = upgrades(
        watched(app, actor).radar.items, opened.book, TEMPLATES[opened.terms.template],
        today=today, until=until,
    )  # fmt: skip
    known = opened.book.packages
    there = [each for each in found if each.begins_with in known]
    deadlines = [each.deadline for each in there if each.deadline is not None]
    return UpgradeOffer(
        opened=opened,
        until=until,
        new=tuple(each for each in found if each.begins_with not in known),
        there=tuple(there),
        moved=tuple(
            each
            for each in deadlines
            if (old := opened.book.deadlines.get(each.code)) is not None
            and old.due_on != each.due_on
        ),
        gone=tuple(_gone(known, found)),
    )


def accept(
    app: Application,
    actor: Actor,
    programme: str,
    systems: Collection[str],
    *,
    months: int = MONTHS,
) -> Written:
    """Put the upgrades of some systems into the plan, and follow dates that moved.

    What is in the plan already is not put in again; upgrades that nothing needs any more are
    taken out where they have not begun.

    Args:
        app: The application.
        actor: Who accepts it.
        programme: Code of the programme.
        systems: Codes of systems; none: only dates that moved and what is not needed any more.
        months: As in `offer`.

    Raises:
        NotFound: `PLN-014`, no such programme; `TEC-014`, no upgrade of a system is offered.
        RefusedError: The plan could not be scheduled.
        NotPermitted: The actor may not change programmes.
    """
    require(actor, Permission.PLAN_UPDATE)
    found = offer(app, actor, programme, months=months)
    offered = {each.system.code: each for each in (*found.new, *found.there)}
    for code in systems:
        if code not in offered:
            message = f"No upgrade of {code[:80]!r} is offered until {found.until}."
            raise NotFound(codes.NOTHING_TO_ACCEPT.found(message, at="systems"))
    chosen = [each for each in found.new if each.system.code in set(systems)]
    changes = list(_changes(found, chosen))
    return write(app, actor, programme, changes, reason="Support ends: from the radar")


def views(found: UpgradeOffer, *, most: int | None = None) -> tuple[UpgradeView, ...]:
    """Return what is offered and what is in the plan, as plain values.

    Args:
        found: The offer.
        most: Only so many, the most urgent of those that are not in the plan first; None: all.
    """
    told = [*((each, False) for each in found.new), *((each, True) for each in found.there)]
    return tuple(
        UpgradeView(
            system=each.system.code,
            name=each.system.name,
            parts=tuple(item.component for item in each.items),
            ends_on=each.items[0].ends_on,
            is_in_plan=is_in_plan,
            lines=each.lines,
            markets=each.items[0].danger.markets,
            packages=tuple(package.code for package in each.packages),
            cost_eur=each.cost_eur,
            effort_days=each.effort_days,
            due_on=each.deadline.due_on if each.deadline else None,
        )
        for each, is_in_plan in told[:most]
    )


def _changes(found: UpgradeOffer, chosen: list[Upgrade]) -> Iterator[Put | Remove]:
    for each in chosen:
        yield from (Put(package, 0) for package in each.packages)
        yield from (Put(link) for link in each.links)
        if each.deadline is not None:
            yield Put(each.deadline)
    yield from (Put(each) for each in found.moved)
    gone = {each.code for each in found.gone}
    for code, deadline in found.opened.book.deadlines.items():
        if deadline.package in gone:
            yield Remove("deadline", code)
    yield from (Remove("package", code) for code in gone)


def _gone(known: Mapping[str, WorkPackage], found: Collection[Upgrade]) -> Iterator[WorkPackage]:
    """Yield the packages of a plan that belong to upgrades which nothing needs any more.

    Those of an upgrade stay if any of it has begun.
    """
    waiting = {
        code: each
        for code, each in known.items()
        if is_upgrade(code) and each.is_proposed and not each.is_started
    }
    if not waiting:
        return
    begun = {
        code.rpartition("-")[0]
        for code, each in known.items()
        if is_upgrade(code) and each.is_started
    }
    named = {each for code in waiting for each in _beginnings(code)}
    needed = {package.code for each in found if each.code in named for package in each.packages}
    for code, each in waiting.items():
        if code not in needed and begun.isdisjoint(_beginnings(code)):
            yield each


def _beginnings(code: str) -> Iterator[str]:
    """Yield what a code begins with before each of its hyphens."""
    return (code[:at] for at, letter in enumerate(code) if letter == "-")
