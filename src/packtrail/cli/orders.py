"""`packtrail orders`: work orders from their plan to their sign-off."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.line_reports import Receipt
    from packtrail.services.orders import WorkOrder
    from packtrail.services.reconciling import Account

orders = typer.Typer(help="Work orders: batches on packaging lines.", no_args_is_help=True)

Order = Annotated[str, typer.Argument(help="Code of the order, owner/code, or its id.")]
Level = Annotated[str, typer.Argument(help="pack, bundle, case or pallet.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@orders.command("create")
def create(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
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
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Make a work order and give it its numbers."""
    from packtrail.services import order_commands as service

    plan = service.OrderPlan(
        code=code, line=line, trade_item=item, lot=lot, expires=expires, quantity=quantity,
        spare_percent=spare, levels=tuple(level or ()), mixed_lots_from=mixed_lots_from,
    )  # fmt: skip
    with options.acting(data, db, organisation) as (application, actor):
        made = service.create(application, actor, plan, is_started=start, request_id=request)
    _tell(made, as_json=json)


@orders.command("list")
def list_orders(
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only in this state: Running.")
    ] = None,
    line: Annotated[str | None, typer.Option("--line", help="Only of this line.")] = None,
    lot: Annotated[str | None, typer.Option("--lot", help="Only of this lot.")] = None,
    limit: Annotated[int, typer.Option("--limit", help="Most to list, to 200.")] = 50,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """List work orders, the newest first."""
    from packtrail.services import orders as service
    from packtrail.store.orders import OrderFilter

    wanted = OrderFilter(states=tuple(state or ()), lot=lot)
    with options.acting(data, db, organisation) as (application, actor):
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
def show(
    order: Order,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Show a work order, and what happened to it."""
    from packtrail.services import orders as service

    with options.acting(data, db, organisation) as (application, actor):
        found = service.order(application, actor, order)
        steps = service.history(application, actor, order)
    if json:
        write_json({"order": found, "history": steps})
        return
    _tell(found, as_json=False)
    rows = ((each.at, each.trigger, each.after, each.reason, each.actor_name) for each in steps)
    write_table("", ("When", "What", "State", "Why", "By"), rows)


@orders.command("command")
def give_command(
    order: Order,
    command: Annotated[str, typer.Argument(help="Start, Stop, Cancel or Clear.")],
    reason: Reason = "",
    request: options.Request = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Release a work order, stop or cancel it, or close it when its account is signed."""
    from packtrail.services import order_commands, reconciling

    with options.acting(data, db, organisation) as (application, actor):
        if command == "Clear":
            done = reconciling.close(application, actor, order, request_id=request)
        else:
            done = order_commands.command(
                application, actor, order, command, reason=reason, request_id=request
            )
    _tell(done, as_json=json)


@orders.command("signal")
def signal(
    order: Order,
    said: Annotated[
        str,
        typer.Argument(help="loaded, started, held, suspended, completed or aborted."),
    ],
    reason: Reason = "",
    request: options.Request = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Say for a line how a work order goes."""
    from packtrail.services import order_commands

    with options.acting(data, db, organisation) as (application, actor):
        done = order_commands.signal(
            application, actor, order, said, reason=reason, request_id=request
        )
    _tell(done, as_json=json)


@orders.command("prepare")
def prepare(
    order: Order,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Give a waiting order the numbers that it lacks."""
    from packtrail.services import order_commands

    with options.acting(data, db, organisation) as (application, actor):
        done = order_commands.prepare(application, actor, order)
    _tell(done, as_json=json)


@orders.command("numbers")
def numbers(
    order: Order,
    level: Level,
    more: Annotated[
        int, typer.Option("--more", help="Draw so many new ones, and print these alone.")
    ] = 0,
    request: options.Request = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Print the numbers of a released order, one a line; the same whenever asked for."""
    from packtrail.services import order_commands

    with options.acting(data, db, organisation) as (application, actor):
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


@orders.command("report")
def report(
    order: Order,
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(help="The report, JSON or CSV; - is standard input.")
    ],
    request: options.Request = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Report what the line of an order did. The same file again changes nothing.

    The exit code is 1 when something of it was refused.
    """
    from packtrail.production.reports import read_csv, read_json
    from packtrail.services import line_reports

    content = file.read()
    read = read_json(content) if content.lstrip()[:1] in (b"{", b"[") else read_csv(content)
    name = read.report_id or request or hashlib.sha256(content).hexdigest()
    sent = line_reports.Sent(content=content, source="direct", request_id=name)
    with options.acting(data, db, organisation) as (application, actor):
        receipt = line_reports.take(application, actor, order, read, sent)
    _tell_receipt(receipt, as_json=json)
    if receipt.refused:
        raise typer.Exit(FINDINGS)


@orders.command("reports")
def reports(
    order: Order,
    limit: Annotated[int, typer.Option("--limit", help="Most to list.")] = 50,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """List the reports of an order, the newest first."""
    from packtrail.services import line_reports

    with options.acting(data, db, organisation) as (application, actor):
        found = line_reports.reports(application, actor, order, limit=limit)
    if json:
        write_json(found)
        return
    rows = (
        (
            each.report_no, each.received_at, each.source, each.happenings, each.parked,
            each.refused, _done(each), each.report_id[:40],
        )
        for each in found
    )  # fmt: skip
    heads = ("No", "Received", "By", "Happenings", "Wait", "Refused", "Done", "Report")
    write_table("", heads, rows)


@orders.command("waiting")
def what_waits(
    order: Order,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """List what waits for reports of an order that are late."""
    from packtrail.services import waiting

    with options.acting(data, db, organisation) as (application, actor):
        room = waiting.waiting(application, actor, order)
    if json:
        write_json(room)
        return
    rows = (
        (f"{each.report_no}.{each.place}", each.kind, each.at, len(each.numbers), each.why)
        for each in room.happenings
    )
    write_table("", ("Place", "Kind", "Happened", "Objects", "Why"), rows)
    if room.held:
        write_line(f"{room.held:,} reports are held: report {room.expected:,} is missing")


@orders.command("dismiss")
def dismiss(
    order: Order,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="As `orders waiting` lists it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
) -> None:
    """Let something wait no longer: it did not happen, or not so."""
    from packtrail.services import waiting

    report_no, _, number = place.partition(".")
    if not (report_no.isascii() and report_no.isdigit() and number.isascii() and number.isdigit()):
        raise typer.BadParameter("A place is two numbers with a dot: 7.0", param_hint="PLACE")
    with options.acting(data, db, organisation) as (application, actor):
        waiting.dismiss(application, actor, order, int(report_no), int(number), reason=reason)
    write_line(f"{place} of {order} waits no longer")


@orders.command("go-on")
def go_on(
    order: Order,
    reason: Annotated[str, typer.Option("--reason", help="Why the report will not come.")],
    request: options.Request = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Go on without the report that is missing: take those that were held for it."""
    from packtrail.services import waiting

    with options.acting(data, db, organisation) as (application, actor):
        found = waiting.go_on(application, actor, order, reason=reason, request_id=request)
    _tell(found, as_json=json)


@orders.command("reconcile")
def reconcile(
    order: Order,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help="Write it to a PDF file.")
    ] = None,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="FILE", help="Write it to an XLSX file.")
    ] = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Say what became of every number of an order.

    The exit code is 1 when something is open.
    """
    from packtrail.services import account_files, reconciling

    with options.acting(data, db, organisation) as (application, actor):
        found = reconciling.account(application, actor, order)
        if pdf is not None:
            _write(pdf, account_files.pdf(application, actor, order)[0])
        if xlsx is not None:
            _write(xlsx, account_files.xlsx(application, actor, order)[0])
    _tell_account(found, as_json=json)
    if not found.sums.adds_up:
        raise typer.Exit(FINDINGS)


@orders.command("settle")
def settle(  # noqa: PLR0913, PLR0917
    order: Order,
    level: Level,
    how: Annotated[str, typer.Argument(help="returned, or void.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    file: Annotated[
        typer.FileBinaryRead | None,
        typer.Option("--numbers", help="The numbers, one a line; default: all that are open."),
    ] = None,
    request: options.Request = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Give back numbers that are unaccounted for, or make them void."""
    from packtrail.services import reconciling

    if how not in {"returned", "void"}:
        raise UsageError(f"{how!r} is neither returned nor void.")
    told = (
        [line.strip().decode(errors="replace") for line in file if line.strip()] if file else None
    )
    with options.acting(data, db, organisation) as (application, actor):
        count = reconciling.settle(
            application, actor, order, level, is_void=how == "void", reason=reason,
            request_id=request or str(uuid4()), numbers=told,
        )  # fmt: skip
    if json:
        write_json({"count": count})
    else:
        write_line(f"{count:,} numbers {how}")


@orders.command("sign")
def sign(
    order: Order,
    user: Annotated[str, typer.Option("--as", metavar="NAME", help="Who signs.")],
    meaning: Annotated[
        str, typer.Option("--meaning", help="reviewed, reconciled, approved or rejected.")
    ] = "reconciled",
    comment: Annotated[str, typer.Option("--comment", help="What explains what is open.")] = "",
    digest: Annotated[
        str | None,
        typer.Option("--digest", help="Of what was read, as `reconcile --json` tells it."),
    ] = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Sign the reconciliation; the password is asked for, or read from PACKTRAIL_PASSWORD."""
    from packtrail.services import accounts, reconciling
    from packtrail.services.signing import Statement

    with options.installation(data, db) as (application, _):
        actor = accounts.person(application, user)
        found = reconciling.account(application, actor, order)
        if not json:
            _tell_account(found, as_json=False)
        password = os.environ.get("PACKTRAIL_PASSWORD") or typer.prompt(
            f"Password of {user}", hide_input=True, err=True
        )
        statement = Statement(
            password=password, meaning=meaning, digest=digest or found.digest, comment=comment
        )
        signed = reconciling.sign(application, actor, order, statement)
    if json:
        write_json(signed)
    else:
        write_line(f"{order} is signed: {meaning}")


def _tell(found: WorkOrder, *, as_json: bool) -> None:
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


def _tell_receipt(receipt: Receipt, *, as_json: bool) -> None:
    if as_json:
        write_json(receipt)
        return
    again = ", as before" if receipt.is_repeated else ""
    write_line(f"report {receipt.report_no} of {receipt.order}: {_done(receipt)}{again}")
    if receipt.is_held:
        talk.print("held: a report before it is missing")
    if receipt.parked or receipt.refused:
        talk.print(f"{receipt.parked:,} wait, {receipt.refused:,} numbers refused")
    tell_findings(receipt.findings)


def _done(receipt: Receipt) -> str:
    told = (f"{what} {count:,}" for what, count in sorted(receipt.done.items()))
    return ", ".join(told) or "nothing new"


def _tell_account(found: Account, *, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "order": found.order, "sums": found.sums, "digest": found.digest,
                "adds_up": found.sums.adds_up, "signatures": found.signatures,
                "is_signed": found.is_signed, "is_final": found.is_final,
            }
        )  # fmt: skip
        return
    from packtrail.rendering.accounts import numbers_table, yields_table

    order = found.order
    for table in (numbers_table(found.sums), yields_table(found.sums)):
        titles = [column.title for column in table.columns]
        write_table(f"{order.code}, lot {order.terms.lot}: {table.name}", titles, table.rows)
    write_line(f"digest {found.digest}")
    for each in found.signatures:
        state = "" if each.is_current else " (of an earlier state)"
        write_line(f"signed by {each.signer_name} at {each.at:%Y-%m-%d %H:%M %Z}: "
                   f"{each.sentence}{state}")  # fmt: skip
    tell_findings(found.sums.findings)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
