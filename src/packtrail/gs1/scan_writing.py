r"""What a scanner transmits for a symbol: the other way round from `packtrail.gs1.scans`.

    >>> write_scan(Carrier.DATA_MATRIX, "(01)03000101234509(10)L1(21)11")
    ']d2010300010123450910L1\x1d2111'
    >>> write_scan(Carrier.EAN_8, "02345673", composite="(99)A")
    ']E402345673|]e099A'
    >>> write_scan(Carrier.QR, "Hello")
    ']Q1Hello'

Clause:
    GS1 General Specifications, sections 5.1.2 and 5.11; ISO/IEC 15424.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.element_strings import parse_element_string
from packtrail.gs1.numbering import shorten_to_upc_e
from packtrail.gs1.trade_items import in_digits
from packtrail.gs1.writing import SEPARATOR, unbracketed


class Carrier(StrEnum):
    """Symbols of the GS1 system, and those that may hold its Digital Links."""

    EAN_13 = "EAN-13"
    EAN_8 = "EAN-8"
    UPC_A = "UPC-A"
    UPC_E = "UPC-E"
    ITF_14 = "ITF-14"
    GS1_128 = "GS1-128"
    DATABAR = "GS1 DataBar"
    DATABAR_LIMITED = "GS1 DataBar Limited"
    DATABAR_EXPANDED = "GS1 DataBar Expanded"
    DATA_MATRIX = "Data Matrix"
    QR = "QR Code"
    DOTCODE = "DotCode"


class _Way(NamedTuple):
    """How a symbol is transmitted."""

    elements: str = ""
    """Symbology identifier with which an element string goes; empty where it holds none."""
    text: str = ""
    """The one with which plain text goes."""
    digits: int = 0
    """Of a GTIN, where the symbol holds nothing else."""
    is_separate: bool = False
    """A composite component is transmitted on its own."""


_WAYS: Final = {
    Carrier.EAN_13: _Way("]E0", digits=13, is_separate=True),
    Carrier.EAN_8: _Way("]E4", digits=8, is_separate=True),
    Carrier.UPC_A: _Way("]E0", digits=12, is_separate=True),
    Carrier.UPC_E: _Way("]E0", digits=12, is_separate=True),
    Carrier.ITF_14: _Way("]I1", digits=14, is_separate=True),
    Carrier.GS1_128: _Way("]C1"),
    Carrier.DATABAR: _Way("]e0", digits=14),
    Carrier.DATABAR_LIMITED: _Way("]e0", digits=14),
    Carrier.DATABAR_EXPANDED: _Way("]e0"),
    Carrier.DATA_MATRIX: _Way("]d2", "]d1"),
    Carrier.QR: _Way("]Q3", "]Q1"),
    Carrier.DOTCODE: _Way("]J1", "]J0"),
}
_COMPOSITE: Final = "]e0"


def write_scan(carrier: Carrier, data: str, *, composite: str = "") -> str:
    """Return what a scanner transmits for a symbol.

    Args:
        carrier: The symbol.
        data: An element string, with brackets or with FNC1 (a separator) in front; a GTIN for a
            symbol that holds a GTIN only; or plain text, a Digital Link for instance.
        composite: The element string of a composite component.

    Raises:
        RefusedError: The data has defects; or `GS1-070`: the symbol cannot hold it.
    """
    way = _WAYS[carrier]
    if way.digits:
        number = _number(carrier, data, way.digits)
        main = f"01{number}" if way.elements == _COMPOSITE else number.zfill(_sent(way))
    elif data.startswith(("(", SEPARATOR)):
        main = _elements(data)
    elif way.text:
        return way.text + data
    else:
        raise RefusedError(codes.SYMBOL_CAPACITY.found(f"{carrier} holds no plain text."))
    if not composite:
        return way.elements + main
    if way.is_separate:
        return f"{way.elements}{main}|{_COMPOSITE}{_elements(composite)}"
    return _COMPOSITE + _elements(SEPARATOR + main + SEPARATOR + _elements(composite), again=True)


def _sent(way: _Way) -> int:
    """Return how many digits of a number are transmitted; a UPC-A gets a zero in front."""
    return 13 if way.elements == "]E0" else way.digits


def _elements(text: str, *, again: bool = False) -> str:
    """Return an element string as it is transmitted.

    Args:
        text: With brackets, or with FNC1 in front and then transmitted as it stands.
        again: Leave out the separators that are not needed.
    """
    value = parse_element_string(text, announced=True)
    is_written = text.startswith("(") or again
    return unbracketed(value.pairs) if is_written else text.removeprefix(SEPARATOR)


def _number(carrier: Carrier, data: str, digits: int) -> str:
    """Return the GTIN in a symbol that holds nothing else, with the digits it has there."""
    gtin = data
    if data.startswith(("(", SEPARATOR)):
        pairs = dict(parse_element_string(data).pairs)
        gtin = pairs.pop("01", "")
        if pairs or not gtin:
            message = f"{carrier} holds a GTIN, AI (01), and nothing else."
            raise RefusedError(codes.SYMBOL_CAPACITY.found(message))
    number = in_digits(gtin, digits)
    if carrier is Carrier.UPC_E and shorten_to_upc_e(number) is None:
        message = f"The GTIN-12 {number!r} has no form of eight digits, as {carrier} needs."
        raise RefusedError(codes.SYMBOL_CAPACITY.found(message))
    if carrier is Carrier.DATABAR_LIMITED and number[0] not in "01":
        message = f"{carrier} holds GTINs that begin with 0 or 1, not {number!r}."
        raise RefusedError(codes.SYMBOL_CAPACITY.found(message))
    return number
