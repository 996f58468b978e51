"""The command `packtrail`: its commands, and what becomes of their faults."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from packtrail import __version__
from packtrail.cli.on_demand import root_of
from packtrail.cli.output import guarded, write_line

COMMANDS: dict[str, tuple[str, ...]] = {
    "capture": ("packtrail.cli.capture",),
    "query": ("packtrail.cli.query",),
    "trace": ("packtrail.cli.trace",),
    "census": ("packtrail.cli.goods",),
    "verify": ("packtrail.cli.verify",),
    "validate": ("packtrail.cli.epcis",),
    "convert": ("packtrail.cli.epcis",),
    "event-hash": ("packtrail.cli.epcis",),
    "explain": ("packtrail.cli.epcis",),
    "backup": ("packtrail.cli.backups",),
    "backups": ("packtrail.cli.backups",),
    "restore": ("packtrail.cli.backups",),
    "distribute": ("packtrail.cli.cluster",),
    "doctor": ("packtrail.cli.doctor",),
    "archive": ("packtrail.cli.archive", "packtrail.cli.archive_retention"),
    "scan": ("packtrail.cli.scan",),
    "organisations": ("packtrail.cli.accounts",),
    "users": ("packtrail.cli.accounts",),
    "keys": ("packtrail.cli.accounts",),
    "gs1": ("packtrail.cli.gs1",),
    "plan": (
        "packtrail.cli.plan",
        "packtrail.cli.plan_entries",
        "packtrail.cli.plan_files",
        "packtrail.cli.plan_links",
        "packtrail.cli.plan_people",
        "packtrail.cli.plan_news",
        "packtrail.cli.plan_raci",
        "packtrail.cli.plan_scope",
    ),
    "capacity": (
        "packtrail.cli.capacity",
        "packtrail.cli.capacity_meters",
        "packtrail.cli.capacity_plans",
    ),
    "serials": ("packtrail.cli.serials",),
    "markets": ("packtrail.cli.markets", "packtrail.cli.company_markets"),
    "mail": ("packtrail.cli.mail",),
    "notices": ("packtrail.cli.notices",),
    "alerts": ("packtrail.cli.alerts", "packtrail.cli.alert_files"),
    "recalls": ("packtrail.cli.recalls",),
    "reports": (
        "packtrail.cli.reports",
        "packtrail.cli.report_checks",
        "packtrail.cli.report_receivers",
    ),
    "lots": ("packtrail.cli.goods",),
    "places": ("packtrail.cli.goods",),
    "shipments": ("packtrail.cli.goods",),
    "packs": ("packtrail.cli.goods",),
    "inference": ("packtrail.cli.inference",),
    "corrections": ("packtrail.cli.corrections",),
    "verifications": ("packtrail.cli.verify",),
    "lines": ("packtrail.cli.lines", "packtrail.cli.labels"),
    "orders": (
        "packtrail.cli.orders",
        "packtrail.cli.order_accounts",
        "packtrail.cli.order_reports",
    ),
    "operations": ("packtrail.cli.pack_operations",),
    "vrs": ("packtrail.cli.vrs",),
    "portfolio": ("packtrail.cli.portfolio",),
    "obligations": ("packtrail.cli.obligations",),
    "technology": ("packtrail.cli.technology",),
}
"""The modules of each command, or group of commands: the first has it under its own name, the
commands of the others join it."""


def build(joined: Mapping[str, tuple[str, ...]]) -> typer.Typer:
    """Return the command line with the commands of this door and those joined from above.

    Args:
        joined: The modules of commands that need more than one door: `up`, `bench`.
    """
    modules = {
        **joined,
        **{name: (*here, *joined.get(name, ())) for name, here in COMMANDS.items()},
    }
    app = typer.Typer(
        name="packtrail",
        cls=root_of(modules),
        help="Serialise, track and trace, and verify medicine packs.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_version)
    return app


def run(app: typer.Typer) -> int:
    """Run the command line of this process and return its exit code."""
    return guarded(app, as_json=lambda: "--json" in sys.argv[1:])


def _version(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)
    ] = False,
) -> None:
    if version:
        write_line(f"packtrail {__version__}")
        raise typer.Exit
