"""Plans written as Microsoft Project's XML, so that nothing is lost on the way there and back.

What Project knows goes into its own elements: calendars, durations, links with lag, deadlines,
progress, resources and assignments. What it does not know goes, as JSON, into a text field.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from lxml import etree

from packtrail.exchange.msproject_names import (
    AS_SOON,
    DAY_TYPES,
    DAYS,
    ELAPSED_DAYS,
    EPOCH_TIMES,
    EXCEPTION_DAY_TYPE,
    HOURS_A_DAY,
    HOURS_ELAPSED_A_DAY,
    LINK_TYPES,
    NAMESPACE,
    NO_PHASE,
    OWN_FIELDS,
    SAVE_VERSION,
    START_NO_EARLIER,
    TENTHS_A_MINUTE,
)
from packtrail.planning.calendars import ELAPSED, STANDARD, Calendar
from packtrail.planning.work import Deadline, Link, WorkPackage

if TYPE_CHECKING:
    from packtrail.planning.schedules import Schedule, Slot

_TYPE_OF_LINK = {kind: number for number, kind in LINK_TYPES.items()}
_PLAIN = frozenset(
    {"code", "title", "duration_days", "effort_days", "cost_eur", "done_percent", "started_on",
     "finished_on", "not_before"}
)  # fmt: skip
"""Fields of a package that Project has itself."""
_DEFAULTS = {each.name: each.default for each in fields(WorkPackage)}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_msproject(schedule: Schedule, *, title: str, author: str, made_at: datetime) -> bytes:
    """Write a plan with its schedule.

    Args:
        schedule: The schedule.
        title: Title of the project.
        author: Who had it written.
        made_at: When, aware.

    Returns:
        XML in UTF-8 that Microsoft Project and its like read.
    """
    writer = _Writer(schedule)
    namespaces: Any = {None: NAMESPACE}
    root = etree.Element("Project", nsmap=namespaces)
    starts = min((each.start_on for each in schedule.slots.values()), default=schedule.today)
    _add(
        root,
        SaveVersion=SAVE_VERSION,
        Name=title,
        Title=title,
        Author=author,
        CreationDate=_moment(made_at),
        ScheduleFromStart="1",
        StartDate=_begin(starts),
        CurrencyCode="EUR",
        CalendarUID="1",
        MinutesPerDay="480",
        MinutesPerWeek="2400",
        DaysPerMonth="20",
        DurationFormat=DAYS,
        WorkFormat="2",
        StatusDate=_begin(schedule.today),
    )
    attributes = etree.SubElement(root, "ExtendedAttributes")
    for number, (name, field_id) in enumerate(OWN_FIELDS.items(), start=1):
        _add(
            etree.SubElement(attributes, "ExtendedAttribute"), FieldID=field_id,
            FieldName=f"Text{number}", Alias=f"Packtrail {name}",
        )  # fmt: skip
    for section in (writer.calendars(), writer.tasks(), writer.resources(), writer.assignments()):
        root.append(section)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


class _Writer:
    """Writes the sections of one project, all of which name each other by number."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        plan = schedule.plan
        known = {each.code: each for each in (STANDARD, *plan.calendars)}
        self._calendars = {code: number for number, code in enumerate(known, start=1)}
        self._kept = known
        self._resources = {each.code: n for n, each in enumerate(plan.resources, start=1)}
        self._before: dict[str, list[Link]] = {}
        for link in plan.links:
            self._before.setdefault(link.successor, []).append(link)
        self._dates: dict[str, list[Deadline]] = {}
        for deadline in plan.deadlines:
            self._dates.setdefault(deadline.package, []).append(deadline)
        self._phases = _phases(plan.packages)
        self._tasks: dict[str, int] = {}
        number = 0
        for members in self._phases.values():
            number += 1
            for package in members:
                number += 1
                self._tasks[package.code] = number

    def calendars(self) -> etree._Element:
        section = etree.Element("Calendars")
        for code, calendar in self._kept.items():
            node = etree.SubElement(section, "Calendar")
            _add(node, UID=self._calendars[code], Name=code, IsBaseCalendar="1")
            _week(etree.SubElement(node, "WeekDays"), calendar)
        return section

    def tasks(self) -> etree._Element:
        section = etree.Element("Tasks")
        number = 0
        for at, (phase, members) in enumerate(self._phases.items(), start=1):
            number += 1
            _add(
                etree.SubElement(section, "Task"), UID=number, ID=number,
                Name=phase or NO_PHASE, WBS=at, OutlineNumber=at, OutlineLevel="1", Summary="1",
            )  # fmt: skip
            for place, package in enumerate(members, start=1):
                number += 1
                self._task(etree.SubElement(section, "Task"), package, number, f"{at}.{place}")
        return section

    def _task(self, node: etree._Element, package: WorkPackage, number: int, wbs: str) -> None:
        """Write a package; the schema asks for the elements in this order."""
        slot = self._schedule.slots[package.code]
        is_elapsed = package.calendar == ELAPSED.code
        hours = HOURS_ELAPSED_A_DAY if is_elapsed else HOURS_A_DAY
        dates = sorted(self._dates.get(package.code, ()), key=lambda each: each.due_on)
        _add(
            node,
            UID=number,
            ID=number,
            Name=package.title,
            Type="1",
            WBS=wbs,
            OutlineNumber=wbs,
            OutlineLevel="2",
            Start=_begin(slot.start_on),
            Finish=_end(slot.finish_on),
            Duration=_hours(package.duration_days * hours),
            DurationFormat=ELAPSED_DAYS if is_elapsed else DAYS,
            Work=_hours(package.effort_days * HOURS_A_DAY),
            EffortDriven="0",
            Milestone=int(package.is_milestone),
            Summary="0",
            FixedCost=package.cost_eur * 100,
            PercentComplete=100 if package.is_done else package.done_percent,
            ActualStart=_begin(package.started_on) if package.started_on else None,
            ActualFinish=_end(package.finished_on) if package.finished_on else None,
            **_constraint(package, slot, None if is_elapsed else self._calendars[package.calendar]),
            Deadline=_end(dates[0].due_on) if dates else None,
            Notes="\n".join(filter(None, (package.reason, package.acceptance))) or None,
        )
        for link in self._before.get(package.code, ()):
            self._link(etree.SubElement(node, "PredecessorLink"), link)
        extra = {
            **_extra(package),
            "planned_start": slot.start_on,
            "effort_days": package.effort_days,
            "not_before": package.not_before,
            "dates": dates,
        }
        for name, value in (("code", package.code), ("extra", msgspec.json.encode(extra).decode())):
            attribute = etree.SubElement(node, "ExtendedAttribute")
            _add(attribute, FieldID=OWN_FIELDS[name], Value=value)

    def _link(self, node: etree._Element, link: Link) -> None:
        hours = HOURS_ELAPSED_A_DAY if link.is_elapsed else HOURS_A_DAY
        _add(
            node, PredecessorUID=self._tasks[link.predecessor], Type=_TYPE_OF_LINK[link.kind],
            CrossProject="0", LinkLag=link.lag_days * hours * 60 * TENTHS_A_MINUTE,
            LagFormat=ELAPSED_DAYS if link.is_elapsed else DAYS,
        )  # fmt: skip

    def resources(self) -> etree._Element:
        section = etree.Element("Resources")
        for each in self._schedule.plan.resources:
            _add(
                etree.SubElement(section, "Resource"), UID=self._resources[each.code],
                ID=self._resources[each.code], Name=each.name, Type="1", Initials=each.code,
                Code=each.code, Group=each.department, MaxUnits=f"{each.capacity:g}",
                StandardRate=f"{each.rate_eur / HOURS_A_DAY:g}",
            )  # fmt: skip
        return section

    def assignments(self) -> etree._Element:
        section = etree.Element("Assignments")
        number = 0
        for package in self._schedule.plan.packages:
            if package.role and not package.is_milestone:
                number += 1
                units = package.effort_days / package.duration_days
                _add(
                    etree.SubElement(section, "Assignment"), UID=number,
                    TaskUID=self._tasks[package.code], ResourceUID=self._resources[package.role],
                    Units=f"{units:g}", Work=_hours(package.effort_days * HOURS_A_DAY),
                )  # fmt: skip
        return section


