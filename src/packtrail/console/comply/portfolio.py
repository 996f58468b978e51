"""The portfolio: its entries by kind; the form of each, files and history as of every book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from packtrail.compliance.book import Kind
from packtrail.compliance.words import ProductClass
from packtrail.console import books, templates
from packtrail.services.lines import floor
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.portfolio.files import FILES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from starlette.responses import Response

    from packtrail.console.visit import Visit

_ROWS_MAX: Final = 1_000


def _beside(_visit: Visit, kind: StrEnum, key: str | None) -> Mapping[str, Any]:
    is_product = kind is Kind.PRODUCT and key
    return {"links": [(f"/comply/products/{key}", "Where it may be sold")]} if is_product else {}


DESK: Final = books.Desk(
    files=FILES,
    room="comply_base.html",
    home="/comply/portfolio",
    entries="/comply/portfolio",
    listing="/comply/portfolio",
    choices={"class": [each.value for each in ProductClass]},
    beside=_beside,
)


def portfolio(visit: Visit) -> Response:
    """Show the entries of a kind."""
    word = visit.query("show") or "products"
    kind = DESK.kind(word)
    found = PORTFOLIO.entries(visit.app, visit.who, Kind(kind))
    typed = visit.query("find").casefold()
    rows = [each for each in found if typed in f"{each.key} {each.body}".casefold()]
    book = PORTFOLIO.opened(visit.app, visit.who).book
    return templates.render(
        visit,
        "comply_portfolio.html",
        word=word,
        kind=kind.value,
        rows=rows[:_ROWS_MAX],
        total=len(rows),
        counts={name: len(book.entries[each]) for name, each in FILES.kinds.items()},
        sites=floor.sites(visit.app, visit.who),
        lines=floor.lines(visit.app, visit.who),
        find=visit.query("find"),
    )
