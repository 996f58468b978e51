"""Policies: what the law of a market asks of serial numbers, and which pools keep to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.amounts import rounded
from packtrail.base.errors import RefusedError
from packtrail.base.findings import Finding
from packtrail.console import templates
from packtrail.services.supply import market_rules, pools

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit

_TITLES = {
    "is_required": "Every pack carries one",
    "length": "Characters, exactly",
    "length_max": "Characters, at most",
    "characters": "Written with",
    "is_random": "Random",
    "guess_probability_max": "A guess hits less often than",
    "issuer": "Issued by",
    "reuse": "Using one again",
}
"""Part of the rules -> what people call it."""


def policies(visit: Visit) -> Response:
    """Show what a market asks, a policy that keeps to it, and how pools keep to their markets."""
    market = visit.query("market").upper()
    found, findings = None, tuple[Finding, ...]()
    if market:
        try:
            found = market_rules.policy_for(visit.app, visit.who, market)
        except RefusedError as refusal:
            findings = refusal.findings
    every = pools.pools(visit.app, visit.who)
    return templates.render(
        visit,
        "serials_policies.html",
        status=422 if findings else 200,
        market=market,
        markets=market_rules.markets(visit.app, visit.who),
        found=found,
        asked=[(_TITLES[each.what], each) for each in found.asked] if found else [],
        may_be_issued=rounded(found.policy.issued_max) if found else "",
        findings=findings,
        pools=[
            (each, market_rules.pool_findings(visit.app, visit.who, each))
            for each in every
            if each.market and each.closed_at is None
        ],
    )