def _phases(packages: Sequence[WorkPackage]) -> dict[str, list[WorkPackage]]:
    found: dict[str, list[WorkPackage]] = {}
    for package in packages:
        found.setdefault(package.phase, []).append(package)
    return found


def _extra(package: WorkPackage) -> dict[str, Any]:
    """Return what Project has no field for."""
    values: dict[str, Any] = msgspec.to_builtins(package)
    return {
        name: value
        for name, value in values.items()
        if name not in _PLAIN and getattr(package, name) != _DEFAULTS[name]
    }


def _constraint(package: WorkPackage, slot: Slot, calendar: int | None) -> dict[str, object]:
    """Return when a package may begin, its calendar where the schema wants it."""
    if package.not_before is None and package.is_started:
        return {"ConstraintType": AS_SOON, "CalendarUID": calendar}
    # Project reckons anew when it opens a file: this keeps the day that was planned.
    day = package.not_before or slot.start_on
    return {
        "ConstraintType": START_NO_EARLIER, "CalendarUID": calendar, "ConstraintDate": _begin(day),
    }  # fmt: skip


def _week(section: etree._Element, calendar: Calendar) -> None:
    for weekday, day_type in enumerate(DAY_TYPES):
        node = etree.SubElement(section, "WeekDay")
        _add(node, DayType=day_type, DayWorking=int(weekday in calendar.weekdays))
        if weekday in calendar.weekdays:
            _times(node)
    for first, last in _off(calendar):
        node = etree.SubElement(section, "WeekDay")
        _add(node, DayType=EXCEPTION_DAY_TYPE, DayWorking="0")
        _add(etree.SubElement(node, "TimePeriod"), FromDate=_begin_of(first), ToDate=_end_of(last))


