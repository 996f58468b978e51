"""Capacity as sheets that can be audited: inputs are typed in, the rest is formulas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packtrail.planning.capacity import Basis, Figure
from packtrail.rendering.tables import Cell, Column, Formula, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.planning.capacity import Estimate

_COLUMNS = (
    Column("Figure"),
    Column("Unit"),
    Column("Likely", Kind.NUMBER),
    Column("Low", Kind.NUMBER),
    Column("High", Kind.NUMBER),
    Column("Basis"),
    Column("Source or formula"),
)
_FIRST_ROW = 2
_NAME = re.compile(r"\b[a-z][a-z0-9_]*\b(?!\.)")


def sheet_of(name: str, estimate: Estimate) -> Table:
    """Return the sheet of one scenario; its likely values follow when an input is changed.

    The low and high ends of formulas are results of the simulation, and stay as they are.
    """
    cells = {each.key: f"$C${row}" for row, each in enumerate(estimate.figures, _FIRST_ROW)}
    return Table(name, _COLUMNS, tuple(_row(each, cells) for each in estimate.figures))


def _row(figure: Figure, cells: Mapping[str, str]) -> tuple[Cell, ...]:
    likely: Cell = figure.likely
    if figure.basis is Basis.FORMULA:
        likely = Formula(_in_cells(figure.source, cells), figure.likely)
    return (
        figure.title,
        figure.unit,
        likely,
        figure.low,
        figure.high,
        figure.basis.value,
        figure.source,
    )


def _in_cells(formula: str, cells: Mapping[str, str]) -> str:
    """Return a formula in the notation of spreadsheets."""
    named = _NAME.sub(lambda found: cells.get(found[0], found[0].upper()), formula)
    return "=" + named.replace("**", "^").replace(" ", "")
