"""`packtrail archive`: closed months as files, what is held, and until when it is kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import RefusedError, UsageError
from packtrail.base.findings import has_errors
from packtrail.cli import options
from packtrail.cli.output import (
    FINDINGS,
    talk,
    tell_findings,
    write_json,
    write_line,
    write_table,
)

if TYPE_CHECKING:
    from packtrail.services.archive.months import Archived, MonthView
    from packtrail.services.archive.retention import Retention

archive = typer.Typer(
    help="Close months, keep them as files, for how long, and hold what must be kept.",
    no_args_is_help=True,
)

Month = Annotated[str, typer.Argument(metavar="MONTH", help="Such as 2026-03; of recording, UTC.")]
_MEGABYTE = 1e6


@archive.command("list")
def listing(installation: options.Installation, json: options.Json = False) -> None:
    """List the months: size, state, until when they are kept, holds, and the next step."""
    from packtrail.services.archive import months

    with installation.acting() as (application, actor):
        found = months.every(application, actor)
    if json:
        write_json(
            [
                {**_members(each), "keep_until": each.keep_until, "live_until": each.live_until}
                for each in found
            ]
        )
        return
    titles = (
        *("Month", "State", "Database", "Archive", "Live until", "Kept until", "Because of"),
        *("Holds", "Next", "Due"),
    )
    write_table("Months", titles, [_row(each) for each in found])


@archive.command("close")
def close(installation: options.Installation, month: Month, json: options.Json = False) -> None:
    """Let nothing more be recorded in a month that is over.

    An event that happened in it and comes late is recorded in the month in which it comes.
    """
    from packtrail.services.archive import months

    with installation.acting() as (application, actor):
        _tell(months.close(application, actor, month), as_json=json)


@archive.command("export")
def export(installation: options.Installation, month: Month, json: options.Json = False) -> None:
    """Write a closed month into the folder of archives, and verify what was written."""
    from packtrail.services.archive import months

    with installation.acting() as (application, actor), _progress() as advance:
        made = months.export(application, actor, month, on_progress=advance)
    _tell(made, as_json=json)


@archive.command("verify")
def verify(
    installation: options.Installation,
    month: Annotated[
        str | None, typer.Argument(metavar="[MONTH]", help="A month of this installation.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Any archive, without a database."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Hold an archive against its manifest and give every document back, octet for octet."""
    if (month is None) == (folder is None):
        raise UsageError("Name a month, or an archive with --folder: one of the two.")
    from packtrail.services.archive import months
    from packtrail.store.archive import checking

    if folder is not None:
        found = checking.check(folder)
    else:
        with installation.acting() as (application, actor):
            found = months.verify(application, actor, month or "")
    if json:
        write_json(
            {
                "month": f"{found.manifest.month:%Y-%m}",
                "manifest_sha256": found.manifest_sha256.hex(),
                "events": found.manifest.events,
                "documents": found.documents,
                "files": len(found.manifest.files),
                "findings": found.findings,
            }
        )
    else:
        write_line(f"{found.manifest.month:%Y-%m}: {found.manifest.events:,} events")
        write_line(f"  {found.documents:,} documents given back octet for octet")
        write_line(f"  sha256 {found.manifest_sha256.hex()} of its manifest")
        tell_findings(found.findings)
    if has_errors(found.findings):
        raise typer.Exit(FINDINGS)


@archive.command("drop")
def drop(
    installation: options.Installation,
    month: Month,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    json: options.Json = False,
) -> None:
    """Let the archive alone hold the bodies and originals of a month.

    Refused under a legal hold. Answers stay what they were as long as the archive is there.
    """
    from packtrail.services.archive import months

    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"This takes {month} out of the database: say --yes.")
        typer.confirm(f"Take {month} out of the database?", abort=True, err=True)
    with installation.acting() as (application, actor):
        _tell(months.drop(application, actor, month), as_json=json)


@archive.command("restore")
def restore(installation: options.Installation, month: Month, json: options.Json = False) -> None:
    """Bring a month back from its archive into the database; the archive stays."""
    from packtrail.services.archive import months

    with installation.acting() as (application, actor):
        _tell(months.restore(application, actor, month), as_json=json)


