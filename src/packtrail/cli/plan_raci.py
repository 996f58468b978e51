"""`packtrail plan raci`: who does, answers for, is asked about and is told of work packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, write_json, write_table
from packtrail.cli.plan import Programme, Reason, plan
from packtrail.cli.plan_people import one_of

if TYPE_CHECKING:
    from packtrail.planning.departments import Department, Part


@plan.command("raci")
def show_raci(
    organisation: options.Organisation,
    programme: Programme,
    package: Annotated[str, typer.Argument(help="Code of a package; default: all to do.")] = "",
    say: Annotated[
        list[str] | None,
        typer.Option("--set", help="DEPARTMENT=R, A, A/R, C or I; nothing after = takes it out."),
    ] = None,
    as_proposed: Annotated[
        bool, typer.Option("--as-proposed", help="As its kind of work proposes again.")
    ] = False,
    unclear: Annotated[
        bool, typer.Option("--unclear", help="Only what nobody answers for, or several do.")
    ] = False,
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Tell who does, answers for, is asked about and is told of work packages; or say otherwise.

    The exit code is 1 when nobody answers for a package that is told, or several departments do.
    """
    from packtrail.planning.raci import told
    from packtrail.services.plan import responsibilities

    if (say or as_proposed) and not package:
        raise UsageError("Name the package of which --set or --as-proposed says something.")
    with organisation.acting() as (app, actor):
        if say or as_proposed:
            (known,) = responsibilities.raci_view(app, actor, programme, package=package)
            wanted = {} if as_proposed else _raci(dict(known.raci), say or [])
            responsibilities.put_raci(
                app, actor, programme, package, wanted, revision=known.revision, reason=reason
            )
        found = responsibilities.raci_view(app, actor, programme, package=package)
    shown = [each for each in found if each.findings or not unclear]
    if json:
        write_json(shown)
    else:
        rows = (
            (each.package, each.title, told(each.raci), "own" if each.is_own else "proposed",
             "; ".join(finding.message for finding in each.findings))
            for each in shown
        )  # fmt: skip
        write_table("Who", ("Package", "What", "RACI", "", ""), rows)
    if any(each.findings for each in shown):
        raise typer.Exit(FINDINGS)


def _raci(known: dict[Department, Part], say: list[str]) -> dict[Department, Part]:
    from packtrail.planning.departments import Department, Part

    for each in say:
        name, _, part = each.partition("=")
        department = one_of(Department, name.strip(), "--set")
        if part.strip():
            known[department] = one_of(Part, part.strip().upper(), "--set")
        else:
            known.pop(department, None)
    return known
