"""What tolerant reading of XML puts right before the reader sees it: names, never values.

Partners qualify elements the standard leaves unqualified, forget to declare a prefix, or send a
part of a document alone. Each such thing is a finding, and the name that was meant beyond doubt is
read.
"""

from __future__ import annotations

from packtrail.epcis import codes, xml_messages
from packtrail.epcis.xml_checks import Element, XmlReading, local
from packtrail.epcis.xml_models import EVENT_NAMES, SBDH

DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument", "EPCISMasterDataDocument")
_PARTS = (*DOCUMENTS, "QueryResults", "EventList", *EVENT_NAMES)
_SCHEMA = "{urn:epcglobal:epcis"
_BUSINESS_HEADER = "StandardBusinessDocumentHeader"


def find_root(root: Element) -> Element | None:
    """Return the document, or the part of one, that a text holds: the root or what is in it."""
    return next(
        (one for one in root.iter() if isinstance(one.tag, str) and _is_part(one.tag)), None
    )


def _is_part(tag: str) -> bool:
    is_of_epcis = not tag.startswith("{") or tag.startswith(_SCHEMA)
    return is_of_epcis and local(tag) in _PARTS


def version_of(root: Element) -> int:
    """Return the major version a root element states, in its namespace or attribute; else 1."""
    stated = root.get("schemaVersion") or local_namespace(root.tag)[-1:]
    return 2 if stated.startswith("2") else 1


def local_namespace(tag: str) -> str:
    """Return the namespace of a tag."""
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def mend_namespaces(reading: XmlReading, root: Element) -> None:
    """Give every element of the standard the name that its schema wants."""
    _qualify_business_header(reading, root)
    found: list[Element] = []
    for element in root.iter():
        is_qualified = element is not root and element.tag.startswith(_SCHEMA)
        is_message = local(element.tag) == "QueryResults" or xml_messages.kind(element.tag)
        if is_qualified and not is_message:
            found.append(element)
    if root.tag.startswith(_SCHEMA) and local(root.tag) in (*EVENT_NAMES, "EventList"):
        found.insert(0, root)
    if found:
        message = (
            f"{len(found)} elements of the standard, {found[0].tag} the first, stand in a "
            "namespace; they have none."
        )
        reading.add(codes.UNKNOWN_NAME, message, found[0])
    for element in found:
        element.tag = local(element.tag)


def _qualify_business_header(reading: XmlReading, root: Element) -> None:
    """Give a business document header its namespace, where it has another or none."""
    for header in root.iter(f"{{*}}{_BUSINESS_HEADER}"):
        if header.tag != f"{{{SBDH}}}{_BUSINESS_HEADER}":
            message = f"The element {header.tag} does not stand in the namespace {SBDH}."
            reading.add(codes.UNKNOWN_NAME, message, header)
            for element in header.iter():
                element.tag = f"{{{SBDH}}}{local(element.tag)}"
