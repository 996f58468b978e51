"""EPCIS events from JSON-LD 2.0: one table a type, one reader a field.

The tables say what the GS1 JSON Schema says (names, types, allowed values, required members); the
rules that tie members together follow them. Names with a prefix are extensions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.epcis import cbv, codes, events, rules, scalars
from packtrail.epcis import json_values as jv
from packtrail.epcis.identifiers import check_identifiers, identifiers_of
from packtrail.epcis.report import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from packtrail.epcis.json_values import JsonReading, ValueReader

_UOM = re.compile(r"[A-Z0-9]{2,3}")
_HEX = re.compile(r"[A-Fa-f0-9]+")

uom = jv.matching(lambda text: _UOM.fullmatch(text) is not None, "a unit code of 2 or 3 characters")
hex_binary = jv.matching(lambda text: _HEX.fullmatch(text) is not None, "hexadecimal digits")
_disposition = jv.term(cbv.Kind.DISPOSITION)


@dataclass(frozen=True, slots=True)
class Shape:
    """The members an object of the standard may have."""

    members: Mapping[str, tuple[str, ValueReader]]
    """JSON name -> (name in the value, reader)."""
    required: tuple[str, ...] = ()
    extensible: bool = False
    """Members with a prefix are extensions; otherwise every other member is wrong."""
    unneeded: tuple[str, ...] = ()
    """Required members without which a tolerant reader can still make the value."""


def read_members(
    reading: JsonReading, value: Mapping[str, Any], at: str, shape: Shape
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (members, extensions) of an object; what is wrong is a finding and is left out."""
    members: dict[str, Any] = {}
    extensions: dict[str, Any] = {}
    known = shape.members
    for name, entry in value.items():
        member = known.get(name)
        if member is not None:
            read = member[1](reading, entry, at, name)
            if read is not None:
                members[member[0]] = read
        elif shape.extensible:
            _read_extension(reading, entry, at, name, extensions)
        else:
            _report_unknown(reading, at, name, shape)
    for name in shape.required:
        if name not in value:
            reading.report.add(codes.MISSING, f"The member {name!r} is missing.", at or "/")
    return members, extensions


def _report_unknown(reading: JsonReading, at: str, name: str, shape: Shape) -> None:
    message = f"{shown(name)} is not known here; expected: {', '.join(shape.members) or 'nothing'}."
    reading.report.add(codes.UNKNOWN_NAME, message, jv.pointer(at, name))


def _read_extension(
    reading: JsonReading, entry: Any, at: str, name: str, extensions: dict[str, Any]
) -> None:
    here = jv.pointer(at, name)
    if not scalars.is_uri(name):
        message = f"{shown(name)} is neither a name of the standard nor an extension with a prefix."
        reading.report.add(codes.UNKNOWN_NAME, message, here)
        if not reading.tolerant:
            return
        extensions[name] = jv.extension(reading, entry, at, name)
        return
    expanded = jv.extension_name(reading, name, here)
    if expanded is not None:
        extensions[expanded] = jv.extension(reading, entry, at, name)


def object_of(shape: Shape, make: Callable[[dict[str, Any], dict[str, Any]], Any]) -> ValueReader:
    """Return a reader of an object of a shape; `make` builds the value when it has no error."""
    needed = {shape.members[name][0] for name in shape.required if name not in shape.unneeded}

    def read(reading: JsonReading, value: Any, at: str, name: str) -> Any:
        here = jv.pointer(at, name)
        if not jv.is_type(reading, value, dict, here):
            return None
        before = reading.report.barring
        members, extensions = read_members(reading, value, here, shape)
        if reading.report.barring > before or (reading.tolerant and not needed <= members.keys()):
            return None
        return make(members, extensions)

    return read


def array_of(entry: ValueReader, *, at_least: int = 0, distinct: bool = False) -> ValueReader:
    """Return a reader of an array of values, as a tuple."""

    def read(reading: JsonReading, value: Any, at: str, name: str) -> tuple[Any, ...]:
        here = jv.pointer(at, name)
        entries = jv.listed(reading, value, here)
        if len(entries) < at_least and isinstance(value, list):
            message = f"{name} has {len(value)} entries; at least {at_least} is expected."
            reading.report.add(codes.TOO_FEW, message, here)
        found = [entry(reading, one, here, str(i)) for i, one in enumerate(entries)]
        kept = tuple(one for one in found if one is not None)
        if distinct and len(set(kept)) < len(kept):
            jv.report_duplicates(reading, tuple(map(str, kept)), here)
        return kept

    return read


