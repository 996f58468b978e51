"""Objects and events: one page for each thing that has a name in an event."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from lxml import etree
from markupsafe import Markup

from packtrail import epcis
from packtrail.base.amounts import counted
from packtrail.console import labels, subjects, templates
from packtrail.console.event_view import view_of
from packtrail.console.inference import belief_path
from packtrail.console.moments import instant, typed
from packtrail.console.reports.shared import mentions
from packtrail.epcis.context import GS1_CONTEXT
from packtrail.rendering import journey, why, words
from packtrail.rendering.journey_layout import place_name
from packtrail.services.goods import lots, tracing
from packtrail.services.inference import beliefs
from packtrail.services.queries import query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.lifecycle.journey import Step
    from packtrail.services.goods.tracing import Content, Trace

TABS = ("journey", "contents", "raw")
NESTED_MAX = 100
"""Most things shown at once inside something that is itself inside."""
LEVELS = ("2", "3", "4", "5", "6")
OFFSET_DIGITS_MAX = 7
RAW_EVENTS_MAX = 50
"""Most events shown as JSON-LD on the page of an object."""


@dataclass(frozen=True, slots=True)
class ContentsPage:
    """One page of what a container holds."""

    rows: tuple[Content, ...]
    offset: int
    total: int

    @property
    def end(self) -> int:
        """How many come before and on this page."""
        return self.offset + len(self.rows)

    @property
    def before(self) -> int | None:
        """Where the page before starts."""
        return max(0, self.offset - tracing.CONTENTS_SHOWN) if self.offset else None

    @property
    def after(self) -> int | None:
        """Where the page after starts."""
        return self.end if self.end < self.total else None


def trace(visit: Visit) -> Response:
    """Show one object: what it is, where, why, and how it came there."""
    as_of, as_known_at = instant(visit.query("as_of")), instant(visit.query("as_known_at"))
    found = tracing.trace(
        visit.app, visit.who, visit.path("identifier"), as_of=as_of, as_known_at=as_known_at
    )
    wanted = visit.query("tab")
    tab = wanted if wanted in TABS else TABS[0]
    return templates.render(
        visit,
        "object.html",
        trace=found,
        # Whatever notation the address has, it is one object.
        page_subject=subjects.Said(visit).of("object", found.identifier),
        tab=tab,
        name=words.plain(found.kind),
        why=why.sentence(found.standing, places=found.places, holders=labels.holders(found.steps)),
        picture=_picture(found) if tab == "journey" else "",
        bodies=_bodies(visit, found) if tab == "raw" else (),
        raw_max=RAW_EVENTS_MAX,
        lot_gtin=_gtin(found),
        levels=_levels(found),
        inside=_inside(visit, found) if tab == "contents" else None,
        place=lambda identifier: place_name(identifier, found.places),
        mentions=mentions(visit, found.identifier),
        as_of_typed=typed(as_of),
        as_known_typed=typed(as_known_at),
        moments=_moments(as_of, as_known_at),
        is_inferred=beliefs.is_inferred(found),
        belief_path=belief_path,
        typed=found.label,
    )


def contents(visit: Visit) -> Response:
    """Show what a container holds as rows, to be put under its own row; a part of a page."""
    level = visit.query("level")
    found = tracing.inside(
        visit.app,
        visit.who,
        visit.query("of"),
        limit=NESTED_MAX,
        as_of=instant(visit.query("as_of")),
        as_known_at=instant(visit.query("as_known_at")),
    )
    return templates.render(
        visit,
        "part_contents.html",
        rows=found.items,
        total=found.total,
        offset=0,
        holder=visit.query("of"),
        level=int(level) if level in LEVELS else 2,
        moments=_moments(instant(visit.query("as_of")), instant(visit.query("as_known_at"))),
    )


def event(visit: Visit) -> Response:
    """Show one event, with its body as JSON-LD and as XML."""
    page = query.event(visit.app, visit.who, visit.path("event_id"))
    views = sorted((view_of(body) for body in page.events), key=lambda each: bool(each.error))
    view, errors = views[0], [each.error for each in views if each.error]
    places = lots.place_names(visit.app, visit.who, view.places)
    notation = "xml" if visit.query("as") == "xml" else "json"
    write = _as_xml if notation == "xml" else _pretty
    return templates.render(
        visit,
        "event.html",
        event=view,
        errors=errors,
        notation=notation,
        bodies=[write(body, page.namespaces) for body in page.events],
        capture_id=page.capture_ids.get(view.event_id),
        place=lambda identifier: place_name(identifier, places),
        mentions=mentions(visit, view.event_id),
    )


def _picture(found: Trace) -> Markup:
    drawn = journey.draw(
        found.steps,
        title=f"{words.plain(found.kind)} {found.label}",
        places=found.places,
        holders=labels.holders(found.steps),
        standing=found.standing,
    )
    return Markup(drawn)  # noqa: S704 - the drawing escapes by itself


def _moments(as_of: datetime | None, as_known_at: datetime | None) -> str:
    """Return the part of an address that keeps looking at the same moment."""
    given = {"as_of": typed(as_of), "as_known_at": typed(as_known_at)}
    return urlencode({name: value for name, value in given.items() if value})


def _inside(visit: Visit, found: Trace) -> ContentsPage:
    """Return the page of the contents that is asked for."""
    typed = visit.query("from")
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= OFFSET_DIGITS_MAX
    offset = min(int(typed), found.contents_total) if is_number else 0
    if not offset:
        return ContentsPage(found.contents, 0, found.contents_total)
    held = tracing.inside(
        visit.app,
        visit.who,
        found.identifier,
        offset=offset,
        as_of=found.as_of,
        as_known_at=found.as_known_at,
    )
    return ContentsPage(held.items, offset, held.total)


def _levels(found: Trace) -> str:
    """Return how much it holds, level by level: `3 cases, holding 12 objects`."""
    if not found.contents_levels:
        return ""
    kinds = Counter(each.kind for each in found.contents)
    if kinds.total() < found.contents_total:
        kinds = Counter({"object": found.contents_total})
    direct = ", ".join(counted(count, kind) for kind, count in kinds.items())
    deeper = [counted(count, "object") for count in found.contents_levels[1:]]
    return ", holding ".join((direct, *deeper))


def _gtin(found: Trace) -> str | None:
    key = found.key
    is_trade_item = key is not None and key.class_key.startswith("sgtin/")
    return key.primary if key is not None and is_trade_item else None


def _bodies(visit: Visit, found: Trace) -> list[tuple[Step, str]]:
    bodies = []
    for step in found.steps[:RAW_EVENTS_MAX]:
        page = query.event(visit.app, visit.who, step.event_id)
        bodies.append((step, _pretty(page.events[0], page.namespaces)))
    return bodies


def _pretty(body: dict[str, Any], namespaces: Mapping[str, str]) -> str:
    """Write one event so that it stands by itself, with the context its page shares."""
    return json.dumps(
        {"@context": _context(namespaces)} | body, indent=2, ensure_ascii=False, default=str
    )


def _as_xml(body: dict[str, Any], namespaces: Mapping[str, str]) -> str:
    """Write one event as an EPCIS 2.0 document in XML."""
    whole = {"@context": _context(namespaces)} | body
    event = epcis.read_event_json(whole)
    document = epcis.EpcisDocument(
        schema_version="2.0",
        creation_date=datetime.fromisoformat(body["recordTime"]),
        events=(event,),
        namespaces=dict(namespaces),
    )
    root = etree.fromstring(epcis.write_xml(document, version="2.0"))
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")


def _context(namespaces: Mapping[str, str]) -> list[Any]:
    return [GS1_CONTEXT, *([dict(namespaces)] if namespaces else [])]
