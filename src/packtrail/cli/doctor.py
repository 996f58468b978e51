"""`packtrail doctor`: explain this installation, and what is wrong with it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import typer

from packtrail import __version__
from packtrail.base.errors import PacktrailError
from packtrail.base.findings import Severity
from packtrail.cli import options
from packtrail.cli.output import UNAVAILABLE, write_json, write_table

if TYPE_CHECKING:
    from packtrail.services.upkeep.operations import Operations


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    is_fine: bool
    says: str
    is_warning: bool = False
    """It works, and somebody should look at it."""

    @property
    def mark(self) -> str:
        """The word before it."""
        if not self.is_fine:
            return "PROBLEM"
        return "look" if self.is_warning else "ok"


def doctor(installation: options.Installation, json: options.Json = False) -> None:
    """Check the installation: Python, packages, data directory, database, schema."""
    checks = [*_machine(), *_database(installation)]
    if json:
        write_json(checks)
    else:
        write_table(
            "",
            ("", "Check", "Result"),
            ((each.mark, each.name, each.says) for each in checks),
        )
    if not all(each.is_fine for each in checks):
        raise typer.Exit(UNAVAILABLE)


def _machine() -> list[Check]:
    return [
        Check("packtrail", is_fine=True, says=__version__),
        Check("Python", is_fine=sys.version_info >= (3, 11), says=platform.python_version()),
        Check("psycopg", is_fine=True, says=version("psycopg")),
    ]


def _database(installation: options.Installation) -> list[Check]:
    from packtrail.services.upkeep.operations import operations

    try:
        with installation.acting() as (application, actor):
            found = operations(application, actor)
            settings = application.settings
    except PacktrailError as fault:
        return [Check("database", is_fine=False, says=str(fault))]
    place = "a server by URL" if settings.database_url else str(settings.data_dir)
    size = f"PostgreSQL {found.condition.server_version}, {found.condition.size_bytes / 1e6:.0f} MB"
    is_durable = found.condition.has_fsync and found.condition.has_synchronous_commit
    return [
        Check("data", is_fine=True, says=place),
        Check("database", is_fine=True, says=size),
        Check("durability", is_fine=is_durable, says=_durability(is_durable=is_durable)),
        Check("schema", is_fine=True, says=f"migration {found.condition.migration}"),
        *_rest(found),
    ]


def _rest(found: Operations) -> Iterator[Check]:
    if found.room is not None:
        left = f"{found.room.free_bytes / 1e9:,.1f} GB of {found.room.total_bytes / 1e9:,.1f} free"
        yield Check("disk", is_fine=found.room.is_enough, says=left)
    backup = f"{found.last_backup.at:%Y-%m-%d %H:%M} UTC" if found.last_backup else "none yet"
    yield Check("backup", is_fine=True, says=backup)
    drill = f"passed {found.last_drill.at:%Y-%m-%d %H:%M} UTC" if found.last_drill else "none yet"
    yield Check("drill", is_fine=True, says=drill)
    for each in found.findings:
        yield Check(
            each.code,
            is_fine=each.severity is not Severity.ERROR,
            says=f"{each.message} {each.remedy}",
            is_warning=each.severity is Severity.WARNING,
        )


def _durability(*, is_durable: bool) -> str:
    if is_durable:
        return "what is acknowledged is on disk"
    return "fsync or synchronous_commit is off: a crash may lose what was acknowledged"
