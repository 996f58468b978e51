"""Microsoft Project's XML read into a plan, its own or one that we wrote.

The file may be hostile: it is parsed as EPCIS documents are, without declarations, entities or
network, within limits. What a plan here has no word for becomes a finding, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail.epcis.limits import Limits
from packtrail.epcis.report import Report
from packtrail.epcis.xml_parse import parse
from packtrail.exchange.msproject_names import (
    AS_LATE,
    AS_SOON,
    CONSTRAINTS,
    DAY_TYPES,
    ELAPSED_FORMATS,
    EXCEPTION_DAY_TYPE,
    FINISH_NO_LATER,
    HOURS_A_DAY,
    HOURS_ELAPSED_A_DAY,
    LINK_TYPES,
    NAMESPACE,
    NO_PHASE,
    OWN_FIELDS,
    START_NO_EARLIER,
    TENTHS_A_MINUTE,
)
from packtrail.exchange.plan_tables import PlanFile
from packtrail.planning import codes
from packtrail.planning.calendars import ELAPSED, STANDARD, CalendarRule, DayOff
from packtrail.planning.checking import CODE, DAY_MAX, DAY_MIN
from packtrail.planning.work import Certainty, Deadline, Link, Placement, Resource, WorkPackage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

    from packtrail.base.findings import Finding, FindingCode

BYTES_MAX: Final = 50 * 1024 * 1024
_NODES_MAX: Final = 3_000_000
_FINDINGS_MAX: Final = 200
_DAYS_OFF_MAX: Final = 4_000
_WHOLE_PROJECT: Final = "0"
"""UID of the task that stands for the project itself."""
_DURATION = re.compile(r"PT(\d{1,9})H(?:(\d{1,2})M)?(?:(\d{1,2})S)?", re.ASCII)
_NOT_IN_A_CODE = re.compile(r"[^A-Za-z0-9._/:-]+")


def read_msproject(content: bytes) -> PlanFile:
    """Read a plan.

    Args:
        content: XML as Microsoft Project writes it.

    Returns:
        What can be read: packages, links, deadlines, calendars and resources; and findings with
        the number of the task they are about.
    """
    if len(content) > BYTES_MAX:
        message = f"The file has {len(content):,} bytes; at most {BYTES_MAX:,} are taken in."
        return PlanFile(findings=(codes.UNREADABLE_PLAN.found(message),))
    report = Report(_FINDINGS_MAX)
    root = parse(content, report, Limits(nodes=_NODES_MAX))
    if root is None:
        return PlanFile(findings=report.all())
    if root.tag != f"{{{NAMESPACE}}}Project":
        message = f"The root element is {root.tag!r}; expected Project of {NAMESPACE}."
        return PlanFile(findings=(codes.UNREADABLE_PLAN.found(message, at="/"),))
    return _Reader(root).read()


class _Reader:
    """Reads one project."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._found: list[Finding] = []
        self._codes: dict[str, str] = {}
        """UID of a task -> code of the package."""
        self._summaries: set[str] = set()
        self._calendars = {"-1": STANDARD.code, "": STANDARD.code}
        self._resources: dict[str, str] = {}

    def read(self) -> PlanFile:
        calendars = list(self._read_calendars())
        resources = list(self._read_resources())
        work = self._read_assignments()
        tasks = [each for each in _all(self._root, "Tasks", "Task") if not _is_null(each)]
        self._name(tasks)
        packages, deadlines = [], []
        phase: dict[int, str] = {}
        for task in tasks:
            level = int(_number(_text(task, "OutlineLevel"), 1.0))
            if _text(task, "UID") == _WHOLE_PROJECT:
                continue
            if _text(task, "UID") in self._summaries:
                phase = {key: name for key, name in phase.items() if key < level}
                phase[level] = _text(task, "Name").strip()
                continue
            package, dates = self._package(task, phase, work.get(_text(task, "UID")))
            packages.append(package)
            deadlines += dates
        return PlanFile(
            packages=tuple(packages),
            links=tuple(link for task in tasks for link in self._links(task)),
            deadlines=tuple(deadlines),
            calendars=tuple(calendars),
            resources=tuple(resources),
            findings=tuple(self._found[:_FINDINGS_MAX]),
        )

    # --- calendars and resources ------------------------------------------------------------------

    def _read_calendars(self) -> Iterator[CalendarRule]:
        for node in _all(self._root, "Calendars", "Calendar"):
            name = _text(node, "Name").strip() or "calendar"
            if _text(node, "IsBaseCalendar") == "0":
                continue
            code = STANDARD.code if name.casefold() == "standard" else _as_code(name)
            self._calendars[_text(node, "UID")] = code
            rule = _calendar(node, code, name)
            if code != STANDARD.code:
                yield rule

    def _read_resources(self) -> Iterator[Resource]:
        for node in _all(self._root, "Resources", "Resource"):
            name = _text(node, "Name").strip()
            if _is_null(node) or not name or _text(node, "Type") not in {"", "1"}:
                continue
            code = _as_code(_text(node, "Initials") or name).lower()
            if code in self._resources.values():
                code = _as_code(name).lower()
            self._resources[_text(node, "UID")] = code
            yield Resource(
                code=code,
                name=name,
                department=_text(node, "Group").strip(),
                capacity=_number(_text(node, "MaxUnits"), 1.0),
                rate_eur=round(_number(_text(node, "StandardRate"), 0.0) * HOURS_A_DAY),
            )

    def _read_assignments(self) -> Mapping[str, tuple[str, float]]:
        """Return what is assigned: UID of a task -> role and person days, of the first one."""
        found: dict[str, tuple[str, float]] = {}
        for node in _all(self._root, "Assignments", "Assignment"):
            task, role = _text(node, "TaskUID"), self._resources.get(_text(node, "ResourceUID"))
            if role is None:
                continue
            if task in found:
                message = f"Task {task} has several resources; {role} is left out."
                self._say(codes.LEFT_OUT, message, task)
                continue
            found[task] = role, _hours(_text(node, "Work")) / HOURS_A_DAY
        return found

    # --- tasks ------------------------------------------------------------------------------------

    def _name(self, tasks: list[etree._Element]) -> None:
        """Give every task its code: ours, else its WBS, else its number."""
        taken: set[str] = set()
        for task in tasks:
            uid = _text(task, "UID")
            if _text(task, "Summary") == "1" or uid == _WHOLE_PROJECT:
                self._summaries.add(uid)
                continue
            candidates = (_own(task, "code"), _text(task, "WBS"), f"T{uid}")
            code = next(
                (each for each in candidates if CODE.fullmatch(each) and each not in taken),
                f"T{uid}",
            )
            taken.add(code)
            self._codes[uid] = code

    def _package(
        self, task: etree._Element, phase: Mapping[int, str], work: tuple[str, float] | None
    ) -> tuple[WorkPackage, list[Deadline]]:
        uid = _text(task, "UID")
        code = self._codes[uid]
        extra = self._extra(task)
        is_elapsed = _text(task, "DurationFormat") in ELAPSED_FORMATS
        hours = HOURS_ELAPSED_A_DAY if is_elapsed else HOURS_A_DAY
        told = _text(task, "Duration")
        if told and not _DURATION.fullmatch(told):
            message = f"The duration of {code} is {told[:40]!r}; expected such as PT16H0M0S."
            self._say(codes.BAD_VALUE, message, uid)
        days = _hours(told) / hours
        whole = 0 if _text(task, "Milestone") == "1" else max(1, -int(-days // 1))
        if whole and days != int(days):
            message = f"{code} takes {days:g} days; {whole} are planned."
            self._say(codes.LEFT_OUT, message, uid)
        finished_on = self._day(task, "ActualFinish")
        percent = int(_number(_text(task, "PercentComplete"), 0.0))
        package = WorkPackage(
            code=code,
            title=_text(task, "Name").strip() or code,
            phase=_phase(phase, extra),
            calendar=ELAPSED.code if is_elapsed else self._calendar_of(task),
            duration_days=whole,
            effort_days=work[1] if work and whole else 0.0,
            role=work[0] if work and whole else "",
            cost_eur=round(_number(_text(task, "FixedCost"), 0.0) / 100),
            done_percent=100 if finished_on else percent,
            started_on=self._day(task, "ActualStart"),
            finished_on=finished_on,
            reason="" if extra else _text(task, "Notes").strip(),
        )
        package, dates = self._with_extra(package, extra, uid)
        package = self._constrained(task, package, extra)
        return package, self._dates(task, package, dates)

    def _with_extra(
        self, package: WorkPackage, extra: dict[str, Any], uid: str
    ) -> tuple[WorkPackage, list[Deadline]]:
        """Return a package with what we wrote beside Project's own fields, and its dates."""
        known = {
            name: value
            for name, value in extra.items()
            if name not in {"planned_start", "not_before", "dates", "calendar", "phase"}
        }
        try:
            values = {**msgspec.to_builtins(package), **known}
            return msgspec.convert(values, WorkPackage), msgspec.convert(
                extra.get("dates", []), list[Deadline]
            )
        except msgspec.ValidationError as error:
            message = f"The field of Packtrail cannot be used: {error}."
            self._say(codes.LEFT_OUT, message, uid)
            return package, []

    def _constrained(
        self, task: etree._Element, package: WorkPackage, extra: dict[str, Any]
    ) -> WorkPackage:
        kind, day = _text(task, "ConstraintType"), self._day(task, "ConstraintDate")
        if kind == START_NO_EARLIER and day is not None:
            if extra and extra.get("planned_start") == day.isoformat():
                day = _iso(extra.get("not_before"))
            return replace(package, not_before=day)
        if kind == AS_LATE:
            return replace(package, placement=Placement.LATE)
        if kind in CONSTRAINTS:
            message = f"{package.code}: {CONSTRAINTS[kind]!r} is not kept; its start is."
            self._say(codes.LEFT_OUT, message, _text(task, "UID"))
            return replace(package, not_before=self._day(task, "Start"))
        if kind not in {"", AS_SOON, FINISH_NO_LATER}:
            self._say(codes.LEFT_OUT, f"There is no constraint {kind!r}.", _text(task, "UID"))
        return package

    def _dates(
        self, task: etree._Element, package: WorkPackage, known: list[Deadline]
    ) -> list[Deadline]:
        due_on = self._day(task, "Deadline")
        if due_on is None and _text(task, "ConstraintType") == FINISH_NO_LATER:
            due_on = self._day(task, "ConstraintDate")
        dates = [replace(each, package=package.code) for each in known]
        if due_on is None:
            return []
        if dates:
            # Project shows the first of them; who moved it there moved that one.
            first = min(dates, key=lambda each: each.due_on)
            return [replace(e, due_on=due_on) if e is first else e for e in dates]
        return [
            Deadline(
                code=package.code,
                title=package.title,
                package=package.code,
                due_on=due_on,
                certainty=Certainty.OWN,
                market=package.market,
            )
        ]

    def _links(self, task: etree._Element) -> Iterator[Link]:
        uid = _text(task, "UID")
        seen: set[str] = set()
        for node in task.iterfind(_q("PredecessorLink")):
            before = _text(node, "PredecessorUID")
            kind = LINK_TYPES.get(_text(node, "Type") or "1")
            if uid not in self._codes or before not in self._codes or kind is None:
                message = f"The link from task {before} to {uid} is not kept: one is a summary."
                self._say(codes.LEFT_OUT, message, uid)
                continue
            if before in seen:
                self._say(codes.LEFT_OUT, f"Task {uid} waits twice for task {before}.", uid)
                continue
            seen.add(before)
            is_elapsed = _text(node, "LagFormat") in ELAPSED_FORMATS
            hours = HOURS_ELAPSED_A_DAY if is_elapsed else HOURS_A_DAY
            lag = _number(_text(node, "LinkLag"), 0.0) / (TENTHS_A_MINUTE * 60 * hours)
            yield Link(
                predecessor=self._codes[before],
                successor=self._codes[uid],
                kind=kind,
                lag_days=round(lag),
                is_elapsed=is_elapsed,
            )

    # --- values -----------------------------------------------------------------------------------

    def _calendar_of(self, task: etree._Element) -> str:
        return self._calendars.get(_text(task, "CalendarUID"), STANDARD.code)

    def _extra(self, task: etree._Element) -> dict[str, Any]:
        text = _own(task, "extra")
        if not text.startswith("{"):
            return {}
        try:
            found: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError):
            return {}
        return found

    def _day(self, node: etree._Element, name: str) -> date | None:
        text = _text(node, name)
        if not text or text == "NA":
            return None
        try:
            day = datetime.fromisoformat(text).date()
        except ValueError:
            self._say(codes.LEFT_OUT, f"{name} is {text[:40]!r}: no day.", _text(node, "UID"))
            return None
        if not DAY_MIN <= day <= DAY_MAX:
            self._say(codes.LEFT_OUT, f"{name} is {day}, which is not kept.", _text(node, "UID"))
            return None
        return day

    def _say(self, code: FindingCode, message: str, uid: str) -> None:
        self._found.append(code.found(message, at=f"Task {uid}"))


def _phase(summaries: Mapping[int, str], extra: Mapping[str, Any]) -> str:
    """Return the phase of a task: the summaries above it, or none where we wrote one for none."""
    told = " / ".join(summaries[level] for level in sorted(summaries))
    return "" if extra and told == NO_PHASE and not extra.get("phase") else told


def _calendar(node: etree._Element, code: str, name: str) -> CalendarRule:
    worked, off = set(), []
    for day in node.iterfind(f"{_q('WeekDays')}/{_q('WeekDay')}"):
        kind, is_worked = _text(day, "DayType"), _text(day, "DayWorking") == "1"
        if kind == EXCEPTION_DAY_TYPE:
            off += [] if is_worked else list(_span(day.find(_q("TimePeriod")), name))
        elif kind in DAY_TYPES and is_worked:
            worked.add(DAY_TYPES.index(kind))
    for exception in node.iterfind(f"{_q('Exceptions')}/{_q('Exception')}"):
        if _text(exception, "DayWorking") != "1":
            title = _text(exception, "Name").strip() or name
            off += list(_span(exception.find(_q("TimePeriod")), title))
    days_off = {each.on: each for each in off[:_DAYS_OFF_MAX]}
    return CalendarRule(
        code=code,
        name=name,
        weekdays=tuple(sorted(worked)) or STANDARD.weekdays,
        days_off=tuple(days_off[on] for on in sorted(days_off)),
    )


def _span(period: etree._Element | None, reason: str) -> Iterator[DayOff]:
    if period is None:
        return
    first, last = _iso(_text(period, "FromDate")), _iso(_text(period, "ToDate"))
    if first is None or last is None:
        return
    for count in range(min((last - first).days + 1, _DAYS_OFF_MAX)):
        yield DayOff(first + timedelta(days=count), reason)


def _iso(text: object) -> date | None:
    try:
        day = datetime.fromisoformat(str(text)).date()
    except ValueError:
        return None
    return day if DAY_MIN <= day <= DAY_MAX else None


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _all(root: etree._Element, section: str, name: str) -> Iterator[etree._Element]:
    yield from root.iterfind(f"{_q(section)}/{_q(name)}")


def _text(node: etree._Element, name: str) -> str:
    found = node.find(_q(name))
    return (found.text or "") if found is not None else ""


def _own(task: etree._Element, name: str) -> str:
    for node in task.iterfind(_q("ExtendedAttribute")):
        if _text(node, "FieldID") == OWN_FIELDS[name]:
            return _text(node, "Value")
    return ""


def _is_null(node: etree._Element) -> bool:
    return _text(node, "IsNull") == "1"


def _hours(text: str) -> float:
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        return 0.0
    hours, minutes, _ = match.groups()
    return int(hours) + int(minutes or 0) / 60


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if abs(value) < 10**15 else default


def _as_code(text: str) -> str:
    return _NOT_IN_A_CODE.sub("-", text).strip("-._/:")[:64] or "x"
