"""The radar: what goes out of support when, as a picture and a table, and what that endangers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from packtrail.compliance.countries import name_of
from packtrail.console import templates
from packtrail.console.downloads import attachment
from packtrail.planning.technology.radar import AHEAD_DAYS, Standing
from packtrail.rendering import technology_words, timeline, times
from packtrail.rendering.tables import XLSX_TYPE, write_xlsx
from packtrail.services.technology import radar as service

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.planning.technology.radar import Group, Radar

ROWS_MAX: Final = 100
DRAWN_MAX: Final = 40
_BACK_DAYS: Final = 365


def radar(visit: Visit) -> Response:
    """Show what is out of support, what ends when, and what hangs on it."""
    watched = service.watched(visit.app, visit.who)
    asked = {name: visit.query(name) for name in ("standing", "market", "line")}
    found = watched.radar
    groups = [each for each in found.groups if _is_asked(each, asked)]
    urgent = [each for each in found.groups if each.standing in {Standing.OUT, Standing.SOON}]
    return templates.render(
        visit,
        "technology/radar.html",
        inventory=watched.inventory,
        radar=found,
        groups=groups[:ROWS_MAX],
        total=len(groups),
        urgent=urgent,
        urgent_lines=sorted({line for each in urgent for line in each.lines}),
        urgent_markets=sorted({market for each in urgent for market in each.markets}),
        picture=Markup(_drawn(found)),  # noqa: S704 - the drawing escapes by itself
        asked=asked,
        lines=sorted({line for each in found.groups for line in each.lines}),
        markets=sorted({market for each in found.groups for market in each.markets}),
        name_of=name_of,
        standings=list(Standing),
        said=technology_words,
    )


def calendar(visit: Visit) -> Response:
    """Hand out the ends of support as a calendar."""
    return attachment(
        service.calendar(visit.app, visit.who), "end-of-support.ics", "text/calendar; charset=utf-8"
    )


def workbook(visit: Visit) -> Response:
    """Hand out the radar as a workbook."""
    table = service.table(visit.app, visit.who)
    return attachment(write_xlsx([table], made_at=visit.app.clock()), "radar.xlsx", XLSX_TYPE)


def _is_asked(group: Group, asked: dict[str, str]) -> bool:
    return (
        (not asked["standing"] or group.standing == asked["standing"])
        and (not asked["market"] or asked["market"] in group.markets)
        and (not asked["line"] or asked["line"] in group.lines)
    )


def _drawn(found: Radar) -> str:
    """Draw the ends of support of a year back and three years ahead; older ones at the left."""
    first = found.today - timedelta(days=_BACK_DAYS)
    last = found.today + timedelta(days=AHEAD_DAYS)
    shown = [each for each in found.groups if each.ends_on and each.ends_on <= last]
    marks = [
        timeline.Mark(
            lane=technology_words.lane(each),
            on=max(first, each.ends_on),
            label=technology_words.reach(each),
            title=technology_words.sentence(each),
            tone=technology_words.STANDING[each.standing].tone,
            is_certain=each.row is not None and each.row.confidence == "H",
            when=times.day(each.ends_on),
            link=f"#g-{found.groups.index(each)}",
        )
        for each in shown[:DRAWN_MAX]
        if each.ends_on
    ]
    return timeline.draw(
        marks, first=first, last=last, today=found.today, title="End of support", prefix="radar"
    )
