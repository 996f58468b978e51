"""`packtrail archive`: how long records are kept, and destroying those whose time is over."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.archive import Month, archive
from packtrail.cli.output import (
    FINDINGS,
    talk,
    tell_findings,
    write_json,
    write_line,
    write_table,
)

if TYPE_CHECKING:
    from packtrail.services.archive.destroying import Preview
    from packtrail.services.archive.policies import Policy

Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@archive.command("keep")
def keep(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    keep_for: Annotated[str, typer.Argument(metavar="TIME", help="Such as '7 years'.")],
    source: Annotated[
        str, typer.Option("--source", help="What says so: a procedure, a contract, a law.")
    ],
    scope: Annotated[str, typer.Option("--over", help="all, market or product.")] = "all",
    subject: Annotated[str, typer.Option("--which", help="A market such as DE; a GTIN.")] = "",
    counts_from: Annotated[
        str, typer.Option("--from", help="What the time counts from: record or expiry.")
    ] = "record",
    live_for: Annotated[
        str, typer.Option("--live", metavar="TIME", help="How long in the database: '24 months'.")
    ] = "",
    live_end: Annotated[
        str, typer.Option("--then", help="propose: say that a drop is due; drop: do it.")
    ] = "propose",
    at_end: Annotated[
        str, typer.Option("--at-end", help="keep: for ever; destroy: people may order it.")
    ] = "keep",
    valid_from: Annotated[
        str | None, typer.Option("--valid-from", metavar="DAY", help="Default: today.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Set a retention policy of a company; the one of the same scope gives way on its day.

    It can keep longer than the rule packs of its markets state, never shorter.
    """
    from packtrail.services.archive import policies

    wanted = policies.Wanted(
        source=source,
        keep_for=keep_for,
        scope=scope,
        subject=subject,
        counts_from=counts_from,
        live_for=live_for,
        live_end=live_end,
        at_end=at_end,
        valid_from=_day(valid_from),
    )
    with organisation.acting() as (application, actor):
        made = policies.put(application, actor, wanted)
    if json:
        write_json(made)
    else:
        write_line(f"Policy {made.policy_id} over {made.over} from {made.valid_from} on.")


@archive.command("policies")
def listing(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the retention policies of a company, earlier and ended ones among them."""
    from packtrail.services.archive import policies

    with organisation.acting() as (application, actor):
        found = policies.every(application, actor)
    if json:
        write_json(found)
        return
    titles = ("Policy", "Over", "In the database", "Kept", "At the end", "Source", "Holds from")
    write_table("Retention policies", titles, [_policy_row(each) for each in found])


@archive.command("end-policy")
def end(
    organisation: options.Organisation,
    policy_id: Annotated[int, typer.Argument(metavar="POLICY", help="Number of the policy.")],
    reason: Reason,
) -> None:
    """Let a retention policy hold no more, from today on; rule packs go on to count."""
    from packtrail.services.archive import policies

    with organisation.acting() as (application, actor):
        policies.end(application, actor, policy_id, reason=reason)
    talk.print(f"Policy {policy_id} has ended.")


@archive.command("destructions")
def destructions(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the orders of a company to destroy months."""
    from packtrail.services.archive import destroying

    with organisation.acting() as (application, actor):
        found = destroying.every(application, actor)
    if json:
        write_json(found)
        return
    rows = [
        (
            *(str(each.order_id), each.month, each.state, each.reason),
            f"{each.ordered_at:%Y-%m-%d} by {each.ordered_by}",
            f"{each.approved_at:%Y-%m-%d} by {each.approved_by}" if each.approved_at else "",
            f"{each.done_at:%Y-%m-%d}" if each.done_at else "",
        )
        for each in found
    ]
    titles = ("Order", "Month", "State", "Reason", "Ordered", "Approved", "Carried out")
    write_table("Destructions", titles, rows)


@archive.command("order-destruction")
def order(
    organisation: options.Organisation, month: Month, reason: Reason, json: options.Json = False
) -> None:
    """Order that a month be destroyed; a second person approves it in the console or by REST."""
    from packtrail.services.archive import destroying

    with organisation.acting() as (application, actor):
        made = destroying.order(application, actor, month, reason=reason)
    if json:
        write_json(made)
    else:
        write_line(f"Order {made.order_id} to destroy {made.month} waits for its approval.")


@archive.command("withdraw-destruction")
def withdraw(
    organisation: options.Organisation,
    order_id: Annotated[int, typer.Argument(metavar="ORDER", help="Number of the order.")],
    reason: Reason,
) -> None:
    """Take an order back that is not carried out yet."""
    from packtrail.services.archive import destroying

    with organisation.acting() as (application, actor):
        destroying.withdraw(application, actor, order_id, reason=reason)
    talk.print(f"Order {order_id} is withdrawn.")


@archive.command("destroy")
def destroy(
    installation: options.Installation,
    month: Month,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be destroyed, and what is against it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    json: options.Json = False,
) -> None:
    """Destroy a month for good: its archive, and all that the database holds of it.

    Refused before the end of its retention, under a legal hold, and until every company with
    records in it has ordered and approved it.
    """
    from packtrail.services.archive import destroying

    with installation.acting() as (application, actor):
        seen = destroying.preview(application, actor, month)
        if not dry_run:
            _ask(seen, yes=yes)
            seen = destroying.destroy(application, actor, month)
    if json:
        write_json(seen)
    else:
        _tell(seen, is_done=not dry_run)
    if dry_run and seen.findings:
        raise typer.Exit(FINDINGS)


def _ask(seen: Preview, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"This destroys {seen.month} for good: say --yes.")
    text = f"Destroy {seen.events:,} events and {seen.documents:,} documents of {seen.month}?"
    typer.confirm(text, abort=True, err=True)


def _tell(seen: Preview, *, is_done: bool) -> None:
    write_line(f"{seen.month} is destroyed." if is_done else f"{seen.month} ({seen.state})")
    size = (seen.database_bytes + seen.archive_bytes) / 1e6
    write_line(f"  {seen.events:,} events, {seen.documents:,} documents, {size:,.1f} MB")
    if is_done:
        return
    write_line(f"  records of {seen.records_of}")
    for line in seen.because:
        write_line(f"  kept until {line}")
    if seen.waits_for:
        write_line(f"  not ordered and approved yet by {seen.waits_for}")
    tell_findings(seen.findings)


def _policy_row(each: Policy) -> tuple[str, ...]:
    ended = f", ended {each.ended_on}" if each.ended_on else ""
    return (
        str(each.policy_id),
        each.over,
        f"{each.live_for}, then {each.live_end}" if each.live_for else "",
        f"{each.keep_for} after {each.counts_from}",
        each.at_end,
        each.source,
        f"{each.valid_from}{ended}",
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text!r} is no day: write it like 2027-01-01.") from error
