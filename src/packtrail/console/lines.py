"""Lines: the order board, sites and lines, trade items, and the form for a new work order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from packtrail.access import Permission, require
from packtrail.base.errors import RefusedError
from packtrail.console import templates
from packtrail.console.visit import new_request_id, redirect
from packtrail.production import codes
from packtrail.production.levels import LEVELS, Level, Tier
from packtrail.production.orders import ON_LINE, State
from packtrail.services.lines import floor
from packtrail.services.orders import order_commands, orders
from packtrail.store.orders import OrderFilter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.lines.floor import Line
    from packtrail.services.orders.orders import WorkOrder

PAGE_LENGTH = 50
FILTERS = {
    "open": ("Open", tuple(state for state in State if state is not State.CLOSED)),
    "running": ("On a line", tuple(sorted(ON_LINE))),
    "account": ("To reconcile", (State.COMPLETED, State.ABORTED)),
    "closed": ("Closed", (State.CLOSED,)),
    "all": ("All", ()),
}
"""Name in the address -> title, and the states it shows."""


def board(visit: Visit) -> Response:
    """Show every line with what it does now, and the orders."""
    return templates.render(visit, "lines_board.html", **_board(visit))


def board_now(visit: Visit) -> Response:
    """Show the part of the board that changes."""
    return templates.render(visit, "part_board.html", **_board(visit))


def _board(visit: Visit) -> dict[str, Any]:
    shown = visit.query("show") if visit.query("show") in FILTERS else "open"
    before = visit.query("before") or None
    wanted = OrderFilter(states=tuple(FILTERS[shown][1]))
    found = orders.orders(visit.app, visit.who, wanted, limit=PAGE_LENGTH + 1, before=before)
    busy = orders.orders(visit.app, visit.who, OrderFilter(states=tuple(sorted(ON_LINE))))
    on_line = {(each.operator, each.line): each for each in busy}
    lines = floor.lines(visit.app, visit.who)
    return {
        "shown": shown,
        "filters": FILTERS,
        "orders": found[:PAGE_LENGTH],
        "next_before": found[PAGE_LENGTH - 1].order_id if len(found) > PAGE_LENGTH else None,
        "before": before,
        "lines": [(each, on_line.get((each.operator, each.code))) for each in lines],
        "good_of": good_of,
        "is_live": bool(busy) and not before,
    }


def good_of(order: WorkOrder) -> int:
    """Return how many packs an order has that were commissioned and not rejected later."""
    spoilt = sum(order.done(what, Level.PACK) for what in ("sample", "destroy", "decommission"))
    return max(0, order.done("commission", Level.PACK) - spoilt)


# --- sites, lines, trade items --------------------------------------------------------------------


def floor_page(visit: Visit) -> Response:
    """Show sites, lines and trade items."""
    return _floor(visit)


def add_site(visit: Visit) -> Response:
    """Describe a site."""
    try:
        floor.create_site(
            visit.app, visit.who, visit.sent("code").strip(), name=visit.sent("name"),
            gln=visit.sent("gln").strip() or None, country=visit.sent("country").strip() or None,
            time_zone=visit.sent("time_zone").strip() or "UTC",
        )  # fmt: skip
    except RefusedError as refusal:
        return _floor(visit, refusal=refusal)
    return redirect("/lines/floor")


def add_line(visit: Visit) -> Response:
    """Describe a packaging line."""
    speed = visit.sent("speed").strip()
    told = floor.NewLine(
        code=visit.sent("code").strip(),
        site=visit.sent("site"),
        name=visit.sent("name"),
        levels=_chosen(visit),
        speed_packs_per_minute=int(speed) if speed.isascii() and speed.isdigit() else None,
    )
    try:
        floor.create_line(visit.app, visit.who, told)
    except RefusedError as refusal:
        return _floor(visit, refusal=refusal)
    return redirect("/lines/floor")


def add_trade_item(visit: Visit) -> Response:
    """Describe a trade item with its levels."""
    prefix = visit.sent("prefix").strip() or None
    try:
        told = floor.NewTradeItem(
            code=visit.sent("code").strip(),
            name=visit.sent("name"),
            market=visit.sent("market"),
            national_number=visit.sent("national_number").strip() or None,
            tiers=tuple(_tiers(visit, prefix)),
            owner=visit.sent("owner") or None,
            serves=visit.sent("serves").strip() or None,
        )
        floor.create_trade_item(visit.app, visit.who, told)
    except RefusedError as refusal:
        return _floor(visit, refusal=refusal)
    return redirect("/lines/floor#items")


def _tiers(visit: Visit, prefix: str | None) -> Iterator[Tier]:
    """Yield the levels of a form: those above the pack only where they hold something."""
    for level in LEVELS:
        holds = visit.sent(f"{level}_holds").strip()
        gtin = visit.sent(f"{level}_gtin").strip() or None
        if level is Level.PACK:
            yield Tier(level=level, gtin=gtin, prefix=prefix)
        elif holds:
            extension = visit.sent(f"{level}_extension").strip() or "0"
            yield Tier(
                level=level, gtin=gtin, prefix=prefix, holds=_whole(holds), extension=extension
            )


def _floor(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    findings = refusal.findings if refusal else ()
    sites = floor.sites(visit.app, visit.who)
    return templates.render(
        visit,
        "lines_floor.html",
        status=422 if refusal else 200,
        findings=findings,
        sent=visit.form,
        sites=sites,
        own_sites=[each for each in sites if each.operator == visit.who.organisation_code],
        lines=floor.lines(visit.app, visit.who),
        items=floor.trade_items(visit.app, visit.who),
        levels=LEVELS,
    )


def _chosen(visit: Visit) -> list[str]:
    return [str(each) for each in visit.form.getlist("levels")]


# --- a new order ----------------------------------------------------------------------------------


def new_order(visit: Visit) -> Response:
    """Show the form for a work order."""
    require(visit.who, Permission.ORDER_CREATE)
    return _new_order(visit)


def create_order(visit: Visit) -> Response:
    """Make a work order of a form, then show it."""
    try:
        plan = order_commands.OrderPlan(
            code=visit.sent("code").strip(),
            line=visit.sent("line"),
            trade_item=visit.sent("trade_item"),
            lot=visit.sent("lot").strip(),
            expires=visit.sent("expires").strip(),
            quantity=_whole(visit.sent("quantity")),
            spare_percent=_whole(visit.sent("spare") or "0"),
            mixed_lots_from=visit.sent("mixed_lots_from") or None,
        )
        made = order_commands.create(
            visit.app, visit.who, plan, is_started=visit.sent("start") == "yes",
            request_id=visit.sent("request_id") or None,
        )  # fmt: skip
    except RefusedError as refusal:
        return _new_order(visit, findings=refusal.findings)
    return redirect(f"/lines/orders/{made.order_id}")


def _new_order(visit: Visit, *, findings: Sequence[Finding] = ()) -> Response:
    return templates.render(
        visit,
        "lines_new.html",
        status=422 if findings else 200,
        findings=findings,
        sent=visit.form,
        lines=[each for each in floor.lines(visit.app, visit.who) if not each.retired_at],
        items=floor.trade_items(visit.app, visit.who),
        levels=LEVELS[1:],
        name_of=_name_of,
        request_id=visit.sent("request_id") or new_request_id(),
    )


def _name_of(line: Line) -> str:
    return f"{line.operator}/{line.code}"


_APART = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
"""A count as pages show it, with its thousands apart."""


def _whole(text: str) -> int:
    """Return a whole number of a form.

    Raises:
        RefusedError: `LIN-012`, it is none.
    """
    plain = text.strip().replace(" ", "")
    if _APART.fullmatch(plain):
        plain = plain.replace(",", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 9):
        message = f"{text[:40]!r} is no whole number."
        raise RefusedError(codes.BAD_ORDER.found(message, at="quantity"))
    return int(plain)
