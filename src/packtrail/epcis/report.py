"""Collects findings while a document is read, and stops listing at a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.findings import Severity
from packtrail.epcis import codes

if TYPE_CHECKING:
    from packtrail.base.findings import Finding, FindingCode


_NEVER_FORGIVEN = frozenset({codes.HOSTILE_XML, codes.LIMIT})


class Report:
    """The findings of one reading, in order of discovery.

    Errors and milder findings are limited apart, so that a flood of warnings hides no error.
    """

    __slots__ = (
        "_dropped",
        "_findings",
        "_limit",
        "_mild",
        "barring",
        "errors",
        "is_tolerant",
        "seen",
    )

    def __init__(self, limit: int, *, is_tolerant: bool = False) -> None:
        self.is_tolerant = is_tolerant
        """An error need not keep out the event it is found in."""
        self.errors = 0
        """Errors so far, listed or not."""
        self.barring = 0
        """Errors so far that keep out what they are found in: all of them, unless tolerant."""
        self.seen: set[str] = set()
        """Classes of identifiers looked at already."""
        self._findings: list[Finding] = []
        self._mild = 0
        self._limit = limit
        self._dropped = 0

    def add(self, code: FindingCode, message: str, at: str) -> None:
        """Record a finding of a kind at a place."""
        if code.severity is Severity.ERROR:
            self.errors += 1
            self.barring += not self.is_tolerant or code in _NEVER_FORGIVEN
            count = self.errors
        else:
            self._mild += 1
            count = self._mild
        if count <= self._limit:
            self._findings.append(code.found(message, at=at))
        else:
            self._dropped += 1

    def take_mild(self, other: Report) -> None:
        """Record what another report found that is no error."""
        for finding in other._findings:
            if finding.severity is not Severity.ERROR:
                self._mild += 1
                if self._mild <= self._limit:
                    self._findings.append(finding)
                else:
                    self._dropped += 1

    @property
    def count(self) -> int:
        """Findings so far, listed or not."""
        return self.errors + self._mild

    def all(self) -> tuple[Finding, ...]:
        """Return what was found, with a last line when not all of it is listed."""
        if not self._dropped:
            return tuple(self._findings)
        message = f"{self._dropped} more findings are not listed; the limit is {self._limit}."
        return (*self._findings, codes.MORE_FINDINGS.found(message))


def shown(value: object) -> str:
    """Return a value as it is quoted in a message: short, and on one line."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}...{text[-1]}"
