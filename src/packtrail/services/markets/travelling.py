"""The time machine: what an organisation sells today, under the rules of any day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.base.errors import RefusedError
from packtrail.compliance import codes, placement_pages
from packtrail.compliance.comparison import between_days
from packtrail.compliance.countries import name_of
from packtrail.compliance.time_machine import travel
from packtrail.services.markets.accepting import in_force
from packtrail.services.portfolio import books

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.access import Actor
    from packtrail.compliance import Portfolio
    from packtrail.compliance.comparison import Change
    from packtrail.compliance.packs import PackIdentity
    from packtrail.compliance.placement_pages import BreakGroup, BreakView
    from packtrail.services.application import Application
    from packtrail.services.portfolio.books import Company

YEARS_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What of a portfolio is looked at; empty: everything."""

    market: str = ""
    product: str = ""
    line: str = ""
    site: str = ""

    def of(self, portfolio: Portfolio) -> Portfolio:
        """Return the part of a portfolio."""
        placements = tuple(
            each
            for each in portfolio.placements
            if self.market in {"", each.market}
            and self.product in {"", each.product}
            and (not self.line or self.line in each.lines)
            and (not self.site or self.site in each.sites)
        )
        return replace(portfolio, placements=placements)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineView:
    """A portfolio under the rules of a day."""

    on: date
    today: date
    new: tuple[BreakGroup, ...]
    """What breaks on the day and does not today, by market, rule and cause."""
    standing: tuple[BreakGroup, ...]
    """What is broken already."""
    mended: tuple[BreakGroup, ...]
    """What is broken today and not on the day."""
    unknown: tuple[BreakGroup, ...]
    """What cannot be decided."""
    breaks: tuple[BreakView, ...]
    """All that is broken on the day, product by product."""
    met_count: int
    touched: Mapping[str, tuple[str, ...]]
    """What newly breaks: products, markets, lines, sites and partners."""
    unpacked: tuple[str, ...]
    """Markets that no rule pack is about."""
    changes: Mapping[str, tuple[Change, ...]]
    """Market -> what its law says otherwise on the day than today, in words."""
    packs: tuple[PackIdentity, ...]
    """Which rules decided."""


def machine(
    app: Application,
    actor: Actor,
    *,
    on: date,
    today: date | None = None,
    only: Narrowing | None = None,
) -> MachineView:
    """Put what is sold today under the rules of a day.

    Args:
        app: The application.
        actor: Whose portfolio.
        on: The day whose law counts, at most 50 years from today.
        today: The day to compare with; default: today.
        only: What of it is looked at.

    Raises:
        RefusedError: `LAW-018`, the day is too far away.
    """
    require(actor, Permission.PORTFOLIO_READ)
    now = today or app.clock().date()
    if abs(on.year - now.year) > YEARS_MAX:
        message = f"{on} is more than {YEARS_MAX} years from {now}: nobody knows its law."
        raise RefusedError(codes.DAY_TOO_FAR.found(message, at="on"))
    with app.database.reading() as conn:
        company = books.company_of(app, conn, actor)
    portfolio = (only or Narrowing()).of(company.portfolio)
    journey = travel(company.law.catalogue, portfolio, on=on, today=now, law=company.law)
    partners = _partners(company)
    views = placement_pages.breaks(journey.breaks)
    touched = placement_pages.touched(journey)
    names = {name for market in touched["markets"] for name in partners.get(market, ())}
    return MachineView(
        on=on,
        today=now,
        new=placement_pages.groups([each for each in views if each.is_new], partners),
        standing=placement_pages.groups([each for each in views if not each.is_new], partners),
        mended=placement_pages.groups(placement_pages.breaks(journey.mended), partners),
        unknown=placement_pages.groups(placement_pages.breaks(journey.unknown), partners),
        breaks=views,
        met_count=journey.met_count,
        touched={**touched, "partners": tuple(sorted(names))},
        unpacked=journey.unpacked,
        changes=_changes(company, portfolio.markets, now, on),
        packs=journey.identities,
    )


def choices(app: Application, actor: Actor) -> Mapping[str, tuple[str, ...]]:
    """Return what a look can be narrowed to: markets, lines and sites of the portfolio."""
    require(actor, Permission.PORTFOLIO_READ)
    with app.database.reading() as conn:
        found = books.company_of(app, conn, actor).portfolio.placements
    return {
        "market": tuple(sorted({each.market for each in found})),
        "line": tuple(sorted({line for each in found for line in each.lines})),
        "site": tuple(sorted({site for each in found for site in each.sites})),
    }


def differences(
    app: Application, actor: Actor, market: str, *, before: date, after: date
) -> tuple[Change, ...]:
    """Return what the law of a market says otherwise on one day than on another, in words.

    Raises:
        NotFound: `LAW-014`, no rule pack is about the market.
    """
    require(actor, Permission.OBLIGATION_READ)
    return between_days(in_force(app, actor).pack_of(market), before, after)


def _changes(
    company: Company, markets: Sequence[str], before: date, after: date
) -> dict[str, tuple[Change, ...]]:
    found = {}
    for market in markets:
        pack = company.law.pack_of(market)
        changes = between_days(pack, before, after) if pack else ()
        if changes:
            found[f"{name_of(market)} ({market})"] = changes
    return found


def _partners(company: Company) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for each in company.portfolio.partners:
        found.setdefault(each.market, []).append(each.name)
    return {market: tuple(names) for market, names in found.items()}
