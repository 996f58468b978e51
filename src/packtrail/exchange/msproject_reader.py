"""Microsoft Project's XML read into a plan, its own or one that we wrote.

The file may be hostile: it is parsed as EPCIS documents are, without declarations, entities or
network, within limits. What a plan here has no word for becomes a finding, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail.epcis.limits import Limits
from packtrail.epcis.report import Report
from packtrail.epcis.xml_parse import parse
from packtrail.exchange.msproject_calendars import read_calendar
from packtrail.exchange.msproject_names import (
    AS_LATE,
    AS_SOON,
    CONSTRAINTS,
    ELAPSED_FORMATS,
    FINISH_NO_LATER,
    HOURS_A_DAY,
    HOURS_ELAPSED_A_DAY,
    LINK_TYPES,
    NAMESPACE,
    NO_PHASE,
    OWN_FIELDS,
    PERCENT_FORMATS,
    START_NO_EARLIER,
    TENTHS_A_MINUTE,
)
from packtrail.exchange.plan_tables import PlanFile
from packtrail.planning import codes
from packtrail.planning.calendars import ELAPSED, STANDARD
from packtrail.planning.checking import CODE, DAY_MAX, DAY_MIN
from packtrail.planning.work import Certainty, Deadline, Link, Placement, Resource, WorkPackage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

    from packtrail.base.findings import Finding, FindingCode
    from packtrail.planning.calendars import CalendarRule

BYTES_MAX: Final = 50 * 1024 * 1024
_NODES_MAX: Final = 3_000_000
_FINDINGS_MAX: Final = 200
_MINUTES_MAX: Final = 24 * 60
_LAG_SLACK: Final = 0.01
"""Days by which a lag may be off that is told in tenths of minutes."""
_NOT_OF_THE_PACKAGE: Final = frozenset(
    {"planned_start", "not_before", "effort_days", "dates", "calendar", "phase"}
)
"""What we wrote beside Project's own fields to compare those with."""
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
        minutes = _number(_text(root, "MinutesPerDay"), 0.0)
        self._hours_a_day = minutes / 60 if 0 < minutes <= _MINUTES_MAX else HOURS_A_DAY
        """Days are told in hours, of which a working day of the file has so many."""

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
            rule = read_calendar(node, code, name, partial(self._left_out, f"Calendar {name}"))
            if code != STANDARD.code or rule.days_off or rule.weekdays != STANDARD.weekdays:
                yield rule
        # A task without a calendar goes by that of the project.
        own = self._calendars.get(_text(self._root, "CalendarUID"), STANDARD.code)
        self._calendars |= {"-1": own, "": own}

    def _read_resources(self) -> Iterator[Resource]:
        for node in _all(self._root, "Resources", "Resource"):
            name = _text(node, "Name").strip()
            if _is_null(node) or not name or _text(node, "Type") not in {"", "1"}:
                continue
            code = _role(node, name)
            if code in self._resources.values():
                code = _as_code(name).lower()
            self._resources[_text(node, "UID")] = code
            yield Resource(
                code=code,
                name=name,
                department=_text(node, "Group").strip(),
                capacity=_number(_text(node, "MaxUnits"), 1.0),
                rate_eur=round(_number(_text(node, "StandardRate"), 0.0) * self._hours_a_day),
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
            found[task] = role, _hours(_text(node, "Work")) / self._hours_a_day
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
        hours = HOURS_ELAPSED_A_DAY if is_elapsed else self._hours_a_day
        told = _text(task, "Duration")
        if told and not _DURATION.fullmatch(told):
            message = f"The duration of {code} is {told[:40]!r}; expected such as PT16H0M0S."
            self._say(codes.BAD_VALUE, message, uid)
        days = round(_hours(told) / hours, 6)
        is_milestone = _text(task, "Milestone") == "1" and not days
        whole = 0 if is_milestone else max(1, -int(-days // 1))
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
            effort_days=self._effort(task, work, extra) if whole else 0.0,
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
        known = {name: value for name, value in extra.items() if name not in _NOT_OF_THE_PACKAGE}
        try:
            values = {**msgspec.to_builtins(package), **known}
            return msgspec.convert(values, WorkPackage), msgspec.convert(
                extra.get("dates", []), list[Deadline]
            )
        except msgspec.ValidationError as error:
            message = f"The field of Packtrail cannot be used: {error}."
            self._say(codes.LEFT_OUT, message, uid)
            return package, []

    def _effort(
        self, task: etree._Element, work: tuple[str, float] | None, extra: Mapping[str, Any]
    ) -> float:
        """Return the person days of a task: ours to the last digit, unless they were changed."""
        hours, ours = _hours(_text(task, "Work")), extra.get("effort_days")
        if isinstance(ours, int | float) and round(ours * HOURS_A_DAY * 60) == round(hours * 60):
            return float(ours)
        return work[1] if work else hours / self._hours_a_day

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
            lag_days, is_elapsed = self._lag(node, uid)
            yield Link(
                predecessor=self._codes[before],
                successor=self._codes[uid],
                kind=kind,
                lag_days=lag_days,
                is_elapsed=is_elapsed,
            )

    def _lag(self, node: etree._Element, uid: str) -> tuple[int, bool]:
        """Return the lag of a link in days, and whether every day counts."""
        form, told = _text(node, "LagFormat"), _number(_text(node, "LinkLag"), 0.0)
        is_elapsed = form in ELAPSED_FORMATS
        before = self._codes[_text(node, "PredecessorUID")]
        if form in PERCENT_FORMATS:
            message = f"The lag of {told:g} % after {before} is not kept: it is no number of days."
            self._left_out(f"Task {uid}", message)
            return 0, is_elapsed
        hours = HOURS_ELAPSED_A_DAY if is_elapsed else self._hours_a_day
        lag = told / (TENTHS_A_MINUTE * 60 * hours)
        whole = round(lag)
        if abs(lag - whole) > _LAG_SLACK:
            message = f"The lag after {before} is {lag:.3g} days; {whole} are planned."
            self._left_out(f"Task {uid}", message)
        return whole, is_elapsed

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

    def _left_out(self, at: str, message: str) -> None:
        self._found.append(codes.LEFT_OUT.found(message, at=at))

    def _say(self, code: FindingCode, message: str, uid: str) -> None:
        self._found.append(code.found(message, at=f"Task {uid}"))


def _phase(summaries: Mapping[int, str], extra: Mapping[str, Any]) -> str:
    """Return the phase of a task: the summaries above it, or none where we wrote one for none."""
    told = " / ".join(summaries[level] for level in sorted(summaries))
    return "" if extra and told == NO_PHASE and not extra.get("phase") else told


def _role(node: etree._Element, name: str) -> str:
    """Return the code of a resource: ours as we wrote it, else of its initials or name."""
    initials = _text(node, "Initials")
    if CODE.fullmatch(initials) and _text(node, "Code") == initials:
        return initials
    return _as_code(initials or name).lower()


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
