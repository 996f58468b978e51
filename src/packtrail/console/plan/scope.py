"""The scope of a programme: what it is about, what the law says, and the work that follows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.base.errors import RefusedError
from packtrail.console.plan import shared
from packtrail.console.visit import redirect, without_nul
from packtrail.planning import codes
from packtrail.services.plan import drawing, law, proposing

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.plan.drawing import Drawn

OFFERED_MAX = 150
"""So many packages and things to choose are listed; the rest is counted."""


def scope(visit: Visit) -> Response:
    """Show the scope."""
    return _scope(visit)


def _scope(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    programme = visit.path("programme")
    offer = proposing.offer(visit.app, visit.who, programme)
    return shared.render(
        visit,
        "plan/scope.html",
        opened=offer.opened,
        refusal=refusal,
        book=offer.opened.book,
        offer=offer,
        offered=offer.new[:OFFERED_MAX],
        listed_max=OFFERED_MAX,
        law=law.law_changes(visit.app, visit.who, programme),
        entries=law.entries(visit.app, visit.who, programme),
        drawn=_drawn(visit, programme),
        believed=proposing.lines_believed(visit.app, visit.who, offer.opened),
        may_change=visit.who.may(Permission.PLAN_UPDATE),
        today=visit.app.clock().date(),
    )


def _drawn(visit: Visit, programme: str) -> Drawn | None:
    """Return what portfolio and lines hold besides; None for whoever may not see them."""
    if not (visit.who.may(Permission.PORTFOLIO_READ) and visit.who.may(Permission.LINE_READ)):
        return None
    return drawing.drawn(visit.app, visit.who, programme)


def draw(visit: Visit) -> Response:
    """Take into the scope what portfolio and lines hold."""
    programme = visit.path("programme")
    markets, left_out = _listed(visit, "market"), _listed(visit, "leave_out")
    try:
        drawing.draw(visit.app, visit.who, programme, markets=markets, leave_out=left_out)
    except RefusedError as refusal:
        return _scope(visit, refusal=refusal)
    return redirect(shared.path_of(programme, "scope"))


def follow_law(visit: Visit) -> Response:
    """Take into the scope what the rule packs say."""
    programme = visit.path("programme")
    try:
        law.follow_law(visit.app, visit.who, programme)
    except RefusedError as refusal:
        return _scope(visit, refusal=refusal)
    return redirect(shared.path_of(programme, "scope"))


def enter(visit: Visit) -> Response:
    """Set the day by which a market is entered whose rules hold already."""
    programme = visit.path("programme")
    try:
        law.enter(visit.app, visit.who, programme, visit.sent("market"), by=_day(visit.sent("by")))
    except RefusedError as refusal:
        return _scope(visit, refusal=refusal)
    return redirect(shared.path_of(programme, "scope"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"The day is {text[:40]!r}; expected one such as 2027-01-15."
        raise RefusedError(codes.BAD_VALUE.found(message, at="by")) from None


def accept(visit: Visit) -> Response:
    """Put the work into the plan that the scope makes necessary."""
    programme = visit.path("programme")
    try:
        proposing.accept(visit.app, visit.who, programme, leave_out=_listed(visit, "leave_out"))
    except RefusedError as refusal:
        return _scope(visit, refusal=refusal)
    return redirect(shared.path_of(programme, "work"))


def _listed(visit: Visit, name: str) -> list[str]:
    """Return all that a form sent under a name."""
    return [without_nul(each) for each in visit.form.getlist(name) if isinstance(each, str)]
