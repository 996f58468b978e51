"""`packtrail serials`: numbers taken, settled, found again, and what their ledgers prove."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from packtrail.cli import options
from packtrail.cli.files import listed_in, write_file
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line, write_table
from packtrail.cli.serial_blocks import block_group, station_group
from packtrail.cli.serial_imports import import_file, master_key_group, order_group
from packtrail.cli.serial_pools import PoolCode, Request, pool_group, show_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.supply.allocating import Delivery
    from packtrail.services.supply.looking_up import LookUp
    from packtrail.services.supply.proving import Proof

serials = typer.Typer(help="Serial numbers: pools, allocations, proof.", no_args_is_help=True)
serials.add_typer(pool_group, name="pool")
serials.add_typer(order_group, name="order")
serials.add_typer(block_group, name="block")
serials.add_typer(station_group, name="station")
serials.add_typer(master_key_group, name="master-key")
serials.command("policy")(show_policy)
serials.command("import")(import_file)

_KINDS = ("allocated", "used", "returned", "void", "expired", "stocked")


@serials.command("allocate")
def allocate(  # noqa: PLR0913, PLR0917
    organisation: options.Organisation,
    pool: PoolCode,
    count: Annotated[int, typer.Argument(help="How many serial numbers.")],
    request: Request = None,
    party: Annotated[
        str, typer.Option("--to", help="To whom they go: a line, a contract manufacturer.")
    ] = "",
    purpose: Annotated[str, typer.Option("--purpose", help="What for: an order, a lot.")] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=(
                "Write them to a file: one a line, or by its ending a table (csv, xlsx, json) "
                "with the GTIN and what belongs on labels."
            ),
        ),
    ] = None,
    unused_until: Annotated[
        str | None,
        typer.Option(
            "--unused-until",
            metavar="TIME",
            help="When unused ones expire: 2027-01-31T00:00:00Z; default: as the pool says.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Take serial numbers from a pool and print them, one a line.

    They are recorded first. If printing fails, the same command with the same --request gives the
    same numbers.
    """
    from packtrail.services.supply.allocating import allocate

    request_id = request or str(uuid4())
    until = options.moment(unused_until, option="--unused-until")
    with organisation.acting() as (application, actor):
        delivery = allocate(
            application, actor, pool, count, request_id=request_id, party=party, purpose=purpose,
            unused_until=until,
        )  # fmt: skip
        entry = delivery.entry
        if out is not None:
            write_file(out, _written(application, actor, delivery, out))
        if json:
            numbers = {} if out is not None else {"serials": delivery.serials()}
            write_json({**asdict(entry), **numbers})
            return
        if out is None:
            for lines in delivery.lines():
                sys.stdout.buffer.write(lines)
            sys.stdout.buffer.flush()
    again = ", as before" if entry.is_repeated else ""
    talk.print(f"{entry.count:,} of {entry.asked:,}, request {entry.request_id}{again}")
    tell_findings(entry.findings)


