"""Events the XML schema leaves open: those of vendors, and of versions to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail.base.findings import Severity
from packtrail.epcis import codes, events
from packtrail.epcis import xml_events as xe
from packtrail.epcis import xml_extensions as xx
from packtrail.epcis.report import Report, shown
from packtrail.epcis.xml_checks import stray_text

if TYPE_CHECKING:
    from packtrail.epcis.xml_checks import Element, XmlReading

_FAULTS_MAX = 50
_HARMLESS = frozenset({codes.ORDER.code, codes.UNKNOWN_NAME.code, codes.TOO_FEW.code})
"""Faults of an event, by the schema of 2.0, that lose none of its fields."""


def read_further_event(reading: XmlReading, element: Element) -> events.Event | None:
    """Read an event the schema knows nothing of: of a vendor, or of a version to come.

    Partners send AssociationEvent in XML 1.2 so, in the order and wrappers of either version; it is
    taken as what it is where all its fields are those of 2.0.
    """
    if element.tag == "AssociationEvent" and reading.version == 1:
        with xe.on_trial_as_2(reading, Report(_FAULTS_MAX, is_tolerant=True)) as trial:
            reading.version = 1  # a time may lack its offset, as in the rest of the document
            event = xe.read_event(reading, element)
        faults = {one.code for one in trial.all() if one.severity is Severity.ERROR}
        if event is not None and faults <= _HARMLESS:
            reading.report.take_mild(trial)
            return event
    return _read_extension_event(reading, element)


_OWN = {
    "eventTime": "time",
    "recordTime": "time",
    "eventTimeZoneOffset": "offset",
    "eventID": "uri",
    "certificationInfo": "uri",
    "errorDeclaration": "ErrorDeclaration",
}


def _read_extension_event(reading: XmlReading, element: Element) -> events.Event | None:
    before = reading.report.barring
    stray = stray_text(element)
    if stray:
        message = f"The text {shown(stray)} between the elements is not kept."
        reading.add(codes.NOT_KEPT, message, element)
    known: dict[str, Any] = {}
    others = []
    for child in element:
        if child.tag in known:
            message = f"The element {child.tag} stands here a second time and is not kept."
            reading.add(codes.NOT_KEPT, message, child)
        elif child.tag in _OWN:
            known[child.tag] = xe.read_element(reading, child, _OWN[child.tag])
        else:
            others.append(child)
    for name in ("eventTime", "eventTimeZoneOffset"):
        if name not in known:
            message = f"The extension event has no {name}; it cannot be kept."
            reading.add(codes.MISSING, message, element)
    extensions = xx.extensions(reading, others)
    if reading.report.barring > before or not xe.has_essentials("", known):
        return None
    offset = known["eventTimeZoneOffset"]
    declared = known.get("errorDeclaration")
    certificate = known.get("certificationInfo")
    recorded = known.get("recordTime")
    return events.ExtensionEvent(
        type=reading.name(element.tag, element.prefix),
        event_time=xe.aware(reading, element, known["eventTime"], offset),
        event_time_zone_offset=offset,
        record_time=xe.aware(reading, element, recorded, offset) if recorded else None,
        event_id=known.get("eventID"),
        certification_info=(certificate,) if certificate else (),
        error_declaration=xe.build_error(reading, element, declared, offset) if declared else None,
        extensions=extensions,
    )
