"""Plans for tests: packages `A`, `B`, ... on a calendar on which every day counts."""

from __future__ import annotations

from datetime import date, timedelta

from packtrail.planning.calendars import EVERY_DAY, Calendar
from packtrail.planning.work import Deadline, Link, Placement, Plan, Resource, WorkPackage

MONDAY = date(2026, 11, 30)
DAILY = Calendar(code="daily", name="Seven days a week", weekdays=EVERY_DAY)


def package(code: str, days: int, **more: object) -> WorkPackage:
    return WorkPackage(
        **{"code": code, "title": code, "duration_days": days, "calendar": "daily"} | more
    )


def links(*pairs: str) -> tuple[Link, ...]:
    """Links from texts such as `A>B`."""
    return tuple(
        Link(predecessor=before, successor=after)
        for before, after in (pair.split(">") for pair in pairs)
    )


def deadline(code: str, after_days: int, /, **more: object) -> Deadline:
    """A date so many days after Monday, on whose end the package must be done."""
    due_on = MONDAY + timedelta(days=after_days - 1)
    return Deadline(**{"code": code, "title": code, "package": code, "due_on": due_on} | more)


def plan(*packages: WorkPackage, **more: object) -> Plan:
    calendars = (DAILY, *more.pop("calendars", ()))  # type: ignore[misc]
    return Plan(
        **{"packages": packages, "placement": Placement.SOON, "calendars": calendars} | more
    )


def people(code: str, capacity: float) -> Resource:
    return Resource(code=code, name=code, capacity=capacity)


def of_each(text: str) -> dict[str, int]:
    """Return numbers by letter, from a text such as `A2 B10`."""
    return {each[0]: int(each[1:]) for each in text.split()}
