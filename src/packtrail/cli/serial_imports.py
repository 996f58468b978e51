"""`packtrail serials import` and `order`: numbers that an authority issues; and the master key."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_line, write_table
from packtrail.cli.serial_pools import PoolCode

order_group = typer.Typer(help="Orders: numbers asked of an authority.", no_args_is_help=True)
master_key_group = typer.Typer(
    help="The master key, which encrypts the keys of pools.", no_args_is_help=True
)

OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="The number of the order.")]


def import_file(
    organisation: options.Organisation,
    pool: PoolCode,
    file: Annotated[Path, typer.Argument(help="CSV, text, XLSX or JSON from the authority.")],
    request: Annotated[
        str | None,
        typer.Option(
            "--request",
            metavar="ID",
            help="The same ID imports a file once; default: its digest, so a file comes in once.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Bring the serial numbers of a file into the stock of a pool: all of them, or none.

    Columns: serial, and where there are some gtin, 91 and 92; or one column code with whole element
    strings. Without titles each line is a serial number or a code.
    """
    from rich.progress import Progress

    from packtrail.services.supply.importing import import_numbers

    try:
        opened = file.open("rb")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    with (
        opened,
        organisation.acting() as (application, actor),
        Progress(console=talk, transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        task = bar.add_task("importing", total=None)
        done = import_numbers(
            application, actor, pool, opened, file.name, request_id=request,
            progress=lambda count: bar.update(task, advance=count),
        )  # fmt: skip
    if json:
        write_json(done)
    else:
        again = ", as before" if done.entry.is_repeated else ""
        write_line(f"{done.entry.count:,} numbers came in{again}")


@order_group.command("add")
def add_order(
    organisation: options.Organisation,
    pool: PoolCode,
    count: Annotated[int, typer.Argument(help="How many numbers.")],
    json: options.Json = False,
) -> None:
    """Ask an authority for numbers; the answer is what to send it."""
    from packtrail.services.supply import ordering

    with organisation.acting() as (application, actor):
        made = ordering.order(application, actor, pool, count)
    if json:
        write_json(made)
    else:
        write_line(f"order {made.order_id}: {made.count:,} numbers for {made.gtin}")


@order_group.command("list")
def list_orders(
    organisation: options.Organisation,
    is_open: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    json: options.Json = False,
) -> None:
    """List orders, the newest first."""
    from packtrail.services.supply import ordering

    with organisation.acting() as (application, actor):
        found = ordering.orders(application, actor, is_open=is_open)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Order", "Pool", "GTIN", "Market", "Count", "Delivered", "Ordered", "Sent", "Closed"),
        (
            (
                each.order_id, f"{each.owner}/{each.pool}", each.gtin, each.market,
                f"{each.count:,}", f"{each.delivered:,}", each.ordered_at, each.sent_at,
                each.closed_at,
            )
            for each in found
        ),
    )  # fmt: skip


@order_group.command("sent")
def mark_sent(
    organisation: options.Organisation, order: OrderId, json: options.Json = False
) -> None:
    """Note that the authority has an order."""
    from packtrail.services.supply import ordering

    with organisation.acting() as (application, actor):
        changed = ordering.mark_sent(application, actor, order)
    _tell_changed(changed.order_id, changed, "is sent", as_json=json)


@order_group.command("give-up")
def give_up(organisation: options.Organisation, order: OrderId, json: options.Json = False) -> None:
    """Close an order of which nothing more is expected."""
    from packtrail.services.supply import ordering

    with organisation.acting() as (application, actor):
        changed = ordering.give_up(application, actor, order)
    _tell_changed(changed.order_id, changed, "is given up", as_json=json)


@master_key_group.command("replace")
def replace_master_key(installation: options.Installation, json: options.Json = False) -> None:
    """Make a new master key in its file and encrypt everything with it. Save the file after."""
    from packtrail.services.supply import rekeying

    with installation.acting() as (application, actor):
        count = rekeying.replace_master_key(application, actor)
    _tell_count(count, as_json=json)


@master_key_group.command("rewrap")
def rewrap_keys(installation: options.Installation, json: options.Json = False) -> None:
    """Encrypt everything with the first of the keys in PACKTRAIL_MASTER_KEY: `new,old`."""
    from packtrail.services.supply import rekeying

    with installation.acting() as (application, actor):
        count = rekeying.rewrap(application, actor)
    _tell_count(count, as_json=json)


def _tell_changed(order_id: str, changed: object, what: str, *, as_json: bool) -> None:
    if as_json:
        write_json(changed)
    else:
        write_line(f"order {order_id} {what}")


def _tell_count(count: int, *, as_json: bool) -> None:
    if as_json:
        write_json({"keys": count})
    else:
        write_line(f"{count:,} keys are encrypted with the new master key")
