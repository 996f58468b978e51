"""Every kind of finding the profiles produce, once."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

MALFORMED = FindingCode(
    "EPC-401",
    Severity.ERROR,
    "An identifier of GS1 is malformed",
    remedy="Correct the identifier; the message says what is wrong with it.",
    clause="TDS 2.0, 6; GS1 Digital Link URI syntax",
)
UNKNOWN_TERM = FindingCode(
    "EPC-402",
    Severity.ERROR,
    "A value is neither a term of the CBV nor a full URI",
    remedy="Correct the spelling, or use a URI in a namespace of your own.",
    clause="CBV 2.0, 7",
)
CLASS_AMONG_INSTANCES = FindingCode(
    "EPC-403",
    Severity.ERROR,
    "A class of objects stands where single objects are named",
    remedy="Name the serial numbers, or move the class into the quantity list.",
    clause="EPCIS 2.0, 7.3.3",
)
INSTANCE_AMONG_CLASSES = FindingCode(
    "EPC-404",
    Severity.ERROR,
    "A single object stands where a class of objects is named",
    remedy="Move it into the EPC list, or name its class (lot or product).",
    clause="EPCIS 2.0, 7.3.3.3",
)
SAME_EVENT_ID = FindingCode(
    "EPC-405",
    Severity.ERROR,
    "Two different events have one eventID",
    remedy="Give every event an ID of its own.",
    clause="EPCIS 2.0, 7.4.1.1",
)
FUTURE = FindingCode(
    "EPC-406",
    Severity.ERROR,
    "An event lies in the future",
    remedy="Check the clock and the time zone of the system that recorded it.",
    clause="EPCIS 2.0, 7.4.1",
)
AFTER_CREATION = FindingCode(
    "EPC-407",
    Severity.WARNING,
    "An event is later than the document that holds it",
    remedy="Check the clocks, or the creation date of the document.",
    clause="EPCIS 2.0, 9.5; 10.1",
)
COMMISSIONED_TWICE = FindingCode(
    "EPC-408",
    Severity.ERROR,
    "An object is commissioned twice",
    remedy="Withdraw one of the events with an error declaration; a serial number is given once.",
    clause="CBV 2.0, 7.1, commissioning",
)
PACKED_TWICE = FindingCode(
    "EPC-409",
    Severity.ERROR,
    "An object is packed though it is in a container already",
    remedy="Send the unpacking first, or correct the container.",
    clause="EPCIS 2.0, 7.4.3",
)
DEAD = FindingCode(
    "EPC-410",
    Severity.ERROR,
    "An event names an object that was decommissioned or destroyed before",
    remedy="Check the serial numbers and the order of events.",
    clause="CBV 2.0, 7.1, decommissioning",
)
ODD_PLACE = FindingCode(
    "EPC-411",
    Severity.WARNING,
    "A place is no SGLN or other identifier of a place",
    remedy="Identify read points and locations with SGLNs.",
    clause="CBV 2.0, 8.2",
)
HEADER_VALUE = FindingCode(
    "EPC-501",
    Severity.ERROR,
    "The business document header says something else than it must",
    remedy="Correct the header to the value that the message names.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, SBDH",
)
NO_HEADER = FindingCode(
    "EPC-502",
    Severity.ERROR,
    "The business document header or a part of it is missing",
    remedy="Name sender, receiver and a unique instance identifier in the header.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, SBDH",
)
HEADER_PARTY = FindingCode(
    "EPC-503",
    Severity.ERROR,
    "Sender or receiver are not identified as the release wants it",
    remedy="Write the identifier as the message says.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, SBDH",
)
SCHEMA_VERSION = FindingCode(
    "EPC-504",
    Severity.ERROR,
    "The document is not in the version of EPCIS that the guideline names",
    remedy="Send EPCIS XML 1.2.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, message structure",
)
GUIDELINE_VERSION = FindingCode(
    "EPC-505",
    Severity.ERROR,
    "The document does not name its release of the guideline, or names another",
    remedy="Name the release that you follow, or validate against the one named.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, guidelineVersion",
)
FOREIGN_MARKER = FindingCode(
    "EPC-506",
    Severity.ERROR,
    "A marker of another release of the guideline is used",
    remedy="Use the markers of one release only.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, direct purchase",
)
NO_STATEMENT = FindingCode(
    "EPC-507",
    Severity.ERROR,
    "The transaction statement is missing or not affirmed",
    remedy="Add the dscsaTransactionStatement with affirmTransactionStatement true.",
    clause="FD&C Act, section 581(27)",
)
NO_LEGAL_NOTICE = FindingCode(
    "EPC-508",
    Severity.ERROR,
    "The legal notice is missing or does not cite the law",
    remedy="Cite FDCA Sec. 581(27)(A)-(G) in the legal notice.",
    clause="FD&C Act, section 581(27)",
)
NO_PRODUCT_DATA = FindingCode(
    "EPC-509",
    Severity.ERROR,
    "A product has no master data in the document",
    remedy="Add a vocabulary element for the product (EPCClass).",
    clause="GS1 US, Applying GS1 Standards for DSCSA, master data",
)
NO_PRODUCT_ATTRIBUTE = FindingCode(
    "EPC-510",
    Severity.ERROR,
    "The master data of a product lacks an attribute",
    remedy="Add the attribute that the message names.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, master data",
)
NDC_TYPE = FindingCode(
    "EPC-511",
    Severity.ERROR,
    "The type code of the national drug code is not one of the release",
    remedy="Write the type code that the message names.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, master data",
)
NO_LOCATION_DATA = FindingCode(
    "EPC-512",
    Severity.ERROR,
    "A party or location has no master data in the document",
    remedy="Add a vocabulary element for the location.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, master data",
)
NO_LOCATION_ATTRIBUTE = FindingCode(
    "EPC-513",
    Severity.ERROR,
    "The master data of a location lacks an attribute",
    remedy="Add the attribute that the message names.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, master data",
)
COMMISSIONING_FORM = FindingCode(
    "EPC-514",
    Severity.ERROR,
    "A commissioning event does not have its prescribed form",
    remedy="Correct the event as the message says.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, commissioning",
)
NO_LOT = FindingCode(
    "EPC-515",
    Severity.ERROR,
    "Commissioned packs have no lot or no expiry date",
    remedy="Add lotNumber and itemExpirationDate to the ilmd.",
    clause="FD&C Act, section 581(26)",
)
LOT_ON_UNIT = FindingCode(
    "EPC-516",
    Severity.ERROR,
    "A logistic unit is commissioned with a lot or expiry date",
    remedy="Leave the ilmd out for SSCCs, and commission them in an event of their own.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, commissioning",
)
PACKING_FORM = FindingCode(
    "EPC-517",
    Severity.ERROR,
    "A packing event does not have its prescribed form",
    remedy="Correct the event as the message says.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, packing",
)
NO_SHIPMENT = FindingCode(
    "EPC-518",
    Severity.ERROR,
    "The document holds no shipping event",
    remedy="Add the shipping event; the message exists to tell of a shipment.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, shipping",
)
SHIPPING_FORM = FindingCode(
    "EPC-519",
    Severity.ERROR,
    "A shipping event does not have its prescribed form",
    remedy="Correct the event as the message says.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, shipping",
)
NO_TRANSACTION = FindingCode(
    "EPC-520",
    Severity.ERROR,
    "A shipment names no purchase order or no despatch advice",
    remedy="Add the business transaction that the message names.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, shipping",
)
TRANSACTION_FORM = FindingCode(
    "EPC-521",
    Severity.ERROR,
    "A business transaction does not have the form GLN and number",
    remedy="Write urn:epcglobal:cbv:bt:<GLN>:<number>, with the GLN of whoever issued it.",
    clause="CBV 2.0, 8.5.2",
)
NO_PARTY = FindingCode(
    "EPC-522",
    Severity.ERROR,
    "A shipment does not say who owns it or where it goes from or to",
    remedy="Add the source or destination that the message names.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, shipping",
)
SENDER_IS_NOT_OWNER = FindingCode(
    "EPC-523",
    Severity.ERROR,
    "The sender of the document is not the owner who ships",
    remedy="Check the sender in the header against the source list.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, shipping",
)
RECEIVER_IS_NOT_OWNER = FindingCode(
    "EPC-524",
    Severity.ERROR,
    "The receiver of the document is not the new owner",
    remedy="Check the receiver in the header against the destination list.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, shipping",
)
SHIPPED_UNCOMMISSIONED = FindingCode(
    "EPC-525",
    Severity.ERROR,
    "Something is shipped whose commissioning the document does not tell",
    remedy="Add the commissioning event of everything that is shipped.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, shipping",
)
NOT_COMMISSIONED = FindingCode(
    "EPC-526",
    Severity.ERROR,
    "Something is packed whose commissioning the document does not tell",
    remedy="Add the commissioning event, or correct the serial number.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, packing",
)
SHIPPED_EMPTY = FindingCode(
    "EPC-527",
    Severity.ERROR,
    "A logistic unit is shipped and nothing is in it",
    remedy="Add the packing events of what is in it.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, packing",
)
SHIPPED_INSIDE = FindingCode(
    "EPC-528",
    Severity.ERROR,
    "A shipment names something that is in a container",
    remedy="Name only the outermost containers in the shipping event.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, shipping",
)
OUT_OF_ORDER = FindingCode(
    "EPC-529",
    Severity.WARNING,
    "Events do not stand in the order of time",
    remedy="Put the events into the order in which they happened.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, message structure",
)
NO_DROP_SHIPMENT = FindingCode(
    "EPC-530",
    Severity.ERROR,
    "A shipping event does not say whether it is a drop shipment",
    remedy="Add gs1ushc:dropShipment, true or false.",
    clause="GS1 US, Applying GS1 Standards for DSCSA, shipping",
)
