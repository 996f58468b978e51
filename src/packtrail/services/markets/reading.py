"""The law of markets as an organisation has accepted it: to look up, and to ask about facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.base.findings import has_errors
from packtrail.compliance import codes, evaluation, pages
from packtrail.compliance.encoding import node_of
from packtrail.compliance.loading import subject_of
from packtrail.services import rule_packs
from packtrail.services.markets.accepting import in_force

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.compliance.packs import PackIdentity
    from packtrail.compliance.pages import MarketPage, MarketRow, ResultView
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationView:
    """What the rules of a market say of facts."""

    on: date
    pack: PackIdentity
    results: tuple[ResultView, ...]


def markets(app: Application, actor: Actor, *, on: date | None = None) -> tuple[MarketRow, ...]:
    """Return every market, by code, as it is on a day; default: today."""
    require(actor, Permission.OBLIGATION_READ)
    return pages.rows(in_force(app, actor), on=on or app.clock().date())


def market(app: Application, actor: Actor, code: str, *, on: date | None = None) -> MarketPage:
    """Return all there is to say of a market on a day; default: today.

    Raises:
        NotFound: `LAW-014`, no rule pack is about it.
    """
    require(actor, Permission.OBLIGATION_READ)
    try:
        pack = in_force(app, actor).pack_of(code)
    except NotFound:
        if code in rule_packs.catalogue(app.settings).markets:
            message = f"The rules of {code} are installed, and nobody has accepted them yet."
            raise NotFound(
                codes.NO_PACK.found(message, at="market", remedy="Look at them under Changes.")
            ) from None
        raise
    return pages.page(pack, on=on or app.clock().date(), market=code)


def evaluate(
    app: Application, actor: Actor, code: str, subject: Any, *, on: date | None = None
) -> EvaluationView:
    """Ask the rules of a market about facts.

    Args:
        app: The application.
        actor: Who asks.
        code: The market.
        subject: One key, the kind of the subject, and below it its facts.
        on: The day whose law counts; default: today.

    Raises:
        NotFound: `LAW-014`, no rule pack is about the market.
        RefusedError: `LAW-003` to `LAW-005`, the facts cannot be read.
    """
    require(actor, Permission.OBLIGATION_READ)
    pack = in_force(app, actor).pack_of(code)
    findings: list[Finding] = []
    read = subject_of(node_of(subject, ""), "/", findings)
    if read is None or has_errors(findings):
        raise RefusedError(*findings)
    found = evaluation.evaluate(pack, read, on=on or app.clock().date())
    return EvaluationView(on=found.on, pack=found.identity, results=pages.results(found))