def _plain(kind: type[events.Value]) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    return lambda members, _: kind(**members)


def _extended(kind: type[events.Value]) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    return lambda members, extensions: kind(**members, extensions=extensions)


def _flat(members: dict[str, Any], extensions: dict[str, Any]) -> dict[str, Any]:
    return {**members, **extensions}


_quantity = object_of(
    Shape(
        {
            "epcClass": ("epc_class", jv.uri),
            "quantity": ("quantity", jv.number),
            "uom": ("uom", uom),
        },
        required=("epcClass",),
    ),
    _plain(events.QuantityElement),
)
_quantities = array_of(_quantity)
_place = object_of(
    Shape({"id": ("id", jv.uri)}, required=("id",), extensible=True), _extended(events.Place)
)


def _place_or_id(reading: JsonReading, value: Any, at: str, name: str) -> Any:
    if reading.tolerant and isinstance(value, str):
        jv.is_type(reading, value, dict, jv.pointer(at, name))
        return _place(reading, {"id": value}, at, name)
    return _place(reading, value, at, name)


_biz_transactions = array_of(
    object_of(
        Shape(
            {
                "type": ("type", jv.term(cbv.Kind.BIZ_TRANSACTION_TYPE)),
                "bizTransaction": ("biz_transaction", jv.uri),
            },
            required=("bizTransaction",),
        ),
        _plain(events.BizTransaction),
    )
)


def _parties(name: str, kind: type[events.Value]) -> ValueReader:
    members = {"type": ("type", jv.term(cbv.Kind.SOURCE_DEST_TYPE)), name: (name, jv.uri)}
    return array_of(object_of(Shape(members, required=("type", name)), _plain(kind)))


_dispositions = array_of(_disposition, at_least=1, distinct=True)
_persistent_members = object_of(
    Shape({"set": ("set", _dispositions), "unset": ("unset", _dispositions)}),
    _plain(events.PersistentDisposition),
)


def _persistent_disposition(reading: JsonReading, value: Any, at: str, name: str) -> Any:
    if isinstance(value, dict) and not value.keys() & {"set", "unset"}:
        message = "A persistent disposition has set, unset or both."
        reading.report.add(codes.MISSING, message, jv.pointer(at, name))
    return _persistent_members(reading, value, at, name)


_error_declaration = object_of(
    Shape(
        {
            "declarationTime": ("declaration_time", jv.time),
            "reason": ("reason", jv.term(cbv.Kind.ERROR_REASON)),
            "correctiveEventIDs": ("corrective_event_ids", jv.uris),
        },
        required=("declarationTime",),
        extensible=True,
    ),
    _extended(events.ErrorDeclaration),
)


def _own_names(readers: dict[str, ValueReader]) -> dict[str, tuple[str, ValueReader]]:
    return {name: (name, reader) for name, reader in readers.items()}


_BOTH: dict[str, ValueReader] = {
    "time": jv.time_text,
    "deviceID": jv.uri,
    "deviceMetadata": jv.uri,
    "rawData": jv.uri,
    "dataProcessingMethod": jv.uri,
    "bizRules": jv.uri,
}
_sensor_metadata = object_of(
    Shape(
        _own_names({**_BOTH, "startTime": jv.time_text, "endTime": jv.time_text}), extensible=True
    ),
    _flat,
)


def _without_empty_type(report: dict[str, Any]) -> dict[str, Any]:
    """Drop the type that our writer gave a report without one."""
    if report.get("type") == "":
        del report["type"]
    return report


NUMBERS_OF_REPORT = ["value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"]
_sensor_report = object_of(
    Shape(
        _own_names(
            {
                "type": jv.term(cbv.Kind.MEASUREMENT_TYPE),
                "exception": jv.term(cbv.Kind.SENSOR_ALERT),
                **_BOTH,
                "microorganism": jv.uri,
                "chemicalSubstance": jv.uri,
                "coordinateReferenceSystem": jv.uri,
                "component": jv.term(cbv.Kind.COMPONENT),
                "stringValue": jv.text,
                "booleanValue": jv.boolean,
                "hexBinaryValue": hex_binary,
                "uriValue": jv.uri,
                "uom": jv.text,
                **dict.fromkeys(NUMBERS_OF_REPORT, jv.number),
            }
        ),
        required=("type",),
        extensible=True,
        unneeded=("type",),
    ),
    lambda members, extensions: _without_empty_type({**members, **extensions}),
)
_sensor_elements = array_of(
    object_of(
        Shape(
            {
                "sensorMetadata": ("metadata", _sensor_metadata),
                "sensorReport": ("reports", array_of(_sensor_report, at_least=1)),
            },
            required=("sensorReport",),
            extensible=True,
            unneeded=("sensorReport",),
        ),
        _extended(events.SensorElement),
    )
)


