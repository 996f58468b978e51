"""`packtrail orders`: work orders from their plan to their sign-off."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, tell_findings, write_json, write_table

if TYPE_CHECKING:
    from packtrail.services.orders.orders import WorkOrder

orders = typer.Typer(help="Work orders: batches on packaging lines.", no_args_is_help=True)

Order = Annotated[str, typer.Argument(help="Code of the order, owner/code, or its id.")]
Level = Annotated[str, typer.Argument(help="pack, bundle, case or pallet.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@orders.command("create")
def create(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    code: Annotated[str, typer.Argument(help="Number of the order, unique for the owner.")],
    line: Annotated[str, typer.Option("--line", help="The line: code, or operator/code.")],
    item: Annotated[str, typer.Option("--trade-item", help="What it packs: code, or owner/code.")],
    lot: Annotated[str, typer.Option("--lot", help="Lot number.")],
    expires: Annotated[
        str, typer.Option("--expires", metavar="DATE", help="2028-12-31, or 2028-12-00.")
    ],
    quantity: Annotated[int, typer.Option("--quantity", help="Good packs that are wanted.")],
    spare: Annotated[int, typer.Option("--spare", help="Numbers beyond that, in per cent.")] = 5,
    level: Annotated[
        list[str] | None,
        typer.Option("--level", help="A level to serialise; default: what item and line can."),
    ] = None,
    mixed_lots_from: Annotated[
        str | None,
        typer.Option("--mixed-lots-from", help="From this level up lots may be mixed."),
    ] = None,
    start: Annotated[bool, typer.Option("--start", help="Release it to the line at once.")] = False,
    request: options.Request = None,
    json: options.Json = False,
) -> None:
    """Make a work order and give it its numbers."""
    from packtrail.services.orders import order_commands as service

    plan = service.OrderPlan(
        code=code, line=line, trade_item=item, lot=lot, expires=expires, quantity=quantity,
        spare_percent=spare, levels=tuple(level or ()), mixed_lots_from=mixed_lots_from,
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        made = service.create(application, actor, plan, is_started=start, request_id=request)
    tell(made, as_json=json)


@orders.command("list")
def list_orders(
    organisation: options.Organisation,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only in this state: Running.")
    ] = None,
    line: Annotated[str | None, typer.Option("--line", help="Only of this line.")] = None,
    lot: Annotated[str | None, typer.Option("--lot", help="Only of this lot.")] = None,
    limit: Annotated[int, typer.Option("--limit", help="Most to list, to 200.")] = 50,
    json: options.Json = False,
) -> None:
    """List work orders, the newest first."""
    from packtrail.services.orders import orders as service
    from packtrail.store.orders import OrderFilter

    wanted = OrderFilter(states=tuple(state or ()), lot=lot)
    with organisation.acting() as (application, actor):
        found = service.orders(application, actor, wanted, line=line, limit=limit)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Order", "Owner", "Line", "Product", "Lot", "Packs", "Good", "State"),
        (
            (
                each.code, each.owner, f"{each.operator}/{each.line}", each.terms.product,
                each.terms.lot, f"{each.terms.quantity:,}",
                f"{each.counts.get('commission:pack', 0):,}", each.state.value,
            )
            for each in found
        ),
    )  # fmt: skip


@orders.command("show")
def show(organisation: options.Organisation, order: Order, json: options.Json = False) -> None:
    """Show a work order, and what happened to it."""
    from packtrail.services.orders import orders as service

    with organisation.acting() as (application, actor):
        found = service.order(application, actor, order)
        steps = service.history(application, actor, order)
    if json:
        write_json({"order": found, "history": steps})
        return
    tell(found, as_json=False)
    rows = ((each.at, each.trigger, each.after, each.reason, each.actor_name) for each in steps)
    write_table("", ("When", "What", "State", "Why", "By"), rows)


@orders.command("command")
def give_command(
    organisation: options.Organisation,
    order: Order,
    command: Annotated[str, typer.Argument(help="Start, Stop, Cancel or Clear.")],
    reason: Reason = "",
    request: options.Request = None,
    json: options.Json = False,
) -> None:
    """Release a work order, stop or cancel it, or close it when its account is signed."""
    from packtrail.services.orders import order_commands, reconciling

    with organisation.acting() as (application, actor):
        if command == "Clear":
            done = reconciling.close(application, actor, order, request_id=request)
        else:
            done = order_commands.command(
                application, actor, order, command, reason=reason, request_id=request
            )
    tell(done, as_json=json)


@orders.command("signal")
def signal(
    organisation: options.Organisation,
    order: Order,
    said: Annotated[
        str,
        typer.Argument(help="loaded, started, held, suspended, completed or aborted."),
    ],
    reason: Reason = "",
    request: options.Request = None,
    json: options.Json = False,
) -> None:
    """Say for a line how a work order goes."""
    from packtrail.services.orders import order_commands

    with organisation.acting() as (application, actor):
        done = order_commands.signal(
            application, actor, order, said, reason=reason, request_id=request
        )
    tell(done, as_json=json)


@orders.command("prepare")
def prepare(organisation: options.Organisation, order: Order, json: options.Json = False) -> None:
    """Give a waiting order the numbers that it lacks."""
    from packtrail.services.orders import order_commands

    with organisation.acting() as (application, actor):
        done = order_commands.prepare(application, actor, order)
    tell(done, as_json=json)


@orders.command("numbers")
def numbers(
    organisation: options.Organisation,
    order: Order,
    level: Level,
    more: Annotated[
        int, typer.Option("--more", help="Draw so many new ones, and print these alone.")
    ] = 0,
    request: options.Request = None,
    json: options.Json = False,
) -> None:
    """Print the numbers of a released order, one a line; the same whenever asked for."""
    from packtrail.services.orders import order_commands

    with organisation.acting() as (application, actor):
        if more:
            request_id = request or str(uuid4())
            found = order_commands.draw_more(
                application, actor, order, level, more, request_id=request_id
            )
            talk.print(f"{len(found):,} more, request {request_id}")
            parts = iter(["".join(f"{each}\n" for each in found).encode()])
        else:
            parts = order_commands.numbers(application, actor, order, level)
        if json:
            write_json({"level": level, "numbers": b"".join(parts).decode().split()})
            return
        for part in parts:
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()


def tell(found: WorkOrder, *, as_json: bool) -> None:
    """Show a work order."""
    if as_json:
        write_json(found)
        return
    terms = found.terms
    write_table(
        f"Order {found.owner}/{found.code}: {found.state}",
        ("", ""),
        (
            ("Product", f"{terms.product}, {terms.market}"),
            ("Lot", f"{terms.lot}, expires {terms.expires}"),
            ("Line", f"{found.operator}/{found.line}"),
            ("Planned", ", ".join(f"{level} {n:,}" for level, n in found.planned.items())),
            ("Done", ", ".join(f"{what} {n:,}" for what, n in sorted(found.counts.items()))),
            ("Next", ", ".join((*found.commands, *found.signals))),
            ("Id", found.order_id),
        ),
    )
    tell_findings(found.findings)
