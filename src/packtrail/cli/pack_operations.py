"""`packtrail operations`: dispense packs, take them out of use and back; online, or queued."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, tell_findings, write_json, write_line, write_table
from packtrail.cli.verify import lines_of

if TYPE_CHECKING:
    from packtrail.services.verification.pack_operations import At, Performed, Request

operations = typer.Typer(
    help="Dispense packs, take them out of use and back.", no_args_is_help=True
)

Market = Annotated[str, typer.Option("--market", help="Whose law counts: an ISO code, or EU.")]


@operations.command("do")
def do(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    operation: Annotated[
        str,
        typer.Argument(
            help="verify, dispense, export, sample, free_sample, lock, check_out, destroy or "
            "report_stolen."
        ),
    ],
    scans: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCAN]...", help="Scans; `-` reads one a line from input."),
    ] = None,
    place: Annotated[
        str, typer.Option("--place", help="GLN of the premises; an undo needs the same.")
    ] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the operation back.")] = False,
    gtin: Annotated[str | None, typer.Option("--gtin", help="Instead of a scan.")] = None,
    serial: Annotated[str | None, typer.Option("--serial", help="Serial number.")] = None,
    lot: Annotated[str | None, typer.Option("--lot", help="Lot as printed.")] = None,
    expires: Annotated[str | None, typer.Option("--expires", help="Expiry as printed.")] = None,
    market: Market = "EU",
    station: Annotated[str | None, typer.Option("--station", help="Name of the till.")] = None,
    operation_id: Annotated[
        str | None, typer.Option("--id", metavar="UUID", help="The same again when sent again.")
    ] = None,
    queue: Annotated[
        Path | None,
        typer.Option("--queue", help="Only append to this file: there is no network."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Do an operation on packs; exit 1 if any was refused."""
    from packtrail.services.verification import pack_operations
    from packtrail.services.verification.pack_operations import At, Request
    from packtrail.services.verification.verifying import Ask

    asks = [Ask(text=line) for line in lines_of(scans or [])]
    if gtin is not None or serial is not None:
        asks.append(Ask(gtin=gtin or "", serial=serial or "", lot=lot, expires=expires))
    if not asks:
        raise UsageError("Give a scan, or --gtin and --serial.")
    if operation_id and len(asks) > 1:
        raise UsageError("--id is for one pack.")
    requests = [
        Request(operation=operation, ask=each, is_undo=undo, operation_id=operation_id)
        for each in asks
    ]
    if queue is not None:
        _queue(queue, requests, At(place=place, market=market, station=station), json=json)
        return
    told = At(place=place, market=market, station=station)
    with organisation.acting() as (application, actor):
        found: list[Performed] = []
        for start in range(0, len(requests), pack_operations.OPERATIONS_MAX):
            some = requests[start : start + pack_operations.OPERATIONS_MAX]
            found += pack_operations.perform(application, actor, some, told)
    if json:
        write_json(found)
    else:
        for each in found:
            _tell(each)
    if not all(each.is_done for each in found):
        raise typer.Exit(FINDINGS)


@operations.command("post")
def post(
    organisation: options.Organisation,
    queue: Annotated[Path, typer.Argument(help="A file that `do --queue` wrote.")],
    json: options.Json = False,
) -> None:
    """Post what was done without a network, in its order; exit 1 if anything was refused.

    The same file can be posted again: what was told before is not done twice.
    """
    from packtrail.services.verification import offline

    content = options.file(queue)
    is_fine = True
    with organisation.acting() as (application, actor):
        found = []
        for each in offline.post(application, actor, content):
            found.append(each)
            done = each.performed
            is_fine &= done is not None and done.is_done
            if json:
                continue
            if done is not None:
                _tell(done, before=f"line {each.line}: ")
            elif each.refused is not None:
                write_line(f"line {each.line}: refused")
                tell_findings(each.refused.findings)
    if json:
        write_json(
            [
                {
                    "line": each.line,
                    "performed": each.performed,
                    "findings": each.refused.findings if each.refused else (),
                }
                for each in found
            ]
        )
    if not is_fine:
        raise typer.Exit(FINDINGS)


@operations.command("list")
def listing(
    organisation: options.Organisation,
    gtin: Annotated[str | None, typer.Option("--gtin", help="Only of this product.")] = None,
    serial: Annotated[str | None, typer.Option("--serial", help="Only of this pack.")] = None,
    alarms: Annotated[bool, typer.Option("--alarms", help="Only what may be falsified.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most to show.")] = 50,
    json: options.Json = False,
) -> None:
    """List operations and what came of them, the newest first."""
    from packtrail.rendering import times
    from packtrail.services.verification import pack_operations

    with organisation.acting() as (application, actor):
        found = pack_operations.listed(
            application, actor, gtin=gtin, serial=serial, only_alarms=alarms, limit=limit
        )
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("When", "Operation", "GTIN", "Serial", "Outcome", "Code", "National", "Alarm"),
        (
            (
                *(times.iso(each.at), ("undo " if each.is_undo else "") + each.operation),
                *(each.gtin, each.serial, each.outcome, each.code),
                *(each.national.code if each.national else None, "yes" if each.is_alarm else ""),
            )
            for each in found
        ),
    )


@operations.command("codes")
def return_codes(json: options.Json = False) -> None:
    """List the return codes of national systems, and what they mean here.

    Those of the table that `PACKTRAIL_RETURN_CODES_FILE` names, where it names one.
    """
    from packtrail.services.verification import pack_operations as use_cases
    from packtrail.settings import Settings

    found = use_cases.codes_in(Settings.of().return_codes_file)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("System", "Code", "Outcome", "Meaning", "Hub", "Alert", "Sure"),
        (
            (
                *(each.system, each.code, each.outcome, each.meaning, each.hub),
                *("yes" if each.is_alert else "no", each.confidence),
            )
            for each in found.rows
        ),
    )


def _queue(queue: Path, requests: list[Request], at: At, *, json: bool) -> None:
    from dataclasses import replace
    from datetime import UTC, datetime

    from packtrail.services.verification import offline

    if not at.place:
        raise UsageError("Give --place: an operation is done at premises.")
    at = replace(at, at=datetime.now(UTC))
    lines = [offline.append(queue, each, at) for each in requests]
    if json:
        write_json([offline.described(each) for each in lines])
    else:
        write_line(f"{len(lines)} queued in {queue}; `packtrail operations post {queue}` tells it.")


def _tell(done: Performed, *, before: str = "") -> None:
    undo = "undo " if done.is_undo else ""
    name = f"(01) {done.gtin} (21) {done.serial}" if done.gtin else "What was scanned"
    word = "ALARM" if done.is_alarm else ("done" if done.is_done else "not done")
    write_line(f"{before}{undo}{done.operation} {name}: {word}, {done.outcome.replace('_', ' ')}")
    for text in (done.message, done.remedy):
        if text:
            write_line(f"  {text}")
    if done.national:
        write_line(f"  {done.national.code} {done.national.meaning}")
