"""Plans as files: tables, Microsoft Project, calendars; and plans taken in from files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.exchange.msproject_reader import read_msproject
from packtrail.exchange.msproject_writer import write_msproject
from packtrail.exchange.plan_tables import read_plan
from packtrail.planning import raci
from packtrail.planning.book import kind_of, link_code
from packtrail.planning.calendar_notation import format_days_off, format_weekdays, format_windows
from packtrail.planning.calendars import DayOff
from packtrail.planning.comparison import compare, snapshot
from packtrail.planning.notation import format_links
from packtrail.planning.people import with_codes
from packtrail.planning.raci import LISTS, lists_of, own_raci, raci_of
from packtrail.planning.templates import TEMPLATES
from packtrail.rendering import plan_words, times
from packtrail.rendering.calendars import Entry as CalendarEntry
from packtrail.rendering.calendars import write_ics
from packtrail.rendering.tables import Column, Kind, Table, write_csv, write_xlsx
from packtrail.services.plan import books, codec
from packtrail.services.plan.holidays import rules_of
from packtrail.services.plan.overview import meeting_days
from packtrail.services.plan.scheduling import plan_of, planned, schedule_of
from packtrail.services.plan.writing import Put, Remove, Written, as_read, what_is_wrong, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.exchange.plan_tables import PlanFile
    from packtrail.planning.book import Book
    from packtrail.planning.calendars import CalendarRule
    from packtrail.planning.departments import Department, Part
    from packtrail.planning.schedules import Schedule
    from packtrail.planning.templates import Template
    from packtrail.planning.work import Link, WorkPackage
    from packtrail.rendering.tables import Cell
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened
    from packtrail.services.plan.scheduling import Planned

MEETING_WEEKS = 13
_XML = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What a file makes of one entry."""

    kind: str
    code: str
    title: str
    told: str
    """Such as `duration days 10 → 15`, `new` or `taken out`."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a file would change in a programme."""

    opened: Opened
    file: PlanFile
    changes: tuple[Put | Remove, ...]
    added: int
    changed: int
    removed: int
    findings: tuple[Finding, ...]
    told: tuple[FileChange, ...] = ()
    """What becomes of each entry; nothing where a cell cannot be read."""
    effect: str = ""
    """What it does to the dates, in a sentence or two; empty where the file is refused."""

    @property
    def is_good(self) -> bool:
        """Whether nothing in the file is refused, and the plan can be scheduled with it."""
        return not has_errors(self.findings)


def export_table(app: Application, actor: Actor, programme: str, *, as_csv: bool = False) -> bytes:
    """Return the plan as a workbook of `Work`, `Dates` and `Calendars`, or its work as CSV.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    now = planned(app, actor, programme)
    if as_csv:
        return write_csv(work_table(now), about=_about(app, actor, now))

    def make() -> bytes:
        tables = work_table(now), dates_table(now.schedule), calendars_table(now)
        return write_xlsx(tables, about=_about(app, actor, now), made_at=app.clock())

    return made_once(app, actor, now.opened, "plan.xlsx", make, now.schedule.today)


def export_msproject(app: Application, actor: Actor, programme: str) -> bytes:
    """Return the plan as Microsoft Project's XML.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    now = planned(app, actor, programme)

    def make() -> bytes:
        title = now.opened.row.name
        return write_msproject(now.schedule, title=title, author=actor.name, made_at=app.clock())

    return made_once(app, actor, now.opened, "plan.xml", make, now.schedule.today)


def made_once(
    app: Application,
    actor: Actor,
    opened: Opened,
    name: str,
    make: Callable[[], bytes],
    *rests_on: object,
) -> bytes:
    """Return a file of a programme, made anew only where what it says has changed.

    It tells who had it made and when that was. Of each name and programme the latest is kept.

    Args:
        app: The application.
        actor: Who asks.
        opened: The programme.
        name: What the file is called.
        make: Makes it.
        *rests_on: What it says besides the programme: the day, and what was read elsewhere.
    """
    whose = actor.name, actor.organisation_code
    slot, mark = f"{name}/{opened.row.programme_id}", (opened.row, opened.mark, whose, rests_on)
    return app.remembered.once(slot, mark, make)


