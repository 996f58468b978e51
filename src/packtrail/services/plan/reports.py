"""Reports of a programme: one page for the steering committee, numbers for board slides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.planning import loads
from packtrail.planning.schedules import Outcome
from packtrail.rendering import plan_charts, plan_words, times
from packtrail.rendering.reports import Report, Section, write_pdf
from packtrail.rendering.tables import Column, Formula, Kind, Table, write_xlsx
from packtrail.services.plan import readiness
from packtrail.services.plan.files import dates_table, made_once
from packtrail.services.plan.overview import glance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from packtrail.access import Actor
    from packtrail.planning.comparison import DateShift
    from packtrail.planning.schedules import Outlook, Schedule
    from packtrail.rendering.tables import Cell
    from packtrail.services.application import Application
    from packtrail.services.plan.overview import Glance

_LINES_MAX = 6
_LOAD_WEEKS = 26


def steering_report(app: Application, actor: Actor, programme: str) -> bytes:
    """Return the one-page report for the steering committee, as PDF.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        UsageError: The extra `reports` is not installed.
    """
    seen = glance(app, actor, programme)
    today = seen.schedule.today
    return write_pdf(
        Report(
            title=seen.opened.row.name,
            subtitle=plan_words.verdict(seen.verdict),
            author=f"{actor.name}, {actor.organisation_code}",
            made_at=app.clock(),
            facts=_facts(seen, today),
            sections=tuple(_sections(seen, today)),
        )
    )


def date_rows(
    schedule: Schedule,
    outlooks: tuple[Outlook, ...] | None = None,
    *,
    drift: dict[str, DateShift] | None = None,
    href: str = "",
) -> list[plan_charts.DateRow]:
    """Return dates as they are drawn.

    Args:
        schedule: The schedule.
        outlooks: Which of its dates; default: all.
        drift: Code of a date -> how it differs from the baseline.
        href: Address of a package without its code; empty: no links.
    """
    rows = []
    for each in schedule.outlooks if outlooks is None else outlooks:
        deadline = each.deadline
        shift = (drift or {}).get(deadline.code)
        rows.append(
            plan_charts.DateRow(
                title=deadline.title,
                due=deadline.due_on,
                target=each.target_on,
                finish=each.finish_on,
                outcome=each.outcome.value,
                note=plan_words.outlook(each),
                is_certain=deadline.certainty.value in {"known", "own"},
                href=f"{href}{deadline.package}" if href else "",
                baseline_finish=shift.before.finish_on if shift and shift.before else None,
            )
        )
    return rows


def _facts(seen: Glance, today: date) -> dict[str, str]:
    packages = seen.schedule.plan.packages
    done = sum(each.is_done for each in packages)
    following = seen.verdict.next
    facts = {
        "As of": times.day(today),
        "Dates made": f"{seen.verdict.made} of {seen.verdict.total}",
        "Work packages done": f"{done:,} of {len(packages):,}",
    }
    if following is not None:
        due = times.day(following.deadline.due_on)
        facts["Next date"] = f"{following.deadline.title}, {due}: {plan_words.outlook(following)}"
    if seen.drift is not None:
        later = seen.drift.comparison.later
        moved = "no date is later"
        if later:
            moved = f"{len(later)} of the dates later, by {later[0].days} days at most"
        facts["Since the baseline"] = f"{seen.drift.baseline.name}: {moved}"
    return facts


def _sections(seen: Glance, today: date) -> Iterator[Section]:
    rows = date_rows(seen.schedule, _nearest(seen.schedule))
    if rows:
        yield Section(
            heading="Dates",
            picture=plan_charts.draw_dates(rows, today=today),
            alt="; ".join(f"{row.title}: {row.note}" for row in rows),
        )
    if seen.verdict.worst:
        yield Section(heading="What threatens them", paragraphs=list(_threats(seen)))
    if seen.due:
        doer = seen.opened.doer
        told = [
            f"{plan_words.TASKS[each.task].text}: {each.package.title} "
            f"({doer(each.package) or 'nobody named'}, "
            f"{times.day(each.slot.start_on)} to {times.day(each.slot.finish_on)})"
            for each in seen.due[:_LINES_MAX]
        ]
        rest = len(seen.due) - len(told)
        more = [f"and {rest} more"] if rest > 0 else []
        yield Section(heading="This week", paragraphs=[*told, *more])
    wanted = [f"{each.code} {each.title}" for each in seen.decisions[:_LINES_MAX]]
    risks = [
        f"{each.code} {each.title} ({each.score} of 25): {each.facts.get('response', '')}"
        for each in seen.risks[:_LINES_MAX]
    ]
    if wanted:
        yield Section(heading="Decisions wanted", paragraphs=wanted)
    if risks:
        yield Section(heading="Highest risks", paragraphs=risks)


def _nearest(schedule: Schedule) -> tuple[Outlook, ...]:
    """Return the dates that one page has room for: the open ones, the nearest first."""
    still = [each for each in schedule.outlooks if each.outcome is not Outcome.DONE]
    return tuple(still[:12])


def _threats(seen: Glance) -> Iterator[str]:
    titles = {code: each.title for code, each in seen.schedule.plan.by_code.items()}
    for each in seen.verdict.worst[:_LINES_MAX]:
        path = [titles[code] for code in each.path]
        shown = path if len(path) <= 4 else [*path[:2], "…", *path[-2:]]
        yield f"{each.deadline.title}: {plan_words.outlook(each)}. Path: {' → '.join(shown)}."


# --- numbers for the board ------------------------------------------------------------------------


def board_numbers(app: Application, actor: Actor, programme: str) -> bytes:
    """Return the numbers behind board slides as a workbook; costs are worked out in its cells.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    seen = glance(app, actor, programme)
    ready = readiness.of_programme(app, actor, programme)

    def make() -> bytes:
        name = f"{seen.opened.row.name} ({seen.opened.code})"
        tables = (
            _summary(seen),
            dates_table(seen.schedule),
            _markets(seen),
            _burn(seen),
            _load(seen.schedule),
            readiness.table(ready.items),
            *_money(seen.schedule),
        )
        about = {
            "Programme": f"{name}, version {seen.opened.version}",
            "As of": seen.schedule.today.isoformat(),
            "Made by": f"{actor.name}, {actor.organisation_code}",
        }
        return write_xlsx(tables, about=about, made_at=app.clock())

    rests_on = seen.schedule.today, seen.drift, ready
    return made_once(app, actor, seen.opened, "board.xlsx", make, *rests_on)


