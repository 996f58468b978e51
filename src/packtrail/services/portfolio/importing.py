"""Taking a portfolio from tables: CSV, JSON, or a workbook with a sheet for each kind.

Rows add entries or change those of the same key; what a file does not name stays. One bad cell
refuses the file, and every bad cell is told. The same file again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from packtrail.access import Permission, require
from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.compliance import codes
from packtrail.compliance.book import Entry, Kind
from packtrail.exchange.tables import Limits, has_columns, read_table, sheets_of
from packtrail.services.books.entries import Put
from packtrail.services.portfolio import floor_tables
from packtrail.services.portfolio.entries import PORTFOLIO, judge
from packtrail.services.portfolio.sheets import BOOK, SHEETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.exchange.tables import Reading
    from packtrail.services.application import Application
    from packtrail.services.books.views import Outcome
    from packtrail.services.sheets import Sheet

_LIMITS: Final = Limits(rows_max=20_000, bytes_max=20 * 1024 * 1024, cell_characters_max=30_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a file, or would become of it."""

    rows: Mapping[str, int]
    """Sheet -> how many rows were read."""
    described: int
    """Sites, lines and trade items that are new."""
    outcome: Outcome
    """Entries of the book."""
    is_trial: bool
    findings: tuple[Finding, ...]
    """Warnings and notes."""


def import_tables(
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
        actor: Whose portfolio it is.
        content: CSV, JSON or XLSX.
        filename: As the sender named it.
        what: What the only table is: `products`, `licences` ...; None: a workbook says it by the
            names of its sheets, and another table by its columns.
        reason: Why; default: that the file was imported.
        is_trial: Whether to say only what would become of it.

    Raises:
        RefusedError: Everything that is wrong with the file: `TAB`, `LAW`, `PTF`, `LIN` codes.
        NotPermitted: The actor may not change the portfolio.
    """
    require(actor, Permission.PORTFOLIO_UPDATE)
    read, findings = _read(content, filename, what)
    puts = list(_puts(read, findings))
    planned = floor_tables.plan(app, actor, read)
    findings += planned.findings
    if has_errors(findings):
        raise RefusedError(*findings)
    why = reason.strip() or f"Import of {filename[:200]}"
    seen = planned.as_seen()
    outcome = PORTFOLIO.change(
        app, actor, puts, reason=why, is_trial=True, judge=partial(judge, planned=seen)
    )
    if not is_trial:
        floor_tables.carry_out(app, actor, planned)
        outcome = PORTFOLIO.change(app, actor, puts, reason=why)
    return Receipt(
        rows={sheet.word: len(rows) for sheet, rows in read.items()},
        described=planned.count,
        outcome=outcome,
        is_trial=is_trial,
        findings=(*findings, *outcome.findings),
    )


def _read(
    content: bytes, filename: str, what: str | None
) -> tuple[dict[Sheet, dict[str, dict[str, Any]]], list[Finding]]:
    """Return what each sheet says, row by row."""
    findings: list[Finding] = []
    read: dict[Sheet, dict[str, dict[str, Any]]] = {}
    found = list(_sheets(content, what))
    for sheet, name in found:
        reading = read_table(content, filename, sheet.fields, sheet=name, limits=_LIMITS)
        place = f"{sheet.name}, " if len(found) > 1 else ""
        findings += (replace(each, at=f"{place}{each.at}") for each in reading.findings)
        read[sheet] = dict(_bodies(sheet, reading, place, findings))
    if not found:
        known = ", ".join(SHEETS)
        message = f"{filename}: no table of it has the columns of one of {known}."
        findings.append(codes.NOTHING_TO_IMPORT.found(message, at=filename))
    return read, findings


def _sheets(content: bytes, what: str | None) -> Iterator[tuple[Sheet, str | None]]:
    """Yield the sheets to read with the names of their tables in the file."""
    if what is not None:
        if what in SHEETS:
            yield SHEETS[what], None
        return
    tables = sheets_of(content, limits=_LIMITS)
    named = {name.strip().lower().replace(" ", "-"): name for name in tables}
    if named.keys() & SHEETS.keys():
        yield from ((sheet, named[word]) for word, sheet in SHEETS.items() if word in named)
    elif len(tables) == 1:
        ((name, titles),) = tables.items()
        fitting = [each for each in SHEETS.values() if has_columns(titles, each.fields)]
        if fitting:
            yield max(fitting, key=lambda each: sum(one.is_required for one in each.columns)), name


def _bodies(
    sheet: Sheet, reading: Reading, place: str, findings: list[Finding]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in reading.rows:
        at = f"{place}{row.place}"
        try:
            yield at, sheet.body(row.values, at)
        except RefusedError as refused:
            findings += refused.findings


def _puts(
    read: Mapping[Sheet, Mapping[str, dict[str, Any]]], findings: list[Finding]
) -> Iterator[Put[Entry]]:
    places: dict[tuple[Kind, str], str] = {}
    kinds = {sheet: Kind(kind) for kind, sheet in BOOK.items()}
    for sheet, rows in read.items():
        for place, body in rows.items() if sheet in kinds else ():
            entry = _entry(kinds[sheet], body, place, findings)
            if entry is None:
                continue
            first = places.setdefault((entry.KIND, entry.key), place)
            if first != place:
                message = f"The {entry.KIND} {entry.key!r} stands there too: {first}."
                findings.append(codes.NAME_TWICE.found(message, at=place))
            yield Put(entry)


def _entry(kind: Kind, body: dict[str, Any], place: str, findings: list[Finding]) -> Entry | None:
    try:
        return PORTFOLIO.read(kind, body, at=place)
    except RefusedError as refused:
        findings += refused.findings
        return None
