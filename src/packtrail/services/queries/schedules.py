"""Schedules of standing queries: when one runs next (EPCIS 2.0, 8.2.5.3). Pure; UTC throughout.

Each field is a list of numbers and ranges, `element ("," element)*` with `n` or `[n-m]`; a field
that is left out matches every value; a moment matches when every field does.

    >>> from datetime import UTC, datetime
    >>> every_morning = parse({"second": "0", "minute": "5", "hour": "1"})
    >>> next_after(every_morning, datetime(2026, 11, 3, 14, 2, tzinfo=UTC)).isoformat()
    '2026-11-04T01:05:00+00:00'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.services.codes import BAD_CONTROLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.base.findings import Finding

FIELDS: Mapping[str, range] = {
    "second": range(60),
    "minute": range(60),
    "hour": range(24),
    "dayOfMonth": range(1, 32),
    "month": range(1, 13),
    "dayOfWeek": range(1, 8),
}
"""Field -> the values it can have; Monday is 1."""
ELEMENTS_MAX = 100
_ELEMENT = re.compile(r"(?P<only>[0-9]{1,2})|\[(?P<low>[0-9]{1,2})-(?P<high>[0-9]{1,2})\]")
_DAYS_MAX = 366 * 41
"""A Monday that is 29 February comes again after 40 years at most, when a century has no leap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The values each field may have, ascending."""

    second: tuple[int, ...]
    minute: tuple[int, ...]
    hour: tuple[int, ...]
    days_of_month: frozenset[int]
    months: frozenset[int]
    days_of_week: frozenset[int]


def parse(fields: Mapping[str, str]) -> Schedule:
    """Return the schedule that some fields mean.

    Raises:
        RefusedError: `QRY-015`, with every field that cannot be used; or no moment ever matches.
    """
    findings: list[Finding] = [
        BAD_CONTROLS.found(f"A schedule has no field {name[:40]!r}.", at=f"/schedule/{name[:40]}")
        for name in fields
        if name not in FIELDS
    ]
    if not fields:
        findings.append(BAD_CONTROLS.found("The schedule has no field at all.", at="/schedule"))
    values: dict[str, tuple[int, ...]] = {}
    for name, possible in FIELDS.items():
        try:
            values[name] = _values(fields[name], possible) if name in fields else tuple(possible)
        except ValueError as error:
            findings.append(
                BAD_CONTROLS.found(
                    f"{name} is {fields[name][:80]!r}: {error}.", at=f"/schedule/{name}"
                )
            )
    if findings:
        raise RefusedError(*findings)
    schedule = Schedule(
        second=values["second"],
        minute=values["minute"],
        hour=values["hour"],
        days_of_month=frozenset(values["dayOfMonth"]),
        months=frozenset(values["month"]),
        days_of_week=frozenset(values["dayOfWeek"]),
    )
    if next_after(schedule, datetime(2000, 1, 1, tzinfo=UTC)) is None:
        raise RefusedError(BAD_CONTROLS.found("No day ever matches the schedule.", at="/schedule"))
    return schedule


def next_after(schedule: Schedule, at: datetime) -> datetime | None:
    """Return the first moment after another that matches; None when none ever does.

    Args:
        schedule: The schedule.
        at: Aware; the answer is later, never the same.
    """
    start = at.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    earliest = start.time()
    for day in _days(schedule, start.date()):
        found = _first_time(schedule, earliest if day == start.date() else time(0))
        if found is not None:
            return datetime.combine(day, found, UTC)
    return None


def is_every_second(fields: Mapping[str, str]) -> bool:
    """Tell whether a schedule means every second of the minutes it names, perhaps unawares."""
    return "second" not in fields


def _days(schedule: Schedule, first: date) -> Iterator[date]:
    """Yield the days that match, from a first one on."""
    for offset in range(_DAYS_MAX):
        try:
            day = first + timedelta(days=offset)
        except OverflowError:
            return
        if (
            day.month in schedule.months
            and day.day in schedule.days_of_month
            and day.isoweekday() in schedule.days_of_week
        ):
            yield day


def _first_time(schedule: Schedule, earliest: time) -> time | None:
    """Return the first time of a day that matches, not before another."""
    low = (earliest.hour, earliest.minute, earliest.second)
    for hour in schedule.hour:
        if hour < low[0]:
            continue
        for minute in schedule.minute:
            if (hour, minute) < low[:2]:
                continue
            for second in schedule.second:
                if (hour, minute, second) >= low:
                    return time(hour, minute, second)
    return None


def _values(text: str, possible: range) -> tuple[int, ...]:
    elements = text.split(",")
    if len(elements) > ELEMENTS_MAX:
        raise ValueError(f"it can have {ELEMENTS_MAX} elements at most")
    found: set[int] = set()
    for element in elements:
        match = _ELEMENT.fullmatch(element)
        if match is None:
            raise ValueError("expected numbers and ranges such as 0,[10-20]")
        low = int(match["only"] or match["low"])
        high = int(match["only"] or match["high"])
        if low > high:
            raise ValueError(f"the range {element} is reversed")
        if low not in possible or high not in possible:
            raise ValueError(f"expected {possible.start} to {possible.stop - 1}")
        found.update(range(low, high + 1))
    return tuple(sorted(found))
