"""`packtrail capacity calibrate`, `calibration`: constants of this very installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packtrail.cli import options
from packtrail.cli.capacity import capacity
from packtrail.cli.output import tell_findings, write_json, write_line, write_table


@capacity.command("calibrate")
def calibrate(
    files: Annotated[
        list[Path], typer.Argument(help="What `packtrail bench ... --json` wrote; - is stdin.")
    ],
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Let results of benchmarks set the constants of the model.

    A result of another machine, of another version, or without date and load is refused.
    """
    from packtrail.services.capacity import calibrating

    contents = [(path.name, options.file(path)) for path in files]
    with options.acting(data, db, organisation) as (app, actor):
        taken = [calibrating.take_bench(app, actor, each, name) for name, each in contents]
    if json:
        write_json(taken)
        return
    for each in taken:
        what = "was there already" if each.number is None else f"is result {each.number}"
        write_line(f"{each.filename} {what}; it sets {', '.join(each.sets) or 'nothing'}.")
        tell_findings(each.findings)


@capacity.command("calibration")
def show_calibration(
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Show which constants benchmarks set, from where and when, and which are stale."""
    from packtrail.services.capacity import calibrating

    with options.acting(data, db, organisation) as (app, actor):
        seen = calibrating.calibration(app, actor)
    if json:
        write_json(seen)
        return
    rows = (
        (e.input.key, e.input.span.low, e.input.span.likely, e.input.span.high, e.input.unit,
         e.input.source, "stale" if e.is_stale else "")
        for e in seen.constants
    )  # fmt: skip
    headings = ("Input", "Low", "Likely", "High", "Unit", "Source", "")
    write_table(seen.machine.name, headings, rows)
    tell_findings(seen.findings)
