"""Checks of one value against the row of its application identifier.

The components of the format take the characters of the value from the left; each is checked for
its length, its characters and its content, and the first defect of each is kept.

    >>> [defect.reason for defect in lint("17", "991301")]
    ['ILLEGAL_MONTH']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.gs1 import codes
from packtrail.gs1.application_identifiers import TABLE
from packtrail.gs1.charsets import SETS
from packtrail.gs1.defects import Defect, explain
from packtrail.gs1.linters import LINTERS

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.gs1.application_identifiers import Component

_TOO_SHORT = "TOO_SHORT"
_TOO_LONG = "TOO_LONG"
_UNKNOWN_LENGTH_MAX = 90


def lint(ai: str, value: str) -> list[Defect]:
    """Return every defect of a value, in the order of its components.

    Args:
        ai: An application identifier of the table.
        value: The text after the application identifier, without separators.
    """
    found: list[Defect] = []
    at = 0
    for part in TABLE[ai].components:
        text = value[at : at + part.length_max]
        if part.is_optional and not text:
            break
        if defect := _lint_component(part, text):
            found.append(defect._replace(start=defect.start + at, end=defect.end + at))
        at += len(text)
    if len(value) > at:
        found.append(Defect(_TOO_LONG, at, len(value)))
    return found


def _lint_component(part: Component, text: str) -> Defect | None:
    charset = SETS[part.charset]
    place = charset.first_bad(text)
    if place is not None:
        return Defect(charset.reason, place, place + 1)
    if len(text) < part.length_min:
        return Defect(_TOO_SHORT, 0, len(text))
    if part.charset == "Z" and (padding := LINTERS["cset64"](text)):
        return padding
    return next((bad for name in part.linters if (bad := LINTERS[name](text))), None)


def lint_unknown(value: str) -> list[Defect]:
    """Return the defects of a value whose application identifier is unknown but allowed."""
    place = SETS["X"].first_bad(value)
    if place is not None:
        return [Defect(SETS["X"].reason, place, place + 1)]
    if len(value) > _UNKNOWN_LENGTH_MAX:
        return [Defect(_TOO_LONG, _UNKNOWN_LENGTH_MAX, len(value))]
    return []


def describe(ai: str, value: str, defect: Defect, *, at: str = "") -> Finding:
    """Tell a defect as a finding.

    Args:
        ai: The application identifier.
        value: The whole value the defect is in.
        defect: What `lint` found.
        at: Where the value stands in the input.
    """
    row = TABLE.get(ai)
    name = f"({ai}) {row.title}".rstrip() if row else f"({ai})"
    if defect.reason in {_TOO_SHORT, _TOO_LONG}:
        low, high = (row.length_min, row.length_max) if row else (1, _UNKNOWN_LENGTH_MAX)
        span = f"{low}" if low == high else f"{low} to {high}"
        parts = " in its parts" if low <= len(value) <= high else ""
        return codes.LENGTH.found(
            f"The value {value!r} of {name} has {len(value)} characters{parts};"
            f" {span} are expected.",
            at=at,
        )
    code, expectation = explain(defect.reason)
    part = value[defect.start : defect.end]
    what = f"has {part!r}" if part and part != value else "is refused"
    right = f", {defect.hint!r} is right" if defect.hint else ""
    return code.found(
        f"The value {value!r} of {name} {what}: {expectation}{right}.",
        at=at,
    )


def span(start: int, end: int) -> str:
    """Name a range of characters as people count them, from 1.

    >>> span(15, 18), span(15, 16)
    ('characters 16-18', 'character 16')
    """
    return f"characters {start + 1}-{end}" if end > start + 1 else f"character {start + 1}"
