"""Readers of single XML values, and the check of an element's children against its model."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lxml import etree

from packtrail.epcis import cbv, codes, events, scalars
from packtrail.epcis.context import namespace_of
from packtrail.epcis.report import Report, shown
from packtrail.epcis.scalars import XML_SPACE
from packtrail.epcis.xml_models import MODELS, Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packtrail.base.findings import FindingCode
    from packtrail.epcis.limits import Limits

    Element = etree._Element

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
_ORDERS_KEPT = 512
_UOM = re.compile(r"[A-Z0-9]{2,3}")
_HAS_STRAY_TEXT = etree.XPath("boolean(//*[*]/text()[normalize-space()])")
_HAS_ODD_CHILD = etree.XPath("boolean(*[* or @*])")


class XmlReading:
    """What every reader needs to know of the reading in progress."""

    __slots__ = (
        "_names",
        "_tree",
        "has_mixed_content",
        "limits",
        "models",
        "namespaces",
        "report",
        "target",
        "version",
    )

    def __init__(self, root: Element, version: int, report: Report, limits: Limits) -> None:
        self.report = report
        self.limits = limits
        self.version = version
        self.models = MODELS[version]
        self.target = f"urn:epcglobal:epcis:xsd:{version}"
        """Namespace of the schema: its elements are no extensions."""
        self._tree = root.getroottree()
        self.has_mixed_content = bool(_HAS_STRAY_TEXT(self._tree))
        """Some element has both text and children; where none has, none need be looked for."""
        self._names: dict[str, str] = {}
        self.namespaces: dict[str, str] = {}
        """Prefix -> namespace of extensions, as the document declared them."""
        for prefix, namespace in root.nsmap.items():
            self._declare(prefix, namespace)

    def add(self, code: FindingCode, message: str, element: Element, attribute: str = "") -> None:
        """Record a finding at an element or one of its attributes."""
        self.report.add(code, message, self.place(element, attribute))

    def place(self, element: Element, attribute: str = "") -> str:
        """Return the XPath and line of an element."""
        suffix = f"/@{attribute}" if attribute else ""
        return f"{self._tree.getpath(element)}{suffix} (line {element.sourceline})"

    def name(self, tag: str, prefix: str | None = None) -> str:
        """Return the expanded name of a tag, with one spelling for each namespace."""
        name = self._names.get(tag)
        if name is None:
            name = tag
            if tag.startswith("{"):
                namespace, _, rest = tag[1:].partition("}")
                name = rest
                if namespace != scalars.UNQUALIFIED:
                    name = f"{{{namespace_of(namespace)}}}{rest}"
                    self._declare(prefix, namespace)
            self._names[tag] = name
        return name

    def _declare(self, prefix: str | None, namespace: str) -> None:
        if prefix and not namespace.startswith(_PLUMBING):
            self.namespaces.setdefault(prefix, namespace_of(namespace))


_PLUMBING = (
    "urn:epcglobal:epcis",
    "urn:epcglobal:xsd:",
    "http://www.w3.org/2001/XMLSchema",
    "http://www.unece.org/cefact/",
    scalars.UNQUALIFIED,
)
"""Namespaces of EPCIS and of XML itself; a document written anew declares them on its own."""


def local(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]


# --- children against the model -------------------------------------------------------------------


def check_children(reading: XmlReading, element: Element, model: Model) -> None:
    """Check order, number and names of an element's children, and that no text stands between."""
    tags = tuple(child.tag for child in element)
    if tags not in model.orders:
        before = reading.report.errors
        _check_order(reading, element, model)
        if reading.report.errors == before and len(tags) < 64 and len(model.orders) < _ORDERS_KEPT:
            model.orders.add(tags)
    if reading.has_mixed_content or not tags:
        check_text(reading, element)


def check_text(reading: XmlReading, element: Element) -> None:
    """Check that no text stands between the children of an element."""
    texts = [element.text, *(child.tail for child in element)]
    stray = [text for text in texts if text and text.strip(XML_SPACE)]
    if stray:
        message = f"The text {shown(stray[0].strip())} stands where only elements may."
        reading.add(codes.STRAY, message, element)


def _check_order(reading: XmlReading, element: Element, model: Model) -> None:
    counts: dict[str, int] = {}
    furthest, furthest_name = -1, ""
    wild = 0
    for child in element:
        particle = model.particles.get(child.tag)
        if particle is None:
            if not _is_wild(child.tag, model, reading):
                _report_unknown(reading, child, model)
            wild += 1
            continue
        counts[child.tag] = counts.get(child.tag, 0) + 1
        if model.is_choice:
            continue
        if particle.index < furthest or wild:
            after = furthest_name if particle.index < furthest else "an extension"
            message = f"The element {local(child.tag)} stands after {after}; it must come before."
            reading.add(codes.ORDER, message, child)
        elif particle.most is not None and counts[child.tag] > particle.most:
            message = f"The element {local(child.tag)} stands here a second time; once is allowed."
            reading.add(codes.ORDER, message, child)
        if particle.index >= furthest:
            furthest, furthest_name = particle.index, local(child.tag)
    _check_counts(reading, element, model, counts, wild)


