"""`packtrail corrections`: declare events wrong, record what is right, see first what changes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.goods.corrections import Correction
    from packtrail.services.goods.what_if import Change, Changes

corrections = typer.Typer(
    help="Declare events wrong and record what is right.", no_args_is_help=True
)

Events = Annotated[list[str], typer.Argument(metavar="EVENT...", help="Ids of the wrong events.")]
Reason = Annotated[str, typer.Option("--reason", help="did_not_occur or incorrect_data.")]
Explanation = Annotated[str, typer.Option("--because", help="In words, for the audit trail.")]
Corrective = Annotated[
    Path | None, typer.Option("--corrective", help="EPCIS document with what is right.")
]


@corrections.command("draft")
def draft(
    organisation: options.Organisation,
    event: Annotated[str, typer.Argument(help="Id of the wrong event.")],
) -> None:
    """Print an event under a new id, to be put right in an editor."""
    from packtrail.services.goods import corrections as use_cases

    with organisation.acting() as (application, actor):
        content = use_cases.draft(application, actor, event)
    sys.stdout.buffer.write(content + b"\n")


@corrections.command("preview")
def preview(
    organisation: options.Organisation,
    events: Events,
    reason: Reason,
    explanation: Explanation,
    corrective: Corrective = None,
    json: options.Json = False,
) -> None:
    """Show what a correction would change for which packs, and change nothing."""
    from packtrail.services.goods import corrections as use_cases

    correction = _correction(events, reason, explanation, corrective)
    with organisation.acting() as (application, actor):
        found = use_cases.preview(application, actor, correction)
    if json:
        write_json(found)
        return
    _tell(found.changes)
    talk.print(f"To accept exactly this: --digest {found.changes.digest}")


@corrections.command("accept")
def accept(
    organisation: options.Organisation,
    events: Events,
    reason: Reason,
    explanation: Explanation,
    digest: Annotated[str, typer.Option("--digest", help="Of the changes the preview showed.")],
    corrective: Corrective = None,
    json: options.Json = False,
) -> None:
    """Make a correction, provided that it still changes what its preview showed."""
    from packtrail.services.goods import corrections as use_cases

    correction = _correction(events, reason, explanation, corrective)
    with organisation.acting() as (application, actor):
        done = use_cases.accept(application, actor, correction, digest=digest)
    if json:
        write_json(done)
        return
    _tell(done.changes)
    write_line(f"Recorded as capture {done.capture_id}.")


def _correction(
    events: list[str], reason: str, explanation: str, corrective: Path | None
) -> Correction:
    from packtrail.services.goods.corrections import Correction

    return Correction(
        event_ids=tuple(events),
        reason=reason,
        explanation=explanation,
        corrective=options.file(corrective) if corrective else None,
    )


def _tell(changes: Changes) -> None:
    write_line(f"{changes.changed} of {changes.touched} objects change.")
    for shift in changes.shifts:
        before, after = (each or "nothing known" for each in (shift.before, shift.after))
        write_line(f"  {shift.count}: {before} to {after}")
    write_table(
        "",
        ("Object", "Before", "After", "Oddities"),
        ((each.label, _said(each.before), _said(each.after), _odd(each)) for each in changes.items),
    )


def _said(state: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value or 'none'}" for name, value in state.items())


def _odd(change: Change) -> str:
    gone = [f"-{each.code}" for each in change.resolved]
    return " ".join([*gone, *(f"+{each.code}" for each in change.raised)])
