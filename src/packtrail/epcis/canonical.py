"""Identifiers in the one form the event hash wants: canonical GS1 Digital Links.

EPC URNs come by the ten thousand and share all but their serial, so the part they share is
converted once.
"""

from __future__ import annotations

from functools import lru_cache

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.epcis.scalars import URI_CHARACTERS_MAX

_SERIALISED = ("urn:epc:id:sgtin:", "urn:epc:class:lgtin:")
_SERIAL_LENGTH_MAX = 20


def canonical(text: str) -> str:
    """Return the canonical Digital Link of an EPC URN, pattern or link; other text as it is.

    Clause:
        CBV 2.0, 8.9.2 (event hash); GS1 Digital Link URI syntax, canonical form.

    Examples:
        >>> canonical("urn:epc:id:sgtin:4012345.011111.9876")
        'https://id.gs1.org/01/04012345111118/21/9876'
    """
    if text.startswith(_SERIALISED) and len(text) <= URI_CHARACTERS_MAX:
        head, _, serial = text.rpartition(".")
        if serial.isalnum() and serial.isascii() and len(serial) <= _SERIAL_LENGTH_MAX:
            stem = _stem(head)
            return stem + serial if stem else text
    if len(text) > URI_CHARACTERS_MAX:
        return text
    if text.startswith(("urn:epc:", "http://", "https://", "HTTP://", "HTTPS://")):
        return _convert(text)
    return text


def same_form(place: str | None) -> str | None:
    """Return a place in the form in which one compares it: the same in whichever notation.

    Examples:
        >>> same_form("urn:epc:id:sgln:0300010.00001.0")
        'https://id.gs1.org/414/0300010000015'
    """
    return canonical(place) if place else None


@lru_cache(maxsize=4096)
def _stem(head: str) -> str:
    """Return the Digital Link of a class up to the serial; '' when the URN is malformed."""
    link = _convert(f"{head}.1")
    return link[:-1] if link.startswith("https:") else ""


@lru_cache(maxsize=65536)
def _convert(text: str) -> str:
    try:
        if text.startswith("urn:"):
            return gs1.parse_epc_uri(text).digital_link()
        return gs1.parse_digital_link(text, legacy=True).digital_link()
    except RefusedError:
        return text
