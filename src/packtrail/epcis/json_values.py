"""Readers of single JSON values: each checks as the GS1 JSON Schema does, and converts.

A reader takes the reading in progress, the value, the pointer of the object it sits in and its
member name. It returns the converted value; what is wrong becomes a finding, and the value is left
out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from packtrail.epcis import cbv, codes, scalars
from packtrail.epcis.report import Report, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from packtrail.epcis.context import Prefixes
    from packtrail.epcis.limits import Limits


class JsonReading:
    """What every reader needs to know of the reading in progress."""

    __slots__ = ("limits", "prefixes", "report", "tolerant")

    def __init__(self, report: Report, prefixes: Prefixes, limits: Limits) -> None:
        self.report = report
        self.tolerant = report.is_tolerant
        self.prefixes = prefixes
        self.limits = limits


class ValueReader(Protocol):
    """Reads one JSON value."""

    def __call__(self, reading: JsonReading, value: Any, at: str, name: str) -> Any:
        """Return the converted value, or None with a finding."""


_TYPE_NAMES = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "true or false",
    int: "a number",
    Decimal: "a number",
    float: "a number",
    type(None): "null",
}


def pointer(at: str, name: str) -> str:
    """Return the JSON pointer (RFC 6901) of a member."""
    if "~" in name or "/" in name:
        name = name.replace("~", "~0").replace("/", "~1")
    return f"{at}/{name}"


def listed(reading: JsonReading, value: Any, at: str) -> list[Any]:
    """Return an array, with a finding if it is none; tolerantly, one value is a list of one."""
    if is_type(reading, value, list, at):
        found: list[Any] = value
        return found
    return [value] if reading.tolerant and isinstance(value, str | dict) else []


def is_type(reading: JsonReading, value: Any, kind: type, at: str) -> bool:
    """Tell whether a value has a JSON type, with a finding if not; `at` is its own pointer."""
    if isinstance(value, kind):
        return True
    message = f"{shown(value)} is {_TYPE_NAMES[type(value)]} where {_TYPE_NAMES[kind]} is expected."
    reading.report.add(codes.WRONG_TYPE, message, at)
    return False


def text(reading: JsonReading, value: Any, at: str, name: str) -> str | None:
    """Read any text."""
    if not is_type(reading, value, str, pointer(at, name)):
        return None
    if len(value) > reading.limits.text_characters:
        limit = reading.limits.text_characters
        message = f"The text has {len(value)} characters; the limit is {limit}."
        reading.report.add(codes.LIMIT, message, pointer(at, name))
        return None
    if scalars.has_control_characters(value):
        message = f"The text {shown(value)} contains a control character."
        reading.report.add(codes.CONTROL_CHARACTER, message, pointer(at, name))
        return None
    return str(value)


def uri(reading: JsonReading, value: Any, at: str, name: str) -> str | None:
    """Read a URI."""
    if type(value) is str and len(value) <= scalars.URI_CHARACTERS_MAX and scalars.is_uri(value):
        return unwrapped(value)
    if is_type(reading, value, str, pointer(at, name)):
        message = f"{shown(value)} is no URI: a scheme, a colon and URI characters are expected."
        reading.report.add(codes.NOT_A_URI, _too_long(value) or message, pointer(at, name))
    return None


def _too_long(value: str) -> str | None:
    """Return what is to be said of a text that is longer than any URI; None of others."""
    most = scalars.URI_CHARACTERS_MAX
    if len(value) <= most:
        return None
    return f"{shown(value)} has {len(value):,} characters; a URI has {most:,} at most."


def unwrapped(value: str) -> str:
    """Return the text an unqualified URI of ours stands for; any other URI as it is."""
    return scalars.from_uri(value) if value.startswith(scalars.UNQUALIFIED) else value


def uris(reading: JsonReading, value: Any, at: str, name: str) -> tuple[str, ...]:
    """Read an array of URIs, however long, in one pass."""
    here = pointer(at, name)
    value = listed(reading, value, here)
    if set(map(type, value)) <= {str} and scalars.are_kept_uris(value):
        is_wrapped = scalars.UNQUALIFIED in "\n".join(value)
        return tuple(map(unwrapped, value)) if is_wrapped else tuple(value)
    found = [uri(reading, entry, here, str(i)) for i, entry in enumerate(value)]
    return tuple(entry for entry in found if entry is not None)


def distinct_uris(reading: JsonReading, value: Any, at: str, name: str) -> tuple[str, ...]:
    """Read an array of URIs that are all different."""
    found = uris(reading, value, at, name)
    if len(set(found)) < len(found):
        report_duplicates(reading, found, pointer(at, name))
    return found


def report_duplicates(reading: JsonReading, values: tuple[str, ...], at: str) -> None:
    """Add a finding for every value that is not the first of its kind."""
    seen: set[str] = set()
    for i, value in enumerate(values):
        if value in seen:
            message = f"{shown(value)} is listed twice; every entry must be different."
            reading.report.add(codes.DUPLICATE, message, f"{at}/{i}")
        seen.add(value)


def one_or_more_uris(reading: JsonReading, value: Any, at: str, name: str) -> tuple[str, ...]:
    """Read a URI, or an array of URIs."""
    if isinstance(value, str):
        one = uri(reading, value, at, name)
        return () if one is None else (one,)
    return uris(reading, value, at, name)


def time(reading: JsonReading, value: Any, at: str, name: str) -> datetime | None:
    """Read a point in time with an offset."""
    if type(value) is str:
        found = scalars.rfc3339(value)
        if found is not None:
            return found
    if is_type(reading, value, str, pointer(at, name)):
        if scalars.is_rfc3339(value):
            reason = "a leap second, or year 0" if scalars.is_day(value) else "there is no such day"
            message = f"{shown(value)} is a time that cannot be kept ({reason})."
            reading.report.add(codes.OUT_OF_RANGE, message, pointer(at, name))
        else:
            message = (
                f"{shown(value)} is no date-time with an offset, such as 2026-03-31T14:05:00+02:00."
            )
            reading.report.add(codes.NOT_A_TIME, message, pointer(at, name))
    return None


def time_text(reading: JsonReading, value: Any, at: str, name: str) -> str | None:
    """Read a point in time, and keep its text."""
    return None if time(reading, value, at, name) is None else str(value)


def offset(reading: JsonReading, value: Any, at: str, name: str) -> str | None:
    """Read an offset from UTC."""
    if type(value) is str and scalars.is_offset(value):
        return value
    if is_type(reading, value, str, pointer(at, name)):
        message = f"{shown(value)} is no offset from UTC between -14:00 and +14:00."
        reading.report.add(codes.PATTERN, message, pointer(at, name))
    return None


def number(reading: JsonReading, value: Any, at: str, name: str) -> Decimal | None:
    """Read a number."""
    found: Decimal | None = None
    if type(value) is int:
        found = Decimal(value) if abs(value) < 10**30 else Decimal("Infinity")
    elif type(value) is Decimal:
        found = value
    elif type(value) is float:  # from an encoder that knows no Decimal
        found = Decimal(repr(value))
    else:
        message = f"{shown(value)} is {_TYPE_NAMES[type(value)]} where a number is expected."
        reading.report.add(codes.WRONG_TYPE, message, pointer(at, name))
        if reading.tolerant and isinstance(value, str) and len(value) <= 64:
            found = scalars.xsd_decimal(value)
        if found is None:
            return None
    if scalars.is_exact(found):
        return found
    message = f"The number {shown(str(value))} cannot be kept exactly."
    reading.report.add(codes.OUT_OF_RANGE, message, pointer(at, name))
    return None


def boolean(reading: JsonReading, value: Any, at: str, name: str) -> bool | None:
    """Read true or false."""
    return bool(value) if is_type(reading, value, bool, pointer(at, name)) else None


def one_of(*allowed: str) -> ValueReader:
    """Return a reader of one of a few texts."""

    def read(reading: JsonReading, value: Any, at: str, name: str) -> str | None:
        if value in allowed and type(value) is str:
            return value
        if is_type(reading, value, str, pointer(at, name)):
            message = f"{shown(value)} is none of {', '.join(allowed)}."
            reading.report.add(codes.NOT_ALLOWED, message, pointer(at, name))
        return None

    return read


def matching(matches: Callable[[str], bool], expected: str) -> ValueReader:
    """Return a reader of a text that has a form."""

    def read(reading: JsonReading, value: Any, at: str, name: str) -> str | None:
        if type(value) is str and len(value) <= reading.limits.text_characters and matches(value):
            return value
        if is_type(reading, value, str, pointer(at, name)):
            message = f"{shown(value)} is not {expected}."
            reading.report.add(codes.PATTERN, message, pointer(at, name))
        return None

    return read


_FORBIDDEN_SPELLINGS = {
    cbv.Kind.MEASUREMENT_TYPE: ("http://gs1.org/voc/", "https://gs1.org/voc/"),
    cbv.Kind.SENSOR_ALERT: ("http://gs1.org/voc/", "https://gs1.org/voc/"),
}
_WWW_VOC = ("http://www.gs1.org/voc/", "https://www.gs1.org/voc/")
_CBV_SPELLINGS = ("urn:epcglobal:cbv", "https://ns.gs1.org/cbv/", "http://ns.gs1.org/cbv/")


def forbidden_spellings(kind: cbv.Kind) -> tuple[str, ...]:
    """Return what a URI of a kind may not begin with in JSON, where the bare word is meant."""
    if kind in _FORBIDDEN_SPELLINGS:
        return _FORBIDDEN_SPELLINGS[kind] + _WWW_VOC
    return _CBV_SPELLINGS


def term(kind: cbv.Kind) -> ValueReader:
    """Return a reader of a vocabulary term: a bare word of the CBV, or a URI outside it."""
    terms = cbv.TERMS[kind]
    forbidden = forbidden_spellings(kind)

    def read(reading: JsonReading, value: Any, at: str, name: str) -> str | None:
        if type(value) is str:
            if value in terms:
                return value
            if (
                len(value) <= scalars.URI_CHARACTERS_MAX
                and scalars.is_uri(value)
                and not value.startswith(forbidden)
            ):
                return unwrapped(cbv.normal(kind, reading.prefixes.full_uri(value)))
        if is_type(reading, value, str, pointer(at, name)):
            message = f"{shown(value)} is neither a CBV term for {name} as a bare word nor a URI."
            reading.report.add(codes.NOT_ALLOWED, _too_long(value) or message, pointer(at, name))
            if reading.tolerant and len(value) <= scalars.URI_CHARACTERS_MAX:
                return unwrapped(cbv.normal(kind, reading.prefixes.full_uri(value.strip())))
        return None

    return read


def extension(reading: JsonReading, value: Any, at: str, name: str) -> Any:
    """Read the value of an extension field: any JSON, with the names in it expanded."""
    return _extension(reading, value, pointer(at, name), at.count("/") + 1)


def _extension(reading: JsonReading, value: Any, at: str, depth: int) -> Any:
    if isinstance(value, str):
        cut = at.rpartition("/")
        return text(reading, value, cut[0], cut[2].replace("~1", "/").replace("~0", "~"))
    if value is None or isinstance(value, bool):
        return value
    if depth > reading.limits.depth:
        message = f"Values are nested deeper than {reading.limits.depth} levels."
        reading.report.add(codes.LIMIT, message, at)
        return None
    if isinstance(value, list):
        return tuple(
            _extension(reading, entry, f"{at}/{i}", depth + 1) for i, entry in enumerate(value)
        )
    if isinstance(value, dict):
        return _extension_object(reading, value, at, depth)
    cut = at.rpartition("/")
    return number(reading, value, cut[0], cut[2])


def _extension_object(reading: JsonReading, value: dict[str, Any], at: str, depth: int) -> Any:
    found = {}
    for name, entry in value.items():
        here = pointer(at, name)
        expanded = extension_name(reading, name, here)
        if expanded is not None:
            found[expanded] = _extension(reading, entry, here, depth + 1)
    return found


def extension_name(reading: JsonReading, name: str, at: str) -> str | None:
    """Return the expanded name of an extension field; None with a finding for an unknown prefix."""
    if name.startswith("{"):
        reading.report.add(codes.UNKNOWN_NAME, f"The name {shown(name)} begins with a brace.", at)
        return None
    expanded = reading.prefixes.expand(name)
    if expanded is not None:
        return expanded
    prefix, _, local = name.partition(":")
    if reading.prefixes.has_foreign_context:
        message = (
            f"The prefix {prefix!r} of {shown(name)} may be declared in a context not fetched."
        )
        reading.report.add(codes.FOREIGN_PREFIX, message, at)
        return f"{{{prefix}:}}{local}"
    message = f"The prefix {prefix!r} of {shown(name)} is not declared in @context."
    reading.report.add(codes.UNDECLARED_PREFIX, message, at)
    return f"{{{prefix}:}}{local}" if reading.tolerant else None
