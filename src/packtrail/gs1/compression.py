"""Reading compressed Digital Links: many elements in one short segment of a web address.

The segment is a row of bits in file-safe base 64. Eight bits name an application identifier (AI),
with the digits it still lacks after them, or a well-known sequence of AIs. Digits are one binary
number; texts announce which of five alphabets they use. The rules follow from the formats of
the AIs, so new ones need no table here.

    >>> decompress("AQnYUc1gmiCNV4JG")
    (('01', '05412345000013'), ('10', 'ABC123'))

Clause:
    GS1 Digital Link Standard: Compression, section 6.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final, NamedTuple

from packtrail.gs1.application_identifiers import AI_LENGTH_BY_PREFIX, TABLE

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_INDEX: Final = {character: index for index, character in enumerate(_ALPHABET)}
_LENGTH_MAX: Final = 2048
"""Longest segment that is looked at, in characters."""

_PAIRED: Final = """
0A:01+22 0B:01+10 0C:01+21 0D:01+17 0E:01+7003 0F:01+30 1A:01+10+21+17 1B:01+15 1C:01+11 1D:01+16
1E:01+91 1F:01+10+15 9A:8010+8011 9B:8017+8019 9C:8018+8019 9D:414+254
"""
_SEQUENCES: Final[dict[str, tuple[str, ...]]] = {
    pair[:2]: tuple(pair[3:].split("+")) for pair in _PAIRED.split()
} | {
    f"{head}{tail}": (key, f"{stem}{index}")
    for head, tails, key, stem in (
        ("2", "ABCDEF", "01", "310"),
        ("3", "ABCDEF", "01", "320"),
        ("A", "0123456789", "01", "392"),
        ("C", "0123456789", "255", "390"),
        ("C", "ABCD", "255", "394"),
    )
    for index, tail in enumerate(tails)
}
"""AIs that are often together, by the byte that stands for them."""


class _Part(NamedTuple):
    is_text: bool
    length: int
    is_fixed: bool


class _Bits:
    """A row of bits that is read from the left."""

    def __init__(self, text: str) -> None:
        self.length = 6 * len(text)
        self.at = 0
        self._bits = "".join(f"{_INDEX[character]:06b}" for character in text)

    @property
    def left(self) -> int:
        return self.length - self.at

    def take(self, count: int) -> int:
        """Return the next bits as a number.

        Raises:
            ValueError: There are not so many.
        """
        if count > self.left:
            raise ValueError(count)
        start, self.at = self.at, self.at + count
        return int(self._bits[start : self.at] or "0", 2)


def decompress(segment: str) -> tuple[tuple[str, str], ...] | None:
    """Return the pairs of AI, or other name, and value in a segment; None where it holds none.

    The values are not checked. Any short text can look like a compressed one: look at the check
    digits before believing it.

    Args:
        segment: Letters, digits, `-` and `_`, at most 2,048.
    """
    if not segment or len(segment) > _LENGTH_MAX or not _INDEX.keys() >= set(segment):
        return None
    bits = _Bits(segment)
    pairs: list[tuple[str, str]] = []
    try:
        while bits.left >= 8:
            pairs += _take_elements(bits)
        is_filled_with_zeros = bits.take(bits.left) == 0
    except (ValueError, KeyError, IndexError):
        return None
    return tuple(pairs) if is_filled_with_zeros else None


def _take_elements(bits: _Bits) -> list[tuple[str, str]]:
    code = f"{bits.take(8):02X}"
    if code.isdigit():
        ai = code + "".join(str(_digit(bits)) for _ in range(AI_LENGTH_BY_PREFIX[code] - 2))
        return [(ai, _take_value(bits, ai))]
    if code[0] == "F":
        return [_take_other(bits, int(code[1], 16))]
    return [(ai, _take_value(bits, ai)) for ai in _SEQUENCES[code]]


def _digit(bits: _Bits) -> int:
    digit = bits.take(4)
    if digit > 9:
        raise ValueError(digit)
    return digit


def _take_other(bits: _Bits, high: int) -> tuple[str, str]:
    """Read a pair that is no GS1 data; the length of its name began in the byte before."""
    name = "".join(_ALPHABET[bits.take(6)] for _ in range(high << 3 | bits.take(3)))
    alphabet = bits.take(3)
    return name, _take_text(bits, alphabet, bits.take(7))


def _take_value(bits: _Bits, ai: str) -> str:
    value = ""
    for part in _parts(ai):
        alphabet = bits.take(3) if part.is_text else 0
        length = part.length if part.is_fixed else bits.take(part.length.bit_length())
        value += _take_text(bits, alphabet, length)
    return value


def _take_text(bits: _Bits, alphabet: int, length: int) -> str:
    if alphabet == 0:
        number = str(bits.take(_bits_for(length)))
        if len(number) > max(length, 1):
            raise ValueError(number)
        return number.zfill(length) if length else ""
    if alphabet in {1, 2}:
        text = "".join(f"{bits.take(4):X}" for _ in range(length))
        return text.lower() if alphabet == 1 else text
    if alphabet == 3:
        return "".join(_ALPHABET[bits.take(6)] for _ in range(length))
    if alphabet == 4:
        return "".join(chr(bits.take(7)) for _ in range(length))
    raise ValueError(alphabet)


@cache
def _bits_for(digits: int) -> int:
    """Return how many bits a number of so many digits takes; the standard's own formula."""
    return math.ceil(digits * math.log(10) / math.log(2) + 0.01)


@cache
def _parts(ai: str) -> tuple[_Part, ...]:
    """Return how a value is cut: fixed digits, then what varies, neighbours of a kind together."""
    parts: list[_Part] = []
    for component in TABLE[ai].components:
        is_fixed = component.length_min == component.length_max and not component.is_optional
        part = _Part(component.charset != "N", component.length_max, is_fixed)
        if parts and (parts[-1].is_text, parts[-1].is_fixed) == (part.is_text, part.is_fixed):
            part = _Part(part.is_text, parts.pop().length + part.length, is_fixed)
        elif parts and parts[-1].is_text and part.is_text:
            part = _Part(part.is_text, parts.pop().length + part.length, is_fixed=False)
        parts.append(part)
    return tuple(parts)
