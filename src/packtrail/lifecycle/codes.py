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
_UNDO = "Delegated Regulation (EU) 2016/161, Article 13"
UNDONE_LATE = FindingCode(
    "TRC-204",
    Severity.WARNING,
    "A decommissioning was undone later than is allowed",
    remedy="The pack stays decommissioned: keep it out of stock, and ask its maker.",
    clause=_UNDO,
)
UNDONE_ELSEWHERE = FindingCode(
    "TRC-205",
    Severity.WARNING,
    "A decommissioning was undone at other premises than it was done",
    remedy="Have it undone where it was decommissioned; until then the pack stays so.",
    clause=_UNDO,
)
UNDONE_EXPIRED = FindingCode(
    "TRC-206",
    Severity.WARNING,
    "A pack was reactivated after its expiry date",
    remedy="The pack stays decommissioned: set it aside for destruction.",
    clause=_UNDO,
)
