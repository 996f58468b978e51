"""Check digits of GS1 numbers and check pairs of alphanumeric keys.

A check digit catches every single mistyped digit. It is the last digit of a GTIN, SSCC, GLN and
most other keys; a GMN ends in a check pair of two letters or digits instead.

    >>> check_digit("0300010123450")
    '9'

Clause:
    GS1 General Specifications, sections 7.9.1 and 7.9.5.
"""

from __future__ import annotations

from typing import Final

_PAIR_VALUES: Final = (
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
_PAIR_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES: Final = tuple(n for n in range(2, 510) if all(n % d for d in range(2, int(n**0.5) + 1)))
_TRIPLED: Final = bytes.maketrans(b"0123456789", bytes(3 * n for n in range(10)))
_PLAIN: Final = bytes.maketrans(b"0123456789", bytes(range(10)))


def check_digit(digits: str) -> str:
    """Return the modulo 10 check digit that belongs after a row of digits.

    Args:
        digits: One or more ASCII digits, without the check digit.

    Clause:
        GS1 General Specifications, section 7.9.1.
    """
    data = digits.encode("ascii")
    tripled = sum(data[-1::-2].translate(_TRIPLED))
    plain = sum(data[-2::-2].translate(_PLAIN))
    return str(-(tripled + plain) % 10)


def check_pair(text: str) -> str:
    """Return the two check characters that belong after a text of character set 82.

    Args:
        text: Up to 97 characters of character set 82, without the check pair; a GMN has up to 23.

    Clause:
        GS1 General Specifications, section 7.9.5.
    """
    weighted = zip(reversed(text), _PRIMES, strict=False)
    total = sum(_PAIR_VALUES.index(character) * prime for character, prime in weighted) % 1021
    return _PAIR_ALPHABET[total >> 5] + _PAIR_ALPHABET[total & 31]


def price_check_digit(digits: str) -> str:
    """Return the check digit in front of a price or weight of four or five digits.

    Args:
        digits: Four or five ASCII digits.

    Raises:
        ValueError: It is something else.

    Clause:
        GS1 General Specifications, sections 7.9.2 to 7.9.4.
    """
    factors = _PRICE_FACTORS.get(len(digits))
    if factors is None or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"A price has four or five digits, not {digits!r}.")
    total = sum(map(_weighted, map(int, digits), factors))
    if len(digits) == 4:
        return str(total * 3 % 10)
    return next(str(digit) for digit in range(10) if _weighted(digit, -5) == -total % 10)


_PRICE_FACTORS: Final = {4: (-2, -2, 3, -5), 5: (5, -2, -5, 5, -2)}


def _weighted(digit: int, factor: int) -> int:
    """Return a weighted product: its units, and its tens added or, if negative, taken away."""
    tens, units = divmod(digit * abs(factor), 10)
    if factor == 3:
        return units
    return (units + tens if factor > 0 else units - tens) % 10
