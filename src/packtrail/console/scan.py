"""Scan: the box that takes anything and says what it recognised before going there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.console import templates
from packtrail.console.defects import defects_of
from packtrail.console.event_view import EventView, first_object, view_of
from packtrail.console.visit import redirect
from packtrail.services import recognise
from packtrail.services.queries import query

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit

TEXT_LENGTH_MAX = 2000
SUGGESTIONS_MAX = 8
LATELY_MAX = 12


def scan(visit: Visit) -> Response:
    """Go to the only thing a text can mean, or show what it can mean."""
    text = visit.query("q")[:TEXT_LENGTH_MAX]
    found = recognise.recognise(visit.app, visit.who, text) if text else ()
    links = {each.link for each in found if each.link.startswith("/")}
    if len(links) == 1:
        return redirect(links.pop())
    return templates.render(
        visit,
        "scan.html",
        typed=text,
        found=found,
        lately=() if text else _lately(visit),
        defects=defects_of(text) if text else None,
    )


def suggest(visit: Visit) -> Response:
    """Say what a text can mean while it is being typed; a part of a page."""
    text = visit.query("q")[:TEXT_LENGTH_MAX]
    found = recognise.recognise(visit.app, visit.who, text)[:SUGGESTIONS_MAX] if text else ()
    return templates.render(visit, "part_found.html", typed=text, found=found)


def _lately(visit: Visit) -> list[tuple[str, EventView]]:
    """Return an object each of the latest events, so that nobody starts with an empty box."""
    page = query.events(visit.app, visit.who, {"perPage": str(LATELY_MAX)})
    seen: dict[str, EventView] = {}
    for view in map(view_of, page.events):
        named = first_object(view)
        if named is not None and not view.error:
            seen.setdefault(named, view)
    return list(seen.items())
