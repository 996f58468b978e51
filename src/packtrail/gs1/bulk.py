"""Converting lists: EPC URIs to Digital Links and back, element strings to either.

What packs of one product have in common is converted once; behind it each serial is only looked
at. An identifier that cannot be converted becomes None, and `check_any` says why.

    >>> to_digital_links(["urn:epc:id:sgtin:3000101.023450.11", "nonsense"])
    ['https://id.gs1.org/01/03000101234509/21/11', None]
    >>> to_epc_uris(["https://id.gs1.org/01/03000101234509/21/11"], prefix_length=7)
    ['urn:epc:id:sgtin:3000101.023450.11']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.gs1.digital_links import check_digital_link
from packtrail.gs1.epc_uris import check_epc_uri
from packtrail.gs1.notations import check_any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packtrail.gs1.keys import Key

_MARKS: Final = {"u": ".", "(": ")"}
"""What stands in front of the serial, by the first character; else a slash."""
_HEADS_MAX: Final = 65_536
_NOT_SIMPLE: Final = ("", 0)
"""No serial is short enough for this head, so each goes the long way."""


def to_digital_links(
    identifiers: Sequence[str], *, domain: str = "https://id.gs1.org"
) -> list[str | None]:
    """Convert identifiers in any notation, EPC URIs fastest, to Digital Links.

    Args:
        identifiers: Any number.
        domain: Of the links; the default makes canonical ones.

    Returns:
        As many, in the same order; None for what is no key.
    """

    def write(key: Key) -> str:
        return key.digital_link(domain)

    return _convert(identifiers, write, "/")


def to_epc_uris(
    identifiers: Sequence[str], *, prefix_length: int | Callable[[Key], int | None] | None = None
) -> list[str | None]:
    """Convert identifiers in any notation, Digital Links fastest, to EPC URIs.

    Args:
        identifiers: Any number.
        prefix_length: Digits of the company prefix where the notation does not tell it: the same
            for all, or a look-up that answers None where it does not know.

    Returns:
        As many, in the same order; None for what is no key or has no EPC URI.
    """

    def write(key: Key) -> str:
        length = key.prefix_length
        if length is None:
            length = prefix_length(key) if callable(prefix_length) else prefix_length
        return (key if length is None else key.with_prefix_length(length)).epc_uri()

    return _convert(identifiers, write, ".")


def to_element_strings(identifiers: Sequence[str], *, brackets: bool = True) -> list[str | None]:
    """Convert identifiers in any notation to element strings of their keys.

    Args:
        identifiers: Any number.
        brackets: Write `(01)...(21)...`, not what a scanner transmits.
    """

    def write(key: Key) -> str:
        return key.element_string(brackets=brackets)

    return _convert(identifiers, write, ")" if brackets else "21")


def _convert(
    identifiers: Sequence[str], write: Callable[[Key], str], mark: str
) -> list[str | None]:
    """Convert each identifier; `mark` is what stands in front of the serial in the result."""
    converted: list[str | None] = []
    add = converted.append
    heads: dict[str, tuple[str, int]] = {}
    get = heads.get
    for text in identifiers:
        head, _, serial = text.rpartition(_MARKS.get(text[:1], "/"))
        known = get(head)
        if known is None:
            if len(heads) >= _HEADS_MAX:
                heads.clear()
            known = heads[head] = _learn(text, serial, write, mark)
        if len(serial) <= known[1] and serial.isalnum() and serial.isascii():
            add(known[0] + serial)
        else:
            add(_convert_one(text, write))
    return converted


def _learn(text: str, serial: str, write: Callable[[Key], str], mark: str) -> tuple[str, int]:
    """Return what all serials behind a head begin with when converted, and how long they may be."""
    head = text[: len(text) - len(serial)]
    key, other = _read(f"{head}1"), _read(f"{head}2")
    # Two tries tell that the end is the serial, and not another element behind it.
    if key is None or other is None or (key.serial, other.serial) != ("1", "2"):
        return _NOT_SIMPLE
    scheme = key.scheme.serial
    if scheme is None or not scheme.ai or scheme.charset != "X" or scheme.absent:
        return _NOT_SIMPLE
    try:
        result = write(key)
    except RefusedError:
        return _NOT_SIMPLE
    return (result[:-1], scheme.length_max) if result.endswith(f"{mark}1") else _NOT_SIMPLE


def _read(text: str) -> Key | None:
    if text[:4] == "urn:":
        return check_epc_uri(text)[0]
    if text[:4].lower() == "http":
        return check_digital_link(text, legacy=True)[0]
    return check_any(text)[0] if text[:1] == "(" else None


def _convert_one(text: str, write: Callable[[Key], str]) -> str | None:
    key, _ = check_any(text)
    if key is None:
        return None
    try:
        return write(key)
    except RefusedError:
        return None
