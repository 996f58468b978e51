"""The outlook: meters beside the plan, and when what there is will be used up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from packtrail.access import Permission, require
from packtrail.base.amounts import amount
from packtrail.base.errors import NotFound
from packtrail.base.findings import Finding
from packtrail.planning.capacity import codes, walls
from packtrail.planning.capacity.estimating import Estimate, Span
from packtrail.planning.capacity.meters import BY_NAME, Comparison, Day, Read, compare
from packtrail.planning.capacity.walls import Limit, Wall
from packtrail.services.capacity import runs
from packtrail.services.capacity.metering import WHOLE
from packtrail.services.upkeep import room
from packtrail.store import meters as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.upkeep.room import Room

SEEN_DAYS: Final = 400
VERIFY_MS_MAX: Final = 300.0
_VERIFY_SOURCE: Final = "Delegated Regulation (EU) 2016/161, Article 35(1)(f): 95 of 100 in 300 ms"
_GIGABYTE: Final = 1e9
_MANY_GB: Final = 2_000.0
"""From here on one PostgreSQL server is not the simplest answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a meter showed, day by day."""

    name: str
    title: str
    unit: str
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How this installation fares, and how long it will do."""

    on: date
    sampled_at: datetime | None
    """None: nothing was measured yet."""
    scenario: str
    """Name of the scenario in force; empty: there is no plan."""
    meters: tuple[Series, ...]
    comparisons: tuple[Comparison, ...]
    walls: tuple[Wall, ...]
    """The nearest first."""
    findings: tuple[Finding, ...]
    """Alarms first."""


def outlook(app: Application, actor: Actor) -> Outlook:
    """Return how this installation fares beside the plan, and when it will reach its walls.

    What concerns the installation as a whole (disk, memory, requests) is shown to those who may see
    its condition; of events and numbers everybody sees those of their own organisation.

    Raises:
        NotPermitted: The actor may not see plans of capacity.
    """
    require(actor, Permission.CAPACITY_READ)
    today = app.clock().date()
    whose = [actor.organisation_id]
    if actor.may(Permission.STORE_READ):
        whose.append(WHOLE)
    with app.database.reading() as conn:
        sampled_at = rows.latest(conn, whose)
    opened = _plan(app, actor)
    name = f"outlook {sorted(set(whose))}"
    mark = (sampled_at, today, opened.inputs if opened else ())
    known = app.remembered.get(name, mark)
    if known is not None:
        return cast("Outlook", known)
    with app.database.reading() as conn:
        since = today - timedelta(days=SEEN_DAYS)
        found = _days(rows.days(conn, sorted(set(whose)), since=since), actor.organisation_id)
        months = rows.months(conn) if WHOLE in whose else []
    made = _outlook(found, opened, _room(app, whose), months, today, sampled_at)
    app.remembered.put(name, mark, made)
    return made


def _outlook(
    found: Mapping[str, tuple[Day, ...]],
    opened: runs.Opened | None,
    disk: Room | None,
    months: Sequence[tuple[str, int]],
    today: date,
    sampled_at: datetime | None,
) -> Outlook:
    plan = opened.column.estimate if opened else None
    limits = _limits(found, opened, disk, months)
    reached = [
        each for limit in limits if (each := walls.wall(limit, found[limit.meter.name], today))
    ]
    reached.sort(key=lambda each: (each.first or date.max, each.limit.meter.name))
    compared = compare(found, plan, today=today) if plan else ()
    return Outlook(
        on=today,
        sampled_at=sampled_at,
        scenario=opened.column.name if opened else "",
        meters=tuple(
            Series(name=name, title=meter.title, unit=meter.unit, days=found[name])
            for name, meter in BY_NAME.items()
            if name in found
        ),
        comparisons=compared,
        walls=tuple(reached),
        findings=(
            *walls.alarms(reached, today),
            *_off_plan(compared),
            *_too_few(found),
        ),
    )


def _plan(app: Application, actor: Actor) -> runs.Opened | None:
    try:
        return runs.opened(app, actor)
    except NotFound:
        return None


def _room(app: Application, whose: Sequence[int]) -> Room | None:
    return room.room(app.settings) if WHOLE in whose else None


def _days(found: Sequence[rows.MeterRow], own: int) -> dict[str, tuple[Day, ...]]:
    """Return what each meter showed by day, in its own unit."""
    days: defaultdict[str, list[Day]] = defaultdict(list)
    for row in found:
        meter = BY_NAME.get(row.name)
        if meter is None or (row.organisation_id == WHOLE) is meter.is_own:
            continue
        if meter.is_own and row.organisation_id != own:
            continue
        values = {
            Read.LAST: row.last,
            Read.HIGHEST: row.highest,
            Read.TOTAL: row.total,
            Read.MEAN: row.total / row.samples,
        }
        value = values[meter.read]
        days[row.name].append(Day(on=row.day, value=value * meter.scale))
    return {name: tuple(each) for name, each in days.items()}


