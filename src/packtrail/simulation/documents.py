"""Messages: which partner sends what to whom, in which format, and what they look like.

Makers, the contract packer and the US wholesaler send EPCIS 1.2 XML with a standard business
document header and master data; the European wholesaler and the pharmacies send EPCIS 2.0
JSON-LD. A US shipment carries the DSCSA transaction statement.

Clause:
    GS1 US Implementation Guideline for DSCSA, Release 1.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from packtrail import epcis
from packtrail.epcis.events import (
    AggregationEvent,
    EpcisDocument,
    Event,
    ObjectEvent,
    Party,
    Vocabulary,
    VocabularyElement,
)
from packtrail.simulation.organisations import BY_SGLN, Location, Organisation
from packtrail.simulation.scribe import CBV_MASTER_DATA, GS1_US

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from packtrail.simulation.products import Product

XML = "application/xml"
JSON_LD = "application/ld+json"

EPC_CLASS = "urn:epcglobal:epcis:vtype:EPCClass"
LOCATION = "urn:epcglobal:epcis:vtype:Location"

STATEMENT = {
    f"{{{GS1_US}}}guidelineVersion": "GS1 US DSCSA R1.3",
    f"{{{GS1_US}}}dscsaTransactionStatement": {
        f"{{{GS1_US}}}affirmTransactionStatement": "true",
        f"{{{GS1_US}}}legalNotice": (
            "Seller has complied with each applicable subsection of FDCA Sec. 581(27)(A)-(G)."
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Channel:
    """A stream of messages of one kind from one partner, captured for one organisation."""

    kind: str
    """`commissioning`, `packing`, `shipping`, `inbound_shipment`, ..."""
    media_type: str
    sender: Organisation
    owner: Organisation
    """Whose events they become in Packtrail."""
    recorder: Organisation
    """Who captures them there; the owner, or a partner who records for it."""
    receiver: Organisation | None = None
    has_statement: bool = False
    """Whether it carries the DSCSA transaction statement."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is written as bytes."""

    name: str
    channel: Channel
    sent_at: datetime
    document: EpcisDocument

    def write(self) -> bytes:
        """Return the file that the partner sends."""
        if self.channel.media_type == XML:
            return epcis.write_xml(self.document, version="1.2")
        return epcis.write_json(self.document)


@dataclass(frozen=True, slots=True)
class SimulatedDocument:
    """One EPCIS file as a partner sends it."""

    name: str
    """File name, which starts with a running number in order of sending."""
    media_type: str
    content: bytes
    owner_code: str
    """Organisation whose events they are."""
    recorded_by_code: str
    """Organisation that hands the file to Packtrail."""
    sent_at: datetime
    kind: str


def compose(
    channel: Channel,
    events: tuple[Event, ...],
    *,
    products: Iterable[Product],
    sent_at: datetime,
    number: int,
) -> EpcisDocument:
    """Put a header around events: parties, master data of what they mention, and statements."""
    is_xml = channel.media_type == XML
    vocabularies = (product_data(products), location_data(events))
    namespaces = {"cbvmda": CBV_MASTER_DATA} if is_xml else {}
    return EpcisDocument(
        schema_version="1.2" if is_xml else "2.0",
        creation_date=sent_at,
        events=events,
        vocabularies=tuple(vocabulary for vocabulary in vocabularies if vocabulary.elements),
        sender=_party(channel.sender) if is_xml else None,
        receiver=_party(channel.receiver or channel.owner) if is_xml else None,
        instance_identifier=_instance(channel.sender, number) if is_xml else None,
        extensions=STATEMENT if channel.has_statement else {},
        namespaces={**namespaces, "gs1ushc": GS1_US} if channel.has_statement else namespaces,
    )


def renew(
    document: EpcisDocument, *, sent_at: datetime, sender: Organisation, number: int
) -> EpcisDocument:
    """Return the same events under a new header, as a partner's system sends them again."""
    has_header = document.instance_identifier is not None
    return replace(
        document,
        creation_date=sent_at,
        instance_identifier=_instance(sender, number) if has_header else None,
    )


def product_data(products: Iterable[Product]) -> Vocabulary:
    """Return the master data of products: one entry a packing level that has a GTIN."""
    return Vocabulary(
        type=EPC_CLASS,
        elements=tuple(
            VocabularyElement(id=product.class_urn(indicator), attributes=_attributes(product))
            for product in products
            for indicator in (0, product.case_indicator)
            if indicator is not None
        ),
    )


def location_data(events: Iterable[Event]) -> Vocabulary:
    """Return the master data of every known place that events mention, in order of mention."""
    mentioned = {sgln: BY_SGLN.get(sgln) for event in events for sgln in _places(event)}
    return Vocabulary(
        type=LOCATION,
        elements=tuple(
            VocabularyElement(id=location.sgln, attributes=address_of(location))
            for location in mentioned.values()
            if location
        ),
    )


def weight(event: Event) -> int:
    """Count the identifiers of an event, which is what makes a message long."""
    match event:
        case ObjectEvent():
            return len(event.epcs)
        case AggregationEvent():
            return 1 + len(event.child_epcs)
    return 1


def _places(event: Event) -> list[str]:
    parties = [source.source for source in event.sources]
    parties += [destination.destination for destination in event.destinations]
    return [place.id for place in (event.read_point, event.biz_location) if place] + parties


def _attributes(product: Product) -> dict[str, Any]:
    values = {
        "additionalTradeItemIdentification": product.ndc,
        "additionalTradeItemIdentificationTypeCode": "US_FDA_NDC" if product.ndc else None,
        "regulatedProductName": product.name,
        "manufacturerOfTradeItemPartyName": product.maker.name,
        "dosageFormType": product.form,
        "strengthDescription": product.strength,
        "netContentDescription": product.content,
    }
    return {f"{CBV_MASTER_DATA}#{name}": value for name, value in values.items() if value}


def address_of(location: Location) -> dict[str, Any]:
    """Return what master data says of a location: attribute -> value."""
    values = {
        "name": location.name,
        "streetAddressOne": location.street,
        "city": location.city,
        "state": location.state,
        "postalCode": location.postal_code,
        "countryCode": location.country,
    }
    return {f"{CBV_MASTER_DATA}#{name}": value for name, value in values.items() if value}


def _instance(sender: Organisation, number: int) -> str:
    return f"{sender.gln}-{number:08d}"


def _party(organisation: Organisation) -> Party:
    return Party(identifier=organisation.sgln, authority="GS1")
