"""Corrections: an event is declared wrong, what is right recorded, and both shown before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.visit import redirect
from packtrail.services.goods import corrections
from packtrail.services.goods.corrections import Correction, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.goods.corrections import Preview


def form(visit: Visit) -> Response:
    """Show the form, the event that is wrong ready to be put right."""
    event_id = visit.query("event")
    draft = corrections.draft(visit.app, visit.who, event_id).decode() if event_id else ""
    return _page(visit, event_id, draft)


def correct(visit: Visit) -> Response:
    """Show what a correction would change; make it where that was seen and accepted."""
    event_id, draft = visit.sent("event").strip(), visit.sent("corrective")
    correction = Correction(
        event_ids=(event_id,) if event_id else (),
        reason=visit.sent("reason"),
        explanation=visit.sent("explanation"),
        corrective=draft.encode() if visit.sent("replaces") == "yes" else None,
    )
    digest = visit.sent("digest")
    try:
        if digest:
            made = corrections.accept(visit.app, visit.who, correction, digest=digest)
            return redirect(f"/captures/{made.capture_id}")
        preview = corrections.preview(visit.app, visit.who, correction)
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, event_id, draft, findings=refused.findings)
    return _page(visit, event_id, draft, preview=preview)


def _page(
    visit: Visit,
    event_id: str,
    draft: str,
    *,
    preview: Preview | None = None,
    findings: Sequence[Finding] = (),
) -> Response:
    return templates.render(
        visit,
        "correction.html",
        status=422 if findings else 200,
        event_id=event_id,
        draft=draft,
        reasons=Reason,
        reason=visit.sent("reason") or Reason.INCORRECT_DATA,
        explanation=visit.sent("explanation"),
        replaces=visit.sent("replaces") == "yes",
        preview=preview,
        findings=findings,
    )
