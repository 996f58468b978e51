"""Symbology identifiers: what scanners send in front of the data, to say which symbol they read.

    >>> read_identifier("]d20103000101234509")
    SymbologyIdentifier(text=']d2', symbology='Data Matrix', modifiers='2')
    >>> read_identifier("]d20103000101234509").carrier
    'GS1 DataMatrix'

Clause:
    ISO/IEC 15424; GS1 General Specifications, section 5.1.2.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

SYMBOLOGIES: Final = {
    "A": "Code 39",
    "B": "Telepen",
    "C": "Code 128",
    "D": "Code One",
    "E": "EAN/UPC",
    "F": "Codabar",
    "G": "Code 93",
    "H": "Code 11",
    "I": "Interleaved 2 of 5",
    "J": "DotCode",
    "K": "Code 16K",
    "L": "PDF417",
    "M": "MSI",
    "N": "Anker",
    "O": "Codablock",
    "P": "Plessey",
    "Q": "QR Code",
    "R": "Straight 2 of 5, two bars at the ends",
    "S": "Straight 2 of 5, three bars at the ends",
    "T": "Code 49",
    "U": "MaxiCode",
    "X": "other barcode",
    "Y": "system expansion",
    "Z": "no barcode",
    "c": "Channel Code",
    "d": "Data Matrix",
    "e": "GS1 DataBar or composite",
    "g": "Grid Matrix",
    "h": "Han Xin",
    "o": "OCR",
    "p": "PosiCode",
    "s": "SuperCode",
    "z": "Aztec",
}
"""Code character -> symbology."""

ELEMENT_CARRIERS: Final = {
    "]C1": "GS1-128",
    "]d2": "GS1 DataMatrix",
    "]e0": "GS1 DataBar or composite",
    "]e1": "GS1 composite, after a separator",
    "]e2": "GS1 composite, after an escape character",
    "]J1": "GS1 DotCode",
    "]Q3": "GS1 QR code",
}
"""Identifiers of symbols that hold an element string."""

NUMBER_CARRIERS: Final = {
    "]E0": ("EAN-13, UPC-A or UPC-E", 13),
    "]E3": ("EAN-13, UPC-A or UPC-E with add-on", 13),
    "]E4": ("EAN-8", 8),
    "]I1": ("ITF-14", 14),
}
"""Identifiers of symbols that hold the number of a trade item, and its digits as transmitted."""

_ADD_ONS: Final = {"]E1": "add-on of two digits", "]E2": "add-on of five digits"}
_IDENTIFIER = re.compile(r"\]([A-Za-z])([0-9A-F])")
_EXPANSION: Final = "Y"
"""The modifier of a system expansion says how many characters follow that still belong to it."""


class SymbologyIdentifier(NamedTuple):
    """What the first characters of a scan say of its symbol."""

    text: str
    symbology: str
    """Empty where the standard does not know the code character."""
    modifiers: str

    @property
    def carrier(self) -> str:
        """The name of the symbol in the GS1 system; empty where it is none of that system."""
        if self.text in NUMBER_CARRIERS:
            return NUMBER_CARRIERS[self.text][0]
        return ELEMENT_CARRIERS.get(self.text) or _ADD_ONS.get(self.text, "")


def read_identifier(text: str) -> SymbologyIdentifier | None:
    """Return the symbology identifier with which a text begins, or None."""
    match = _IDENTIFIER.match(text)
    if not match:
        return None
    code, modifier = match.groups()
    more = int(modifier) if code == _EXPANSION and modifier.isdigit() else 0
    whole = text[: match.end() + more]
    return SymbologyIdentifier(whole, SYMBOLOGIES.get(code, ""), whole[2:])
