"""Tables for people who work in a spreadsheet: XLSX and CSV that destroy no identifier.

Text stays text: a GTIN keeps its leading zero, `12E5` stays a serial. A file begins with what it
is: who made it, when, and what was asked.

    >>> table = Table("Packs", (Column("Serial"),), (("0042",), ("=1+1",)))
    >>> print(write_csv(table).decode(), end="")
    Serial
    0042
    '=1+1
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from packtrail.base.spreadsheets import guarded
from packtrail.rendering import times

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
_SHEET_NAME_MAX = 31
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_WIDTH_MAX = 60
_ROWS_MEASURED = 200
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    """Any value, as text: identifiers above all."""
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    """An aware datetime, written in UTC."""
    VALUE = "value"
    """Each cell is what it is: a number, a day or text. Not for identifiers."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    title: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that a spreadsheet works out, so that a reader can follow it."""

    text: str
    """Such as `=B2*C2`, in the English notation of XLSX."""
    value: float
    """Its result, for readers that work nothing out."""


Cell = str | int | float | Decimal | date | datetime | Formula | None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    """As many cells as columns in each."""


def write_csv(
    table: Table, *, about: Mapping[str, str] | None = None, has_bom: bool = False
) -> bytes:
    """Write a table as CSV (RFC 4180), in UTF-8.

    Args:
        table: The table.
        about: What the file is, as comment lines on top: title -> text.
        has_bom: Begin with a byte order mark, by which Excel knows UTF-8.
    """
    out = io.StringIO()
    for title, text in (about or {}).items():
        out.write(f"# {_one_line(title)}: {_one_line(text)}\r\n")
    writer = csv.writer(out)
    writer.writerow([guarded(column.title) for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig" if has_bom else "utf-8")


def write_xlsx(
    tables: Sequence[Table],
    *,
    about: Mapping[str, str] | None = None,
    made_at: datetime = _EPOCH,
) -> bytes:
    """Write tables as the sheets of one XLSX file; the same tables give the same bytes.

    Args:
        tables: One or more.
        about: What the file is, on a last sheet: title -> text.
        made_at: When, aware; it is written into the properties of the file.
    """
    import xlsxwriter  # noqa: PLC0415 - only those who ask for a spreadsheet load it

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None)})
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            Kind.TEXT: book.add_format({"num_format": "@", "valign": "top"}),
            Kind.NUMBER: book.add_format({"valign": "top"}),
            Kind.DAY: book.add_format({"num_format": "d mmm yyyy", "valign": "top"}),
            Kind.MOMENT: book.add_format({"num_format": "d mmm yyyy hh:mm:ss", "valign": "top"}),
            Kind.VALUE: book.add_format({"valign": "top", "align": "left"}),
        }
        sheets = [*tables, *([_about(about)] if about else [])]
        for name, table in zip(_sheet_names(sheets), sheets, strict=True):
            _write_sheet(book.add_worksheet(name), table, formats)
    return out.getvalue()


def _about(about: Mapping[str, str]) -> Table:
    return Table("About this file", (Column("What"), Column("")), tuple(about.items()))


def _sheet_names(tables: Sequence[Table]) -> list[str]:
    """Return names that XLSX takes, each once."""
    names: list[str] = []
    for table in tables:
        name = _NOT_IN_A_SHEET_NAME.sub(" ", table.name).strip("' ")[:_SHEET_NAME_MAX] or "Table"
        number = 1
        while name.casefold() in {other.casefold() for other in names}:
            number += 1
            name = f"{name[: _SHEET_NAME_MAX - len(str(number)) - 1]} {number}"
        names.append(name)
    return names


def _write_sheet(sheet: Any, table: Table, formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    widths = [len(column.title) for column in table.columns]
    for at, column in enumerate(table.columns):
        sheet.write_string(0, at, column.title, formats["head"])
    number = 0
    for number, row in enumerate(table.rows, start=1):
        for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            if cell is None or cell == "":
                continue  # The column has its format already.
            _write_cell(sheet, (number, at), cell, column.kind, formats)
            if number <= _ROWS_MEASURED:
                widths[at] = max(widths[at], len(_text(cell)))
    for at, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        sheet.set_column(at, at, min(width, _WIDTH_MAX) + 2, formats[column.kind])
    if table.columns and number:
        sheet.autofilter(0, 0, number, len(table.columns) - 1)


def _write_cell(
    sheet: Any, place: tuple[int, int], cell: Cell, kind: Kind, formats: Mapping[str, Any]
) -> None:
    if kind is Kind.VALUE:
        kind = _kind_of(cell)
    form = formats[kind]
    match cell:
        case Formula():
            sheet.write_formula(*place, cell.text, form, cell.value)
        case datetime() if kind is Kind.MOMENT:
            sheet.write_datetime(*place, cell.astimezone(UTC).replace(tzinfo=None), form)
        case date() if kind is Kind.DAY:
            sheet.write_datetime(*place, datetime(cell.year, cell.month, cell.day), form)  # noqa: DTZ001
        case int() | float() | Decimal() if kind is Kind.NUMBER:
            sheet.write_number(*place, cell, form)
        case _:
            sheet.write_string(*place, _text(cell), form)


def _kind_of(cell: Cell) -> Kind:
    """Return what a cell is by its value."""
    match cell:
        case datetime():
            return Kind.MOMENT
        case date():
            return Kind.DAY
        case int() | float() | Decimal() | Formula():
            return Kind.NUMBER
        case _:
            return Kind.TEXT


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, Formula):
        return str(cell.value)
    text = _text(cell)
    return text if isinstance(cell, int | float | Decimal) else guarded(text)


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return times.iso(cell)
        case date():
            return cell.isoformat()
        case Formula():
            return f"{cell.value:g}"
        case _:
            return str(cell)


def _one_line(text: str) -> str:
    return " ".join(text.split())
