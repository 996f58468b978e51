"""What a document loses, or carries in an odd place, when it is written in another notation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from packtrail.base.errors import UsageError
from packtrail.epcis import codes, events
from packtrail.epcis.context import split_name
from packtrail.epcis.xml_writer import local_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.epcis.events import EpcisDocument, Event

Target: TypeAlias = Literal["json", "xml-1.2", "xml-2.0"]
TARGETS: tuple[Target, ...] = ("json", "xml-1.2", "xml-2.0")
"""Notations a document can be written in."""
_USUAL_HEADER = {
    "HeaderVersion": "1.0",
    "Standard": "EPCglobal",
    "TypeVersion": "1.0",
    "Type": "Events",
}


def lost_in(document: EpcisDocument, target: Target) -> tuple[Finding, ...]:
    """Return what a notation cannot hold of a document, and what it holds in an odd place.

    Args:
        document: The document.
        target: One of `TARGETS`.

    Returns:
        Warnings (`EPC-601`) for what is lost, notes (`EPC-602`) for what is carried where older
        systems may not look.

    Raises:
        UsageError: There is no such notation.
    """
    if target not in TARGETS:
        raise UsageError(f"A document can be written as {', '.join(TARGETS)}, not as {target!r}.")
    found = list(_LOSSES[target](document))
    if target != "json":
        for i, event in enumerate(document.events):
            found.extend(_event_in_xml(event, target, f"event {i + 1}"))
    return tuple(found)


def _head_in_json(document: EpcisDocument) -> Iterator[Finding]:
    for role in ("sender", "receiver"):
        party = getattr(document, role)
        if party is not None and party.authority:
            yield codes.LOST.found(
                f"JSON has no place for the authority {party.authority!r} of the {role}.",
                at="header",
            )
        if party is not None and document.is_query_document:
            yield codes.LOST.found(
                f"A query document in JSON has no place for the {role}.", at="header"
            )
    said = document.business_header.items()
    odd = [name for name, value in said if _USUAL_HEADER.get(name, value) != value]
    if odd:
        yield codes.LOST.found(
            f"JSON has no place for {', '.join(odd)} of the business document header.", at="header"
        )
    if document.instance_identifier and document.is_query_document:
        yield codes.LOST.found(
            "A query document in JSON has no place for the instance identifier.", at="header"
        )


def _head_in_xml(document: EpcisDocument) -> Iterator[Finding]:
    if document.id:
        message = f"XML has no place for the identifier {document.id!r} of the document."
        yield codes.LOST.found(message, at="header")
    for message in _renamed(document.extensions):
        yield codes.LOST.found(message, at="header")


_LOSSES: dict[str, Callable[[EpcisDocument], Iterator[Finding]]] = {
    "json": _head_in_json,
    "xml-1.2": _head_in_xml,
    "xml-2.0": _head_in_xml,
}


def _event_in_xml(event: Event, target: str, at: str) -> Iterator[Finding]:
    sensed = [one for each in event.sensor_elements for one in (each.metadata, *each.reports)]
    open_fields = _open_fields(event)
    for message in (
        *_flattened(open_fields),
        *_renamed((open_fields, sensed)),
        *_in_attributes(sensed),
    ):
        yield codes.LOST.found(message, at=at)
    if len(event.certification_info) > 1:
        message = "XML holds one certification; the others are carried in an extension."
        yield codes.CARRIED.found(message, at=at)
    if target == "xml-1.2":
        yield from _event_in_1_2(event, at)


def _event_in_1_2(event: Event, at: str) -> Iterator[Finding]:
    if isinstance(event, events.ExtensionEvent) and split_name(event.type)[0]:
        message = f"EPCIS 1.2 has no place for the namespace of the event type {event.type}."
        yield codes.LOST.found(message, at=at)
    if isinstance(event, events.AssociationEvent):
        message = "EPCIS 1.2 has no AssociationEvent; it is carried as one of a later version."
        yield codes.CARRIED.found(message, at=at)
    later = [
        name
        for name, value in (
            ("sensor data", event.sensor_elements),
            ("persistent disposition", event.persistent_disposition),
            ("certification", event.certification_info),
        )
        if value
    ]
    if later:
        message = (
            f"EPCIS 1.2 has no {' and no '.join(later)}; carried as elements of a later version."
        )
        yield codes.CARRIED.found(message, at=at)


def _flattened(mappings: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Find lists in lists, which XML cannot tell from one long list, and lists of nothing."""
    for fields in mappings:
        for name, value in fields.items():
            if _has_nested_list(value):
                yield f"XML has no lists of lists, no empty ones and no null, as {name} has."
            if _has_parted_attribute(value):
                yield f"An attribute of XML is one text; {name} has one with parts, left out."


def _in_attributes(sensed: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Find what the attributes of sensor data cannot hold."""
    for fields in sensed:
        if len(fields.get("hexBinaryValue", "")) % 2:
            yield "XML wants pairs of hex digits; a hexBinaryValue has an odd number."
        for name, value in fields.items():
            if isinstance(value, tuple | list | dict):
                yield f"Sensor data of XML has attributes only; {name} is written there as JSON."


def _open_fields(event: Event) -> list[Mapping[str, Any]]:
    """Return what of an event has names of the sender's choice, but for sensor data."""
    places = (event.read_point, event.biz_location, event.error_declaration)
    return [
        event.extensions,
        getattr(event, "ilmd", {}),
        *(place.extensions for place in places if place is not None),
        *(one.extensions for one in event.sensor_elements),
    ]


def _renamed(value: Any) -> Iterator[str]:
    """Find names that XML does not allow."""
    if isinstance(value, tuple | list):
        for one in value:
            yield from _renamed(one)
    elif isinstance(value, dict):
        for name, inner in value.items():
            local = split_name(name.removeprefix("@"))[1]
            if name != "#text" and local_name(local) != local:
                yield f"XML allows no element {local!r}; it is written {local_name(local)!r}."
            yield from _renamed(inner)


def _has_nested_list(value: Any, *, is_inside: bool = False) -> bool:
    if value is None:
        return True
    if isinstance(value, tuple | list):
        return is_inside or not value or any(_has_nested_list(one, is_inside=True) for one in value)
    if isinstance(value, dict):
        return any(map(_has_nested_list, value.values()))
    return False


def _has_parted_attribute(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(map(_has_parted_attribute, value))
    if not isinstance(value, dict):
        return False
    return any(
        isinstance(one, tuple | list | dict) if name.startswith("@") else _has_parted_attribute(one)
        for name, one in value.items()
    )
