"""People and lines: how much is asked of them week by week, and why work was moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from packtrail.console.plan import shared
from packtrail.services.plan import views
from packtrail.services.plan.scheduling import planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.planning.loads import Load
    from packtrail.planning.scope import Line
    from packtrail.planning.work import Resource

WEEKS = 26
MOVES_MAX = 200


def load(visit: Visit) -> Response:
    """Show the load of every resource, and the moves that levelling made."""
    now = planned(visit.app, visit.who, visit.path("programme"))
    weekly = views.weekly(visit.app, now, WEEKS)
    names = {each.code: each for each in now.schedule.plan.resources}
    lines = now.opened.book.lines
    rows = [
        (
            code,
            _name(code, names, lines),
            now.schedule.plan.capacities[code],
            list(_cells(weeks)),
            sum(each.demand_days for each in weeks),
        )
        for code, weeks in weekly.items()
    ]
    rows.sort(key=lambda each: (each[0].startswith("line:"), -each[4]))
    return shared.render(
        visit,
        "plan/load.html",
        opened=now.opened,
        schedule=now.schedule,
        rows=rows,
        mondays=[each.from_on for each in next(iter(weekly.values()), ())],
        moves=now.schedule.moves[:MOVES_MAX],
        bounds=views.bounds_view(visit.app, visit.who, now.opened.code),
        titles={code: each.title for code, each in now.schedule.plan.by_code.items()},
        names={code: each.name for code, each in names.items()},
        unused=[each for each in now.schedule.plan.resources if each.code not in weekly],
    )


def _cells(weeks: Iterable[Load]) -> Iterator[tuple[Markup, Load | None]]:
    """Yield the weeks in which anything is asked, each with the empty cells before it.

    Most lines do nothing in most weeks; the last pair has no week.
    """
    empty = 0
    for each in weeks:
        if each.demand_days:
            yield _EMPTY * empty, each
            empty = 0
        else:
            empty += 1
    yield _EMPTY * empty, None


_EMPTY = Markup("<td></td>")


def _name(code: str, resources: Mapping[str, Resource], lines: Mapping[str, Line]) -> str:
    line = code.removeprefix("line:")
    found = resources.get(code) or lines.get(line)
    return found.name if found else line
