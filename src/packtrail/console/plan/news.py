"""News: what a department is told, notices and who read them, the communication plan, packs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.responses import Response

from packtrail.access import Permission
from packtrail.base.errors import RefusedError
from packtrail.console.plan import shared
from packtrail.console.visit import redirect
from packtrail.planning.communication import readers
from packtrail.planning.people import of_account
from packtrail.planning.templates import Department
from packtrail.services.plan import books, codec, telling

if TYPE_CHECKING:
    from packtrail.console.visit import Visit
    from packtrail.services.plan.books import Opened
    from packtrail.services.plan.telling import Reminded

LINES_MAX = 12


def news(visit: Visit) -> Response:
    """Show what a department is told; default: the department of whoever asks."""
    return _news(visit)


def _news(
    visit: Visit, *, refusal: RefusedError | None = None, reminded: Reminded | None = None
) -> Response:
    programme = visit.path("programme")
    opened = books.opened(visit.app, visit.who, programme)
    department = _department(visit, opened)
    told = telling.digest_of(visit.app, visit.who, programme, department)
    notices = sorted(
        opened.book.notices.values(),
        key=lambda each: (each.published_on is not None, str(each.published_on or ""), each.code),
        reverse=True,
    )
    today = visit.app.clock().date()
    may_change = visit.who.may(Permission.PLAN_UPDATE)
    return shared.render(
        visit,
        "plan/news.html",
        opened=opened,
        refusal=refusal,
        reminded=reminded,
        told=told,
        parts=(
            ("needed", "What we need from you", told.needed),
            ("due", "What is due", told.due),
            ("changed", "What changed for you", told.changed),
        ),
        lines_max=LINES_MAX,
        department=department,
        departments=list(Department),
        notices=[each for each in notices if each.published_on or may_change],
        readers={each.code: readers(each, opened.book.people, today) for each in notices},
        is_read={each.code: telling.is_read_by(opened.book, each, visit.who) for each in notices},
        briefings=list(opened.book.briefings.values()),
        meetings=list(opened.book.meetings.values()),
        days=codec.WEEKDAYS,
        address=_address(visit),
        may_change=may_change,
        may_read=visit.who.may(Permission.PLAN_RAISE),
    )


def acknowledge(visit: Visit) -> Response:
    """Take down that somebody has read a notice, or that they say of another that they have."""
    programme, code = visit.path("programme"), visit.sent("code")
    telling.acknowledge(visit.app, visit.who, programme, code, person=visit.sent("person"))
    return redirect(shared.path_of(programme, "news") + "#n-" + quote(code, safe=""))


def remind(visit: Visit) -> Response:
    """Remind everybody by mail who must still read a notice."""
    programme, code = visit.path("programme"), visit.sent("code")
    try:
        made = telling.remind(visit.app, visit.who, programme, code)
    except RefusedError as refusal:
        return _news(visit, refusal=refusal)
    return _news(visit, reminded=made)


def draft(visit: Visit) -> Response:
    """Go to the form of a notice, filled from what the law says."""
    programme = visit.path("programme")
    found = telling.drafted(visit.app, visit.who, programme)
    if found is None:
        return redirect(shared.path_of(programme, "news") + "?draft=none")
    values = {name: getattr(found, name) for name in ("code", "title", "text", "source")}
    values["written_by"] = visit.who.name
    values["departments"] = [each.value for each in found.departments]
    filled = urlencode(values, doseq=True)
    return redirect(shared.path_of(programme, "entry", "notice") + f"?{filled}")


def pack(visit: Visit) -> Response:
    """Return the pack for a meeting."""
    programme, code = visit.path("programme"), visit.path("code")
    content = telling.meeting_pack(visit.app, visit.who, programme, code)
    filename = quote(f"{programme}-{code}.pdf", safe="")
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{filename}"},
    )


def _department(visit: Visit, opened: Opened) -> Department:
    asked = visit.query("department")
    if asked in set(Department):
        return Department(asked)
    mine = of_account(opened.book.people, visit.who.person)
    return mine.department if mine else Department.MANAGEMENT


def _address(visit: Visit) -> dict[str, str]:
    """Return where the entries that a digest tells of have their pages: kind -> path."""
    base = shared.path_of(visit.path("programme"))
    return {
        "package": f"{base}/package/", "input": f"{base}/inputs/",
        "deadline": f"{base}/entry/deadline?code=", "need": f"{base}/entry/need?code=",
        "register": f"{base}/entry/register?code=", "notice": f"{base}/news#n-",
        "course": f"{base}/entry/course?code=", "capacity": "/capacity/live#",
    }  # fmt: skip
