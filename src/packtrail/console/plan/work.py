"""Work packages: the Gantt chart with its table, and the page of one package."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from packtrail.access import Permission
from packtrail.base.errors import NotFound, RefusedError
from packtrail.console.plan import shared
from packtrail.console.visit import redirect
from packtrail.planning import codes
from packtrail.planning.departments import Department, Part
from packtrail.planning.notation import parse_links
from packtrail.planning.requirements import trace
from packtrail.planning.standing import heat_of
from packtrail.rendering import gantt
from packtrail.services.plan import baselines, history, responsibilities
from packtrail.services.plan.progress import Progress, report_progress
from packtrail.services.plan.scheduling import planned
from packtrail.services.plan.writing import Put, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.planning.comparison import PackageMark
    from packtrail.planning.schedules import Schedule, Slot
    from packtrail.planning.work import WorkPackage
    from packtrail.services.plan.baselines import Drift
    from packtrail.services.plan.books import Opened
    from packtrail.services.plan.scheduling import Planned

PAGE_ROWS = 80
FILTERS = ("market", "site", "line", "phase", "kind", "role", "partner")
STATES = {"all": "All", "open": "Not done", "late": "Late", "critical": "May not slip",
          "running": "Running", "done": "Done",
          "unclear": "Who answers is unclear"}  # fmt: skip
GROUPS = {"": "Start", "phase": "Phase", "market": "Market", "line": "Line", "role": "Role"}
_TONES = {"late": "late", "at_risk": "risk", "running": "running", "planned": "plan",
          "done": "done"}  # fmt: skip


def work(visit: Visit) -> Response:
    """Show the work packages that the filters in the address leave, as Gantt chart and table."""
    now = planned(visit.app, visit.who, visit.path("programme"))
    asked = {name: visit.query(name) for name in (*FILTERS, "state", "q", "group", "date")}
    if not any(asked.values()):
        asked["state"] = "open"  # What is done is history: whoever wants it asks for all.
    found = _found(now, asked)
    page = max(1, int(number)) if (number := visit.query("page")).isdigit() else 1
    start = (min(page, 10_000) - 1) * PAGE_ROWS
    shown = found[start : start + PAGE_ROWS]
    marks = _baseline(visit, now)
    rows = gantt_rows(now.opened, now.schedule, shown, group=asked["group"], marks=marks)
    kept = {name: value for name, value in asked.items() if value}
    return shared.render(
        visit,
        "plan/work.html",
        opened=now.opened,
        schedule=now.schedule,
        slots=shown,
        total=len(found),
        asked=asked,
        choices=_choices(now.schedule),
        states=STATES,
        unclear=len(responsibilities.unclear(now.opened)),
        groups=GROUPS,
        picture=shared.picture(
            gantt.draw(
                rows, today=now.schedule.today, title="Work packages",
                links=_critical_links(now.schedule, {each.code for each in shown}),
            )
        ),
        heats={each.code: heat_of(now.schedule, each.code) for each in shown},
        marks=marks,
        first=start + 1,
        pages=_pages(kept, page, len(found)),
        kept=kept,
    )  # fmt: skip


def package(visit: Visit) -> Response:
    """Show one work package: when, why then, after what, by whom, and what became of it."""
    return _package(visit, visit.path("code"))


def _package(visit: Visit, code: str, *, refusal: RefusedError | None = None) -> Response:
    now = planned(visit.app, visit.who, visit.path("programme"))
    schedule = now.schedule
    if code not in schedule.slots:
        raise NotFound(codes.NO_ENTRY.found(f"There is no work package {code[:80]!r}.", at="code"))
    found, slot = schedule.plan.by_code[code], schedule.slots[code]
    before = [each for each in schedule.plan.links if each.successor == code]
    after = [each for each in schedule.plan.links if each.predecessor == code]
    near = [slot, *(schedule.slots[each.predecessor] for each in before),
            *(schedule.slots[each.successor] for each in after)]  # fmt: skip
    order = sorted({each.code: each for each in near}.values(), key=lambda each: each.start)
    rows = gantt_rows(now.opened, now.schedule, order, marks=_baseline(visit, now))
    (who,) = responsibilities.raci_view(visit.app, visit.who, now.opened.code, package=code)
    return shared.render(
        visit,
        "plan/package.html",
        opened=now.opened,
        refusal=refusal,
        schedule=schedule,
        package=found,
        slot=slot,
        mark=now.opened.marks["package", code],
        heat=heat_of(schedule, code),
        before=before,
        after=after,
        titles={each: schedule.plan.by_code[each].title for each in schedule.slots},
        dates=[e for e in schedule.outlooks if code in e.path or e.deadline.package == code],
        move=next((each for each in schedule.moves if each.code == code), None),
        resources={each.code: each.name for each in schedule.plan.resources},
        who=who,
        may_change=visit.who.may(Permission.PLAN_UPDATE),
        traced=[e for e in trace(now.opened.book) if code in e.requirement.packages],
        departments=list(Department),
        parts=list(Part),
        picture=shared.picture(gantt.draw(
            rows, today=schedule.today, title=f"{found.title} and its neighbours", width=1000,
            links=[(each.predecessor, each.successor) for each in (*before, *after)],
        )),
        changes=history.changes(
            visit.app, visit.who, now.opened.code, kind="package", code=code, limit=20
        ),
    )  # fmt: skip


def put_raci(visit: Visit) -> Response:
    """Take down who has to do with a package; or that it is as its kind of work proposes."""
    programme, code = visit.path("programme"), visit.sent("code")
    revision = visit.sent("revision")
    try:
        responsibilities.put_raci(
            visit.app, visit.who, programme, code,
            {} if visit.sent("as_proposed") else dict(_parts(visit)),
            revision=int(revision) if revision.isdigit() else None,
            reason=visit.sent("reason"),
        )  # fmt: skip
    except NotFound:
        raise
    except RefusedError as refusal:
        return _package(visit, code, refusal=refusal)
    return redirect(shared.package_path(programme, code) + "#raci")


def _parts(visit: Visit) -> Iterator[tuple[Department, Part]]:
    for each in Department:
        text = visit.sent(f"part-{each.value}")
        if text and text not in set(Part):
            expected = ", ".join(part.value for part in Part)
            message = f"The part of {each.value} is {text[:20]!r}; expected {expected}."
            raise RefusedError(codes.BAD_VALUE.found(message, at="raci"))
        if text:
            yield each, Part(text)


def progress(visit: Visit) -> Response:
    """Take what is reported of a package: begun, so much done, finished, or not at all."""
    programme, code = visit.path("programme"), visit.sent("code")
    revision = visit.sent("revision")
    try:
        report_progress(
            visit.app,
            visit.who,
            programme,
            code,
            Progress(
                started_on=_day(visit, "started_on"),
                finished_on=_day(visit, "finished_on"),
                done_percent=_percent(visit),
            ),
            revision=int(revision) if revision.isdigit() else None,
            reason=visit.sent("reason"),
        )
    except NotFound:
        raise
    except RefusedError as refusal:
        return _package(visit, code, refusal=refusal)
    return redirect(shared.package_path(programme, code))


def _percent(visit: Visit) -> int:
    text = visit.sent("done_percent").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        message = f"Done is {text[:20]!r}; expected a number from 0 to 100."
        raise RefusedError(codes.BAD_VALUE.found(message, at="done_percent"))
    return int(text)


def _day(visit: Visit, name: str) -> date | None:
    text = visit.sent(name).strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = f"{text[:20]!r} is no day; expected such as 2027-01-15."
        raise RefusedError(codes.BAD_VALUE.found(message, at=name)) from None


def add_link(visit: Visit) -> Response:
    """Let a package wait for others, as planners write it."""
    programme, code = visit.path("programme"), visit.sent("code")
    links, findings = parse_links(visit.sent("links"), successor=code)
    if findings:
        return _package(visit, code, refusal=RefusedError(*findings))
    try:
        write(visit.app, visit.who, programme, [Put(each) for each in links])
    except RefusedError as refusal:
        return _package(visit, code, refusal=refusal)
    return redirect(shared.package_path(programme, code))


# --- rows -----------------------------------------------------------------------------------------


def gantt_rows(
    opened: Opened,
    schedule: Schedule,
    slots: Sequence[Slot],
    *,
    group: str = "",
    marks: Mapping[str, PackageMark] | None = None,
) -> list[gantt.GanttRow]:
    """Return slots as rows of a Gantt chart, under the names of their groups.

    Args:
        opened: The programme.
        schedule: When its work is done.
        slots: What to draw, in order; members of a group one after the other.
        group: Name of the tag they are grouped by; empty: not at all.
        marks: Code -> where the baseline had it.
    """
    plan = schedule.plan
    due = {each.package: each.due_on for each in plan.deadlines}
    rows: list[gantt.GanttRow] = []
    last: str | None = None
    for slot in slots:
        package = plan.by_code[slot.code]
        name = str(getattr(package, group)) if group else ""
        if group and name != last:
            title = _group_name(opened, group, name)
            rows.append(gantt.GanttRow(code=f"group {len(rows)}", title=title))
            last = name
        mark = (marks or {}).get(slot.code)
        rows.append(
            gantt.GanttRow(
                code=slot.code,
                title=package.title,
                start=slot.start_on,
                finish=slot.finish_on,
                done=1.0 if package.is_done else package.done_percent / 100,
                tone=_TONES[heat_of(schedule, slot.code)],
                is_milestone=package.is_milestone,
                is_critical=slot.code in schedule.critical,
                note=_note(opened, slot, package),
                href=shared.package_path(opened.code, slot.code),
                baseline=(mark.start_on, mark.finish_on) if mark else None,
                due=due.get(slot.code),
            )
        )
    return rows


def _group_name(opened: Opened, group: str, name: str) -> str:
    book = opened.book
    names = {
        "market": {code: each.name for code, each in book.markets.items()},
        "line": {code: each.name for code, each in book.lines.items()},
        "role": {code: each.name for code, each in book.resources.items()},
    }
    return names.get(group, {}).get(name, name) or f"Without {group}"


def _note(opened: Opened, slot: Slot, package: WorkPackage) -> str:
    if package.is_done:
        return ""
    if slot.late_days:  # In working days, as the dates are told, unless only days off are between.
        return f"{-(slot.float_days or 0) or slot.late_days} d late"
    return opened.doer(package)


def _found(now: Planned, asked: Mapping[str, str]) -> list[Slot]:
    schedule = now.schedule
    wanted = {name: asked[name] for name in FILTERS if asked[name]}
    text = asked["q"].casefold()
    path = next(
        (each.path for each in schedule.outlooks if each.deadline.code == asked["date"]), None
    )
    unclear = responsibilities.unclear(now.opened)
    found = []
    for slot in schedule.slots.values():
        package = schedule.plan.by_code[slot.code]
        if any(str(getattr(package, name)) != value for name, value in wanted.items()):
            continue
        doer = now.opened.doer(package)
        if text and text not in f"{package.code} {package.title} {doer}".casefold():
            continue
        if path is not None and slot.code not in path:
            continue
        if asked["state"] == "unclear" and slot.code not in unclear:
            continue
        if _is_state(schedule, slot, asked["state"]):
            found.append(slot)
    group = asked["group"] if asked["group"] in GROUPS else ""

    def place(slot: Slot) -> tuple[str, int, int, str]:
        name = str(getattr(schedule.plan.by_code[slot.code], group)) if group else ""
        return name, slot.start, slot.until, slot.code

    return sorted(found, key=place)


def _is_state(schedule: Schedule, slot: Slot, state: str) -> bool:
    package = schedule.plan.by_code[slot.code]
    match state:
        case "open":
            return not package.is_done
        case "done":
            return package.is_done
        case "running":
            return package.is_started and not package.is_done
        case "late":
            return not package.is_done and slot.late_days > 0
        case "critical":
            return slot.code in schedule.critical
        case _:
            return True


def _choices(schedule: Schedule) -> dict[str, list[str]]:
    return {
        name: sorted({str(getattr(each, name)) for each in schedule.plan.packages} - {""})
        for name in FILTERS
    }


def _critical_links(schedule: Schedule, shown: set[str]) -> list[tuple[str, str]]:
    both = schedule.critical & shown
    return [
        (each.predecessor, each.successor)
        for each in schedule.plan.links
        if each.predecessor in both and each.successor in both
    ]


def _baseline(visit: Visit, now: Planned) -> Mapping[str, PackageMark]:
    return baseline_marks(baselines.drift(visit.app, visit.who, now.opened.code))


def baseline_marks(drift: Drift | None) -> Mapping[str, PackageMark]:
    """Return where the baseline had the packages."""
    return drift.comparison.before.packages if drift else {}


def _pages(kept: Mapping[str, str], page: int, total: int) -> list[tuple[str, str]]:
    """Return the links to the pages around: title and query."""
    last = max(1, -(-total // PAGE_ROWS))
    wanted: Iterable[tuple[str, int]] = (("Earlier", page - 1), ("Later", page + 1))
    return [
        (title, urlencode({**kept, "page": number}))
        for title, number in wanted
        if 1 <= number <= last
    ]
