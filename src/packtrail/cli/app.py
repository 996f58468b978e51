"""The command `packtrail`: its commands, and what becomes of their faults."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from packtrail import __version__
from packtrail.cli import (
    accounts,
    alert_files,  # noqa: F401 - its commands join the group `alerts`
    alerts,
    archive,
    archive_retention,  # noqa: F401 - its commands join the group `archive`
    backups,
    capacity,
    capacity_meters,  # noqa: F401 - its commands join the group `capacity`
    capacity_plans,  # noqa: F401 - so do these
    capture,
    cluster,
    company_markets,
    corrections,
    doctor,
    epcis,
    goods,
    gs1,
    inference,
    labels,
    lines,
    mail,
    markets,
    notices,
    obligations,
    order_accounts,
    order_reports,
    orders,
    pack_operations,
    plan,
    plan_entries,  # noqa: F401 - its commands join the group `plan`
    plan_files,  # noqa: F401 - so do these
    plan_links,  # noqa: F401 - and these
    plan_people,  # noqa: F401 - and these
    plan_raci,  # noqa: F401 - and these
    plan_scope,  # noqa: F401 - and these
    portfolio,
    query,
    recalls,
    report_checks,  # noqa: F401 - it joins the group `reports`
    report_receivers,  # noqa: F401 - so does this
    reports,
    scan,
    serials,
    technology,
    trace,
    verify,
    vrs,
)
from packtrail.cli.output import guarded, write_line

GROUPS = {
    "archive": archive.archive,
    "scan": scan.scan,
    "organisations": accounts.organisations,
    "users": accounts.users,
    "keys": accounts.keys,
    "gs1": gs1.gs1,
    "plan": plan.plan,
    "capacity": capacity.capacity,
    "serials": serials.serials,
    "markets": markets.markets,
    "mail": mail.mail,
    "notices": notices.notices,
    "alerts": alerts.alerts,
    "recalls": recalls.recalls,
    "reports": reports.reports,
    "lots": goods.lots,
    "places": goods.places,
    "shipments": goods.shipments,
    "packs": goods.packs,
    "inference": inference.inference,
    "corrections": corrections.corrections,
    "verifications": verify.verifications,
    "lines": lines.lines,
    "orders": orders.orders,
    "operations": pack_operations.operations,
    "vrs": vrs.vrs,
    "portfolio": portfolio.portfolio,
    "obligations": obligations.obligations,
    "technology": technology.technology,
}

_JOINED = (company_markets, labels, order_accounts, order_reports)
"""Modules whose commands belong to a group of another one."""


def build(
    joined: Mapping[str, Callable[..., Any]], *, groups: Mapping[str, typer.Typer]
) -> typer.Typer:
    """Return the command line with the commands of this door and those joined from above.

    Args:
        joined: Commands that need more than one door, by name: `up`, `demo`, `simulate`.
        groups: Groups of such commands.
    """
    app = typer.Typer(
        name="packtrail",
        help="Serialise, track and trace, and verify medicine packs.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_version)
    commands: dict[str, Callable[..., Any]] = {
        **joined,
        "capture": capture.capture,
        "query": query.query,
        "trace": trace.trace,
        "census": goods.census,
        "verify": verify.verify,
        "validate": epcis.validate,
        "convert": epcis.convert,
        "event-hash": epcis.event_hash,
        "explain": epcis.explain,
        "backup": backups.backup,
        "restore": backups.restore,
        "distribute": cluster.distribute,
        "doctor": doctor.doctor,
    }
    for name, command in commands.items():
        app.command(name)(command)
    for name, group in {**GROUPS, **groups}.items():
        app.add_typer(group, name=name)
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
