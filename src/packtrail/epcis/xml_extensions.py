"""Extension elements of XML: whatever a vendor put there, as values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from packtrail.epcis import codes, events, scalars
from packtrail.epcis.report import shown
from packtrail.epcis.scalars import XML_SPACE
from packtrail.epcis.xml_checks import XSI, local
from packtrail.epcis.xml_values import BOOLEANS, attributes_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packtrail.epcis.xml_checks import Element, XmlReading

XSD = "http://www.w3.org/2001/XMLSchema"

_BUILT_IN: dict[str, Callable[[str], bool]] = {
    "string": lambda _: True,
    "anyURI": scalars.is_any_uri,
    "boolean": lambda text: text.strip(XML_SPACE) in BOOLEANS,
    "decimal": lambda text: scalars.xsd_decimal(text) is not None,
    "double": scalars.is_double,
    "float": scalars.is_double,
    # Outer space is refused here as libxml2 does, the validator that partners use.
    "dateTime": lambda text: text == text.strip() and scalars.xsd_time(text) is not None,
    **dict.fromkeys(
        ("integer", "int", "long", "short", "byte"),
        lambda text: re.fullmatch(r"[+-]?[0-9]+", text.strip(XML_SPACE)) is not None,
    ),
    "date": lambda text: (
        re.fullmatch(
            r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?", text.strip(XML_SPACE)
        )
        is not None
    ),
}
"""Types of XML Schema that extensions name with xsi:type, where we can tell."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_XSD_TYPES = _words("""
    ENTITIES ENTITY ID IDREF IDREFS NCName NMTOKEN NMTOKENS NOTATION Name QName anySimpleType
    anyType anyURI base64Binary boolean byte date dateTime decimal double duration float gDay gMonth
    gMonthDay gYear gYearMonth hexBinary int integer language long negativeInteger
    nonNegativeInteger nonPositiveInteger normalizedString positiveInteger short string time token
    unsignedByte unsignedInt unsignedLong unsignedShort""")
_QNAME = re.compile(r"(?:[^\W\d][\w.\-]*:)?[^\W\d][\w.\-]*")


def extension_value(reading: XmlReading, element: Element, depth: int = 0) -> Any:
    """Return the value of an extension element: text, or a mapping when it has parts."""
    if depth > reading.limits.depth:
        reading.add(
            codes.LIMIT, f"Elements are nested deeper than {reading.limits.depth}.", element
        )
        return None
    parts = _attribute_parts(reading, element)
    if not len(element) and not parts:
        return text_of(reading, element)
    text = text_of(reading, element) + "".join(child.tail or "" for child in element)
    if text.strip(XML_SPACE):
        parts["#text"] = text.strip(XML_SPACE)
    for child in element:
        value = extension_value(reading, child, depth + 1)
        events.add_value(parts, reading.name(child.tag, child.prefix), value)
    return parts


def _attribute_parts(reading: XmlReading, element: Element) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, value in attributes_of(element):
        if name == f"{{{XSI}}}type":
            _check_stated_type(reading, element, value)
        elif len(value) > reading.limits.text_characters:
            reading.add(
                codes.LIMIT, f"The attribute has {len(value)} characters.", element, local(name)
            )
        elif not name.startswith(f"{{{XSI}}}"):
            parts[f"@{reading.name(name)}"] = value
    return parts


def _check_stated_type(reading: XmlReading, element: Element, value: str) -> None:
    """Check an extension against the type its xsi:type names."""
    stated = value.strip(XML_SPACE)
    prefix, _, name = stated.rpartition(":")
    namespace = element.nsmap.get(prefix or None) if _QNAME.fullmatch(stated) else None
    if namespace is None or (namespace == XSD and name not in _XSD_TYPES):
        message = f"xsi:type {shown(value)} names no type: is its prefix declared?"
        reading.add(codes.NOT_A_VALUE, message, element, "xsi:type")
    elif namespace == XSD and name in _BUILT_IN:
        text = element.text or ""
        others = [key for key, _ in attributes_of(element) if not key.startswith(f"{{{XSI}}}")]
        if len(element) or others or not _BUILT_IN[name](text):
            message = f"{shown(text)} is not a plain value of xsi:type {value}."
            reading.add(codes.NOT_A_VALUE, message, element)


def extensions(reading: XmlReading, elements: Iterable[Element]) -> dict[str, Any]:
    """Return extension elements as a mapping of expanded name to value."""
    found: dict[str, Any] = {}
    for element in elements:
        value = extension_value(reading, element)
        events.add_value(found, reading.name(element.tag, element.prefix), value)
    return found
