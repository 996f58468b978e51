"""Findings about the life of an object."""

from packtrail.base.findings import FindingCode, Severity

IMPOSSIBLE = FindingCode(
    "TRC-201",
    Severity.WARNING,
    "Something is said to have happened that its status does not allow",
    remedy="Find out which of the events is wrong, or treat the object as suspect.",
)
ENDED_AGAIN = FindingCode(
    "TRC-202",
    Severity.ERROR,
    "The object was dispensed, destroyed or used up a second time",
    remedy="Treat it as suspect: one of the two may be a copy.",
)
COMMISSIONED_AGAIN = FindingCode(
    "TRC-203",
    Severity.ERROR,
    "The same identifier was commissioned a second time",
    remedy="Treat it as suspect: a serial number belongs to one object only.",
)
