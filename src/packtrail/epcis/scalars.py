"""The lexical forms of the standard's values: URIs, times, numbers.

JSON and XML draw the lines in different places (RFC 3339 against `xsd:dateTime`, RFC 3986 URI
against `xsd:anyURI`), so both are here. Every expression runs in linear time: outside text comes
through.
"""

from __future__ import annotations

import calendar
import re
import string
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Sequence

UNQUALIFIED = "urn:packtrail:unqualified:"
"""Begins the URI of what has no namespace in XML, where JSON wants a URI."""
URI_CHARACTERS_MAX = 4_096
"""Longest identifier or term that is kept."""
_REMEMBERED = 256
"""Longest text of which the answer is remembered."""

_PATH = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]++|%[0-9A-Fa-f]{2})*+"
_TAIL = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]++|%[0-9A-Fa-f]{2})*+"
_USER = r"(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]++|%[0-9A-Fa-f]{2})*+@)?"
_HOST = r"(?:\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]++|%[0-9A-Fa-f]{2})*+)"
_AFTER_SCHEME = (
    rf"(?://{_USER}{_HOST}(?::[0-9]*+)?(?=[/?#]|\Z)|(?!//)){_PATH}(?:\?{_TAIL})?(?:#{_TAIL})?"
)
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*+:{_AFTER_SCHEME}")
_RELATIVE = re.compile(rf"(?![^/?#]*:){_AFTER_SCHEME}")
_PLAIN = b".:_*-" + string.ascii_letters.encode() + string.digits.encode()
_ALIKE = len("urn:epc:id:")
_NOT_IN_ANY_URI = re.compile(r"[\x00-\x20\x7f-\U0010ffff<>\"{}|\\^`]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_RFC3339 = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])[Tt]"
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_XSD_TIME = re.compile(
    r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T"
    r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
    r"(Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)
_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?INF|NaN")
XML_SPACE = " \t\r\n"
_DAY = timedelta(days=1)


def is_uri(text: str) -> bool:
    """Tell whether a text is an absolute URI (RFC 3986), as `format: uri` of JSON Schema is."""
    # What is remembered is short: outside text must not fill the memory.
    return _is_uri(text) if len(text) <= _REMEMBERED else _URI.fullmatch(text) is not None


@lru_cache(maxsize=65536)
def _is_uri(text: str) -> bool:
    return _URI.fullmatch(text) is not None


def are_uris(texts: Sequence[str]) -> bool:
    """Tell whether all texts are absolute URIs; one look at plain URNs, however many."""
    if len(texts) == 1:
        return is_uri(texts[0])
    return _are_plain_urns(texts) or all(map(_URI.fullmatch, texts))


def _are_plain_urns(texts: Sequence[str]) -> bool:
    """Tell whether texts are URNs without escapes that begin alike, as those of a list do."""
    beginning = texts[0][:_ALIKE] if texts else ""
    lines = "\n" + "\n".join(texts)
    return (
        beginning.startswith("urn:")
        and lines.count("\n" + beginning) == len(texts)
        and lines.isascii()
        and lines.encode().translate(None, _PLAIN) == b"\n" * len(texts)
    )


def are_kept_uris(texts: Sequence[str]) -> bool:
    """Tell whether all texts are absolute URIs that are short enough to be kept."""
    return are_uris(texts) and max(map(len, texts), default=0) <= URI_CHARACTERS_MAX


def is_any_uri(text: str) -> bool:
    """Tell whether a text is an `xsd:anyURI` for libxml2: a URI reference, after escaping."""
    return _is_any_uri(text) if len(text) <= _REMEMBERED else _is_any_uri.__wrapped__(text)


@lru_cache(maxsize=65536)
def _is_any_uri(text: str) -> bool:
    escaped = _NOT_IN_ANY_URI.sub("_", text.strip(XML_SPACE))
    return not escaped or bool(_URI.fullmatch(escaped) or _RELATIVE.fullmatch(escaped))


def to_uri(text: str) -> str:
    """Return a URI for any text: itself, or the text wrapped as an unqualified name."""
    return text if is_uri(text) else wrapped(text)


def wrapped(text: str) -> str:
    """Return the URI that stands for any text; `from_uri` gives the text back."""
    return UNQUALIFIED + quote(text, safe="")


def from_uri(uri: str) -> str:
    """Return the text that `wrapped` made a URI of; any other URI as it is."""
    return unquote(uri[len(UNQUALIFIED) :]) if uri.startswith(UNQUALIFIED) else uri


def has_control_characters(text: str) -> bool:
    """Tell whether a text holds characters that neither XML nor the store can carry."""
    return _CONTROL.search(text) is not None


def is_day(text: str) -> bool:
    """Tell whether the calendar has the day with which an RFC 3339 time begins; year 0 counts."""
    year, month, day = (int(part) for part in text[:10].split("-"))
    # A year of the same length that `calendar` knows: they repeat after 400 years.
    return day <= calendar.monthrange(year % 400 + 400, month)[1]


def is_rfc3339(text: str) -> bool:
    """Tell whether a text has the form of a date-time with an offset."""
    return _RFC3339.fullmatch(text) is not None


def rfc3339(text: str) -> datetime | None:
    """Return the time a text names; None when it is none, or one beyond years 1 to 9999."""
    return _in_range(text.upper()) if _RFC3339.fullmatch(text) else None


def _in_range(text: str, *, days_later: int = 0) -> datetime | None:
    """Return a time of ISO 8601; None for a day no calendar has, or a time UTC cannot tell."""
    try:
        time = datetime.fromisoformat(text) + days_later * _DAY
        if not MINYEAR < time.year < MAXYEAR:
            time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time


def xsd_time(text: str) -> datetime | None:
    """Return the time an `xsd:dateTime` names, naive without an offset; None when it is none."""
    text = text.strip(XML_SPACE)
    match = _XSD_TIME.fullmatch(text)
    if not match:
        return None
    if text[11:13] == "24":
        return _in_range(f"{text[:10]}T00:00:00{match[1] or ''}", days_later=1)
    return _in_range(text)


def has_stamp_form(text: str) -> bool:
    """Tell whether an `xsd:dateTime` has the form of EPCIS 2.0: four-digit year and offset."""
    text = text.strip(XML_SPACE)
    match = _XSD_TIME.fullmatch(text)
    return bool(match and match[1]) and text[4] == "-" and text[11:13] != "24"


def is_offset(text: str) -> bool:
    """Tell whether a text is an offset from UTC, -14:00 to +14:00."""
    return _OFFSET.fullmatch(text) is not None


def offset_of(text: str) -> timezone:
    """Return the time zone that an offset such as `-05:00` names."""
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def offset_text(time: datetime) -> str:
    """Return the offset of an aware time, such as `-05:00`."""
    text = time.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def xsd_decimal(text: str) -> Decimal | None:
    """Return the value of an `xsd:decimal`; None when it is none."""
    text = text.strip(XML_SPACE)
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def is_double(text: str) -> bool:
    """Tell whether a text is an `xsd:double`."""
    return _DOUBLE.fullmatch(text.strip(XML_SPACE)) is not None


def is_exact(number: Decimal) -> bool:
    """Tell whether a number is finite and small enough to be kept and written out in full."""
    if not number.is_finite():
        return False
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and -30 <= exponent <= 30 and len(digits) + exponent <= 30


def number_text(number: Decimal) -> str:
    """Return a number without exponent, trailing zeros, trailing point or leading plus."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
