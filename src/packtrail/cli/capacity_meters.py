"""`packtrail capacity calibrate`, `calibration`, `sample`, `outlook`: this very installation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.amounts import figure
from packtrail.base.findings import has_errors
from packtrail.cli import options
from packtrail.cli.capacity import capacity
from packtrail.cli.output import FINDINGS, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.capacity.outlook import Outlook


@capacity.command("calibrate")
def calibrate(
    organisation: options.Organisation,
    files: Annotated[
        list[Path], typer.Argument(help="What `packtrail bench ... --json` wrote; - is stdin.")
    ],
    json: options.Json = False,
) -> None:
    """Let results of benchmarks set the constants of the model.

    A result of another machine, of another version, or without date and load is refused.
    """
    from packtrail.services.capacity import calibrating

    contents = [(path.name, options.file(path)) for path in files]
    with organisation.acting() as (app, actor):
        taken = [calibrating.take_bench(app, actor, each, name) for name, each in contents]
    if json:
        write_json(taken)
        return
    for each in taken:
        what = f"is result {each.number}; it sets {', '.join(each.sets) or 'nothing'}"
        if each.number is None:
            what = "was there already; what it sets stays as it is"
        write_line(f"{each.filename} {what}.")
        tell_findings(each.findings)


@capacity.command("calibration")
def show_calibration(organisation: options.Organisation, json: options.Json = False) -> None:
    """Show which constants benchmarks set, from where and when, and which are stale."""
    from packtrail.services.capacity import calibrating

    with organisation.acting() as (app, actor):
        seen = calibrating.calibration(app, actor)
    if json:
        write_json(seen)
        return
    rows = (
        (e.input.key, figure(e.input.span.low), figure(e.input.span.likely),
         figure(e.input.span.high), e.input.unit,
         e.input.source, "stale" if e.is_stale else "")
        for e in seen.constants
    )  # fmt: skip
    headings = ("Input", "Low", "Likely", "High", "Unit", "Source", "")
    write_table(seen.machine.name, headings, rows)
    tell_findings(seen.findings)


@capacity.command("sample")
def sample(installation: options.Installation) -> None:
    """Note now what this installation does and has left; a server does so every quarter hour."""
    from packtrail.services.capacity import metering

    with installation.acting() as (app, _):
        metering.sample(app)
    write_line("Noted.")


@capacity.command("outlook")
def show_outlook(organisation: options.Organisation, json: options.Json = False) -> None:
    """Tell what this installation does beside the plan, and when it reaches what there is.

    The exit code is 1 when something will be used up within weeks.
    """
    from packtrail.services.capacity import outlook

    with organisation.acting() as (app, actor):
        seen = outlook.outlook(app, actor)
    if json:
        write_json(seen)
    else:
        _tell(seen)
    if has_errors(seen.findings):
        raise typer.Exit(FINDINGS)


def _tell(seen: Outlook) -> None:
    walls = (
        (e.limit.meter.title, e.scale.figure(e.now), e.scale.figure(e.limit.value), e.scale.unit,
         e.earliest, e.likely, e.by_plan)
        for e in seen.walls
    )  # fmt: skip
    headings = ("Meter", "Now", "There is", "Unit", "Earliest", "Likely", "By the plan")
    write_table("Until it is used up", headings, walls)
    compared = (
        (e.meter.title, *map(e.scale.figure, (e.measured, e.low, e.likely, e.high)),
         e.scale.unit, e.verdict)
        for e in seen.comparisons
    )  # fmt: skip
    headings = ("Meter", "Measured", "Plan, low", "likely", "high", "Unit", "")
    write_table(f"Beside the plan {seen.scenario!r}", headings, compared)
    tell_findings(seen.findings)
