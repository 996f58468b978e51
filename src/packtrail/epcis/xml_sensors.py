"""Sensor metadata and reports from XML 2.0, where every field is an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail.epcis import codes
from packtrail.epcis import xml_checks as xc
from packtrail.epcis import xml_values as xv
from packtrail.epcis.report import shown
from packtrail.epcis.scalars import XML_SPACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from packtrail.epcis.xml_checks import Element, XmlReading

_METADATA = {
    "time": "timeText",
    "startTime": "timeText",
    "endTime": "timeText",
    **dict.fromkeys(
        ("deviceID", "deviceMetadata", "rawData", "bizRules", "dataProcessingMethod"), "uri"
    ),
}
_REPORT = {
    "type": "measurementType",
    "exception": "sensorAlert",
    "component": "component",
    "time": "timeText",
    "stringValue": "string",
    "booleanValue": "boolean",
    "hexBinaryValue": "hexBinary",
    "uom": "string",
    **dict.fromkeys(
        ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), "double"
    ),
    **dict.fromkeys(
        (
            "uriValue",
            "chemicalSubstance",
            "microorganism",
            "deviceID",
            "deviceMetadata",
            "rawData",
            "dataProcessingMethod",
            "bizRules",
            "coordinateReferenceSystem",
        ),
        "uri",
    ),
}


def _sensed(types: dict[str, str]) -> Callable[[XmlReading, Element], dict[str, Any]]:
    def read(reading: XmlReading, element: Element) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, text in xv.attributes_of(element):
            if name in types:
                value = xv.ATTRIBUTE_TYPES[types[name]](reading, element, name, text)
                if value is not None and (value != "" or name != "type"):
                    found[name] = value
            elif name.startswith(f"{{{xc.XSI}}}"):
                xv.check_instance_attribute(reading, element, name, text)
            else:
                found[reading.name(name)] = text
        if len(element):
            message = f"The element {element.tag} holds elements; attributes are expected."
            reading.add(codes.STRAY, message, element)
        elif (element.text or "").strip(XML_SPACE):
            message = f"The text {shown(element.text)} has no meaning here and is not kept."
            reading.add(codes.NOT_KEPT, message, element)
        return found

    return read


read_metadata = _sensed(_METADATA)
read_report = _sensed(_REPORT)
