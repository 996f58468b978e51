"""Form links of a programme: made here, shown once with a code to print, revoked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console.plan import shared
from packtrail.console.visit import redirect
from packtrail.planning.templates import Department
from packtrail.rendering.symbols import address_code
from packtrail.services.plan import books, links

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.plan.links import MadeLink

_FIELDS = ("name", "about", "department", "days", "uses")
_DIGITS_MAX = 6
_SCALE = 6


def listing(visit: Visit) -> Response:
    """Show the form links of a programme."""
    return _listing(visit)


def make(visit: Visit) -> Response:
    """Make a form link, and show it once."""
    department = visit.sent("department")
    new = links.NewLink(
        name=visit.sent("name"),
        about=visit.sent("about"),
        department=Department(department) if department in set(Department) else None,
        days=_whole(visit.sent("days")),
        uses=_whole(visit.sent("uses")),
    )
    try:
        made = links.create(visit.app, visit.who, visit.path("programme"), new)
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _listing(visit, refusal=refusal)
    return _listing(visit, made=made)


def revoke(visit: Visit) -> Response:
    """End a form link."""
    programme = visit.path("programme")
    links.revoke(visit.app, visit.who, programme, visit.sent("link_id"))
    return redirect(shared.path_of(programme, "form-links"))


def _listing(
    visit: Visit, *, made: MadeLink | None = None, refusal: RefusedError | None = None
) -> Response:
    programme = visit.path("programme")
    address = _address(visit, made.path) if made else ""
    return shared.render(
        visit,
        "plan/links.html",
        opened=books.opened(visit.app, visit.who, programme),
        refusal=refusal,
        rows=links.listed(visit.app, visit.who, programme),
        made=made,
        address=address,
        code=shared.picture(address_code(address).svg(scale=_SCALE)) if made else "",
        departments=list(Department),
        sent={name: "" if made else visit.sent(name) for name in _FIELDS},
    )


def _address(visit: Visit, path: str) -> str:
    base = visit.app.settings.console_url or str(visit.request.base_url)
    return base.rstrip("/") + path


def _whole(text: str) -> int:
    """Return a number as somebody typed it; 0 where it is none."""
    told = text.strip()
    is_number = told.isascii() and told.isdigit() and len(told) <= _DIGITS_MAX
    return int(told) if is_number else 0
