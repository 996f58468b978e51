"""GS1 identifiers the way people read them: each element by itself, long digits in groups.

The groups are for the eye. What is copied is always the whole, ungrouped value.

    >>> groups("003000141234567890")
    ('003', '0001', '4123', '4567', '890')
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ELEMENT = re.compile(r"\((\d{2,4})\)([^(]*(?:\((?!\d{2,4}\))[^(]*)*)")
_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
_GROUPS = {8: (4, 4), 13: (1, 6, 6), 14: (1, 2, 5, 5, 1), 18: (3, 4, 4, 4, 3)}
_TITLES = {
    "00": "Logistic unit (SSCC)",
    "01": "Trade item (GTIN)",
    "10": "Lot",
    "17": "Expiry",
    "21": "Serial number",
    "254": "Part of location",
    "414": "Location (GLN)",
    "417": "Party (GLN)",
}


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an identifier, ready to show."""

    ai: str
    """Application identifier; empty when the identifier is no GS1 key."""
    value: str
    groups: tuple[str, ...]
    title: str


def groups(value: str) -> tuple[str, ...]:
    """Split a long run of digits into groups for the eye; anything else stays whole."""
    sizes = _GROUPS.get(len(value)) if value.isdecimal() and value.isascii() else None
    if sizes is None:
        return (value,)
    parts, start = [], 0
    for size in sizes:
        parts.append(value[start : start + size])
        start += size
    return tuple(parts)


def elements(label: str) -> tuple[Element, ...]:
    """Split a bracketed element string, such as `(01)…(21)…`, into its elements."""
    found = [(match[1], match[2].strip()) for match in _ELEMENT.finditer(label)]
    if not found or not label.lstrip().startswith("("):
        return (Element("", label, (label,), "Identifier"),)
    return tuple(
        Element(
            ai,
            value,
            groups(value) if ai in {"00", "01", "414", "417"} else (value,),
            _TITLES.get(ai, f"AI {ai}"),
        )
        for ai, value in found
    )


def short(label: str, length_max: int = 24) -> str:
    """Shorten an identifier from the left: its end is what tells it from its neighbours."""
    return label if len(label) <= length_max else "…" + label[1 - length_max :]


def short_hash(text: str) -> str:
    """Return a text in which a SHA-256 stands by its first characters."""
    return _SHA256.sub(lambda found: found.group()[:12] + "…", text)
