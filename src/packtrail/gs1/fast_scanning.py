"""The short way through an element string that is right, which almost all are.

It knows the usual notations only, and gives up at the first doubt; then the long way finds out
what is wrong and where. Values that come again, such as GTINs and dates, are checked once.

Clause:
    GS1 General Specifications, sections 3 and 7.8.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from packtrail.gs1.application_identifiers import AI_LENGTH_BY_PREFIX, TABLE
from packtrail.gs1.elements import Element
from packtrail.gs1.symbologies import ELEMENT_CARRIERS
from packtrail.gs1.values import lint

if TYPE_CHECKING:
    from collections.abc import Callable

_VALUES_MAX: Final = 65_536
"""Values remembered as right; after so many, memory starts afresh."""

_new: Final = tuple.__new__
_CLASSES: Final = {"N": "[0-9]", "X": "[!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]"}


_Rule = tuple[int, int, int, "Callable[[str], object] | None"]
"""Four things to know of an AI: the length of AI and value, where predefined, else more than any
text has; the length of the AI; how long a value of letters and digits may be that is right for
sure; and what checks the whole value, None where that takes more than a pattern."""

_NO_END: Final = 1 << 30


def _rule(ai: str) -> _Rule:
    row = TABLE[ai]
    length = len(ai) + row.length_max if row.is_self_delimiting else _NO_END
    matches = None
    if len(row.components) == 1 and not row.components[0].linters:
        (part,) = row.components
        if part.charset in _CLASSES:
            span = f"{{{row.length_min},{row.length_max}}}"
            matches = re.compile(_CLASSES[part.charset] + span).fullmatch
    simple_max = row.length_max if matches and row.components[0].charset == "X" else 0
    return length, len(ai), simple_max, matches


_RULES: Final = {ai: _rule(ai) for ai in TABLE}
_right: set[str] = set()
"""AI and value of what was checked and found right."""


def split_quickly(text: str) -> tuple[Element, ...] | None:
    """Return the elements of a text that is right, or None where the long way must be gone."""
    if text[:1] == "(":
        return _split_bracketed(text)
    start = 3 if text[:3] in ELEMENT_CARRIERS else 0
    found: dict[str, Element] = {}
    count = 0
    for field in text[start:].split("\x1d") if start else text.split("\x1d"):
        at, end = 0, len(field)
        while at < end:
            ai = field[at : at + 2]
            rule = _RULES.get(ai)
            if rule is None:
                ai = field[at : at + AI_LENGTH_BY_PREFIX.get(ai, 0)]
                rule = _RULES.get(ai)
                if rule is None:
                    return None
            length, ai_length, simple_max, matches = rule
            stop = min(end, at + length)
            first = at + ai_length
            value = field[first:stop]
            if matches:
                if not (
                    stop - first <= simple_max and value.isalnum() and value.isascii()
                ) and not matches(value):
                    return None
            elif (whole := field[at:stop]) not in _right and not _is_right(ai, value, whole):
                return None
            found[ai] = _new(Element, (ai, value, start + first, start + stop))
            count += 1
            at = stop
        start += end + 1
    return tuple(found.values()) if count == len(found) > 0 else None


def _split_bracketed(text: str) -> tuple[Element, ...] | None:
    """Read brackets; escapes and blanks are left to the long way."""
    if "\\" in text:
        return None
    found: dict[str, Element] = {}
    parts = text[1:].split("(")
    at = 1
    for part in parts:
        ai, bracket, value = part.partition(")")
        rule = _RULES.get(ai)
        if rule is None or not bracket:
            return None
        _, ai_length, _, matches = rule
        if matches:
            if not matches(value):
                return None
        elif part not in _right and not _is_right(ai, value, part):
            return None
        first = at + ai_length + 1
        at = first + len(value) + 1
        found[ai] = _new(Element, (ai, value, first, at - 1))
    return tuple(found.values()) if len(parts) == len(found) else None


def _is_right(ai: str, value: str, whole: str) -> bool:
    """Check a value the long way, and remember it where it is right."""
    if not value or lint(ai, value):
        return False
    if len(_right) >= _VALUES_MAX:
        _right.clear()
    _right.add(whole)
    return True
