"""Findings of the store: STO-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

BAD_TEXT = FindingCode(
    "STO-001",
    Severity.ERROR,
    "The database cannot hold the value",
    remedy="Leave out the character NUL (U+0000), and numbers beyond every bound.",
)
