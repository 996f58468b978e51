"""Converting lists: EPC URIs to Digital Links and back, element strings to either.

What packs of one product have in common is converted once; behind it each serial is only looked
at. An identifier that cannot be converted becomes None, and `check_any` says why.

    >>> to_digital_links(["urn:epc:id:sgtin:3000101.023450.11", "nonsense"])
    ['https://id.gs1.org/01/03000101234509/21/11', None]
    >>> to_epc_uris(["https://id.gs1.org/01/03000101234509/21/11"], prefix_length=7)
    ['urn:epc:id:sgtin:3000101.023450.11']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from packtrail.base.errors import RefusedError
from packtrail.gs1.digital_links import check_digital_link
from packtrail.gs1.epc_uris import check_epc_uri
from packtrail.gs1.key_types import PREFIX_LENGTHS
from packtrail.gs1.logistic_units import reader_behind
from packtrail.gs1.notations import check_any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from packtrail.gs1.keys import Key

    _SsccWriter: TypeAlias = Callable[[int | None], Callable[[str], str] | None]

_MARKS: Final = {"u": ".", "(": ")"}
"""What stands in front of the serial, by the first character; else a slash."""
_HEADS_MAX: Final = 65_536


class _Head(NamedTuple):
    """What is known of everything in front of the last mark of an identifier."""

    front: str = ""
    """What all behind the head begin with when converted."""
    length_max: int = 0
    """A serial of up to so many letters and digits is converted by putting it behind that."""
    convert_sscc: Callable[[str], str | None] | None = None
    """What converts the rest of an SSCC, where one follows."""


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

    stem = f"{domain.rstrip('/')}/00/"
    return _convert(identifiers, write, lambda _: stem.__add__)


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

    def write_sscc(told: int | None) -> Callable[[str], str] | None:
        length = prefix_length if told is None else told
        if not isinstance(length, int) or length not in PREFIX_LENGTHS:
            return None
        end = 1 + length
        return lambda sscc: f"urn:epc:id:sscc:{sscc[1:end]}.{sscc[0]}{sscc[end:17]}"

    return _convert(identifiers, write, write_sscc)


def to_element_strings(identifiers: Sequence[str], *, brackets: bool = True) -> list[str | None]:
    """Convert identifiers in any notation to element strings of their keys.

    Args:
        identifiers: Any number.
        brackets: Write `(01)...(21)...`, not what a scanner transmits.
    """

    def write(key: Key) -> str:
        return key.element_string(brackets=brackets)

    return _convert(identifiers, write, lambda _: ("(00)" if brackets else "00").__add__)


def _convert(
    identifiers: Sequence[str], write: Callable[[Key], str], write_sscc: _SsccWriter
) -> list[str | None]:
    """Convert each identifier.

    Args:
        identifiers: Any number.
        write: Writes a key; may refuse it.
        write_sscc: Gives for a length of company prefix, None where unknown, what writes SSCCs.
    """
    converted: list[str | None] = []
    add = converted.append
    heads: dict[str, _Head] = {}
    get = heads.get
    for text in identifiers:
        head, _, serial = text.rpartition(_MARKS.get(text[:1], "/"))
        known = get(head)
        if known is None:
            if len(heads) >= _HEADS_MAX:
                heads.clear()
            known = heads[head] = _learn(text, head, serial, write, write_sscc)
        front, length_max, convert_sscc = known
        if len(serial) <= length_max and serial.isalnum() and serial.isascii():
            add(front + serial)
        else:
            add((convert_sscc and convert_sscc(serial)) or _convert_one(text, write))
    return converted


def _learn(
    text: str, head: str, serial: str, write: Callable[[Key], str], write_sscc: _SsccWriter
) -> _Head:
    """Return what all serials behind a head begin with when converted, and how long they may be."""
    if read_sscc := reader_behind(head):
        told = len(head.rpartition(":")[2]) if head[:1] == "u" else None
        return _Head(convert_sscc=_both(read_sscc, write_sscc(told)))
    stem = text[: len(text) - len(serial)]
    one, other = _written(f"{stem}1", write), _written(f"{stem}2", write)
    # Two tries tell that the end is the serial, and not another element behind it.
    if not one or not other or one[:-1] != other[:-1] or (one[-1:], other[-1:]) != ("1", "2"):
        return _Head()
    key = _read(f"{stem}1")
    described = key.scheme.serial if key and key.serial == "1" else None
    if described is None or described.charset != "X" or described.absent:
        return _Head()
    return _Head(one[:-1], described.length_max)


def _both(
    read: Callable[[str], str], write: Callable[[str], str] | None
) -> Callable[[str], str | None] | None:
    return write and (lambda tail: write(sscc) if (sscc := read(tail)) else None)


def _read(text: str) -> Key | None:
    if text[:4] == "urn:":
        return check_epc_uri(text)[0]
    if text[:4].lower() == "http":
        return check_digital_link(text, legacy=True)[0]
    return check_any(text)[0] if text[:1] == "(" else None


def _written(text: str, write: Callable[[Key], str]) -> str | None:
    key = _read(text)
    try:
        return write(key) if key else None
    except RefusedError:
        return None


def _convert_one(text: str, write: Callable[[Key], str]) -> str | None:
    key, _ = check_any(text)
    if key is None:
        return None
    try:
        return write(key)
    except RefusedError:
        return None
