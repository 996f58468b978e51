"""Envelopes of SOAP 1.1: one element goes in, one comes out."""

from __future__ import annotations

from lxml import etree

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


class Invalid(Exception):
    """The request is no request of this interface; the text says why."""


def unwrapped(content: bytes) -> etree._Element:
    """Return the one element in the body of an envelope.

    Raises:
        Invalid: It is no such envelope.
    """
    try:
        root = etree.fromstring(content, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Invalid("it is no XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Invalid("it has a document type declaration")
    body = root.find(f"{{{ENVELOPE}}}Body") if root.tag == f"{{{ENVELOPE}}}Envelope" else None
    elements = [each for each in body if isinstance(each.tag, str)] if body is not None else []
    if len(elements) != 1:
        raise Invalid("it is no SOAP 1.1 envelope with one element in its body")
    return elements[0]


def enveloped(element: etree._Element) -> bytes:
    """Return an envelope around an element."""
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    etree.SubElement(root, f"{{{ENVELOPE}}}Body").append(element)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
