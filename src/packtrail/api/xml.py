"""The few XML documents of the binding that are no event documents (namespace of EPCIS 2.0)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMESPACE = "urn:epcglobal:epcis:xsd:2"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(
    name: str,
    fields: Mapping[str, str | Iterable[Mapping[str, str]]],
    *,
    attributes: Mapping[str, str] | None = None,
) -> bytes:
    """Return a document of one element and its fields.

    Args:
        name: Local name of the root.
        fields: Name -> text; or for a list, name -> the fields of each entry.
        attributes: Of the root.
    """
    root = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={"epcis": NAMESPACE})
    for key, value in (attributes or {}).items():
        root.set(key, xml_text(value))
    for key, content in fields.items():
        if isinstance(content, str):
            etree.SubElement(root, key).text = xml_text(content)
            continue
        entries = etree.SubElement(root, key)
        for entry in content:
            one = etree.SubElement(entries, "error")
            for part, text in entry.items():
                etree.SubElement(one, part).text = xml_text(text)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def collection(members: Iterable[str]) -> bytes:
    """Return a collection of resources or values."""
    root = etree.Element(f"{{{NAMESPACE}}}Collection", nsmap={"epcis": NAMESPACE})
    for member in members:
        etree.SubElement(root, "member").text = xml_text(member)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def xml_text(text: str) -> str:
    """Return the text without what XML cannot carry."""
    return _NO_XML.sub("\ufffd", text)
