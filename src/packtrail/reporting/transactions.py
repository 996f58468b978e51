"""Transactions: what DSCSA adds to events, by GS1 US's guideline, release 1.2 or 1.3.

Transaction information is the events and the master data of what they name; the transaction
statement stands in the header; the shipping event says whether it is a drop shipment, and how the
seller bought.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail.epcis.events import (
    EpcisDocument,
    Event,
    ObjectEvent,
    Party,
    Vocabulary,
    VocabularyElement,
)
from packtrail.reporting.assembling import gln_of, objects_of

if TYPE_CHECKING:
    from packtrail.reporting.forms import Epcis
    from packtrail.reporting.material import Material

GS1_US: Final = "{http://epcis.gs1us.org/hc/ns}"
PRODUCTS: Final = "urn:epcglobal:epcis:vtype:EPCClass"
LOCATIONS: Final = "urn:epcglobal:epcis:vtype:Location"
_MDA: Final = "urn:epcglobal:cbv:mda#"
_SGTIN: Final = re.compile(r"urn:epc:id:sgtin:(\d+\.\d+)\.")
_AUTHORITY: Final[Mapping[str, str]] = {"1.2": "SGLN", "1.3": "GS1"}
"""Release -> who gave the identifiers of the header, as it says it."""
PRODUCT_ATTRIBUTES: Final = (
    "additionalTradeItemIdentification",
    "additionalTradeItemIdentificationTypeCode",
    "regulatedProductName",
    "manufacturerOfTradeItemPartyName",
    "dosageFormType",
    "strengthDescription",
    "netContentDescription",
)
LOCATION_ATTRIBUTES: Final = (
    "name",
    "streetAddressOne",
    "streetAddressTwo",
    "city",
    "state",
    "postalCode",
    "countryCode",
)
_NDC_TYPE: Final = "additionalTradeItemIdentificationTypeCode"
_BUSINESS_HEADER: Final = {
    "HeaderVersion": "1.0",
    "Standard": "EPCglobal",
    "TypeVersion": "1.0",
    "Type": "Events",
}


def dscsa_header(document: EpcisDocument, made_of: Material, how: Epcis) -> EpcisDocument:
    """Return a document with its parties, its master data and the transaction statement."""
    sender, receiver = _owners(made_of)
    authority = _AUTHORITY[how.release]
    statement = {
        f"{GS1_US}affirmTransactionStatement": "true",
        f"{GS1_US}legalNotice": made_of.fact.get("legal_notice", ""),
    }
    version = {f"{GS1_US}guidelineVersion": "GS1 US DSCSA R1.3"} if how.release == "1.3" else {}
    made_at = made_of.report.made_at
    return msgspec.structs.replace(
        document,
        sender=Party(identifier=sender, authority=authority),
        receiver=Party(identifier=receiver, authority=authority),
        instance_identifier=made_of.report.number,
        business_header={**_BUSINESS_HEADER, "CreationDateAndTime": made_at.isoformat()},
        vocabularies=tuple(_master_data(document.events, made_of)),
        extensions={**version, f"{GS1_US}dscsaTransactionStatement": statement},
        namespaces={**document.namespaces, "gs1ushc": GS1_US.strip("{}")},
    )


def marked(event: Event, made_of: Material, how: Epcis) -> Event:
    """Return an event of shipping as the guideline wants it, with its markers."""
    if not isinstance(event, ObjectEvent) or event.biz_step != "shipping":
        return event
    extensions = dict(event.extensions)
    extensions.setdefault(f"{GS1_US}dropShipment", made_of.fact.get("drop_ship", "false"))
    if direct := _direct_purchase(made_of, how):
        extensions[f"{GS1_US}directPurchase"] = direct
    epcs = {each.key: each.identifier for each in made_of.tops}
    return msgspec.structs.replace(
        event,
        epcs=tuple(epcs.values()) or event.epcs,
        biz_location=None,
        disposition=event.disposition or "in_transit",
        extensions=extensions,
    )


def _direct_purchase(made_of: Material, how: Epcis) -> Any:
    """Return how the seller bought: in release 1.2 yes or no, in release 1.3 an element."""
    said = made_of.fact.get("direct_purchase", "")
    if not said:
        return None
    if how.release == "1.2":
        return "true" if said == "entirely_direct" else "false"
    told = {
        "directPurchaseQualifier": said,
        "directPurchaseStatement": made_of.fact.get("direct_purchase_statement", ""),
        "receivedDirectPurchaseFromPrevWhlsDist": made_of.fact.get("previous_statement", ""),
        "transactionDate": made_of.fact.get("transaction_date", ""),
    }
    element: dict[str, Any] = {f"{GS1_US}{name}": text for name, text in told.items() if text}
    element[f"{GS1_US}epc"] = tuple(each.identifier for each in made_of.tops)
    return element


def _owners(made_of: Material) -> tuple[str, str]:
    """Return the parties that the shipment names as owners, else those of the report."""
    sender, receiver = made_of.sender.identifier, made_of.receiver.identifier
    for event in made_of.events:
        for source in event.sources:
            if source.type == "owning_party":
                sender = source.source
        for destination in event.destinations:
            if destination.type == "owning_party":
                receiver = destination.destination
    return sender, receiver


# --- master data ----------------------------------------------------------------------------------


def _master_data(events: tuple[Event, ...], made_of: Material) -> Iterator[Vocabulary]:
    products = tuple(_products(events, made_of))
    if products:
        yield Vocabulary(type=PRODUCTS, elements=products)
    locations = tuple(_locations(events, made_of))
    if locations:
        yield Vocabulary(type=LOCATIONS, elements=locations)


def _products(events: tuple[Event, ...], made_of: Material) -> Iterator[VocabularyElement]:
    """Yield every trade item that is named, at every level of packing."""
    known = made_of.known_items
    patterns = {match[1]: None for epc in objects_of(events) if (match := _SGTIN.match(epc))}
    for pattern in patterns:
        prefix, reference = pattern.split(".")
        facts = known.get(_body(prefix, reference), {})
        told = {name: facts[name] for name in PRODUCT_ATTRIBUTES if facts.get(name)}
        if told and _NDC_TYPE not in told:
            told[_NDC_TYPE] = "US_FDA_NDC"
        attributes = {f"{_MDA}{name}": told[name] for name in PRODUCT_ATTRIBUTES if name in told}
        yield VocabularyElement(id=f"urn:epc:idpat:sgtin:{pattern}.*", attributes=attributes)


def _body(prefix: str, reference: str) -> str:
    """Return the first 13 digits of the GTIN of an SGTIN."""
    return f"{reference[0]}{prefix}{reference[1:]}"


def _locations(events: tuple[Event, ...], made_of: Material) -> Iterator[VocabularyElement]:
    named: dict[str, None] = {}
    for event in events:
        named |= dict.fromkeys(each.source for each in event.sources)
        for place in (event.read_point, event.biz_location):
            if place is not None:
                named[place.id] = None
        named |= dict.fromkeys(each.destination for each in event.destinations)
    for identifier in named:
        facts = made_of.known_places.get(gln_of(identifier), {})
        attributes = {
            f"{_MDA}{name}": facts[name] for name in LOCATION_ATTRIBUTES if facts.get(name)
        }
        yield VocabularyElement(id=identifier, attributes=attributes)
