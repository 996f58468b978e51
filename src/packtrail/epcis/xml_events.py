"""EPCIS events from XML: what the elements of each type become.

The content models are in `xml_models`; here every type of element has a function that builds its
value. Wrappers of version 1 (`extension`, `baseExtension`) dissolve into the event around them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packtrail.epcis import codes, events, rules, scalars, xml_sensors
from packtrail.epcis import xml_checks as xc
from packtrail.epcis import xml_extensions as xx
from packtrail.epcis import xml_values as xv
from packtrail.epcis.identifiers import check_identifiers, identifiers_of
from packtrail.epcis.report import Report
from packtrail.epcis.xml_models import FIELD_TYPES, HOLD_FIELDS, MODELS, TOLERANT_MODELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from packtrail.epcis.xml_checks import Element, XmlReading


@dataclass(slots=True)
class Dissolved:
    """What a wrapper held, to be merged into the event around it."""

    values: dict[str, Any] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Content:
    """The children of an element, read by its model."""

    values: dict[str, Any]
    """Local name -> value, or list of values where the model allows several."""
    extensions: dict[str, Any]
    attributes: dict[str, Any]


def read_content(reading: XmlReading, element: Element, kind: str) -> Content:
    """Check an element against the model of its type, and read what is in it."""
    model = reading.models[kind]
    children = xc.check_children(reading, element, model)
    needs_attributes = model.attributes or element.keys()
    attributes = xv.read_attributes(reading, element, model) if needs_attributes else {}
    values: dict[str, Any] = {}
    others = []
    for child in children:
        particle = model.particles.get(child.tag)
        if particle is None:
            if not (reading.tolerant and _adopt(reading, child, kind, values)):
                others.append(child)
            continue
        value = read_element(reading, child, particle.type)
        if particle.most is None:
            values.setdefault(particle.local, []).append(value)
        else:
            values.setdefault(particle.local, value)
    extensions = xx.extensions(reading, others) if others and model.wildcard else {}
    return Content(values, extensions, attributes)


def _adopt(reading: XmlReading, child: Element, kind: str, values: dict[str, Any]) -> bool:
    """Take a field of an event that stands outside its wrapper, or in a needless one."""
    field_type = FIELD_TYPES.get(child.tag) if kind in HOLD_FIELDS else None
    if field_type is None:
        return False
    values.setdefault(child.tag, read_element(reading, child, field_type))
    return True


def read_element(reading: XmlReading, element: Element, kind: str) -> Any:
    """Read an element of a type, simple or complex."""
    builder = BUILDERS.get(kind)
    if builder is not None:
        return builder(reading, element)
    return xv.read_simple(reading, element, kind)


def _dissolve(kind: str) -> Callable[[XmlReading, Element], Dissolved]:
    def read(reading: XmlReading, element: Element) -> Dissolved:
        content = read_content(reading, element, kind)
        merge(content)
        return Dissolved(content.values, content.extensions)

    return read


_LATER = {
    "sensorElementList": "SensorElementList",
    "persistentDisposition": "PersistentDisposition",
    "certificationInfo": "uri",
}


def _event_local(reading: XmlReading, element: Element) -> Dissolved:
    """Read a version 1 wrapper for later elements; those of 2.0 are taken where they fit."""
    xc.check_children(reading, element, reading.models["EventLocal"])
    found = Dissolved()
    for child in element:
        value = None
        if child.tag in _LATER:
            value = _from_version_2(reading, child)
        if value is not None and child.tag not in found.values:
            found.values[child.tag] = value
        else:
            value = xx.extension_value(reading, child)
            events.add_value(found.extensions, reading.name(child.tag, child.prefix), value)
    return found


def _from_version_2(reading: XmlReading, element: Element) -> Any:
    """Return an element read by the models of 2.0, or None where it does not fit."""
    with on_trial_as_2(reading, Report(1)) as trial:
        value = read_element(reading, element, _LATER[element.tag])
    return None if trial.errors else value


@contextmanager
def on_trial_as_2(reading: XmlReading, trial: Report) -> Iterator[Report]:
    """Read by the models of 2.0 for a while, on trial: what is wrong is not reported."""
    outer = reading.report, reading.models, reading.version, reading.tolerant
    reading.tolerant = trial.is_tolerant
    reading.models = TOLERANT_MODELS[2] if trial.is_tolerant else MODELS[2]
    reading.report, reading.version = trial, 2
    yield trial
    reading.report, reading.models, reading.version, reading.tolerant = outer


def merge(content: Content) -> None:
    """Dissolve the wrappers among the values of an element into it."""
    for name in ("baseExtension", "extension"):
        wrapped = content.values.pop(name, None)
        for one in wrapped if isinstance(wrapped, list) else [wrapped]:
            if isinstance(one, Dissolved):
                content.values.update(
                    {key: one.values[key] for key in one.values if key not in content.values}
                )
                for field_name, value in one.extensions.items():
                    events.add_value(content.extensions, field_name, value)


def _list_of(kind: str, name: str) -> Callable[[XmlReading, Element], tuple[Any, ...]]:
    def read(reading: XmlReading, element: Element) -> tuple[Any, ...]:
        values = read_content(reading, element, kind).values.get(name, [])
        return tuple(value for value in values if value is not None)

    return read


def _quantity_element(reading: XmlReading, element: Element) -> events.QuantityElement | None:
    values = read_content(reading, element, "QuantityElement").values
    if values.get("epcClass") is None:
        return None
    return events.QuantityElement(
        epc_class=values["epcClass"], quantity=values.get("quantity"), uom=values.get("uom")
    )


def _place(reading: XmlReading, element: Element) -> events.Place | None:
    if len(element) == 1 and not element.keys() and not reading.has_mixed_content:
        only = element[0]
        if only.tag == "id":
            found: str | None = xv.read_simple(reading, only, "uri")
            return None if found is None else events.Place(id=found)
    content = read_content(reading, element, "Place")
    merge(content)
    if content.values.get("id") is None:
        return None
    return events.Place(id=content.values["id"], extensions=content.extensions)


def _typed(
    reading: XmlReading, element: Element, kind: str, *, required: bool
) -> tuple[str | None, str | None]:
    """Return (type, identifier) of a business transaction, source or destination."""
    stated = None
    for name, value in xv.attributes_of(element):
        if name == "type":
            stated = xv.ATTRIBUTE_TYPES[kind](reading, element, "type", value)
        elif name.startswith(f"{{{xc.XSI}}}"):
            xv.check_instance_attribute(reading, element, name, value)
        else:
            reading.add(codes.STRAY, f"The attribute {name} is not known here.", element)
    if required and element.get("type") is None:
        message = f"The attribute type of {element.tag} is missing."
        reading.add(codes.MISSING, message, element)
    if len(element):
        message = f"The element {element.tag} holds elements; a URI is expected."
        reading.add(codes.STRAY, message, element)
    return stated, xv.any_uri(reading, element, "", xv.text_of(reading, element))


def _biz_transaction(reading: XmlReading, element: Element) -> events.BizTransaction | None:
    stated, value = _typed(reading, element, "bizTransactionType", required=False)
    return None if value is None else events.BizTransaction(type=stated, biz_transaction=value)


def _source(reading: XmlReading, element: Element) -> events.Source | None:
    stated, value = _typed(reading, element, "sourceDestType", required=True)
    return events.Source(type=stated, source=value) if stated and value is not None else None


def _destination(reading: XmlReading, element: Element) -> events.Destination | None:
    stated, value = _typed(reading, element, "sourceDestType", required=True)
    if not stated or value is None:
        return None
    return events.Destination(type=stated, destination=value)


def _distinct(values: list[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(value for value in values if value is not None))


def _persistent(reading: XmlReading, element: Element) -> events.PersistentDisposition | None:
    values = read_content(reading, element, "PersistentDisposition").values
    found = events.PersistentDisposition(
        set=_distinct(values.get("set", [])), unset=_distinct(values.get("unset", []))
    )
    return found if found.set or found.unset else None


def _error_declaration(reading: XmlReading, element: Element) -> Dissolved | None:
    """Read an error declaration; its time is made aware together with the event's."""
    content = read_content(reading, element, "ErrorDeclaration")
    merge(content)
    values = {
        name: value[-1] if isinstance(value, list) else value
        for name, value in content.values.items()
    }
    if values.get("declarationTime") is None:
        if (
            reading.version == 2 and "declarationTime" not in values
        ):  # the schema of 2.0 lets it go, by a slip
            message = "The element declarationTime is missing in errorDeclaration."
            reading.add(codes.MISSING, message, element)
        return None
    return Dissolved(values, content.extensions)


