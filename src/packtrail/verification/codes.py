"""Reasons of a verdict, in the order in which a person can act on them: `VER-0nn`.

First what is wrong with the scan or the data asked with, then what points to a copy, then what is
unknown, then why a genuine pack may not be supplied, then what is only worth knowing.
"""

from packtrail.base.findings import FindingCode, Severity

_EU = "Delegated Regulation (EU) 2016/161"

UNREADABLE = FindingCode(
    "VER-001",
    Severity.ERROR,
    "What was scanned or typed is not the code of a medicine pack",
    remedy="Scan the two-dimensional code of the pack again; check the set-up of the scanner.",
)
NOT_COMPLETE = FindingCode(
    "VER-002",
    Severity.ERROR,
    "The code has no product code or no serial number",
    remedy="Scan the pack itself, not its outer case; or enter product code and serial number.",
    clause=f"{_EU}, Article 4",
)
SCAN_DAMAGED = FindingCode(
    "VER-003",
    Severity.WARNING,
    "The scanner or keyboard damaged the code; the pack was found under what it was meant to be",
    remedy="Set the scanner up (Scan, Set up); until then every pack looks wrong.",
)
LAYOUT_DAMAGE = FindingCode(
    "VER-004",
    Severity.WARNING,
    "The serial number is that of a recorded pack, through a wrong keyboard layout or caps lock",
    remedy="Set scanner and computer to one keyboard layout, switch caps lock off, scan again.",
)
LOOKS_ALIKE = FindingCode(
    "VER-005",
    Severity.WARNING,
    "The serial number is not recorded, one that looks alike is",
    remedy="Scan the code instead of typing it, or compare 0 and O, 1 and I, 5 and S one by one.",
)
LOT_LOOKS_ALIKE = FindingCode(
    "VER-006",
    Severity.WARNING,
    "The lot differs from the recorded one only by letters that look alike",
    remedy="Scan the code instead of typing it, or compare letter by letter.",
)
CUT_OFF = FindingCode(
    "VER-007",
    Severity.WARNING,
    "The scan has neither lot nor expiry, and its serial number is not recorded: it was cut off",
    remedy="Scan the code again, slowly; where it happens often, set the scanner up.",
    clause=f"{_EU}, Articles 4 and 5",
)
COPIED = FindingCode(
    "VER-010",
    Severity.ERROR,
    "The record of this pack shows it twice: somebody has a copy",
    remedy="Set the pack aside, touch nothing, and report it: it may be a falsified medicine.",
    clause=f"{_EU}, Articles 18, 24 and 30",
)
DESTROYED = FindingCode(
    "VER-011",
    Severity.ERROR,
    "A pack that was destroyed or used up is in somebody's hands",
    remedy="Set the pack aside and report it: the genuine one no longer exists.",
    clause=f"{_EU}, Articles 18, 24 and 30",
)
DISPENSED_ELSEWHERE = FindingCode(
    "VER-012",
    Severity.ERROR,
    "The pack was dispensed somewhere else",
    remedy="Set the pack aside and report it: one of the two may be falsified.",
    clause=f"{_EU}, Articles 18, 24 and 30",
)
STOLEN = FindingCode(
    "VER-013",
    Severity.ERROR,
    "The pack was reported stolen",
    remedy="Set the pack aside and inform the police and the authority.",
)
ILLEGITIMATE = FindingCode(
    "VER-014",
    Severity.ERROR,
    "The pack, its lot or its product was found to be illegitimate",
    remedy="Set the pack aside; do not return it before the authority has said what to do.",
    clause="FD&C Act, section 582(b)(4)",
)
SUSPECT = FindingCode(
    "VER-015",
    Severity.ERROR,
    "The pack, its lot or its product is under investigation",
    remedy="Put the pack into quarantine until the investigation is closed.",
    clause="FD&C Act, section 582(b)(4)",
)
HELD_BY_OTHERS = FindingCode(
    "VER-016",
    Severity.ERROR,
    "By the record the pack is with another party, and has not left it",
    remedy="Ask your supplier for its shipping data; if there is none, report the pack.",
)
PRODUCT_UNKNOWN = FindingCode(
    "VER-020",
    Severity.ERROR,
    "Nothing is recorded of this product",
    remedy="Ask the responder of the product's maker, or the national system of the market.",
)
SERIAL_UNKNOWN = FindingCode(
    "VER-021",
    Severity.ERROR,
    "The product is known, this serial number is not",
    remedy="Set the pack aside; ask its maker whether the number was ever issued.",
    clause=f"{_EU}, Articles 18, 24 and 30",
)
NOT_YET_TOLD = FindingCode(
    "VER-022",
    Severity.WARNING,
    "The serial number was issued, its commissioning has not been reported yet",
    remedy="Ask the packaging line or the maker for the report, then verify again.",
)
NO_ORIGIN = FindingCode(
    "VER-023",
    Severity.ERROR,
    "The pack was seen, but nobody reported that it was made",
    remedy="Ask the supplier for the data of its commissioning, then verify again.",
)
LOT_WRONG = FindingCode(
    "VER-030",
    Severity.ERROR,
    "The lot is another one than recorded for this serial number",
    remedy="Compare the printed lot; if it is as scanned, set the pack aside and report it.",
    clause=f"{_EU}, Articles 18, 24 and 30",
)
EXPIRY_WRONG = FindingCode(
    "VER-031",
    Severity.ERROR,
    "The expiry is another one than recorded for this serial number",
    remedy="Compare the printed expiry; if it is as scanned, set the pack aside and report it.",
    clause=f"{_EU}, Articles 18, 24 and 30",
)
DISPENSED_HERE = FindingCode(
    "VER-040",
    Severity.ERROR,
    "The pack was dispensed before",
    remedy="Look whether it was scanned twice; undo the dispensing if it was not supplied.",
    clause=f"{_EU}, Article 13",
)
TAKEN_OUT = FindingCode(
    "VER-041",
    Severity.ERROR,
    "The pack was taken out of use",
    remedy="Do not supply it; undo it where and when the rule of the market allows.",
    clause=f"{_EU}, Article 13",
)
RECALLED = FindingCode(
    "VER-042",
    Severity.ERROR,
    "The lot was recalled",
    remedy="Do not supply it: send it back as the recall says.",
)
WITHDRAWN = FindingCode(
    "VER-043",
    Severity.ERROR,
    "The product was withdrawn from the market",
    remedy="Do not supply it: send it back as the withdrawal says.",
)
EXPIRED = FindingCode(
    "VER-044",
    Severity.ERROR,
    "The pack is past its last day of use",
    remedy="Do not supply it: set it aside for destruction.",
)
ON_HOLD = FindingCode(
    "VER-045",
    Severity.ERROR,
    "The pack, its lot or its product is on hold",
    remedy="Do not supply it before it is released.",
)
RETURNED = FindingCode(
    "VER-046",
    Severity.ERROR,
    "The pack was sent back, and nobody has put it in stock again",
    remedy="Check it and put it back in stock first, or destroy it.",
)
NOT_FIT = FindingCode(
    "VER-047",
    Severity.ERROR,
    "The pack is damaged, lost or opened",
    remedy="Do not supply it.",
)
NOT_FOR_REDISTRIBUTION = FindingCode(
    "VER-048",
    Severity.ERROR,
    "The pack is genuine and must not be sold on",
    remedy="Use it where it is, or send it back to where it came from.",
)
AT_ANOTHER_SITE = FindingCode(
    "VER-049",
    Severity.ERROR,
    "By the record the pack is at another site of the same party",
    remedy="Report its move, then verify again; if it was not moved, set it aside.",
)
RULE_OF_MARKET = FindingCode(
    "VER-050",
    Severity.ERROR,
    "The rules of the market do not let a pack in this state be supplied",
    remedy="Do not supply it in this market.",
)
EXPIRY_EXTENDED = FindingCode(
    "VER-060",
    Severity.NOTE,
    "The expiry was extended beyond what is printed",
    remedy="Nothing to do; the extension is on record.",
)
END_OF_MONTH = FindingCode(
    "VER-061",
    Severity.NOTE,
    "One of code and record writes the end of the month as day 00, the other as its last day",
    remedy="Nothing to do; both mean the same day.",
    clause="GS1 General Specifications, section 3.4",
)
NOT_COMPARED = FindingCode(
    "VER-062",
    Severity.NOTE,
    "Lot or expiry was not compared: it was not asked with, or is not recorded",
    remedy="Scan the whole code, so that lot and expiry are compared too.",
)
INFERRED = FindingCode(
    "VER-063",
    Severity.NOTE,
    "The pack is only known through the container that holds it",
    remedy="Nothing to do; open the container and scan the pack where it matters.",
)
ALREADY_INACTIVE = FindingCode(
    "VER-080",
    Severity.ERROR,
    "The pack is inactive already, and cannot be taken out of use a second time",
    remedy="Set the pack aside; look whether it was scanned twice. If not, report it.",
    clause=f"{_EU}, Articles 18, 24 and 30",
)
BARRED = FindingCode(
    "VER-081",
    Severity.ERROR,
    "Its lot, its product or its expiry bars this",
    remedy="Do not supply it; follow the recall, or set it aside for destruction.",
)
UNDO_OF_ANOTHER = FindingCode(
    "VER-082",
    Severity.ERROR,
    "What is to be undone is not what the pack is",
    remedy="Look up its state, and undo that.",
    clause=f"{_EU}, Article 13",
)
UNDO_LATE = FindingCode(
    "VER-083",
    Severity.ERROR,
    "The time in which it could be undone is over",
    remedy="The pack cannot go back into stock; set it aside for destruction.",
    clause=f"{_EU}, Article 13(1)(b)",
)
UNDO_ELSEWHERE = FindingCode(
    "VER-084",
    Severity.ERROR,
    "Only who took a pack out of use, at the same premises, can undo it",
    remedy="Send the pack to the premises where it was taken out of use.",
    clause=f"{_EU}, Article 13(1)(a)",
)
UNDO_BARRED = FindingCode(
    "VER-085",
    Severity.ERROR,
    "A pack that is recalled, withdrawn, expired or under suspicion is not taken back",
    remedy="Do not take it back into stock.",
    clause=f"{_EU}, Article 13(1)(c) and (d)",
)
UNDO_OF_ACTIVE = FindingCode(
    "VER-086",
    Severity.NOTE,
    "The pack is active; there is nothing to undo",
    remedy="Nothing to do.",
)
NEVER_UNDONE = FindingCode(
    "VER-087",
    Severity.ERROR,
    "A pack that was destroyed or stolen never becomes active again",
    remedy="If it was said by mistake, declare that event wrong (`packtrail corrections`).",
    clause=f"{_EU}, Article 13(1)(d)",
)
NOT_FREE = FindingCode(
    "VER-088",
    Severity.ERROR,
    "Something else is against it",
    remedy="Do what the verification says first.",
)
BAD_RETURN_CODES = FindingCode(
    "VER-089",
    Severity.ERROR,
    "A table of return codes cannot be read",
    remedy="Compare it with return_codes.toml of the package; the message names the row.",
)
BAD_MESSAGE = FindingCode(
    "VER-100",
    Severity.ERROR,
    "A verification message is not as the standard says",
    remedy="Put right what is named; lot and serial number are percent-encoded in the path.",
    clause="GS1 Lightweight Messaging Standard",
)
BAD_PRESENTATION = FindingCode(
    "VER-107",
    Severity.ERROR,
    "A presentation of a trading partner's credential cannot be accepted",
    remedy="Let the wallet make a new one; its credential is one of authorised trading partners.",
    clause="W3C Verifiable Credentials Data Model 1.1, 6.3.1",
)
BAD_TRUST = FindingCode(
    "VER-110",
    Severity.ERROR,
    "A file of whose credentials count cannot be used",
    remedy="Put right the entry that is named; the guide of verification messages has an example.",
)
BAD_SIGNATURE = FindingCode(
    "VER-111",
    Severity.ERROR,
    "The signature of a credential or its presentation is wrong",
    remedy="Answer nothing to who sent it, and call the partner: somebody else may be asking.",
    clause="RFC 7515, 5.2",
)
NOT_SIGNED = FindingCode(
    "VER-112",
    Severity.WARNING,
    "A credential or its presentation is not signed",
    remedy="Tell the partner; its wallet signs what it shows.",
    clause="RFC 7515, 3.1; W3C Verifiable Credentials Data Model 1.1, 4.7",
)
KEY_UNKNOWN = FindingCode(
    "VER-113",
    Severity.WARNING,
    "The key that a credential or its presentation was signed with is not known here",
    remedy="Ask the signer for its public key, and add it: `packtrail vrs trust set`.",
    clause="RFC 7515, 6",
)
ISSUER_UNKNOWN = FindingCode(
    "VER-114",
    Severity.WARNING,
    "Nobody said that credentials of this issuer count",
    remedy="If it is one whom you trust, add it with its key: `packtrail vrs trust set`.",
)
ISSUER_ENDED = FindingCode(
    "VER-115",
    Severity.ERROR,
    "Credentials of this issuer do not count on that day",
    remedy="Ask the partner for a credential of another issuer.",
)
NOT_IN_TIME = FindingCode(
    "VER-116",
    Severity.ERROR,
    "A credential or its presentation has expired, has not begun, or never ends",
    remedy="Let the wallet make a new presentation; a credential is renewed by its issuer.",
    clause="RFC 7519, 4.1.4 and 4.1.5",
)
FOR_ANOTHER = FindingCode(
    "VER-117",
    Severity.ERROR,
    "A presentation was made for somebody else, or for another request",
    remedy="Let the wallet make one for this request; one that is shown again is refused.",
    clause="RFC 7519, 4.1.3",
)
REVOKED = FindingCode(
    "VER-118",
    Severity.ERROR,
    "The credential of a trading partner was revoked",
    remedy="Trade with the partner only when its licence or registration was looked at again.",
    clause="W3C Verifiable Credentials Data Model 1.1, 7.1; FD&C Act, 581(2)",
)
STATUS_UNKNOWN = FindingCode(
    "VER-119",
    Severity.WARNING,
    "Whether a credential was revoked cannot be told",
    remedy="Put the status list of the issuer into the file: `packtrail vrs trust set`.",
    clause="W3C Verifiable Credentials Data Model 1.1, 7.1",
)
HOLDER_DIFFERS = FindingCode(
    "VER-120",
    Severity.ERROR,
    "Who shows a credential is another partner than who asks, or does not count any more",
    remedy="Compare the holders of the file with the GLN of the request.",
)
BAD_ANSWER = FindingCode(
    "VER-101",
    Severity.ERROR,
    "A responder answered something that is no answer to the request",
    remedy="Tell the operator of the responder; the request is sent again until its clock ends.",
    clause="GS1 Lightweight Messaging Standard",
)

REMEDIES = {
    each.code: each.remedy for each in list(vars().values()) if isinstance(each, FindingCode)
}
"""Code -> what to do."""
