"""Training: who is trained for what, until when, and the sessions that prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.console.plan import shared
from packtrail.planning.training import Standing
from packtrail.services.plan import books, people
from packtrail.services.plan.reaching import reached

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit

ROWS_MAX = 400


def training(visit: Visit) -> Response:
    """Show competences by course, people, courses and sessions."""
    programme = visit.path("programme")
    opened = books.opened(visit.app, visit.who, programme)
    found = people.of_programme(visit.app, visit.who, programme)
    site = visit.query("site")
    shown = [each for each in found if not site or each.person.site == site]
    order = list(Standing)[::-1]
    shown.sort(key=lambda each: (order.index(each.standing), each.course.code, each.person.name))
    book = opened.book
    return shared.render(
        visit,
        "plan/training.html",
        opened=opened,
        shown=shown[:ROWS_MAX],
        more=max(0, len(shown) - ROWS_MAX),
        counts={each: sum(one.standing is each for one in found) for each in Standing},
        total=len(found),
        people=sorted(book.people.values(), key=lambda each: each.name),
        reach=reached(visit.app, opened),
        courses=list(book.courses.values()),
        titles={code: each.title for code, each in book.courses.items()},
        sessions=sorted(book.sessions.values(), key=lambda each: each.on, reverse=True),
        sites=sorted({each.site for each in book.people.values()} - {""}),
        site=site,
        may_change=visit.who.may(Permission.PLAN_UPDATE),
    )