@serials.command("return")
def return_serials(
    organisation: options.Organisation,
    pool: PoolCode,
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(help="The numbers, one a line; - is standard input.")
    ],
    request: Request = None,
    party: Annotated[str, typer.Option("--from", help="From whom they come.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why: the lot was closed.")] = "",
    void: Annotated[
        bool, typer.Option("--void", help="They were spoilt, rather than left over.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Give back serial numbers that were not used: all of the list, or none."""
    from packtrail.services.supply.settling import return_serials

    with organisation.acting() as (application, actor):
        entry = return_serials(
            application, actor, pool, listed_in(file), request_id=request or str(uuid4()),
            party=party, reason=reason, void=void,
        )  # fmt: skip
    if json:
        write_json(entry)
    else:
        write_line(f"{entry.asked:,} {entry.kind}, request {entry.request_id}")


@serials.command("settle")
def settle_numbers(  # noqa: PLR0913, PLR0917
    organisation: options.Organisation,
    pool: PoolCode,
    used: Annotated[
        typer.FileBinaryRead | None,
        typer.Option("--used", metavar="FILE", help="Numbers on packs that were commissioned."),
    ] = None,
    void: Annotated[
        typer.FileBinaryRead | None,
        typer.Option("--void", metavar="FILE", help="Numbers that were spoilt before."),
    ] = None,
    returned: Annotated[
        typer.FileBinaryRead | None,
        typer.Option("--returned", metavar="FILE", help="Numbers that were left over."),
    ] = None,
    allocation: Annotated[
        str | None,
        typer.Option("--allocation", metavar="ID", help="The request that all of them went to."),
    ] = None,
    rest: Annotated[
        str | None,
        typer.Option("--rest", help="What all others of the allocation are: returned or void."),
    ] = None,
    request: Request = None,
    party: Annotated[str, typer.Option("--from", help="From whom they come.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why: the lot was closed.")] = "",
    json: options.Json = False,
) -> None:
    """Say what became of numbers, one a line in each file: of all that are listed, or of none."""
    from packtrail.services.supply.settling import Settling, rest_of, settle

    what = Settling(
        request_id=request or str(uuid4()),
        used=listed_in(used),
        void=listed_in(void),
        returned=listed_in(returned),
        allocation=allocation,
        rest=rest_of(rest),
        party=party,
        reason=reason,
    )
    with organisation.acting() as (application, actor):
        done = settle(application, actor, pool, what)
    if json:
        write_json(done)
        return
    still_open = "" if done.outstanding is None else f", {done.outstanding:,} open"
    write_line(
        f"{done.used:,} used, {done.voided:,} void, {done.returned:,} returned{still_open}, "
        f"request {done.request_id}"
    )


@serials.command("look-up")
def look_up(
    organisation: options.Organisation,
    serial: Annotated[
        str, typer.Argument(help="A serialised GTIN or SSCC in any notation, or a bare number.")
    ],
    pool: Annotated[
        str | None, typer.Option("--pool", help="The pool of a bare serial number.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Tell whether a serial number was issued, when, to whom and for which request."""
    from packtrail.services.supply import looking_up

    with organisation.acting() as (application, actor):
        found = looking_up.look_up(application, actor, serial, pool=pool)
    if json:
        write_json(found)
    else:
        for each in found:
            write_line(_told(each))
    if not any(each.is_issued for each in found):
        raise typer.Exit(FINDINGS)


@serials.command("forecast")
def show_forecast(organisation: options.Organisation, json: options.Json = False) -> None:
    """Tell when pools run low if they go on as they did."""
    from packtrail.services.supply import forecasting

    with organisation.acting() as (application, actor):
        found = forecasting.forecasts(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Pool", "A day", "Low on", "At the earliest", "At the latest"),
        (
            (name, f"{each.per_day:,.0f}", each.low_on, each.low_from, each.low_until)
            for name, each in found.items()
        ),
    )


@serials.command("secrets")
def show_secrets(
    organisation: options.Organisation,
    serial: Annotated[
        str, typer.Argument(help="A serialised GTIN in any notation, or a bare number.")
    ],
    pool: Annotated[
        str | None, typer.Option("--pool", help="The pool of a bare serial number.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Show key (91) and signature (92) of a number; that you saw them stands in the audit trail."""
    from packtrail.services.supply import looking_up

    with organisation.acting() as (application, actor):
        found = looking_up.show_secrets(application, actor, serial, pool=pool)
    if json:
        write_json(found)
    else:
        write_table("", ("Element", ""), found.items())


@serials.command("ledger")
def show_ledger(  # noqa: PLR0913, PLR0917
    organisation: options.Organisation,
    pool: Annotated[
        str | None, typer.Argument(help="Code of the pool, or owner/code; default: all.")
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help=f"Only {', '.join(_KINDS)}; may be repeated.")
    ] = None,
    text: Annotated[
        str, typer.Option("--text", help="Only with this in request, receiver or purpose.")
    ] = "",
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only from then on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Only before then.")
    ] = None,
    cursor: Annotated[
        str | None, typer.Option("--cursor", help="Go on where the answer before ended.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="Most entries.")] = 100,
    json: options.Json = False,
) -> None:
    """List the entries of ledgers, the newest first."""
    from packtrail.services.supply import looking_up

    wanted = looking_up.Wanted(
        pool=pool or "",
        kinds=kinds or (),
        text=text,
        since=options.moment(since, option="--since"),
        until=options.moment(until, option="--until"),
    )
    with organisation.acting() as (application, actor):
        page = looking_up.search(application, actor, wanted, cursor=cursor, limit=limit)
    if json:
        write_json(page)
        return
    write_table(
        "",
        ("Pool", "Entry", "Kind", "Asked", "Count", "To or from", "For", "Request", "When", "By"),
        (
            (
                each.pool, each.entry_no, each.kind, f"{each.asked:,}", f"{each.count:,}",
                each.party, each.purpose, each.request_id, each.at, each.actor_name,
            )
            for each in page.entries
        ),
    )  # fmt: skip
    if page.cursor:
        talk.print(f"There are more: --cursor {page.cursor}")


@serials.command("proof")
def proof(
    organisation: options.Organisation,
    pool: Annotated[
        str | None, typer.Argument(help="Code of the pool, or owner/code; default: all.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the inspector's report to a PDF."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Go through whole ledgers: no number was issued twice, and none is guessed too easily.

    Every number ever issued is made again and turned back. The exit code is 1 when a ledger does
    not hold.
    """
    from rich.progress import Progress

    from packtrail.rendering.reports import write_pdf
    from packtrail.services.supply import pools, proving
    from packtrail.services.supply.reporting import proof_report

    with (
        organisation.acting() as (application, actor),
        Progress(console=talk, transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        total = sum(each.issued for each in pools.pools(application, actor))
        task = bar.add_task("proving", total=total)
        proofs = proving.prove(
            application, actor, pool, progress=lambda count: bar.update(task, advance=count)
        )
        if out is not None:
            write_file(out, [write_pdf(proof_report(proofs, by=actor, at=application.clock()))])
    if json:
        write_json(proofs)
    else:
        for each in proofs:
            _tell_proof(each)
    if not all(each.holds for each in proofs):
        raise typer.Exit(FINDINGS)


def _written(
    application: Application, actor: Actor, delivery: Delivery, out: Path
) -> Iterable[bytes]:
    """Return the file of a delivery, in the form that its ending asks for."""
    from packtrail.rendering.number_files import SUFFIXES, write_numbers
    from packtrail.services.supply import pools

    form = next((form for form, ending in SUFFIXES.items() if out.suffix == f".{ending}"), "text")
    if form == "text":
        return delivery.lines()
    pool = pools.pool(application, actor, f"{delivery.entry.owner}/{delivery.entry.pool}")
    gtin = pool.number_of if pool.kind == pools.SGTIN else ""
    labels = ((label.serial, label.elements) for label in delivery.labels())
    return write_numbers(form, gtin, labels)


def _told(found: LookUp) -> str:
    where = f"pool {found.owner}/{found.pool}"
    if found.entry is None:
        never = "never issued by" if found.state == "unknown" else "in stock, not issued, of"
        return f"{found.serial}  {never} {where}"
    entry, settled = found.entry, found.settled
    parts = [
        f"{found.serial}  issued {entry.at:%Y-%m-%d %H:%M:%S %Z} by {entry.actor_name}",
        f"from {where}",
        f"to {entry.party}" if entry.party else "",
        f"for {entry.purpose}" if entry.purpose else "",
        f"request {entry.request_id}",
        f"{settled.kind} {settled.at:%Y-%m-%d %H:%M:%S %Z}" if settled else "",
    ]
    return ", ".join(filter(None, parts))


def _tell_proof(proof: Proof) -> None:
    verdict = "no number was issued twice" if proof.holds else "THE LEDGER DOES NOT HOLD"
    promise = f"below {proof.guess_limit}" if proof.guess_limit else "no promise made"
    write_table(
        f"Pool {proof.owner}/{proof.pool} for {proof.number_of}: {verdict}",
        ("", ""),
        (
            ("Proven at", f"{proof.at:%Y-%m-%d %H:%M:%S %Z}"),
            ("Ledger since", f"{proof.since:%Y-%m-%d %H:%M:%S %Z}"),
            ("Entries read", f"{proof.entries:,}"),
            ("Keys so far", proof.generations),
            ("Issued", f"{proof.issued:,}"),
            ("Made again and turned back", f"{proof.proven:,}"),
            ("Used", f"{proof.used:,}"),
            ("Returned, void, expired", f"{proof.returned:,}, {proof.voided:,}, {proof.expired:,}"),
            ("Guess probability", f"{proof.guess_probability}, {promise}"),
        ),
    )
    tell_findings(proof.findings)
