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
WRONG_LEVEL = FindingCode(
    "LIF-001",
    Severity.ERROR,
    "A notice of this kind is not about such a thing",
    remedy="Recall a lot, withdraw a product; see the table of notices in the documentation.",
)
NO_REASON = FindingCode(
    "LIF-002",
    Severity.ERROR,
    "A notice needs a reason",
    remedy="Say why, and name the decision or case behind it.",
)
NOTICE_HOLDS = FindingCode(
    "LIF-003",
    Severity.ERROR,
    "The same notice is in force already",
    remedy="Nothing to do; look at the notice in force for its reason.",
)
NOTHING_TO_END = FindingCode(
    "LIF-004",
    Severity.ERROR,
    "There is no notice that this one could end",
    remedy="Look up what is in force; a recall and a withdrawal never end.",
)
EXPIRY_DATE = FindingCode(
    "LIF-005",
    Severity.ERROR,
    "The new expiry date of an extension is missing, or given with another notice",
    remedy="Give the new last day of use, such as 2029-01-31, with an extension only.",
)
NO_NOTICE = FindingCode(
    "LIF-006",
    Severity.ERROR,
    "No such notice, or none you may see",
    remedy="Look up its number in the list of notices; one told by an event is taken back by "
    "declaring the event wrong.",
)
RETRACTED = FindingCode(
    "LIF-007",
    Severity.ERROR,
    "The notice was retracted before, or retracts another",
    remedy="Nothing to do; make a new notice if it is true after all.",
)
BAD_SUBJECT = FindingCode(
    "LIF-008",
    Severity.ERROR,
    "A notice names no product, lot or pack that can be",
    remedy="Give the GTIN with its check digit, and the lot or serial number exactly as recorded.",
)
NO_SUCH_KIND = FindingCode(
    "LIF-009",
    Severity.ERROR,
    "There is no such kind of notice",
    remedy="Choose one of the kinds named; the documentation tells what each does.",
)
FINAL = FindingCode(
    "LIF-010",
    Severity.WARNING,
    "A recall or withdrawal never ends",
    remedy="Be sure of it: national systems of the EU take neither back.",
    clause="EMVO: consequences of data withdrawal and batch recall",
)
