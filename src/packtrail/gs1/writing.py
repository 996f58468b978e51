r"""Writing elements, that is pairs of application identifier and value, in each notation.

    >>> pairs = [("01", "03000101234509"), ("10", "A(1)"), ("21", "11")]
    >>> bracketed(pairs)
    '(01)03000101234509(10)A\\(1)(21)11'
    >>> human_readable(pairs)
    '(01) 03000101234509 (10) A(1) (21) 11'
    >>> unbracketed(pairs)
    '010300010123450910A(1)\x1d2111'

Clause:
    GS1 General Specifications, sections 4.15 and 7.8.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.gs1.application_identifiers import SELF_DELIMITING_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

SEPARATOR: Final = "\x1d"
"""What a scanner transmits for the FNC1 character between values."""


def bracketed(pairs: Iterable[tuple[str, str]]) -> str:
    r"""Write `(AI)value`; a bracket that belongs to a value is written `\(`."""
    return "".join(f"({ai}){value.replace('(', chr(92) + '(')}" for ai, value in pairs)


def human_readable(pairs: Iterable[tuple[str, str]]) -> str:
    """Write the text that is printed beside a symbol."""
    return " ".join(f"({ai}) {value}" for ai, value in pairs)


def unbracketed(pairs: Iterable[tuple[str, str]]) -> str:
    """Write what a scanner transmits after the symbology identifier."""
    parts = []
    pending = ""
    for ai, value in pairs:
        parts.append(f"{pending}{ai}{value}")
        pending = "" if ai[:2] in SELF_DELIMITING_PREFIXES else SEPARATOR
    return "".join(parts)


def write_element_string(pairs: Iterable[tuple[str, str]], *, brackets: bool = True) -> str:
    """Write pairs that were checked before, with brackets or as a scanner transmits them."""
    return bracketed(pairs) if brackets else unbracketed(pairs)
