"""The schedule of a programme on a day, worked out once for each version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from packtrail.planning import levelling, scheduling
from packtrail.services.plan import books
from packtrail.services.plan.holidays import calendars_of

if TYPE_CHECKING:
    from datetime import date

    from packtrail.access import Actor
    from packtrail.planning.book import Terms
    from packtrail.planning.schedules import Schedule
    from packtrail.planning.work import Plan
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A programme with its schedule."""

    opened: Opened
    schedule: Schedule


def planned(app: Application, actor: Actor, programme: str, *, on: date | None = None) -> Planned:
    """Return a programme with its schedule.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        on: The day; default: today.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: `PLN-001` to `PLN-004`, the plan cannot be scheduled.
    """
    opened = books.opened(app, actor, programme)
    day = on or app.clock().date()
    name, mark = f"schedule/{opened.row.programme_id}", (opened.mark, day)
    known = cast("Planned | None", app.remembered.get(name, mark))
    if known is not None:
        return known
    plan = plan_of(opened, day)
    made = Planned(opened=opened, schedule=schedule_of(opened.terms, plan, day))
    _, notes = calendars_of(opened.book, day)
    if notes:
        findings = (*made.schedule.findings, *notes)
        made = replace(made, schedule=replace(made.schedule, findings=findings))
    app.remembered.put(name, mark, made)
    return made


def plan_of(opened: Opened, day: date) -> Plan:
    """Return the plan of a programme, on calendars with the holidays around a day."""
    calendars, _ = calendars_of(opened.book, day)
    return opened.book.plan(opened.terms, calendars)


def schedule_of(terms: Terms, plan: Plan, day: date) -> Schedule:
    """Schedule a plan as the terms of its programme say."""
    return levelling.level(plan, day) if terms.is_levelled else scheduling.schedule(plan, day)
