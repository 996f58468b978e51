"""Changes: other versions of rules that wait to be accepted, and what each would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.visit import redirect
from packtrail.services.markets import accepting, updates

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit


def changes(visit: Visit) -> Response:
    """Show the rule packs of which another version waits, and what was accepted before."""
    return _changes(visit)


def change(visit: Visit) -> Response:
    """Show what another version of a rule pack would change."""
    return _change(visit, visit.path("pack"))


def accept(visit: Visit) -> Response:
    """Accept the installed version of a pack, or of all."""
    pack = visit.sent("pack").strip()
    try:
        accepting.accept(visit.app, visit.who, [pack] if pack else [], reason=visit.sent("reason"))
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _change(visit, pack, refusal=refusal) if pack else _changes(visit, refusal=refusal)
    return redirect("/comply/changes")


def _changes(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    return templates.render(
        visit,
        "comply_changes.html",
        status=422 if refusal else 200,
        rows=updates.updates(visit.app, visit.who),
        history=accepting.acceptances(visit.app, visit.who, limit=60),
        baseline=accepting.BASELINE,
        findings=refusal.findings if refusal else (),
    )


def _change(visit: Visit, pack: str, *, refusal: RefusedError | None = None) -> Response:
    return templates.render(
        visit,
        "comply_update.html",
        status=422 if refusal else 200,
        page=updates.update(visit.app, visit.who, pack),
        findings=refusal.findings if refusal else (),
    )
