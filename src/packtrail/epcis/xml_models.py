"""The content models of the EPCIS XML schemas, as tables one can read.

A model is a line of particles in the order they must have: `name`, then `?` (at most once), `*`
(any number) or `+` (at least once), then `=type`. `#other` allows elements of other namespaces at
the end, `#local` and `#other+` are made of such elements alone, `#choice` allows the particles in
any order and number. `@name=type` is an attribute, `@name!` a required one, `@any` allows others.
Versions 1.0 to 1.2 share the models of 1.2, which only added to its predecessors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

_EVENT_1 = "eventTime=time recordTime?=time eventTimeZoneOffset=offset baseExtension?=BaseExtension"
_EVENT_2 = (
    "eventTime=time recordTime?=time eventTimeZoneOffset=offset eventID?=uri "
    "errorDeclaration?=ErrorDeclaration certificationInfo?=uri baseExtension?=Vendor"
)
_WHY_WHERE = "bizStep?=bizStep disposition?=disposition readPoint?=Place bizLocation?=Place "
_TRANSACTIONS = "bizTransactionList?=BizTransactionList "
_PARTIES = "sourceList?=SourceList destinationList?=DestinationList "
_SENSED = "sensorElementList?=SensorElementList persistentDisposition?=PersistentDisposition "

_COMMON = {
    "EPCISMasterData": "VocabularyList=VocabularyList extension?=Local",
    "VocabularyList": "Vocabulary*=Vocabulary",
    "Vocabulary": (
        "VocabularyElementList?=VocabularyElementList extension?=Local #other @type!=uri @any"
    ),
    "VocabularyElementList": "VocabularyElement+=VocabularyElement",
    "VocabularyElement": (
        "attribute*=Attribute children?=Children extension?=Local #other @id!=uri @any"
    ),
    "Children": "id*=uri @any",
    "HeaderExtension": "EPCISMasterData?=EPCISMasterData extension?=Local @any",
    "Local": "#local @any",
    "EventLocal": "#local @any",
    "Vendor": "#other+ @any",
    "QuantityList": "quantityElement*=QuantityElement",
    "QuantityElement": "epcClass=uri quantity?=quantity uom?=uom",
    "Place": "id=uri extension?=Local #other",
    "BizTransactionList": "bizTransaction+=BizTransaction",
    "SourceList": "source+=Source",
    "DestinationList": "destination+=Destination",
    "CorrectiveEventIDs": "correctiveEventID*=uri",
    "Ilmd": "extension?=Local #other @any",
    "QueryResults": (
        "queryName=string subscriptionID?=string resultsBody=ResultsBody extension?=Local #other"
    ),
    "ResultsBody": "EventList?=EventList VocabularyList?=VocabularyList #one",
    "Header": "s:StandardBusinessDocumentHeader?=Sbdh extension?=HeaderExtension @any",
    "Sbdh": (
        "s:HeaderVersion=string s:Sender+=Partner s:Receiver+=Partner "
        "s:DocumentIdentification=DocumentIdentification s:Manifest?=Manifest "
        "s:BusinessScope?=BusinessScope"
    ),
    "Partner": "s:Identifier=PartnerIdentifier s:ContactInformation*=Contact",
    "Contact": (
        "s:Contact=string s:EmailAddress?=string s:FaxNumber?=string s:TelephoneNumber?=string "
        "s:ContactTypeIdentifier?=string"
    ),
    "DocumentIdentification": (
        "s:Standard=string s:TypeVersion=string s:InstanceIdentifier=string s:Type=string "
        "s:MultipleType?=boolean s:CreationDateAndTime=dateTime"
    ),
    "Manifest": "s:NumberOfItems=integer s:ManifestItem+=ManifestItem",
    "ManifestItem": (
        "s:MimeTypeQualifierCode=string s:UniformResourceIdentifier=uri s:Description?=string "
        "s:LanguageCode?=string"
    ),
    "BusinessScope": "s:Scope*=Scope",
    "Scope": (
        "s:Type=string s:InstanceIdentifier=string s:Identifier?=string "
        "s:CorrelationInformation*=Correlation s:BusinessService*=BusinessService"
    ),
    "Correlation": (
        "s:RequestingDocumentCreationDateTime?=dateTime "
        "s:RequestingDocumentInstanceIdentifier?=string s:ExpectedResponseDateTime?=dateTime"
    ),
    "BusinessService": "s:BusinessServiceName?=string s:ServiceTransaction?=ServiceTransaction",
    "ServiceTransaction": "@any",
}
_DOCUMENTS = {
    "EPCISDocument": (
        "EPCISHeader?=Header EPCISBody=Body extension?=Local #other "
        "@schemaVersion!=version @creationDate!=dateTime @any"
    ),
    "Body": "EventList?=EventList extension?=Local #other @any",
    "EPCISQueryDocument": (
        "EPCISHeader?=Header EPCISBody=QueryBody extension?=Local #other "
        "@schemaVersion!=version @creationDate!=dateTime @any"
    ),
    "EPCISMasterDataDocument": (
        "EPCISHeader?=Header EPCISBody=MasterDataBody extension?=Local #other "
        "@schemaVersion!=version @creationDate!=dateTime @any"
    ),
    "MasterDataBody": "VocabularyList?=VocabularyList extension?=Local #other @any",
}
_VERSION_1 = {
    **_COMMON,
    **_DOCUMENTS,
    "Header": "s:StandardBusinessDocumentHeader=Sbdh extension?=HeaderExtension #other @any",
    "EventList": (
        "ObjectEvent*=ObjectEvent AggregationEvent*=AggregationEvent QuantityEvent*=QuantityEvent "
        "TransactionEvent*=TransactionEvent extension*=EventListExtension #choice @any"
    ),
    "EventListExtension": (
        "TransformationEvent?=TransformationEvent extension?=FurtherEvents #one"
    ),
    "FurtherEvents": "#local @any",
    "BaseExtension": ("eventID?=uri errorDeclaration?=ErrorDeclaration extension?=EventLocal @any"),
    "ErrorDeclaration": (
        "declarationTime=time reason?=reason correctiveEventIDs?=CorrectiveEventIDs "
        "extension?=Local #other @any"
    ),
    "ObjectEvent": (
        f"{_EVENT_1} epcList=EpcList action=action {_WHY_WHERE} {_TRANSACTIONS} "
        "extension?=ObjectExtension #other @any"
    ),
    "ObjectExtension": (
        f"quantityList?=QuantityList {_PARTIES} ilmd?=Ilmd extension?=EventLocal @any"
    ),
    "AggregationEvent": (
        f"{_EVENT_1} parentID?=uri childEPCs=EpcList action=action {_WHY_WHERE} {_TRANSACTIONS} "
        "extension?=AggregationExtension #other @any"
    ),
    "AggregationExtension": (
        f"childQuantityList?=QuantityList {_PARTIES} extension?=EventLocal @any"
    ),
    "QuantityEvent": (
        f"{_EVENT_1} epcClass=uri quantity=int {_WHY_WHERE} {_TRANSACTIONS} extension?=Local "
        "#other @any"
    ),
    "TransactionEvent": (
        f"{_EVENT_1} bizTransactionList=BizTransactionList parentID?=uri epcList=EpcList "
        f"action=action {_WHY_WHERE} extension?=TransactionExtension #other @any"
    ),
    "TransactionExtension": f"quantityList?=QuantityList {_PARTIES} extension?=EventLocal @any",
    "TransformationEvent": (
        f"{_EVENT_1} inputEPCList?=EpcList inputQuantityList?=QuantityList outputEPCList?=EpcList "
        f"outputQuantityList?=QuantityList transformationID?=uri {_WHY_WHERE} {_TRANSACTIONS} "
        f"{_PARTIES} ilmd?=Ilmd extension?=EventLocal #other @any"
    ),
}
_VERSION_2 = {
    **_COMMON,
    **_DOCUMENTS,
    "EventList": (
        "ObjectEvent*=ObjectEvent AggregationEvent*=AggregationEvent "
        "TransformationEvent*=TransformationEvent TransactionEvent*=TransactionEvent "
        "AssociationEvent*=AssociationEvent extension*=FurtherEvents #choice @any"
    ),
    "FurtherEvents": "#other+ @any",
    "ErrorDeclaration": (
        "declarationTime*=time reason*=reason correctiveEventIDs*=CorrectiveEventIDs "
        "extension*=Local #other #choice @any"
    ),
    "SensorElementList": "sensorElement+=SensorElement extension?=Local",
    "SensorElement": (
        "sensorMetadata?=SensorMetadata sensorReport+=SensorReport extension?=Local #other"
    ),
    "PersistentDisposition": "unset*=disposition set*=disposition",
    "ObjectEvent": (
        f"{_EVENT_2} epcList?=EpcList action=action {_WHY_WHERE} {_TRANSACTIONS} "
        f"quantityList?=QuantityList {_PARTIES} {_SENSED} ilmd?=Ilmd extension?=Vendor #other @any"
    ),
    "AggregationEvent": (
        f"{_EVENT_2} parentID?=uri childEPCs?=EpcList action=action {_WHY_WHERE} {_TRANSACTIONS} "
        f"childQuantityList?=QuantityList {_PARTIES} {_SENSED} extension?=Vendor #other @any"
    ),
    "TransactionEvent": (
        f"{_EVENT_2} bizTransactionList=BizTransactionList parentID?=uri epcList?=EpcList "
        f"action=action {_WHY_WHERE} quantityList?=QuantityList {_PARTIES} {_SENSED} "
        "extension?=Vendor #other @any"
    ),
    "TransformationEvent": (
        f"{_EVENT_2} inputEPCList?=EpcList inputQuantityList?=QuantityList outputEPCList?=EpcList "
        f"outputQuantityList?=QuantityList transformationID?=uri {_WHY_WHERE} {_TRANSACTIONS} "
        f"{_PARTIES} {_SENSED} ilmd?=Ilmd extension?=Vendor #other @any"
    ),
    "AssociationEvent": (
        f"{_EVENT_2} parentID=uri childEPCs?=EpcList childQuantityList?=QuantityList "
        f"action=action {_WHY_WHERE} {_TRANSACTIONS} {_PARTIES} {_SENSED} "
        "extension?=Vendor #other @any"
    ),
}


@dataclass(frozen=True, slots=True)
class Particle:
    """An element that may stand in a content model."""

    index: int
    name: str
    """Tag as lxml has it."""
    local: str
    """The tag without its namespace."""
    type: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Model:
    """What an element may contain."""

    particles: dict[str, Particle] = field(default_factory=dict)
    """Tag -> particle, in schema order."""
    wildcard: str = ""
    """`other` or `local` when elements of the kind may follow."""
    wildcard_least: int = 0
    is_choice: bool = False
    is_one: bool = False
    """Exactly one of the particles."""
    attributes: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Name -> (type, is required)."""
    any_attribute: bool = False
    orders: set[tuple[str, ...]] = field(default_factory=set)
    """Sequences of tags found right before; a cache with a bound."""


