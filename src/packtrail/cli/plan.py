"""`packtrail plan`: programmes, whether their dates will be made, and what to do about it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, write_json, write_line, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.services.plan.views import ComparisonView

plan = typer.Typer(
    help="Programmes: work, dates, what-if, and whether all will be made.", no_args_is_help=True
)

Programme = Annotated[str, typer.Argument(help="Code of the programme.")]
On = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="As of this day; default: today.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; part of the history.")]


@plan.command("list")
def list_programmes(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the programmes of the organisation."""
    from packtrail.services.plan import programmes

    with organisation.acting() as (app, actor):
        found = programmes.programmes(app, actor)
    if json:
        write_json(found)
        return
    rows = (
        (each.code, each.name, each.terms.template, "archived" if each.archived_at else "in use")
        for each in found
    )
    tell_table("Programmes", ("Code", "Name", "Template", "State"), rows)


@plan.command("new")
def new_programme(
    organisation: options.Organisation,
    code: Annotated[str, typer.Argument(help="Short name of the programme.")],
    name: Annotated[str, typer.Option("--name", help="What it is called; default: its code.")] = "",
    template: Annotated[
        str, typer.Option("--template", help="Size of the organisation: small or large.")
    ] = "large",
    running: Annotated[
        bool, typer.Option("--running", help="You serialise already: only markets are added.")
    ] = False,
    soon: Annotated[
        bool, typer.Option("--soon", help="Place work as soon as possible, not as late.")
    ] = False,
    starts: Annotated[
        str | None, typer.Option("--starts", metavar="DAY", help="Nothing is planned before it.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Open a programme, with the roles and meetings of its template."""
    from packtrail.planning.book import Terms
    from packtrail.planning.work import Placement
    from packtrail.services.plan import programmes

    terms = Terms(
        template=template,
        starts_on=_day(starts, "--starts"),
        placement=Placement.SOON if soon else Placement.LATE,
        is_running=running,
    )
    with organisation.acting() as (app, actor):
        made = programmes.create_programme(app, actor, code, name=name or code, terms=terms)
    if json:
        write_json(made)
    else:
        write_line(f"{made.code}: {made.name} is open.")


@plan.command("show")
def show_programme(
    organisation: options.Organisation,
    programme: Programme,
    on: On = None,
    json: options.Json = False,
) -> None:
    """Tell in a minute whether the dates will be made, and what to do this week.

    The exit code is 1 when a date will not be made.
    """
    from packtrail.services.plan.views import glance_view

    with organisation.acting() as (app, actor):
        seen = glance_view(app, actor, programme, on=_day(on, "--on"))
    if json:
        write_json(seen)
    else:
        write_line(f"{seen.name}, as of {seen.as_of}: {seen.verdict}")
        end = f"; the last ends on {seen.finish_on}" if seen.finish_on else ""
        done = f"{seen.packages_done} of {seen.packages_total} work packages are done"
        write_line(f"{done}{end}.")
        rows = ((d.code, d.due_on, d.finish_on, d.outcome, d.told, d.title) for d in seen.dates)
        tell_table("Dates", ("Date", "Due", "Planned", "Outcome", "", "What"), rows)
        tasks = (
            (t.task, t.code, t.title, t.start_on, t.finish_on, t.who, "!" if t.is_critical else "")
            for t in seen.tasks
        )
        tell_table("This week", ("Do", "Package", "What", "From", "To", "Who", ""), tasks)
        for title, lines in (("Decisions wanted", seen.decisions), ("Risks", seen.risks)):
            if lines:
                tell_table(title, ("",), ((line,) for line in lines))
    if seen.outcome in {"late", "missed"}:
        raise typer.Exit(FINDINGS)


@plan.command("dates")
def show_dates(
    organisation: options.Organisation,
    programme: Programme,
    on: On = None,
    json: options.Json = False,
) -> None:
    """Show every date with its buffer and critical path."""
    from packtrail.services.plan.views import dates_view

    with organisation.acting() as (app, actor):
        found = dates_view(app, actor, programme, on=_day(on, "--on"))
    if json:
        write_json(found)
        return
    rows = (
        (d.code, d.due_on, d.certainty, d.finish_on, d.early_finish_on, d.told, " > ".join(d.path))
        for d in found
    )
    headings = ("Date", "Due", "Sure", "Planned", "Earliest", "Reserve", "Critical path")
    tell_table("Dates", headings, rows)


@plan.command("work")
def show_work(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    programme: Programme,
    market: Annotated[str, typer.Option("--market", help="Only of this market.")] = "",
    line: Annotated[str, typer.Option("--line", help="Only of this line.")] = "",
    role: Annotated[str, typer.Option("--role", help="Only of this role.")] = "",
    text: Annotated[str, typer.Option("--text", help="Only with this in code or title.")] = "",
    late: Annotated[bool, typer.Option("--late", help="Only what comes too late.")] = False,
    critical: Annotated[bool, typer.Option("--critical", help="Only what may not slip.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Also what is done.")] = False,
    on: On = None,
    json: options.Json = False,
) -> None:
    """List work packages with their days, float and what decides when they start."""
    from packtrail.services.plan.views import work_view

    with organisation.acting() as (app, actor):
        found = work_view(app, actor, programme, on=_day(on, "--on"))
    shown = [
        each
        for each in found
        if (not market or each.market == market)
        and (not line or each.line == line)
        and (not role or each.role == role)
        and text.casefold() in f"{each.code} {each.title}".casefold()
        and (not late or each.late_days > 0)
        and (not critical or each.is_critical)
        and (all_ or each.finished_on is None)
    ]
    if json:
        write_json(shown)
        return
    rows = (
        (e.code, e.title, e.start_on, e.finish_on, e.float_days, f"{e.done_percent} %",
         e.who, "!" if e.is_critical else "", e.driver)
        for e in shown
    )  # fmt: skip
    headings = ("Package", "What", "From", "To", "Float", "Done", "Who", "", "Why then")
    tell_table(f"{len(shown)} work packages", headings, rows)


@plan.command("try")
def try_changes(
    organisation: options.Organisation,
    programme: Programme,
    changes: Annotated[
        list[str],
        typer.Argument(
            help="date:IT=2027-05-01, longer:PACKAGE=10, later:PACKAGE=DAY, line:LINE=DAY, "
            "stop:LINE=DAY/DAY, people:ROLE=3, without:MARKET."
        ),
    ],
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Make the changes part of the plan.")
    ] = False,
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Tell what changes would do to the dates; nothing is kept unless adopted.

    The exit code is 1 when a date that holds would not hold any more.
    """
    from packtrail.services.plan import trying
    from packtrail.services.plan.views import comparison_view

    with organisation.acting() as (app, actor):
        trial = trying.try_out(app, actor, programme, changes)
        if adopt:
            trying.adopt(app, actor, programme, changes, reason=reason)
    view = comparison_view(trial.comparison)
    if json:
        write_json({"changes": [each.text for each in trial.changes], "comparison": view})
    else:
        for each in trial.changes:
            write_line(each.told)
        _tell_comparison(view)
        talk.print("Adopted." if adopt else "Nothing was changed; --adopt makes it the plan.")
    if any(each.is_worse for each in view.dates):
        raise typer.Exit(FINDINGS)


@plan.command("load")
def show_load(
    organisation: options.Organisation,
    programme: Programme,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=260, help="How many weeks.")] = 13,
    json: options.Json = False,
) -> None:
    """Show what is asked of people and lines week by week, and what levelling moved and why.

    Beside each date stands how soon any order of work could make it, and what better could win.
    """
    from packtrail.services.plan.views import bounds_view, load_view

    with organisation.acting() as (app, actor):
        load, moves = load_view(app, actor, programme, weeks=weeks)
        bounds = bounds_view(app, actor, programme)
    if json:
        write_json({"load": load, "moves": moves, "bounds": bounds})
        return
    rows = (
        (e.resource, e.week_of, f"{e.demand_days:g}", f"{e.capacity_days:g}", len(e.packages))
        for e in load
        if e.demand_days
    )
    tell_table("Load", ("Who", "Week of", "Asked, days", "There, days", "Packages"), rows)
    moved = ((e.code, e.from_on, e.to_on, e.told) for e in moves)
    tell_table("Moved by levelling", ("Package", "From", "To", "Why"), moved)
    soonest = (
        (e.code, e.planned_on, e.soonest_on, e.resource or "its chain of work", e.winnable_days)
        for e in bounds.dates
    )
    heads = ("Date", "Planned", "Soonest in any order", "Because of", "Days to win at most")
    tell_table("How good the order is", heads, soonest)


@plan.command("baseline")
def fix_baseline(
    organisation: options.Organisation,
    programme: Programme,
    name: Annotated[str, typer.Argument(help="What it is called.")],
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Keep today's schedule as the baseline that drift is measured from."""
    from packtrail.services.plan import baselines

    with organisation.acting() as (app, actor):
        made = baselines.fix_baseline(app, actor, programme, name=name, reason=reason)
    if json:
        write_json(made)
    else:
        write_line(f"Baseline {made.number}: {made.name}")


@plan.command("drift")
def show_drift(
    organisation: options.Organisation,
    programme: Programme,
    number: Annotated[
        int | None, typer.Option("--baseline", help="Number of the baseline; default: the last.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Tell how the plan differs from a baseline."""
    from packtrail.services.plan import baselines
    from packtrail.services.plan.views import comparison_view

    with organisation.acting() as (app, actor):
        found = baselines.drift(app, actor, programme, number=number)
    if found is None:
        raise UsageError("There is no baseline yet: packtrail plan baseline PROGRAMME NAME.")
    view = comparison_view(found.comparison)
    if json:
        write_json({"baseline": found.baseline, "comparison": view})
        return
    write_line(f"Since baseline {found.baseline.number}, {found.baseline.name}:")
    _tell_comparison(view)


@plan.command("history")
def show_history(
    organisation: options.Organisation,
    programme: Programme,
    kind: Annotated[str | None, typer.Option("--kind", help="Only of this kind.")] = None,
    code: Annotated[str | None, typer.Option("--code", help="Only of this entry.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500)] = 50,
    json: options.Json = False,
) -> None:
    """Tell what changed, when, by whom and why."""
    from packtrail.services.plan import history

    with organisation.acting() as (app, actor):
        found = history.changes(app, actor, programme, kind=kind, code=code, limit=limit)
    if json:
        write_json(found)
        return
    rows = (
        (e.version, e.at.isoformat(timespec="minutes"), e.actor_name, e.kind, e.code,
         "added" if e.before is None else "taken out" if e.after is None else ", ".join(e.fields),
         e.reason)
        for e in found
    )  # fmt: skip
    tell_table("History", ("Version", "When", "Who", "Kind", "Code", "What", "Why"), rows)


def _tell_comparison(view: ComparisonView) -> None:
    rows = ((d.code, d.before_on, d.after_on, d.before, d.after, d.told) for d in view.dates)
    tell_table("Dates", ("Date", "Before", "After", "Was", "Is", ""), rows)
    moved = ((p.code, p.title, p.before_on, p.after_on, f"{p.days:+d}") for p in view.packages)
    tell_table("Packages that differ", ("Package", "What", "Before", "After", "Days"), moved)
    if view.effort_days or view.cost_eur:
        write_line(f"{view.effort_days:+g} person days, {view.cost_eur:+,} EUR")


def _day(text: str | None, option: str) -> date | None:
    return None if text is None else required_day(text, option)


def required_day(text: str, option: str) -> date:
    """Return the day that an option names."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} is {text!r}: expected a day such as 2027-01-15.") from None


def tell_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as a table, and say so where there are none."""
    found = list(rows)
    if found:
        write_table(title, headings, found)
    else:
        write_line(f"{title}: none.")
