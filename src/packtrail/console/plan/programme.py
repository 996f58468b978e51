"""The programme page: whether the dates will be made, and what to do this week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.base.errors import RefusedError
from packtrail.console import templates
from packtrail.console.plan import shared, work
from packtrail.console.plan.trying import address_of
from packtrail.console.visit import redirect
from packtrail.planning import loads
from packtrail.planning.book import Terms
from packtrail.planning.registers import SHAPES, EntryKind
from packtrail.planning.schedules import Outcome
from packtrail.planning.standing import Heat, heat_of
from packtrail.planning.templates import TEMPLATES
from packtrail.planning.work import WorkKind
from packtrail.rendering import gantt, plan_charts, plan_words
from packtrail.services.plan import overview, programmes
from packtrail.services.plan.reports import date_rows

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.planning.book import Scenario
    from packtrail.planning.schedules import Outlook, Schedule, Slot
    from packtrail.services.plan.overview import Glance

DUE_MAX = 12
SCENARIOS_MAX = 4
ROWS_MAX = 5
"""Rows of each part of the one screen of a small firm."""
_LOAD_WEEKS = 4
_KINDS = tuple(each.value for each in WorkKind)


def first(visit: Visit) -> Response:
    """Go to the programme that is in use, or show how to open one."""
    known = [each for each in programmes.programmes(visit.app, visit.who) if not each.archived_at]
    if len(known) == 1:
        return redirect(shared.path_of(known[0].code))
    return _listing(visit)


def listing(visit: Visit) -> Response:
    """Show all programmes, and the form that opens one."""
    return _listing(visit)


def create(visit: Visit) -> Response:
    """Open a programme."""
    terms = Terms(
        template=visit.sent("template") or "large", is_running=visit.sent("is_running") == "yes"
    )
    try:
        made = programmes.create_programme(
            visit.app, visit.who, visit.sent("code").strip(), name=visit.sent("name"), terms=terms
        )
    except RefusedError as refusal:
        return _listing(visit, refusal=refusal)
    return redirect(shared.path_of(made.code, "scope"))


def _listing(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    rows = programmes.programmes(visit.app, visit.who)
    in_use = [each.code for each in rows if not each.archived_at]
    return templates.render(
        visit,
        "plan/listing.html",
        status=422 if refusal else 200,
        rows=rows,
        verdicts=overview.verdicts(visit.app, visit.who, in_use),
        plan_words=plan_words,
        choices=TEMPLATES.values(),
        may_create=visit.who.may(Permission.PLAN_CREATE),
        findings=refusal.findings if refusal else (),
        sent={name: visit.sent(name) for name in ("code", "name", "template", "is_running")},
    )


def glance(visit: Visit) -> Response:
    """Show a programme at a glance."""
    seen = overview.glance(visit.app, visit.who, visit.path("programme"))
    moved = {each.code: each for each in seen.drift.comparison.dates} if seen.drift else {}
    rows = date_rows(
        seen.schedule, drift=moved, href=shared.path_of(seen.opened.code, "package") + "/"
    )
    today = seen.schedule.today
    points = [
        plan_charts.CurvePoint(
            on=each.on, planned=each.planned, done=each.done, baseline=each.baseline
        )
        for each in seen.burn
    ]
    is_small = TEMPLATES[seen.opened.terms.template].is_small
    return shared.render(
        visit,
        "plan/small.html" if is_small else "plan/glance.html",
        opened=seen.opened,
        seen=seen,
        picture=shared.picture(plan_charts.draw_dates(rows, today=today)) if rows else "",
        curve=shared.picture(plan_charts.draw_curve(points, today=today)),
        heat=_heat(seen),
        heats=list(Heat),
        due=seen.due[:DUE_MAX],
        upcoming=_upcoming(seen),
        due_more=max(0, len(seen.due) - DUE_MAX),
        titles={code: each.title for code, each in seen.schedule.plan.by_code.items()},
        moved=moved,
        markets={each.code: each.name for each in seen.opened.book.markets.values()},
        counts=_counts(seen),
        scenarios=_scenarios(seen),
        screen=_screen(seen) if is_small else None,
        may_change=visit.who.may(Permission.PLAN_UPDATE),
    )


def _scenarios(seen: Glance) -> list[tuple[Scenario, str]]:
    """Return what was thought of already, with the page that shows what it would do."""
    path = shared.path_of(seen.opened.code, "what-if")
    known = list(seen.opened.book.scenarios.values())[:SCENARIOS_MAX]
    return [(each, address_of(path, each.changes)) for each in known]


def _upcoming(seen: Glance) -> Slot | None:
    """Return what begins next of all that has not begun."""
    packages = seen.schedule.plan.by_code
    left = [each for each in seen.schedule.slots.values() if not packages[each.code].is_started]
    return min(left, key=lambda each: (each.start, each.code), default=None)


def _screen(seen: Glance) -> dict[str, object]:
    """Return what a small firm sees on its one page besides: dates, people, work, register."""
    schedule = seen.schedule
    found = [
        each for each in schedule.slots.values() if not schedule.plan.by_code[each.code].is_done
    ]
    found.sort(key=lambda each: (each.start, each.until, each.code))
    slots = found[: work.PAGE_ROWS]
    rows = work.gantt_rows(seen.opened, schedule, slots, marks=work.baseline_marks(seen.drift))
    first = next(iter(schedule.outlooks), None)
    book = seen.opened.book
    inputs = [each for each in book.inputs.values() if each.is_open]
    return {
        "rows_max": ROWS_MAX,
        "dates": _dates(schedule)[:ROWS_MAX],
        "dates_total": len(schedule.outlooks),
        "who": _who(seen),
        "then": _then(seen)[: max(0, ROWS_MAX - len(seen.due))],
        "inputs": inputs,
        "overdue": sum(each.due_on is not None and each.due_on < schedule.today for each in inputs),
        "slots": slots,
        "more": len(found) - len(slots),
        "heats": {each.code: heat_of(schedule, each.code) for each in slots},
        "picture": shared.picture(gantt.draw(rows, today=schedule.today, title="All open work")),
        "example": f"date:{first.deadline.code}=2027-05-01" if first else "longer:code=10",
        "shapes": [(each, SHAPES[each]) for each in EntryKind],
        "entries": [each for each in book.register.values() if each.is_open],
    }


def _dates(schedule: Schedule) -> list[Outlook]:
    """Return the dates: those that will not be made first, then the next; made ones at the end."""

    def order(each: Outlook) -> tuple[bool, bool, date]:
        is_broken = each.outcome in {Outcome.LATE, Outcome.MISSED}
        return each.outcome is Outcome.DONE, not is_broken, each.deadline.due_on

    return sorted(schedule.outlooks, key=order)


def _then(seen: Glance) -> list[Slot]:
    """Return what begins after this week, the soonest first."""
    packages, now = seen.schedule.plan.by_code, {each.package.code for each in seen.due}
    left = [
        each
        for each in seen.schedule.slots.values()
        if not packages[each.code].is_started and each.code not in now
    ]
    return sorted(left, key=lambda each: (each.start, each.code))


def _who(seen: Glance) -> list[dict[str, object]]:
    """Return the roles, with what each has to do this week and in the weeks to come."""
    schedule, book = seen.schedule, seen.opened.book
    packages = schedule.plan.by_code
    weekly = loads.weekly(schedule, _LOAD_WEEKS)
    slots = sorted(schedule.slots.values(), key=lambda each: (each.start, each.code))
    found: list[dict[str, object]] = []
    for role in book.resources.values():
        ahead = [
            each
            for each in slots
            if packages[each.code].role == role.code and not packages[each.code].is_done
        ]
        asked = weekly.get(role.code, ())
        there = sum(each.capacity_days for each in asked)
        found.append(
            {
                "code": role.code,
                "name": role.name,
                "lead": book.called(role.lead),
                "now": [each for each in seen.due if each.package.role == role.code],
                "next": next(iter(ahead), None),
                "share": sum(each.demand_days for each in asked) / there if there else None,
            }
        )
    return found


def _heat(seen: Glance) -> dict[str, object]:
    """Return the heat map as rows and columns, those without any work left out."""
    columns = [kind for kind in _KINDS if any(key[1] == kind for key in seen.heat)]
    by_date = dict.fromkeys(each.deadline.market for each in seen.schedule.outlooks)
    there = {market for market, _ in seen.heat}
    markets = [*(each for each in by_date if each in there), *sorted(there - by_date.keys())]
    rows = [(each, [seen.heat.get((each, kind)) for kind in columns]) for each in markets]
    return {"columns": columns, "rows": rows}


def _counts(seen: Glance) -> dict[str, int]:
    packages = seen.schedule.plan.packages
    return {
        "total": len(packages),
        "done": sum(each.is_done for each in packages),
        "running": sum(each.is_started and not each.is_done for each in packages),
        "late": sum(
            slot.late_days > 0
            for slot in seen.schedule.slots.values()
            if not seen.schedule.plan.by_code[slot.code].is_done
        ),
    }
