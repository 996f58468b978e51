"""Every kind of finding the `epcis` package produces, once."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

SYNTAX = FindingCode(
    "EPC-001",
    Severity.ERROR,
    "The content is not well-formed JSON or XML",
    remedy="Ask the sender for the file again; it is cut off or damaged.",
)
FORMAT = FindingCode(
    "EPC-002",
    Severity.ERROR,
    "The content is no EPCIS document, query document or event",
    remedy="Send an EPCISDocument or EPCISQueryDocument in JSON-LD 2.0 or XML 1.0 to 2.0.",
    clause="EPCIS 2.0, 9 and 10",
)
HOSTILE_XML = FindingCode(
    "EPC-003",
    Severity.ERROR,
    "The XML carries a DOCTYPE with declarations, or an entity",
    remedy="Remove it: EPCIS has no use for it, and attacks on XML readers do.",
)
LIMIT = FindingCode(
    "EPC-004",
    Severity.ERROR,
    "A documented limit on size, depth or count is passed",
    remedy="Split the document into smaller ones.",
)
ENCODING = FindingCode(
    "EPC-005",
    Severity.ERROR,
    "The character encoding is wrong or not supported",
    remedy="Send the document in UTF-8.",
    clause="RFC 8259, 8.1; XML 1.0, 4.3.3",
)
MORE_FINDINGS = FindingCode(
    "EPC-006",
    Severity.NOTE,
    "There are more findings than are listed",
    remedy="Correct the ones listed and send the document again.",
)
CUT_OFF = FindingCode(
    "EPC-007",
    Severity.ERROR,
    "The content breaks off, and is read up to there only",
    remedy="Ask the sender for the whole file.",
)
MISSING = FindingCode(
    "EPC-101",
    Severity.ERROR,
    "A required member, element or attribute is missing",
    remedy="Add what the message names; the standard requires it.",
    clause="EPCIS 2.0, 7",
)
UNKNOWN_NAME = FindingCode(
    "EPC-102",
    Severity.ERROR,
    "A member, element or attribute is not known here",
    remedy="Correct the name, or put an extension into a namespace of its own.",
    clause="EPCIS 2.0, 7.1",
)
WRONG_TYPE = FindingCode(
    "EPC-103",
    Severity.ERROR,
    "A JSON value has the wrong type",
    remedy="Send the type that the standard names.",
    clause="EPCIS 2.0, JSON Schema",
)
NOT_A_URI = FindingCode(
    "EPC-104",
    Severity.ERROR,
    "A value is not a URI",
    remedy="Send an EPC URI, a Digital Link or another full URI.",
    clause="RFC 3986, 3",
)
NOT_A_TIME = FindingCode(
    "EPC-105",
    Severity.ERROR,
    "A value is not a point in time with an offset",
    remedy="Write times as 2026-03-31T14:05:00.000+02:00.",
    clause="RFC 3339, 5.6; XML Schema 2, dateTime",
)
NOT_ALLOWED = FindingCode(
    "EPC-106",
    Severity.ERROR,
    "A value is none of those allowed",
    remedy="Use a term of the Core Business Vocabulary or a URI of your own.",
    clause="CBV 2.0, 7",
)
PATTERN = FindingCode(
    "EPC-107",
    Severity.ERROR,
    "A text does not have the form it must have",
    remedy="Correct the text to the form that the message names.",
    clause="EPCIS 2.0, 7",
)
TOO_FEW = FindingCode(
    "EPC-108",
    Severity.ERROR,
    "A list has fewer entries than it must have",
    remedy="Fill the list or leave it out.",
)
DUPLICATE = FindingCode(
    "EPC-109",
    Severity.ERROR,
    "A list that must hold distinct values holds one twice",
    remedy="Name each value of the list once.",
)
ORDER = FindingCode(
    "EPC-110",
    Severity.ERROR,
    "An element stands in the wrong place or too often",
    remedy="Put the elements into the order of the standard.",
    clause="EPCIS XML schema",
)
NOT_A_VALUE = FindingCode(
    "EPC-111",
    Severity.ERROR,
    "A text is not a value of its XML type",
    remedy="Correct the text to the form that the message names.",
    clause="XML Schema 2",
)
UNDECLARED_PREFIX = FindingCode(
    "EPC-112",
    Severity.ERROR,
    "An extension uses a prefix that the @context does not declare",
    remedy="Declare the prefix in the @context of the document or event.",
    clause="EPCIS 2.0, 10.1; JSON-LD 1.1, 4.1.5",
)
ILMD_NOT_ALLOWED = FindingCode(
    "EPC-113",
    Severity.ERROR,
    "Instance or lot master data in an event that does not add objects",
    remedy="Send ilmd with action ADD only.",
    clause="EPCIS 2.0, 7.4.2",
)
NO_OBJECTS = FindingCode(
    "EPC-114",
    Severity.ERROR,
    "An event names nothing it happened to",
    remedy="Add the identifiers, quantities or (for ObjectEvent) sensor data with a read point.",
    clause="EPCIS 2.0, 7.4; TCR-54",
)
STRAY = FindingCode(
    "EPC-115",
    Severity.ERROR,
    "Text or an attribute stands where none may",
    remedy="Remove what the message names.",
    clause="EPCIS XML schema",
)
OUT_OF_RANGE = FindingCode(
    "EPC-116",
    Severity.ERROR,
    "A number or a time is beyond what can be kept exactly",
    remedy="Send numbers below 10^30 with at most 30 decimals, and years 1 to 9999.",
)
NO_PARENT = FindingCode(
    "EPC-201",
    Severity.ERROR,
    "An event adds to or deletes from a parent it does not name",
    remedy="Name the parent in parentID.",
    clause="EPCIS 2.0, 7.4.3 and 7.4.7; TCR-54",
)
CONTROL_CHARACTER = FindingCode(
    "EPC-202",
    Severity.ERROR,
    "A text contains a NUL or other control character",
    remedy="Remove what the message names.",
)
BAD_IDENTIFIER = FindingCode(
    "EPC-301",
    Severity.WARNING,
    "A GS1 identifier is malformed",
    remedy="Ask the sender to correct the identifier.",
    clause="TDS 2.0, 6; GS1 Digital Link URI syntax",
)
NO_OFFSET = FindingCode(
    "EPC-302",
    Severity.WARNING,
    "A time does not say its offset from UTC",
    remedy="Send times with an offset; eventTimeZoneOffset was assumed, else UTC.",
    clause="EPCIS 2.0, 7.3.1",
)
UNKNOWN_TERM = FindingCode(
    "EPC-303",
    Severity.WARNING,
    "A term lies in a namespace of the CBV, but the CBV has no such term",
    remedy="Check the spelling of the term against the CBV.",
    clause="CBV 2.0, 7",
)
QUANTITY_EVENT = FindingCode(
    "EPC-304",
    Severity.NOTE,
    "A QuantityEvent was read as an ObjectEvent with a quantity",
    remedy="Send ObjectEvent with quantityList; QuantityEvent is deprecated since EPCIS 1.1.",
    clause="EPCIS 1.2, 7.4.4",
)
NOT_KEPT = FindingCode(
    "EPC-305",
    Severity.NOTE,
    "Something allowed that has no meaning here is not kept",
    remedy="Nothing need be done; the original document is kept as it was sent.",
)
FOREIGN_PREFIX = FindingCode(
    "EPC-306",
    Severity.WARNING,
    "A prefix is declared in a context that is not fetched",
    remedy="Declare the prefix in the @context of the document itself.",
    clause="JSON-LD 1.1, 4.1.5",
)
SENSOR_TIME = FindingCode(
    "EPC-307",
    Severity.WARNING,
    "A sensor time lies after the event",
    remedy="Check the clocks of sensor and reader.",
    clause="TCR-53",
)
SENSOR_TWICE = FindingCode(
    "EPC-308",
    Severity.WARNING,
    "Sensor metadata and report both give the same attribute",
    remedy="Give it in metadata or in the report, not in both.",
    clause="EPCIS 2.0, 7.3.7.1; TCR-53",
)
SENSOR_UNIT = FindingCode(
    "EPC-309",
    Severity.WARNING,
    "A sensor value has no unit of measure",
    remedy="Add the unit of measure (uom) to the sensor report.",
    clause="EPCIS 2.0, 7.3.7.3; TCR-53",
)
IGNORED_XML = FindingCode(
    "EPC-310",
    Severity.WARNING,
    "A DOCTYPE that declares nothing, or a processing instruction, is ignored",
    remedy="Leave it out; nothing is ever done because of it.",
)
LOST = FindingCode(
    "EPC-601",
    Severity.WARNING,
    "The notation converted to has no place for something",
    remedy="Send the document in a notation that has, or say it by other means.",
)
CARRIED = FindingCode(
    "EPC-602",
    Severity.NOTE,
    "Something is carried where older systems may not look for it",
    remedy="Agree with the partner on EPCIS 2.0, or on the extension.",
    clause="EPCIS 1.2, 9.1 (extension elements for later versions)",
)
