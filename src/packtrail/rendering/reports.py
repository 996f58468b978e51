"""Reports on paper: one layout, filled from values, as PDF.

The text goes to Typst as JSON, never as markup, so no value can break the layout or run anything.
The same report gives the same bytes, so that it can be hashed and filed. PDF needs the extra
`reports`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.base.errors import UsageError
from packtrail.rendering import times
from packtrail.rendering.tables import Formula, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.rendering.tables import Cell, Column

_WIDE_FROM, _WIDEST = 16, 40
"""Letters: columns whose longest text has fewer are as wide as it; the rest is shared out."""
_SERIAL_NUMBER_MAX = 20
"""Letters of the longest serial number (GS1 General Specifications, AI 21): it is never broken."""
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), "\ufffd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a report; whatever it does not have is left out."""

    heading: str = ""
    paragraphs: Sequence[str] = ()
    picture: str | None = None
    """An SVG of ours."""
    alt: str = ""
    """What the picture shows, for those who do not see it."""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it is printed (21 CFR 11.50: name, time and meaning)."""

    name: str
    meaning: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Something to print, file and sign."""

    title: str
    subtitle: str = ""
    author: str
    """Who had it made: a person and an organisation."""
    made_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
    """What it is about: title -> text."""
    sections: Sequence[Section] = ()
    signatures: Sequence[Signature] = ()
    is_landscape: bool = False
    paper: str = "a4"


def write_pdf(report: Report) -> bytes:
    """Write a report as PDF/UA-1; the same report gives the same bytes.

    Raises:
        UsageError: The extra `reports` is not installed.
    """
    try:
        import typst  # noqa: PLC0415 - heavy, and an extra
    except ImportError:
        raise UsageError(
            "PDF reports need the extra `reports`: pip install 'packtrail[reports]'."
        ) from None
    content = typst.compile(
        _layout(),
        sys_inputs={"report": msgspec.json.encode(_printable(_values(report))).decode()},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=report.made_at.replace(microsecond=0),
    )
    return bytes(content)


@cache
def _layout() -> bytes:
    return resources.files(__package__).joinpath("reports.typ").read_bytes()


def _printable(value: Any) -> Any:
    """Return values whose texts hold no control character, which no font can print."""
    match value:
        case str():
            return value.translate(_CONTROL)
        case list() | tuple():
            return [_printable(each) for each in value]
        case dict():
            return {name: _printable(each) for name, each in value.items()}
        case _:
            return value


def _values(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "author": report.author,
        "footer": f"{report.title} · {times.moment(report.made_at)} · {report.author}",
        "facts": list(report.facts.items()),
        "sections": [_section(each) for each in report.sections],
        "signatures": [
            {"name": each.name, "meaning": each.meaning, "at": times.moment(each.at)}
            for each in report.signatures
        ],
        "is_landscape": report.is_landscape,
        "paper": report.paper,
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "paragraphs": list(section.paragraphs),
        "picture": section.picture,
        "alt": section.alt,
        "table": _table(section.table) if section.table else None,
    }


def _table(table: Table) -> dict[str, Any]:
    rows = [[_text(cell) for cell in row] for row in table.rows]
    return {
        "columns": [
            {
                "title": column.title,
                "is_number": column.kind is Kind.NUMBER,
                "share": _share(column, [row[at] for row in rows]),
            }
            for at, column in enumerate(table.columns)
        ],
        "rows": rows,
    }


def _share(column: Column, texts: Sequence[str]) -> int:
    """Return how wide a column is compared with others; 0: as wide as its longest text."""
    longest = max(map(len, (column.title, *texts)))
    is_whole = longest <= _SERIAL_NUMBER_MAX and not any(" " in text for text in texts)
    is_narrow = column.kind is Kind.NUMBER or longest < _WIDE_FROM or is_whole
    return 0 if is_narrow else min(longest, _WIDEST)


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return times.moment(cell)
        case date():
            return times.day(cell)
        case Formula():
            return f"{cell.value:,g}"
        case int():
            return f"{cell:,}"
        case _:
            return str(cell)