def _off(calendar: Calendar) -> Iterator[tuple[date, date]]:
    """Yield the spans in which a calendar is not worked besides its weekends."""
    for day in calendar.days_off:
        yield day.on, day.on
    windows = sorted(calendar.windows, key=lambda each: each.from_on)
    for earlier, later in itertools.pairwise(windows):
        gap = earlier.to_on + timedelta(days=1), later.from_on - timedelta(days=1)
        if gap[0] <= gap[1]:
            yield gap


def _times(node: etree._Element) -> None:
    times = etree.SubElement(node, "WorkingTimes")
    for begin, end in EPOCH_TIMES:
        _add(etree.SubElement(times, "WorkingTime"), FromTime=begin, ToTime=end)


def _add(node: etree._Element, **texts: object) -> None:
    """Add an element for each text; None is left out."""
    for name, text in texts.items():
        if text is not None:
            etree.SubElement(node, name).text = _clean(str(text))


def _hours(hours: float) -> str:
    minutes = round(hours * 60)
    return f"PT{minutes // 60}H{minutes % 60}M0S"


def _clean(text: str) -> str:
    """Return text without the characters that XML forbids."""
    return _FORBIDDEN.sub("\ufffd", text)


def _begin(day: date) -> str:
    return datetime.combine(day, time(8)).isoformat()


def _end(day: date) -> str:
    return datetime.combine(day, time(17)).isoformat()


def _begin_of(day: date) -> str:
    return datetime.combine(day, time(0)).isoformat()


def _end_of(day: date) -> str:
    return datetime.combine(day, time(23, 59)).isoformat()


def _moment(at: datetime) -> str:
    return at.replace(tzinfo=None, microsecond=0).isoformat()