def _ilmd(reading: JsonReading, value: Any, at: str, name: str) -> Any:
    here = jv.pointer(at, name)
    if not jv.is_type(reading, value, dict, here):
        return None
    found: dict[str, Any] = {}
    for key, entry in value.items():
        _read_extension(reading, entry, here, key, found)
    return found


def _context(reading: JsonReading, value: Any, at: str, name: str) -> None:
    check_context(reading, value, jv.pointer(at, name))


def check_context(reading: JsonReading, value: Any, at: str) -> None:
    """Check the form of an `@context`: a URL, a map, or a list of different ones."""
    parts = value if isinstance(value, list) else [value]
    for i, part in enumerate(parts):
        here = f"{at}/{i}" if isinstance(value, list) else at
        if isinstance(part, str):
            jv.uri(reading, part, *_split(here))
        elif not isinstance(part, dict):
            message = f"{shown(part)} is no context: a URL or an object is expected."
            reading.report.add(codes.WRONG_TYPE, message, here)
        if part in parts[:i]:
            message = f"The context {shown(part)} is listed twice."
            reading.report.add(codes.DUPLICATE, message, here)


def _split(at: str) -> tuple[str, str]:
    head, _, tail = at.rpartition("/")
    return head, tail


_EVENT: dict[str, tuple[str, ValueReader]] = {
    "@context": ("@context", _context),
    "eventTime": ("event_time", jv.time),
    "recordTime": ("record_time", jv.time),
    "eventTimeZoneOffset": ("event_time_zone_offset", jv.offset),
    "eventID": ("event_id", jv.uri),
    "certificationInfo": ("certification_info", jv.one_or_more_uris),
    "errorDeclaration": ("error_declaration", _error_declaration),
}
_WHY_AND_WHERE: dict[str, tuple[str, ValueReader]] = {
    **_EVENT,
    "type": ("type", lambda *_: None),
    "bizStep": ("biz_step", jv.term(cbv.Kind.BIZ_STEP)),
    "disposition": ("disposition", _disposition),
    "readPoint": ("read_point", _place_or_id),
    "bizLocation": ("biz_location", _place_or_id),
    "bizTransactionList": ("biz_transactions", _biz_transactions),
    "sourceList": ("sources", _parties("source", events.Source)),
    "destinationList": ("destinations", _parties("destination", events.Destination)),
    "sensorElementList": ("sensor_elements", _sensor_elements),
    # Written so by us where the schema forbids the bare name; the same IRI in JSON-LD.
    "epcis:persistentDisposition": ("persistent_disposition", _persistent_disposition),
}
_action = jv.one_of("OBSERVE", "ADD", "DELETE")
_persistent: tuple[str, ValueReader] = ("persistent_disposition", _persistent_disposition)
_children: dict[str, tuple[str, ValueReader]] = {
    "parentID": ("parent_id", jv.uri),
    "childEPCs": ("child_epcs", jv.uris),
    "childQuantityList": ("child_quantities", _quantities),
    "action": ("action", _action),
}
_TIMES = ("eventTime", "eventTimeZoneOffset")

SHAPES: dict[str, tuple[type[events.Event], Shape]] = {
    "ObjectEvent": (
        events.ObjectEvent,
        Shape(
            {
                **_WHY_AND_WHERE,
                "epcList": ("epcs", jv.distinct_uris),
                "quantityList": ("quantities", _quantities),
                "action": ("action", _action),
                "persistentDisposition": _persistent,
                "ilmd": ("ilmd", _ilmd),
            },
            required=(*_TIMES, "action"),
            extensible=True,
        ),
    ),
    "AggregationEvent": (
        events.AggregationEvent,
        Shape({**_WHY_AND_WHERE, **_children}, required=(*_TIMES, "action"), extensible=True),
    ),
    "AssociationEvent": (
        events.AssociationEvent,
        Shape(
            {**_WHY_AND_WHERE, **_children},
            required=(*_TIMES, "action", "parentID"),
            extensible=True,
        ),
    ),
    "TransactionEvent": (
        events.TransactionEvent,
        Shape(
            {
                **_WHY_AND_WHERE,
                "bizTransactionList": ("biz_transactions", _biz_transactions),
                "parentID": ("parent_id", jv.uri),
                "epcList": ("epcs", jv.uris),
                "quantityList": ("quantities", _quantities),
                "action": ("action", _action),
            },
            required=(*_TIMES, "action", "bizTransactionList"),
            extensible=True,
        ),
    ),
    "TransformationEvent": (
        events.TransformationEvent,
        Shape(
            {
                **_WHY_AND_WHERE,
                "inputEPCList": ("input_epcs", jv.distinct_uris),
                "inputQuantityList": ("input_quantities", _quantities),
                "outputEPCList": ("output_epcs", jv.distinct_uris),
                "outputQuantityList": ("output_quantities", _quantities),
                "transformationID": ("transformation_id", jv.uri),
                "persistentDisposition": _persistent,
                "ilmd": ("ilmd", _ilmd),
            },
            required=_TIMES,
            extensible=True,
        ),
    ),
}
"""JSON type -> (event type, members). Schema: the definitions of the same names."""

