"""A book of entries as files: its tables taken in, given out, and an empty workbook to fill in.

Rows add entries or change those of the same key; what a file does not name stays. One bad cell
refuses the file, and every bad cell is told with its sheet and row. The same file again changes
nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol

from packtrail.access import require
from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.exchange.tables import Limits, has_columns, read_table, sheets_of
from packtrail.rendering.tables import Table, write_csv, write_xlsx
from packtrail.services.books.entries import Put
from packtrail.services.books.opening import B, E, K, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.books.entries import EntryBook, Judge
    from packtrail.services.books.sheets import Sheet
    from packtrail.services.books.views import Outcome

    Body: TypeAlias = dict[str, Any]
    Tables: TypeAlias = Mapping[Sheet, Mapping[str, Body]]
    """Sheet -> place of a row and what it says."""

LIMITS: Final = Limits(rows_max=20_000, bytes_max=20 * 1024 * 1024, cell_characters_max=30_000)
_CUT: Final = re.compile(r", |/|$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a file, or would become of it."""

    rows: Mapping[str, int]
    """Sheet -> how many rows were read."""
    described: int
    """What is new beside the book: sites, lines and trade items."""
    outcome: Outcome
    """Entries of the book."""
    is_trial: bool
    findings: tuple[Finding, ...]
    """Warnings and notes."""


