"""A document while it is read, and the check of an element's children against its model."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from lxml import etree

from packtrail.epcis import codes, scalars
from packtrail.epcis.context import namespace_of
from packtrail.epcis.report import shown
from packtrail.epcis.scalars import XML_SPACE
from packtrail.epcis.xml_models import MODELS, TOLERANT_MODELS

if TYPE_CHECKING:
    from packtrail.base.findings import FindingCode
    from packtrail.epcis.limits import Limits
    from packtrail.epcis.report import Report
    from packtrail.epcis.xml_models import Model

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it

XSI = "http://www.w3.org/2001/XMLSchema-instance"
_ORDERS_KEPT = 512
_TAGS_LENGTH = 4_096
"""Characters of the tags of an order that is kept."""


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
        "tolerant",
        "version",
    )

    def __init__(self, root: Element, version: int, report: Report, limits: Limits) -> None:
        self.report = report
        self.limits = limits
        self.version = version
        self.tolerant = report.is_tolerant
        self.models = TOLERANT_MODELS[version] if self.tolerant else MODELS[version]
        self.target = f"urn:epcglobal:epcis:xsd:{version}"
        """Namespace of the schema: its elements are no extensions."""
        self._tree = root.getroottree()
        self.has_mixed_content = True
        """What is read may have text beside elements; where it has none, none is looked for."""
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
                    name = f"{{{namespace_of(scalars.from_uri(namespace))}}}{rest}"
                    self._declare(prefix, namespace)
            self._names[tag] = name
        return name

    def _declare(self, prefix: str | None, namespace: str) -> None:
        if prefix and not namespace.startswith(_PLUMBING):
            self.namespaces.setdefault(prefix, namespace_of(scalars.from_uri(namespace)))


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


def check_children(reading: XmlReading, element: Element, model: Model) -> list[Element]:
    """Check order, number and names of an element's children, and that no text stands between.

    Returns:
        The children, so that nobody need ask lxml for them again.
    """
    children = list(element)
    tags = tuple([child.tag for child in children])
    if tags not in model.orders:
        before = reading.report.errors
        _check_order(reading, element, model)
        is_short = len(tags) < 64 and len(model.orders) < _ORDERS_KEPT
        if reading.report.errors == before and is_short and sum(map(len, tags)) < _TAGS_LENGTH:
            model.orders.add(tags)
    if reading.has_mixed_content or not tags:
        check_text(reading, element)
    return children


def check_text(reading: XmlReading, element: Element) -> None:
    """Check that no text stands between the children of an element."""
    stray = stray_text(element)
    if stray:
        message = f"The text {shown(stray)} stands where only elements may."
        reading.add(codes.STRAY, message, element)


def stray_text(element: Element) -> str:
    """Return the first text between the children of an element; '' where there is none."""
    texts = (element.text, *(child.tail for child in element))
    return next((text.strip() for text in texts if text and text.strip(XML_SPACE)), "")


def _check_order(reading: XmlReading, element: Element, model: Model) -> None:
    counts: dict[str, int] = {}
    furthest, furthest_name = -1, ""
    wild = 0
    for child in element:
        particle = model.particles.get(child.tag)
        if particle is None:
            if _is_wild(child.tag, model, reading):
                wild += 1
            else:
                _report_unknown(reading, child, model)
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
