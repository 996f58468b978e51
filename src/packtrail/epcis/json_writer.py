"""Events and documents as JSON-LD 2.0, valid against the GS1 JSON Schema.

Terms of the CBV become bare words, extensions get the prefixes the document declared, and what the
schema wants as a URI though XML had plain text is wrapped so that reading gives the text back.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.base.errors import RefusedError
from packtrail.epcis import cbv, codes, events, scalars
from packtrail.epcis.context import GS1_CONTEXT, Namer, Prefixes
from packtrail.epcis.json_events import read_event
from packtrail.epcis.json_values import JsonReading, forbidden_spellings
from packtrail.epcis.limits import Limits
from packtrail.epcis.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_Write = "Callable[[Any, Namer], Any]"


def write_json(document: events.EpcisDocument) -> bytes:
    """Return a document as JSON-LD 2.0.

    Clause:
        EPCIS 2.0, 10.
    """
    namer = Namer(document.namespaces)
    # Encoded one by one, the objects of one event are gone before those of the next are made.
    entries = [msgspec.Raw(_encoder.encode(_event(event, namer))) for event in document.events]
    whole = _query_document if document.is_query_document else _document
    body = whole(document, namer, entries)
    return _encoder.encode({"@context": _context(namer), **body})


def event_to_json(event: events.Event, namespaces: Mapping[str, str]) -> dict[str, Any]:
    """Return an event as it stands in a document whose `@context` declares the namespaces.

    Args:
        event: The event.
        namespaces: Prefix -> namespace; a namespace in use that is missing here gets a prefix of
            its own and an `@context` in the event.
    """
    namer = Namer(namespaces)
    body = _event(event, namer)
    missing = {p: ns for p, ns in namer.used.items() if namespaces.get(p) != ns}
    return {"@context": missing, **body} if missing else body


def encode_json(value: Any) -> bytes:
    """Return a JSON object of this package as bytes.

    Use this (or `decimal_format="number"`) rather than another encoder: a number that binary
    floating point cannot hold is a `Decimal` in it.
    """
    return _encoder.encode(value)


def decode_json(content: bytes | str) -> Any:
    """Return the plain objects of a JSON text, with numbers that keep every digit."""
    return _decoder.decode(content)


def event_json_standalone(event: events.Event, namespaces: Mapping[str, str]) -> dict[str, Any]:
    """Return an event with an `@context` of its own, which declares just the prefixes it uses."""
    namer = Namer(namespaces)
    body = _event(event, namer)
    return {"@context": _context(namer), **body}


def read_event_json(value: Mapping[str, Any]) -> events.Event:
    """Return the event that `event_json_standalone` made an object of: its exact inverse.

    Raises:
        RefusedError: The object is no event; the findings say why.
    """
    limits = Limits()
    report = Report(limits.findings)
    event = read_event(JsonReading(report, Prefixes({}), limits), dict(value), "")
    if event is None:
        findings = report.all() or (codes.FORMAT.found("The object is no event."),)
        raise RefusedError(*findings)
    return event


def _context(namer: Namer) -> list[Any]:
    return [GS1_CONTEXT, dict(sorted(namer.used.items()))] if namer.used else [GS1_CONTEXT]


def _document(
    document: events.EpcisDocument, namer: Namer, entries: list[msgspec.Raw]
) -> dict[str, Any]:
    header: dict[str, Any] = {}
    if document.vocabularies:
        header["epcisMasterData"] = {"vocabularyList": _vocabularies(document, namer)}
    header.update(_extensions(document.extensions, namer))
    created = document.creation_date or _latest(document.events)
    parties = {"sender": document.sender, "receiver": document.receiver}
    return {
        "type": "EPCISDocument",
        **({"id": document.id} if document.id else {}),
        "schemaVersion": "2.0",
        "creationDate": time_text(created) if created else "1970-01-01T00:00:00.000Z",
        **(
            {"instanceIdentifier": document.instance_identifier}
            if document.instance_identifier
            else {}
        ),
        **{name: party.identifier for name, party in parties.items() if party},
        **({"epcisHeader": header} if header else {}),
        "epcisBody": {"eventList": entries},
    }


def _query_document(
    document: events.EpcisDocument, namer: Namer, entries: list[msgspec.Raw]
) -> dict[str, Any]:
    results: dict[str, Any] = {"queryName": document.query_name or "SimpleEventQuery"}
    if document.subscription_id:
        results["subscriptionID"] = document.subscription_id
    results["resultsBody"] = {"eventList": entries}
    if document.vocabularies:
        results["resultsBody"]["vocabularyList"] = _vocabularies(document, namer)
    return {
        "type": "EPCISQueryDocument",
        **({"id": document.id} if document.id else {}),
        "schemaVersion": "2.0",
        **({"creationDate": time_text(document.creation_date)} if document.creation_date else {}),
        "epcisBody": {"queryResults": results},
        **_extensions(document.extensions, namer),
    }


def _latest(all_events: Iterable[events.Event]) -> datetime | None:
    """Return the last event time: a document cannot be older than its events."""
    return max((event.event_time for event in all_events), default=None)


def _vocabularies(document: events.EpcisDocument, namer: Namer) -> list[dict[str, Any]]:
    return [
        {
            "type": scalars.to_uri(vocabulary.type),
            "vocabularyElementList": [_element(one, namer) for one in vocabulary.elements],
        }
        for vocabulary in document.vocabularies
    ]


def _element(element: events.VocabularyElement, namer: Namer) -> dict[str, Any]:
    attributes = []
    for name, value in element.attributes.items():
        for one in value if isinstance(value, tuple) else (value,):
            attribute = {"id": scalars.to_uri(name)}
            if one is not None:
                attribute["attribute"] = _value(one, namer)
            attributes.append(attribute)
    body: dict[str, Any] = {"id": scalars.to_uri(element.id)}
    if attributes:
        body["attributes"] = attributes
    if element.children:
        body["children"] = _uris(element.children, namer)
    return body


def time_text(time: datetime, _: object = None) -> str:
    """Return a time in the form of the standard: milliseconds at least, and its own offset."""
    text: str = msgspec.to_builtins(time)
    if time.microsecond == 0:
        return f"{text[:19]}.000{text[19:]}"
    return text if time.microsecond % 1000 else f"{text[:23]}{text[26:]}"


def _uri(text: str, _: Namer) -> str:
    return scalars.to_uri(text)


def _uris(texts: Sequence[str], _: Namer) -> list[str]:
    return list(texts) if scalars.are_uris(texts) else [scalars.to_uri(text) for text in texts]


def _one_or_more(texts: Sequence[str], namer: Namer) -> str | list[str]:
    found = _uris(texts, namer)
    return found[0] if len(found) == 1 else found


@lru_cache(maxsize=4096)
def term_text(kind: cbv.Kind, text: str) -> str:
    """Return a term as JSON has it: the bare word of the CBV, or a URI the schema lets through."""
    if text in cbv.TERMS[kind]:
        return text
    if scalars.is_uri(text) and not text.startswith(forbidden_spellings(kind)):
        return text
    return scalars.wrapped(text)


def _term(kind: cbv.Kind) -> Any:
    return lambda text, _: term_text(kind, text)


def _number(number: Decimal) -> int | float | Decimal:
    """Return the plain number for any JSON encoder; a Decimal only where float is inexact."""
    if number == number.to_integral_value():
        return int(number)
    short = float(number)
    return short if Decimal(repr(short)) == number else number


def _quantity_number(number: Decimal, _: Namer) -> int | float | Decimal:
    return _number(number)


def _value(value: Any, namer: Namer) -> Any:
    """Return an extension value as JSON."""
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, tuple | list):
        return [_value(entry, namer) for entry in value]
    if isinstance(value, dict):
        return {namer.name(name): _value(entry, namer) for name, entry in value.items()}
    return value


def _extensions(extensions: events.Extensions, namer: Namer) -> dict[str, Any]:
    """Return extension fields under their names in JSON."""
    return {
        namer.member(expanded): value if type(value) is str else _value(value, namer)
        for expanded, value in extensions.items()
    }


def _fields(
    value: events.Value, table: Mapping[str, tuple[str, Any]], namer: Namer
) -> dict[str, Any]:
    """Return the members of a value by a table of attribute -> (JSON name, writer)."""
    body = {}
    for attribute, (name, write) in table.items():
        found = getattr(value, attribute)
        if found is not None and found != ():
            body[name] = write(found, namer) if write else found
    extensions = getattr(value, "extensions", None)
    if extensions:
        body.update(_extensions(extensions, namer))
    return body


def _object(table: Mapping[str, tuple[str, Any]]) -> Any:
    return lambda value, namer: _fields(value, table, namer)


def _objects(table: Mapping[str, tuple[str, Any]]) -> Any:
    return lambda values, namer: [_fields(value, table, namer) for value in values]


def _place(value: events.Place, namer: Namer) -> dict[str, Any]:
    body: dict[str, Any] = {"id": scalars.to_uri(value.id)}
    return body | _extensions(value.extensions, namer) if value.extensions else body


_QUANTITIES = _objects(
    {
        "epc_class": ("epcClass", _uri),
        "quantity": ("quantity", _quantity_number),
        "uom": ("uom", None),
    }
)
_DISPOSITION = _term(cbv.Kind.DISPOSITION)


def _dispositions(values: Sequence[str], namer: Namer) -> list[str]:
    return [_DISPOSITION(value, namer) for value in values]


_PERSISTENT = _object({"set": ("set", _dispositions), "unset": ("unset", _dispositions)})


def _words(text: str) -> list[str]:
    return text.split()


_SENSOR_TERMS = {
    "type": cbv.Kind.MEASUREMENT_TYPE,
    "exception": cbv.Kind.SENSOR_ALERT,
    "component": cbv.Kind.COMPONENT,
}
_SENSOR_URIS = frozenset(
    _words("""
    deviceID deviceMetadata rawData dataProcessingMethod bizRules microorganism chemicalSubstance
    coordinateReferenceSystem uriValue""")
)
_METADATA_NAMES = frozenset(
    _words("""
    time startTime endTime deviceID deviceMetadata rawData dataProcessingMethod bizRules""")
)
_REPORT_NAMES = (
    _SENSOR_URIS
    | frozenset(_SENSOR_TERMS)
    | frozenset(
        _words("""
    time stringValue booleanValue hexBinaryValue uom value minValue maxValue meanValue sDev percRank
    percValue""")
    )
)


def _sensed(values: Mapping[str, Any], namer: Namer, names: frozenset[str]) -> dict[str, Any]:
    """Return sensor metadata or a sensor report; names that are not its own become extensions."""
    body: dict[str, Any] = {}
    extensions = {}
    for name, value in values.items():
        if name not in names:
            extensions[name] = value
        elif name in _SENSOR_TERMS:
            body[name] = term_text(_SENSOR_TERMS[name], value)
        elif name in _SENSOR_URIS:
            body[name] = scalars.to_uri(value)
        else:
            body[name] = _number(value) if isinstance(value, Decimal) else value
    return body | _extensions(extensions, namer)


_NO_TYPE = {"type": scalars.wrapped("")}
"""Stands for the type of a report that has none: XML allows that, the JSON Schema does not."""


def _sensor_elements(values: Sequence[events.SensorElement], namer: Namer) -> list[dict[str, Any]]:
    body = []
    for value in values:
        metadata = _sensed(value.metadata, namer, _METADATA_NAMES)
        reports = [_NO_TYPE | _sensed(report, namer, _REPORT_NAMES) for report in value.reports]
        body.append(
            {
                **({"sensorMetadata": metadata} if metadata else {}),
                "sensorReport": reports,
                **_extensions(value.extensions, namer),
            }
        )
    return body


_ERROR = _object(
    {
        "declaration_time": ("declarationTime", time_text),
        "reason": ("reason", _term(cbv.Kind.ERROR_REASON)),
        "corrective_event_ids": ("correctiveEventIDs", _uris),
    }
)
_WHEN = {
    "event_time": ("eventTime", time_text),
    "record_time": ("recordTime", time_text),
    "event_time_zone_offset": ("eventTimeZoneOffset", None),
    "event_id": ("eventID", _uri),
    "certification_info": ("certificationInfo", _one_or_more),
    "error_declaration": ("errorDeclaration", _ERROR),
}
_WHY_WHERE_HOW = {
    "biz_step": ("bizStep", _term(cbv.Kind.BIZ_STEP)),
    "disposition": ("disposition", _DISPOSITION),
    "persistent_disposition": ("persistentDisposition", _PERSISTENT),
    "read_point": ("readPoint", _place),
    "biz_location": ("bizLocation", _place),
    "biz_transactions": (
        "bizTransactionList",
        _objects(
            {
                "type": ("type", _term(cbv.Kind.BIZ_TRANSACTION_TYPE)),
                "biz_transaction": ("bizTransaction", _uri),
            }
        ),
    ),
    "sources": (
        "sourceList",
        _objects({"type": ("type", _term(cbv.Kind.SOURCE_DEST_TYPE)), "source": ("source", _uri)}),
    ),
    "destinations": (
        "destinationList",
        _objects(
            {
                "type": ("type", _term(cbv.Kind.SOURCE_DEST_TYPE)),
                "destination": ("destination", _uri),
            }
        ),
    ),
    "sensor_elements": ("sensorElementList", _sensor_elements),
}
_ACTION = {"action": ("action", None)}
_CHILDREN = {
    "parent_id": ("parentID", _uri),
    "child_epcs": ("childEPCs", _uris),
    "child_quantities": ("childQuantityList", _QUANTITIES),
}
_OBJECTS = {"epcs": ("epcList", _uris), "quantities": ("quantityList", _QUANTITIES)}
_ILMD = {"ilmd": ("ilmd", _extensions)}
_NO_PERSISTENT = {
    **_WHY_WHERE_HOW,
    # The schema forbids the bare name here, though the standard (and the XML schema) allow the
    # field in every event; the compact IRI means the same to JSON-LD.
    "persistent_disposition": ("epcis:persistentDisposition", _PERSISTENT),
}
_TABLES: dict[type[events.Event], tuple[str, dict[str, tuple[str, Any]]]] = {
    events.ObjectEvent: (
        "ObjectEvent",
        {**_WHEN, **_OBJECTS, **_ACTION, **_WHY_WHERE_HOW, **_ILMD},
    ),
    events.AggregationEvent: (
        "AggregationEvent",
        {**_WHEN, **_CHILDREN, **_ACTION, **_NO_PERSISTENT},
    ),
    events.AssociationEvent: (
        "AssociationEvent",
        {**_WHEN, **_CHILDREN, **_ACTION, **_NO_PERSISTENT},
    ),
    events.TransactionEvent: (
        "TransactionEvent",
        {**_WHEN, "parent_id": ("parentID", _uri), **_OBJECTS, **_ACTION, **_NO_PERSISTENT},
    ),
    events.TransformationEvent: (
        "TransformationEvent",
        {
            **_WHEN,
            "input_epcs": ("inputEPCList", _uris),
            "input_quantities": ("inputQuantityList", _QUANTITIES),
            "output_epcs": ("outputEPCList", _uris),
            "output_quantities": ("outputQuantityList", _QUANTITIES),
            "transformation_id": ("transformationID", _uri),
            **_WHY_WHERE_HOW,
            **_ILMD,
        },
    ),
}


_ROWS: dict[
    type[events.Event], tuple[str, Callable[[events.Event], tuple[Any, ...]], list[Any]]
] = {
    kind: (name, attrgetter(*table), list(table.values()))
    for kind, (name, table) in _TABLES.items()
}
"""Event type -> its name, what gets all values at once, and for each its JSON name and writer."""


def _event(event: events.Event, namer: Namer) -> dict[str, Any]:
    if isinstance(event, events.ExtensionEvent):
        return _extension_event(event, namer)
    kind, values_of, rows = _ROWS[type(event)]
    body: dict[str, Any] = {"type": kind}
    for value, (name, write) in zip(values_of(event), rows, strict=True):
        if value or value == "":
            body[name] = write(value, namer) if write else value
        elif name == "epcList" and needs_epc_list(event):
            body[name] = []
    if event.extensions:
        body.update(_extensions(event.extensions, namer))
    return body


def needs_epc_list(event: events.Event) -> bool:
    """Tell whether the schema wants an EPC list, even an empty one, since nothing else is named."""
    if isinstance(event, events.ObjectEvent):
        return not (event.quantities or (event.sensor_elements and event.read_point))
    if isinstance(event, events.TransactionEvent):
        return not event.quantities and event.action != "DELETE"
    return False


def _extension_event(event: events.ExtensionEvent, namer: Namer) -> dict[str, Any]:
    name = namer.name(event.type) if event.type.startswith("{") else ""
    body: dict[str, Any] = {"type": name if scalars.is_uri(name) else scalars.wrapped(event.type)}
    body.update(_fields_of_extension(event, namer))
    body.update(
        (namer.name(field), _value(value, namer)) for field, value in event.extensions.items()
    )
    return body


def _fields_of_extension(event: events.Event, namer: Namer) -> dict[str, Any]:
    return {
        name: write(value, namer) if write else value
        for attribute, (name, write) in _WHEN.items()
        if (value := getattr(event, attribute)) not in (None, ())
    }
