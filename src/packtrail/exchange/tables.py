r"""Tables that people send: CSV, XLSX or JSON, read into rows with a finding for every bad cell.

A spreadsheet turns a GTIN into a number and loses its leading zero, and rounds an SSCC beyond
repair. So a number where an identifier belongs is refused with its place, never guessed back.

    >>> fields = (Field("gtin", Kind.IDENTIFIER), Field("packs", Kind.NUMBER))
    >>> reading = read_table(b"GTIN,Packs\n04012345111118,20\n", "plan.csv", fields)
    >>> reading.rows[0].values
    {'gtin': '04012345111118', 'packs': Decimal('20')}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from packtrail.exchange import codes
from packtrail.exchange.table_files import Limits, Sheet, TooLarge, Unreadable, open_sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from packtrail.base.findings import Finding, FindingCode
    from packtrail.exchange.table_files import Place

__all__ = [
    "Field",
    "Kind",
    "Limits",
    "Reading",
    "Row",
    "has_columns",
    "read_table",
    "sheets_of",
]

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SPACES = " \t\r\n\xa0"
_FINDINGS_MAX = 200


class Kind(StrEnum):
    """What the cells of a column are."""

    IDENTIFIER = "identifier"
    """Exact text; a number is refused."""
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"


Value = str | Decimal | date | None
Problem = tuple["FindingCode", str] | None
"""What is to be said of a value: code and sentence."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column that is looked for."""

    name: str
    """Key of its values, and the title it has unless it has another."""
    kind: Kind = Kind.TEXT
    titles: tuple[str, ...] = ()
    """Other titles; letter case, spaces, hyphens and underscores make no difference."""
    is_required: bool = True
    """Whether the column must be there, and each of its cells filled."""
    check: Callable[[Any], Problem] | None = None
    """What is wrong with a value that was read, as a code and a sentence; None: nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row without a bad cell."""

    place: str
    """Where it is: `row 7`, or `/6` in JSON."""
    values: Mapping[str, Value]
    """One for each field; None where the cell is empty or the column not there."""
    origin: Place | None = None
    columns: Mapping[str, int | None] | None = None
    """Field -> the number of its column."""

    def cell(self, name: str) -> str:
        """Return where the cell of a field is, such as `D7`; of one without a column, the row."""
        number = (self.columns or {}).get(name)
        return self.place if self.origin is None or number is None else self.origin.of(number)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave."""

    rows: tuple[Row, ...]
    """The good rows in order; rows with a bad cell are only in the findings."""
    findings: tuple[Finding, ...]
    """At most 200; the last says how many more there are."""
    columns: frozenset[str] = frozenset()
    """The fields that the table has a column for."""
    sheet: str = ""
    """Name of the sheet that was read."""


def sheets_of(content: bytes, *, limits: Limits | None = None) -> Mapping[str, Sequence[str]]:
    """Return the names of the sheets of a file with their titles; of what is no table, none.

    What is wrong with the file is told by `read_table`.
    """
    try:
        return {each.name: each.titles for each in open_sheets(content, limits or Limits())}
    except (Unreadable, TooLarge):
        return {}


def has_columns(titles: Sequence[str], fields: Sequence[Field]) -> bool:
    """Tell whether titles have every column that must be there."""
    there = {_plain(title) for title in titles}
    return all(there & _titles(each) for each in fields if each.is_required)


def read_table(
    content: bytes,
    filename: str,
    fields: Sequence[Field],
    *,
    sheet: str | None = None,
    leaves: Collection[str] = (),
    limits: Limits | None = None,
) -> Reading:
    """Read a table.

    Args:
        content: The file: CSV in UTF-8 with comma, semicolon or tab, XLSX, or a JSON list of
            objects. The content decides which, not the name.
        filename: As the sender named it, for the findings.
        fields: The columns that are looked for. The first sheet that has a required one is read.
        sheet: Name of the sheet to read instead.
        leaves: Titles of columns that are known and not read, so that nothing is said of them.
        limits: Most rows, bytes and characters.

    Returns:
        The rows, and findings `TAB-001` to `TAB-011`.
    """
    limits = limits or Limits()
    try:
        sheets = open_sheets(content, limits)
        fitting = [each for each in sheets if sheet in {None, each.name} and _suits(each, fields)]
        named = [each for each in sheets if each.name == sheet]
        return _Reader((fitting or named or sheets)[0], fields, limits, leaves).read()
    except Unreadable as reason:
        return Reading((), (codes.UNREADABLE_TABLE.found(f"{filename}: {reason}"),))
    except TooLarge as reason:
        return Reading((), (codes.TOO_MANY_ROWS.found(f"{filename}: {reason}"),))


def _suits(sheet: Sheet, fields: Sequence[Field]) -> bool:
    titles = {_plain(title) for title in sheet.titles}
    return any(titles & _titles(each) for each in fields if each.is_required)


def _titles(field: Field) -> set[str]:
    return {_plain(title) for title in (field.name, *field.titles)}


def _plain(title: str) -> str:
    return re.sub(r"[\s_\-]+", "", title).casefold()


class _Reader:
    """Reads one sheet."""

    def __init__(
        self, sheet: Sheet, fields: Sequence[Field], limits: Limits, leaves: Collection[str]
    ) -> None:
        self._sheet = sheet
        self._fields = fields
        self._limits = limits
        self._leaves = {_plain(title) for title in leaves}
        self._found: list[Finding] = []
        self._there: set[str] = set()
        self._left_out = 0

    def read(self) -> Reading:
        columns = self._columns()
        rows = tuple(self._rows(columns)) if columns is not None else ()
        if self._left_out:
            self._found.append(
                codes.UNREADABLE_TABLE.found(f"{self._left_out} more findings are not listed.")
            )
        return Reading(rows, tuple(self._found), frozenset(self._there), self._sheet.name)

    def _columns(self) -> list[tuple[Field, int | None]] | None:
        """Return which column each field has; None when the table lacks what it must have."""
        at: dict[str, int] = {}
        is_good = True
        for number, title in enumerate(self._sheet.titles):
            plain = _plain(title)
            if plain and plain in at:
                text = f"Two columns are named {title!r}."
                self._say(codes.DOUBLE_COLUMN.found(text, at=self._sheet.title_place(number)))
                is_good = False
            at.setdefault(plain, number)
        columns = []
        for field in self._fields:
            names = [name for name in at if name in _titles(field)]
            columns.append((field, at[names[0]] if names else None))
            self._there.update([field.name] if names else [])
            if not names and field.is_required:
                text = f"There is no column {field.name!r}; there are {self._titles_text()}."
                self._say(codes.MISSING_COLUMN.found(text, at=self._sheet.name))
                is_good = False
        self._say_unused({number for _, number in columns if number is not None})
        return columns if is_good else None

    def _titles_text(self) -> str:
        return ", ".join(repr(title) for title in self._sheet.titles[:20]) or "none"

    def _say_unused(self, used: set[int]) -> None:
        for number, title in enumerate(self._sheet.titles):
            if number not in used and title.strip() and _plain(title) not in self._leaves:
                place = self._sheet.title_place(number)
                self._say(
                    codes.UNKNOWN_COLUMN.found(f"The column {title!r} is not used.", at=place)
                )

    def _rows(self, columns: list[tuple[Field, int | None]]) -> Iterator[Row]:
        at = {field.name: number for field, number in columns}
        for place, cells in self._sheet.rows:
            if not any(_is_filled(cell) for cell in cells):
                continue
            values: dict[str, Value] = {}
            is_good = True
            for field, number in columns:
                cell = cells[number] if number is not None and number < len(cells) else None
                finding = self._take(values, field, cell)
                if finding is not None:
                    code, text = finding
                    self._say(code.found(text, at=place.of(number or 0)))
                    is_good = is_good and code is codes.SPACES_DROPPED
            if is_good:
                yield Row(place.text, values, place, at)

    def _take(self, values: dict[str, Value], field: Field, cell: Any) -> Problem:
        """Put the value of a cell among the values; return what is to be said of it."""
        values[field.name] = None
        if not _is_filled(cell):
            if field.is_required:
                return codes.EMPTY_CELL, f"The cell of {field.name!r} is empty."
            return None
        if isinstance(cell, str) and len(cell) > self._limits.cell_characters_max:
            most = self._limits.cell_characters_max
            return codes.CELL_TOO_LONG, f"The cell has {len(cell)} characters; at most {most}."
        value, problem = _VALUES[field.kind](cell)
        values[field.name] = value
        if field.check and value is not None and (wrong := field.check(value)):
            problem = wrong
        return (problem[0], f"{field.name}: {problem[1]}") if problem else None

    def _say(self, finding: Finding) -> None:
        if len(self._found) < _FINDINGS_MAX - 1:
            self._found.append(finding)
        else:
            self._left_out += 1


def _is_filled(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip(_SPACES))


def _identifier(cell: Any) -> tuple[Value, Problem]:
    if not isinstance(cell, str):
        return None, (codes.IDENTIFIER_AS_NUMBER, f"The cell holds the number or date {cell}.")
    bare = cell.strip(_SPACES)
    if bare != cell:
        return bare, (codes.SPACES_DROPPED, f"{cell!r} was read as {bare!r}.")
    return bare, None


def _text(cell: Any) -> tuple[Value, Problem]:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip(_SPACES), None


def _number(cell: Any) -> tuple[Value, Problem]:
    text = cell.strip(_SPACES) if isinstance(cell, str) else str(cell)
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        number = Decimal(text)
        return (number, None) if number.is_finite() else _no_number(cell)
    return (Decimal(text), None) if _NUMBER.fullmatch(text) else _no_number(cell)


def _no_number(cell: Any) -> tuple[Value, Problem]:
    return None, (codes.NOT_A_NUMBER, f"{str(cell)[:60]!r} is no number.")


def _day(cell: Any) -> tuple[Value, Problem]:
    if isinstance(cell, datetime):
        return cell.date(), None
    if isinstance(cell, date):
        return cell, None
    text = str(cell).strip(_SPACES)
    try:
        return date.fromisoformat(text), None
    except ValueError:
        return None, (codes.NOT_A_DAY, f"{text[:60]!r} is no date.")


_VALUES: Mapping[Kind, Callable[[Any], tuple[Value, Problem]]] = {
    Kind.IDENTIFIER: _identifier,
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DAY: _day,
}
