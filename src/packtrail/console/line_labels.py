"""Labels of a work order: what would be printed, for each level, to look at and to download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.downloads import attachment
from packtrail.production.levels import LEVELS, Level
from packtrail.services.orders import order_labels, orders

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.rendering.labels import Label


def label(visit: Visit) -> Response:
    """Show the label of a level."""
    order, level = orders.order(visit.app, visit.who, visit.path("order_id")), _level(visit)
    drawn: Label | None = None
    findings: tuple[Finding, ...] = ()
    try:
        drawn = _drawn(visit, level)
    except NotPermitted:
        raise
    except RefusedError as refusal:
        findings = refusal.findings
    tier = order.terms.tier(level)
    carries = "gtin" if tier and tier.gtin else "sscc"
    known = order_labels.templates(visit.app, visit.who)
    return templates.render(
        visit,
        "lines_label.html",
        status=422 if findings else 200,
        order=order,
        level=level,
        drawn=drawn,
        findings=findings,
        templates=[(n, each) for n, each in known.items() if each.is_for(level, carries)],
        chosen=visit.query("template"),
        number=visit.query("number"),
    )


def picture(visit: Visit) -> Response:
    """Return the label as SVG."""
    return Response(_drawn(visit, _level(visit)).svg(), media_type="image/svg+xml")


def zpl(visit: Visit) -> Response:
    """Return the label for a printer."""
    level = _level(visit)
    content = _drawn(visit, level).zpl()
    return attachment(content.encode(), f"{level}.zpl", "text/plain; charset=utf-8")


def proof(visit: Visit) -> Response:
    """Return the labels of all levels as PDF."""
    content = order_labels.proof(visit.app, visit.who, visit.path("order_id"))
    return attachment(content, "label-proof.pdf", "application/pdf")


def _drawn(visit: Visit, level: Level) -> Label:
    return order_labels.label(
        visit.app, visit.who, visit.path("order_id"), level,
        number=visit.query("number") or None, template=visit.query("template") or None,
    )  # fmt: skip


def _level(visit: Visit) -> Level:
    if visit.path("level") not in LEVELS:
        raise HTTPException(404)
    return Level(visit.path("level"))
