"""`packtrail reports`: forms, files checked before they leave, and scores over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.findings import has_errors
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line, write_table
from packtrail.cli.reports import reports, write_out

if TYPE_CHECKING:
    from packtrail.reporting.forms import Form
    from packtrail.services.reports.preflight import Preflight

_FIXES_SHOWN = 20


@reports.command("forms")
def forms(
    market: Annotated[str | None, typer.Option("--market", help="ISO code, or EU.")] = None,
    form: Annotated[str | None, typer.Argument(help="One form, with its fields.")] = None,
    json: options.Json = False,
) -> None:
    """List the forms that authorities and partners take, or show one with all its fields."""
    from packtrail.reporting import catalogue
    from packtrail.services.reports import viewing

    if form is not None:
        found = catalogue.form(form)
        if json:
            write_json(found)
        else:
            _tell_form(found)
        return
    known = viewing.forms(market.upper() if market else None)
    if json:
        write_json(known)
        return
    write_table(
        "",
        ("Form", "Market", "Title", "About", "Notation", "How sure"),
        (
            (each.id, each.market, each.title, each.about, each.carrier, each.grounds)
            for each in known
        ),
    )


@reports.command("preflight")
def preflight(
    organisation: options.Organisation,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file; - is standard input.")],
    wanted: Annotated[
        str,
        typer.Option("--for", help="Receiver, form (eg_csv), or receiver:form."),
    ],
    fixed: Annotated[
        Path | None,
        typer.Option("--fixed", metavar="FILE", help="Write the file with all fixes applied."),
    ] = None,
    no_score: Annotated[
        bool, typer.Option("--no-score", help="Do not let it count for the score.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Check any outgoing file as its receiver would, line by line; 1 where it has errors."""
    from packtrail.services.reports import preflight as use_cases

    content = options.file(path)
    with organisation.acting() as (application, actor):
        found = use_cases.run(
            application, actor, path.name, content, wanted=wanted, keep=not no_score
        )
    if json:
        write_json({"check": found.row, "findings": found.findings, "fixes": found.fixes})
    else:
        _tell(found)
    if fixed is not None and found.repaired is not None:
        write_out(found.repaired, fixed, path.name)
    if has_errors(found.findings):
        raise typer.Exit(FINDINGS)


@reports.command("scores")
def scores(
    organisation: options.Organisation,
    days: Annotated[int, typer.Option("--days", min=1, help="How far back.")] = 90,
    unit: Annotated[str, typer.Option("--unit", help="day, week or month.")] = "week",
    json: options.Json = False,
) -> None:
    """Show how clean outgoing files were, by period, market and receiver."""
    from packtrail.services.reports import viewing

    with organisation.acting() as (application, actor):
        found = viewing.scores(application, actor, days=days, unit=unit)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Since", "Market", "Receiver", "Files", "Lines", "Bad lines", "Score", "Lowest"),
        (
            (each.since, each.market, each.receiver or "-", each.count, each.lines,
             each.bad_lines, each.score, each.lowest)
            for each in found
        ),
    )  # fmt: skip


def _tell(found: Preflight) -> None:
    tell_findings(found.findings)
    for fix in found.fixes[:_FIXES_SHOWN]:
        talk.print(f"fix at {fix.at}: {fix.found!r} becomes {fix.becomes!r}", markup=False)
    if len(found.fixes) > _FIXES_SHOWN:
        talk.print(f"and {len(found.fixes) - _FIXES_SHOWN} more fixes; --fixed writes them all")
    row = found.row
    write_line(
        f"{row.file_name} for {row.form}: score {row.score}, "
        f"{row.bad_lines} of {row.lines} lines with errors"
    )


def _tell_form(found: Form) -> None:
    from packtrail.reporting.forms import walk
    from packtrail.reporting.kinds import KINDS

    write_line(f"{found.id}: {found.title} ({found.market}, {found.system}); {found.grounds}")
    for source in found.sources:
        write_line(f"  by {source}")
    if found.note:
        write_line(f"  {found.note}")
    write_table(
        "\nFields",
        ("Field", "From", "Written as", "Must"),
        (
            (
                "  " * depth + each.name,
                each.of or each.text or each.each,
                "" if each.fields else KINDS[each.kind].expected,
                "" if each.is_optional else "yes",
            )
            for depth, each in walk(found.fields)
            if each.name
        ),
    )
    for title, names in (
        ("Facts of the report or receiver", found.facts),
        ("Facts of the trade item", found.item_facts),
        ("Facts of the place", found.place_facts),
    ):
        if names:
            write_table(f"\n{title}", ("Name", "What it is"), names.items())
