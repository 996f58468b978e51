"""A DSCSA message that is right, as a text to break one thing at a time in."""

from __future__ import annotations

from packtrail import epcis

MAKER, MAKER_DC = "urn:epc:id:sgln:4012345.00001.0", "urn:epc:id:sgln:4012345.00002.0"
BUYER, BUYER_DC = "urn:epc:id:sgln:4098765.00001.0", "urn:epc:id:sgln:4098765.00002.0"
PACK = "urn:epc:id:sgtin:4012345.011111."
CASE = "urn:epc:id:sgtin:4012345.111111."
PALLET = "urn:epc:id:sscc:4012345.3000000001"


def _attributes(**values: str) -> str:
    return "".join(
        f'<attribute id="urn:epcglobal:cbv:mda#{name}">{value}</attribute>'
        for name, value in values.items()
    )


def _product(pattern: str) -> str:
    data = _attributes(
        additionalTradeItemIdentification="0001-0123-45",
        additionalTradeItemIdentificationTypeCode="US_FDA_NDC",
        regulatedProductName="Examplin",
        manufacturerOfTradeItemPartyName="Example Pharma",
        dosageFormType="PILL",
        strengthDescription="100mg",
        netContentDescription="500 pills",
    )
    return f'<VocabularyElement id="{pattern}">{data}</VocabularyElement>\n'


def _location(sgln: str, name: str) -> str:
    data = _attributes(
        name=name,
        streetAddressOne="1 Main St",
        city="Springfield",
        state="CA",
        postalCode="91320",
        countryCode="US",
    )
    return f'<VocabularyElement id="{sgln}">{data}</VocabularyElement>\n'


def _event(name: str, time: str, inside: str, where: str, *, more: str = "") -> str:
    place = f"<bizLocation><id>{where}</id></bizLocation>" if more != SHIPPED else ""
    return (
        f"<{name}><eventTime>{time}</eventTime><eventTimeZoneOffset>-05:00</eventTimeZoneOffset>"
        f"{inside}<readPoint><id>{where}</id></readPoint>{place}{more}</{name}>\n"
    )


def _list(tag: str, *epcs: str) -> str:
    return f"<{tag}>" + "".join(f"<epc>{epc}</epc>" for epc in epcs) + f"</{tag}>"


def _why(action: str, step: str, disposition: str) -> str:
    return (
        f"<action>{action}</action><bizStep>urn:epcglobal:cbv:bizstep:{step}</bizStep>"
        f"<disposition>urn:epcglobal:cbv:disp:{disposition}</disposition>"
    )


