"""`packtrail portfolio`: what is sold where and how, with its history; import and export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packtrail.base.errors import RefusedError, UsageError
from packtrail.cli import options
from packtrail.cli.output import tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.compliance.book import Kind
    from packtrail.services.book_views import ChangeView, EntryView, Outcome
    from packtrail.services.portfolio.importing import Receipt

portfolio = typer.Typer(
    help="What is sold where and how: products, licences, practices, lines, partners.",
    no_args_is_help=True,
)

What = Annotated[
    str,
    typer.Argument(
        metavar="KIND", help="product, licence, practice, placement, partner or company."
    ),
]
Key = Annotated[str, typer.Argument(help="Code, or product/market, or product/market/line.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the history.")]
_COLUMNS: dict[str, tuple[str, ...]] = {
    "company": ("roles",),
    "product": ("code", "name", "presentation", "class", "groups", "made_in"),
    "practice": ("code", "name"),
    "licence": ("product", "market", "trade_item", "practices", "sold_from", "sold_until"),
    "placement": ("product", "market", "line"),
    "partner": ("code", "name", "markets", "roles", "groups", "sites"),
}
"""Kind -> what a list shows of its entries."""


@portfolio.command("list")
def list_entries(
    what: What,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """List the entries of a kind."""
    from packtrail.services.portfolio import entries

    kind = _kind(what)
    with options.acting(data, db, organisation) as (application, actor):
        found = entries.entries(application, actor, kind)
    if json:
        write_json(found)
        return
    columns = _COLUMNS[kind.value]
    write_table(
        "",
        [each.replace("_", " ").capitalize() for each in columns],
        ([cell(each.body.get(name)) for name in columns] for each in found),
    )


@portfolio.command("show")
def show(
    what: What,
    key: Key,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Show one entry."""
    from packtrail.services.portfolio import entries

    with options.acting(data, db, organisation) as (application, actor):
        found = entries.entry(application, actor, _kind(what), key)
    tell_entry(found, json=json)


@portfolio.command("put")
def put(
    what: What,
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(help="YAML or JSON; - is standard input.")
    ],
    reason: Reason = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say only what would become of it.")
    ] = False,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Write one entry: it is new, or takes the place of the one with its key."""
    from packtrail.compliance import nodes
    from packtrail.services.portfolio import entries

    table, findings = nodes.read(file.read(nodes.BYTES_MAX + 1), file.name)
    if findings:
        raise RefusedError(*findings)
    entry = entries.read(_kind(what), table, at=file.name)
    with options.acting(data, db, organisation) as (application, actor):
        outcome = entries.change(
            application, actor, [entries.Put(entry)], reason=reason, is_trial=dry_run
        )
    tell_outcome(outcome, json=json)


@portfolio.command("remove")
def remove(
    what: What,
    key: Key,
    reason: Reason = "",
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Take an entry out; its history stays."""
    from packtrail.services.portfolio import entries

    gone = entries.Remove(_kind(what), key)
    with options.acting(data, db, organisation) as (application, actor):
        outcome = entries.change(application, actor, [gone], reason=reason)
    tell_outcome(outcome, json=json)


@portfolio.command("history")
def history(
    what: Annotated[str | None, typer.Argument(metavar="KIND", help="Only of this kind.")] = None,
    key: Annotated[str | None, typer.Argument(help="Only of this entry.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many.")] = 50,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Tell who changed what, when and why, the newest first."""
    from packtrail.services.portfolio import entries

    kind = _kind(what) if what else None
    with options.acting(data, db, organisation) as (application, actor):
        found = entries.history(application, actor, kind=kind, key=key, limit=limit)
    tell_history(found, json=json)


@portfolio.command("import")
def import_file(
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="CSV, JSON or XLSX.")],
    what: Annotated[
        str | None,
        typer.Option("--as", metavar="WHAT", help="What a single table is: products, licences ..."),
    ] = None,
    reason: Reason = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say only what would become of it.")
    ] = False,
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


def _kind(text: str) -> Kind:
    from packtrail.compliance.book import Kind

    for kind in Kind:
        if text in {kind.value, f"{kind.value}s"}:
            return kind
    raise UsageError(f"{text!r} is no kind of entry: expected {', '.join(Kind)}.")


def tell_history(found: Sequence[ChangeView], *, json: bool) -> None:
    """Tell who changed what, when and why."""
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Version", "At (UTC)", "By", "What", "Entry", "Why"),
        (
            (
                each.version, f"{each.at:%Y-%m-%d %H:%M}", each.by,
                "removed" if each.after is None else "changed" if each.before else "added",
                f"{each.kind} {each.key}", each.reason,
            )
            for each in found
        ),
    )  # fmt: skip


def tell_entry(found: EntryView, *, json: bool) -> None:
    """Tell one entry with who changed it last."""
    if json:
        write_json(found)
        return
    write_table(
        f"{found.kind} {found.key}",
        ("", ""),
        (
            *((name, cell(value)) for name, value in found.body.items()),
            ("Changed", f"{found.changed_at:%Y-%m-%d %H:%M} UTC by {found.changed_by}"),
        ),
    )


def hand_out(content: bytes, file: Path | None) -> None:
    """Write a file, or to standard output."""
    if file is None:
        sys.stdout.buffer.write(content)
    else:
        file.write_bytes(content)
        write_line(f"{file}: {len(content):,} bytes")


def cell(value: Any) -> str:
    """Return a value of an entry as one cell of a table."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(cell, value))
        case dict():
            return "; ".join(f"{name}: {cell(each)}" for name, each in value.items())
    return str(value)


def tell_outcome(outcome: Outcome, *, json: bool) -> None:
    """Tell what became of changes."""
    if json:
        write_json(outcome)
        return
    tell_findings(outcome.findings)
    write_line(
        f"version {outcome.version}: {outcome.added} added, {outcome.changed} changed, "
        f"{outcome.removed} removed"
    )


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
