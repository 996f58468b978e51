"""`packtrail doctor`: explain this installation, and what is wrong with it."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import version

import typer

from packtrail import __version__
from packtrail.base.errors import PacktrailError
from packtrail.cli import options
from packtrail.cli.output import UNAVAILABLE, write_json, write_table


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    is_fine: bool
    says: str


def doctor(
    data: options.Data = None, db: options.Db = None, json: options.Json = False
) -> None:
    """Check the installation: Python, packages, data directory, database, schema."""
    checks = [*_machine(), *_database(data, db)]
    if json:
        write_json(checks)
    else:
        write_table(
            "", ("", "Check", "Result"),
            (("ok" if each.is_fine else "PROBLEM", each.name, each.says) for each in checks),
        )
    if not all(each.is_fine for each in checks):
        raise typer.Exit(UNAVAILABLE)


def _machine() -> list[Check]:
    return [
        Check("packtrail", True, __version__),  # noqa: FBT003
        Check("python", sys.version_info >= (3, 11), platform.python_version()),
        Check("psycopg", True, version("psycopg")),  # noqa: FBT003
    ]


def _database(data: options.Data, db: options.Db) -> list[Check]:
    from packtrail.bootstrap import open_application
    from packtrail.settings import Settings

    try:
        settings = Settings.of(data_dir=data, database_url=db)
        place = "by URL" if settings.database_url else str(settings.data_dir)
        with open_application(settings) as application, application.database.transaction() as connection:
            rows = connection.execute(
                "select current_setting('server_version'), current_setting('fsync'),"
                " current_setting('synchronous_commit'), pg_database_size(current_database()),"
                " (select max(number) from schema_migration)"
            ).fetchone()
    except PacktrailError as fault:
        return [Check("database", False, str(fault))]  # noqa: FBT003
    assert rows is not None
    server, fsync, commit, size, migration = rows
    return [
        Check("data", True, place),  # noqa: FBT003
        Check("database", True, f"PostgreSQL {server}, {size / 1e6:.0f} MB"),  # noqa: FBT003
        Check("durability", fsync == "on" and commit != "off", f"fsync {fsync}, synchronous_commit {commit}"),
        Check("schema", True, f"migration {migration}"),  # noqa: FBT003
    ]