def export_calendar(app: Application, actor: Actor, programme: str) -> bytes:
    """Return dates, milestones and meetings as an iCalendar file.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    now = planned(app, actor, programme)
    entries = list(_calendar_entries(now))
    return write_ics(now.opened.row.name, entries, made_at=app.clock())


def read_file(
    app: Application,
    actor: Actor,
    programme: str,
    content: bytes,
    filename: str,
    *,
    replaces: bool = False,
) -> Reading:
    """Return what a file would change in a programme; nothing is changed yet.

    What a file does not name stays as it is; of a package that it names, so do the columns that it
    does not have.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        content: XLSX, CSV, JSON or Microsoft Project's XML.
        filename: Its name, for findings.
        replaces: Whether packages that the file does not name are taken out.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    opened = books.opened(app, actor, programme)
    is_xml = content.lstrip(b" \t\r\n").startswith(_XML)
    file = read_msproject(content) if is_xml else read_plan(content, filename)
    changes = [as_read(opened, each) for each in _changes(opened, file, replaces=replaces)]
    puts = [each for each in changes if isinstance(each, Put)]
    is_new = [_is_new(opened, each) for each in puts]
    is_readable = not has_errors(file.findings)
    found = what_is_wrong(opened, changes, at=app.clock()) if is_readable else ()
    wrong = tuple(map(file.placed, found))
    is_good = is_readable and not has_errors(wrong)
    return Reading(
        opened=opened,
        file=file,
        changes=tuple(changes),
        added=sum(is_new),
        changed=len(puts) - sum(is_new),
        removed=len(changes) - len(puts),
        findings=(*file.findings, *wrong),
        told=tuple(_told(opened, each) for each in changes) if is_readable else (),
        effect=_effect(app, actor, opened, changes) if is_good and changes else "",
    )


def take_in(
    app: Application,
    actor: Actor,
    programme: str,
    content: bytes,
    filename: str,
    *,
    replaces: bool = False,
) -> tuple[Reading, Written]:
    """Take a plan in from a file: all of it, or nothing.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: The file has findings of severity error, or the plan could not be scheduled.
        Conflict: `PLN-016`, somebody else changed an entry after the file was read.
        NotPermitted: The actor may not change programmes.
    """
    reading = read_file(app, actor, programme, content, filename, replaces=replaces)
    if not reading.is_good:
        raise RefusedError(*reading.findings)
    reason = f"Taken in from {filename[:200]}"
    return reading, write(app, actor, programme, reading.changes, reason=reason)


# --- into the plan --------------------------------------------------------------------------------


def _told(opened: Opened, change: Put | Remove) -> FileChange:
    """Return in words what becomes of an entry."""
    if isinstance(change, Remove):
        kind, code, after = change.kind, change.code, None
    else:
        kind, code = kind_of(change.entry).name, kind_of(change.entry).code_of(change.entry)
        after = _named(opened, change.entry)
    known = opened.book.of_kind(kind).get(code)
    before = None if known is None else _named(opened, known)
    title = (after or before or {}).get("title") or code
    told = plan_words.difference(before, after) or "texts"
    return FileChange(kind=kind, code=code, title=str(title), told=told)


def _named(opened: Opened, entry: object) -> dict[str, Any]:
    """Return the values of an entry, with people by their names and a RACI in words."""
    values: dict[str, Any] = codec.plain(entry)
    if values.get("owner"):
        values["owner"] = opened.book.called(values["owner"])
    if "raci" in values:
        values["raci"] = raci.told(values["raci"])
    return values


def _effect(app: Application, actor: Actor, opened: Opened, changes: Sequence[Put | Remove]) -> str:
    """Return what changes that can be scheduled do to the dates."""
    now = planned(app, actor, opened.code)
    puts = [each.entry for each in changes if isinstance(each, Put)]
    removed = [(each.kind, each.code) for each in changes if isinstance(each, Remove)]
    changed = replace(opened, book=opened.book.changed(puts, removed))
    day = now.schedule.today
    after = schedule_of(opened.terms, plan_of(changed, day), day)
    return plan_words.effect(compare(snapshot(now.schedule), snapshot(after)))


def _is_new(opened: Opened, change: Put) -> bool:
    kind = kind_of(change.entry)
    return (kind.name, kind.code_of(change.entry)) not in opened.marks


