"""Readiness by market: what the law asks of an organisation, and how much of it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission, require
from packtrail.compliance import readiness as core
from packtrail.compliance.obligations import obligations
from packtrail.services.obligations.reading import BEHIND, notes_of
from packtrail.services.portfolio import books

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.compliance.obligations import Obligation
    from packtrail.compliance.readiness import MarketReadiness
    from packtrail.services.application import Application

HORIZON: Final = timedelta(days=365)
"""Obligations count that are due until then."""
VERDICTS: Final = {
    "ready": "Ready", "open": "Work to do", "unknown": "Cannot be told", "at_risk": "At risk",
    "no_rules": "No rules known",
}  # fmt: skip
"""How a market stands, in words."""


TONES: Final = {
    "ready": "good", "open": "moving", "unknown": "plain", "at_risk": "bad", "no_rules": "plain",
}  # fmt: skip
"""In which tone a market is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRow:
    """How ready an organisation is for a market."""

    market: str
    name: str
    pack_id: str
    verdict: str
    """ready, open, unknown, at_risk or no_rules."""
    products: int
    required: int
    done: int
    open: int
    at_risk: int
    unknown: int
    share_done: float
    """0 to 1."""
    broken: tuple[str, ...]
    late: int
    next_on: date | None
    next_what: str
    next_key: str
    next_is_certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessView:
    """How ready an organisation is for its markets."""

    today: date
    until: date
    """Obligations count that are due until then."""
    rows: tuple[MarketRow, ...]
    obligations: tuple[Obligation, ...]


def readiness(app: Application, actor: Actor, *, on: date | None = None) -> ReadinessView:
    """Return how ready the actor's organisation is for each market it sells in.

    Args:
        app: The application.
        actor: Whose portfolio.
        on: The day from which it is seen; default: today.
    """
    require(actor, Permission.OBLIGATION_READ)
    today = on or app.clock().date()
    until = today + HORIZON
    with app.database.reading() as conn:
        company = books.company_of(app, conn, actor)
        notes = notes_of(conn, actor.organisation_id)
    found = obligations(
        company.law, company.portfolio, notes, today=today, first=today - BEHIND, last=until
    )
    markets = core.readiness(company.law, company.portfolio, found, today=today)
    return ReadinessView(
        today=today, until=until, rows=tuple(map(_row, markets)), obligations=found
    )


def _row(each: MarketReadiness) -> MarketRow:
    return MarketRow(
        market=each.market, name=each.name, pack_id=each.pack_id, verdict=each.verdict.value,
        products=each.products, required=each.required, done=each.done, open=each.open,
        at_risk=each.at_risk, unknown=each.unknown, share_done=each.share_done,
        broken=each.broken, late=each.late, next_on=each.next_on, next_what=each.next_what,
        next_key=each.next_key, next_is_certain=each.next_is_certain,
    )  # fmt: skip
