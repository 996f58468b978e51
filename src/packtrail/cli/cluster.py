"""`packtrail distribute`: a store that lies on more machines than one."""

from __future__ import annotations

from typing import Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import FINDINGS, write_json, write_line


def distribute(
    installation: options.Installation,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only say what would be spread; exit code 1 where anything."),
    ] = False,
    json: options.Json = False,
) -> None:
    """Spread the tables over the workers of a Citus cluster, with what is in them.

    The database (--db) is that of the coordinator. Do it after the first migration and after each
    upgrade that brings tables; again it does nothing. Nothing can be recorded meanwhile.
    """
    from packtrail.services.upkeep import clusters

    with installation.acting() as (application, actor):
        act = clusters.cluster if check else clusters.distribute
        found = act(application, actor)
    if json:
        write_json(found)
    elif not found.workers:
        write_line("This is one server: there is nothing to spread.")
    else:
        write_line(f"Workers: {found.workers}")
        for name in found.distributed:
            write_line(f"spread      {name}")
        for name in found.missing:
            write_line(f"not spread  {name}")
        if not found.distributed and not found.missing:
            write_line("Every table is spread.")
    if found.missing:
        raise typer.Exit(FINDINGS)
