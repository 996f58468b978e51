"""The three kinds of files that hold tables, opened into sheets of raw cells, within limits."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.base.spreadsheets import unguarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ZIP = b"PK\x03\x04"
_COMMENT = "#"
_DELIMITERS = ",;\t"
_SHEETS = "xl/worksheets/"
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError),
    *(NotImplementedError, RuntimeError),
)
"""What the library says of an archive that is damaged, locked or packed in a way it cannot open."""
_NOT_WORKED_OUT = re.compile(
    rb"""<(?:\w+:)?c\b(?![^>]*\bt="str")                    # a cell, not of the empty text,
         [^>]*\br="([A-Z]+[0-9]+)"[^>]*>\s*
         <(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*  # with a formula
         (?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>""",
    re.VERBOSE,
)
_json = msgspec.json.Decoder(float_hook=Decimal)


class Unreadable(Exception):
    """The file is no table; the text says why."""


class TooLarge(Exception):
    """The file is beyond a limit; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is taken in at once."""

    rows_max: int = 100_000
    columns_max: int = 200
    bytes_max: int = 50 * 1024 * 1024
    """Of the file, and of what an XLSX unpacks to."""
    cell_characters_max: int = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is, and how its cells are named."""

    text: str
    names: Sequence[str] = ()
    """In JSON the keys; elsewhere a cell is named by its column letter."""
    number: int = 0

    def of(self, column: int) -> str:
        """Return the place of one cell."""
        if self.names:
            return f"{self.text}/{self.names[column]}" if column < len(self.names) else self.text
        return f"{letters(column)}{self.number}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of raw cells."""

    name: str
    titles: Sequence[str]
    rows: Iterable[tuple[Place, Sequence[Any]]]
    """Read once; it may raise `TooLarge` or `Unreadable`."""
    title_row: int = 1
    is_json: bool = False

    def title_place(self, column: int) -> str:
        """Return the place of a title."""
        return f"/0/{self.titles[column]}" if self.is_json else f"{letters(column)}{self.title_row}"


def letters(column: int) -> str:
    """Return the name of a column, counted from 0: A, B, … Z, AA."""
    text = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(ord("A") + digit) + text
    return text


def open_sheets(content: bytes, limits: Limits) -> list[Sheet]:
    """Open a file; there is at least one sheet.

    Raises:
        Unreadable: It is none of the three kinds.
        TooLarge: It is beyond a limit.
    """
    if len(content) > limits.bytes_max:
        raise TooLarge(f"it has {len(content)} bytes; at most {limits.bytes_max} are taken in.")
    if content.startswith(_ZIP):
        return list(_xlsx(content, limits))
    text = _decoded(content)
    if text.lstrip()[:1] in {"[", "{"}:
        return [_json_sheet(content, limits)]
    return [_csv(text, limits)]


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"byte {error.start} is not UTF-8.") from None
    if not text.strip():
        raise Unreadable("it is empty.")
    if "\x00" in text:
        raise Unreadable("it holds NUL characters; it may be UTF-16 or no text at all.")
    return text


def _csv(text: str, limits: Limits) -> Sheet:
    lines = text.splitlines(keepends=True)
    above = 0
    while above < len(lines) and (lines[above].startswith(_COMMENT) or not lines[above].strip()):
        above += 1
    if above == len(lines):
        raise Unreadable("it has no row of column titles.")
    delimiter = max(_DELIMITERS, key=lines[above].count)
    reader = csv.reader(
        io.StringIO("".join(lines[above:]), newline=""), delimiter=delimiter, strict=True
    )
    titles = _csv_row(reader)
    if titles is None or len(titles) > limits.columns_max:
        raise TooLarge(f"it has more than {limits.columns_max} columns.")
    return Sheet("table", titles, _csv_rows(reader, above, limits), title_row=above + 1)


def _csv_rows(reader: Any, above: int, limits: Limits) -> Iterator[tuple[Place, list[str]]]:
    count = 0
    while True:
        number = above + reader.line_num + 1
        cells = _csv_row(reader)
        if cells is None:
            return
        count += 1
        _check_rows(count, limits)
        yield Place(f"row {number}", number=number), cells


def _csv_row(reader: Any) -> list[str] | None:
    try:
        cells = next(reader, None)
    except csv.Error as error:
        raise Unreadable(f"line {reader.line_num}: {error}.") from None
    return None if cells is None else [unguarded(cell) for cell in cells]


def _xlsx(content: bytes, limits: Limits) -> Iterator[Sheet]:
    from python_calamine import (  # noqa: PLC0415 - only those who read a spreadsheet load it
        CalamineError,
        CalamineWorkbook,
    )

    _check_unpacked(content, limits)
    _require_worked_out(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names
        tables = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names
        }
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"it is no XLSX that can be read: {error}.") from None
    if not tables:
        raise Unreadable("it has no sheet.")
    for name, rows in tables.items():
        yield _sheet(name, rows, limits)


def _check_unpacked(content: bytes, limits: Limits) -> None:
    """Refuse what unpacks to too much before anything is unpacked."""
    with _archive(content) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > 4 * limits.bytes_max:
        raise TooLarge(f"it unpacks to {size} bytes; at most {4 * limits.bytes_max} are taken in.")


def _require_worked_out(content: bytes) -> None:
    """Refuse formulas without their outcome: they would be read as empty cells."""
    with _archive(content) as archive:
        for part in archive.namelist():
            if not part.startswith(_SHEETS):
                continue
            found = _NOT_WORKED_OUT.search(archive.read(part))
            if found:
                raise Unreadable(
                    f"cell {found[1].decode()} of {part.removeprefix(_SHEETS)} has a formula that "
                    "was never worked out. Open the file in a spreadsheet program and save it, or "
                    "write the value there."
                )


@contextlib.contextmanager
def _archive(content: bytes) -> Iterator[zipfile.ZipFile]:
    """Open the archive that a workbook is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except _DAMAGED as error:
        raise Unreadable(f"it is no XLSX that can be read: {error}.") from None


def _sheet(name: str, rows: list[list[Any]], limits: Limits) -> Sheet:
    first = next((i for i, row in enumerate(rows) if any(str(cell).strip() for cell in row)), None)
    if first is None:
        return Sheet(name, (), ())
    if len(rows[first]) > limits.columns_max:
        raise TooLarge(f"sheet {name!r} has more than {limits.columns_max} columns.")
    titles = [str(cell).strip() for cell in rows[first]]
    return Sheet(name, titles, _xlsx_rows(rows, first, limits), title_row=first + 1)


def _xlsx_rows(
    rows: list[list[Any]], first: int, limits: Limits
) -> Iterator[tuple[Place, list[Any]]]:
    for number, row in enumerate(rows[first + 1 :], start=first + 2):
        _check_rows(number - first - 1, limits)
        yield Place(f"row {number}", number=number), row


def _json_sheet(content: bytes, limits: Limits) -> Sheet:
    try:
        found = _json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"it is no JSON: {error}.") from None
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), None)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unreadable("its JSON is no list of objects.")
    _check_rows(len(found), limits)
    titles = list(dict.fromkeys(name for each in found for name in each))
    if len(titles) > limits.columns_max:
        raise TooLarge(f"its objects have more than {limits.columns_max} members.")
    rows = (
        (Place(f"/{number}", titles), [each.get(title) for title in titles])
        for number, each in enumerate(found)
    )
    return Sheet("JSON", titles, rows, is_json=True)


def _check_rows(count: int, limits: Limits) -> None:
    if count > limits.rows_max:
        raise TooLarge(f"it has more than {limits.rows_max} rows.")
