"""The portfolio: what a company sells where, made on which lines, sent to which partners.

It is handed in; where it is kept is not this package's business.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packtrail.compliance.subjects import Subject
    from packtrail.compliance.words import Role


def is_sold(sold_from: date | None, sold_until: date | None, on: date) -> bool:
    """Tell whether something is sold on a day; no first day is already, no last day is still."""
    begun = sold_from is None or sold_from <= on
    return begun and (sold_until is None or on <= sold_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One product in one market."""

    product: str
    """Code of the product."""
    name: str
    market: str
    subjects: tuple[Subject, ...]
    """What is done today: trade item, label, lot, shipment."""
    sites: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    gtin: str = ""
    """Of the pack, where it is known."""
    sold_from: date | None = None
    """First day on which it is sold there; None: already."""
    sold_until: date | None = None
    """Last day."""

    def is_sold(self, on: date) -> bool:
        """Tell whether it is sold there on a day."""
        return is_sold(self.sold_from, self.sold_until, on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A trading partner, as far as the law tells partners apart."""

    code: str
    name: str
    market: str
    roles: frozenset[Role]
    groups: frozenset[str] = frozenset()
    """small_dispenser, connected_partner ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """What one company does."""

    roles: frozenset[Role]
    """Parts the company itself plays."""
    placements: tuple[Placement, ...]
    partners: tuple[Partner, ...] = ()

    @property
    def markets(self) -> tuple[str, ...]:
        """Markets in which something is sold, or was, or will be, in order."""
        return tuple(sorted({each.market for each in self.placements}))

    def sold(self, on: date) -> Portfolio:
        """Return the portfolio with what is sold on a day."""
        return replace(self, placements=tuple(each for each in self.placements if each.is_sold(on)))


def as_made_on(subject: Subject, day: date, *, market: str) -> Subject:
    """Return a subject as it is for a lot made and released on a day, where it says no days.

    Args:
        subject: What is done.
        day: The day.
        market: The market it is for, where it does not say.
    """
    return replace(
        subject,
        market=subject.market or market,
        manufactured_on=subject.manufactured_on or day,
        released_on=subject.released_on or day,
    )
