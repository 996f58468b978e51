"""Whether an entry can be what it says, before it is looked at together with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from packtrail.base.errors import RefusedError
from packtrail.planning import changes, codes
from packtrail.planning.book import Scenario, Terms, kind_of
from packtrail.planning.calendars import EVERY_DAY, CalendarRule
from packtrail.planning.checking import check_code, check_day
from packtrail.planning.communication import Briefing, Notice, check_briefing, check_notice
from packtrail.planning.inputs import Input, check_input
from packtrail.planning.registers import Entry, check_entry
from packtrail.planning.requirements import (
    AcceptanceTest,
    Requirement,
    check_requirement,
    check_test,
)
from packtrail.planning.scope import Campaign, Line, Need, Product
from packtrail.planning.templates import TEMPLATES, Meeting
from packtrail.planning.training import (
    Course,
    Person,
    Session,
    check_course,
    check_person,
    check_session,
)
from packtrail.planning.work import Link, Resource, WorkPackage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.planning.calendars import Window

NAME_LENGTH_MAX = 300
CAPACITY_MAX = 10_000.0


def check_one(entry: object) -> Iterator[Finding]:
    """Yield what is wrong with an entry by itself, `PLN-004`."""
    kind = kind_of(entry)
    at = f"{kind.member}/{kind.code_of(entry)}"[:200]
    if isinstance(entry, Session):
        yield from check_code(entry.code, kind.name, f"{at}/code")
    elif not isinstance(entry, Link | Campaign | WorkPackage | Entry | Input):
        code = kind.code_of(entry)
        # The calendars of stops and campaigns are named after both: `campaign:L3:IT`.
        plain = code.replace(":", "-") if isinstance(entry, CalendarRule) else code
        yield from check_code(plain, kind.name, f"{at}/code")
        yield from _named(entry, at)
    more = _MORE.get(kind.type)
    if more is not None:
        yield from more(entry, at)


def check_terms(terms: Terms) -> Iterator[Finding]:
    """Yield what is wrong with the terms of a programme, `PLN-004`."""
    if terms.template not in TEMPLATES:
        expected = ", ".join(TEMPLATES)
        message = f"There is no template {terms.template[:40]!r}; there are {expected}."
        yield codes.BAD_VALUE.found(message, at="terms/template")
    yield from check_day(terms.starts_on, "The first day", "terms/starts_on")


def _named(entry: object, at: str) -> Iterator[Finding]:
    name = str(getattr(entry, "name", "") or getattr(entry, "title", ""))
    if not name.strip() or len(name) > NAME_LENGTH_MAX:
        message = f"The name has {len(name.strip())} letters; expected 1 to {NAME_LENGTH_MAX}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/name")


def _windows(windows: Iterable[Window], at: str) -> Iterator[Finding]:
    for window in windows:
        if window.to_on < window.from_on:
            message = f"The window ends on {window.to_on}, before it begins on {window.from_on}."
            yield codes.BAD_VALUE.found(message, at=at)
        yield from check_day(window.from_on, "A window", at)
        yield from check_day(window.to_on, "A window", at)


def _calendar(rule: CalendarRule, at: str) -> Iterator[Finding]:
    if not rule.weekdays or not set(rule.weekdays) <= set(EVERY_DAY):
        message = "A calendar works on some of the days 0 (Monday) to 6."
        yield codes.BAD_VALUE.found(message, at=f"{at}/weekdays")
    yield from _windows(rule.windows, f"{at}/windows")
    for day in rule.days_off:
        yield from check_day(day.on, "A day off", f"{at}/days_off")


def _resource(resource: Resource, at: str) -> Iterator[Finding]:
    if not 0 <= resource.capacity <= CAPACITY_MAX:
        message = f"The capacity is {resource.capacity:g}; expected 0 to {CAPACITY_MAX:g}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/capacity")
    if resource.rate_eur < 0:
        message = f"The rate is {resource.rate_eur}; expected 0 or more."
        yield codes.BAD_VALUE.found(message, at=f"{at}/rate_eur")


def _need(need: Need, at: str) -> Iterator[Finding]:
    yield from check_day(need.due_on, "The day of a need", f"{at}/due_on")
    if not need.capabilities:
        message = f"{need.code} makes nothing necessary."
        yield codes.BAD_VALUE.found(message, at=f"{at}/capabilities")


def _product(product: Product, at: str) -> Iterator[Finding]:
    if product.packs_a_year < 0:
        message = f"Packs a year are {product.packs_a_year}; expected 0 or more."
        yield codes.BAD_VALUE.found(message, at=f"{at}/packs_a_year")


def _meeting(meeting: Meeting, at: str) -> Iterator[Finding]:
    if meeting.weekday not in EVERY_DAY or not 1 <= meeting.every_weeks <= 53:
        message = "A meeting is on a day 0 (Monday) to 6, every 1 to 53 weeks."
        yield codes.BAD_VALUE.found(message, at=f"{at}/weekday")


def _scenario(scenario: Scenario, at: str) -> Iterator[Finding]:
    if len(scenario.changes) > changes.CHANGES_MAX:
        message = f"It has {len(scenario.changes)} changes; at most {changes.CHANGES_MAX}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/changes")
        return
    for text in scenario.changes:
        try:
            changes.parse(text)
        except RefusedError as refusal:
            yield from refusal.findings


_MORE: Final[Mapping[type, Callable[[Any, str], Iterator[Finding]]]] = {
    CalendarRule: _calendar,
    Briefing: check_briefing,
    Campaign: lambda entry, at: _windows((entry.window,), at),
    Course: check_course,
    Entry: lambda entry, _: check_entry(entry),
    Input: check_input,
    Line: lambda entry, at: _windows(entry.stops, f"{at}/stops"),
    Meeting: _meeting,
    Need: _need,
    Notice: check_notice,
    Person: check_person,
    Product: _product,
    Requirement: check_requirement,
    Resource: _resource,
    Scenario: _scenario,
    Session: check_session,
    AcceptanceTest: check_test,
}
