"""`packtrail backup`, `restore` and `backups`: copies of everything, proven to come back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.amounts import amount, plural
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
    from packtrail.services.upkeep.backup_history import Backup as MadeBefore
    from packtrail.services.upkeep.backup_view import BackupView
    from packtrail.services.upkeep.backups import BackupMade
    from packtrail.services.upkeep.restoring import Comparison
    from packtrail.settings import Settings

Backup = Annotated[
    Path, typer.Argument(metavar="DIR", help="A backup, or a folder of backups: the newest.")
]


def backup(
    installation: options.Installation,
    into: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of backups; each gets one of its own.")
    ],
    portable: Annotated[
        bool,
        typer.Option("--portable", help="Copy tables, not files: goes into any PostgreSQL 15+."),
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option("--keep", metavar="N", help="Keep the newest N backups in the folder."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Back everything up while the server goes on working.

    The embedded database is copied file by file; a database of your own (--db) table by table. The
    master key of serial number pools is never in a backup: keep it apart.
    """
    from packtrail.services.upkeep import backups

    with installation.acting() as (application, actor), _progress() as advance:
        made = backups.create(
            application, actor, into, is_portable=portable, keep=keep, on_progress=advance
        )
    if json:
        write_json(made)
    else:
        _tell_made(made)


def restore(
    backup: Backup,
    check: Annotated[
        bool, typer.Option("--check", help="Restore into a scratch folder, compare, throw away.")
    ] = False,
    scratch: Annotated[
        Path | None,
        typer.Option(
            "--scratch", metavar="DIR", help="Where --check has room; default: temporary."
        ),
    ] = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Bring a backup back into a new data directory, or into an empty database (--db).

    What some objects look like afterwards is compared with what was noted when it was made. The
    exit code is 1 when anything differs. A drill (--check) is noted in the database of --data or
    --db, where that made the backup: `packtrail backups` and the console tell of it.
    """
    from packtrail.access import Actor
    from packtrail.bootstrap import open_application, utc_now
    from packtrail.services.upkeep import drilling, restoring
    from packtrail.settings import Settings

    settings, actor = Settings.of(data_dir=data, database_url=db), Actor.system("command line")
    with talk.status("Restoring ..."):
        if check:
            found = drilling.drill(
                settings,
                actor,
                backup,
                opened=lambda: open_application(settings),
                clock=utc_now,
                scratch=scratch,
            )
        else:
            found = restoring.restore(settings, actor, backup, clock=utc_now)
    if json:
        write_json(found)
    else:
        _tell_comparison(found, place="" if check else _place(settings))
    if has_errors(found.findings):
        raise typer.Exit(FINDINGS)


def backups(installation: options.Installation, json: options.Json = False) -> None:
    """Tell of the backups and drills of this installation, what is in none, and what to do next.

    The exit code is 1 where there is something to look at.
    """
    from packtrail.services.upkeep import backup_view

    with installation.acting() as (application, actor):
        found = backup_view.backups(application, actor)
    if json:
        write_json(found)
    else:
        _tell_known(found)
    if found.findings:
        raise typer.Exit(FINDINGS)


def _tell_known(found: BackupView) -> None:
    titles = ("Made", "Kind", "Size", "Last drill", "Where")
    write_table("Backups", titles, [_row(each) for each in found.backups])
    if found.captures_since is not None:
        told = plural(found.captures_since, "document")
        write_line(f"{told} came since the last one began.")
    for gap in found.gaps:
        write_line(f"In none: {gap.what}. {gap.remedy}")
    for step in found.steps:
        write_line(f"{step.why}:\n  {step.command}")
    tell_findings(found.findings)


def _row(each: MadeBefore) -> tuple[str, ...]:
    drill = each.drill
    proven = f"{'passed' if drill.is_passed else 'FAILED'} {drill.at:%Y-%m-%d}" if drill else "none"
    return (
        f"{each.at:%Y-%m-%d %H:%M} UTC",
        each.kind,
        amount(each.size_bytes / 1e9, "GB"),
        proven,
        f"gone: {each.path}" if each.is_removed else each.path,
    )


def _tell_made(made: BackupMade) -> None:
    seconds = (made.finished_at - made.began_at).total_seconds()
    write_line(f"{made.path}")
    write_line(f"  {made.kind.value} backup, {made.size_bytes / 1e6:,.1f} MB in {seconds:.1f} s")
    write_line(f"  noted  {made.sampled_objects} objects, {made.sampled_documents} originals")
    write_line(f"  sha256 {made.manifest_sha256} of its manifest")
    for each in made.removed:
        write_line(f"  gone   {each}")
    if made.needs_master_key:
        talk.print("Its pools need the master key, which is not in it: keep a copy apart.")
    if made.archived_months:
        talk.print(
            f"The bodies of {made.archived_months} archived months are not in it: copy the archive "
            "folder as well (packtrail archive list)."
        )
    talk.print("Prove that it comes back: packtrail restore --check DIR")


def _tell_comparison(found: Comparison, *, place: str) -> None:
    rows = ", ".join(f"{number:,} in {table}" for table, number in found.rows.items())
    verdict = "differs" if has_errors(found.findings) else "is what was backed up"
    write_line(f"{found.backup}, made {found.made_at:%Y-%m-%d %H:%M:%S} UTC")
    write_line(f"  restored into {place}" if place else "  restored, and thrown away again")
    write_line(f"  compared {found.objects} objects, {found.documents} originals; rows: {rows}")
    write_line(f"  what {'could be read' if found.unread else 'is there'} {verdict}")
    tell_findings(found.findings)


def _place(settings: Settings) -> str:
    return "the database given by --db" if settings.database_url else str(settings.data_dir)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.progress import Progress

    with Progress(console=talk, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("copying", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
