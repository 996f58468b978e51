"""Findings about files that are exchanged: TAB-001 onwards for tables."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

UNREADABLE_TABLE = FindingCode(
    "TAB-001",
    Severity.ERROR,
    "The file is no table that can be read",
    remedy="Save it as CSV in UTF-8, as XLSX, or as a JSON list of objects, and send it again.",
)
MISSING_COLUMN = FindingCode(
    "TAB-002",
    Severity.ERROR,
    "A column is missing",
    remedy="Add the column; its title is in the first row of the table.",
)
UNKNOWN_COLUMN = FindingCode(
    "TAB-003",
    Severity.NOTE,
    "A column is not used",
    remedy="Check its title if it should be; otherwise there is nothing to do.",
)
DOUBLE_COLUMN = FindingCode(
    "TAB-004",
    Severity.ERROR,
    "Two columns have one title",
    remedy="Remove one of the two, or give it another title.",
)
IDENTIFIER_AS_NUMBER = FindingCode(
    "TAB-005",
    Severity.ERROR,
    "An identifier was stored as a number",
    remedy="Format the column as text and enter the identifier anew: a spreadsheet drops leading "
    "zeros and rounds long numbers, so the cell may not hold what was meant.",
)
EMPTY_CELL = FindingCode(
    "TAB-006",
    Severity.ERROR,
    "A cell that must hold something is empty",
    remedy="Fill the cell, or remove the row.",
)
NOT_A_NUMBER = FindingCode(
    "TAB-007",
    Severity.ERROR,
    "A cell holds no number",
    remedy="Write digits with a point before decimals, without signs between thousands.",
)
NOT_A_DAY = FindingCode(
    "TAB-008",
    Severity.ERROR,
    "A cell holds no date",
    remedy="Write the date as 2026-11-22, or format the cell as a date.",
)
TOO_MANY_ROWS = FindingCode(
    "TAB-009",
    Severity.ERROR,
    "The table is larger than is taken in at once",
    remedy="Split the file and send its parts one after the other.",
)
SPACES_DROPPED = FindingCode(
    "TAB-010",
    Severity.WARNING,
    "Spaces around an identifier were dropped",
    remedy="Check that the spaces were no part of it.",
)
CELL_TOO_LONG = FindingCode(
    "TAB-011",
    Severity.ERROR,
    "A cell holds more text than is taken in",
    remedy="Shorten the text.",
)
