"""`packtrail portfolio`: what is sold where and how, with its history; import and export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.entry_commands import Desk, Reason, Trial, add_entry_commands, hand_out
from packtrail.cli.output import tell_findings, write_json, write_line

if TYPE_CHECKING:
    from packtrail.compliance.book import Book, Entry, Kind
    from packtrail.services.books.entries import EntryBook
    from packtrail.services.portfolio.importing import Receipt

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


def _book() -> EntryBook[Book, Kind, Entry]:
    from packtrail.services.portfolio.entries import PORTFOLIO

    return PORTFOLIO


add_entry_commands(
    portfolio,
    Desk(
        book=_book, columns=_COLUMNS, usual="product",
        key="Code, or product/market, or product/market/line.",
    ),
)  # fmt: skip


@portfolio.command("import")
def import_file(
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="CSV, JSON or XLSX.")],
    what: Annotated[
        str | None,
        typer.Option("--as", metavar="WHAT", help="What a single table is: products, licences ..."),
    ] = None,
    reason: Reason = "",
    dry_run: Trial = False,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Take entries from a file: all of it, or nothing. A workbook may hold every kind."""
    from packtrail.services.portfolio.importing import import_tables
    from packtrail.services.portfolio.sheets import SHEETS

    if what is not None and what not in SHEETS:
        raise UsageError(f"--as is {what!r}: expected one of {', '.join(SHEETS)}.")
    with options.acting(data, db, organisation) as (application, actor):
        receipt = import_tables(
            application, actor, file.read(), Path(file.name).name, what=what, reason=reason,
            is_trial=dry_run,
        )  # fmt: skip
    if json:
        write_json(receipt)
    else:
        _tell_receipt(receipt)


@portfolio.command("export")
def export(
    file: Annotated[
        Path | None,
        typer.Argument(help="Workbook to write; with --as default is standard output."),
    ] = None,
    what: Annotated[
        str | None,
        typer.Option("--as", metavar="WHAT", help="Only one table, as CSV: products, licences ..."),
    ] = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
) -> None:
    """Write the portfolio as a workbook that can be imported again, or one table as CSV."""
    from packtrail.services.portfolio import exporting
    from packtrail.services.portfolio.sheets import SHEETS

    if what is not None and what not in SHEETS:
        raise UsageError(f"--as is {what!r}: expected one of {', '.join(SHEETS)}.")
    if what is None and file is None:
        raise UsageError("Name the workbook to write, or give --as for one table.")
    with options.acting(data, db, organisation) as (application, actor):
        content = (
            exporting.table(application, actor, what)
            if what
            else exporting.workbook(application, actor)
        )
    hand_out(content, file)


@portfolio.command("template")
def template(
    file: Annotated[Path, typer.Argument(help="Workbook to write.")],
) -> None:
    """Write an empty workbook with every sheet and column that an import reads."""
    from packtrail.services.portfolio import exporting

    hand_out(exporting.template(), file)


def _tell_receipt(receipt: Receipt) -> None:
    tell_findings(receipt.findings)
    rows = ", ".join(f"{count} {name}" for name, count in receipt.rows.items())
    verb = "would be" if receipt.is_trial else "are"
    outcome = receipt.outcome
    write_line(f"read: {rows}")
    write_line(
        f"{receipt.described} sites, lines and trade items {verb} new; of the entries "
        f"{outcome.added} {verb} added, {outcome.changed} changed"
    )
