"""What if: changes to a plan that can be tried before anybody decides them.

A change is written as a short text, the same in the address of a page, on the command line and in
a scenario that is kept:

    date:IT=2027-05-01        the date IT moves
    longer:IT-ART-1=10        a package takes 10 working days longer; fewer when negative
    later:IT-ART-1=2027-01-15 a package begins no earlier
    line:L3=2027-03-01        nothing is done on line L3 before that day
    stop:L3=2027-03-01/2027-03-12  line L3 is stopped for work on it from one day to the other
    people:validation=3       there are 3 people of the role
    without:IN                a market is left out

    >>> parse("longer:IT-ART-1=10").told
    'IT-ART-1 takes 10 working days longer'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.planning import codes
from packtrail.planning.calendars import Window
from packtrail.planning.proposals import stops_calendar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.base.findings import Finding
    from packtrail.planning.work import Plan, WorkPackage

CHANGES_MAX = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that might be otherwise."""

    kind: str
    subject: str
    """Code of what changes."""
    value: str = ""

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.kind}:{self.subject}" + (f"={self.value}" if self.value else "")

    @property
    def told(self) -> str:
        """What it says, in words."""
        return KINDS[self.kind].told.format(
            subject=self.subject,
            value=self.value.removeprefix("-").replace("/", " to "),
            more="shorter" if self.value.startswith("-") else "longer",
        )


def parse(text: str) -> Change:
    """Read a change.

    Raises:
        RefusedError: `PLN-004`, it is none.
    """
    kind, _, rest = text.strip().partition(":")
    subject, _, value = rest.rpartition("=") if "=" in rest else (rest, "", "")
    known = KINDS.get(kind)
    if known is None or not subject or (known.is_value is None) != (not value):
        raise RefusedError(_bad(text, f"{text[:80]!r} is no change"))
    if known.is_value is not None and not known.is_value(value):
        raise RefusedError(_bad(text, f"{value[:40]!r} is no {known.value}"))
    return Change(kind, subject, value)


def apply(plan: Plan, changes: Iterable[Change]) -> Plan:
    """Return the plan as it would be.

    Raises:
        RefusedError: `PLN-002`, a change is about something the plan does not have.
    """
    for change in changes:
        plan = KINDS[change.kind].apply(plan, change)
    return plan


def _bad(text: str, message: str) -> Finding:
    kinds = ", ".join(f"{kind}:{each.form}" for kind, each in KINDS.items())
    return codes.BAD_VALUE.found(f"{message}; there are {kinds}.", at=text[:80])


def _unknown(change: Change, what: str) -> RefusedError:
    message = f"There is no {what} {change.subject[:80]!r}."
    return RefusedError(codes.UNKNOWN_REFERENCE.found(message, at=change.text[:120]))


def _move_date(plan: Plan, change: Change) -> Plan:
    due_on = date.fromisoformat(change.value)
    moved = tuple(
        replace(each, due_on=due_on) if each.code == change.subject else each
        for each in plan.deadlines
    )
    if change.subject not in {each.code for each in plan.deadlines}:
        raise _unknown(change, "date")
    return replace(plan, deadlines=moved)


def _prolong(plan: Plan, change: Change) -> Plan:
    days = int(change.value)
    return _with(
        plan,
        change,
        # Work takes a day at least; a milestone is made no longer by taking days from it.
        lambda each: replace(
            each, duration_days=max(min(1, each.duration_days), each.duration_days + days)
        ),
    )


def _postpone(plan: Plan, change: Change) -> Plan:
    day = date.fromisoformat(change.value)
    return _with(plan, change, lambda each: replace(each, not_before=day))


def _with(plan: Plan, change: Change, made: Callable[[WorkPackage], WorkPackage]) -> Plan:
    if change.subject not in plan.by_code:
        raise _unknown(change, "work package")
    packages = (made(each) if each.code == change.subject else each for each in plan.packages)
    return replace(plan, packages=tuple(packages))


