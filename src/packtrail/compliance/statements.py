"""Statements: what somebody says, how sure it is, and who says so.

Every value of a pack is one: it carries its sources, its confidence, and the last day on which
somebody saw it to be so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

from packtrail.compliance.spans import Span
from packtrail.compliance.words import Confidence, FactStatus, SourceKind

UNVERIFIED: Final = "unverified"
"""The source of general knowledge for which no text was found."""

Value: TypeAlias = str | int | bool | Fraction | date | Span | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text that says something."""

    title: str
    kind: SourceKind
    url: str = ""
    published: str = ""
    """As exactly as it is known: 2025-09-02, 2025-09, 2023-Q4 or 2025."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One value from a day on."""

    value: Value | None
    """None where it is unknown."""
    from_on: date | None
    """The first day; None where it is not known since when."""
    status: FactStatus
    confidence: Confidence
    sources: tuple[str, ...]
    true_on: date
    """The last day on which somebody saw it to be so."""
    note: str = ""
    pack_id: str = ""

    @property
    def is_unverified(self) -> bool:
        """Whether it rests on general knowledge alone."""
        return set(self.sources) == {UNVERIFIED}


def told(value: Value | None) -> str:
    """Return a value as people read it."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, int):
        return f"{value:,}" if value >= 10_000 else str(value)
    if isinstance(value, Fraction):
        whole = value.denominator in {1, 2, 4, 5, 10}
        return f"{float(value):g}" if whole else f"{value.numerator} in {value.denominator:,}"
    return value.isoformat() if isinstance(value, date) else str(value)


def weaker(one: FactStatus, other: FactStatus) -> FactStatus:
    """Return which of two kinds of knowledge carries less."""
    return max(one, other, key=_WEAKNESS.index)


_WEAKNESS: Final = (
    FactStatus.KNOWN,
    FactStatus.EXPECTED,
    FactStatus.DISPUTED,
    FactStatus.UNKNOWN,
)
