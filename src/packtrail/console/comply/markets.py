"""Markets: how ready one is, on a map and in a table; every market; one with all its law."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response

from packtrail.compliance.book import Kind
from packtrail.compliance.countries import name_of
from packtrail.compliance.obligations import Part
from packtrail.console import templates
from packtrail.console.comply import asking
from packtrail.rendering import world_map
from packtrail.services.markets import checking, reading, ready, ready_files, travelling
from packtrail.services.obligations import reading as obligations
from packtrail.services.portfolio.entries import PORTFOLIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.compliance.pages import MarketRow
    from packtrail.console.visit import Visit
    from packtrail.services.markets.ready import ReadinessView

_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}
_ORDER: Final = ("at_risk", "unknown", "no_rules", "open", "ready")
"""Markets as they are listed: where there is work first."""
_COMMON: Final = ("market", "product_class", "groups", "origin", "roles")
"""Facts that all subjects share."""
_WRITERS: Final = {"xlsx": ready_files.workbook, "pdf": ready_files.pdf, "csv": ready_files.csv}


def markets(visit: Visit) -> Response:
    """Show how ready the company is for its markets, and all markets there are."""
    on = asking.day(visit, "on")
    seen = ready.readiness(visit.app, visit.who, on=on)
    rows = reading.markets(visit.app, visit.who, on=on)
    typed = visit.query("find").casefold()
    shown = [
        each for each in rows if typed in f"{each.market} {each.name} {each.region}".casefold()
    ]
    worst_first = sorted(seen.rows, key=lambda each: (_ORDER.index(each.verdict), each.name))
    return templates.render(
        visit,
        "comply_markets.html",
        seen=replace(seen, rows=tuple(worst_first)),
        picture=Markup(_map(seen, rows)),  # noqa: S704 - the drawing escapes by itself
        rows=shown,
        every=len(rows),
        sold={each.market: each for each in seen.rows},
        find=visit.query("find"),
        on=visit.query("on"),
    )


def market(visit: Visit) -> Response:
    """Show one market: its rules with sources, dated values, calendar, what is unknown."""
    on, code = asking.day(visit, "on"), visit.path("market")
    page = reading.market(visit.app, visit.who, code, on=on)
    seen = ready.readiness(visit.app, visit.who, on=on)
    radar = obligations.radar(visit.app, visit.who, on=on, only=Part(market=code))
    compared = asking.day(visit, "to")
    changes = (
        travelling.differences(visit.app, visit.who, code, before=page.on, after=compared)
        if compared
        else None
    )
    return templates.render(
        visit,
        "comply_market.html",
        page=page,
        row=next((each for each in seen.rows if each.market == code), None),
        radar=radar,
        name=name_of(code),
        on=visit.query("on"),
        to=visit.query("to"),
        changes=changes,
    )


def readiness_file(visit: Visit) -> Response:
    """Send readiness as a workbook, a report or a table."""
    ending = visit.path("ending")
    if ending not in _TYPES:
        raise HTTPException(404)
    on = asking.day(visit, "on")
    content = _WRITERS[ending](visit.app, visit.who, on=on)
    day = on or visit.app.clock().date()
    headers = {"content-disposition": f'attachment; filename="readiness-{day}.{ending}"'}
    return Response(content, media_type=_TYPES[ending], headers=headers)


def product(visit: Visit) -> Response:
    """Show one product: where it may be sold and why, what it needs next, what is known of it."""
    on, code = asking.day(visit, "on"), visit.path("product")
    found = checking.product(visit.app, visit.who, code, on=on)
    market = visit.query("market")
    chosen = next((each for each in found.markets if each.market == market), None)
    facts = checking.facts(visit.app, visit.who, found.product, market) if chosen else ()
    common = {each.name: each for each in facts if each.name in _COMMON}
    return templates.render(
        visit,
        "comply_product.html",
        product=found,
        chosen=chosen,
        common=[common[name] for name in _COMMON if name in common],
        facts=[each for each in facts if each.name not in _COMMON],
        history=PORTFOLIO.history(
            visit.app, visit.who, kind=Kind.PRODUCT, key=found.product, limit=20
        ),
        on=visit.query("on"),
        day=on or visit.app.clock().date(),
    )


def _map(seen: ReadinessView, rows: Sequence[MarketRow]) -> str:
    tiles = {
        each.market: world_map.Tile(
            tone="plain",
            title=f"{each.name}: nothing is sold; {each.phase.replace('_', ' ')}",
            link=f"/comply/markets/{each.market}",
            is_quiet=True,
        )
        for each in rows
    }
    tiles |= {
        each.market: world_map.Tile(
            tone=ready.TONES[each.verdict],
            title=ready_files.told(each),
            link=f"/comply/markets/{each.market}",
            is_dashed=each.verdict == "unknown",
        )
        for each in seen.rows
    }
    return world_map.draw(tiles, title="Readiness by market")
