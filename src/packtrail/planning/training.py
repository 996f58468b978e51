"""Training: who must know what, who attended, who passed, and until when it counts.

A competence is never entered: it follows from the sessions in which somebody passed a course, and
ends when the course says so. Whoever has none, or an old one, is told by name.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.checking import check_day
from packtrail.planning.templates import Department

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packtrail.base.findings import Finding

VALID_MONTHS_MAX = 120
EXPIRY_NEAR_DAYS = 60
"""So long before its end a competence is to be renewed."""
_MONTHS = 12


class Held(StrEnum):
    """What somebody can be held back from before they are trained."""

    REWORK = "rework"
    """Treat packs by hand: unpack, replace, sample, destroy."""
    ORDERS = "orders"
    """Make work orders and command them."""
    SIGNING = "signing"
    """Sign the reconciliation of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What people of some departments must know."""

    code: str
    title: str
    departments: tuple[Department, ...] = ()
    """Whose people must have passed it; none: nobody's must."""
    sites: tuple[str, ...] = ()
    """Only those of these sites; none: of all."""
    valid_months: int = 24
    """How long it counts; 0: for ever."""
    text: str = ""
    """What is taught."""
    is_required: bool = True
    """Whether readiness must wait for it."""
    holds: tuple[Held, ...] = ()
    """From what it holds back whoever must have passed it and has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who takes part."""

    code: str
    """By which they are told from everybody else, for good; best that of their account."""
    name: str
    """What they are called; it may change, and others may have the same."""
    department: Department
    site: str = ""
    mail: str = ""
    until: date | None = None
    """When they left."""
    account: str = ""
    """Name of their account, where it is not their code."""

    @property
    def login(self) -> str:
        """Name of their account, if they have one."""
        return self.account or self.code

    def is_meant(self, who: str) -> bool:
        """Tell whether a code is theirs, or the name of their account."""
        return bool(who) and who in {self.code, self.login}

    def takes_part(self, on: date) -> bool:
        """Tell whether they have not left by a day."""
        return self.until is None or self.until > on


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A course on a day."""

    code: str
    course: str
    on: date
    trainer: str = ""
    attended: tuple[str, ...] = ()
    """Codes of people."""
    passed: tuple[str, ...] = ()
    """Those of them who passed."""
    evidence: str = ""
    """Where the signed list or the test is."""


class Standing(StrEnum):
    """How somebody stands to a course."""

    VALID = "valid"
    NEAR = "near"
    """Valid, and to be renewed soon."""
    EXPIRED = "expired"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Competence:
    """How somebody stands to a course they need or have passed."""

    person: Person
    course: Course
    standing: Standing
    passed_on: date | None = None
    valid_until: date | None = None
    """The first day on which it counts no more; None: it never ends, or was never had."""
    session: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether it counts today."""
        return self.standing in {Standing.VALID, Standing.NEAR}


def competences(
    people: Mapping[str, Person],
    courses: Mapping[str, Course],
    sessions: Iterable[Session],
    on: date,
) -> tuple[Competence, ...]:
    """Return how all people stand to the courses they need or have passed.

    Args:
        people: By code.
        courses: By code.
        sessions: All of them; of later days than `on` nothing counts yet.
        on: The day.

    Returns:
        By course and name of the person; people who left are not told.
    """
    passed: dict[tuple[str, str], Session] = {}
    for session in sorted(sessions, key=lambda each: each.on):
        if session.on <= on:
            passed |= {(person, session.course): session for person in session.passed}
    found = []
    for course in courses.values():
        for person in people.values():
            last = passed.get((person.code, course.code))
            if person.takes_part(on) and (last is not None or is_needed(course, person)):
                found.append(_competence(person, course, last, on))
    return tuple(sorted(found, key=lambda each: (each.course.code, each.person.name)))


def is_needed(course: Course, person: Person) -> bool:
    """Tell whether somebody must have passed a course."""
    return person.department in course.departments and (
        not course.sites or person.site in course.sites
    )


def untrained(
    people: Mapping[str, Person],
    courses: Mapping[str, Course],
    sessions: Iterable[Session],
    code: str,
    on: date,
) -> tuple[Competence, ...]:
    """Return what somebody lacks of the courses that work must wait for, or that hold them back."""
    person = people.get(code)
    if person is None:
        return ()
    stands = competences({code: person}, courses, sessions, on)
    return tuple(
        each
        for each in stands
        if (each.course.is_required or each.course.holds)
        and is_needed(each.course, person)
        and not each.is_valid
    )


def valid_until(passed_on: date, months: int) -> date | None:
    """Return the first day on which a competence counts no more; None: it never ends."""
    if months == 0:
        return None
    count = passed_on.year * _MONTHS + passed_on.month - 1 + months
    year, month = count // _MONTHS, count % _MONTHS + 1
    return date(year, month, min(passed_on.day, calendar.monthrange(year, month)[1]))


def check_course(course: Course, at: str) -> Iterator[Finding]:
    """Yield what is wrong with a course, `PLN-004`."""
    if not 0 <= course.valid_months <= VALID_MONTHS_MAX:
        message = f"It is valid for {course.valid_months} months; expected 0 to {VALID_MONTHS_MAX}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/valid_months")


def check_person(person: Person, at: str) -> Iterator[Finding]:
    """Yield what is wrong with a person, `PLN-004`."""
    if person.mail and ("@" not in person.mail or any(each.isspace() for each in person.mail)):
        message = f"{person.mail[:80]!r} is no mail address."
        yield codes.BAD_VALUE.found(message, at=f"{at}/mail")
    yield from check_day(person.until, "The day they left", f"{at}/until")


def check_session(session: Session, at: str) -> Iterator[Finding]:
    """Yield what is wrong with a session, `PLN-004`."""
    yield from check_day(session.on, "The day of a session", f"{at}/on")
    if strange := sorted(set(session.passed) - set(session.attended)):
        message = f"{strange[0]!r} passed without having attended."
        yield codes.BAD_VALUE.found(message, at=f"{at}/passed")


def _competence(person: Person, course: Course, last: Session | None, on: date) -> Competence:
    if last is None:
        return Competence(person=person, course=course, standing=Standing.MISSING)
    until = valid_until(last.on, course.valid_months)
    standing = Standing.VALID
    if until is not None and until <= on:
        standing = Standing.EXPIRED
    elif until is not None and (until - on).days <= EXPIRY_NEAR_DAYS:
        standing = Standing.NEAR
    return Competence(
        person=person, course=course, standing=standing, passed_on=last.on, valid_until=until,
        session=last.code,
    )  # fmt: skip
