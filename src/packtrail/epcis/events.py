"""The six EPCIS event types as frozen values.

Fields carry the names of the standard in snake case. Identifiers, CBV terms and URIs are the exact
text of the document, with one normal form for the vocabulary: a term of the CBV is its bare word
(`shipping`, `in_transit`, `po`, `owning_party`), whatever spelling the document used; any other
value is a full URI. Quantities are `Decimal`. Times are aware and keep the offset they were
written with.

Extensions (`extensions`, `ilmd`, ...) map expanded names, `{namespace}local`, to values: text,
`Decimal`, bool, None, a tuple of values for a repeated field, or a mapping for a nested one. In a
mapping an XML attribute is a name that starts with `@`, and `#text` is the text beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

Extensions = Mapping[str, Any]
"""`{namespace}local` -> value; see the module's text for the values."""

LOT_NUMBER = "{urn:epcglobal:cbv:mda:}lotNumber"
"""Name of the lot in `ilmd`, whatever spelling of the namespace the document used."""
ITEM_EXPIRATION_DATE = "{urn:epcglobal:cbv:mda:}itemExpirationDate"
"""Name of the expiry date in `ilmd`."""


class Value(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of the frozen values of this package."""


class QuantityElement(Value, frozen=True, kw_only=True):
    """A quantity of objects of one class (EPCIS 2.0, 7.3.3.3)."""

    epc_class: str
    quantity: Decimal | None = None
    uom: str | None = None


class BizTransaction(Value, frozen=True, kw_only=True):
    """A business transaction, such as a purchase order (`po`) or despatch advice (`desadv`)."""

    biz_transaction: str
    type: str | None = None


class Source(Value, frozen=True, kw_only=True):
    """Where a transfer comes from: `owning_party`, `possessing_party` or `location`."""

    type: str
    source: str


class Destination(Value, frozen=True, kw_only=True):
    """Where a transfer goes to: `owning_party`, `possessing_party` or `location`."""

    type: str
    destination: str


class Place(Value, frozen=True, kw_only=True):
    """A read point or business location, with its extensions."""

    id: str
    extensions: Extensions = {}


class PersistentDisposition(Value, frozen=True, kw_only=True):
    """Dispositions that hold until they are unset (EPCIS 2.0, 7.3.5.6)."""

    set: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()


class ErrorDeclaration(Value, frozen=True, kw_only=True):
    """Says that the event it sits in, recorded before, was wrong (EPCIS 2.0, 7.4.1.3)."""

    declaration_time: datetime
    reason: str | None = None
    corrective_event_ids: tuple[str, ...] = ()
    extensions: Extensions = {}


class SensorElement(Value, frozen=True, kw_only=True):
    """One sensor element: what measured (`metadata`) and what it measured (`reports`).

    The members of metadata and reports keep the names of the standard (`deviceID`, `time`,
    `value`, `uom`, ...); numbers are `Decimal`, times the text of the document.
    """

    metadata: Mapping[str, Any] = {}
    reports: tuple[Mapping[str, Any], ...] = ()
    extensions: Extensions = {}


class Event(Value, frozen=True, kw_only=True):
    """What every event has: when, where, why, how and the record of errors."""

    event_time: datetime
    event_time_zone_offset: str
    event_id: str | None = None
    certification_info: tuple[str, ...] = ()
    error_declaration: ErrorDeclaration | None = None
    biz_step: str | None = None
    disposition: str | None = None
    persistent_disposition: PersistentDisposition | None = None
    read_point: Place | None = None
    biz_location: Place | None = None
    biz_transactions: tuple[BizTransaction, ...] = ()
    sources: tuple[Source, ...] = ()
    destinations: tuple[Destination, ...] = ()
    sensor_elements: tuple[SensorElement, ...] = ()
    extensions: Extensions = {}
    record_time: datetime | None = None
    """When the repository it was asked of had recorded it; each sets its own, and it says nothing
    of what happened."""


class ObjectEvent(Event, frozen=True, kw_only=True):
    """Something happened to objects: commissioned, shipped, received, dispensed, destroyed."""

    action: str
    epcs: tuple[str, ...] = ()
    quantities: tuple[QuantityElement, ...] = ()
    ilmd: Extensions = {}


class AggregationEvent(Event, frozen=True, kw_only=True):
    """Objects were physically put into, seen in, or taken out of a parent."""

    action: str
    parent_id: str | None = None
    child_epcs: tuple[str, ...] = ()
    child_quantities: tuple[QuantityElement, ...] = ()


class AssociationEvent(Event, frozen=True, kw_only=True):
    """Objects were fixed to, seen on, or taken off a parent object or place."""

    action: str
    parent_id: str | None = None
    child_epcs: tuple[str, ...] = ()
    child_quantities: tuple[QuantityElement, ...] = ()


class TransactionEvent(Event, frozen=True, kw_only=True):
    """Objects were tied to, seen with, or freed from business transactions."""

    action: str
    parent_id: str | None = None
    epcs: tuple[str, ...] = ()
    quantities: tuple[QuantityElement, ...] = ()


class TransformationEvent(Event, frozen=True, kw_only=True):
    """Inputs were used up and outputs made, as in repackaging."""

    input_epcs: tuple[str, ...] = ()
    input_quantities: tuple[QuantityElement, ...] = ()
    output_epcs: tuple[str, ...] = ()
    output_quantities: tuple[QuantityElement, ...] = ()
    transformation_id: str | None = None
    ilmd: Extensions = {}


class ExtensionEvent(Event, frozen=True, kw_only=True):
    """An event of a type the standard leaves to vendors; its body is in `extensions`."""

    type: str
    """Expanded name, `{namespace}local`."""


class VocabularyElement(Value, frozen=True, kw_only=True):
    """One master-data entry: a product class, a location, a party."""

    id: str
    attributes: Mapping[str, Any] = {}
    """Attribute id (full URI or expanded name) -> value."""
    children: tuple[str, ...] = ()


class Vocabulary(Value, frozen=True, kw_only=True):
    """Master data of one type, such as `urn:epcglobal:epcis:vtype:Location`."""

    type: str
    elements: tuple[VocabularyElement, ...] = ()


class Party(Value, frozen=True, kw_only=True):
    """A sender or receiver named by the document's header."""

    identifier: str
    authority: str | None = None


class EpcisDocument(Value, frozen=True, kw_only=True):
    """A document of events and master data, as one partner sends it to another."""

    schema_version: str
    id: str | None = None
    """Identifier of the document itself (JSON-LD only)."""
    creation_date: datetime | None = None
    events: tuple[Event, ...] = ()
    vocabularies: tuple[Vocabulary, ...] = ()
    sender: Party | None = None
    receiver: Party | None = None
    instance_identifier: str | None = None
    business_header: Mapping[str, str] = {}
    """What else the Standard Business Document Header says: `HeaderVersion`, `Standard`,
    `TypeVersion`, `Type`, `CreationDateAndTime`."""
    extensions: Extensions = {}
    """Extensions of the header and of the document itself."""
    namespaces: Mapping[str, str] = {}
    """Prefix -> namespace, as the document declared them; used again on writing."""
    is_query_document: bool = False
    query_name: str | None = None
    subscription_id: str | None = None


def add_value(values: dict[str, Any], name: str, value: Any) -> None:
    """Add a field to a mapping; a field that is there already becomes a tuple of its values."""
    if name not in values:
        values[name] = value
    elif isinstance(values[name], tuple):
        values[name] = (*values[name], value)
    else:
        values[name] = (values[name], value)
