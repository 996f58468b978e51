"""Readiness: what the rules need, what was seen done, what is missing and how late it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.console.plan import shared
from packtrail.planning.readiness import PROBES, ReadyState, Score, Subject, score
from packtrail.services.plan import readiness as service

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.planning.readiness import Item

ROWS_MAX = 60


def readiness(visit: Visit) -> Response:
    """Show the readiness of all markets, and what is missing, the latest first."""
    found = service.of_programme(visit.app, visit.who, visit.path("programme"))
    asked = {name: visit.query(name) for name in ("market", "probe", "state", "subject")}
    shown = [each for each in found.items if _is_asked(each, asked)]
    markets = {each.code: each.name for each in found.opened.book.markets.values()}
    probes = [each for each in PROBES if any(key == each.key for _, key in found.by_market)]
    first = dict.fromkeys(market for each in found.items for market in each.markets)
    rows = [
        (
            market,
            markets.get(market, market),
            score(each for each in found.items if market in each.markets),
            [(probe, found.by_market.get((market, probe.key))) for probe in probes],
        )
        for market in first
    ]
    return shared.render(
        visit,
        "plan/readiness.html",
        opened=found.opened,
        found=found,
        probes=probes,
        rows=rows,
        items=shown[:ROWS_MAX],
        more=max(0, len(shown) - ROWS_MAX),
        asked=asked,
        markets=markets,
        subjects=list(Subject),
        states=list(ReadyState),
        tone=_tone,
    )


def _is_asked(item: Item, asked: dict[str, str]) -> bool:
    state = asked["state"] or "open"
    return (
        (not asked["market"] or asked["market"] in item.markets)
        and (not asked["probe"] or asked["probe"] == item.probe.key)
        and (not asked["subject"] or asked["subject"] == item.probe.subject.value)
        and (
            state in {"all", item.state.value}
            or (state == "open" and item.state is not ReadyState.READY)
            or (state == "said" and item.is_only_said)
        )
    )


def _tone(found: Score) -> str:
    if found.ready == found.total:
        return "done"
    if found.late:
        return "bad"
    return "plain" if found.unseen == found.total - found.ready else "attention"
