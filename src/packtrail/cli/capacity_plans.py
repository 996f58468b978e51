"""`packtrail capacity forecast`, `scenario`, `show`, `run`: capacity kept in the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.capacity import capacity
from packtrail.cli.files import write_file
from packtrail.cli.output import tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from packtrail.access import Actor
    from packtrail.planning.capacity.estimating import Figure
    from packtrail.services.capacity.runs import Results

forecast = typer.Typer(help="Forecasts of packs, as they were imported.", no_args_is_help=True)
scenario = typer.Typer(help="Scenarios: what is assumed, and why.", no_args_is_help=True)
run = typer.Typer(help="Results that were kept.", no_args_is_help=True)
for _name, _group in (("forecast", forecast), ("scenario", scenario), ("run", run)):
    capacity.add_typer(_group, name=_name)

Number = Annotated[int | None, typer.Option("--number", help="Number; default: the latest.")]
Code = Annotated[str, typer.Argument(help="Code of the scenario.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; part of the history.")]
Scenarios = Annotated[
    list[str] | None, typer.Option("--scenario", metavar="CODE", help="Default: all.")
]
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE", help="Also write XLSX with formulas, or PDF."),
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same ranges.")]


@forecast.command("import")
def import_forecast(
    organisation: options.Organisation,
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON; - is standard input.")],
    name: Annotated[str, typer.Option("--name", help="What it is called.")] = "",
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Take a forecast in: a table with product, market, month (a day of it) and packs."""
    from packtrail.services.capacity import forecasts

    content = options.file(file)
    with organisation.acting() as (app, actor):
        made = forecasts.import_forecast(
            app, actor, content, file.name, name=name, is_trial=dry_run
        )
    if json:
        write_json(made)
        return
    what = f"Forecast {made.forecast.number}" if made.forecast else "Not kept"
    write_line(
        f"{what}: {made.row_count:,} rows, {made.packs_year:,.0f} packs in its first year,"
        f" {made.first_month:%B %Y} to {made.last_month:%B %Y}."
    )
    tell_findings(made.findings)


