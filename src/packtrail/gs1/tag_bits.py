"""Fields of RFID tags as bits, and back.

Clause:
    GS1 EPC Tag Data Standard 1.13, section 14.3 and 14.4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from packtrail.gs1.tag_encodings import Field, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = re.compile(r"0|[1-9][0-9]*")
_DIGITS = re.compile(r"[0-9]*")
_TEXT6 = re.compile(r"[A-Z0-9#\-/]*")
_CAGE = re.compile(r"[A-HJ-NP-Z0-9]{5,6}")
_CAGE_LENGTH: Final = 6


class UnfitError(Exception):
    """A field does not fit into its bits, or the bits hold no such field; says why."""


class BitWriter:
    """A row of bits that grows to the right."""

    def __init__(self) -> None:
        self._value = 0
        self.length = 0

    def put(self, number: int, bits: int) -> None:
        """Add a number.

        Raises:
            UnfitError: It needs more bits.
        """
        if number < 0 or number >> bits:
            raise UnfitError(f"{number} needs more than {bits} bits")
        self._value = self._value << bits | number
        self.length += bits

    def hex(self, word_bits: int) -> str:
        """Return hexadecimal digits, filled up with zeros to whole words."""
        length = -(-self.length // word_bits) * word_bits
        return f"{self._value << length - self.length:0{length // 4}X}"


class BitReader:
    """A row of bits that is read from the left."""

    def __init__(self, hexadecimal: str) -> None:
        self._value = int(hexadecimal, 16)
        self.left = 4 * len(hexadecimal)

    def take(self, bits: int) -> int:
        """Return the next bits as a number.

        Raises:
            UnfitError: There are not so many.
        """
        if bits > self.left:
            raise UnfitError(f"it is cut off: {bits} more bits are expected, {self.left} are there")
        self.left -= bits
        number = self._value >> self.left
        self._value &= (1 << self.left) - 1
        return number


def put(field: Field, writer: BitWriter, text: str) -> None:
    """Write one field.

    Raises:
        UnfitError: The text does not fit.
    """
    _PUT[field.kind](field, writer, text)


def take(field: Field, reader: BitReader) -> str:
    """Read one field.

    Raises:
        UnfitError: The bits hold no such field.
    """
    return _TAKE[field.kind](field, reader)


def _put_number(field: Field, writer: BitWriter, text: str) -> None:
    if not _NUMBER.fullmatch(text):
        raise UnfitError(f"{text!r} is no number without leading zeros")
    _check_length(field, text)
    writer.put(int(text), field.bits)


def _take_number(field: Field, reader: BitReader) -> str:
    text = str(reader.take(field.bits))
    _check_length(field, text)
    return text


def _put_digits(field: Field, writer: BitWriter, text: str) -> None:
    if not _DIGITS.fullmatch(text) or len(text) != field.length:
        raise UnfitError(f"{text!r} is not {field.length} digits")
    writer.put(int(text or "0"), field.bits)


def _take_digits(field: Field, reader: BitReader) -> str:
    number = reader.take(field.bits)
    text = str(number) if number or field.length else ""
    if len(text) > field.length:
        raise UnfitError(f"{text} has more than {field.length} digits")
    return text.zfill(field.length)


def _put_numeric_string(field: Field, writer: BitWriter, text: str) -> None:
    if not text or not _DIGITS.fullmatch(text):
        raise UnfitError(f"{text!r} has more than digits")
    _check_length(field, text)
    writer.put(int(f"1{text}"), field.bits)


def _take_numeric_string(field: Field, reader: BitReader) -> str:
    text = str(reader.take(field.bits))
    if text[0] != "1" or len(text) == 1:
        raise UnfitError("the 1 in front of a row of digits is missing")
    _check_length(field, text[1:])
    return text[1:]


def _put_text7(field: Field, writer: BitWriter, text: str) -> None:
    _check_length(field, text)
    for character in text:
        writer.put(ord(character), 7)
    writer.put(0, field.bits - 7 * len(text))


def _take_text7(field: Field, reader: BitReader) -> str:
    places = field.bits // 7
    text = "".join(chr(reader.take(7)) for _ in range(places)).rstrip("\0")
    if "\0" in text or reader.take(field.bits - 7 * places):
        raise UnfitError("characters follow the end of a text")
    _check_length(field, text)
    return text


def _put_text6(field: Field, writer: BitWriter, text: str) -> None:
    if not _TEXT6.fullmatch(text):
        raise UnfitError(f"{text!r} has more than capital letters, digits, '#', '-' and '/'")
    _check_length(field, text)
    for character in text:
        writer.put(ord(character) & 0x3F, 6)
    writer.put(0, 6)


def _take_text6(field: Field, reader: BitReader) -> str:
    text = ""
    while code := reader.take(6):
        text += _of_six_bits(code)
        _check_length(field, text)
    return text


def _of_six_bits(code: int) -> str:
    return chr(code if code & 0x20 else code | 0x40)


def _put_cage(bits: int) -> Callable[[Field, BitWriter, str], None]:
    def write(_: Field, writer: BitWriter, text: str) -> None:
        if not _CAGE.fullmatch(text):
            raise UnfitError(f"{text!r} is no CAGE code or DoDAAC")
        for character in text.rjust(_CAGE_LENGTH):
            writer.put(ord(character) & (1 << bits) - 1, bits)

    return write


def _take_cage(bits: int) -> Callable[[Field, BitReader], str]:
    def read(_: Field, reader: BitReader) -> str:
        numbers = [reader.take(bits) for _ in range(_CAGE_LENGTH)]
        text = "".join(chr(n) if bits == 8 else _of_six_bits(n) for n in numbers)
        return text.removeprefix(" ")

    return read


def _check_length(field: Field, text: str) -> None:
    if field.length and len(text) > field.length:
        raise UnfitError(f"{text!r} has more than {field.length} characters")


_PUT: Final[dict[Kind, Callable[[Field, BitWriter, str], None]]] = {
    Kind.NUMBER: _put_number,
    Kind.DIGITS: _put_digits,
    Kind.NUMERIC_STRING: _put_numeric_string,
    Kind.TEXT7: _put_text7,
    Kind.TEXT6: _put_text6,
    Kind.CAGE6: _put_cage(6),
    Kind.CAGE8: _put_cage(8),
}
_TAKE: Final[dict[Kind, Callable[[Field, BitReader], str]]] = {
    Kind.NUMBER: _take_number,
    Kind.DIGITS: _take_digits,
    Kind.NUMERIC_STRING: _take_numeric_string,
    Kind.TEXT7: _take_text7,
    Kind.TEXT6: _take_text6,
    Kind.CAGE6: _take_cage(6),
    Kind.CAGE8: _take_cage(8),
}
