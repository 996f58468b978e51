"""Capacity as sheets that can be audited, inputs typed in and the rest formulas, and on paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packtrail.base.amounts import Scale
from packtrail.planning.capacity.estimating import Basis, Figure
from packtrail.rendering.reports import Report, Section
from packtrail.rendering.tables import Cell, Column, Formula, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from packtrail.planning.capacity.estimating import Estimate

_COLUMNS = (
    Column("Figure"),
    Column("Unit"),
    Column("Likely", Kind.NUMBER),
    Column("Low", Kind.NUMBER),
    Column("High", Kind.NUMBER),
    Column("Basis"),
    Column("Source or formula"),
)
_PRINTED = (Column("Figure"), Column("Unit"), Column("Likely"), Column("Low"), Column("High"))
_FIRST_ROW = 2
_NAME = re.compile(r"\b[a-z][a-z0-9_]*\b(?!\.)")


def sheet_of(name: str, estimate: Estimate) -> Table:
    """Return the sheet of one scenario; its likely values follow when an input is changed.

    The low and high ends of formulas are results of the simulation, and stay as they are.
    """
    cells = {each.key: f"$C${row}" for row, each in enumerate(estimate.figures, _FIRST_ROW)}
    return Table(name, _COLUMNS, tuple(_row(each, cells) for each in estimate.figures))


def report_of(
    made: Mapping[str, Estimate],
    source: str,
    *,
    at: datetime,
    author: str = "packtrail capacity",
) -> Report:
    """Return the report on paper: for each scenario what was put in, and what it takes.

    Args:
        made: Estimates by the name of their scenario.
        source: What they were made from.
        at: When, aware.
        author: Who had it made.
    """
    return Report(
        title="Capacity",
        subtitle="Nine draws of ten are over the low figure, nine of ten under the high one",
        author=author,
        made_at=at,
        facts={"Made from": source, "Scenarios": ", ".join(made)},
        sections=tuple(section for name, each in made.items() for section in _sections(name, each)),
        is_landscape=True,
    )


def _sections(name: str, told: Estimate) -> tuple[Section, Section]:
    titles = {each.key: each.title for each in told.figures}
    given = [_printed(each, each.source) for each in told.figures if not each.rests_on]
    takes = [
        _printed(each, "; ".join(titles[root] for root in each.rests_on))
        for each in told.figures
        if each.rests_on
    ]
    return (
        Section(
            heading=f"{name}: what it takes",
            table=Table(name, (*_PRINTED, Column("Rests on")), takes),
        ),
        Section(
            heading=f"{name}: what was put in",
            table=Table(name, (*_PRINTED, Column("Basis and source")), given),
        ),
    )


def _printed(figure: Figure, why: str) -> tuple[Cell, ...]:
    scale, spans = scale_of((figure,)), (figure.likely, figure.low, figure.high)
    told = why if figure.rests_on else f"{figure.basis.value}: {why}"
    return (figure.title, scale.unit, *map(scale.figure, spans), told)


def section_of(heading: str, told: Estimate, keys: Sequence[str]) -> Section:
    """Return a part of a report: some figures, each with what it rests on or where it is from."""
    titles = {each.key: each.title for each in told.figures}
    rows = [
        _printed(
            each,
            "; ".join(titles[root] for root in each.rests_on) if each.rests_on else each.source,
        )
        for each in map(told.__getitem__, keys)
    ]
    columns = (*_PRINTED, Column("Rests on, or basis and source"))
    return Section(heading=heading, table=Table(heading, columns, rows))


def told_span(figure: Figure) -> str:
    """Return a figure with its range and unit, as one text."""
    scale = scale_of((figure,))
    told = scale.amount(figure.likely)
    if ends := scale.span(figure.low, figure.high):
        told += f" ({ends})"
    return told


def scale_of(figures: Iterable[Figure]) -> Scale:
    """Return the unit in which figures of one unit are told that stand side by side."""
    some = tuple(figures)
    ends = (end for each in some for end in (each.low, each.likely, each.high))
    return Scale.of(some[0].unit, ends)


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