def _check_counts(
    reading: XmlReading, element: Element, model: Model, counts: dict[str, int], wild: int
) -> None:
    for tag, particle in model.particles.items():
        if particle.least and tag not in counts:
            message = f"The element {local(tag)} is missing in {local(element.tag)}."
            reading.add(codes.MISSING, message, element)
    if wild < model.wildcard_least:
        message = f"The element {local(element.tag)} is empty; an extension is expected in it."
        reading.add(codes.TOO_FEW, message, element)
    if model.is_one and sum(counts.values()) != 1:
        names = " or ".join(map(local, model.particles))
        message = (
            f"{local(element.tag)} holds {sum(counts.values())} elements; one {names} is expected."
        )
        reading.add(codes.MISSING if not counts else codes.ORDER, message, element)
    if "quantity" in model.particles and "uom" in counts and "quantity" not in counts:
        reading.add(codes.MISSING, "The element quantity is missing before uom.", element)


def _is_wild(tag: str, model: Model, reading: XmlReading) -> bool:
    if model.wildcard == "other":
        return tag.startswith("{") and not tag.startswith(f"{{{reading.target}}}")
    return model.wildcard == "local" and not tag.startswith("{")


def _report_unknown(reading: XmlReading, child: Element, model: Model) -> None:
    expected = ", ".join(map(local, model.particles)) or "nothing"
    allowed = " or an extension with a namespace of its own" if model.wildcard == "other" else ""
    message = f"The element {child.tag} is not known here; expected: {expected}{allowed}."
    reading.add(codes.UNKNOWN_NAME, message, child)


# --- attributes -----------------------------------------------------------------------------------


def read_attributes(reading: XmlReading, element: Element, model: Model) -> dict[str, Any]:
    """Return the attributes of the standard, converted; check that there are no others."""
    found: dict[str, Any] = {}
    for name, value in element.items():
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
    if element.items():
        read_attributes(reading, element, _NO_ATTRIBUTES)
    return text_of(reading, element).strip(XML_SPACE)


_NO_ATTRIBUTES = Model()


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


# --- types of texts -------------------------------------------------------------------------------


def any_uri(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
    """Check an `xsd:anyURI`."""
    text = text.strip(XML_SPACE)
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


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _boolean(reading: XmlReading, element: Element, name: str, text: str) -> bool | None:
    value = _BOOLEANS.get(text.strip(XML_SPACE))
    if value is None:
        reading.add(codes.NOT_A_VALUE, f"{shown(text)} is neither true nor false.", element, name)
    return value


def _hex_binary(reading: XmlReading, element: Element, name: str, text: str) -> str | None:
    if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", text.strip(XML_SPACE)):
        return text.strip(XML_SPACE)
    reading.add(codes.NOT_A_VALUE, f"{shown(text)} is not pairs of hex digits.", element, name)
    return None


def _string(_: XmlReading, element: Element, name: str, text: str) -> str:
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
    if _BOOLEANS.get(element.get(f"{{{XSI}}}nil", ""), False):
        if element.text or len(element):
            reading.add(codes.STRAY, "The quantity is nil and has a value.", element)
        return None
    found: Decimal | None = read_simple(reading, element, "decimal")
    return found


def epcs(reading: XmlReading, element: Element) -> tuple[str, ...]:
    """Read a list of EPCs, however long, with as little work for each as can be."""
    texts = [child.text for child in element.iterchildren("epc")]
    if texts and len(texts) == len(element) and None not in texts and not _HAS_ODD_CHILD(element):
        if not element.items() and not reading.has_mixed_content and scalars.are_uris(texts):  # type: ignore[arg-type]
            return tuple(texts)  # type: ignore[arg-type]
    return _odd_epcs(reading, element)


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
        if not scalars.is_uri(text):
            message = f"{shown(text)} is no identifier: an EPC URI or Digital Link is expected."
            reading.add(codes.BAD_IDENTIFIER, message, child)
        if text:
            found.append(text)
    return tuple(found)


# --- extensions -----------------------------------------------------------------------------------

_BUILT_IN: dict[str, Callable[[str], bool]] = {
    "string": lambda _: True,
    "anyURI": scalars.is_any_uri,
    "boolean": lambda text: text.strip(XML_SPACE) in _BOOLEANS,
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
_XSD_TYPES = frozenset(
    "ENTITIES ENTITY ID IDREF IDREFS NCName NMTOKEN NMTOKENS NOTATION Name QName anySimpleType "
    "anyType anyURI base64Binary boolean byte date dateTime decimal double duration float gDay "
    "gMonth gMonthDay gYear gYearMonth hexBinary int integer language long negativeInteger "
    "nonNegativeInteger nonPositiveInteger normalizedString positiveInteger short string time "
    "token unsignedByte unsignedInt unsignedLong unsignedShort".split()  # noqa: SIM905
)
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
    for name, value in element.items():
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
        others = [key for key in element.keys() if not key.startswith(f"{{{XSI}}}")]
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
