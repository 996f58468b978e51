"""`packtrail orders report|reports|waiting|dismiss|go-on`: what lines say they did."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.cli import options
from packtrail.cli.orders import Order, orders, tell
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.lines.line_reports import Receipt


@orders.command("report")
def report(
    organisation: options.Organisation,
    order: Order,
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(help="The report: JSON, CSV or EPCIS; - is standard input."),
    ],
    request: options.Request = None,
    json: options.Json = False,
) -> None:
    """Report what the line of an order did. The same file again changes nothing.

    The exit code is 1 when something of it was refused.
    """
    from packtrail.production.documents import read_report
    from packtrail.services.lines import line_reports

    content = file.read()
    read = read_report(content)
    name = read.report_id or request or hashlib.sha256(content).hexdigest()
    sent = line_reports.Sent(content=content, source="direct", request_id=name)
    with organisation.acting() as (application, actor):
        receipt = line_reports.take(application, actor, order, read, sent)
    _tell_receipt(receipt, as_json=json)
    if receipt.refused:
        raise typer.Exit(FINDINGS)


@orders.command("reports")
def reports(
    organisation: options.Organisation,
    order: Order,
    limit: Annotated[int, typer.Option("--limit", help="Most to list.")] = 50,
    json: options.Json = False,
) -> None:
    """List the reports of an order, the newest first."""
    from packtrail.services.lines import line_reports

    with organisation.acting() as (application, actor):
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
    organisation: options.Organisation, order: Order, json: options.Json = False
) -> None:
    """List what waits for reports of an order that are late."""
    from packtrail.services.lines import waiting

    with organisation.acting() as (application, actor):
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
    organisation: options.Organisation,
    order: Order,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="As `orders waiting` lists it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
) -> None:
    """Let something wait no longer: it did not happen, or not so."""
    from packtrail.services.lines import waiting

    report_no, _, number = place.partition(".")
    if not (report_no.isascii() and report_no.isdigit() and number.isascii() and number.isdigit()):
        raise typer.BadParameter("A place is two numbers with a dot: 7.0", param_hint="PLACE")
    with organisation.acting() as (application, actor):
        waiting.dismiss(application, actor, order, int(report_no), int(number), reason=reason)
    write_line(f"{place} of {order} waits no longer")


@orders.command("go-on")
def go_on(
    organisation: options.Organisation,
    order: Order,
    reason: Annotated[str, typer.Option("--reason", help="Why the report will not come.")],
    request: options.Request = None,
    json: options.Json = False,
) -> None:
    """Go on without the report that is missing: take those that were held for it."""
    from packtrail.services.lines import waiting

    with organisation.acting() as (application, actor):
        found = waiting.go_on(application, actor, order, reason=reason, request_id=request)
    tell(found, as_json=json)


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
