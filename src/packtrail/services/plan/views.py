"""Programmes as programs read them: plain values with every word spelled out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.planning import loads
from packtrail.planning.bounds import Bounds, bounds
from packtrail.rendering import plan_words
from packtrail.services.plan.overview import glance
from packtrail.services.plan.scheduling import planned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.access import Actor
    from packtrail.planning.comparison import Comparison
    from packtrail.planning.loads import Load
    from packtrail.planning.schedules import Outlook
    from packtrail.services.application import Application
    from packtrail.services.plan.scheduling import Planned

WEEKS_MAX = 260


@dataclass(frozen=True, slots=True, kw_only=True)
class DateView:
    """A date and how the plan stands to it."""

    code: str
    title: str
    market: str
    package: str
    """Code of the package that must be finished."""
    due_on: date
    certainty: str
    buffer_days: int
    outcome: str
    """`done`, `on_track`, `at_risk`, `late` or `missed`."""
    told: str
    target_on: date
    finish_on: date
    early_finish_on: date
    slack_days: int
    buffer_left_days: int
    path: tuple[str, ...]
    """The critical path, as codes of packages."""
    source: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """A work package and when it is planned."""

    code: str
    title: str
    kind: str
    phase: str
    market: str
    site: str
    line: str
    partner: str
    role: str
    owner: str
    who: str
    """Who sees to it: its owner, else who leads the role, else the role."""
    start_on: date
    finish_on: date
    early_finish_on: date
    late_finish_on: date | None
    float_days: int | None
    late_days: int
    """Days, every one counted, by which it comes too late for a date."""
    is_critical: bool
    done_percent: int
    started_on: date | None
    finished_on: date | None
    effort_days: float
    cost_eur: int
    driver: str
    """What decides when it starts, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """What somebody has to see to this week."""

    task: str
    """`begin`, `finish` or `continue`."""
    code: str
    title: str
    start_on: date
    finish_on: date
    who: str
    is_critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GlanceView:
    """A programme at a glance."""

    programme: str
    name: str
    version: int
    as_of: date
    verdict: str
    outcome: str
    dates_made: int
    dates_total: int
    packages_done: int
    packages_total: int
    finish_on: date | None
    dates: tuple[DateView, ...]
    tasks: tuple[TaskView, ...]
    decisions: tuple[str, ...]
    risks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateShiftView:
    """What became of a date."""

    code: str
    title: str
    before_on: date | None
    after_on: date | None
    before: str
    after: str
    days: int
    is_worse: bool
    is_better: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftView:
    """What became of a package."""

    code: str
    title: str
    kind: str
    before_on: date | None
    after_on: date | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """What lies between two schedules."""

    finish_days: int
    effort_days: float
    cost_eur: int
    dates: tuple[DateShiftView, ...]
    packages: tuple[ShiftView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadView:
    """What is asked of a resource in a week."""

    resource: str
    week_of: date
    demand_days: float
    capacity_days: float
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """Why levelling put a package elsewhere."""

    code: str
    from_on: date
    to_on: date
    days: int
    told: str


def glance_view(
    app: Application, actor: Actor, programme: str, *, on: date | None = None
) -> GlanceView:
    """Return a programme at a glance.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    seen = glance(app, actor, programme, on=on)
    packages = seen.schedule.plan.packages
    return GlanceView(
        programme=seen.opened.code,
        name=seen.opened.row.name,
        version=seen.opened.version,
        as_of=seen.schedule.today,
        verdict=plan_words.verdict(seen.verdict),
        outcome=seen.verdict.outcome.value,
        dates_made=seen.verdict.made,
        dates_total=seen.verdict.total,
        packages_done=sum(each.is_done for each in packages),
        packages_total=len(packages),
        finish_on=seen.schedule.finish_on,
        dates=tuple(map(_date, seen.schedule.outlooks)),
        tasks=tuple(
            TaskView(
                task=each.task.value,
                code=each.package.code,
                title=each.package.title,
                start_on=each.slot.start_on,
                finish_on=each.slot.finish_on,
                who=seen.opened.doer(each.package),
                is_critical=each.is_critical,
            )
            for each in seen.due
        ),
        decisions=tuple(f"{each.code} {each.title}" for each in seen.decisions),
        risks=tuple(f"{each.code} {each.title} ({each.score} of 25)" for each in seen.risks),
    )


def dates_view(
    app: Application, actor: Actor, programme: str, *, on: date | None = None
) -> tuple[DateView, ...]:
    """Return the dates of a programme, by the day they are due.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    return tuple(map(_date, planned(app, actor, programme, on=on).schedule.outlooks))


def work_view(
    app: Application, actor: Actor, programme: str, *, on: date | None = None
) -> tuple[SlotView, ...]:
    """Return all work packages of a programme, by the day they start.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    now = planned(app, actor, programme, on=on)
    titles = {code: each.title for code, each in now.schedule.plan.by_code.items()}
    order = sorted(now.schedule.slots.values(), key=lambda each: (each.start, each.code))
    return tuple(_slot(now, each.code, titles) for each in order)


def bounds_view(app: Application, actor: Actor, programme: str) -> Bounds:
    """Return how soon the open dates could be made by any order of work, and what could be won.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    now = planned(app, actor, programme)
    name, mark = f"bounds/{now.opened.row.programme_id}", (now.opened.mark, now.schedule.today)
    return app.remembered.once(name, mark, lambda: bounds(now.schedule))


def weekly(app: Application, now: Planned, weeks: int) -> Mapping[str, Sequence[Load]]:
    """Return what is asked of each resource in each of the coming weeks."""
    mark = (now.opened.mark, now.schedule.today, weeks)
    name = f"weekly/{now.opened.row.programme_id}"
    return app.remembered.once(name, mark, lambda: loads.weekly(now.schedule, weeks))


def load_view(
    app: Application, actor: Actor, programme: str, *, weeks: int = 26
) -> tuple[tuple[LoadView, ...], tuple[MoveView, ...]]:
    """Return what is asked of people and lines, and what levelling moved.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        weeks: How many, 1 to 260.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    now = planned(app, actor, programme)
    schedule = now.schedule
    titles = {code: each.title for code, each in schedule.plan.by_code.items()}
    names = {each.code: each.name for each in schedule.plan.resources}
    asked = weekly(app, now, max(1, min(weeks, WEEKS_MAX)))
    load = tuple(
        LoadView(
            resource=each.resource,
            week_of=each.from_on,
            demand_days=each.demand_days,
            capacity_days=each.capacity_days,
            packages=each.packages,
        )
        for found in asked.values()
        for each in found
    )
    moves = tuple(
        MoveView(
            code=each.code,
            from_on=each.from_on,
            to_on=each.to_on,
            days=each.days,
            told=plan_words.move(each, titles, names),
        )
        for each in schedule.moves
    )
    return load, moves


def comparison_view(comparison: Comparison) -> ComparisonView:
    """Return what lies between two schedules, as plain values."""
    return ComparisonView(
        finish_days=comparison.finish_days,
        effort_days=comparison.effort_days,
        cost_eur=comparison.cost_eur,
        dates=tuple(
            DateShiftView(
                code=each.code,
                title=each.title,
                before_on=each.before.finish_on if each.before else None,
                after_on=each.after.finish_on if each.after else None,
                before=each.before.outcome.value if each.before else "",
                after=each.after.outcome.value if each.after else "",
                days=each.days,
                is_worse=each.is_worse,
                is_better=each.is_better,
                told=plan_words.date_shift(each),
            )
            for each in comparison.dates
        ),
        packages=tuple(
            ShiftView(
                code=each.code,
                title=each.title,
                kind=each.kind.value,
                before_on=each.before.finish_on if each.before else None,
                after_on=each.after.finish_on if each.after else None,
                days=each.days,
            )
            for each in comparison.shifts
        ),
    )


def _date(each: Outlook) -> DateView:
    deadline = each.deadline
    return DateView(
        code=deadline.code,
        title=deadline.title,
        market=deadline.market,
        package=deadline.package,
        due_on=deadline.due_on,
        certainty=deadline.certainty.value,
        buffer_days=deadline.buffer_days,
        outcome=each.outcome.value,
        told=plan_words.outlook(each),
        target_on=each.target_on,
        finish_on=each.finish_on,
        early_finish_on=each.early_finish_on,
        slack_days=each.slack_days,
        buffer_left_days=each.buffer_left_days,
        path=each.path,
        source=deadline.source,
        clause=deadline.clause,
    )


def _slot(now: Planned, code: str, titles: dict[str, str]) -> SlotView:
    schedule = now.schedule
    package, slot = schedule.plan.by_code[code], schedule.slots[code]
    return SlotView(
        code=code,
        title=package.title,
        kind=package.kind.value,
        phase=package.phase,
        market=package.market,
        site=package.site,
        line=package.line,
        partner=package.partner,
        role=package.role,
        owner=now.opened.book.called(package.owner),
        who=now.opened.doer(package),
        start_on=slot.start_on,
        finish_on=slot.finish_on,
        early_finish_on=slot.early_finish_on,
        late_finish_on=slot.late_finish_on,
        float_days=slot.float_days,
        late_days=0 if package.is_done else slot.late_days,
        is_critical=code in schedule.critical,
        done_percent=100 if package.is_done else package.done_percent,
        started_on=package.started_on,
        finished_on=package.finished_on,
        effort_days=package.effort_days,
        cost_eur=package.cost_eur,
        driver=plan_words.driver(slot.driver, titles),
    )