def _block_line(plan: Plan, change: Change) -> Plan:
    day = date.fromisoformat(change.value)
    if not any(each.line == change.subject for each in plan.packages):
        raise _unknown(change, "line in the plan")
    packages = (
        replace(each, not_before=max(day, each.not_before or day))
        if each.line == change.subject and not each.is_started
        else each
        for each in plan.packages
    )
    return replace(plan, packages=tuple(packages))


def _stop_line(plan: Plan, change: Change) -> Plan:
    code = stops_calendar(change.subject)
    window = stop_of(change)
    calendars = tuple(
        replace(each, windows=tuple(sorted((*each.windows, window), key=lambda one: one.from_on)))
        if each.code == code
        else each
        for each in plan.calendars
    )
    if code not in {each.code for each in plan.calendars}:
        raise _unknown(change, "line with planned stops")
    return replace(plan, calendars=calendars)


def stop_of(change: Change) -> Window:
    """Return the days of a change that stops a line."""
    first, _, last = change.value.partition("/")
    return Window(date.fromisoformat(first), date.fromisoformat(last), "Stop")


def _staff(plan: Plan, change: Change) -> Plan:
    if change.subject not in {each.code for each in plan.resources}:
        raise _unknown(change, "role")
    resources = (
        replace(each, capacity=float(change.value)) if each.code == change.subject else each
        for each in plan.resources
    )
    return replace(plan, resources=tuple(resources))


def _leave_out(plan: Plan, change: Change) -> Plan:
    gone = {each.code for each in plan.packages if each.market == change.subject}
    if not gone:
        raise _unknown(change, "market in the plan")
    return replace(
        plan,
        packages=tuple(each for each in plan.packages if each.code not in gone),
        links=tuple(each for each in plan.links if not {each.predecessor, each.successor} & gone),
        deadlines=tuple(each for each in plan.deadlines if each.package not in gone),
    )


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_days_in_a_row(text: str) -> bool:
    first, _, last = text.partition("/")
    return _is_day(first) and _is_day(last) and first <= last


def _is_days(text: str) -> bool:
    digits = text.removeprefix("-").removeprefix("+")
    return digits.isascii() and digits.isdigit() and len(digits) <= 4


def _is_amount(text: str) -> bool:
    whole, _, rest = text.partition(".")
    return all(part.isascii() and part.isdigit() for part in (whole, rest or "0")) and (
        len(text) <= 8
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeKind:
    """A kind of change."""

    form: str
    value: str
    is_value: Callable[[str], bool] | None
    told: str
    apply: Callable[[Plan, Change], Plan]


KINDS: Final = {
    "date": ChangeKind(
        form="DATE=DAY",
        value="day such as 2027-05-01",
        is_value=_is_day,
        told="The date {subject} moves to {value}",
        apply=_move_date,
    ),
    "longer": ChangeKind(
        form="PACKAGE=DAYS",
        value="number of days",
        is_value=_is_days,
        told="{subject} takes {value} working days {more}",
        apply=_prolong,
    ),
    "later": ChangeKind(
        form="PACKAGE=DAY",
        value="day such as 2027-01-15",
        is_value=_is_day,
        told="{subject} begins no earlier than {value}",
        apply=_postpone,
    ),
    "line": ChangeKind(
        form="LINE=DAY",
        value="day such as 2027-03-01",
        is_value=_is_day,
        told="Nothing is done on line {subject} before {value}",
        apply=_block_line,
    ),
    "stop": ChangeKind(
        form="LINE=DAY/DAY",
        value="two days such as 2027-03-01/2027-03-12",
        is_value=_is_days_in_a_row,
        told="Line {subject} is stopped from {value}",
        apply=_stop_line,
    ),
    "people": ChangeKind(
        form="ROLE=NUMBER",
        value="number of people",
        is_value=_is_amount,
        told="There are {value} people of {subject}",
        apply=_staff,
    ),
    "without": ChangeKind(
        form="MARKET",
        value="",
        is_value=None,
        told="The market {subject} is left out",
        apply=_leave_out,
    ),
}
