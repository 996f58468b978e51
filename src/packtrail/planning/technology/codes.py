"""Findings about systems and equipment: TEC-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

NO_ENTRY = FindingCode(
    "TEC-001",
    Severity.ERROR,
    "The inventory has no such entry",
    remedy="Look up the code in the inventory.",
)
UNKNOWN_NAME = FindingCode(
    "TEC-002",
    Severity.ERROR,
    "An entry names something that is not there",
    remedy="Correct the code, or enter what it names first.",
)
BAD_VALUE = FindingCode(
    "TEC-003",
    Severity.ERROR,
    "A value cannot be so",
    remedy="Correct the value; the message says what is expected.",
)
CIRCLE = FindingCode(
    "TEC-004",
    Severity.ERROR,
    "Systems need each other in a circle",
    remedy="Take away one of the needs of the circle.",
)
CHANGED_MEANWHILE = FindingCode(
    "TEC-005",
    Severity.ERROR,
    "Somebody else has changed it meanwhile",
    remedy="Look at it as it is now, and make the change again if it still makes sense.",
)
STILL_NAMED = FindingCode(
    "TEC-006",
    Severity.ERROR,
    "An entry is still named by others",
    remedy="Change those that name it first, or say that it is retired.",
)
REASON_NEEDED = FindingCode(
    "TEC-007",
    Severity.ERROR,
    "A change of what was there before has no reason",
    remedy="Say why; it is kept in the history.",
)
TOO_MANY = FindingCode(
    "TEC-008",
    Severity.ERROR,
    "The inventory takes no more entries",
    remedy="Take out what is no longer there.",
)
NOTHING_TO_IMPORT = FindingCode(
    "TEC-009",
    Severity.ERROR,
    "The file has no table of an inventory",
    remedy="Use the columns of the template, or say with --as what the table is.",
)
CODE_TWICE = FindingCode(
    "TEC-010",
    Severity.ERROR,
    "A code stands twice in a file",
    remedy="Keep one of the rows, or give the other another code.",
)
NO_SUPPORT_DATE = FindingCode(
    "TEC-011",
    Severity.NOTE,
    "Nobody has written down until when a product is kept up",
    remedy="Ask the vendor, and enter a support row with the date and where it is written.",
)
WHICH_RELEASE = FindingCode(
    "TEC-012",
    Severity.WARNING,
    "A product is named without the release that decides when its support ends",
    remedy="Name the release, such as `Windows 10 Enterprise LTSC 2021` or `PostgreSQL 15.8`.",
)
SLOWER_THAN_LINE = FindingCode(
    "TEC-013",
    Severity.WARNING,
    "Equipment is slower than its line",
    remedy="Correct the figure, or plan the line at the speed of its slowest part.",
)
NOTHING_TO_ACCEPT = FindingCode(
    "TEC-014",
    Severity.ERROR,
    "No upgrade of these systems is offered",
    remedy="Look at what is offered now: the system may be replaced, or its work in the plan.",
)
