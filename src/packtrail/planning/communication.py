"""Communication: who must know what, when; and what a department is told of a programme.

A digest has three parts, for whoever has little time: what changed for you, what is due, what we
need from you. Whether something is for a department follows from the RACI of the work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.base import days
from packtrail.planning import codes
from packtrail.planning.calendars import EVERY_DAY
from packtrail.planning.checking import check_day
from packtrail.planning.departments import DOING, Department
from packtrail.planning.inputs import InputState
from packtrail.planning.raci import raci_of
from packtrail.planning.registers import EntryKind
from packtrail.planning.standing import due
from packtrail.planning.training import Standing, competences, is_needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.planning.book import Book
    from packtrail.planning.inputs import Input
    from packtrail.planning.schedules import Schedule
    from packtrail.planning.templates import Template
    from packtrail.planning.training import Person

DAYS_AHEAD = 14
_WEEKS_MAX = 53
_NAMED_MAX = 5


class By(StrEnum):
    """How somebody is told."""

    DIGEST = "digest"
    NOTICE = "notice"
    MEETING = "meeting"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """A row of the communication plan: who must know what, when and how."""

    code: str
    title: str
    """What they must know."""
    departments: tuple[Department, ...]
    by: By = By.DIGEST
    every_weeks: int = 1
    """0: whenever it changes."""
    weekday: int = 0
    """Monday is 0."""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Somebody has read a notice."""

    by: str
    """What they were called then."""
    at: datetime
    person: str = ""
    """Their code, or name of their account; empty: nobody who takes part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that departments are told once, and whether they read it."""

    code: str
    title: str
    text: str = ""
    departments: tuple[Department, ...] = ()
    """Who must know; none: everybody."""
    published_on: date | None = None
    """None: it is a draft."""
    written_by: str = ""
    source: str = ""
    """What it was drafted from."""
    receipts: tuple[Receipt, ...] = ()

    def is_for(self, department: Department) -> bool:
        """Tell whether a department must know."""
        return not self.departments or department in self.departments

    def receipt_of(self, person: Person) -> Receipt | None:
        """Return when somebody first said that they have read it."""
        return next((each for each in self.receipts if person.is_meant(each.person)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who must know a notice, and who of them has said that they do."""

    read: tuple[tuple[Person, Receipt], ...]
    missing: tuple[Person, ...]
    """Who must still read it, by name."""
    others: tuple[Receipt, ...]
    """Of those who need not know it, and those who left."""

    @property
    def total(self) -> int:
        """How many must know it."""
        return len(self.read) + len(self.missing)

    @property
    def told(self) -> str:
        """As people say it: `2 of 3`."""
        return f"{len(self.read)} of {self.total}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An entry that changed."""

    kind: str
    code: str
    title: str
    told: str
    """What differs, and why."""
    departments: frozenset[Department] | None = None
    """Those that have to do with it; None: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that a digest says."""

    text: str
    more: str = ""
    kind: str = ""
    """Kind of the entry it is about: package, deadline, input, register, notice, course."""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a department is told."""

    department: Department
    changed: tuple[Line, ...]
    due: tuple[Line, ...]
    needed: tuple[Line, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.changed or self.due or self.needed)


def digest(
    book: Book,
    schedule: Schedule,
    template: Template,
    department: Department,
    changes: Iterable[Change],
) -> Digest:
    """Return what a department is told.

    Args:
        book: The programme.
        schedule: Its schedule, of the day on which it is told.
        template: Says who has to do with which work.
        department: Who is told.
        changes: What changed since they were told last.
    """
    return Digest(
        department=department,
        changed=tuple(_changed(department, changes)),
        due=tuple(_due(schedule, template, department)),
        needed=tuple(_needed(book, department, schedule.today, template)),
    )


def for_person(told: Digest, book: Book, person: Person) -> Digest:
    """Return the digest of a department as one of its people gets it: without what they read."""
    return replace(
        told,
        needed=tuple(
            each
            for each in told.needed
            if each.kind != "notice" or not book.notices[each.code].receipt_of(person)
        ),
    )


def readers(
    notice: Notice, people: Mapping[str, Person], on: date, *, department: Department | None = None
) -> Readers:
    """Return who must know a notice, each by themselves, and who of them has read it.

    Args:
        notice: The notice.
        people: Everybody, by code.
        on: The day; who left before it need not know any more.
        department: Only its people; None: of all who must know.
    """
    must = sorted(
        (
            each
            for each in people.values()
            if each.takes_part(on)
            and notice.is_for(each.department)
            and department in {None, each.department}
        ),
        key=lambda each: (each.name, each.code),
    )
    found = [(each, notice.receipt_of(each)) for each in must]
    read = tuple((each, receipt) for each, receipt in found if receipt)
    counted = [receipt for _, receipt in read]
    return Readers(
        read=read,
        missing=tuple(each for each, receipt in found if not receipt),
        others=tuple(each for each in notice.receipts if each not in counted),
    )


def check_briefing(told: Briefing, at: str) -> Iterator[Finding]:
    """Yield what is wrong with a row of the communication plan, `PLN-004`."""
    if not told.departments:
        message = "Nobody is named who must know it."
        yield codes.BAD_VALUE.found(message, at=f"{at}/departments")
    if told.weekday not in EVERY_DAY or not 0 <= told.every_weeks <= _WEEKS_MAX:
        message = "It is told on a day 0 (Monday) to 6, every 0 (on change) to 53 weeks."
        yield codes.BAD_VALUE.found(message, at=f"{at}/every_weeks")


def check_notice(told: Notice, at: str) -> Iterator[Finding]:
    """Yield what is wrong with a notice, `PLN-004`."""
    yield from check_day(told.published_on, "The day of a notice", f"{at}/published_on")
    if told.published_on is not None and not told.text.strip():
        yield codes.BAD_VALUE.found("A notice that is published says something.", at=f"{at}/text")


def _changed(department: Department, changes: Iterable[Change]) -> Iterator[Line]:
    for each in changes:
        if each.departments is None or department in each.departments:
            yield Line(text=each.title, more=each.told, kind=each.kind, code=each.code)


def _due(schedule: Schedule, template: Template, department: Department) -> Iterator[Line]:
    for each in due(schedule, DAYS_AHEAD):
        if raci_of(each.package, template).get(department) in DOING:
            critical = ", may not slip" if each.is_critical else ""
            span = f"{days.written(each.slot.start_on)} to {days.written(each.slot.finish_on)}"
            yield Line(
                text=each.package.title, more=f"{each.task.value}: {span}{critical}",
                kind="package", code=each.package.code,
            )  # fmt: skip


def _needed(book: Book, department: Department, today: date, template: Template) -> Iterator[Line]:
    people = {each.code: each for each in book.people.values() if each.department is department}
    until = today + timedelta(days=DAYS_AHEAD)
    for entry in book.register.values():
        if entry.kind is EntryKind.DECISION and entry.is_open and entry.owner in people:
            by = f"by {days.written(entry.due_on)}" if entry.due_on else "no day is set"
            yield Line(text=f"Decide: {entry.title}", more=by, kind="register", code=entry.code)
    triages = department is (Department.IT if template.is_small else Department.MANAGEMENT)
    for told in book.inputs.values():
        if told.state is InputState.RAISED and triages:
            yield Line(text=f"Triage: {told.title}", more=f"raised by {told.raised_by}",
                       kind="input", code=told.code)  # fmt: skip
        elif told.is_open and told.owner in people:
            yield Line(text=f"Answer: {told.title}", more=_until(told, today),
                       kind="input", code=told.code)  # fmt: skip
    yield from _unread(book, department, today)
    stands = competences(people, book.courses, book.sessions.values(), today)
    for one in stands:
        ends = one.valid_until is not None and one.valid_until <= until
        if is_needed(one.course, one.person) and (not one.is_valid or ends):
            told_ = one.standing.value if one.standing is not Standing.NEAR else "ends soon"
            yield Line(text=f"Train: {one.person.name}, {one.course.title}", more=told_,
                       kind="course", code=one.course.code)  # fmt: skip


def _until(told: Input, today: date) -> str:
    if told.due_on is None:
        return "no day is set"
    return f"due {days.written(told.due_on)}{', overdue' if told.due_on < today else ''}"


def _unread(book: Book, department: Department, today: date) -> Iterator[Line]:
    for notice in book.notices.values():
        if notice.published_on is None or not notice.is_for(department):
            continue
        found = readers(notice, book.people, today, department=department)
        if found.missing or not found.total:
            missing = _listed([each.name for each in found.missing])
            who = f"{found.told} have read it, not {missing}" if missing else "nobody is named"
            since = days.written(notice.published_on)
            yield Line(text=f"Read: {notice.title}", more=f"since {since}; {who}",
                       kind="notice", code=notice.code)  # fmt: skip


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED_MAX])
    return shown + (f" and {len(names) - _NAMED_MAX} more" if len(names) > _NAMED_MAX else "")
