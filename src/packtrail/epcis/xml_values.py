"""Readers of single XML values: attributes and elements that hold a text of some type."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lxml import etree

from packtrail.epcis import cbv, codes, scalars
from packtrail.epcis.report import shown
from packtrail.epcis.scalars import XML_SPACE
from packtrail.epcis.xml_checks import XSI, Element, XmlReading, check_text, local
from packtrail.epcis.xml_models import Model

if TYPE_CHECKING:
    from collections.abc import Callable

_UOM = re.compile(r"[A-Z0-9]{2,3}")
_HAS_ODD_CHILD = etree.XPath("boolean(*[* or @*])")
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_NO_ATTRIBUTES = Model()
_URI_CHARACTERS = 1_000
"""Characters of a URI that are never too many, however they are escaped."""


def attributes_of(element: Element) -> list[tuple[str, str]]:
    """Return (name, value) of the attributes; the stubs of lxml allow bytes, libxml2 does not."""
    return element.items()  # type: ignore[return-value]


def read_attributes(reading: XmlReading, element: Element, model: Model) -> dict[str, Any]:
    """Return the attributes of the standard, converted; check that there are no others."""
    found: dict[str, Any] = {}
    for name, value in attributes_of(element):
        known = model.attributes.get(name)
        if known is not None:
            found[name] = ATTRIBUTE_TYPES[known[0]](reading, element, name, value)
        elif name.startswith(f"{{{XSI}}}"):
            check_instance_attribute(reading, element, name, value)
        elif not model.any_attribute:
            message = f"The attribute {name} is not known here."
            reading.add(codes.STRAY, message, element, local(name))
        else:
            message = f"The attribute {name} has no meaning here and is not kept."
            reading.add(codes.NOT_KEPT, message, element, local(name))
    for name, (_, required) in model.attributes.items():
        if required and element.get(name) is None:
            message = f"The attribute {name} of {local(element.tag)} is missing."
            reading.add(codes.MISSING, message, element)
    return found


def check_instance_attribute(reading: XmlReading, element: Element, name: str, value: str) -> None:
    """Check xsi:type and xsi:nil on an element of the standard."""
    if name == f"{{{XSI}}}nil" and local(element.tag) != "quantity":
        message = "xsi:nil stands on an element that must have a value."
        reading.add(codes.STRAY, message, element, "xsi:nil")
    if name == f"{{{XSI}}}type":
        prefix = value.rpartition(":")[0]
        namespace = element.nsmap.get(prefix or None) or ""
        if not namespace.startswith("urn:epcglobal:"):
            message = f"xsi:type {shown(value)} is not the type of {local(element.tag)}."
            reading.add(codes.STRAY, message, element, "xsi:type")


def bare(reading: XmlReading, element: Element) -> str:
    """Return the text of an element that has no children and no attributes, without outer space."""
    if len(element):
        message = f"The element {local(element.tag)} holds elements; a text is expected."
        reading.add(codes.STRAY, message, element)
    if element.keys():
        read_attributes(reading, element, _NO_ATTRIBUTES)
    return text_of(reading, element).strip(XML_SPACE)


def text_of(reading: XmlReading, element: Element) -> str:
    """Return the text of an element as it is, unless it is too long."""
    text = element.text or ""
    if len(text) > reading.limits.text_characters:
        message = (
            f"The text has {len(text)} characters; the limit is {reading.limits.text_characters}."
        )
        reading.add(codes.LIMIT, message, element)
        return ""
    return text


def any_uri(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
    """Check an `xsd:anyURI`."""
    text = text.strip(XML_SPACE)
    if len(text) > _URI_CHARACTERS and len(scalars.to_uri(text)) > scalars.URI_CHARACTERS_MAX:
        message = f"The URI has more than {scalars.URI_CHARACTERS_MAX} characters when escaped."
        reading.add(codes.LIMIT, message, element, name)
        return None
    if scalars.is_any_uri(text):
        return text
    message = f"{shown(text)} is no URI."
    reading.add(codes.NOT_A_URI, message, element, name)
    return None


def date_time(reading: XmlReading, element: Element, name: str, text: str) -> Any:
    """Read an `xsd:dateTime`, of version 1 or a header: an offset may be missing."""
    text = text.strip(XML_SPACE)
    time = scalars.xsd_time(text)
    if time is None:
        message = f"{shown(text)} is no date-time such as 2026-03-31T14:05:00+02:00."
        reading.add(codes.NOT_A_TIME, message, element, name)
    return time


def stamp(reading: XmlReading, element: Element, name: str, text: str) -> Any:
    """Read a time of an event or sensor: version 2.0 wants an offset and a four-digit year."""
    if reading.version == 1:
        return date_time(reading, element, name, text)
    time = scalars.xsd_time(text) if scalars.has_stamp_form(text) else None
    if time is None:
        message = (
            f"{shown(text)} is no date-time with an offset, such as 2026-03-31T14:05:00+02:00."
        )
        reading.add(codes.NOT_A_TIME, message, element, name)
    return time


def _stamp_text(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
    return None if stamp(reading, element, name, text) is None else text.strip(XML_SPACE)


def _number(reading: XmlReading, element: Element, name: str, text: str) -> Decimal | None:
    text = text.strip(XML_SPACE)
    if not scalars.is_double(text):
        message = f"{shown(text)} is no number."
        reading.add(codes.NOT_A_VALUE, message, element, name)
        return None
    return _exact(reading, element, name, Decimal(text.replace("INF", "Infinity")))


def _exact(reading: XmlReading, element: Element, name: str, number: Decimal) -> Decimal | None:
    if scalars.is_exact(number):
        return number
    message = f"The number {shown(str(number))} cannot be kept exactly."
    reading.add(codes.OUT_OF_RANGE, message, element, name)
    return None


def decimal(reading: XmlReading, element: Element, name: str, text: str) -> Decimal | None:
    """Read an `xsd:decimal`."""
    number = scalars.xsd_decimal(text)
    if number is None:
        reading.add(codes.NOT_A_VALUE, f"{shown(text)} is no decimal number.", element, name)
        return None
    return _exact(reading, element, name, number)


def _version(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
    """Check an `xsd:decimal` that is a name rather than a number: its text is kept."""
    if scalars.xsd_decimal(text) is not None:
        return text.strip(XML_SPACE)
    reading.add(codes.NOT_A_VALUE, f"{shown(text)} is no version number.", element, name)
    return None


def _integer(reading: XmlReading, element: Element, name: str, text: str) -> Decimal | None:
    if not re.fullmatch(r"[+-]?[0-9]{1,30}", text.strip(XML_SPACE)):
        reading.add(codes.NOT_A_VALUE, f"{shown(text)} is no whole number.", element, name)
        return None
    return Decimal(text.strip(XML_SPACE))


def _int(reading: XmlReading, element: Element, name: str, text: str) -> Decimal | None:
    number = _integer(reading, element, name, text)
    if number is not None and not -(2**31) <= number < 2**31:
        reading.add(codes.NOT_A_VALUE, f"{shown(text)} is beyond 32 bits.", element, name)
        return None
    return number


def _boolean(reading: XmlReading, element: Element, name: str, text: str) -> bool | None:
    value = BOOLEANS.get(text.strip(XML_SPACE))
    if value is None:
        reading.add(codes.NOT_A_VALUE, f"{shown(text)} is neither true nor false.", element, name)
    return value


def _hex_binary(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
    if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", text.strip(XML_SPACE)):
        return text.strip(XML_SPACE)
    reading.add(codes.NOT_A_VALUE, f"{shown(text)} is not pairs of hex digits.", element, name)
    return None


def _string(_reading: XmlReading, _element: Element, _name: str, text: str) -> str:
    return text


def _offset(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
    text = text.strip(XML_SPACE)
    if scalars.is_offset(text):
        return text
    message = f"{shown(text)} is no offset from UTC between -14:00 and +14:00."
    reading.add(codes.PATTERN, message, element, name)
    return None


def _uom(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
    text = text.strip(XML_SPACE)
    if _UOM.fullmatch(text):
        return text
    message = f"{shown(text)} is not a unit code of 2 or 3 capital letters or digits."
    reading.add(codes.PATTERN, message, element, name)
    return None


def _action(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
    if text in ("ADD", "OBSERVE", "DELETE"):
        return text
    message = f"{shown(text)} is none of ADD, OBSERVE, DELETE."
    reading.add(codes.NOT_ALLOWED, message, element, name)
    return None


def term(kind: cbv.Kind) -> Callable[[XmlReading, Element, str, str], str | None]:
    """Return a reader of a vocabulary term in any spelling."""

    def read(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
        text = text.strip(XML_SPACE)
        if len(text) > scalars.URI_CHARACTERS_MAX:
            return any_uri(reading, element, name, text)
        word = cbv.normal(kind, text)
        if word in cbv.TERMS[kind]:
            return word
        if any_uri(reading, element, name, text) is None:
            return None
        _check_term(reading, element, name, word)
        return _full_uri(element, word)

    return read


def _check_term(reading: XmlReading, element: Element, name: str, word: str) -> None:
    if word.startswith((cbv.CBV, "urn:epcglobal:cbv:")):
        message = f"{shown(word)} looks like a term of the CBV, but the CBV has none such."
        reading.add(codes.UNKNOWN_TERM, message, element, name)


def _full_uri(element: Element, text: str) -> str:
    """Return the URI a CURIE stands for, where its prefix is declared."""
    prefix, colon, rest = text.partition(":")
    if not colon or rest.startswith("//") or prefix in ("urn", "http", "https"):
        return text
    namespace = element.nsmap.get(prefix)
    return text if namespace is None else namespace + rest


ATTRIBUTE_TYPES: dict[str, Callable[[XmlReading, Element, str, str], Any]] = {
    "uri": any_uri,
    "dateTime": date_time,
    "time": stamp,
    "timeText": _stamp_text,
    "decimal": decimal,
    "double": _number,
    "version": _version,
    "integer": _integer,
    "int": _int,
    "boolean": _boolean,
    "hexBinary": _hex_binary,
    "string": _string,
    "offset": _offset,
    "uom": _uom,
    "action": _action,
    "bizStep": term(cbv.Kind.BIZ_STEP),
    "disposition": term(cbv.Kind.DISPOSITION),
    "reason": term(cbv.Kind.ERROR_REASON),
    "bizTransactionType": term(cbv.Kind.BIZ_TRANSACTION_TYPE),
    "sourceDestType": term(cbv.Kind.SOURCE_DEST_TYPE),
    "measurementType": term(cbv.Kind.MEASUREMENT_TYPE),
    "sensorAlert": term(cbv.Kind.SENSOR_ALERT),
    "component": term(cbv.Kind.COMPONENT),
}
"""Type of an attribute or simple element -> its reader."""


def read_simple(reading: XmlReading, element: Element, kind: str) -> Any:
    """Read an element that holds a text of a type."""
    return ATTRIBUTE_TYPES[kind](reading, element, "", bare(reading, element))


def quantity(reading: XmlReading, element: Element) -> Decimal | None:
    """Read a quantity, which may be nil."""
    if BOOLEANS.get(element.get(f"{{{XSI}}}nil", ""), False):
        if element.text or len(element):
            reading.add(codes.STRAY, "The quantity is nil and has a value.", element)
        return None
    found: Decimal | None = read_simple(reading, element, "decimal")
    return found


def epcs(reading: XmlReading, element: Element) -> tuple[str, ...]:
    """Read a list of EPCs, however long, with as little work for each as can be."""
    texts = [child.text or "" for child in element.iterchildren("epc")]
    is_plain = (
        len(texts) == len(element)
        and not reading.has_mixed_content
        and not element.keys()
        and not _HAS_ODD_CHILD(element)
    )
    if is_plain and texts and scalars.are_uris(texts) and _are_short(texts):
        return tuple(texts)
    return _odd_epcs(reading, element)


def _are_short(texts: list[str]) -> bool:
    return max(map(len, texts)) <= scalars.URI_CHARACTERS_MAX


def _odd_epcs(reading: XmlReading, element: Element) -> tuple[str, ...]:
    """Read a list of EPCs one by one, and say what is wrong or strange about each."""
    read_attributes(reading, element, _NO_ATTRIBUTES)
    if reading.has_mixed_content or not len(element):
        check_text(reading, element)
    found = []
    for child in element:
        if child.tag != "epc":
            message = f"The element {child.tag} is not known here; expected: epc."
            reading.add(codes.UNKNOWN_NAME, message, child)
            continue
        text = bare(reading, child)
        if len(text) > _URI_CHARACTERS and any_uri(reading, child, "", text) is None:
            continue
        if not scalars.is_uri(text):
            message = f"{shown(text)} is no identifier: an EPC URI or Digital Link is expected."
            reading.add(codes.BAD_IDENTIFIER, message, child)
        if text:
            found.append(text)
    return tuple(found)
