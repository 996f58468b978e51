"""`packtrail plan export` and `import`: a plan as a file, there and back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line, write_table
from packtrail.cli.plan import Programme, plan

EXPORTS = {
    "xlsx": "the plan as a workbook", "csv": "its work", "xml": "Microsoft Project",
    "ics": "dates, milestones, meetings", "pdf": "the steering report",
    "board": "numbers for board slides (XLSX)",
}  # fmt: skip


@plan.command("export")
def export_plan(
    organisation: options.Organisation,
    programme: Programme,
    form: Annotated[
        str, typer.Argument(help="; ".join(f"{name}: {told}" for name, told in EXPORTS.items()))
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: standard output.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Write the plan, its calendar or a report as a file."""
    if form not in EXPORTS:
        raise UsageError(f"{form!r} is no form of export: expected {', '.join(EXPORTS)}.")
    with organisation.acting() as (app, actor):
        content = _exported(form, app, actor, programme)
    if out is None:
        sys.stdout.buffer.write(content)
        return
    out.write_bytes(content)
    if json:
        write_json({"file": str(out), "bytes": len(content)})
    else:
        talk.print(f"{out}: {len(content):,} bytes")


def _exported(form: str, app: Any, actor: Any, programme: str) -> bytes:
    from packtrail.services.plan import files, reports

    match form:
        case "xlsx" | "csv":
            return files.export_table(app, actor, programme, as_csv=form == "csv")
        case "xml":
            return files.export_msproject(app, actor, programme)
        case "ics":
            return files.export_calendar(app, actor, programme)
        case "pdf":
            return reports.steering_report(app, actor, programme)
        case _:
            return reports.board_numbers(app, actor, programme)


@plan.command("import")
def import_plan(
    organisation: options.Organisation,
    programme: Programme,
    file: Annotated[Path, typer.Argument(help="XLSX, CSV, JSON or Microsoft Project XML.")],
    replaces: Annotated[
        bool, typer.Option("--replace", help="Take out packages that the file does not name.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what it would do.")] = False,
    json: options.Json = False,
) -> None:
    """Take a plan in from a file: all of it, or nothing."""
    from packtrail.services.plan import files

    if not file.is_file():
        raise UsageError(f"There is no file {file}.")
    content = file.read_bytes()
    with organisation.acting() as (app, actor):
        reading = files.read_file(app, actor, programme, content, file.name, replaces=replaces)
        if not dry_run and reading.is_good:
            files.take_in(app, actor, programme, content, file.name, replaces=replaces)
    told = {
        "added": reading.added, "changed": reading.changed, "removed": reading.removed,
        "is_taken_in": reading.is_good and not dry_run, "findings": reading.findings,
        "changes": reading.told, "effect": reading.effect,
    }  # fmt: skip
    if json:
        write_json(told)
    else:
        tell_findings(reading.findings)
        if reading.told:
            rows = [(each.kind, each.code, each.title, each.told) for each in reading.told]
            write_table("What the file changes", ("Kind", "Code", "Title", "Change"), rows)
        if reading.effect:
            write_line(reading.effect)
        write_line(
            f"{reading.added} new, {reading.changed} changed, {reading.removed} taken out"
            f"{'' if told['is_taken_in'] else '; nothing was changed'}."
        )
    if not reading.is_good:
        raise typer.Exit(FINDINGS)