EXTENSION_EVENT = Shape(_EVENT, required=_TIMES, extensible=True)


def read_event(reading: JsonReading, value: Any, at: str) -> events.Event | None:
    """Read one event; None with findings when it has an error."""
    if not jv.is_type(reading, value, dict, at or "/"):
        return None
    before = reading.report.barring
    outer = reading.prefixes
    if "@context" in value:
        reading.prefixes = outer.within(value["@context"])
    event = _read_event(reading, value, at)
    reading.prefixes = outer
    return None if reading.report.barring > before else event


def _read_event(reading: JsonReading, value: dict[str, Any], at: str) -> events.Event | None:
    kind = value.get("type")
    known = SHAPES.get(kind) if isinstance(kind, str) else None
    if known is None:
        return _read_extension_event(reading, value, at)
    event_type, shape = known
    before = reading.report.barring
    members, extensions = read_members(reading, value, at, shape)
    if isinstance(kind, str):
        rules.check_what(reading.report, kind, _presence(value, members), at or "/")
    if reading.report.barring > before:
        return None
    if reading.tolerant and not has_essentials(event_type, members):
        return None
    event = event_type(**members, extensions=extensions)
    rules.check_event(reading.report, event, lambda i: f"{at}/sensorElementList/{i}")
    check_identifiers(reading.report, identifiers_of(event), lambda: at or "/")
    return event


def has_essentials(kind: type[events.Event], members: dict[str, Any]) -> bool:
    """Tell whether an event has what none can be without, taking the offset from its time."""
    if "event_time" in members:
        members.setdefault("event_time_zone_offset", scalars.offset_text(members["event_time"]))
    needed = {"event_time", "action"} & set(kind.__struct_fields__)
    return needed <= members.keys()


def _presence(value: Mapping[str, Any], members: Mapping[str, Any]) -> rules.What:
    """Return what an event says about its objects, for the rules that tie members together."""
    return rules.What(
        action=members.get("action"),
        has_parent="parentID" in value,
        has_list="epcList" in value,
        has_sensor=bool(value.get("sensorElementList")) and "readPoint" in value,
        has_ilmd="ilmd" in value,
        has_objects=any(map(value.get, ("quantityList", "childEPCs", "childQuantityList"))),
        has_inputs=any(map(value.get, ("inputEPCList", "inputQuantityList"))),
        has_outputs=any(map(value.get, ("outputEPCList", "outputQuantityList"))),
        has_transformation_id="transformationID" in value,
        has_transactions=bool(value.get("bizTransactionList")),
    )


def _read_extension_event(
    reading: JsonReading, value: dict[str, Any], at: str
) -> events.Event | None:
    kind = value.get("type")
    if kind is None:
        reading.report.add(codes.MISSING, "The member 'type' is missing.", at or "/")
        return None
    if jv.uri(reading, kind, at, "type") is None:
        return None
    before = reading.report.barring
    members, _ = read_members(
        reading, {name: value[name] for name in value if name in _EVENT}, at, EXTENSION_EVENT
    )
    extensions: dict[str, Any] = {}
    for name, entry in value.items():
        if name not in _EVENT and name != "type":
            expanded = jv.extension_name(reading, name, jv.pointer(at, name))
            if expanded is not None:
                extensions[expanded] = jv.extension(reading, entry, at, name)
    expanded = jv.extension_name(reading, kind, jv.pointer(at, "type"))
    if expanded is None or reading.report.barring > before:
        return None
    if not has_essentials(events.ExtensionEvent, members):
        return None
    return events.ExtensionEvent(**members, type=expanded, extensions=extensions)
