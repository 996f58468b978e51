"""Parsing XML that may be hostile: no declarations, no entities, no network, no surprises.

The prolog is looked at before libxml2 sees the text, so that a DOCTYPE that declares anything is
refused in any encoding and nothing is ever expanded; sizes and counts are bounded before the tree
is built. A DOCTYPE of a bare name declares nothing; it and processing instructions are ignored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from packtrail.epcis import codes
from packtrail.epcis.context import STANDARD_PREFIXES
from packtrail.epcis.cut_off import whole_xml
from packtrail.epcis.report import shown
from packtrail.epcis.xml_models import SBDH

if TYPE_CHECKING:
    from packtrail.epcis.limits import Limits
    from packtrail.epcis.report import Report

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "latin1": "iso-8859-1",
    **{f"iso-8859-{part}": f"iso-8859-{part}" for part in (1, 2, 9, 15)},
    **{f"windows-{page}": f"windows-{page}" for page in (1250, 1251, 1252, 1254)},
}
"""Declared encoding -> codec: Unicode, and one byte a character. Anything else is refused, as odd
codecs hide odd characters."""

_DECLARATION = re.compile(
    rb"\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})[\"']"
)
_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_BARE_DOCTYPE = re.compile(rb"<!DOCTYPE\s+[^\s\[\]<>\"'&%;]{1,200}\s*>")
_UNDECLARED = etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE
KNOWN_PREFIXES = {
    **STANDARD_PREFIXES,
    "sbdh": SBDH,
    "gs1ushc": "http://epcis.gs1us.org/hc/ns",
    "epcis": "urn:epcglobal:epcis:xsd:1",
    "epcisq": "urn:epcglobal:epcis-query:xsd:1",
}
"""Prefixes of GS1 that mean one thing even where a document forgets to declare them."""
_INSTRUCTIONS = etree.XPath("//processing-instruction()")


def parse(content: bytes, report: Report, limits: Limits) -> etree._Element | None:
    """Return the root element of an XML text, or None with findings."""
    text = _as_utf8(content, report)
    if text is None:
        return None
    text = _without_bare_doctype(text, report)
    if not _is_harmless(text, report, limits):
        return None
    parser = _parser()
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        report.add(codes.SYNTAX, f"The XML cannot be read: {error.msg}.", f"/ (line {line})")
        found = _parse_broken(text, report) if report.is_tolerant else None
        if found is None:
            return None
        root = found
    if root.getroottree().docinfo.internalDTD is not None:
        report.add(codes.HOSTILE_XML, "The document has a DOCTYPE.", "/ (line 1)")
        return None
    if text.count(b"?") > 2 * text.startswith(b"<?xml "):
        _ignore_instructions(root, report)
    return root


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        collect_ids=False,
        recover=recover,
    )


def _parse_broken(text: bytes, report: Report) -> etree._Element | None:
    """Parse what can be of a text that is not well-formed."""
    root = _parse_undeclared(text)
    if root is not None:
        return root
    whole = whole_xml(text, lambda: _parser(recover=True))
    if whole is None:
        return None
    root, line = whole
    report.add(codes.CUT_OFF, "What follows the last whole event is not read.", f"/ (line {line})")
    return root


def _parse_undeclared(text: bytes) -> etree._Element | None:
    """Parse a text whose only fault is prefixes that are not declared."""
    parser = _parser(recover=True)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError:
        return None
    if root is None or any(one.type != _UNDECLARED for one in parser.error_log):
        return None
    for element in root.iter():
        if isinstance(element.tag, str) and ":" in element.tag and element.tag[0] != "{":
            prefix, _, name = element.tag.partition(":")
            element.tag = f"{{{KNOWN_PREFIXES.get(prefix, prefix + ':')}}}{name}"
    return root


def _ignore_instructions(root: etree._Element, report: Report) -> None:
    """Take processing instructions out of the tree; nothing is ever done because of one."""
    found: list[Any] = list(_INSTRUCTIONS(root.getroottree()))  # type: ignore[arg-type]
    if found:
        first = found[0]
        rest = f" and {len(found) - 1} more are" if len(found) > 1 else " is"
        message = f"The processing instruction {shown(first.target)}{rest} ignored."
        report.add(codes.IGNORED_XML, message, f"/ (line {first.sourceline or 1})")
        etree.strip_elements(root, etree.ProcessingInstruction, with_tail=False)


def _without_bare_doctype(text: bytes, report: Report) -> bytes:
    """Blank out a DOCTYPE that is nothing but a name: it declares nothing."""
    prolog = _PROLOG.match(text)
    found = _BARE_DOCTYPE.match(text, prolog.end() if prolog else 0)
    if found is None:
        return text
    line = text.count(b"\n", 0, found.start()) + 1
    message = f"{shown(found[0].decode('utf-8', 'replace'))} declares nothing and is ignored."
    report.add(codes.IGNORED_XML, message, f"/ (line {line})")
    blank = re.sub(rb"[^\n]", b" ", found[0])
    return text[: found.start()] + blank + text[found.end() :]


def _as_utf8(content: bytes, report: Report) -> bytes | None:
    """Return the text in UTF-8, from one of the encodings known here."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _transcode(content[len(mark) :], codec, report)
    if content[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
        return _transcode(content, "utf-16-le" if content[0] else "utf-16-be", report)
    match = _DECLARATION.match(content)
    declared = match[1].decode().lower() if match else "utf-8"
    codec = _ENCODINGS.get(declared, "")
    if not codec or codec == "utf-16":
        message = f"The encoding {declared!r} is not supported or is not the one used."
        report.add(codes.ENCODING, message, "/ (line 1)")
        if codec != "utf-16" or not report.is_tolerant:
            return None
        codec = "utf-8"  # written as a text that says UTF-16, and stored in bytes of UTF-8
    return _transcode(content, codec, report)


def _transcode(content: bytes, codec: str, report: Report) -> bytes | None:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        message = f"Byte {error.start} is not {codec}."
        report.add(codes.ENCODING, message, f"byte {error.start}")
        return None
    return content if codec == "utf-8" else text.encode()


def _is_harmless(text: bytes, report: Report, limits: Limits) -> bool:
    """Look at the prolog and at the counts, before any parser does."""
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    follows = text[start : start + 40]
    before = text.count(b"\n", 0, start)
    line = f"/ (line {before + 1})"
    if follows.startswith(b"<!"):
        found = follows.split(b">")[0].decode("utf-8", "replace")
        message = f"The document begins with {shown(found)}; only the root element may stand there."
        report.add(codes.HOSTILE_XML, message, line)
        return False
    nodes = len(text) // 2
    if nodes > limits.nodes:  # no use to count them in a short text
        nodes = text.count(b"<") // 2 + text.count(b"=") // 2
    if nodes > limits.nodes:
        message = (
            f"The document has about {nodes} elements and attributes; the limit is {limits.nodes}."
        )
        report.add(codes.LIMIT, message, line)
        return False
    return True