def _sensor_element(reading: XmlReading, element: Element) -> events.SensorElement:
    content = read_content(reading, element, "SensorElement")
    merge(content)
    return events.SensorElement(
        metadata=content.values.get("sensorMetadata", {}),
        reports=tuple(content.values.get("sensorReport", [])),
        extensions=content.extensions,
    )


def _sensor_elements(reading: XmlReading, element: Element) -> tuple[events.SensorElement, ...]:
    return tuple(
        read_content(reading, element, "SensorElementList").values.get("sensorElement", [])
    )


def _ilmd(reading: XmlReading, element: Element) -> dict[str, Any]:
    content = read_content(reading, element, "Ilmd")
    merge(content)
    return content.extensions


BUILDERS: dict[str, Callable[[XmlReading, Element], Any]] = {
    **{
        name: _dissolve(name)
        for name in [
            "Local",
            "Vendor",
            "BaseExtension",
            "ObjectExtension",
            "AggregationExtension",
            "TransactionExtension",
        ]
    },
    "EventLocal": _event_local,
    "EpcList": xv.epcs,
    "quantity": xv.quantity,
    "QuantityList": _list_of("QuantityList", "quantityElement"),
    "QuantityElement": _quantity_element,
    "Place": _place,
    "BizTransactionList": _list_of("BizTransactionList", "bizTransaction"),
    "BizTransaction": _biz_transaction,
    "SourceList": _list_of("SourceList", "source"),
    "Source": _source,
    "DestinationList": _list_of("DestinationList", "destination"),
    "Destination": _destination,
    "CorrectiveEventIDs": _list_of("CorrectiveEventIDs", "correctiveEventID"),
    "ErrorDeclaration": _error_declaration,
    "PersistentDisposition": _persistent,
    "SensorElementList": _sensor_elements,
    "SensorElement": _sensor_element,
    "SensorMetadata": xml_sensors.read_metadata,
    "SensorReport": xml_sensors.read_report,
    "Ilmd": _ilmd,
}
"""Type of element -> what builds its value. Types not listed hold a text."""

