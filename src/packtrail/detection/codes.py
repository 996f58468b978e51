"""Signals over many scans: `SIG-0nn`."""

from packtrail.base.findings import FindingCode, Severity

_EU = "Delegated Regulation (EU) 2016/161, Articles 18, 24 and 30"

SUPPLIED_TWICE = FindingCode(
    "SIG-001",
    Severity.ERROR,
    "A pack was supplied at two places, where once is lawful",
    remedy="Put both packs aside; compare them with each other and with a genuine one.",
    clause=_EU,
)
TOO_FAST = FindingCode(
    "SIG-002",
    Severity.ERROR,
    "A pack was seen at two places, faster than it can travel",
    remedy="Ask both places to hold the pack in hand; whoever has none was shown a copy.",
    clause=_EU,
)
NEAR_ISSUED = FindingCode(
    "SIG-003",
    Severity.ERROR,
    "A number that was never issued differs in one character from one that was",
    remedy="Put the pack aside; ask for a picture of it, and where the pack of the near number is.",
    clause=_EU,
)
PROBING = FindingCode(
    "SIG-004",
    Severity.ERROR,
    "Somebody tries numbers of a product one beside the other",
    remedy="Ask who uses this access, and lock it until that is known.",
)
BURST = FindingCode(
    "SIG-005",
    Severity.ERROR,
    "One actor met more unknown numbers than chance and habit explain",
    remedy="Put the packs aside, and ask from whom they came.",
    clause=_EU,
)
DEAD_SEEN = FindingCode(
    "SIG-006",
    Severity.ERROR,
    "A pack that no longer exists was scanned at another place",
    remedy="Put the pack aside: its number was taken from an empty box, or the report was wrong.",
    clause=_EU,
)
STOLEN_SEEN = FindingCode(
    "SIG-007",
    Severity.ERROR,
    "A pack that was reported stolen was scanned",
    remedy="Put the pack aside, keep the supplier's papers, inform police and authority.",
)
WRONG_DATA = FindingCode(
    "SIG-008",
    Severity.ERROR,
    "A recorded number was scanned with another lot or expiry",
    remedy="Compare with the print; where it is as scanned, the number was copied.",
    clause=_EU,
)
DIVERTED = FindingCode(
    "SIG-009",
    Severity.ERROR,
    "A pack is traded in a market for which it has no licence",
    remedy="Ask the seller for the import licence; follow the pack back to who sold it out.",
)
NEVER_SOLD = FindingCode(
    "SIG-010",
    Severity.ERROR,
    "A pack came back that was never sold",
    remedy="Do not put it back into stock; ask who returned it, and from whom it was bought.",
    clause="FD&C Act, section 582(c)(4)(D)",
)
CASE_DIFFERS = FindingCode(
    "SIG-011",
    Severity.ERROR,
    "An opened container held something else than its sender recorded",
    remedy="Open every case of the delivery, put aside what differs, and ask the sender.",
    clause="FD&C Act, section 582(c)(4); GS1 US: Applying GS1 Standards for DSCSA, inference",
)
SCANNER = FindingCode(
    "SIG-020",
    Severity.NOTE,
    "A scanner or keyboard damages numbers: this is no faker",
    remedy="Set scanner and computer to one keyboard layout; scan the code instead of typing it.",
)
DATA_FAULT = FindingCode(
    "SIG-021",
    Severity.WARNING,
    "Most packs of a lot are scanned with data other than recorded: the record is wrong",
    remedy="Compare the lot's record with a pack; correct what was reported of the lot.",
)

NO_ALERT = FindingCode(
    "SIG-050",
    Severity.ERROR,
    "There is no such alert",
    remedy="Look it up with `packtrail alerts list`.",
)
NO_CASE = FindingCode(
    "SIG-051",
    Severity.ERROR,
    "There is no such case",
    remedy="Look it up with `packtrail alerts cases`.",
)
BAD_MOVE = FindingCode(
    "SIG-052",
    Severity.ERROR,
    "A case cannot go there from where it is",
    remedy="See which moves the case offers now.",
)
NO_REASON = FindingCode(
    "SIG-053",
    Severity.ERROR,
    "What is done to a case has no reason",
    remedy="Write in a sentence why; it stays with the case.",
)
BAD_CATEGORY = FindingCode(
    "SIG-054",
    Severity.ERROR,
    "The category of a case does not fit",
    remedy="Say whether it is technical, procedural or suspect.",
)
NO_OWNER = FindingCode(
    "SIG-055",
    Severity.ERROR,
    "Nobody sees to the case",
    remedy="Name who does, before the investigation begins.",
)
NO_CAUSE = FindingCode(
    "SIG-056",
    Severity.ERROR,
    "A false alert has no cause",
    remedy="Choose what it came from; the rules learn from it.",
)
STILL_HELD = FindingCode(
    "SIG-057",
    Severity.ERROR,
    "Packs of a false alert are still in quarantine",
    remedy="Release them, with a reason, before the case is closed.",
)
IN_QUARANTINE = FindingCode(
    "SIG-058",
    Severity.ERROR,
    "A pack is in quarantine for a case that is not refuted",
    remedy="Refute the case first, and release the pack there.",
)
ALERT_TAKEN = FindingCode(
    "SIG-059",
    Severity.ERROR,
    "An alert belongs to another case",
    remedy="Merge the cases, or choose other alerts.",
)
BAD_PARAMETER = FindingCode(
    "SIG-060",
    Severity.ERROR,
    "A parameter of detection cannot be set so",
    remedy="See names, units and limits with `packtrail alerts parameters`.",
)
CASE_STALE = FindingCode(
    "SIG-061",
    Severity.ERROR,
    "The case was changed by somebody else meanwhile",
    remedy="Read it again, and decide again.",
)
NO_FORM = FindingCode(
    "SIG-062",
    Severity.ERROR,
    "There is no such form, or it has no such field",
    remedy="See forms and fields with `packtrail alerts forms`.",
)
NOT_IN_CASE = FindingCode(
    "SIG-063",
    Severity.ERROR,
    "A pack does not belong to the case, or is not as it would have to be",
    remedy="Name packs of the case's alerts; the page of the case lists them.",
)
CASE_DECIDED = FindingCode(
    "SIG-064",
    Severity.ERROR,
    "The case is decided",
    remedy="Reopen it with a reason first.",
)
NOTHING_CHOSEN = FindingCode(
    "SIG-065",
    Severity.ERROR,
    "No alert was chosen",
    remedy="Choose one alert or more.",
)
FIELD_MISSING = FindingCode(
    "SIG-066",
    Severity.WARNING,
    "A draft lacks a field that the form asks for",
    remedy="Fill it in on the page of the draft, or with `packtrail alerts answer`.",
)
