"""Commands that every book of entries has: list, show, put, remove, history; files.

Annotations of this module are values, not text: they name arguments that differ from book to book.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packtrail.base.errors import RefusedError, UsageError
from packtrail.cli import options
from packtrail.cli.output import tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.books.entries import EntryBook
    from packtrail.services.books.files import BookFiles, Receipt
    from packtrail.services.books.views import ChangeView, EntryView, Outcome

Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the history.")]
Trial = Annotated[bool, typer.Option("--dry-run", help="Say only what would become of it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How a book is spoken of on the command line."""

    files: Callable[[], "BookFiles[Any, Any, Any]"]
    """Loads the book; a command that needs none starts without."""
    title: str
    """As a sentence says it: `portfolio`."""
    columns: Mapping[str, tuple[str, ...]]
    """Kind -> what a list shows of its entries."""
    tables: str
    """What tables are called, in a word or two: `products, licences ...`."""
    usual: str
    """Kind of a list that names none."""
    key: str
    """What a key looks like."""

    def book(self) -> "EntryBook[Any, Any, Any]":
        """Return the book itself."""
        return self.files().book

    def table(self, text: str | None) -> str | None:
        """Return the word of a table.

        Raises:
            UsageError: There is no such table.
        """
        words = self.files().sheets
        if text is not None and text not in words:
            raise UsageError(f"--as is {text!r}: expected one of {', '.join(words)}.")
        return text

    def kind(self, text: str) -> StrEnum:
        """Return the kind of a word: `product` or `products`.

        Raises:
            UsageError: There is no such kind.
        """
        kinds: Iterable[StrEnum] = self.book().shelf.kinds.__members__.values()
        for kind in kinds:
            if text in {kind.value, f"{kind.value}s"}:
                return kind
        raise UsageError(f"{text!r} is no kind of entry: expected {', '.join(kinds)}.")


def add_entry_commands(commands: typer.Typer, desk: Desk) -> None:
    """Give a group the commands of a book."""
    names = list(desk.columns)
    help_ = f"{', '.join(names[:-1])} or {names[-1]}."
    what = typer.Argument(metavar="KIND", help=help_)
    key_argument = typer.Argument(metavar="KEY", help=desk.key)
    _add_reading(commands, desk, what, key_argument)
    _add_changing(commands, desk, what, key_argument)
    _add_files(commands, desk)


def _add_reading(commands: typer.Typer, desk: Desk, what_argument: Any, key_argument: Any) -> None:
    @commands.command("list")
    def list_entries(
        organisation: options.Organisation,
        what: Annotated[str, what_argument] = desk.usual,
        json: options.Json = False,
    ) -> None:
        """List the entries of a kind."""
        kind = desk.kind(what)
        with organisation.acting() as (application, actor):
            found = desk.book().entries(application, actor, kind)
        if json:
            write_json(found)
            return
        columns = desk.columns[kind.value]
        titles = [each.replace("_", " ").capitalize() for each in columns]
        write_table("", titles, ([cell(each.body.get(name)) for name in columns] for each in found))

    @commands.command("show")
    def show(
        organisation: options.Organisation,
        what: Annotated[str, what_argument],
        key: Annotated[str, key_argument],
        json: options.Json = False,
    ) -> None:
        """Show one entry."""
        with organisation.acting() as (application, actor):
            found = desk.book().entry(application, actor, desk.kind(what), key)
        tell_entry(found, json=json)

    @commands.command("history")
    def history(
        organisation: options.Organisation,
        what: Annotated[
            str | None, typer.Argument(metavar="KIND", help="Only of this kind.")
        ] = None,
        key: Annotated[
            str | None, typer.Argument(metavar="KEY", help="Only of this entry.")
        ] = None,
        limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many.")] = 50,
        json: options.Json = False,
    ) -> None:
        """Tell who changed what, when and why, the newest first."""
        kind = desk.kind(what) if what else None
        with organisation.acting() as (application, actor):
            found = desk.book().history(application, actor, kind=kind, key=key, limit=limit)
        tell_history(found, json=json)


