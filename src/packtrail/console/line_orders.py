"""The page of a work order: counters that move while its line runs, commands, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import Response

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.lines import good_of
from packtrail.console.visit import new_request_id, redirect
from packtrail.production.levels import Level
from packtrail.production.orders import ON_LINE, Command, State
from packtrail.services.lines import line_reports, waiting
from packtrail.services.orders import order_commands, orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.lines.line_reports import Receipt
    from packtrail.services.orders.orders import WorkOrder

REPORTS_SHOWN = 12
BARS_MAX = 60
_RATE_OF = 10
"""Newest reports that the speed is counted over."""
_SPOILT = ("reject", "destroy", "decommission")


@dataclass(frozen=True, slots=True)
class Bar:
    """One report in the picture of the last ones, in parts of 100."""

    report_no: int
    good: int
    bad: int
    good_height: float
    bad_height: float


def order(visit: Visit) -> Response:
    """Show a work order."""
    return _order(visit)


def live(visit: Visit) -> Response:
    """Show the part of the page of an order that changes while its line runs."""
    return templates.render(visit, "part_order.html", **_shown(visit))


def command(visit: Visit) -> Response:
    """Give a command to an order, then show it."""
    where = visit.path("order_id")
    return _act(visit, lambda: order_commands.command(
        visit.app, visit.who, where, visit.sent("command"), reason=visit.sent("reason").strip(),
        request_id=visit.sent("request_id") or None,
    ))  # fmt: skip


def prepare(visit: Visit) -> Response:
    """Give a waiting order the numbers that it lacks."""
    where = visit.path("order_id")
    return _act(visit, lambda: order_commands.prepare(visit.app, visit.who, where))


def dismiss(visit: Visit) -> Response:
    """Let something wait no longer, or go on without a report that is missing."""
    where, reason = visit.path("order_id"), visit.sent("reason").strip()
    report_no, _, place = visit.sent("place").partition(".")
    if report_no.isdigit() and place.isdigit():
        return _act(visit, lambda: waiting.dismiss(
            visit.app, visit.who, where, int(report_no), int(place), reason=reason
        ))  # fmt: skip
    return _act(visit, lambda: waiting.go_on(visit.app, visit.who, where, reason=reason))


def original(visit: Visit) -> Response:
    """Return a report as it was sent, always as a download."""
    where, number = visit.path("order_id"), visit.path("report_no")
    found = orders.order(visit.app, visit.who, where)
    content = line_reports.original(visit.app, visit.who, where, int(number))
    name = quote(f"{found.code}-{number}.txt", safe="")
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def numbers(visit: Visit) -> Response:
    """Return the numbers of a level of a released order, one a line, as a download."""
    where, level = visit.path("order_id"), visit.path("level")
    found = orders.order(visit.app, visit.who, where)
    parts = order_commands.numbers(visit.app, visit.who, where, level)
    name = quote(f"{found.code}-{level}.txt", safe="")
    return Response(
        b"".join(parts),
        media_type="text/plain",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _act(visit: Visit, act: Any) -> Response:
    try:
        act()
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _order(visit, findings=refusal.findings)
    return redirect(f"/lines/orders/{visit.path('order_id')}")


def _order(visit: Visit, *, findings: Sequence[Finding] = ()) -> Response:
    return templates.render(
        visit,
        "lines_order.html",
        status=409 if findings else 200,
        findings=findings,
        history=orders.history(visit.app, visit.who, visit.path("order_id")),
        request_id=new_request_id(),
        **_shown(visit),
    )


def _shown(visit: Visit) -> dict[str, Any]:
    found = orders.order(visit.app, visit.who, visit.path("order_id"))
    newest = line_reports.reports(visit.app, visit.who, found.order_id, limit=BARS_MAX)
    good = good_of(found)
    speed = _speed(newest)
    missing = max(0, found.terms.quantity - good)
    return {
        "order": found,
        "good": good,
        "rejected": sum(found.done(what, Level.PACK) for what in _SPOILT),
        "sampled": sum(found.done(what, Level.PACK) for what in ("sample", "sample_label")),
        "share": min(1.0, good / found.terms.quantity),
        "speed": speed,
        "minutes_left": round(missing / speed) if speed and missing else None,
        "reports": newest[:REPORTS_SHOWN],
        "bars": _bars(newest),
        "room": waiting.waiting(visit.app, visit.who, found.order_id),
        "is_live": found.state in {*ON_LINE, State.READY} and found.is_released,
        "buttons": _buttons(found),
    }


def _buttons(found: WorkOrder) -> list[Command]:
    """Return the commands that the page offers by themselves."""
    offered = (Command.START, Command.STOP, Command.CANCEL)
    return [each for each in offered if each in found.commands]


def _speed(newest: Sequence[Receipt]) -> float | None:
    """Return good packs a minute over the newest reports, by when they happened."""
    told = [each for each in newest[:_RATE_OF] if each.first_at and each.last_at]
    if not told:
        return None
    first = min(each.first_at for each in told if each.first_at)
    last = max(each.last_at for each in told if each.last_at)
    minutes = (last - first).total_seconds() / 60
    good = sum(each.done.get("commission:pack", 0) for each in told)
    return good / minutes if minutes > 0 else None


def _bars(newest: Sequence[Receipt]) -> list[Bar]:
    """Return the newest reports, oldest first, as bars of good packs and rejects."""
    counted = [
        (
            each.report_no,
            each.done.get("commission:pack", 0),
            sum(each.done.get(f"{what}:pack", 0) for what in _SPOILT) + each.refused,
        )
        for each in reversed(newest)
    ]
    most = max((good + bad for _, good, bad in counted), default=0)
    if not most:
        return []
    return [
        Bar(number, good, bad, 100 * good / most, 100 * bad / most) for number, good, bad in counted
    ]
