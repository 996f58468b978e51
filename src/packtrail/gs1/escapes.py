"""Percent-encoding, which EPC URIs and Digital Links do differently.

An EPC URI escapes the few characters that would break it; a Digital Link escapes everything that
is not unreserved in RFC 3986. Values are always compared and stored decoded.

    >>> escape_urn("32a/b(1)"), escape_link("32a/b(1)")
    ('32a%2Fb(1)', '32a%2Fb%281%29')

Clause:
    GS1 EPC Tag Data Standard, table A-1; RFC 3986, section 2.
"""

from __future__ import annotations

import re
from typing import Final

URN_RESERVED: Final = frozenset('"%&/<>?#')
"""Characters that an EPC URI must not have as they are."""

_URN = str.maketrans({character: f"%{ord(character):02X}" for character in URN_RESERVED})
_NOT_UNRESERVED = re.compile(r"[^A-Za-z0-9\-._~]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


def escape_urn(text: str) -> str:
    """Escape a value for an EPC URI."""
    return text.translate(_URN)


def escape_link(text: str) -> str:
    """Escape a value for the path or query of a Digital Link."""
    return _NOT_UNRESERVED.sub(lambda match: f"%{ord(match[0]):02X}", text)


def unescape(text: str) -> str:
    """Decode every escape; a percent sign that starts none stays."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "%" in text else text


def broken_escape(text: str) -> int | None:
    """Return where a percent sign stands that starts no escape, or None."""
    match = _BROKEN.search(text)
    return match.start() if match else None