_TOKEN = re.compile(r"(@?)(s:)?([A-Za-z]+)([?*+!]?)(?:=([A-Za-z]+))?")
_TIMES = {"": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}
_FLAGS: dict[str, dict[str, Any]] = {
    "#other": {"wildcard": "other"},
    "#other+": {"wildcard": "other", "wildcard_least": 1},
    "#local": {"wildcard": "local", "wildcard_least": 1},
    "#choice": {"is_choice": True},
    "#one": {"is_one": True},
    "@any": {"any_attribute": True},
}


def _model(line: str) -> Model:
    particles: dict[str, Particle] = {}
    attributes: dict[str, tuple[str, bool]] = {}
    options: dict[str, Any] = {}
    for token in line.split():
        if token in _FLAGS:
            options.update(_FLAGS[token])
            continue
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise ValueError(token)
        is_attribute, sbdh, name, times, kind = match.groups()
        if is_attribute:
            attributes[name] = (kind, times == "!")
        else:
            tag = f"{{{SBDH}}}{name}" if sbdh else name
            least, most = _TIMES[times]
            particles[tag] = Particle(len(particles), tag, name, kind, least, most)
    return Model(particles, attributes=attributes, **options)


MODELS: dict[int, dict[str, Model]] = {
    version: {name: _model(line) for name, line in lines.items()}
    for version, lines in ((1, _VERSION_1), (2, _VERSION_2))
}
"""Major version -> type -> model."""
TOLERANT_MODELS: dict[int, dict[str, Model]] = {
    version: {**MODELS[3 - version], **MODELS[version]} for version in (1, 2)
}
"""The models of a version, and those the other version has beside them."""

EVENT_NAMES = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
    "QuantityEvent",
)
HOLD_FIELDS = frozenset(
    (
        *EVENT_NAMES,
        *("Vendor", "BaseExtension", "ObjectExtension", "AggregationExtension"),
        "TransactionExtension",
    )
)
"""Types that hold the fields of an event: the events and the wrappers in them."""
FIELD_TYPES: dict[str, str] = {
    particle.local: particle.type
    for models in MODELS.values()
    for kind in HOLD_FIELDS - {"QuantityEvent"}
    if kind in models
    for particle in models[kind].particles.values()
    if particle.local not in ("extension", "baseExtension")
}
"""Field of any event -> its type, wherever a version wants it; for tolerant reading."""
