"""The inventory as files: tables taken in, given out, and an empty workbook to fill in.

Rows add entries or change those of the same code; what a file does not name stays. One bad cell
refuses the file, and every bad cell is told. The same file again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from packtrail.access import Permission, require
from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.exchange.tables import Limits, has_columns, read_table, sheets_of
from packtrail.planning.technology import codes
from packtrail.planning.technology.inventory import Kind
from packtrail.rendering.tables import Table, write_csv, write_xlsx
from packtrail.services.books.entries import Put
from packtrail.services.books.opening import plain
from packtrail.services.technology import books
from packtrail.services.technology.entries import TECHNOLOGY
from packtrail.services.technology.sheets import BOOK, SHEETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.planning.technology.inventory import Entry
    from packtrail.services.application import Application
    from packtrail.services.books.views import Outcome
    from packtrail.services.sheets import Sheet

_LIMITS: Final = Limits(rows_max=20_000, bytes_max=20 * 1024 * 1024)
_KINDS: Final = {sheet.word: Kind(kind) for kind, sheet in BOOK.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a file, or would become of it."""

    rows: Mapping[str, int]
    """Sheet -> how many rows were read."""
    outcome: Outcome
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
        actor: Whose inventory it is.
        content: CSV, JSON or XLSX.
        filename: As the sender named it.
        what: What the only table is: `systems`, `support` ...; None: a workbook says it by the
            names of its sheets, and another table by its columns.
        reason: Why; default: that the file was imported.
        is_trial: Whether to say only what would become of it.

    Raises:
        RefusedError: Everything that is wrong with the file: `TAB`, `LAW`, `TEC` codes.
        NotPermitted: The actor may not change the inventory.
    """
    require(actor, Permission.TECHNOLOGY_UPDATE)
    findings: list[Finding] = []
    rows: dict[str, int] = {}
    places: dict[tuple[Kind, str], str] = {}
    puts: list[Put[Entry]] = []
    for sheet, name in _tables(content, filename, what, findings):
        read = list(_entries(sheet, content, filename, name, findings))
        rows[sheet.word] = len(read)
        for place, entry in read:
            first = places.setdefault((entry.KIND, entry.code), place)
            if first != place:
                message = f"The {entry.KIND} {entry.code!r} stands there too: {first}."
                findings.append(codes.CODE_TWICE.found(message, at=place))
            puts.append(Put(entry))
    if has_errors(findings):
        raise RefusedError(*findings)
    why = reason.strip() or f"Import of {filename[:200]}"
    try:
        outcome = TECHNOLOGY.change(app, actor, puts, reason=why, is_trial=is_trial)
    except RefusedError as refused:
        raise type(refused)(*(_placed(each, places) for each in refused.findings)) from None
    told = (*findings, *(_placed(each, places) for each in outcome.findings))
    return Receipt(rows=rows, outcome=outcome, is_trial=is_trial, findings=told)


def workbook(app: Application, actor: Actor) -> bytes:
    """Return the whole inventory as a workbook that can be taken in again."""
    found = _all(app, actor)
    tables = [_table(sheet, found[word]) for word, sheet in SHEETS.items()]
    return write_xlsx(tables, about=_about(app, actor), made_at=app.clock())


def table(app: Application, actor: Actor, what: str) -> bytes:
    """Return one table as CSV.

    Args:
        app: The application.
        actor: Whose inventory it is.
        what: A word of `sheets.SHEETS`, such as `systems`.
    """
    return write_csv(_table(SHEETS[what], _all(app, actor)[what]), about=_about(app, actor))


def template() -> bytes:
    """Return a workbook with all sheets and columns, and no row."""
    about = {"What": "An inventory to fill in; identifiers are text, several values have ; between"}
    return write_xlsx([_table(sheet, ()) for sheet in SHEETS.values()], about=about)


def _placed(finding: Finding, places: Mapping[tuple[Kind, str], str]) -> Finding:
    """Return a finding about an entry with the row of the file that it comes from."""
    kind, _, rest = finding.at.partition("/")
    code, _, name = rest.partition("/")
    place = places.get((Kind(kind), code)) if kind in set(Kind) else None
    if place is None:
        return finding
    return replace(finding, at=f"{place}, {name}" if name else place)


def _tables(
    content: bytes, filename: str, what: str | None, findings: list[Finding]
) -> Iterator[tuple[Sheet, str | None]]:
    """Yield the sheets to read with the names of their tables in the file."""
    if what is not None:
        yield SHEETS[what], None
        return
    tables = sheets_of(content, limits=_LIMITS)
    named = {name.strip().lower(): name for name in tables}
    fitting = [
        sheet
        for sheet in SHEETS.values()
        if len(tables) == 1 and has_columns(next(iter(tables.values())), sheet.fields)
    ]
    if named.keys() & SHEETS.keys():
        yield from ((sheet, named[word]) for word, sheet in SHEETS.items() if word in named)
    elif fitting:
        yield fitting[0], next(iter(tables))
    else:
        message = f"{filename}: no table of it has the columns of one of {', '.join(SHEETS)}."
        findings.append(codes.NOTHING_TO_IMPORT.found(message, at=filename))


def _entries(
    sheet: Sheet, content: bytes, filename: str, name: str | None, findings: list[Finding]
) -> Iterator[tuple[str, Entry]]:
    reading = read_table(content, filename, sheet.fields, sheet=name, limits=_LIMITS)
    findings += (replace(each, at=f"{sheet.name}, {each.at}") for each in reading.findings)
    for row in reading.rows:
        place = f"{sheet.name}, {row.place}"
        try:
            yield (
                place,
                TECHNOLOGY.read(_KINDS[sheet.word], sheet.body(row.values, place), at=place),
            )
        except RefusedError as refused:
            findings += refused.findings


def _all(app: Application, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    require(actor, Permission.TECHNOLOGY_READ)
    with app.database.reading() as conn:
        inventory = books.opened(app, conn, actor.organisation_id).book
    return {
        word: [plain(each) for each in inventory.entries[kind].values()]
        for word, kind in _KINDS.items()
    }


def _table(sheet: Sheet, bodies: Iterable[dict[str, Any]]) -> Table:
    columns = [each.column for each in sheet.columns]
    return Table(sheet.name, columns, [sheet.row(body) for body in bodies])


def _about(app: Application, actor: Actor) -> dict[str, str]:
    return {
        "What": "Inventory of systems and equipment",
        "Of": actor.organisation_code,
        "Made by": actor.name,
        "Made at": app.clock().isoformat(timespec="seconds"),
    }
