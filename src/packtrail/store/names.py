"""From the dictionary back to text: the identifier of an object from its class and serial."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from packtrail.gs1.key_types import BY_TYPE, SCHEMES, KeyType, Scheme
from packtrail.gs1.keys import Key

_URI = "uri"
_CLASSES = {scheme.class_name: scheme for scheme in SCHEMES if scheme.class_name and scheme.pattern}
_GTIN = BY_TYPE[KeyType.GTIN]


@lru_cache(maxsize=4096)
def has_own_prefix_length(class_key: str) -> bool:
    """Tell whether objects of a class may differ in the length of their company prefix.

    They do where the class is only the first digits of the prefix, as for an SSCC.
    """
    kind, _, _ = class_key.partition("/")
    scheme = _scheme(kind)
    return scheme is not None and scheme.serial is None and kind not in _CLASSES


def key(class_key: str, item_key: str, prefix_length: int | None) -> Key | None:
    """Return the GS1 key of an object, or None where it has none."""
    kind, _, primary = class_key.partition("/")
    if kind == _URI:
        return None
    if kind in _CLASSES:
        scheme = _GTIN if kind == _GTIN.class_name else _CLASSES[kind]
        return Key(scheme.type, primary, None, prefix_length)
    scheme = BY_TYPE[KeyType(kind)]
    if scheme.serial is None:
        return Key(scheme.type, item_key, None, prefix_length)
    serial = None if item_key == scheme.serial.absent else item_key
    return Key(scheme.type, primary, serial, prefix_length)


def identifier(class_key: str, item_key: str, prefix_length: int | None) -> str:
    """Return an object's EPC URI where its company prefix is known, else its Digital Link.

    What is no GS1 key comes back as the URI it was recorded with.
    """
    if item_key.isascii() and item_key.isalnum() and item_key != "0":
        start = _start(class_key, prefix_length)
        if start is not None:
            return start + item_key
        cut = _cut(class_key, prefix_length)
        if cut is not None:
            return cut.identifier(item_key)
    return _written(class_key, item_key, prefix_length)


@lru_cache(maxsize=4096)
def _start(class_key: str, prefix_length: int | None) -> str | None:
    """Return what the identifiers of a class begin with that end with the serial as it is."""
    scheme = _scheme(class_key.partition("/")[0])
    if scheme is None or scheme.serial is None:
        return None
    return _written(class_key, "1", prefix_length).removesuffix("1")


class _Cut(NamedTuple):
    """Where the digits of a key without a serial are cut, as those of an SSCC."""

    start: str
    indicator: slice
    prefix: slice
    rest: slice

    def identifier(self, digits: str) -> str:
        """Return the EPC URI."""
        tail = digits[self.indicator] + digits[self.rest]
        return f"{self.start}{digits[self.prefix]}.{tail}"


@lru_cache(maxsize=4096)
def _cut(class_key: str, prefix_length: int | None) -> _Cut | None:
    """Return where the keys of a class are cut, None where they have other parts as well."""
    scheme = _scheme(class_key.partition("/")[0])
    if scheme is None or scheme.serial or scheme.pattern or scheme.tails or not scheme.digits:
        return None
    if prefix_length is None or not scheme.urn:
        return None
    at, begin = len(scheme.filler), scheme.prefix_start
    end = begin + prefix_length
    return _Cut(
        f"urn:epc:{scheme.urn}:",
        slice(at, begin),
        slice(begin, end),
        slice(end, at + scheme.digits),
    )


def _written(class_key: str, item_key: str, prefix_length: int | None) -> str:
    found = key(class_key, item_key, prefix_length)
    if found is None:
        return class_key.removeprefix(f"{_URI}/") + item_key
    return found.digital_link() if prefix_length is None else found.epc_uri()


def _scheme(kind: str) -> Scheme | None:
    return None if kind == _URI else _CLASSES.get(kind) or BY_TYPE.get(KeyType(kind))
