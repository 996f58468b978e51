"""The calendars of Microsoft Project's XML: their week, and exceptions, also those that recur.

An exception that recurs spans from its first day to its last: New Year's Day of twenty years is
twenty days, not twenty years.

Clause:
    Microsoft, "Project XML Data Interchange Schema", elements Exception, Type, Period, DaysOfWeek,
    MonthItem, MonthPosition, Month and MonthDay.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from packtrail.exchange.msproject_names import DAY_TYPES, EXCEPTION_DAY_TYPE, NAMESPACE
from packtrail.planning.calendars import STANDARD, CalendarRule, DayOff
from packtrail.planning.checking import DAY_MAX, DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

_DAYS_OFF_MAX: Final = 4_000
_EXCEPTIONS_MAX: Final = 1_000
"""Of one calendar."""
_DIGITS_MAX = 4
_WEEK, _MONTHS = 7, 12
_SATURDAY = 5
_LAST_POSITION = 4
"""MonthPosition: 0 to 3 are the first to the fourth, 4 is the last."""
_ANY_DAY, _WEEKEND_DAY, _SUNDAY = 0, 2, 3
"""MonthItem; 1 is a weekday, 3 to 9 are Sunday to Saturday."""


def read_calendar(
    node: etree._Element, code: str, name: str, say: Callable[[str], None]
) -> CalendarRule:
    """Read a calendar.

    Args:
        node: Its element.
        code: What its code is to be.
        name: Its name.
        say: Is told what is not kept.
    """
    worked: set[int] = set()
    off: list[DayOff] = []
    for day in node.iterfind(f"{_q('WeekDays')}/{_q('WeekDay')}"):
        kind, is_worked = _text(day, "DayType"), _text(day, "DayWorking") == "1"
        if kind == EXCEPTION_DAY_TYPE and not is_worked and len(off) < _DAYS_OFF_MAX:
            off += [DayOff(on, name) for on in _days(day, _always)]
        elif kind in DAY_TYPES and is_worked:
            worked.add(DAY_TYPES.index(kind))
    weekdays = tuple(sorted(worked)) or STANDARD.weekdays
    off += _exceptions(node, name, weekdays, say)
    days_off = {each.on: each for each in off[:_DAYS_OFF_MAX]}
    if len(off) > _DAYS_OFF_MAX:
        say(f"The calendar {name[:40]!r} has more than {_DAYS_OFF_MAX:,} days off.")
    return CalendarRule(
        code=code,
        name=name,
        weekdays=weekdays,
        days_off=tuple(days_off[on] for on in sorted(days_off)),
    )


def _exceptions(
    node: etree._Element, name: str, weekdays: tuple[int, ...], say: Callable[[str], None]
) -> Iterator[DayOff]:
    nodes = node.iterfind(f"{_q('Exceptions')}/{_q('Exception')}")
    for exception in islice(nodes, _EXCEPTIONS_MAX):
        title = _text(exception, "Name").strip() or name
        falls = _RECURS.get(_text(exception, "Type"))
        if falls is None:
            say(f"How {title[:40]!r} of the calendar {name[:40]!r} recurs is not known.")
        elif _text(exception, "DayWorking") != "1":
            yield from (DayOff(on, title) for on in _days(exception, falls))
        elif any(on.weekday() not in weekdays for on in _days(exception, falls)):
            say(f"The calendar {name[:40]!r} is worked on {title[:40]!r} besides its week.")


@dataclass(frozen=True, slots=True)
class _Rule:
    """On which of its days an exception falls."""

    first: date
    period: int
    """Every so many days, weeks or months."""
    days_of_week: int
    """A bit for each, the lowest for Sunday."""
    month: int
    """January is 0."""
    month_day: int
    item: int
    position: int


_Falls = Callable[[date, _Rule], bool]


def _days(node: etree._Element, falls: _Falls) -> Iterator[date]:
    """Yield the days on which an exception falls."""
    period = node.find(_q("TimePeriod"))
    first = None if period is None else _day(_text(period, "FromDate"))
    last = None if period is None else _day(_text(period, "ToDate"))
    if first is None or last is None:
        return
    rule = _Rule(
        first=first,
        period=_number(node, "Period") or 1,
        days_of_week=_number(node, "DaysOfWeek"),
        month=_number(node, "Month"),
        month_day=_number(node, "MonthDay"),
        item=_number(node, "MonthItem"),
        position=_number(node, "MonthPosition"),
    )
    begin, end = max(first, DAY_MIN), min(last, DAY_MAX)
    for count in range((end - begin).days + 1):
        if falls(on := begin + timedelta(days=count), rule):
            yield on


def _always(_: date, __: _Rule) -> bool:
    return True


def _daily(on: date, rule: _Rule) -> bool:
    return (on - rule.first).days % rule.period == 0


def _weekly(on: date, rule: _Rule) -> bool:
    since = (on - rule.first).days + rule.first.isoweekday() % _WEEK
    is_named = rule.days_of_week >> on.isoweekday() % _WEEK & 1
    return bool(is_named) and since // _WEEK % rule.period == 0


def _monthly_on_day(on: date, rule: _Rule) -> bool:
    return on.day == rule.month_day and _months(on, rule) % rule.period == 0


def _monthly_at_place(on: date, rule: _Rule) -> bool:
    return _months(on, rule) % rule.period == 0 and _is_placed(on, rule)


def _yearly_on_day(on: date, rule: _Rule) -> bool:
    return (on.month - 1, on.day) == (rule.month, rule.month_day)


def _yearly_at_place(on: date, rule: _Rule) -> bool:
    return on.month - 1 == rule.month and _is_placed(on, rule)


_RECURS: Final[Mapping[str, _Falls]] = {
    "": _always,
    "0": _always,
    "1": _always,
    "2": _yearly_on_day,
    "3": _yearly_at_place,
    "4": _monthly_on_day,
    "5": _monthly_at_place,
    "6": _weekly,
    "7": _daily,
}
"""Type of an exception -> whether it falls on a day of its span."""


def _months(on: date, rule: _Rule) -> int:
    return (on.year - rule.first.year) * _MONTHS + on.month - rule.first.month


def _is_placed(on: date, rule: _Rule) -> bool:
    """Tell whether a day is the first, second, ... or last of its month of what is named."""
    if not _is_item(on, rule.item):
        return False
    count = monthrange(on.year, on.month)[1]
    if rule.position == _LAST_POSITION:
        later = (on.replace(day=day) for day in range(on.day + 1, count + 1))
        return not any(_is_item(each, rule.item) for each in later)
    earlier = (on.replace(day=day) for day in range(1, on.day))
    return sum(_is_item(each, rule.item) for each in earlier) == rule.position


def _is_item(day: date, item: int) -> bool:
    is_weekend = day.weekday() >= _SATURDAY
    if item <= _WEEKEND_DAY:
        return item == _ANY_DAY or is_weekend == (item == _WEEKEND_DAY)
    return item - _SUNDAY == day.isoweekday() % _WEEK


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _number(node: etree._Element, name: str) -> int:
    text = _text(node, name)
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX
    return int(text) if is_number else 0


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(node: etree._Element, name: str) -> str:
    found = node.find(_q(name))
    return (found.text or "") if found is not None else ""