def _summary(seen: Glance) -> Table:
    packages = seen.schedule.plan.packages
    rows: list[tuple[Cell, ...]] = [
        ("Verdict", plan_words.verdict(seen.verdict)),
        *(
            (f"Dates: {plan_words.OUTCOMES[outcome].text.lower()}", seen.verdict.counts[outcome])
            for outcome in Outcome
        ),
        ("Work packages", len(packages)),
        ("Work packages done", sum(each.is_done for each in packages)),
        ("Work packages begun", sum(each.is_started and not each.is_done for each in packages)),
        ("Last day of work", seen.schedule.finish_on),
    ]
    return Table("Summary", (Column("What"), Column("Value", Kind.VALUE)), rows)


def _markets(seen: Glance) -> Table:
    columns = (
        Column("Market"), Column("Kind of work"), Column("Stands"),
        Column("Work packages", Kind.NUMBER), Column("Done", Kind.NUMBER),
        Column("Late", Kind.NUMBER),
    )  # fmt: skip
    known = seen.opened.book.markets
    rows: list[tuple[Cell, ...]] = [
        (
            known[market].name if market in known else market, kind.replace("_", " ").capitalize(),
            plan_words.HEATS[cell.heat].text, cell.total, cell.done, cell.late,
        )
        for (market, kind), cell in sorted(seen.heat.items())
    ]  # fmt: skip
    return Table("Markets", columns, rows)


