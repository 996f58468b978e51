"""`packtrail notices`: what is said of lots and products, and overrides what their packs are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.lifecycle.notices import Notice

notices = typer.Typer(
    help="Recall lots, withdraw products, hold, release, extend expiries.", no_args_is_help=True
)

Reason = Annotated[str, typer.Option("--reason", help="Why; the case or decision behind it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do what cannot be undone without asking.")]


@notices.command("make")
def make(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    kind: Annotated[
        str,
        typer.Argument(
            help="recalled, withdrawn, held, released, suspect, illegitimate, cleared, "
            "not_for_redistribution or expiry_extended."
        ),
    ],
    gtin: Annotated[str, typer.Argument(help="The product.")],
    reason: Reason,
    lot: Annotated[str | None, typer.Option("--lot", help="Only this lot.")] = None,
    serial: Annotated[str | None, typer.Option("--serial", help="Only this pack.")] = None,
    market: Annotated[
        str | None, typer.Option("--market", help="Only there: a country code, or EU.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Since when; default: now.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="DAY", help="New last day of use.")
    ] = None,
    dry_run: options.DryRun = False,
    yes: Yes = False,
    json: options.Json = False,
) -> None:
    """Say something of a product, of a lot or of one pack.

    A recall and a withdrawal never end: they ask before they are made.
    """
    from packtrail.services.goods import notices as use_cases

    proposal = use_cases.Proposal(
        kind=kind, gtin=gtin, reason=reason, lot=lot, serial=serial, market=market,
        effective_at=options.moment(since, option="--since"),
        expires_on=options.day(expires, option="--expires"),
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        findings = use_cases.check(application, actor, proposal)
        if dry_run:
            options.tell_check(findings, as_json=json)
            return
        if not yes and [each.code for each in findings] == ["LIF-010"]:
            _ask(findings[0].message)
        made = use_cases.make(application, actor, proposal)
    if json:
        write_json(made)
    else:
        write_line(f"Notice {made.notice_id}: {_about(made)} {made.kind.replace('_', ' ')}.")


@notices.command("list")
def listing(
    organisation: options.Organisation,
    gtin: Annotated[str | None, typer.Option("--gtin", help="Only of this product.")] = None,
    lot: Annotated[str | None, typer.Option("--lot", help="Only of this lot.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most to show.")] = 100,
    json: options.Json = False,
) -> None:
    """List notices and retractions, the newest first."""
    from packtrail.rendering import times
    from packtrail.services.goods import notices as use_cases

    with organisation.acting() as (application, actor):
        found = use_cases.listed(application, actor, gtin=gtin, lot=lot, limit=limit)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("No.", "Says", "About", "Market", "Since", "Reason", "By"),
        (
            (
                "" if each.is_event else each.notice_id,
                f"retracts {each.retracts}" if each.retracts else each.kind,
                _about(each),
                each.market or "",
                times.iso(each.effective_at),
                each.reason,
                each.by or "an event",
            )
            for each in found
        ),
    )


@notices.command("retract")
def retract(
    organisation: options.Organisation,
    notice: Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the notice.")],
    reason: Reason,
    json: options.Json = False,
) -> None:
    """Take back a notice that should never have been made; what it was stays on record."""
    from packtrail.services.goods import notices as use_cases

    with organisation.acting() as (application, actor):
        made = use_cases.retract(application, actor, notice, reason=reason)
    if json:
        write_json(made)
    else:
        write_line(f"Notice {notice} is retracted.")


def _ask(message: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"{message} Add --yes if you are sure.")
    typer.confirm(f"{message} Are you sure?", abort=True, err=True)


def _about(notice: Notice) -> str:
    parts = [f"(01){notice.gtin}"]
    parts += [f"(10){notice.lot}"] if notice.lot else []
    parts += [f"(21){notice.serial}"] if notice.serial else []
    return "".join(parts)