def _add_changing(commands: typer.Typer, desk: Desk, what_argument: Any, key_argument: Any) -> None:
    @commands.command("put")
    def put(
        organisation: options.Organisation,
        what: Annotated[str, what_argument],
        file: Annotated[
            typer.FileBinaryRead, typer.Argument(help="YAML or JSON; - is standard input.")
        ],
        reason: Reason = "",
        dry_run: Trial = False,
        json: options.Json = False,
    ) -> None:
        """Write one entry: it is new, or takes the place of the one with its key."""
        from packtrail.compliance import nodes
        from packtrail.services.books.entries import Put

        table, findings = nodes.read(file.read(nodes.BYTES_MAX + 1), file.name)
        if findings:
            raise RefusedError(*findings)
        book = desk.book()
        change: Put[Any] = Put(book.read(desk.kind(what), table, at=file.name))
        with organisation.acting() as (application, actor):
            outcome = book.change(application, actor, [change], reason=reason, is_trial=dry_run)
        tell_outcome(outcome, json=json)

    @commands.command("remove")
    def remove(
        organisation: options.Organisation,
        what: Annotated[str, what_argument],
        key: Annotated[str, key_argument],
        reason: Reason = "",
        json: options.Json = False,
    ) -> None:
        """Take an entry out; its history stays."""
        from packtrail.services.books.entries import Remove

        change: Remove[Any] = Remove(desk.kind(what), key)
        with organisation.acting() as (application, actor):
            outcome = desk.book().change(application, actor, [change], reason=reason)
        tell_outcome(outcome, json=json)


def _add_files(commands: typer.Typer, desk: Desk) -> None:
    @commands.command("import")
    def import_file(
        organisation: options.Organisation,
        file: Annotated[typer.FileBinaryRead, typer.Argument(help="CSV, JSON or XLSX.")],
        what: Annotated[
            str | None,
            typer.Option("--as", metavar="WHAT", help=f"What a single table is: {desk.tables}"),
        ] = None,
        reason: Reason = "",
        dry_run: Trial = False,
        json: options.Json = False,
    ) -> None:
        """Take entries from a file: all of it, or nothing. A workbook may hold every kind."""
        with organisation.acting() as (application, actor):
            receipt = desk.files().import_tables(
                application, actor, file.read(), Path(file.name).name, what=desk.table(what),
                reason=reason, is_trial=dry_run,
            )  # fmt: skip
        if json:
            write_json(receipt)
        else:
            _tell_receipt(receipt, desk)

    @commands.command(
        "export",
        help=f"Write the {desk.title} as a workbook that can be imported again, or one table as "
        "CSV.",
    )
    def export(
        organisation: options.Organisation,
        file: Annotated[
            Path | None,
            typer.Argument(help="Workbook to write; with --as default is standard output."),
        ] = None,
        what: Annotated[
            str | None,
            typer.Option("--as", metavar="WHAT", help=f"Only one table, as CSV: {desk.tables}"),
        ] = None,
    ) -> None:
        word, files = desk.table(what), desk.files()
        if word is None and file is None:
            raise UsageError("Name the workbook to write, or give --as for one table.")
        with organisation.acting() as (application, actor):
            content = (
                files.table(application, actor, word)
                if word
                else files.workbook(application, actor)
            )
        hand_out(content, file)

    @commands.command("template")
    def template(file: Annotated[Path, typer.Argument(help="Workbook to write.")]) -> None:
        """Write an empty workbook with every sheet and column that an import reads."""
        hand_out(desk.files().template(), file)


def _tell_receipt(receipt: "Receipt", desk: Desk) -> None:
    tell_findings(receipt.findings)
    write_line(f"read: {', '.join(f'{count} {name}' for name, count in receipt.rows.items())}")
    verb = "would be" if receipt.is_trial else "are"
    beside = desk.files().beside
    if beside and receipt.described:
        write_line(f"{receipt.described} {beside.title} {verb} new")
    write_line(f"{receipt.outcome.added} {verb} added, {receipt.outcome.changed} changed")


def tell_history(found: Sequence["ChangeView"], *, json: bool) -> None:
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


def tell_entry(found: "EntryView", *, json: bool) -> None:
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


def tell_outcome(outcome: "Outcome", *, json: bool) -> None:
    """Tell what became of changes."""
    if json:
        write_json(outcome)
        return
    tell_findings(outcome.findings)
    write_line(
        f"version {outcome.version}: {outcome.added} added, {outcome.changed} changed, "
        f"{outcome.removed} removed"
    )
