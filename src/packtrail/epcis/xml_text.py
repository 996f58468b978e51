"""Values as the text of XML 1.0: escaped, and in the forms that XML Schema allows.

>>> escaped("a < b"), quoted('"')
('a &lt; b', '&quot;')
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from packtrail.epcis.json_writer import time_text
from packtrail.epcis.scalars import is_uri, number_text, wrapped

_OFFSET_MAX = timedelta(hours=14)
_EMPTY_PORT = re.compile(r"[^/]*//[^/?#]*:(?:[/?#]|$)")
"""Which RFC 3986 allows in a URI, and libxml2 does not."""
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ESCAPED = re.compile(r"[&<>\r]")
_IN_ATTRIBUTES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
)


def escaped(text: str) -> str:
    """Return a text as it stands in an element."""
    return text.translate(_ESCAPES) if _ESCAPED.search(text) else text


def quoted(text: str) -> str:
    """Return a text as it stands in an attribute, between double quotes."""
    return text.translate(_IN_ATTRIBUTES)


def namespace_text(namespace: str) -> str:
    """Return a namespace as XML takes it; JSON-LD lets one be no URI."""
    is_fit = is_uri(namespace) and not _EMPTY_PORT.match(namespace)
    return quoted(namespace if is_fit else wrapped(namespace))


def plain_text(value: Any) -> str:
    """Return a simple extension value as text, not yet escaped."""
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def moment(time: datetime) -> str:
    """Return a time; XML has offsets of up to fourteen hours only, and JSON more."""
    offset = time.utcoffset()
    is_far = offset is not None and abs(offset) > _OFFSET_MAX
    return time_text(time.astimezone(UTC) if is_far else time)