class Planned(Protocol):
    """What a file adds beside the book."""

    @property
    def count(self) -> int:
        """How many things it adds."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What cannot be, or is there already and described otherwise."""

    @property
    def judge(self) -> Judge[Any, Any]:
        """What is wrong with entries of the book, once these things are there."""

    def carry_out(self, app: Application, actor: Actor) -> None:
        """Add them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Tables that travel with a book and are kept elsewhere."""

    title: str
    """As a sentence says it: `sites, lines and trade items`."""
    sheets: tuple[Sheet, ...]
    plan: Callable[[Application, Actor, Tables], Planned]
    bodies: Callable[[Application, Actor], Mapping[Sheet, Sequence[Body]]]
    """What there is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFiles(Generic[B, K, E]):
    """The tables of a book."""

    book: EntryBook[B, K, E]
    title: str
    """As a workbook says it: `Inventory of systems and equipment`."""
    of_kind: Mapping[K, Sheet]
    """Kind of an entry -> its sheet."""
    beside: Beside | None = None

    @property
    def sheets(self) -> Mapping[str, Sheet]:
        """Word -> sheet, in the order in which they are read: what is named comes first."""
        first = self.beside.sheets if self.beside else ()
        return {each.word: each for each in (*first, *self.of_kind.values())}

    @property
    def kinds(self) -> Mapping[str, K]:
        """Word of a sheet -> kind of its entries."""
        return {sheet.word: kind for kind, sheet in self.of_kind.items()}

    @property
    def workbook_name(self) -> str:
        """What the file of the whole book is called."""
        return f"{self.book.title}.xlsx"

    def import_tables(
        self,
        app: Application,
        actor: Actor,
        content: bytes,
        filename: str,
        *,
        what: str | None = None,
        reason: str = "",
        is_trial: bool = False,
    ) -> Receipt:
        """Take entries from a file; all of it, or nothing.

        Args:
            app: The application.
            actor: Whose book it is.
            content: CSV, JSON or XLSX.
            filename: As the sender named it.
            what: Word of the sheet that the only table is; None: a workbook says it by the names
                of its sheets, and another table by its columns.
            reason: Why; default: that the file was imported.
            is_trial: Whether to say only what would become of it.

        Raises:
            RefusedError: Everything that is wrong with the file: `TAB`, `LAW`, `LIN` codes and
                those of the book.
            NotPermitted: The actor may not change the book.
        """
        require(actor, self.book.may_change)
        findings: list[Finding] = []
        tables = self._read(content, filename, what, findings)
        places: dict[str, str] = {}
        puts = list(self._puts(tables, places, findings))
        planned = self.beside.plan(app, actor, tables) if self.beside else None
        findings += planned.findings if planned else ()
        if has_errors(findings):
            raise RefusedError(*findings)
        why = reason.strip() or f"Import of {filename[:200]}"
        count = planned.count if planned else 0
        try:
            if planned and count:
                outcome = self.book.change(
                    app, actor, puts, reason=why, is_trial=True, judge=planned.judge
                )
                if not is_trial:
                    planned.carry_out(app, actor)
            if not (count and is_trial):
                outcome = self.book.change(app, actor, puts, reason=why, is_trial=is_trial)
        except RefusedError as refused:
            raise type(refused)(*(_placed(each, places) for each in refused.findings)) from None
        return Receipt(
            rows={sheet.word: len(rows) for sheet, rows in tables.items()},
            described=count,
            outcome=outcome,
            is_trial=is_trial,
            findings=(*findings, *(_placed(each, places) for each in outcome.findings)),
        )

    def workbook(self, app: Application, actor: Actor) -> bytes:
        """Return the whole book as a workbook that can be taken in again."""
        bodies = self._bodies(app, actor)
        tables = [_table(sheet, bodies[sheet]) for sheet in self.sheets.values()]
        return write_xlsx(tables, about=self._about(app, actor), made_at=app.clock())

    def table(self, app: Application, actor: Actor, what: str) -> bytes:
        """Return one table as CSV.

        Args:
            app: The application.
            actor: Whose book it is.
            what: A word of `sheets`, such as `products`.
        """
        sheet = self.sheets[what]
        return write_csv(
            _table(sheet, self._bodies(app, actor)[sheet]), about=self._about(app, actor)
        )

    def template(self) -> bytes:
        """Return a workbook with all sheets and columns, and no row."""
        what = f"{self.title}, to fill in; identifiers are text, several values have ; between"
        return write_xlsx(
            [_table(sheet, ()) for sheet in self.sheets.values()], about={"What": what}
        )

    def _read(
        self, content: bytes, filename: str, what: str | None, findings: list[Finding]
    ) -> Tables:
        """Return what each sheet says, row by row."""
        tables: dict[Sheet, dict[str, Body]] = {}
        for sheet, name in self._found(content, what):
            reading = read_table(content, filename, sheet.fields, sheet=name, limits=LIMITS)
            findings += (replace(each, at=f"{sheet.name}, {each.at}") for each in reading.findings)
            rows = tables[sheet] = {}
            for row in reading.rows:
                place = f"{sheet.name}, {row.place}"
                try:
                    rows[place] = sheet.body(row.values, place)
                except RefusedError as refused:
                    findings += refused.findings
        if not tables:
            known = ", ".join(self.sheets)
            message = f"{filename}: no table of it has the columns of one of {known}."
            findings.append(self.book.codes.nothing_to_import.found(message, at=filename))
        return tables

    def _found(self, content: bytes, what: str | None) -> Iterator[tuple[Sheet, str | None]]:
        """Yield the sheets to read with the names of their tables in the file."""
        if what is not None:
            if what in self.sheets:
                yield self.sheets[what], None
            return
        tables = sheets_of(content, limits=LIMITS)
        named = {name.strip().lower().replace(" ", "-"): name for name in tables}
        if named.keys() & self.sheets.keys():
            yield from (
                (sheet, named[word]) for word, sheet in self.sheets.items() if word in named
            )
        elif len(tables) == 1:
            ((name, titles),) = tables.items()
            fitting = [each for each in self.sheets.values() if has_columns(titles, each.fields)]
            if fitting:
                yield max(fitting, key=_required), name

    def _puts(
        self, tables: Tables, places: dict[str, str], findings: list[Finding]
    ) -> Iterator[Put[E]]:
        for kind, sheet in self.of_kind.items():
            for place, body in tables.get(sheet, {}).items():
                try:
                    entry = self.book.read(kind, body, at=place)
                except RefusedError as refused:
                    findings += (_placed(each, {place: place}) for each in refused.findings)
                    continue
                first = places.setdefault(f"{kind}/{entry.key}", place)
                if first != place:
                    message = f"The {kind} {entry.key!r} stands there too: {first}."
                    findings.append(self.book.codes.stands_twice.found(message, at=place))
                yield Put(entry)

    def _bodies(self, app: Application, actor: Actor) -> Mapping[Sheet, Sequence[Body]]:
        found = self.book.opened(app, actor).book
        beside = self.beside.bodies(app, actor) if self.beside else {}
        return {
            **beside,
            **{
                sheet: [plain(each) for each in found.entries[kind].values()]
                for kind, sheet in self.of_kind.items()
            },
        }

    def _about(self, app: Application, actor: Actor) -> dict[str, str]:
        return {
            "What": self.title,
            "Of": actor.organisation_code,
            "Made by": actor.name,
            "Made at": app.clock().isoformat(timespec="seconds"),
        }


def _placed(finding: Finding, places: Mapping[str, str]) -> Finding:
    """Return a finding about an entry with the row of the file that the entry comes from."""
    for cut in reversed(list(_CUT.finditer(finding.at))):
        place = places.get(finding.at[: cut.start()])
        if place:
            name = finding.at[cut.end() :]
            return replace(finding, at=f"{place}, {name}" if name else place)
    return finding


def _table(sheet: Sheet, bodies: Iterable[Body]) -> Table:
    columns = [each.column for each in sheet.columns]
    return Table(sheet.name, columns, [sheet.row(body) for body in bodies])


def _required(sheet: Sheet) -> int:
    """Return how many columns a sheet must have; of those that fit the one with most is meant."""
    return sum(each.is_required for each in sheet.columns)
