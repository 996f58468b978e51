"""What every page of capacity shows: its tabs, and what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile

from packtrail.access import Permission
from packtrail.base.amounts import figure
from packtrail.base.errors import NotFound, NotPermitted
from packtrail.console import templates
from packtrail.console.visit import without_nul
from packtrail.rendering.capacity_sheets import scale_of

if TYPE_CHECKING:
    from starlette.responses import HTMLResponse

    from packtrail.base.errors import RefusedError
    from packtrail.console.visit import Visit

TABS = (
    ("/capacity", "What it takes"),
    ("/capacity/forecast", "Forecast"),
    ("/capacity/scenarios", "Scenarios"),
    ("/capacity/lines", "Lines"),
    ("/capacity/live", "Live"),
    ("/capacity/calibration", "Calibration"),
    ("/capacity/business", "Business case"),
    ("/capacity/runs", "Runs"),
)
FILE_BYTES_MAX = 20 * 1024 * 1024


def render(
    visit: Visit,
    template: str,
    /,
    *,
    refusal: RefusedError | None = None,
    status: int | None = None,
    **context: Any,
) -> HTMLResponse:
    """Draw a page of capacity.

    Args:
        visit: Who asks.
        template: File of the template.
        refusal: What was refused, shown on top.
        status: HTTP status; default: 200, or 422 with a refusal.
        **context: What the template shows.

    Raises:
        NotPermitted: That was the refusal.
    """
    if isinstance(refusal, NotPermitted):
        raise refusal
    return templates.render(
        visit,
        template,
        status=status or (422 if refusal else 200),
        tabs=TABS,
        refused=refusal.findings if refusal else (),
        may_change=visit.who.may(Permission.CAPACITY_UPDATE),
        eye=figure,
        scale_of=scale_of,
        **context,
    )


def without_forecast(visit: Visit, refusal: NotFound | None = None) -> HTMLResponse:
    """Draw what to do first where nothing was forecast yet."""
    return render(visit, "capacity/empty.html", missing=refusal.findings if refusal else ())


def sent_file(visit: Visit) -> tuple[bytes, str] | None:
    """Return content and name of the file of a form; None: none was chosen."""
    file = visit.form.get("file")
    if not isinstance(file, UploadFile) or not (file.filename or file.size):
        return None
    return file.file.read(FILE_BYTES_MAX + 1), without_nul(file.filename or "file")
