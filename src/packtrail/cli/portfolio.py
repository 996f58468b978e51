"""`packtrail portfolio`: what is sold where and how, with its history; import and export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from packtrail.cli.entry_commands import Desk, add_entry_commands

if TYPE_CHECKING:
    from packtrail.compliance.book import Book, Entry, Kind
    from packtrail.services.books.files import BookFiles

portfolio = typer.Typer(
    help="What is sold where and how: products, licences, practices, lines, partners.",
    no_args_is_help=True,
)

_COLUMNS: dict[str, tuple[str, ...]] = {
    "product": ("code", "name", "presentation", "class", "groups", "made_in"),
    "practice": ("code", "name"),
    "licence": ("product", "market", "trade_item", "practices", "sold_from", "sold_until"),
    "placement": ("product", "market", "line"),
    "partner": ("code", "name", "markets", "roles", "groups", "sites"),
    "company": ("roles",),
}
"""Kind -> what a list shows of its entries."""


def _files() -> BookFiles[Book, Kind, Entry]:
    from packtrail.services.portfolio.files import FILES

    return FILES


add_entry_commands(
    portfolio,
    Desk(
        files=_files, title="portfolio", columns=_COLUMNS, tables="products, licences ...",
        usual="product", key="Code, or product/market, or product/market/line.",
    ),
)  # fmt: skip
