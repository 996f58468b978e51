"""Findings of pre-flight (PRE) and of building reports (REP)."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

# --- a file against the form of its receiver ------------------------------------------------------

UNREADABLE = FindingCode(
    "PRE-001",
    _E,
    "The file cannot be read in the notation that the receiver takes",
    remedy="Write the file anew in UTF-8, as XML, CSV or JSON as the form says.",
)
UNKNOWN_FIELD = FindingCode(
    "PRE-002",
    _E,
    "A field or element is not one of the form",
    remedy="Remove it, or correct its spelling; capitals count.",
)
MISSING_FIELD = FindingCode(
    "PRE-003",
    _E,
    "A field or element that the receiver asks for is missing or empty",
    remedy="Fill it in; the page of the form says what belongs there.",
)
MISPLACED_FIELD = FindingCode(
    "PRE-004",
    _E,
    "Fields or elements are not in the order of the form",
    remedy="Put them in the order that the page of the form shows.",
)
TOO_OFTEN = FindingCode(
    "PRE-005",
    _E,
    "A field or element stands more often than the form allows",
    remedy="Keep one, or split the file.",
)
BAD_VALUE = FindingCode(
    "PRE-006",
    _E,
    "A value is not written as the receiver takes it",
    remedy="Correct the value as the message says.",
)
NOT_IN_LIST = FindingCode(
    "PRE-007",
    _E,
    "A value is none of those that the receiver knows",
    remedy="Use one of the values that the message names.",
)
WRONG_FORM = FindingCode(
    "PRE-008",
    _E,
    "The file is of another form than the one it is checked for",
    remedy="Choose the form that the file is written in, or write it in this one.",
)

# --- rows against each other ----------------------------------------------------------------------

OUT_OF_ORDER = FindingCode(
    "PRE-020",
    _E,
    "Rows are not sorted as the receiver asks",
    remedy="Sort the rows; a row that is later must stand later.",
)
DIFFERS = FindingCode(
    "PRE-021",
    _E,
    "Two fields that must be equal differ",
    remedy="Write the same value in both.",
)
NAMED_TWICE = FindingCode(
    "PRE-022",
    _E,
    "An object is named twice where it may stand once",
    remedy="Keep one of the two lines.",
)
PACKED_UNKNOWN = FindingCode(
    "PRE-023",
    _E,
    "Something is packed that was not commissioned before in the same file",
    remedy="Put its commissioning above, or check the number.",
)
TOO_MANY = FindingCode(
    "PRE-024",
    _E,
    "The file holds more than the receiver takes at once",
    remedy="Split the file.",
)
TOO_LATE = FindingCode(
    "PRE-025",
    _E,
    "One date must be earlier than another and is not",
    remedy="Correct the date that is wrong.",
)
BAD_PARENT = FindingCode(
    "PRE-026",
    _E,
    "A parent holds what the receiver does not allow together",
    remedy="Give packs and logistic units parents of their own, each with an SSCC.",
)
BAD_NUMBERING = FindingCode(
    "PRE-027",
    _E,
    "Rows are not numbered one after the other",
    remedy="Number the rows from 1 without gaps.",
)

# --- the law of the market and what is known here -------------------------------------------------

TOO_LARGE = FindingCode(
    "PRE-040",
    _E,
    "The file is larger than the receiver takes",
    remedy="Split the event or the file into several of fewer packs.",
)
SERIAL_BREAKS_LAW = FindingCode(
    "PRE-041",
    _E,
    "A serial number is not one that the market allows",
    remedy="Take serial numbers from a pool that keeps to the rules of the market.",
)
UNKNOWN_HERE = FindingCode(
    "PRE-042",
    _W,
    "An object is named that nothing here records",
    remedy="Capture its events first, or check the number: the receiver may not know it either.",
)
NOT_IN_USE = FindingCode(
    "PRE-043",
    _W,
    "An object is named that was destroyed, dispensed or decommissioned before",
    remedy="Look at its journey, and take it out where the file says otherwise.",
)
UNVERIFIED_FORM = FindingCode(
    "PRE-044",
    _N,
    "The form was not checked against a specification of the receiver",
    remedy="Compare with the receiver's current guide before the first file is sent.",
)
EXPIRED_PACK = FindingCode(
    "PRE-045",
    _W,
    "A pack is named whose expiry date is past",
    remedy="Check the date; most receivers refuse expired packs.",
)

# --- building -------------------------------------------------------------------------------------

MISSING_FACT = FindingCode(
    "REP-001",
    _E,
    "Something that the form asks for is not known",
    remedy="Enter it where the message says: with the report, receiver, trade item or place.",
)
NOTHING_TO_REPORT = FindingCode(
    "REP-002",
    _E,
    "Nothing that the report could be about is recorded",
    remedy="Choose an event, lot or trade item that the form is for.",
)
BAD_FACT = FindingCode(
    "REP-003",
    _E,
    "A value from records or facts does not fit into the form",
    remedy="Correct the record or fact that the message names.",
)
NO_PRODUCT_VERSION = FindingCode(
    "REP-004",
    _E,
    "The trade item has no product version that the receiver has acknowledged",
    remedy="Send the product data first and wait for the acknowledgement.",
)
OTHER_PRODUCT_VERSION = FindingCode(
    "REP-005",
    _W,
    "The lot was reported under an earlier product version and stays with it",
    remedy="Nothing: a lot belongs to one product version. Report new lots under the new one.",
)
INCOMPLETE_HISTORY = FindingCode(
    "REP-006",
    _E,
    "The commissioning of something that is shipped is not recorded here",
    remedy="Capture what the maker or packer sent of it before the report is built.",
)
CANNOT_SPLIT = FindingCode(
    "REP-007",
    _E,
    "A file cannot be made as small as the receiver asks",
    remedy="Name fewer objects in one event.",
)

# --- the life of a report -------------------------------------------------------------------------

NO_REPORT = FindingCode(
    "REP-020",
    _E,
    "There is no such report, or none that you may see",
    remedy="Look it up in the list of reports.",
)
WRONG_STATE = FindingCode(
    "REP-021",
    _E,
    "This cannot be done with a report in this state",
    remedy="Reload the report; its page shows what can be done now.",
)
NEEDS_REASON = FindingCode(
    "REP-022",
    _E,
    "A reason is missing",
    remedy="Say why in a sentence; it stays with the report.",
)
NEEDS_OTHER_PERSON = FindingCode(
    "REP-023",
    _E,
    "Two people must confirm this report, and the same person has confirmed before",
    remedy="Ask a colleague who may approve reports.",
)
NO_FORM = FindingCode(
    "REP-024",
    _E,
    "There is no form of this name",
    remedy="Look up the forms with `packtrail reports forms`.",
)
NO_RECEIVER = FindingCode(
    "REP-025",
    _E,
    "There is no receiver of this code",
    remedy="Look up the receivers, or add one.",
)
BAD_RECEIVER = FindingCode(
    "REP-026",
    _E,
    "A receiver cannot be kept like this",
    remedy="Correct what the message names.",
)
NO_CHANNEL = FindingCode(
    "REP-027",
    _E,
    "The receiver has no way to send files to",
    remedy="Give the receiver a folder or an address, or hand the file in yourself.",
)
NO_FILE = FindingCode(
    "REP-029",
    _E,
    "There is no such file of the report",
    remedy="Choose one of the files that its page lists.",
)
BAD_ANSWER = FindingCode(
    "REP-032",
    _E,
    "The answer of the receiver cannot be read",
    remedy="Look at the answer, which is kept, and say yourself what became of the report.",
)
STALE_REPORT = FindingCode(
    "REP-033",
    _E,
    "Somebody else has changed the report meanwhile",
    remedy="Reload the report and do it again if it still makes sense.",
)
NO_EVENTS = FindingCode(
    "REP-034",
    _E,
    "None of the events that the report is to cover may be seen",
    remedy="Choose events that your organisation recorded or was sent.",
)
NOT_FOR_FORM = FindingCode(
    "REP-035",
    _E,
    "The form is not for this kind of subject, or not for this receiver's market",
    remedy="Choose a form of the receiver's market that is about the subject.",
)
BAD_FACT_NAME = FindingCode(
    "REP-036",
    _E,
    "A fact cannot be kept under this name or for this subject",
    remedy="Use the names that the page of the form lists.",
)