def _limits(
    found: Mapping[str, tuple[Day, ...]],
    opened: runs.Opened | None,
    disk: Room | None,
    months: Sequence[tuple[str, int]],
) -> Iterator[Limit]:
    plan = opened.column.estimate if opened else None
    if "database" in found:
        yield from _disk(found, plan, disk, months)
    if plan is not None:
        yield from _rates(found, plan)
    if "verify_p99" in found:
        advice: tuple[str, ...] = (
            "Start more server processes, or move them to a machine with more or faster cores.",
            "Look at the operations page for what takes the time.",
        )
        yield Limit(meter=BY_NAME["verify_p99"], value=VERIFY_MS_MAX, source=_VERIFY_SOURCE,
                    advice=advice)  # fmt: skip
    if "serials_left" in found:
        advice = ("Fill the pools, or let them fill themselves (`top_up_to`).",)
        yield Limit(meter=BY_NAME["serials_left"], value=0, source="the pools are empty",
                    advice=advice, is_floor=True, planned=_used(plan))  # fmt: skip
    if "cpu_load" in found:
        advice = ("Give the machine more cores, or take other work off it.",)
        yield Limit(meter=BY_NAME["cpu_load"], value=1.0, source="every core is busy",
                    advice=advice)  # fmt: skip


def _disk(
    found: Mapping[str, tuple[Day, ...]],
    plan: Estimate | None,
    disk: Room | None,
    months: Sequence[tuple[str, int]],
) -> Iterator[Limit]:
    """Yield how large the database may become: what the scenario says, or what the disk has."""
    there = plan["disk_there"].likely if plan else 0.0
    now = found["database"][-1].value
    if there:
        value, source = there, "disk that the scenario in force says there is"
    elif "disk_free" in found:
        value = now + found["disk_free"][-1].value
        source = "the disk of the embedded database, less what must stay free"
    else:
        return
    growth = plan["stored_1"] if plan else None
    per_day = Span.of(growth.low / 365, growth.likely / 365, growth.high / 365) if growth else None
    advice = _disk_advice(value, growth.high if growth else 0.0, plan, disk, months)
    yield Limit(meter=BY_NAME["database"], value=value, source=source, advice=tuple(advice),
                planned=per_day)  # fmt: skip


def _disk_advice(
    value: float,
    growth: float,
    plan: Estimate | None,
    disk: Room | None,
    months: Sequence[tuple[str, int]],
) -> Iterator[str]:
    if growth:
        yield f"Buy disk: {amount(value + 2 * growth, 'GB')} do for two more years of the plan."
    if len(months) > 1:
        name, size = months[0]
        old = sum(size for _, size in months[:-1]) / _GIGABYTE
        yield (
            f"Archive closed months: {len(months) - 1} before this one hold {amount(old, 'GB')},"
            f" the oldest, {name.replace('_', '-')}, {amount(size / _GIGABYTE, 'GB')}."
        )
    final = plan["stored_10"].high if plan else 0.0
    if disk is not None and final > value:
        yield "Move to a PostgreSQL server with a disk of its own (PACKTRAIL_DATABASE_URL)."
    if final > _MANY_GB:
        nodes = -(-final // _MANY_GB)
        yield f"The plan ends at {amount(final, 'GB')}: think of Citus with {nodes:.0f} nodes."


def _rates(found: Mapping[str, tuple[Day, ...]], plan: Estimate) -> Iterator[Limit]:
    """Yield how much a process takes a second, as it was measured."""
    for name, key, of_plan in (
        ("events_rate", "lone_rate", "busy"),
        ("verifications_rate", "check_rate", "processes"),
    ):
        if name in found:
            rate = plan[key]
            processes = max(1.0, -(-plan[of_plan].high // 1))
            several = "es" if processes > 1 else ""
            advice = f"Start {processes:.0f} server process{several} for the plan's busiest hour."
            source = f"what one process takes: {rate.source}"
            yield Limit(meter=BY_NAME[name], value=rate.likely, source=source, advice=(advice,))


def _used(plan: Estimate | None) -> Span | None:
    """Return by how much the plan lets the numbers in pools fall a day."""
    if plan is None:
        return None
    used = plan["serials"]
    return Span.of(-used.high / 365, -used.likely / 365, -used.low / 365)


def _off_plan(compared: Sequence[Comparison]) -> Iterator[Finding]:
    for each in compared:
        if each.verdict == "above":
            told = each.scale.amount
            message = (
                f"{each.meter.title}: {told(each.measured)} at the pace of the last {each.days}"
                f" days; the plan has {told(each.low)} to {told(each.high)}."
            )
            yield codes.OFF_PLAN.found(message, at=each.meter.name)


def _too_few(found: Mapping[str, tuple[Day, ...]]) -> Iterator[Finding]:
    longest = max((len(days) for days in found.values()), default=0)
    if longest < walls.TREND_DAYS_MIN:
        message = f"{longest} day{'' if longest == 1 else 's'} measured so far."
        yield codes.TOO_FEW_SAMPLES.found(message)
