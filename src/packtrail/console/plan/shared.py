"""What every page of the room "Plan" shows: the programme, its tabs, and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from markupsafe import Markup

from packtrail.access import Permission
from packtrail.base.errors import NotFound, NotPermitted
from packtrail.console import templates
from packtrail.planning.templates import TEMPLATES

if TYPE_CHECKING:
    from starlette.responses import HTMLResponse

    from packtrail.base.errors import RefusedError
    from packtrail.console.visit import Visit
    from packtrail.services.plan.books import Opened

TABS = (
    ("", "Overview"),
    ("/readiness", "Readiness"),
    ("/work", "Work"),
    ("/dates", "Dates"),
    ("/load", "Load"),
    ("/what-if", "What if"),
    ("/scope", "Scope"),
    ("/inputs", "Inputs"),
    ("/training", "Training"),
    ("/news", "News"),
    ("/register", "Register"),
    ("/files", "Files"),
)
"""Path below the programme -> title."""
_OF_SMALL: Final = frozenset({"", "/work", "/readiness", "/inputs", "/scope", "/files"})
"""Tabs of a programme of few people; its overview tells the rest, and leads to it."""
NEIGHBOURS = (
    ("/capacity", "Capacity", Permission.CAPACITY_READ),
    ("/technology", "Technology", Permission.TECHNOLOGY_READ),
)
"""Other parts of the room: path, title, and what somebody needs to see it."""


def render(
    visit: Visit,
    template: str,
    /,
    *,
    opened: Opened,
    refusal: RefusedError | None = None,
    status: int | None = None,
    **context: Any,
) -> HTMLResponse:
    """Draw a page of a programme.

    Args:
        visit: Who asks.
        template: File of the template.
        opened: The programme.
        refusal: What was refused, shown on top.
        status: HTTP status; default: 200, or 422 with a refusal.
        **context: What the template shows.

    Raises:
        NotPermitted: That was the refusal.
        NotFound: That was the refusal.
    """
    if isinstance(refusal, NotPermitted | NotFound):
        raise refusal  # It is no slip in a form: the page of the fault says what to do.
    base = path_of(opened.code)
    return templates.render(
        visit,
        template,
        status=status or (422 if refusal else 200),
        programme=opened,
        template_=TEMPLATES[opened.terms.template],
        base=base,
        **_tabs(opened, base, visit.request.url.path),
        neighbours=[each for each in NEIGHBOURS if visit.who.may(each[2])],
        findings=refusal.findings if refusal else (),
        **context,
    )


def _tabs(opened: Opened, base: str, here: str) -> dict[str, list[tuple[str, str]]]:
    """Return the tabs, and the pages that a programme of few people has none for.

    The page that is shown always has its tab.
    """
    every = [(base + path, title) for path, title in TABS]
    if not TEMPLATES[opened.terms.template].is_small:
        return {"tabs": every, "more_tabs": []}
    more = [each for each in every if each[0].removeprefix(base) not in _OF_SMALL]
    shown = [each for each in every if each not in more or here.startswith(each[0])]
    return {"tabs": shown, "more_tabs": more}


def path_of(programme: str, *parts: str) -> str:
    """Return the path of a page of a programme."""
    return "/".join(("/plan", quote(programme, safe=""), *parts))


def package_path(programme: str, code: str) -> str:
    """Return the path of the page of a work package."""
    return path_of(programme, "package", quote(code, safe="/"))


def picture(svg: str) -> Markup:
    """Return a picture of ours for a template: the drawing has escaped all text."""
    return Markup(svg)  # noqa: S704 - the drawing escapes by itself
