"""Findings of the use cases: captures (CAP), queries (QRY) and tracing (TRC)."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

DOCUMENT_TOO_LARGE = FindingCode(
    "CAP-001",
    Severity.ERROR,
    "The document is larger than a capture accepts",
    remedy="Split the document, or ask the operator to raise the limit.",
    clause="EPCIS 2.0, 12.6.3",
)
TOO_MANY_EVENTS = FindingCode(
    "CAP-002",
    Severity.ERROR,
    "The document holds more events than a capture accepts",
    remedy="Split the document, or ask the operator to raise the limit.",
    clause="EPCIS 2.0, 12.6.3",
)
CONFLICTING_EVENT = FindingCode(
    "CAP-003",
    Severity.ERROR,
    "An event with this identity is recorded with another content",
    remedy="Give the event an eventID of its own, or declare the recorded one wrong first.",
    clause="EPCIS 2.0, 7.4.1",
)
REPEATED_EVENTS = FindingCode(
    "CAP-004",
    Severity.NOTE,
    "Events were recorded before, exactly the same",
    remedy="Nothing to do: recording them again changes nothing.",
)
INTERRUPTED = FindingCode(
    "CAP-005",
    Severity.ERROR,
    "The capture failed inside Packtrail",
    remedy="Report it with the capture's number; the original document is kept.",
)
NO_CAPTURE = FindingCode(
    "CAP-006",
    Severity.ERROR,
    "No such capture, or none you may see",
    remedy="Look up the capture in the list of captures.",
)
BAD_ERROR_BEHAVIOUR = FindingCode(
    "CAP-007",
    Severity.ERROR,
    "The error behaviour is neither rollback nor proceed",
    remedy="Send GS1-Capture-Error-Behaviour: rollback, or proceed.",
    clause="EPCIS 2.0, 12.6.3",
)
EMPTY_DOCUMENT = FindingCode(
    "CAP-008",
    Severity.ERROR,
    "The document is empty",
    remedy="Check the file that was sent; it has no bytes.",
)
NOTHING_RECORDED = FindingCode(
    "CAP-009",
    Severity.NOTE,
    "Nothing of the document was recorded",
    remedy="Mend what the errors name and hand the document in again.",
)
NOT_ONE_EVENT = FindingCode(
    "CAP-010",
    Severity.ERROR,
    "The body does not hold exactly one event",
    remedy="Send one event with its own @context; hand documents in at /capture.",
    clause="EPCIS 2.0, 12.6.2",
)
EVENT_EXISTS = FindingCode(
    "CAP-011",
    Severity.ERROR,
    "The event is recorded already",
    remedy="Nothing to do when it is the same event; else give it an eventID of its own.",
    clause="EPCIS 2.0, 12.6.2",
)
NOT_DIVIDED = FindingCode(
    "CAP-012",
    Severity.ERROR,
    "A large document cannot be read in parts",
    remedy="Mend what the message names, or split the document into smaller ones.",
    clause="EPCIS 2.0, 12.6.3",
)
NOT_READ_ON = FindingCode(
    "CAP-013",
    Severity.NOTE,
    "A document with very many findings was not read to its end",
    remedy="Correct what the findings name first; they often have one cause.",
)

UNKNOWN_PARAMETER = FindingCode(
    "QRY-001",
    Severity.ERROR,
    "The query parameter is unknown",
    remedy="Look up the parameters of the simple event query; upper and lower case matter.",
    clause="EPCIS 2.0, 8.2.7.1",
)
BAD_VALUE = FindingCode(
    "QRY-003",
    Severity.ERROR,
    "The value of a query parameter cannot be used",
    remedy="Correct the value.",
    clause="EPCIS 2.0, 8.2.7.1",
)
BOTH_LIMITS = FindingCode(
    "QRY-004",
    Severity.ERROR,
    "eventCountLimit and maxEventCount exclude each other",
    remedy="Keep one: eventCountLimit truncates the answer, maxEventCount refuses it.",
    clause="EPCIS 2.0, 8.2.7.1",
)
TOO_MANY_RESULTS = FindingCode(
    "QRY-005",
    Severity.ERROR,
    "More events match than maxEventCount allows",
    remedy="Narrow the query, raise maxEventCount, or page through the answer without it.",
    clause="EPCIS 2.0, 8.2.7.1",
)
BAD_PAGE_TOKEN = FindingCode(
    "QRY-006",
    Severity.ERROR,
    "The page token is not valid, or no longer",
    remedy="Ask for the first page again.",
    clause="EPCIS 2.0, 12.6.2",
)
NO_EVENT = FindingCode(
    "QRY-007",
    Severity.ERROR,
    "No such event, or none you may see",
    remedy="Check the event identifier; upper and lower case matter.",
)
REPEATED_PARAMETER = FindingCode(
    "QRY-008",
    Severity.ERROR,
    "A parameter that takes one value is given several",
    remedy="Give the parameter once, with one value.",
)
BAD_FORMAT = FindingCode(
    "QRY-009",
    Severity.ERROR,
    "The form of the answer that is asked for does not exist",
    remedy="Choose one of the forms named, or leave the header out.",
    clause="EPCIS 2.0, 12.5",
)
NO_RESOURCE = FindingCode(
    "QRY-011",
    Severity.ERROR,
    "No event you may see has this value",
    remedy="List the collection above it; upper and lower case matter.",
    clause="EPCIS 2.0, 12.6",
)
NO_QUERY = FindingCode(
    "QRY-012",
    Severity.ERROR,
    "No query of your organisation has this name",
    remedy="List the queries; upper and lower case matter.",
    clause="EPCIS 2.0, 12.6.4",
)
QUERY_NAME_TAKEN = FindingCode(
    "QRY-013",
    Severity.ERROR,
    "The name of the query is taken",
    remedy="Choose another name, or delete the query of that name first.",
    clause="EPCIS 2.0, 12.6.4",
)
BAD_QUERY = FindingCode(
    "QRY-014",
    Severity.ERROR,
    "The definition of the query cannot be used",
    remedy='Send {"name": "...", "query": {...}} with parameters of the simple event query.',
    clause="EPCIS 2.0, 12.6.4",
)
BAD_CONTROLS = FindingCode(
    "QRY-015",
    Severity.ERROR,
    "The subscription cannot be used as it is",
    remedy="Send a dest, and either a schedule or stream: true.",
    clause="EPCIS 2.0, 8.2.5.3",
)
NO_SUBSCRIPTION = FindingCode(
    "QRY-016",
    Severity.ERROR,
    "No such subscription of this query",
    remedy="List the subscriptions of the query.",
    clause="EPCIS 2.0, 12.6.5",
)
BAD_DESTINATION = FindingCode(
    "QRY-017",
    Severity.ERROR,
    "Packtrail does not deliver to this destination",
    remedy="Give an https address that is reachable by everybody, or ask the operator to allow "
    "the network of the destination.",
    clause="EPCIS 2.0, 8.2.5.3",
)
EVERY_SECOND = FindingCode(
    "QRY-018",
    Severity.WARNING,
    "The schedule leaves out the second, which means every second of the minutes it names",
    remedy='Add "second": "0" to run once in each of those minutes.',
    clause="EPCIS 2.0, 8.2.5.3",
)
DUPLICATE_SUBSCRIPTION = FindingCode(
    "QRY-019",
    Severity.ERROR,
    "The identifier of the subscription is taken",
    remedy="Choose another identifier.",
    clause="EPCIS 2.0, 8.2.6",
)
SUBSCRIBE_NOT_PERMITTED = FindingCode(
    "QRY-020",
    Severity.ERROR,
    "This query can be polled, not subscribed to",
    remedy="Poll it, or subscribe to SimpleEventQuery.",
    clause="EPCIS 2.0, 8.2.7.2",
)
TOO_MANY_SUBSCRIPTIONS = FindingCode(
    "QRY-021",
    Severity.ERROR,
    "The organisation has as many subscriptions as it can have",
    remedy="End those that nobody needs, or ask the operator to raise the limit.",
)
TOO_COMPLEX = FindingCode(
    "QRY-022",
    Severity.ERROR,
    "The query asks for more than this server answers at once",
    remedy="Ask with fewer values at a time, or for a shorter span of time.",
    clause="EPCIS 2.0, 8.2.6 (QueryTooComplexException)",
)
NO_PAGE_TOKEN = FindingCode(
    "QRY-023",
    Severity.ERROR,
    "There is no such page token, or it has ended",
    remedy="Nothing to do: it cannot be used any more.",
    clause="EPCIS 2.0, 12.6.2 (/nextPageToken)",
)

NOT_RECORDED = FindingCode(
    "TRC-001",
    Severity.ERROR,
    "Nothing you may see is recorded of this object",
    remedy="Check the identifier, and whether the partner's document has been captured.",
)
NOT_ONE_OBJECT = FindingCode(
    "TRC-002",
    Severity.ERROR,
    "The identifier names a class, not one object",
    remedy="Add the serial number; for a whole product or lot look at its page.",
)
NOT_AN_IDENTIFIER = FindingCode(
    "TRC-003",
    Severity.ERROR,
    "The text is no identifier of an object",
    remedy="Scan the code again, or enter a serial number with its GTIN, an SSCC or a URI.",
)
NO_LOT = FindingCode(
    "TRC-004",
    Severity.ERROR,
    "No event you may see names this lot",
    remedy="Check the lot number; upper and lower case and leading zeros matter.",
)
UNKNOWN_ORIGIN = FindingCode(
    "TRC-005",
    Severity.WARNING,
    "The object was seen, but its commissioning is not recorded here",
    remedy="Ask the manufacturer for the commissioning events, and verify the pack.",
)
EXPIRED = FindingCode(
    "TRC-006",
    Severity.WARNING,
    "The object is past its expiry date",
    remedy="Do not dispense it.",
)
NO_TRANSACTION = FindingCode(
    "TRC-007",
    Severity.ERROR,
    "No event you may see names this business document",
    remedy="Check its number; upper and lower case and leading zeros matter.",
)
NO_PLACE = FindingCode(
    "TRC-008",
    Severity.ERROR,
    "The text names no location",
    remedy="Give the GLN of 13 digits, or its EPC URI or Digital Link, as events name it.",
)
UNKNOWN_PLACE = FindingCode(
    "TRC-009",
    Severity.ERROR,
    "Nothing you may see is recorded of this location",
    remedy="Check the GLN; look up the locations that events and master data name.",
)
SEVERAL_TRANSACTIONS = FindingCode(
    "TRC-010",
    Severity.ERROR,
    "Several business documents have this number",
    remedy="Give one of the identifiers named instead of the mere number.",
)
SHIPMENT_TOO_LARGE = FindingCode(
    "TRC-011",
    Severity.ERROR,
    "A shipment has more packs than are followed one by one",
    remedy="Look at the despatch advices of the order one by one, or at the places involved.",
)
EMPTY_LIST = FindingCode(
    "TRC-012",
    Severity.ERROR,
    "A stock list names nothing that could be compared",
    remedy="Give columns identifier, or gtin and serial, or gtin, lot and quantity; and the place "
    "of the list.",
)
LIST_ROW = FindingCode(
    "TRC-013",
    Severity.ERROR,
    "A row of a stock list cannot be used",
    remedy="Correct the row; it was left out of the comparison.",
)
TOO_MANY_TOUCHED = FindingCode(
    "TRC-014",
    Severity.ERROR,
    "A change concerns more objects than can be looked at one by one",
    remedy="Correct in smaller steps: fewer events, or events of fewer objects.",
)
ALREADY_WRONG = FindingCode(
    "TRC-015",
    Severity.ERROR,
    "The event was declared wrong before",
    remedy="Nothing to do; record what is right as an event of its own.",
    clause="EPCIS 2.0, 7.4.1.3",
)
STALE_PREVIEW = FindingCode(
    "TRC-016",
    Severity.ERROR,
    "What the correction changes is no longer what the preview showed",
    remedy="Look at the preview again: something was recorded meanwhile.",
)
NOT_YOUR_EVENT = FindingCode(
    "TRC-017",
    Severity.ERROR,
    "Only the owner of an event can declare it wrong",
    remedy="Ask the organisation that owns the event for the correction.",
    clause="EPCIS 2.0, 7.4.1.3",
)
BAD_CORRECTION = FindingCode(
    "TRC-018",
    Severity.ERROR,
    "The correction itself cannot be used",
    remedy="Give a reason, and corrective events as an EPCIS document with event ids of their own.",
    clause="EPCIS 2.0, 7.4.1.3",
)
NOT_PACKED = FindingCode(
    "TRC-019",
    Severity.ERROR,
    "Nothing holds an object that is to be unpacked",
    remedy="Nothing to do; look at its journey if it should be in something.",
)
NOTHING_NAMED = FindingCode(
    "TRC-020",
    Severity.ERROR,
    "Too few or too many objects are named at once",
    remedy="Name at least one, and do the rest in further steps.",
)
NO_PURPOSE = FindingCode(
    "VER-070",
    Severity.ERROR,
    "There is no such purpose of a verification",
    remedy="Choose check, supply or return.",
)
NO_VERIFICATION = FindingCode(
    "VER-071",
    Severity.ERROR,
    "No such verification, or none your organisation asked for",
    remedy="Look it up in the list of verifications.",
)
TOO_MANY_QUESTIONS = FindingCode(
    "VER-072",
    Severity.ERROR,
    "Too many packs are verified at once",
    remedy="Ask in several steps.",
)
NO_SYMBOL = FindingCode(
    "VER-073",
    Severity.ERROR,
    "There is no barcode in the image that can be read",
    remedy="Hold the camera nearer and still, with light from the side, the whole code in view.",
)
NO_OPERATION = FindingCode(
    "VER-090",
    Severity.ERROR,
    "There is no such operation, or none that can be undone",
    remedy="Choose one of the operations named.",
)
NO_PREMISES = FindingCode(
    "VER-091",
    Severity.ERROR,
    "An operation does not say at which premises it is done",
    remedy="Give the GLN of the premises: an undo is only possible there.",
    clause="Delegated Regulation (EU) 2016/161, Article 13(1)(a)",
)
BAD_OPERATION_ID = FindingCode(
    "VER-092",
    Severity.ERROR,
    "The id of an operation is no UUID, or another operation has it",
    remedy="Give each operation a new UUID, and send the same one when you try again.",
)
BAD_QUEUE = FindingCode(
    "VER-093",
    Severity.ERROR,
    "A line of an offline queue cannot be read",
    remedy="Put the line right or take it out, and post the file again; nothing is done twice.",
)
NOT_YET = FindingCode(
    "VER-094",
    Severity.ERROR,
    "An operation was done later than now",
    remedy="Set the clock of the till, and put the time of the operation right.",
)
NO_RESPONDER = FindingCode(
    "VER-102",
    Severity.ERROR,
    "The organisation does not answer verification messages for this GTIN",
    remedy="Ask the responder that the lookup directory names; or set one up (`packtrail vrs`).",
)
BAD_ENTRY = FindingCode(
    "VER-103",
    Severity.ERROR,
    "An entry of the lookup directory cannot be used",
    remedy="Give a GTIN, an https address, a GLN, and the name of an environment variable.",
)
NO_ENTRY = FindingCode(
    "VER-104",
    Severity.ERROR,
    "Nobody in the lookup directory answers for this GTIN",
    remedy="Add its responder: `packtrail vrs directory put`.",
)
NOT_ASKABLE = FindingCode(
    "VER-105",
    Severity.ERROR,
    "A responder cannot be asked about the pack",
    remedy="Scan the whole code, which has the lot; check address and credential of the responder.",
)
ANOTHER_PARTNER = FindingCode(
    "VER-108",
    Severity.ERROR,
    "A key asks with the GLN of somebody else",
    remedy="Ask with the GLN that the key was made for: `packtrail vrs partner list`.",
)
EMPTY_DIRECTORY = FindingCode(
    "VER-109",
    Severity.ERROR,
    "A list for the lookup directory has no row that can be used",
    remedy="Give columns GTIN, URL and Responder GLN; see the guide of verification messages.",
)
NO_REQUEST = FindingCode(
    "VER-106",
    Severity.ERROR,
    "No such request to a responder, or none your organisation made",
    remedy="Look it up in the list: `packtrail vrs requests`.",
)
BAD_INFERENCE_RULE = FindingCode(
    "TRC-021",
    Severity.ERROR,
    "A rule about closed cases cannot be made so",
    remedy="Say whom, what or where it is about, how far it believes, since when, and why.",
)
NOTHING_TO_DRAW = FindingCode(
    "TRC-022",
    Severity.ERROR,
    "There is nothing of the shipment to draw a sample of",
    remedy="Look at the shipment: either its cases have not arrived, no rule asks for a sample, or "
    "one was drawn already.",
)
