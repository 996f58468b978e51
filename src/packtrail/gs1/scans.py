r"""Scans: what arrives when a symbol is read, whatever symbol it is and whatever it holds.

A symbology identifier, where the scanner sends one, says what must follow; without it a text can
mean several things, and all that are right are told, the likeliest first.

    >>> read_scan("]d2010300010123450921" + "11").key
    Key(type=<KeyType.SGTIN: 'sgtin'>, primary='03000101234509', serial='11', prefix_length=None)
    >>> [(each.content.value, each.pairs) for each in read_scan("]E402345673|]e099A").readings]
    [('trade item', (('01', '00000002345673'), ('99', 'A')))]
    >>> read_scan("]Q1Hello").readings[0].content.value
    'text'
    >>> [each.content.value for each in read_scan("12345670").readings]
    ['trade item', 'UPC-E']

Clause:
    GS1 General Specifications, sections 5.1 and 7.8; ISO/IEC 15424 and 15434.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.gs1 import codes
from packtrail.gs1.digital_links import check_link
from packtrail.gs1.element_strings import check_element_string
from packtrail.gs1.key_types import KeyType
from packtrail.gs1.keys import Key, check_key, key_of
from packtrail.gs1.notations import check_any
from packtrail.gs1.numbering import expand_upc_e
from packtrail.gs1.packs import is_ifa, read_pack
from packtrail.gs1.symbologies import (
    ELEMENT_CARRIERS,
    NUMBER_CARRIERS,
    SymbologyIdentifier,
    read_identifier,
)
from packtrail.gs1.trade_items import LENGTHS
from packtrail.gs1.values import span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.base.findings import Finding

_LIKE_IDENTIFIER = re.compile(r"\][A-Za-z]")
_SSCC_LENGTH = 18
_UPC_E_LENGTHS = (6, 7, 8)


class Content(StrEnum):
    """What a symbol holds."""

    ELEMENT_STRING = "element string"
    DIGITAL_LINK = "digital link"
    TRADE_ITEM = "trade item"
    """The number of a trade item alone, perhaps with a composite component."""
    UPC_E = "UPC-E"
    LOGISTIC_UNIT = "logistic unit"
    """The 18 digits of an SSCC alone."""
    IFA = "IFA"
    """A pack with a PPN, as in ISO/IEC 15434, format 06."""
    TEXT = "text"
    """Any text, in a symbol that says that it holds no GS1 data."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a scan can mean."""

    content: Content
    pairs: tuple[tuple[str, str], ...] = ()
    """Application identifier (data identifier of an IFA pack) and value."""
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan taken apart."""

    text: str
    """As it arrived."""
    identifier: SymbologyIdentifier | None
    data: str
    """Without the symbology identifier."""
    readings: tuple[Reading, ...]
    """All that is right, the likeliest first; none: the findings say why."""
    findings: tuple[Finding, ...]

    @property
    def key(self) -> Key | None:
        """What the likeliest reading is about."""
        return next((each.key for each in self.readings if each.key), None)


def read_scan(text: str) -> Scan:
    """Take a scan apart; never raises.

    Args:
        text: As it arrived, with a symbology identifier or without.
    """
    identifier = read_identifier(text)
    data = text[len(identifier.text) :] if identifier else text
    read = _announced(identifier) if identifier else _unannounced
    readings, findings = read(text, data)
    return Scan(text, identifier, data, tuple(readings), tuple(findings))


_Read = tuple[list[Reading], tuple["Finding", ...]]
_Reader = Callable[[str, str], _Read]
"""Reads a scan, whole and without its identifier."""


def _announced(identifier: SymbologyIdentifier) -> _Reader:
    """Return the reader for what a symbology identifier announces."""
    if identifier.text in ELEMENT_CARRIERS:
        return _read_elements
    if identifier.text in NUMBER_CARRIERS:
        return _read_number
    return _read_plain if identifier.symbology else _read_unknown


def _read_elements(text: str, data: str) -> _Read:
    if data[:4].lower() == "http":
        return _read_link(text, data)
    value, findings = check_element_string(text)
    if value is None:
        return [], findings
    return [Reading(Content.ELEMENT_STRING, value.pairs, value.key)], findings


def _read_number(text: str, _: str) -> _Read:
    value, findings = check_element_string(text)
    if value is None:
        return [], findings
    return [Reading(Content.TRADE_ITEM, value.pairs, value.key)], findings


def _read_link(_: str, data: str) -> _Read:
    link, findings = check_link(data, legacy=True)
    return [Reading(Content.DIGITAL_LINK, link.elements, link.key)] if link else [], findings


def _read_plain(_: str, data: str) -> _Read:
    """Read a symbol that is none of GS1: it may hold a Digital Link, or data it should announce."""
    if data[:4].lower() == "http" and (link := _read_link("", data)[0]):
        return [*link, Reading(Content.TEXT)], ()
    if is_ifa(data):
        return _read_ifa(data)
    elements = check_element_string(data)[0] if data else None
    if elements is None or elements.key is None:
        return [Reading(Content.TEXT)], ()
    finding = codes.PLAIN_SYMBOL.found(
        f"The text {data[:60]!r} is GS1 data, and the symbol does not say so.", at=span(0, 3)
    )
    return [Reading(Content.TEXT), _of_elements(elements.pairs)], (finding,)


def _of_elements(pairs: tuple[tuple[str, str], ...]) -> Reading:
    return Reading(Content.ELEMENT_STRING, pairs, key_of(dict(pairs)))


def _read_unknown(text: str, _: str) -> _Read:
    finding = codes.SYMBOLOGY.found(f"No symbology has the identifier {text[:3]!r}.", at=span(0, 3))
    return [], (finding,)


def _read_ifa(data: str) -> _Read:
    pack = read_pack(data)
    named = (("9N", pack.product_code), ("S", pack.serial), ("1T", pack.lot), ("D", pack.expires))
    pairs = tuple((name, value) for name, value in named if value)
    return [] if has_errors(pack.findings) else [Reading(Content.IFA, pairs)], pack.findings


def _unannounced(text: str, data: str) -> _Read:
    """Read a text that does not say what it is: everything it can be, numbers first."""
    bare = data.strip(" \t\r\n")
    if _LIKE_IDENTIFIER.match(text):
        return _read_unknown(text, data)
    if is_ifa(bare):
        return _read_ifa(bare)
    if bare[:4].lower() == "http":
        return _read_link(text, bare)
    readings = list(_numbers(bare))
    elements = check_element_string(bare)[0] if bare else None
    if elements is not None:
        readings.append(_of_elements(elements.pairs))
    return (readings, ()) if readings else ([], check_any(text)[1])


def _numbers(digits: str) -> Iterator[Reading]:
    """Yield what a bare number can be."""
    if not (digits.isascii() and digits.isdigit()):
        return
    if len(digits) in LENGTHS:
        yield from _number(Content.TRADE_ITEM, Key(KeyType.GTIN, digits.zfill(14)))
    if len(digits) in _UPC_E_LENGTHS:
        try:
            whole = expand_upc_e(digits)
        except RefusedError:
            return
        yield from _number(Content.UPC_E, Key(KeyType.GTIN, whole.zfill(14)))
    if len(digits) == _SSCC_LENGTH:
        yield from _number(Content.LOGISTIC_UNIT, Key(KeyType.SSCC, digits))


def _number(content: Content, key: Key) -> Iterator[Reading]:
    if not check_key(key):
        yield Reading(content, key.elements(), key)
