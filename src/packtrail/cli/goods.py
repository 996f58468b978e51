"""`packtrail census`, `lots`, `places`, `shipments`, `packs`: what there is, where, what came."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.inference import Confidence, Share, tell_decided
from packtrail.cli.output import FINDINGS, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.goods.locations import PlaceView
    from packtrail.services.goods.lots import LotState, LotView
    from packtrail.services.goods.shipments import ShipmentView
    from packtrail.services.goods.stock import CountRow, Counts

_Word = TypeVar("_Word", bound=StrEnum)
lots = typer.Typer(help="Lots: what became of their packs.", no_args_is_help=True)
places = typer.Typer(help="Places: what is there, and what should be.", no_args_is_help=True)
shipments = typer.Typer(help="Shipments: what was said, what came.", no_args_is_help=True)
packs = typer.Typer(help="Packs and containers: unpack, inspect.", no_args_is_help=True)

Lot = Annotated[str | None, typer.Option("--lot", help="Only this lot.")]
Gtin = Annotated[str | None, typer.Option("--gtin", help="Only this product.")]


def census(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="product, lot, status, place, expiry or parent; several times."),
    ] = None,
    gtin: Gtin = None,
    lot: Lot = None,
    place: options.Place = None,
    status: Annotated[
        str | None, typer.Option("--status", help="Only what counts as that.")
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="Only what lies at its place: not gone, not under way.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most rows to show.")] = 1000,
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """Count packs by product, lot, status, place, expiry or what holds them."""
    from packtrail.lifecycle.journey import Status
    from packtrail.services.goods import stock

    asked = stock.Asked(
        gtin=gtin, lot=lot, place=place, is_here=here,
        status=_member(Status, status, "--status") if status else None,
        as_of=options.moment(as_of, option="--as-of"),
        as_known_at=options.moment(as_known_at, option="--as-known-at"),
    )  # fmt: skip
    dimensions = [_member(stock.Dimension, each, "--by") for each in by or ["status"]]
    with organisation.acting() as (application, actor):
        found = stock.count(application, actor, asked, by=dimensions, limit=limit)
    if json:
        write_json(found)
    else:
        _tell_counts(found)


@lots.command("show")
def show_lot(
    organisation: options.Organisation,
    lot: Annotated[str, typer.Argument(help="The lot number, exactly.")],
    gtin: Gtin = None,
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """Show a lot: its products and expiry, what became of its packs, what is said of it."""
    from packtrail.services.goods import lots as use_cases

    moments = options.moments(as_of, as_known_at)
    with organisation.acting() as (application, actor):
        view = use_cases.lot(application, actor, gtin, lot, **moments)
        state = use_cases.state(application, actor, gtin, lot, **moments)
    if json:
        write_json({"lot": view, "state": state})
    else:
        _tell_lot(view, state)


@places.command("list")
def list_places(
    organisation: options.Organisation,
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """List the places where packs lie, and how many there are."""
    from packtrail.services.goods import locations

    moments = options.moments(as_of, as_known_at)
    with organisation.acting() as (application, actor):
        found = locations.listed(application, actor, **moments)
    if json:
        write_json(found)
    else:
        _tell_counts(found)


@places.command("show")
def show_place(
    organisation: options.Organisation,
    place: Annotated[str, typer.Argument(help="GLN, SGLN or Digital Link.")],
    overdue: Annotated[
        int, typer.Option("--overdue", min=0, help="Days after which goods under way are overdue.")
    ] = 7,
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """Show what is at a place, what is on its way there, and what should have arrived."""
    from packtrail.services.goods import locations

    moments = options.moments(as_of, as_known_at)
    with organisation.acting() as (application, actor):
        found = locations.place(application, actor, place, overdue_for_days=overdue, **moments)
    if json:
        write_json(found)
    else:
        _tell_place(found)


@places.command("compare")
def compare_stock(
    organisation: options.Organisation,
    place: Annotated[str, typer.Argument(help="GLN, SGLN or Digital Link.")],
    file: Annotated[Path, typer.Argument(help="Stock list: CSV, XLSX or JSON.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the differences as a spreadsheet (XLSX).")
    ] = None,
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """Compare a stock list of an ERP, or a count, with what is recorded; exit 1 if they differ."""
    from packtrail.rendering.tables import write_xlsx
    from packtrail.services.goods import stock_lists

    content = options.file(file)
    moments = options.moments(as_of, as_known_at)
    with organisation.acting() as (application, actor):
        found = stock_lists.compare(application, actor, content, file.name, place=place, **moments)
    if out is not None:
        about = {"Place": place, "List": file.name}
        out.write_bytes(write_xlsx(stock_lists.tables(found), about=about))
    if json:
        write_json(found)
    else:
        write_line(
            f"{found.listed_packs} packs listed, {found.recorded_packs} recorded, "
            f"{found.matching_packs} match."
        )
        sheet = stock_lists.tables(found)[0]
        if found.differences:
            write_table("", [column.title for column in sheet.columns], sheet.rows)
        tell_findings(found.findings)
    if found.differences:
        raise typer.Exit(FINDINGS)


@shipments.command("show")
def show_shipment(
    organisation: options.Organisation,
    document: Annotated[
        str, typer.Argument(help="Number or identifier of an order, despatch advice, ...")
    ],
    trust: Annotated[
        str | None,
        typer.Option(
            "--trust",
            help="In place of the rules: what trust, sample or open would make of it.",
        ),
    ] = None,
    share: Share = "0.2",
    confidence: Confidence = "0.95",
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """Show what was said to come under a document, and what arrived; exit 1 if they differ."""
    from packtrail.hierarchy.inference import InferencePolicy, Trust
    from packtrail.services.goods import shipments as use_cases

    share_max = options.share(share, "--share")
    sure = options.share(confidence, "--confidence")
    policy = None
    if trust is not None:
        tried = _member(Trust, trust, "--trust")
        policy = InferencePolicy(trust=tried, share_max=share_max, confidence=sure)
    moments = options.moments(as_of, as_known_at)
    with organisation.acting() as (application, actor):
        found = use_cases.shipment(application, actor, document, policy=policy, **moments)
    if json:
        write_json(found)
    else:
        _tell_shipment(found)
    if found.difference_count:
        raise typer.Exit(FINDINGS)


@packs.command("unpack")
def unpack(
    organisation: options.Organisation,
    identifiers: Annotated[
        list[str], typer.Argument(metavar="ID...", help="What to take out; `-` reads a list.")
    ],
    place: options.Place = None,
    at: options.At = None,
    json: options.Json = False,
) -> None:
    """Take packs or cases out of whatever holds them, which need not be named."""
    from packtrail.services.goods import packing

    occasion = packing.Occasion(place=place, at=options.moment(at, option="--at"))
    with organisation.acting() as (application, actor):
        done = packing.unpack(application, actor, options.listed(identifiers), occasion)
    if json:
        write_json(done)
        return
    for each in done:
        write_line(f"{len(each.children)} taken out of {each.label}")


@packs.command("inspect")
def inspect(
    organisation: options.Organisation,
    container: Annotated[str, typer.Argument(help="The container that was opened.")],
    found: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="What was inside; `-` reads a list."),
    ] = None,
    place: options.Place = None,
    at: options.At = None,
    json: options.Json = False,
) -> None:
    """Record what a container was found to hold; exit 1 if that is not what is recorded."""
    from packtrail.services.goods import packing

    occasion = packing.Occasion(place=place, at=options.moment(at, option="--at"))
    with organisation.acting() as (application, actor):
        seen = packing.inspect(application, actor, container, options.listed(found or []), occasion)
    if json:
        write_json(seen)
    else:
        write_line(f"{seen.label}: {seen.found} found, {seen.expected} recorded")
        for title, some in (("missing", seen.missing), ("not recorded inside", seen.surplus)):
            for each in some:
                write_line(f"  {title}: {each}")
        tell_findings(seen.findings)
    if not seen.is_right:
        raise typer.Exit(FINDINGS)


def _member(kind: type[_Word], text: str, option: str) -> _Word:
    try:
        return kind(text)
    except ValueError:
        words = ", ".join(each.value for each in kind)
        raise UsageError(f"{option} is {text!r}: expected one of {words}.") from None


def _tell_counts(found: Counts) -> None:
    from packtrail.rendering.words import status

    rows = [
        (
            f"{row.gtin} {found.products.get(row.gtin, '')}".strip() if row.gtin else None,
            row.lot,
            status(row.status).text if row.status else None,
            found.places.get(row.place, row.place) if row.place else None,
            row.expires_on,
            row.parent,
        )
        for row in found.rows
    ]
    titles = ("Product", "Lot", "Counts as", "Place", "Expires", "In")
    shown = [at for at in range(len(titles)) if any(cells[at] for cells in rows)]
    write_table(
        f"{found.total} packs" + _cut(found),
        (*(titles[at] for at in shown), "Packs", "Inferred"),
        (
            (*(cells[at] for at in shown), row.count, row.inferred)
            for cells, row in zip(rows, found.rows, strict=True)
        ),
    )


def _cut(found: Counts) -> str:
    shown = len(found.rows)
    return f", the first {shown} of {found.row_count} rows" if shown < found.row_count else ""


def _tell_lot(view: LotView, state: LotState) -> None:
    from packtrail.rendering import times

    until = f", expires {times.expiry(view.expires)}" if view.expires else ""
    names = [product.name for product in view.products if product.name]
    write_line(f"Lot {view.lot}{until}  {', '.join([*view.gtins, *names])}")
    for notice in state.notices:
        kind = notice.kind.replace("_", " ")
        write_line(f"{kind.capitalize()} since {times.iso(notice.effective_at)}: {notice.reason}")
    _tell_counts(state.counts)


def _tell_place(found: PlaceView) -> None:
    name = found.about.name if found.about and found.about.name else found.place
    write_line(f"{name}: {found.here_total} packs, {found.inferred_total} of them inferred")
    _tell_rows("Here", found.here, found)
    for holder in found.containers[:20]:
        write_line(f"  {holder.packs} packs in {holder.label}")
    if found.arriving_total:
        _tell_rows("On the way here", found.arriving, found)
        write_line(f"{found.overdue} left more than {found.overdue_for_days} days ago")


def _tell_rows(title: str, rows: Iterable[CountRow], found: PlaceView) -> None:
    from packtrail.rendering.words import status

    write_table(
        title,
        ("Product", "Lot", "Counts as", "From", "Packs"),
        (
            (
                found.products.get(row.gtin or "", row.gtin),
                row.lot,
                status(row.status).text if row.status else "",
                found.places.get(row.place or "", row.place),
                row.count,
            )
            for row in rows
        ),
    )


def _plain(term: str) -> str:
    return term.replace("_", " ")


def _tell_shipment(found: ShipmentView) -> None:
    from packtrail.rendering import times

    write_line(f"{found.identifier}: {found.said} packs said, {found.arrived} arrived")
    for leg in (*found.despatches, *found.arrivals):
        when = times.moment(leg.event_time, leg.event_time_zone_offset)
        where = found.places.get(leg.place or "", leg.place or "")
        goal = f" to {found.places.get(leg.goal, leg.goal)}" if leg.goal else ""
        shared = f", shared with {', '.join(leg.shared_with)}" if leg.shared_with else ""
        write_line(f"  {when}  {leg.biz_step} at {where}{goal}: {leg.object_count}{shared}")
    write_table(
        "",
        ("Product", "Lot", "Said", "What came of it"),
        (
            (
                found.products.get(line.gtin or "", line.gtin),
                line.lot,
                line.said,
                ", ".join(f"{count} {_plain(each)}" for each, count in line.counts.items()),
            )
            for line in found.lines
        ),
    )
    for decided in found.decided:
        tell_decided(decided)
    for each in found.differences:
        place = f" at {found.places.get(each.place, each.place)}" if each.place else ""
        write_line(f"  {_plain(each.outcome)}: {each.label}{place}")
    for told in found.messages:
        write_line(f"  on the word of {told.by}: {told.name}, {times.moment(told.at)}")
    tell_findings(found.judgement.findings)
