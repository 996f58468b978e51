"""EPCIS events: frozen types, the CBV, and the JSON-LD and XML notations of 1.0 to 2.0.

Reading never raises for what a document says: findings name what is wrong and where.

    >>> from packtrail import epcis
    >>> epcis.read(b"{}").findings[0].code
    'EPC-101'
"""

from __future__ import annotations

from packtrail.epcis import cbv
from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    AssociationEvent,
    BizTransaction,
    Destination,
    EpcisDocument,
    ErrorDeclaration,
    Event,
    ExtensionEvent,
    ObjectEvent,
    Party,
    PersistentDisposition,
    Place,
    QuantityElement,
    SensorElement,
    Source,
    TransactionEvent,
    TransformationEvent,
    Vocabulary,
    VocabularyElement,
)
from packtrail.epcis.explanation import Explanation, explain
from packtrail.epcis.hashing import event_hash
from packtrail.epcis.json_writer import (
    decode_json,
    encode_json,
    event_json_standalone,
    event_to_json,
    read_event_json,
    write_json,
)
from packtrail.epcis.limits import Limits
from packtrail.epcis.losses import lost_in
from packtrail.epcis.profiles import validate
from packtrail.epcis.reading import Reading, read
from packtrail.epcis.xml_writer import write_xml

__all__ = [
    "ITEM_EXPIRATION_DATE",
    "LOT_NUMBER",
    "AggregationEvent",
    "AssociationEvent",
    "BizTransaction",
    "Destination",
    "EpcisDocument",
    "ErrorDeclaration",
    "Event",
    "Explanation",
    "ExtensionEvent",
    "Limits",
    "ObjectEvent",
    "Party",
    "PersistentDisposition",
    "Place",
    "QuantityElement",
    "Reading",
    "SensorElement",
    "Source",
    "TransactionEvent",
    "TransformationEvent",
    "Vocabulary",
    "VocabularyElement",
    "cbv",
    "decode_json",
    "encode_json",
    "event_hash",
    "event_json_standalone",
    "event_to_json",
    "explain",
    "lost_in",
    "read",
    "read_event_json",
    "validate",
    "write_json",
    "write_xml",
]