BORN = _why("ADD", "commissioning", "active")
PACKED = _why("ADD", "packing", "in_progress")
LOT = (
    "<extension><ilmd><cbvmda:lotNumber>A123</cbvmda:lotNumber>"
    "<cbvmda:itemExpirationDate>2028-03-27</cbvmda:itemExpirationDate></ilmd></extension>"
)
SHIPPED = (
    '<bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:po">'
    "urn:epcglobal:cbv:bt:4098765000018:PO1</bizTransaction><bizTransaction "
    'type="urn:epcglobal:cbv:btt:desadv">urn:epcglobal:cbv:bt:4012345000023:D1</bizTransaction>'
    "</bizTransactionList><extension><sourceList>"
    f'<source type="urn:epcglobal:cbv:sdt:owning_party">{MAKER}</source>'
    f'<source type="urn:epcglobal:cbv:sdt:location">{MAKER_DC}</source></sourceList>'
    f'<destinationList><destination type="urn:epcglobal:cbv:sdt:owning_party">{BUYER}'
    f'</destination><destination type="urn:epcglobal:cbv:sdt:location">{BUYER_DC}</destination>'
    "</destinationList></extension><gs1ushc:dropShipment>false</gs1ushc:dropShipment>"
)
MESSAGE = (
    '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" '
    'xmlns:cbvmda="urn:epcglobal:cbv:mda" xmlns:gs1ushc="http://epcis.gs1us.org/hc/ns" '
    'xmlns:sbdh="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader" '
    'schemaVersion="1.2" creationDate="2026-04-01T08:00:00Z"><EPCISHeader>'
    "<sbdh:StandardBusinessDocumentHeader><sbdh:HeaderVersion>1.0</sbdh:HeaderVersion>"
    f'<sbdh:Sender><sbdh:Identifier Authority="GS1">{MAKER}</sbdh:Identifier></sbdh:Sender>'
    f'<sbdh:Receiver><sbdh:Identifier Authority="GS1">{BUYER}</sbdh:Identifier></sbdh:Receiver>'
    "<sbdh:DocumentIdentification><sbdh:Standard>EPCglobal</sbdh:Standard><sbdh:TypeVersion>1.0"
    "</sbdh:TypeVersion><sbdh:InstanceIdentifier>1</sbdh:InstanceIdentifier><sbdh:Type>Events"
    "</sbdh:Type><sbdh:CreationDateAndTime>2026-04-01T08:00:00Z</sbdh:CreationDateAndTime>"
    "</sbdh:DocumentIdentification></sbdh:StandardBusinessDocumentHeader>"
    '<extension><EPCISMasterData><VocabularyList><Vocabulary type="urn:epcglobal:epcis:vtype:'
    'EPCClass"><VocabularyElementList>\n'
    + _product("urn:epc:idpat:sgtin:4012345.011111.*")
    + _product("urn:epc:idpat:sgtin:4012345.111111.*")
    + '</VocabularyElementList></Vocabulary><Vocabulary type="urn:epcglobal:epcis:vtype:Location">'
    "<VocabularyElementList>\n"
    + _location(MAKER, "Example Pharma")
    + _location(MAKER_DC, "Example Pharma DC")
    + _location(BUYER, "Example Wholesale")
    + _location(BUYER_DC, "Example Wholesale DC")
    + "</VocabularyElementList></Vocabulary></VocabularyList></EPCISMasterData></extension>"
    "<gs1ushc:guidelineVersion>GS1 US DSCSA R1.3</gs1ushc:guidelineVersion>"
    "<gs1ushc:dscsaTransactionStatement><gs1ushc:affirmTransactionStatement>true"
    "</gs1ushc:affirmTransactionStatement><gs1ushc:legalNotice>Seller has complied with each "
    "applicable subsection of FDCA Sec. 581(27)(A)-(G).</gs1ushc:legalNotice>"
    "</gs1ushc:dscsaTransactionStatement></EPCISHeader><EPCISBody><EventList>\n"
    + _event(
        "ObjectEvent",
        "2026-03-27T06:45:00Z",
        _list("epcList", f"{PACK}1", f"{PACK}2") + BORN,
        MAKER,
        more=LOT,
    )
    + _event(
        "ObjectEvent", "2026-03-27T06:46:00Z", _list("epcList", f"{CASE}9") + BORN, MAKER, more=LOT
    )
    + _event(
        "AggregationEvent",
        "2026-03-27T06:50:00Z",
        f"<parentID>{CASE}9</parentID>" + _list("childEPCs", f"{PACK}1", f"{PACK}2") + PACKED,
        MAKER,
    )
    + _event("ObjectEvent", "2026-04-01T06:47:00Z", _list("epcList", PALLET) + BORN, MAKER_DC)
    + _event(
        "AggregationEvent",
        "2026-04-01T06:48:00Z",
        f"<parentID>{PALLET}</parentID>" + _list("childEPCs", f"{CASE}9") + PACKED,
        MAKER_DC,
    )
    + _event(
        "ObjectEvent",
        "2026-04-01T07:48:00Z",
        _list("epcList", PALLET) + _why("OBSERVE", "shipping", "in_transit"),
        MAKER_DC,
        more=SHIPPED,
    )
    + "</EventList></EPCISBody></epcis:EPCISDocument>\n"
)
"""Release 1.3: two packs in a case on a pallet, shipped."""

R12 = (
    MESSAGE.replace('Authority="GS1"', 'Authority="SGLN"')
    .replace("<gs1ushc:guidelineVersion>GS1 US DSCSA R1.3</gs1ushc:guidelineVersion>", "")
    .replace("US_FDA_NDC", "FDA_NDC_11")
)
"""The same in release 1.2."""


def read(text: str) -> epcis.Reading:
    """Read a message tolerantly."""
    return epcis.read(text.encode(), strict=False)