@forecast.command("list")
def list_forecasts(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the forecasts, the newest first."""
    from packtrail.services.capacity import forecasts

    with organisation.acting() as (app, actor):
        found = forecasts.all_forecasts(app, actor)
    if json:
        write_json(found)
        return
    rows = ((each.number, each.name, each.row_count, each.at, each.by) for each in found)
    write_table("", ("No.", "Name", "Rows", "Imported", "By"), rows)


@forecast.command("show")
def show_forecast(
    organisation: options.Organisation,
    number: Number = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write it as XLSX or CSV.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Show a forecast by month and market, with how long each market has records kept."""
    from packtrail.services.capacity import files, forecasts

    if to is not None and to.suffix.casefold() not in {".xlsx", ".csv"}:
        raise UsageError(f"{to} ends in {to.suffix!r}: expected one of .xlsx, .csv.")
    with organisation.acting() as (app, actor):
        seen = forecasts.forecast(app, actor, number=number)
        if to is not None:
            is_csv = to.suffix.casefold() == ".csv"
            table = files.forecast_table(app, actor, number=number, as_csv=is_csv)
            write_file(to, (table,))
    if json:
        write_json(seen)
        return
    write_table(
        f"{seen.forecast.number}: {seen.forecast.name}",
        ("Month", "Packs"),
        ((f"{each.month:%B %Y}", f"{each.packs:,.0f}") for each in seen.months),
    )
    write_table(
        "First year by market",
        ("Market", "Packs", "Products", "Years kept"),
        (
            (m.market, f"{m.packs:,.0f}", m.products, m.retention_years or "no rule")
            for m in seen.markets
        ),
    )
    tell_findings(seen.findings)


@scenario.command("list")
def list_scenarios(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the scenarios, the one in force first."""
    from packtrail.services.capacity import scenarios

    with organisation.acting() as (app, actor):
        found = scenarios.scenarios(app, actor)
    if json:
        write_json(found)
        return
    rows = (
        (s.code, s.name, "in force" if s.is_in_force else "", len(s.assumptions), each.changed_by)
        for each in found
        for s in (each.scenario,)
    )
    write_table("", ("Code", "Name", "", "Assumptions", "Changed by"), rows)


@scenario.command("show")
def show_scenario(
    organisation: options.Organisation, code: Code, json: options.Json = False
) -> None:
    """Show what a scenario assumes, with basis, source and who noted it."""
    from packtrail.services.capacity import scenarios

    with organisation.acting() as (app, actor):
        seen = scenarios.scenario(app, actor, code)
    if json:
        write_json(seen)
        return
    rows = (
        (a.key, a.low, a.likely, a.high, a.basis.value, a.source, a.noted_on, a.noted_by)
        for a in seen.scenario.assumptions
    )
    headings = ("Input", "Low", "Likely", "High", "Basis", "Source", "Noted", "By")
    write_table(f"{seen.scenario.name}, revision {seen.revision}", headings, rows)


@scenario.command("put")
def put_scenario(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    code: Code,
    name: Annotated[str | None, typer.Option("--name", help="What it is called.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="What it is about.")] = None,
    number: Annotated[
        int | None, typer.Option("--forecast", help="Number of its forecast; 0: the latest.")
    ] = None,
    in_force: Annotated[
        bool, typer.Option("--in-force", help="Meters are compared with it.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="TOML", help="What it assumes, all of it.")
    ] = None,
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Make a scenario, or change one; what is not said stays."""
    from dataclasses import replace

    from packtrail.planning.capacity.scenarios import Scenario
    from packtrail.services.capacity import scenarios

    content = options.file(file) if file else None
    with organisation.acting() as (app, actor):
        known = {each.scenario.code: each.scenario for each in scenarios.scenarios(app, actor)}
        was = known.get(code, Scenario(code=code, name=name or code))
        kept = was.forecast_no if number is None else (number or None)
        told = replace(
            was,
            name=was.name if name is None else name,
            note=was.note if note is None else note,
            forecast_no=kept,
            is_in_force=was.is_in_force or in_force,
        )
        made = scenarios.put_scenario(app, actor, told, reason=reason)
        if content is not None and file is not None:
            made = scenarios.import_scenario(
                app, actor, content, file.name, code=code, reason=reason
            )
    if json:
        write_json(made)
    else:
        write_line(f"{code}: revision {made.revision}, {len(made.scenario.assumptions)} assumed.")


@scenario.command("assume")
def assume(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    code: Code,
    key: Annotated[str, typer.Argument(help="Key of the input, such as packs_per_case.")],
    likely: Annotated[float, typer.Argument(help="Its likely value.")],
    basis: Annotated[
        str, typer.Option("--basis", help="measurement, fact or assumption.")
    ] = "assumption",
    source: Annotated[str, typer.Option("--source", help="Who says so, or what measured it.")] = "",
    low: Annotated[float | None, typer.Option("--low", help="Default: the likely value.")] = None,
    high: Annotated[float | None, typer.Option("--high", help="Default: the likely value.")] = None,
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Assume a value of an input in a scenario."""
    from packtrail.planning.capacity.scenarios import BASES, Assumption
    from packtrail.services.capacity import scenarios

    if basis not in BASES:
        raise UsageError(f"--basis is {basis!r}: expected one of {', '.join(BASES)}.")
    with organisation.acting() as (app, actor):
        told = Assumption(
            key=key,
            low=likely if low is None else low,
            likely=likely,
            high=likely if high is None else high,
            basis=BASES[basis],
            source=source,
            noted_on=app.clock().date(),
            noted_by=actor.name,
        )
        made = scenarios.assume(app, actor, code, told, reason=reason)
    if json:
        write_json(made)
    else:
        write_line(f"{code} assumes {key} = {likely:g}, revision {made.revision}.")


@scenario.command("forget")
def forget(
    organisation: options.Organisation,
    code: Code,
    key: Annotated[str, typer.Argument(help="Key of the input.")],
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Assume nothing any more of an input."""
    from packtrail.services.capacity import scenarios

    with organisation.acting() as (app, actor):
        made = scenarios.forget(app, actor, code, key, reason=reason)
    if json:
        write_json(made)
    else:
        write_line(f"{code} assumes nothing of {key}, revision {made.revision}.")


@scenario.command("remove")
def remove_scenario(organisation: options.Organisation, code: Code, reason: Reason = "") -> None:
    """Take a scenario out; its history stays."""
    from packtrail.services.capacity import scenarios

    with organisation.acting() as (app, actor):
        scenarios.remove_scenario(app, actor, code, reason=reason)
    write_line(f"{code} is taken out.")


@scenario.command("history")
def history(
    organisation: options.Organisation,
    code: Annotated[str | None, typer.Argument(help="Of one scenario only.")] = None,
    json: options.Json = False,
) -> None:
    """Show what was changed in scenarios, by whom and why."""
    from packtrail.services.capacity import scenarios

    with organisation.acting() as (app, actor):
        found = scenarios.changes(app, actor, code=code)
    if json:
        write_json(found)
        return
    rows = ((each.version, each.code, each.at, each.by, each.reason) for each in found)
    write_table("", ("Version", "Scenario", "When", "Who", "Why"), rows)


@capacity.command("show")
def show(
    organisation: options.Organisation,
    scenarios: Scenarios = None,
    to: To = None,
    seed: Seed = 1,
    json: options.Json = False,
) -> None:
    """Work out what the scenarios take, side by side, from what is known now."""
    from packtrail.services.capacity import runs

    write = _writer(to)
    with organisation.acting() as (app, actor):
        made = runs.results(app, actor, scenarios=scenarios or (), seed=seed)
        if to is not None:
            write_file(to, (write(actor, made),))
    _tell(made, as_json=json)


@run.command("keep")
def keep_run(
    organisation: options.Organisation,
    name: Annotated[str, typer.Option("--name", help="What it is called.")] = "",
    scenarios: Scenarios = None,
    seed: Seed = 1,
    json: options.Json = False,
) -> None:
    """Work results out and keep them, with every input as it is now."""
    from packtrail.services.capacity import runs

    with organisation.acting() as (app, actor):
        made = runs.keep_run(app, actor, name=name, scenarios=scenarios or (), seed=seed)
    if json:
        write_json(made)
    else:
        write_line(f"Run {made.number}, {made.name}, is kept.")


@run.command("list")
def list_runs(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the runs that were kept, the newest first."""
    from packtrail.services.capacity import runs

    with organisation.acting() as (app, actor):
        found = runs.runs(app, actor)
    if json:
        write_json(found)
        return
    rows = ((each.run_no, each.name, each.at, each.created_by) for each in found)
    write_table("", ("No.", "Name", "Kept", "By"), rows)


@run.command("show")
def show_run(
    organisation: options.Organisation,
    number: Annotated[int, typer.Argument(help="Number of the run.")],
    to: To = None,
    json: options.Json = False,
) -> None:
    """Show results as they were kept."""
    from packtrail.services.capacity import runs

    write = _writer(to)
    with organisation.acting() as (app, actor):
        seen = runs.run(app, actor, number)
        if to is not None:
            write_file(to, (write(actor, seen.results),))
    _tell(seen.results, as_json=json)


@capacity.command("business")
def show_case(
    organisation: options.Organisation,
    scenario_code: Annotated[
        str, typer.Option("--scenario", metavar="CODE", help="Default: the one in force.")
    ] = "",
    programme: Annotated[
        str, typer.Option("--programme", metavar="CODE", help="Default: the first in use.")
    ] = "",
    to: To = None,
    seed: Seed = 1,
    json: options.Json = False,
) -> None:
    """Tell the business case: investment, running cost, cost of delay, people by role.

    The spreadsheet (`--to case.xlsx`) is all formulas over its inputs, for finance to audit.
    """
    from packtrail.services.capacity import business

    writers = {".xlsx": business.workbook, ".pdf": business.report}
    ending = ".xlsx" if to is None else to.suffix.casefold()
    if ending not in writers:
        raise UsageError(f"{to} ends in {ending!r}: expected one of {', '.join(writers)}.")
    with organisation.acting() as (app, actor):
        seen = business.business_case(
            app, actor, scenario=scenario_code, programme=programme, seed=seed
        )
        if to is not None:
            write_file(to, (writers[ending](actor, seen),))
    if json:
        write_json(seen)
        return
    told = {each.key: each for each in seen.figures}
    for part in seen.parts:
        rows = [_row(told[key]) for key in part.keys]
        write_table(part.heading, ("Figure", "Unit", "Low", "Likely", "High"), rows)
    if seen.caution:
        write_line(seen.caution)


def _row(figure: Figure) -> tuple[str, ...]:
    from packtrail.rendering.capacity_sheets import scale_of

    scale = scale_of((figure,))
    return (
        figure.title, scale.unit, *map(scale.figure, (figure.low, figure.likely, figure.high))
    )  # fmt: skip


def _tell(made: Results, *, as_json: bool) -> None:
    from packtrail.cli.capacity import tell_columns

    if as_json:
        write_json(made)
        return
    tell_columns({each.name: each.figures for each in made.columns})
    tell_findings(made.findings)


def _writer(to: Path | None) -> Callable[[Actor, Results], bytes]:
    """Return what writes a file of that ending.

    Raises:
        UsageError: Nothing does.
    """
    from packtrail.services.capacity import files

    writers: Mapping[str, Callable[[Actor, Results], bytes]] = {
        ".xlsx": files.sheets,
        ".pdf": files.report,
    }
    ending = ".xlsx" if to is None else to.suffix.casefold()
    if ending not in writers:
        raise UsageError(f"{to} ends in {ending!r}: expected one of {', '.join(writers)}.")
    return writers[ending]
