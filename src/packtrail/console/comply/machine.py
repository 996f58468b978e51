"""The time machine: what is sold today under the rules of any day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from packtrail.compliance.countries import name_of
from packtrail.console import templates
from packtrail.console.comply import asking
from packtrail.services.markets import reading, travelling
from packtrail.services.markets.travelling import Narrowing
from packtrail.services.obligations import reading as obligations

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit


def machine(visit: Visit) -> Response:
    """Show what breaks on a day, for what, and since which change."""
    today = asking.day(visit, "from") or visit.app.clock().date()
    on = asking.day(visit, "on")
    stops = _stops(visit, today)
    chosen = on or next(iter(stops), (today.replace(year=today.year + 1, day=1), ""))[0]
    only = Narrowing(
        market=visit.query("market"),
        product=visit.query("product"),
        line=visit.query("line"),
        site=visit.query("site"),
    )
    seen = travelling.machine(visit.app, visit.who, on=chosen, today=today, only=only)
    return templates.render(
        visit,
        "comply_machine.html",
        seen=seen,
        stops=stops,
        only=only,
        choices=travelling.choices(visit.app, visit.who),
        name_of=name_of,
        typed_from=visit.query("from"),
    )


def differences(visit: Visit) -> Response:
    """Show in words what the law of a market says otherwise on one day than on another."""
    today = visit.app.clock().date()
    before, after = asking.day(visit, "from") or today, asking.day(visit, "to")
    market = visit.query("market")
    changes = (
        travelling.differences(visit.app, visit.who, market, before=before, after=after)
        if market and after
        else None
    )
    return templates.render(
        visit,
        "comply_differences.html",
        changes=changes,
        market=market,
        before=before,
        after=after,
        markets=[(each.market, each.name) for each in reading.markets(visit.app, visit.who)],
    )


def _stops(visit: Visit, today: date) -> list[tuple[date, str]]:
    """Return the days ahead from which something of the portfolio may break."""
    radar = obligations.radar(visit.app, visit.who, on=today)
    return [
        (each.on, each.what)
        for each in radar.ahead
        if each.on is not None and each.rules and each.sort == "deadline"
    ]
