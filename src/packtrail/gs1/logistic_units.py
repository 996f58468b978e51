"""SSCCs in long lists: every one has a check digit to be made or proven.

A head, which is what stands in front of the last mark of an identifier, is looked at once; behind
it the reader of `reader_behind` makes an SSCC of what follows, or says that it cannot tell.

    >>> read = reader_behind("urn:epc:id:sscc:0614141")
    >>> read("1234567890"), read("12345")
    ('106141412345678908', '')
    >>> read = reader_behind("https://id.gs1.org/00")
    >>> read("106141412345678908"), read("106141412345678900")
    ('106141412345678908', '')

Clause:
    GS1 General Specifications, section 7.9.1; GS1 EPC Tag Data Standard, section 6.3.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_URN: Final = re.compile(r"urn:epc:id:sscc:([0-9]{6,12})")
_WHOLE: Final = re.compile(r"https?://[A-Za-z0-9\-.]+/00|\(00")
_DIGITS: Final = 18
_FOUR, _EIGHT, _TWELVE, _SIXTEEN = 10**4, 10**8, 10**12, 10**16


def _sums(*weights: int) -> bytes:
    """Return for each number of four digits the sum of these, weighted from the right."""
    places = [(weight, 10**place) for place, weight in enumerate(weights)]
    return bytes(
        sum(weight * (number // place % 10) for weight, place in places) for number in range(_FOUR)
    )


_BODY_SUMS: Final = _sums(3, 1, 3, 1)
_WHOLE_SUMS: Final = _sums(1, 3, 1, 3)
_CHECK_DIGITS: Final = tuple(str(-total % 10) for total in range(512))


def reader_behind(head: str) -> Callable[[str], str] | None:
    """Return what makes an SSCC of the text behind a head, or '' of a text that is not right.

    Args:
        head: An identifier without its last mark and what follows.

    Returns:
        None where no SSCC is sure to follow.
    """
    if match := _URN.fullmatch(head):
        return _reader_behind_prefix(match[1])
    return _read_whole if _WHOLE.fullmatch(head) else None


def _reader_behind_prefix(prefix: str) -> Callable[[str], str]:
    """Return what makes an SSCC of extension digit and serial reference."""
    size = _DIGITS - 1 - len(prefix)
    base = sum(map(int, prefix)) + 2 * sum(map(int, prefix[1::2]))
    top = 10 ** (size - 1)
    # The extension digit counts three times; in front of an odd number of digits, once so far.
    more = 0 if size % 2 else 2

    def read(text: str) -> str:
        if len(text) != size or not (text.isascii() and text.isdigit()):
            return ""
        number = int(text)
        total = base + more * (number // top)
        total += _BODY_SUMS[number % _FOUR] + _BODY_SUMS[number // _FOUR % _FOUR]
        total += _BODY_SUMS[number // _EIGHT]
        return f"{text[0]}{prefix}{text[1:]}{_CHECK_DIGITS[total]}"

    return read


def _read_whole(text: str) -> str:
    if len(text) != _DIGITS or not (text.isascii() and text.isdigit()):
        return ""
    number = int(text)
    total = _WHOLE_SUMS[number % _FOUR] + _WHOLE_SUMS[number // _FOUR % _FOUR]
    total += _WHOLE_SUMS[number // _EIGHT % _FOUR] + _WHOLE_SUMS[number // _TWELVE % _FOUR]
    total += _WHOLE_SUMS[number // _SIXTEEN]
    return "" if total % 10 else text
