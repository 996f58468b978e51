"""The business case of an organisation: its scenario, and the programme that gets it there."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.base.amounts import plural
from packtrail.planning.capacity import business
from packtrail.planning.capacity.business import Delay, Part, ProgrammeFacts, RoleWork
from packtrail.planning.capacity.estimating import Estimate, Figure, estimate
from packtrail.planning.capacity.model import QUANTITIES
from packtrail.planning.schedules import Outcome
from packtrail.planning.work import ResourceKind
from packtrail.rendering.capacity_sheets import section_of, sheet_of, told_span
from packtrail.rendering.reports import Report, Section, write_pdf
from packtrail.rendering.tables import Column, Table, write_xlsx
from packtrail.services.capacity import runs
from packtrail.services.capacity.grounds import grounds
from packtrail.services.plan import programmes
from packtrail.services.plan.scheduling import planned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.capacity.grounds import Grounds
    from packtrail.services.plan.scheduling import Planned

_LATE = {Outcome.LATE, Outcome.MISSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """What is asked of the people of a role."""

    code: str
    name: str
    days_left: float
    people: float
    needed: Figure
    load: Figure
    cost: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCase:
    """A business case, worked out."""

    at: datetime
    on: date
    scenario: str
    """Name of the scenario."""
    scenario_code: str
    forecast: str
    programme: str
    """Name of the programme; empty: there is none."""
    programme_code: str
    figures: tuple[Figure, ...]
    parts: tuple[Part, ...]
    staffing: tuple[Staffing, ...]
    delays: tuple[Delay, ...]
    left_out: int
    """Late dates that are not told, having the fewest packs behind them."""
    caution: str = ""
    """What does not go together in it, in a sentence; empty where all does."""

    @property
    def estimate(self) -> Estimate:
        """Its figures, to be asked for by key."""
        return Estimate(self.figures)


def business_case(
    app: Application,
    actor: Actor,
    *,
    scenario: str = "",
    programme: str = "",
    seed: int = runs.SEED,
) -> BusinessCase:
    """Return the business case of a scenario and a programme.

    Args:
        app: The application.
        actor: Who asks.
        scenario: Code; empty: the one in force.
        programme: Code; empty: the first in use, where there is one.
        seed: The same seed gives the same ranges.

    Raises:
        NotFound: `CPA-001`, `CPA-002` or `PLN-014`, there is no such forecast, scenario, programme.
        NotPermitted: The actor may not see plans of capacity, or programmes.
    """
    require(actor, Permission.CAPACITY_READ)
    require(actor, Permission.PLAN_READ)
    opened = runs.opened(app, actor, scenario=scenario, seed=seed)
    now = _programme(app, actor, programme)
    with app.database.reading() as conn:
        ground = grounds(app, conn, actor, forecast_no=opened.column.forecast_no)
    facts = _facts(now, ground) if now else None
    packs = {each.market: each.packs for each in opened.markets}
    source = f"forecast {opened.column.forecast_no}, {opened.column.forecast}"
    case = business.case_of(facts, packs, source)
    inputs = (*opened.inputs, *case.inputs)
    quantities = (*QUANTITIES, *case.quantities)
    made = estimate(inputs, quantities, random.Random(seed))  # noqa: S311 - no secret
    return BusinessCase(
        at=app.clock(),
        on=app.clock().date(),
        scenario=opened.column.name,
        scenario_code=opened.column.scenario,
        forecast=source,
        programme=facts.name if facts else "",
        programme_code=now.opened.code if now else "",
        figures=made.figures,
        parts=case.parts,
        staffing=tuple(_staffing(facts, case.roles, made)) if facts else (),
        delays=facts.delays if facts else (),
        left_out=case.left_out,
        caution=_caution(round(made["lines"].likely), len(now.opened.book.lines) if now else 0),
    )


def _caution(assumed: int, in_scope: int) -> str:
    """Return what to mind where scenario and programme are about different lines."""
    if in_scope in {0, assumed}:
        return ""
    return (
        f"The scenario is about {plural(assumed, 'line')}, the programme about {in_scope}: what is"
        " invested and the packs it is for do not belong together. Choose a scenario of the same"
        " lines."
    )


def workbook(actor: Actor, told: BusinessCase) -> bytes:
    """Return a business case as XLSX: inputs typed in, everything else formulas over them."""
    return write_xlsx(
        [sheet_of("Business case", told.estimate)], about=_about(actor, told), made_at=told.at
    )


def report(actor: Actor, told: BusinessCase) -> bytes:
    """Return a business case on paper, as PDF.

    Raises:
        UsageError: The extra `reports` is not installed.
    """
    figures = told.estimate
    facts = {
        title: told_span(figures[key])
        for title, key in (
            ("Investment still to be made", "outlay"),
            ("Running cost a year", "running"),
            ("Cost a pack over five years", "case_pack"),
            ("Cost of the delays the plan shows", "delay_total"),
        )
    }
    sections = [section_of(part.heading, figures, part.keys) for part in told.parts if part.keys]
    rest = tuple(each.key for each in told.figures if not each.rests_on)
    return write_pdf(
        Report(
            title="Business case",
            subtitle=f"{told.scenario}; {told.programme or 'no programme'}",
            author=f"{actor.name}, {actor.organisation_code}",
            made_at=told.at,
            facts=facts,
            sections=(*_staff_section(told), *sections, section_of("Inputs", figures, rest)),
            is_landscape=True,
        )
    )


def _staff_section(told: BusinessCase) -> Iterator[Section]:
    if told.staffing:
        titles = ("Role", "Work left, days", "People", "Needed for a year", "Of those there are")
        rows = [
            (each.name, f"{each.days_left:,.0f}", f"{each.people:g}", told_span(each.needed),
             f"{each.load.likely:.0%}")
            for each in told.staffing
        ]  # fmt: skip
        table = Table("Staffing", tuple(map(Column, titles)), rows)
        yield Section(heading="Staffing by role", table=table)


def _about(actor: Actor, told: BusinessCase) -> dict[str, str]:
    return {
        "Made by": f"{actor.name}, {actor.organisation_code}",
        "Made at": told.at.isoformat(timespec="seconds"),
        "Scenario": f"{told.scenario} ({told.scenario_code})",
        "Forecast": told.forecast,
        "Programme": told.programme or "none",
        **({"Mind": told.caution} if told.caution else {}),
        "How to audit": "Column C: inputs are typed in, with basis and source; every other value is"
        " a formula over them and follows when one is changed. Low and high of formulas are results"
        " of the simulation, and stay.",
    }


def _programme(app: Application, actor: Actor, code: str) -> Planned | None:
    if not code:
        in_use = (e for e in programmes.programmes(app, actor) if e.archived_at is None)
        first = next(in_use, None)
        if first is None:
            return None
        code = first.code
    return planned(app, actor, code)


def _facts(now: Planned, ground: Grounds) -> ProgrammeFacts:
    """Return what a programme brings: work and purchases left, and dates that will be missed."""
    plan = now.schedule.plan
    days: defaultdict[str, float] = defaultdict(float)
    packages: Counter[str] = Counter()
    bought = spent = 0.0
    for each in plan.packages:
        left = each.share_left
        spent += each.cost_eur if each.is_done else 0
        bought += 0 if each.is_done else each.cost_eur
        if each.role and left:
            days[each.role] += each.effort_days * left
            packages[each.role] += 1
    roles = tuple(
        RoleWork(
            code=each.code,
            name=each.name,
            days_left=days[each.code],
            people=each.capacity,
            rate_eur=float(each.rate_eur),
            packages=packages[each.code],
        )
        for each in plan.resources
        if each.kind is ResourceKind.ROLE
    )
    return ProgrammeFacts(
        name=now.opened.row.name,
        source=f"programme {now.opened.code}, version {now.opened.version}",
        roles=roles,
        bought_eur=bought,
        spent_eur=spent,
        delays=tuple(_delays(now, ground)),
    )


def _delays(now: Planned, ground: Grounds) -> Iterator[Delay]:
    for each in now.schedule.outlooks:
        deadline = each.deadline
        if each.outcome in _LATE and each.slack_days < 0 and deadline.market:
            about = frozenset(now.schedule.plan.by_code[deadline.package].products)
            yield Delay(
                code=deadline.code,
                title=deadline.title,
                market=deadline.market,
                late_days=-each.slack_days,
                packs=_packs_of(about, deadline.market, now, ground) if about else None,
            )


def _packs_of(about: frozenset[str], market: str, now: Planned, ground: Grounds) -> float | None:
    """Return the packs of some products for a market; None: they are all there are.

    What the forecast names and the programme does not know counts: nothing says that it can ship.
    """
    others = now.opened.book.products.keys() - about
    ours = {pair: packs for pair, packs in ground.sums.packs.items() if pair[1] == market}
    free = sum(
        packs
        for pair, packs in ours.items()
        if (named := ground.held.products.get(pair, frozenset(pair[:1]))) & others
        and named.isdisjoint(about)
    )
    return sum(ours.values()) - free if free else None


def _staffing(
    facts: ProgrammeFacts, roles: Mapping[str, str], made: Estimate
) -> Iterator[Staffing]:
    for each in facts.roles:
        slug = roles[each.code]
        yield Staffing(
            code=each.code,
            name=each.name,
            days_left=each.days_left,
            people=each.people,
            needed=made[f"need_{slug}"],
            load=made[f"load_{slug}"],
            cost=made[f"cost_{slug}"],
        )