def _burn(seen: Glance) -> Table:
    columns = (
        Column("Day", Kind.DAY), Column("Planned, person days", Kind.NUMBER),
        Column("Done, person days", Kind.NUMBER), Column("Baseline, person days", Kind.NUMBER),
    )  # fmt: skip
    return Table(
        "Burn-up",
        columns,
        [(each.on, each.planned, each.done, each.baseline) for each in seen.burn],
    )


def _load(schedule: Schedule) -> Table:
    columns = (
        Column("Week of", Kind.DAY), Column("Resource"), Column("Asked, days", Kind.NUMBER),
        Column("There, days", Kind.NUMBER), Column("Share", Kind.NUMBER),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    names = {each.code: each.name for each in schedule.plan.resources}
    for resource, weeks in loads.weekly(schedule, _LOAD_WEEKS).items():
        for each in weeks:
            if not each.demand_days and resource not in names:
                continue  # A line on which nothing is done in a week is no news.
            at = len(rows) + 2
            share = Formula(f"=IF(D{at}=0,0,C{at}/D{at})", each.demand_days / each.capacity_days
                            if each.capacity_days else 0.0)  # fmt: skip
            name = names.get(resource) or resource.removeprefix("line:")
            rows.append((each.from_on, name, each.demand_days, each.capacity_days, share))
    return Table("Load", columns, rows)


def _money(schedule: Schedule) -> Iterator[Table]:
    """Yield rates, and costs that a spreadsheet works out from them."""
    rates = {each.code: each for each in schedule.plan.resources if each.rate_eur}
    yield Table(
        "Rates",
        (Column("Role"), Column("Name"), Column("EUR a person day", Kind.NUMBER)),
        [(code, each.name, each.rate_eur) for code, each in rates.items()],
    )
    columns = (
        Column("Code"), Column("Title"), Column("Market"), Column("Role"),
        Column("Effort, person days", Kind.NUMBER), Column("Bought, EUR", Kind.NUMBER),
        Column("Effort, EUR", Kind.NUMBER), Column("Total, EUR", Kind.NUMBER),
        Column("Left, EUR", Kind.NUMBER), Column("Done, %", Kind.NUMBER),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    last = len(rates) + 1
    for package in schedule.plan.packages:
        at = len(rows) + 2
        rate = rates[package.role].rate_eur if package.role in rates else 0
        effort = Formula(
            f"=IFERROR(E{at}*VLOOKUP(D{at},Rates!$A$2:$C${max(2, last)},3,FALSE),0)",
            package.effort_days * rate,
        )
        worth = package.effort_days * rate
        total = Formula(f"=F{at}+G{at}", package.cost_eur + worth)
        # As in the business case: what is bought is left until the package is done.
        bought = "" if package.is_done else f"F{at}+"
        left = Formula(
            f"={bought}G{at}*(1-J{at}/100)",
            (0 if package.is_done else package.cost_eur) + worth * package.share_left,
        )
        rows.append(
            (
                package.code, package.title, package.market, package.role, package.effort_days,
                package.cost_eur, effort, total, left, round(100 - 100 * package.share_left),
            )
        )  # fmt: skip
    end = len(rows) + 1
    sums = [
        Formula(f"=SUM({letter}2:{letter}{end})", value)
        for letter, value in zip("EFGHI", _totals(rows), strict=True)
    ]
    rows.append(("", "Total", "", "", *sums, None))
    yield Table("Money", columns, rows)


def _totals(rows: list[tuple[Cell, ...]]) -> tuple[float, ...]:
    totals = [0.0] * 5
    for row in rows:
        for at, cell in enumerate(row[4:9]):
            totals[at] += cell.value if isinstance(cell, Formula) else float(cell or 0)  # type: ignore[arg-type]
    return tuple(totals)