FIELDS = {
    "eventID": "event_id",
    "bizStep": "biz_step",
    "disposition": "disposition",
    "persistentDisposition": "persistent_disposition",
    "readPoint": "read_point",
    "bizLocation": "biz_location",
    "bizTransactionList": "biz_transactions",
    "sourceList": "sources",
    "destinationList": "destinations",
    "sensorElementList": "sensor_elements",
    "action": "action",
    "epcList": "epcs",
    "quantityList": "quantities",
    "parentID": "parent_id",
    "childEPCs": "child_epcs",
    "childQuantityList": "child_quantities",
    "inputEPCList": "input_epcs",
    "inputQuantityList": "input_quantities",
    "outputEPCList": "output_epcs",
    "outputQuantityList": "output_quantities",
    "transformationID": "transformation_id",
    "ilmd": "ilmd",
    "eventTimeZoneOffset": "event_time_zone_offset",
}
"""Element -> field of the event."""

MORE_CERTIFICATES = "{https://ref.gs1.org/epcis/}certificationInfo"
"""Holds the certificates after the first, for which XML has no element."""

EVENT_TYPES: dict[str, type[events.Event]] = {
    "ObjectEvent": events.ObjectEvent,
    "AggregationEvent": events.AggregationEvent,
    "AssociationEvent": events.AssociationEvent,
    "TransactionEvent": events.TransactionEvent,
    "TransformationEvent": events.TransformationEvent,
    "QuantityEvent": events.ObjectEvent,
}
"""Element -> event type."""


def read_event(reading: XmlReading, element: Element) -> events.Event | None:
    """Read an event of a type of the standard; None with findings when it has an error."""
    before = reading.report.barring
    content = read_content(reading, element, element.tag)
    merge(content)
    if element.tag == "QuantityEvent":
        _from_quantity_event(reading, element, content)
    if element.tag in ("ObjectEvent", "TransformationEvent"):
        _drop_repeated(reading, element, content)
    is_whole = not reading.tolerant or has_essentials(element.tag, content.values)
    if reading.report.barring == before and is_whole:
        _check_what(reading, element, content)
        if reading.report.barring == before:
            event = _build(reading, element, content)
            rules.check_event(reading.report, event, lambda i: sensor_place(reading, element, i))
            check_identifiers(reading.report, identifiers_of(event), lambda: reading.place(element))
            return event
    return None


def has_essentials(kind: str, values: dict[str, Any]) -> bool:
    """Tell whether an event has what none can be without, taking the offset from its time."""
    time = values.get("eventTime")
    if time is not None and time.tzinfo is not None and not values.get("eventTimeZoneOffset"):
        values["eventTimeZoneOffset"] = scalars.offset_text(time)
    needed = ["eventTime", "eventTimeZoneOffset"]
    if kind in EVENT_TYPES and "action" in EVENT_TYPES[kind].__struct_fields__:
        needed.append("action")
    return all(values.get(name) is not None for name in needed)


