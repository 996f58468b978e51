"""GTINs as they are printed: 8, 12, 13 or 14 digits of the same number, and the short form UPC-E.

A GTIN is kept with 14 digits; which form a symbol shows is told by its leading zeros.

    >>> form_of("00614141000036"), in_digits("00614141000036", 13)
    ('GTIN-12', '0614141000036')
    >>> in_digits("00000096385074", 8)
    '96385074'

Clause:
    GS1 General Specifications, sections 2.1 and 3.3.2.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.check_digits import check_digit

Form = Literal["GTIN-8", "GTIN-12", "GTIN-13", "GTIN-14"]

LENGTHS: Final = (8, 12, 13, 14)
"""Digits a GTIN may be written with."""
_FORMS: Final[dict[int, Form]] = {8: "GTIN-8", 12: "GTIN-12", 13: "GTIN-13", 14: "GTIN-14"}
_NUMBER = re.compile(r"[0-9]{8}|[0-9]{12,14}")


def to_gtin_14(gtin: str) -> str:
    """Write a GTIN of any form with 14 digits.

    Raises:
        RefusedError: `GS1-007`, `GS1-008` or `GS1-009`: it is no GTIN.
    """
    if not (gtin.isascii() and gtin.isdigit()):
        raise RefusedError(codes.CHARACTERS.found(f"The GTIN {gtin!r} has more than digits."))
    if not _NUMBER.fullmatch(gtin):
        raise RefusedError(
            codes.LENGTH.found(
                f"The GTIN {gtin!r} has {len(gtin)} digits; 8, 12, 13 or 14 are expected."
            )
        )
    right = check_digit(gtin[:-1])
    if gtin[-1] != right:
        raise RefusedError(
            codes.CHECK_DIGIT.found(
                f"The check digit of the GTIN {gtin!r} is {gtin[-1]}; {right} is right."
            )
        )
    return gtin.zfill(14)


def form_of(gtin: str) -> Form:
    """Return the shortest form of a GTIN.

    Args:
        gtin: 8, 12, 13 or 14 digits, with any leading zeros.

    Raises:
        RefusedError: `GS1-007`, `GS1-008` or `GS1-009`: it is no GTIN.
    """
    digits = to_gtin_14(gtin).lstrip("0")
    return next(_FORMS[length] for length in LENGTHS if len(digits) <= length)


def in_digits(gtin: str, length: int) -> str:
    """Write a GTIN with so many digits.

    Args:
        gtin: 8, 12, 13 or 14 digits.
        length: 8, 12, 13 or 14.

    Raises:
        RefusedError: `GS1-007`: it is too long for that; or it is no GTIN.
    """
    whole = to_gtin_14(gtin)
    digits = whole[14 - length :]
    if length not in LENGTHS or whole != digits.zfill(14):
        raise RefusedError(
            codes.LENGTH.found(f"The GTIN {gtin!r} cannot be written with {length} digits.")
        )
    return digits
