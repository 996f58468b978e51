"""Sheets of a workbook: each column with the form of its cells.

The same table of columns reads a sheet and writes it, so that what is exported can be imported.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from packtrail.base.errors import RefusedError
from packtrail.compliance import nodes
from packtrail.exchange import tables as read_tables
from packtrail.rendering import tables as written_tables

_BETWEEN: Final = re.compile(r"[;\n]+")


class Form(StrEnum):
    """How the cells of a column are written."""

    TEXT = "text"
    IDENTIFIER = "identifier"
    LIST = "list"
    """Several, with semicolons between."""
    PAIRS = "pairs"
    """Several `name: value`, with semicolons between."""
    YES_NO = "yes_no"
    COUNT = "count"
    NUMBER = "number"
    """With a fraction, such as 99.7."""
    DAY = "day"
    FACTS = "facts"
    """YAML or JSON, as in a case of a rule pack."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet."""

    name: str
    """Key of the value, and the title of the column."""
    form: Form = Form.TEXT
    is_required: bool = False

    @property
    def field(self) -> read_tables.Field:
        """The column as it is looked for."""
        return read_tables.Field(self.name, _READ_AS[self.form], is_required=self.is_required)

    @property
    def column(self) -> written_tables.Column:
        """The column as it is written."""
        kinds = {
            Form.DAY: written_tables.Kind.DAY,
            Form.COUNT: written_tables.Kind.NUMBER,
            Form.NUMBER: written_tables.Kind.NUMBER,
        }
        return written_tables.Column(self.name, kinds.get(self.form, written_tables.Kind.TEXT))

    def read(self, cell: Any, place: str) -> Any:
        """Return the value of a cell as an entry takes it; None where there is none.

        Raises:
            RefusedError: `LAW-001`, a cell of facts is no YAML.
        """
        if cell is None or self.form is not Form.FACTS:
            return None if cell is None else _FROM_CELL[self.form](cell)
        return _facts(cell, f"{place}, {self.name}")

    def write(self, value: Any) -> written_tables.Cell:
        """Return the cell of a value."""
        return None if value is None else _TO_CELL[self.form](value)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    name: str
    """As a workbook calls it, and `--as` names it in small letters."""
    columns: tuple[Column, ...]

    @property
    def word(self) -> str:
        """What it is called on the command line and in addresses."""
        return self.name.lower().replace(" ", "-")

    @property
    def fields(self) -> tuple[read_tables.Field, ...]:
        """The columns as they are looked for."""
        return tuple(each.field for each in self.columns)

    def body(self, values: Mapping[str, Any], place: str) -> dict[str, Any]:
        """Return what the row at a place says, without what it does not say."""
        read = {each.name: each.read(values[each.name], place) for each in self.columns}
        return {name: value for name, value in read.items() if value is not None}

    def row(self, body: Mapping[str, Any]) -> tuple[written_tables.Cell, ...]:
        """Return the row of what is to be said."""
        return tuple(each.write(body.get(each.name)) for each in self.columns)


def _list(cell: Any) -> list[str]:
    return [each.strip() for each in _BETWEEN.split(str(cell)) if each.strip()]


def _pairs(cell: Any) -> dict[str, str]:
    found = (each.partition(":") for each in _list(cell))
    return {name.strip(): value.strip() for name, _, value in found}


def _yes_no(cell: Any) -> Any:
    word = str(cell).strip().lower()
    return {"yes": True, "true": True, "no": False, "false": False}.get(word, cell)


def _facts(cell: Any, place: str) -> Any:
    """Return the subjects of a practice as they were read.

    Raises:
        RefusedError: `LAW-001`, it is no YAML.
    """
    text = str(cell).strip()
    inner = text if text.startswith(("[", "{")) else f"\n{textwrap.indent(text, '  ')}"
    table, findings = nodes.read(f"subjects: {inner}".encode(), place)
    if findings:
        raise RefusedError(*findings)
    return table.entries["subjects"]


def _facts_written(value: Any) -> str:
    return "\n".join(f"- {json.dumps(each, ensure_ascii=False)}" for each in value)


def _pairs_written(value: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {each}" for name, each in value.items())


def _day_written(value: Any) -> Any:
    return value if isinstance(value, date) else date.fromisoformat(value)


_READ_AS: Final[Mapping[Form, read_tables.Kind]] = {
    Form.TEXT: read_tables.Kind.TEXT,
    Form.IDENTIFIER: read_tables.Kind.IDENTIFIER,
    Form.LIST: read_tables.Kind.TEXT,
    Form.PAIRS: read_tables.Kind.IDENTIFIER,
    Form.YES_NO: read_tables.Kind.TEXT,
    Form.COUNT: read_tables.Kind.NUMBER,
    Form.NUMBER: read_tables.Kind.NUMBER,
    Form.DAY: read_tables.Kind.DAY,
    Form.FACTS: read_tables.Kind.TEXT,
}
_FROM_CELL: Final[Mapping[Form, Callable[[Any], Any]]] = {
    Form.TEXT: str,
    Form.IDENTIFIER: str,
    Form.LIST: _list,
    Form.PAIRS: _pairs,
    Form.YES_NO: _yes_no,
    Form.COUNT: lambda cell: int(cell) if Decimal(cell) == int(cell) else cell,
    Form.NUMBER: lambda cell: f"{cell.normalize():f}" if isinstance(cell, Decimal) else str(cell),
    Form.DAY: str,
}
_TO_CELL: Final[Mapping[Form, Callable[[Any], written_tables.Cell]]] = {
    Form.TEXT: str,
    Form.IDENTIFIER: str,
    Form.LIST: "; ".join,
    Form.PAIRS: _pairs_written,
    Form.YES_NO: lambda value: "yes" if value else "no",
    Form.COUNT: lambda value: value,
    Form.NUMBER: lambda value: float(Fraction(value)),
    Form.DAY: _day_written,
    Form.FACTS: _facts_written,
}


def columns(text: str) -> tuple[Column, ...]:
    """Return columns written as `name form`, with a star where each cell must be filled."""
    rows = (line.split() for line in text.strip().splitlines())
    return tuple(
        Column(name.rstrip("*"), Form(form), is_required=name.endswith("*")) for name, form in rows
    )