def sensor_place(reading: XmlReading, element: Element, index: int) -> str:
    """Return the place of a sensor element; in version 1 it stands in wrappers."""
    found = list(element.iter("sensorElement"))
    return reading.place(found[index] if index < len(found) else element)


def _check_what(reading: XmlReading, element: Element, content: Content) -> None:
    """Check the rules that tie the fields together; the place is made only when one is broken."""
    values = content.values
    what = rules.What(
        action=values.get("action"),
        has_parent="parentID" in values,
        has_list="epcList" in values,
        has_sensor=bool(values.get("sensorElementList")),
        has_ilmd="ilmd" in values,
        has_objects=any(map(values.get, ("quantityList", "childEPCs", "childQuantityList"))),
        has_inputs=any(map(values.get, ("inputEPCList", "inputQuantityList"))),
        has_outputs=any(map(values.get, ("outputEPCList", "outputQuantityList"))),
        has_transformation_id="transformationID" in values,
    )
    kind = "ObjectEvent" if element.tag == "QuantityEvent" else element.tag
    trial = Report(8)
    rules.check_what(trial, kind, what, "")
    if trial.errors:
        rules.check_what(reading.report, kind, what, reading.place(element))


def _from_quantity_event(reading: XmlReading, element: Element, content: Content) -> None:
    """Turn a QuantityEvent into the ObjectEvent that the standard says it equals."""
    values = content.values
    epc_class, quantity = values.pop("epcClass", None), values.pop("quantity", None)
    if epc_class is not None:
        one = events.QuantityElement(epc_class=epc_class, quantity=quantity)
        values["quantityList"] = (one,)
    values["action"] = "OBSERVE"
    message = "The QuantityEvent is kept as an ObjectEvent with action OBSERVE."
    reading.add(codes.QUANTITY_EVENT, message, element)


def _drop_repeated(reading: XmlReading, element: Element, content: Content) -> None:
    for name in ("epcList", "inputEPCList", "outputEPCList"):
        listed = content.values.get(name)
        if listed and len(set(listed)) < len(listed):
            content.values[name] = tuple(dict.fromkeys(listed))
            dropped = len(listed) - len(content.values[name])
            message = f"{dropped} identifiers of {name} are listed twice; each is kept once."
            reading.add(codes.NOT_KEPT, message, element)


def _build(reading: XmlReading, element: Element, content: Content) -> events.Event:
    values = content.values
    fields = {FIELDS[name]: value for name, value in values.items() if name in FIELDS}
    if reading.tolerant:  # fields of another type of event have no place in this one
        known = EVENT_TYPES[element.tag].__struct_fields__
        fields = {name: value for name, value in fields.items() if name in known}
    offset = values["eventTimeZoneOffset"]
    fields["event_time"] = aware(reading, element, values["eventTime"], offset)
    if values.get("recordTime") is not None:
        fields["record_time"] = aware(reading, element, values["recordTime"], offset)
    if values.get("certificationInfo") is not None:
        more = content.extensions.pop(MORE_CERTIFICATES, ())
        more = more if isinstance(more, tuple) else (more,)
        fields["certification_info"] = (values["certificationInfo"], *more)
    declared = values.get("errorDeclaration")
    if declared is not None:
        fields["error_declaration"] = build_error(reading, element, declared, offset)
    return EVENT_TYPES[element.tag](
        **{name: value for name, value in fields.items() if value is not None},
        extensions=content.extensions,
    )


def build_error(
    reading: XmlReading, element: Element, declared: Dissolved, offset: str
) -> events.ErrorDeclaration:
    """Return an error declaration with its time made aware."""
    return events.ErrorDeclaration(
        declaration_time=aware(reading, element, declared.values["declarationTime"], offset),
        reason=declared.values.get("reason"),
        corrective_event_ids=declared.values.get("correctiveEventIDs", ()),
        extensions=declared.extensions,
    )


def aware(reading: XmlReading, element: Element, time: datetime, offset: str | None) -> datetime:
    """Return an aware time; one that does not say its offset is taken at the event's own."""
    if time.tzinfo is not None:
        return time
    assumed = offset or "+00:00"
    message = f"The time {time.isoformat()} has no offset; {assumed} was assumed."
    reading.add(codes.NO_OFFSET, message, element)
    return time.replace(tzinfo=scalars.offset_of(assumed))