def _changes(opened: Opened, file: PlanFile, *, replaces: bool) -> Iterator[Put | Remove]:
    book = opened.book
    yield from _calendar_changes(book, file)
    for resource in file.resources:
        if resource.code not in book.resources:
            yield Put(resource)
    named = set()
    template = TEMPLATES[opened.terms.template]
    for package in file.packages:
        named.add(package.code)
        made = _merged(book.packages.get(package.code), package, file.told)
        made = with_codes(book.people, made)
        made = replace(made, raci=_raci(book.packages.get(package.code), made, template))
        if book.packages.get(package.code) != made:
            yield Put(made)
    yield from _link_changes(book.links, file, named)
    for deadline in file.deadlines:
        if book.deadlines.get(deadline.code) != deadline:
            yield Put(deadline)
    if replaces:
        yield from (Remove("package", code) for code in book.packages if code not in named)


def _calendar_changes(book: Book, file: PlanFile) -> Iterator[Put]:
    """Yield the calendars that are needed and not there, and those that the file has otherwise."""
    rules = rules_of(book)
    used = {each.calendar for each in file.packages}
    for calendar in file.calendars:
        known = rules.get(calendar.code)
        if known is None and calendar.code in used:
            yield Put(calendar)
        elif known is not None:
            told = {name: getattr(calendar, name) for name in file.calendar_fields}
            if _calendar_row(replace(known, **told)) != _calendar_row(known):
                yield Put(replace(known, **told))


def _merged(
    old: WorkPackage | None, new: WorkPackage, told: Mapping[str, frozenset[str]] | None
) -> WorkPackage:
    if old is None:
        return new
    if told is None:
        return replace(new, raci=old.raci)
    columns = told[new.code] - {"after", *LISTS}
    if LISTS.keys() <= told[new.code]:
        columns |= {"raci"}
    return replace(old, **{name: getattr(new, name) for name in columns})


def _raci(
    old: WorkPackage | None, new: WorkPackage, template: Template
) -> Mapping[Department, Part]:
    """Return what is kept of the RACI of a row: nothing where it is what was proposed."""
    if old is not None and not old.raci and dict(new.raci) == dict(raci_of(old, template)):
        return {}  # Another kind of work in the row brings its own proposal.
    return own_raci(new, new.raci, template)


def _link_changes(
    known: Mapping[str, Link], file: PlanFile, named: set[str]
) -> Iterator[Put | Remove]:
    """Yield what makes the links of the packages that a file names as the file has them."""
    if not file.has_links:
        return
    wanted = {link_code(each): each for each in file.links}
    for code, link in wanted.items():
        if known.get(code) != link:
            yield Put(link)
    for code, link in known.items():
        if link.successor in named and code not in wanted:
            yield Remove("link", code)


# --- out of the plan ------------------------------------------------------------------------------


def work_table(now: Planned) -> Table:
    """Return all packages as a table that can be changed and taken in again."""
    schedule = now.schedule
    number, day = Kind.NUMBER, Kind.DAY
    columns = (
        Column("Code"), Column("Title"), Column("Phase"), Column("Kind"), Column("Market"),
        Column("Site"), Column("Line"), Column("Partner"), Column("Products"),
        Column("Calendar"), Column("Duration days", number), Column("Effort days", number),
        Column("Role"), Column("Owner"), Column("Responsible"), Column("Accountable"),
        Column("Consulted"), Column("Informed"), Column("Cost EUR", number), Column("On line"),
        Column("Not before", day), Column("Placement"), Column("After"),
        Column("Done percent", number), Column("Started on", day), Column("Finished on", day),
        Column("Reason"), Column("Acceptance"), Column("Planned start", day),
        Column("Planned finish", day), Column("Float days", number), Column("Critical"),
    )  # fmt: skip
    before: dict[str, list[Link]] = {}
    for link in schedule.plan.links:
        before.setdefault(link.successor, []).append(link)
    order = sorted(schedule.slots.values(), key=lambda each: (each.start, each.code))
    rows = [_work_row(now, each.code, before.get(each.code, ())) for each in order]
    return Table("Work", columns, rows)


