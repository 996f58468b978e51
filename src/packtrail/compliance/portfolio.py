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
    partners: tuple[str, ...] = ()


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
        """Markets in which something is sold, in order."""
        return tuple(sorted({each.market for each in self.placements}))


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