@archive.command("document")
def document(
    capture_id: Annotated[str, typer.Argument(metavar="CAPTURE", help="Which document.")],
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="The archive that holds it.")
    ],
) -> None:
    """Write a document of an archive as it was handed in, without a database."""
    from packtrail.store.archive import checking, manifest
    from packtrail.store.codes import ARCHIVE_DISAGREES

    noted, _ = manifest.read(folder)
    manifest.check_files(folder, noted)
    pieces = checking.document(folder, capture_id)
    if pieces is None:
        text = f"{folder} holds no document of capture {capture_id!r}."
        raise RefusedError(ARCHIVE_DISAGREES.found(text, at="CAPTURE"))
    for piece in pieces:
        sys.stdout.buffer.write(piece)


@archive.command("hold")
def hold(
    organisation: options.Organisation,
    kind: Annotated[str, typer.Argument(help="month, lot, product, shipment or pack.")],
    subject: Annotated[
        str,
        typer.Argument(help="2026-03 or 2026-03/2026-06, lot, GTIN, document number, identifier."),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; the case behind it.")],
    owner: Annotated[str, typer.Option("--owner", help="Who asked: court, authority, case.")],
    json: options.Json = False,
) -> None:
    """Place a legal hold: no month that it reaches is dropped until it is released."""
    from packtrail.services.archive import holding

    wanted = holding.Wanted(kind=kind, subject=subject, reason=reason, owner=owner)
    with organisation.acting() as (application, actor):
        placed = holding.place(application, actor, wanted)
    if json:
        write_json(placed)
    else:
        write_line(f"Hold {placed.hold_id} over {placed.over}.")


@archive.command("holds")
def holds(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the legal holds of an organisation, released ones among them."""
    from packtrail.services.archive import holding

    with organisation.acting() as (application, actor):
        found = holding.every(application, actor)
    if json:
        write_json(found)
        return
    rows = [
        (
            *(str(each.hold_id), each.over, each.reason, each.owner),
            f"{each.placed_at:%Y-%m-%d} by {each.placed_by}",
            f"{each.released_at:%Y-%m-%d} by {each.released_by}" if each.released_at else "",
        )
        for each in found
    ]
    write_table("Holds", ("Hold", "Over", "Reason", "Owner", "Placed", "Released"), rows)


@archive.command("release")
def release(
    organisation: options.Organisation,
    hold_id: Annotated[int, typer.Argument(metavar="HOLD", help="Number of the hold.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it ends.")],
) -> None:
    """Release a legal hold that a person has placed.

    The command line counts as one person: what it has placed is released in the console or by REST.
    """
    from packtrail.services.archive import holding

    with organisation.acting() as (application, actor):
        holding.release(application, actor, hold_id, reason=reason)
    talk.print(f"Hold {hold_id} is released.")


def _members(each: MonthView) -> dict[str, object]:
    names = (*each.__dataclass_fields__, "keep_until", "live_until", "retention")
    return {name: getattr(each, name) for name in names}


def _row(each: MonthView) -> tuple[str, ...]:
    longest = each.retention[0] if each.retention else None
    return (
        each.month,
        each.state,
        f"{each.database_bytes / _MEGABYTE:,.1f} MB",
        f"{each.archive_bytes / _MEGABYTE:,.1f} MB" if each.archive_bytes else "",
        str(each.live_until or ""),
        str(each.keep_until or ""),
        _because(longest) if longest else "",
        ", ".join(str(hold.hold_id) for hold in each.holds),
        each.next_step,
        each.due,
    )


def _because(said: Retention) -> str:
    whose = "" if said.pack_id else f" of {said.organisation}"
    return f"{said.sayer}{whose}: {said.term}"


def _tell(made: Archived, *, as_json: bool) -> None:
    if as_json:
        write_json(made)
        return
    done = {"close": "closed", "export": "exported", "drop": "dropped", "restore": "restored"}
    write_line(f"{made.month} is {done[made.step]}.")
    if made.size_bytes:
        size = f"{made.size_bytes / _MEGABYTE:,.1f} MB"
        write_line(f"  {made.events:,} events, {made.documents:,} documents, {size}")
        write_line(f"  sha256 {made.manifest_sha256} of its manifest")
    if made.compared:
        write_line(f"  {made.compared:,} segments said the same before and after")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.progress import Progress

    with Progress(console=talk, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("exporting", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
