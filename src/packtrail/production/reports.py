"""Reports: a list of happenings as JSON or CSV, read with every defect named.

>>> told = b'{"happenings": [{"kind": "count", "at": "2026-03-03T14:02:00Z",
...           "counts": {"good": 7}}]}'
>>> read_json(told).happenings[0].counts
{'good': 7}
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from packtrail.production.codes import BAD_REPORT
from packtrail.production.happenings import Happening, read_happening

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.base.findings import Finding

HAPPENINGS_MAX: Final = 20_000
SEQUENCE_MAX: Final = 1_000_000
_MEMBERS: Final = frozenset({"happenings", "sequence", "report_id"})
_COLUMNS: Final = frozenset(
    {
        *("kind", "at", "level", "number", "parent", "parent_level", "by", "reason", "note"),
        *("is_partial", "state"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a line says."""

    happenings: tuple[Happening, ...] = ()
    sequence: int | None = None
    """The line's own count of its reports of the order, from 1."""
    report_id: str | None = None
    """The line's own name of the report."""
    findings: tuple[Finding, ...] = ()
    """Why it cannot be read; it can when there are none."""


def read_json(content: bytes) -> Report:
    """Read a report from JSON: an object with `happenings`, and with `sequence` or `report_id`."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        return _unreadable(f"It is no JSON: {error}.")
    if not isinstance(value, dict) or not isinstance(value.get("happenings"), list):
        return _unreadable("Expected an object with a list of happenings.", "/happenings")
    findings = [
        BAD_REPORT.found(f"{name[:40]!r} is no member of a report.", at=f"/{name[:40]}")
        for name in sorted(value.keys() - _MEMBERS)
    ]
    findings += _head_defects(value)
    members = [(f"/happenings/{n}", each) for n, each in enumerate(value["happenings"])]
    report = _read(members, findings)
    return Report(
        happenings=report.happenings,
        sequence=value.get("sequence"),
        report_id=value.get("report_id"),
        findings=report.findings,
    )


def read_csv(content: bytes) -> Report:
    """Read a report from CSV with a head: `kind`, `at`, `number`, and what else the kind takes.

    Each row names one object; rows that follow each other and differ in `number` only are one
    happening.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unreadable(f"It is no UTF-8: {error}.")
    sample = text.partition("\n")[0]
    delimiter = max(",;\t", key=sample.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        heads = [(name or "").strip().lower() for name in rows.fieldnames or ()]
        strange = [name for name in heads if name not in _COLUMNS]
        if strange or not {"kind", "at"} <= set(heads) or len(set(heads)) < len(heads):
            known = ", ".join(sorted(_COLUMNS))
            return _unreadable(f"The columns are {', '.join(heads)[:200]}; known are {known}.", "1")
        rows.fieldnames = heads
        return _read(list(_gathered(rows)), [])
    except csv.Error as error:
        return _unreadable(f"It is no CSV: {error}.", f"row {rows.line_num}")


def _gathered(rows: csv.DictReader[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield happenings made of rows that follow each other and say the same of other objects."""
    place, current, numbers = "", None, list[str]()
    for row in rows:
        extra = row.pop(None, None)
        cells = {name: (value or "").strip() for name, value in row.items() if name}
        number = cells.pop("number", "")
        if extra:
            cells["more cells than columns"] = str(extra[0])[:20]
        if current is not None and cells == current and number:
            numbers.append(number)
            continue
        if current is not None:
            yield place, _member(current, numbers)
        place, current = f"row {rows.line_num}", cells
        numbers = [number] if number else []
    if current is not None:
        yield place, _member(current, numbers)


def _member(cells: Mapping[str, str], numbers: list[str]) -> dict[str, Any]:
    given = {name: value for name, value in cells.items() if value}
    return {**given, "numbers": tuple(numbers)} if numbers else given


def _read(members: list[tuple[str, Any]], findings: list[Finding]) -> Report:
    if len(members) > HAPPENINGS_MAX:
        message = f"It has {len(members):,} happenings; at most {HAPPENINGS_MAX:,} are taken."
        return _unreadable(message, "/happenings")
    happenings = []
    for at, value in members:
        if not isinstance(value, dict):
            findings.append(BAD_REPORT.found("Expected an object.", at=at))
            continue
        happening, wrong = read_happening(value, at)
        findings += wrong
        if happening is not None:
            happenings.append(happening)
    if not members:
        findings.append(BAD_REPORT.found("It has no happenings.", at="/happenings"))
    return Report(happenings=tuple(happenings), findings=tuple(findings))


def _head_defects(value: Mapping[str, Any]) -> Iterator[Finding]:
    sequence, name = value.get("sequence"), value.get("report_id")
    if sequence is not None and (type(sequence) is not int or not 1 <= sequence <= SEQUENCE_MAX):
        message = f"sequence is {str(sequence)[:20]}; expected 1 to {SEQUENCE_MAX:,}."
        yield BAD_REPORT.found(message, at="/sequence")
    if name is not None and not (isinstance(name, str) and 1 <= len(name) <= 200):
        message = "report_id is not 1 to 200 characters of text."
        yield BAD_REPORT.found(message, at="/report_id")


def _unreadable(message: str, at: str = "") -> Report:
    return Report(findings=(BAD_REPORT.found(message, at=at),))
