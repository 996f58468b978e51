"""Findings: everything one check has to say about somebody's data.

A finding is a value with a stable code, never an exception. A check returns every defect it can
reach. Codes are declared once, as `FindingCode` constants in the `codes` module of the package that
produces them, and each has a page in `docs/reference/findings`.

    >>> EXAMPLE = FindingCode("DOC-001", Severity.ERROR, "Example", remedy="Do better.")
    >>> EXAMPLE.found("The value 'x' is not a number.", at="/quantity").code
    'DOC-001'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    """Refused."""
    WARNING = "warning"
    """Accepted, but somebody should look."""
    NOTE = "note"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth saying about one place of the input."""

    code: str
    severity: Severity
    message: str
    """One sentence naming the value, what was expected and what was there."""
    at: str = ""
    """JSON pointer, XPath, row and column, or character span of the input."""
    clause: str = ""
    """Document, edition and section that says so."""
    remedy: str = ""
    """What a person can do now."""


@dataclass(frozen=True, slots=True)
class FindingCode:
    """A kind of finding: never reused, never changed in meaning."""

    code: str
    severity: Severity
    title: str
    """The meaning in one short sentence."""
    remedy: str
    clause: str = ""

    def found(self, message: str, *, at: str = "", remedy: str = "") -> Finding:
        """Return a finding of this kind at a place."""
        return Finding(self.code, self.severity, message, at, self.clause, remedy or self.remedy)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding refuses the input."""
    return any(finding.severity is Severity.ERROR for finding in findings)
