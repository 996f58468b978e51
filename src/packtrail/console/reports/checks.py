"""Pre-flight: any file checked before it leaves, and how clean files were over time."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.datastructures import UploadFile

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console.reports.shared import render
from packtrail.rendering import scores as drawing
from packtrail.services.reports import preflight, receivers, viewing

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.reports.preflight import Preflight

RECENT = 20
DAYS = 400
_INLINE_MAX = 1_500_000
"""Most bytes of a mended file that are put into the page itself."""


def checks(visit: Visit) -> Response:
    """Show where to drop a file, what was checked last, and the scores."""
    return _page(visit)


def check(visit: Visit) -> Response:
    """Check the file of the form."""
    sent = visit.form.get("file")
    content = sent.file.read(preflight.BYTES_MAX + 1) if isinstance(sent, UploadFile) else b""
    name = (sent.filename if isinstance(sent, UploadFile) else "") or "file"
    wanted = visit.sent("for")
    try:
        found = preflight.run(visit.app, visit.who, name, content, wanted=wanted)
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _page(visit, refusal=refusal)
    return _page(visit, found=found)


def _page(
    visit: Visit, *, found: Preflight | None = None, refusal: RefusedError | None = None
) -> Response:
    known = [each for each in receivers.receivers(visit.app, visit.who) if each.is_open]
    unit = visit.query("unit") if visit.query("unit") in viewing.UNITS else "month"
    rows = viewing.scores(visit.app, visit.who, days=DAYS, unit=unit)
    titles = {each.code: each.title for each in known}
    lanes = drawing.lanes(
        (each.since, titles.get(each.receiver, each.receiver) or each.market, each.score)
        for each in rows
    )
    return render(
        visit,
        "reports_preflight.html",
        status=422 if refusal else 200,
        findings=refusal.findings if refusal else (),
        found=found,
        mended=_mended(found),
        choices=[(one, form) for one in known for form in one.wanted_forms()],
        forms=viewing.forms(),
        picked=visit.sent("for") or visit.query("for"),
        recent=viewing.checks(visit.app, visit.who, limit=RECENT),
        rows=rows,
        titles=titles,
        unit=unit,
        picture=Markup(drawing.draw(lanes)) if lanes else "",  # noqa: S704 - it escapes by itself
    )


def _mended(found: Preflight | None) -> str:
    """Return the mended file as a link, where it is small enough to stand in the page."""
    if found is None or found.repaired is None or len(found.repaired) > _INLINE_MAX:
        return ""
    return "data:application/octet-stream;base64," + base64.b64encode(found.repaired).decode()
