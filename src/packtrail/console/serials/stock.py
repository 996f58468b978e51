"""Stock from outside and for outside: files of authorities, orders, stations and sealed blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from packtrail.access import Permission
from packtrail.base.errors import NotFound, RefusedError
from packtrail.console import templates
from packtrail.console.serials import fields
from packtrail.console.visit import redirect
from packtrail.rendering.tables import Column, Kind, Table, write_csv
from packtrail.serials.codes import BAD_REQUEST, NO_ORDER
from packtrail.services.supply import blocks as sealing
from packtrail.services.supply import importing, ordering, pools, stations
from packtrail.services.supply.allocating import Asking
from packtrail.services.supply.pools import IMPORTED

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.supply.importing import Imported

BLOCK_MEDIA_TYPE = "application/octet-stream"


# --- files and orders -----------------------------------------------------------------------------


def import_form(visit: Visit) -> Response:
    """Show the pools that import, their orders, and the form for a file."""
    return _import(visit)


def import_file(visit: Visit) -> Response:
    """Bring the numbers of a file in, and tell how many, or what is wrong with which rows."""
    try:
        file = _file(visit)
        done = importing.import_numbers(
            visit.app, visit.who, visit.sent("pool"), file.file, file.filename or "file"
        )
    except RefusedError as refusal:
        return _import(visit, findings=refusal.findings)
    return _import(visit, done=done)


def _file(visit: Visit) -> UploadFile:
    file = visit.form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise RefusedError(BAD_REQUEST.found("There is no file.", at="file"))
    return file


def add_order(visit: Visit) -> Response:
    """Ask an authority for numbers."""
    try:
        ordering.order(visit.app, visit.who, visit.sent("pool"), fields.number(visit, "count"))
    except RefusedError as refusal:
        return _import(visit, findings=refusal.findings)
    return redirect("/serials/import")


def change_order(visit: Visit) -> Response:
    """Note that an order was sent, or give it up."""
    do = {"sent": ordering.mark_sent, "give-up": ordering.give_up}.get(visit.sent("change"))
    if do is None:
        raise HTTPException(404)
    do(visit.app, visit.who, visit.path("order_id"))
    return redirect("/serials/import")


def order_file(visit: Visit) -> Response:
    """Give an order as a file for the authority."""
    wanted = visit.path("order_id")
    for order in ordering.orders(visit.app, visit.who):
        if order.order_id == wanted:
            columns = (
                Column("order"), Column("gtin"), Column("market"),
                Column("serial_length", Kind.NUMBER), Column("quantity", Kind.NUMBER),
                Column("ordered_at", Kind.MOMENT),
            )  # fmt: skip
            row = (
                order.order_id, order.gtin, order.market, order.length, order.count,
                order.ordered_at,
            )  # fmt: skip
            headers = {"Content-Disposition": f'attachment; filename="order-{wanted}.csv"'}
            content = write_csv(Table("Order", columns, [row]))
            return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
    raise NotFound(NO_ORDER.found(f"There is no order {wanted[:80]!r}.", at="order"))


def _import(
    visit: Visit, *, done: Imported | None = None, findings: tuple[Finding, ...] = ()
) -> Response:
    return templates.render(
        visit,
        "serials_import.html",
        status=422 if findings else 200,
        pools=[
            each
            for each in pools.pools(visit.app, visit.who)
            if each.source == IMPORTED and each.closed_at is None
        ],
        orders=ordering.orders(visit.app, visit.who),
        done=done,
        findings=findings,
        chosen=visit.sent("pool") or visit.query("pool"),
    )


# --- stations and blocks --------------------------------------------------------------------------


def blocks(visit: Visit) -> Response:
    """Show sealed blocks and stations."""
    return _blocks(visit)


def seal(visit: Visit) -> Response:
    """Seal numbers for a station, and give the file."""
    try:
        until = fields.required_day(visit.sent("expires_on"), "expires_on")
        what = Asking(
            count=fields.number(visit, "count"),
            request_id=visit.sent("request_id"),
            purpose=visit.sent("purpose").strip(),
        )
        sealed = sealing.seal(
            visit.app, visit.who, visit.sent("pool"), what, station=visit.sent("station"),
            expires_at=until,
        )  # fmt: skip
    except RefusedError as refusal:
        return _blocks(visit, findings=refusal.findings)
    filename = f"{sealed.block.pool}-{sealed.block.block_id[:8]}.ptblock"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(sealed.content, media_type=BLOCK_MEDIA_TYPE, headers=headers)


def change_station(visit: Visit) -> Response:
    """Register a station, or revoke one."""
    name = visit.sent("name").strip()
    try:
        if visit.sent("change") == "revoke":
            stations.revoke_station(visit.app, visit.who, name)
        else:
            stations.add_station(visit.app, visit.who, name, visit.sent("public_key").strip())
    except RefusedError as refusal:
        return _blocks(visit, findings=refusal.findings)
    return redirect("/serials/blocks")


def block(visit: Visit) -> Response:
    """Show one block and what became of its numbers."""
    return _block(visit)


def settle_block(visit: Visit) -> Response:
    """Say what became of a block, then show it again."""
    block_id = visit.path("block_id")
    try:
        sealing.settle(
            visit.app,
            visit.who,
            block_id,
            used=fields.listed(visit, "used"),
            void=fields.listed(visit, "void"),
            is_lost=visit.sent("rest") == "void",
            reason=visit.sent("reason").strip(),
        )
    except NotFound:
        raise
    except RefusedError as refusal:
        return _block(visit, findings=refusal.findings)
    return redirect(f"/serials/blocks/{block_id}")


def _blocks(visit: Visit, *, findings: tuple[Finding, ...] = ()) -> Response:
    may_take = visit.who.may(Permission.ALLOCATION_CREATE)
    return templates.render(
        visit,
        "serials_blocks.html",
        status=422 if findings else 200,
        blocks=sealing.blocks(visit.app, visit.who),
        stations=stations.stations(visit.app, visit.who),
        signer_key=stations.signer_public_key(visit.app, visit.who),
        pools=[each for each in pools.pools(visit.app, visit.who) if each.closed_at is None]
        if may_take
        else [],
        findings=findings,
        request_id=fields.new_request_id(),
        sent=visit.sent,
    )


def _block(visit: Visit, *, findings: tuple[Finding, ...] = ()) -> Response:
    return templates.render(
        visit,
        "serials_block.html",
        status=422 if findings else 200,
        block=sealing.block(visit.app, visit.who, visit.path("block_id")),
        findings=findings,
        sent=visit.sent,
    )
