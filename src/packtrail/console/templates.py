"""Templates: one Jinja2 environment that escapes everything, and what every page knows.

Text comes out escaped; only the pictures of `packtrail.rendering`, which escape by themselves, are
marked as safe, here and nowhere else.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

import packtrail
from packtrail.access import Permission
from packtrail.base.amounts import amount, counted, figure, number
from packtrail.console import labels, rooms, subjects
from packtrail.rendering import icons, identifiers, law_words, plan_words, times, words
from packtrail.services.queries import transactions

if TYPE_CHECKING:
    from packtrail.console.visit import Visit

HERE = Path(__file__).parent
STATIC = HERE / "static"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def render(visit: Visit, template: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Draw a page for a visit.

    Args:
        visit: Who asks, and where.
        template: File of the template.
        status: HTTP status.
        **context: What the template shows.
    """
    shared: dict[str, Any] = {
        "actor": visit.actor,
        "csrf": visit.form_token,
        "here": visit.request.url.path,
        "now": visit.app.clock(),
        "typed": "",
    }
    said = subjects.Said(visit)
    shared |= {"inputs_about": said, "page_subject": None}
    if status == HTTPStatus.OK and "page_subject" not in context:
        shared["page_subject"] = said.here()
    text = environment().get_template(template).render(shared | context)
    return HTMLResponse(text, status_code=status)


def render_alone(template: str, /, *, status: int, **context: Any) -> HTMLResponse:
    """Draw a page that must work even when nothing else does."""
    shared = {
        "actor": None,
        "csrf": "",
        "here": "",
        "now": datetime.now(UTC),
        "typed": "",
        "page_subject": None,
    }
    text = environment().get_template(template).render(shared | context)
    return HTMLResponse(text, status_code=status)


@cache
def environment() -> Environment:
    """Return the environment with the filters and globals of the console."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(_FILTERS)
    made.globals.update(_GLOBALS)
    return made


def trace_path(identifier: str) -> str:
    """Return the path of the page of an object."""
    return "/trace/" + quote(identifier, safe="")


def event_path(event_id: str) -> str:
    """Return the path of the page of an event."""
    return "/events/" + quote(event_id, safe="")


def lot_path(lot: str, gtin: str | None = None) -> str:
    """Return the path of the page of a lot, of one trade item when it is told."""
    return "/lots/" + quote(lot, safe="") + (f"?gtin={quote(gtin, safe='')}" if gtin else "")


def document_path(identifier: str) -> str:
    """Return the path of the page of a business document."""
    return "/documents/" + quote(identifier, safe="")


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    return amount(count / 1e9, "GB") if count else "0 bytes"


def spaced(name: str) -> str:
    """Return a name in camel or snake case as words: `dosageFormType` is `Dosage form type`."""
    words_of = _HUMP.sub(" ", name).replace("_", " ").strip().lower()
    return words_of[:1].upper() + words_of[1:]


@cache
def asset(name: str) -> str:
    """Return the address of a static file, with a mark that changes with its content."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"


def has_htmx() -> bool:
    """Tell whether `make assets` has put htmx in place."""
    return (STATIC / "vendor" / "htmx.min.js").is_file()


def _icon(name: str) -> Markup:
    return Markup(icons.icon(name))  # noqa: S704 - the drawing escapes by itself


_FILTERS = {
    "ago": times.ago,
    "day": times.day,
    "duration": times.duration,
    "elements": identifiers.elements,
    "expiry": times.expiry,
    "label": labels.label,
    "last_part": transactions.number_of,
    "moment": times.moment,
    "figure": figure,
    "number": number,
    "plain": words.plain,
    "precise": times.precise,
    "short": identifiers.short,
    "short_hash": identifiers.short_hash,
    "size": size,
    "spaced": spaced,
    "transaction_word": words.transaction,
}
_GLOBALS: dict[str, Any] = {
    "Permission": Permission,
    "asset": asset,
    "counted": counted,
    "document_path": document_path,
    "event_path": event_path,
    "has_htmx": has_htmx,
    "icon": _icon,
    "label": labels.label,
    "law": law_words,
    "lot_path": lot_path,
    "plan_words": plan_words,
    "rooms_of": rooms.open_to,
    "trace_path": trace_path,
    "version": packtrail.__version__,
    "words": words,
}