def _work_row(now: Planned, code: str, links: Sequence[Link]) -> tuple[Cell, ...]:
    schedule, book = now.schedule, now.opened.book
    package, slot = schedule.plan.by_code[code], schedule.slots[code]
    return (
        code, package.title, package.phase, package.kind.value, package.market, package.site,
        package.line, package.partner, ", ".join(package.products), package.calendar,
        package.duration_days, package.effort_days, package.role, book.written(package.owner),
        *lists_of(raci_of(package, TEMPLATES[now.opened.terms.template])).values(),
        package.cost_eur, "yes" if package.is_on_line else "no", package.not_before,
        package.placement.value if package.placement else None, format_links(links),
        package.done_percent, package.started_on, package.finished_on, package.reason,
        package.acceptance, slot.start_on, slot.finish_on, slot.float_days,
        "yes" if code in schedule.critical else "no",
    )  # fmt: skip


def dates_table(schedule: Schedule) -> Table:
    """Return all dates as a table that can be changed and taken in again."""
    number, day = Kind.NUMBER, Kind.DAY
    columns = (
        Column("Date"), Column("Title"), Column("Package"), Column("Due on", day),
        Column("Buffer days", number), Column("Certainty"), Column("Market"), Column("Source"),
        Column("Clause"), Column("Stake EUR", number), Column("Planned finish", day),
        Column("Earliest finish", day), Column("Slack days", number), Column("Outcome"),
    )  # fmt: skip
    rows = [
        (
            each.deadline.code, each.deadline.title, each.deadline.package, each.deadline.due_on,
            each.deadline.buffer_days, each.deadline.certainty.value, each.deadline.market,
            each.deadline.source, each.deadline.clause, each.deadline.stake_eur, each.finish_on,
            each.early_finish_on, each.slack_days, plan_words.OUTCOMES[each.outcome].text,
        )
        for each in schedule.outlooks
    ]  # fmt: skip
    return Table("Dates", columns, rows)


def calendars_table(now: Planned) -> Table:
    """Return the calendars that work goes by as a table that can be changed and taken in again."""
    titles = "Calendar", "Name", "Country", "Subdivision", "Weekdays", "Days off", "Worked"
    columns = [*map(Column, titles), Column("Windows")]
    used = {each.calendar for each in now.schedule.plan.packages}
    rules = rules_of(now.opened.book).values()
    return Table("Calendars", columns, [_calendar_row(each) for each in rules if each.code in used])


def _calendar_row(rule: CalendarRule) -> tuple[Cell, ...]:
    return (
        rule.code, rule.name, rule.country, rule.subdivision, format_weekdays(rule.weekdays),
        format_days_off(rule.days_off), format_days_off(map(DayOff, rule.worked)),
        format_windows(rule.windows),
    )  # fmt: skip


def _about(app: Application, actor: Actor, now: Planned) -> dict[str, str]:
    return {
        "Programme": f"{now.opened.row.name} ({now.opened.code})",
        "Version": str(now.opened.version),
        "As of": now.schedule.today.isoformat(),
        "Made by": f"{actor.name}, {actor.organisation_code}",
        "Made at": times.iso(app.clock()),
    }


def _calendar_entries(now: Planned) -> Iterator[CalendarEntry]:
    programme = now.opened.row.programme_id
    for each in now.schedule.outlooks:
        deadline = each.deadline
        yield CalendarEntry(
            uid=f"date-{programme}-{deadline.code}@packtrail",
            title=f"{deadline.title} (due)",
            on=deadline.due_on,
            description=f"Planned for {each.finish_on}. {deadline.clause}".strip(),
            url=deadline.source if deadline.source.startswith("https://") else "",
            categories=("date", deadline.market) if deadline.market else ("date",),
            is_certain=deadline.certainty.value in {"known", "own"},
            remind_days=(30, 7),
        )
    for slot in now.schedule.slots.values():
        package = now.schedule.plan.by_code[slot.code]
        if package.is_milestone and not package.is_done:
            yield CalendarEntry(
                uid=f"milestone-{programme}-{slot.code}@packtrail",
                title=package.title,
                on=slot.finish_on,
                description=package.acceptance,
                categories=("milestone",),
            )
    for meeting in meeting_days(now.opened.book, now.schedule.today, weeks=MEETING_WEEKS):
        yield CalendarEntry(
            uid=f"meeting-{programme}-{meeting.name}-{meeting.on}@packtrail",
            title=meeting.name,
            on=meeting.on,
            until=meeting.on + timedelta(days=1),
            description="\n".join(meeting.agenda),
            categories=("meeting",),
        )
