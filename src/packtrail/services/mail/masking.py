"""Masking: numbers that name one pack or one container are not for mail.

Whoever reads them there could print them. What a product or a lot is called stays.

    >>> masked("Pack (01)00300010123455(21)7K2M9Q4T1X is a double of lot A1")
    'Pack (01)00300010123455(21)… is a double of lot A1'
"""

from __future__ import annotations

import re
from typing import Final

MARK: Final = "\N{HORIZONTAL ELLIPSIS}"
_PATTERNS: Final = (
    # Element strings with brackets: serial number (21), logistic unit (00), assets (8003), (8004).
    re.compile(r"(\((?:21|00|8003|8004|8017|8018)\)\s*)[^\s(]+"),
    # EPC URIs of one object, after the prefix of its class.
    re.compile(r"(urn:epc:id:(?:sgtin|sgcn|itip|cpi|grai|giai):[\w%-]+(?:\.[\w%-]+)*\.)[^\s.]+"),
    re.compile(r"(urn:epc:id:sscc:\d+\.)\d+"),
    # Digital Links.
    re.compile(r"(/(?:21|00|8003|8004)/)[^\s/?#]+"),
    # Scanned element strings, which keep their separator.
    re.compile("(\x1d(?:21|00))[^\\s\x1d]+"),
    # A logistic unit is always 18 digits.
    re.compile(r"(?<!\d)(\d{4})\d{14}(?!\d)"),
    # What people write themselves.
    re.compile(r"(?i)(\b(?:serial(?: number| no\.?)?|sn|s/n)\s*[:#=]?\s+)(?=\S*\d)[\w./+-]{4,}"),
)


def masked(text: str) -> str:
    """Return a text with numbers of single packs and containers taken out."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MARK}", text)
    return text
