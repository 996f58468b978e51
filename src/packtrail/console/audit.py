"""The audit trail: who did what, when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.console import templates
from packtrail.services.accounts import audit as trail

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit

PAGE_LENGTH = 100
NUMBER_DIGITS_MAX = 18


def audit(visit: Visit) -> Response:
    """Show the audit trail of the organisation, newest first."""
    text = visit.query("before")
    is_number = text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX
    before = int(text) if is_number else None
    rows = trail.entries(visit.app, visit.who, limit=PAGE_LENGTH + 1, before=before)
    return templates.render(
        visit,
        "audit.html",
        rows=rows[:PAGE_LENGTH],
        next_before=rows[PAGE_LENGTH - 1].number if len(rows) > PAGE_LENGTH else None,
        before=before,
    )
