"""Goods: how many packs there are, what is at a place, what differs from a stock list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import Response

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.moments import instant, moments_of, shown
from packtrail.console.visit import redirect
from packtrail.rendering.journey_layout import place_name
from packtrail.rendering.tables import write_xlsx
from packtrail.services.goods import locations, stock, stock_lists
from packtrail.services.goods.stock import Asked, Dimension

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.goods.stock_lists import Comparison

ROWS_SHOWN: Final = 200
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LIST_BYTES_MAX: Final = 20_000_000


def place_path(place: str) -> str:
    """Return the path of the page of a place."""
    return "/goods/places/" + quote(place, safe="")


def overview(visit: Visit) -> Response:
    """Show how many packs there are, in which state and at which place."""
    document = visit.query("document")
    if document:
        return redirect("/goods/shipments/" + quote(document, safe=""))
    moments = moments_of(visit)
    by_status = stock.count(visit.app, visit.who, Asked(**moments), by=[Dimension.STATUS])
    by_place = locations.listed(visit.app, visit.who, **moments)
    asked = visit.request.query_params.getlist("by")
    by = [each for each in Dimension if each.value in asked]
    counted = (
        stock.count(visit.app, visit.who, Asked(**moments), by=by, limit=ROWS_SHOWN) if by else None
    )
    return templates.render(
        visit,
        "goods.html",
        by_status=by_status,
        by_place=by_place,
        by=[each.value for each in by],
        counted_by=counted,
        dimensions=[each.value for each in Dimension],
        rows_max=ROWS_SHOWN,
        place_path=place_path,
        place=lambda identifier: place_name(identifier, by_place.places),
        **shown(moments),
    )


def place(visit: Visit) -> Response:
    """Show one place: what is there, and what should be."""
    moments = moments_of(visit)
    view = locations.place(visit.app, visit.who, visit.path("place"), **moments)
    return templates.render(
        visit,
        "goods_place.html",
        view=view,
        rows_max=ROWS_SHOWN,
        place=lambda identifier: place_name(identifier, view.places),
        **shown(moments),
    )


def stock_form(visit: Visit) -> Response:
    """Show the form that takes a stock list."""
    return _compared(visit, visit.query("place"), None)


def compare(visit: Visit) -> Response:
    """Compare the stock list of a form with the record."""
    place, file = visit.sent("place").strip(), visit.form.get("file")
    try:
        if not isinstance(file, UploadFile):
            return _compared(visit, place, None)
        content = file.file.read(_LIST_BYTES_MAX + 1)
        name = file.filename or "stock list"
        found = stock_lists.compare(
            visit.app, visit.who, content, name, place=place, as_of=instant(visit.sent("as_of"))
        )
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _compared(visit, place, None, refused.findings)
    if visit.sent("as") == "xlsx":
        sheets = write_xlsx(stock_lists.tables(found), about={"Place": place, "List": name})
        held = {"content-disposition": 'attachment; filename="stock differences.xlsx"'}
        return Response(sheets, media_type=_XLSX, headers=held)
    return _compared(visit, place, found, found.findings)


def _compared(
    visit: Visit, place: str, found: Comparison | None, findings: Sequence[Finding] = ()
) -> Response:
    places = found.places if found else {}
    return templates.render(
        visit,
        "goods_stock.html",
        status=422 if findings and found is None else 200,
        wanted=place,
        counted_at=visit.sent("as_of"),
        found=found,
        findings=findings,
        rows_max=ROWS_SHOWN,
        place=lambda identifier: place_name(identifier, places),
    )
