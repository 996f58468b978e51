"""Making numbers: GTINs and SSCCs from their parts, their levels, and the short form UPC-E.

    >>> make_gtin("0614141", "12345", indicator="1")
    '10614141123459'
    >>> make_sscc("0614141", "123456789", extension="1")
    '106141411234567897'
    >>> next_sscc("106141411234567897", prefix_length=7)
    '106141411234567903'
    >>> at_level("00614141123452", "3")
    '30614141123453'
    >>> expand_upc_e("04252614"), shorten_to_upc_e("042100005264")
    ('042100005264', '04252614')

Clause:
    GS1 General Specifications, sections 2.1, 2.2, 5.2.1.3.4 and 7.9.1.
"""

from __future__ import annotations

import re
from typing import Final

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.check_digits import check_digit
from packtrail.gs1.key_types import PREFIX_LENGTHS
from packtrail.gs1.trade_items import to_gtin_14

_GTIN_BODY: Final = 12
_SSCC_BODY: Final = 16
_DIGITS = re.compile(r"[0-9]+")


def make_gtin(prefix: str, item_reference: str, *, indicator: str = "0") -> str:
    """Make a GTIN-14.

    Args:
        prefix: GS1 company prefix of 6 to 12 digits; a U.P.C. company prefix with a 0 in front.
        item_reference: Filled with zeros on the left to 12 digits with the prefix.
        indicator: 0 for the pack, 1 to 8 for what holds packs, 9 for variable measure.

    Raises:
        RefusedError: `GS1-004`, `GS1-007` or `GS1-008`: a part is wrong.
    """
    body = _joined(prefix, item_reference, _GTIN_BODY, "item reference")
    _digit(indicator, "indicator digit")
    return f"{indicator}{body}{check_digit(indicator + body)}"


def at_level(gtin: str, indicator: str) -> str:
    """Return the GTIN-14 of another level of packing: the same item, another indicator digit.

    Args:
        gtin: GTIN of 8, 12, 13 or 14 digits, checked here.
        indicator: 0 to 9.

    Raises:
        RefusedError: `GS1-007`, `GS1-008` or `GS1-009`: one of the two is wrong.
    """
    _digit(indicator, "indicator digit")
    body = indicator + to_gtin_14(gtin)[1:-1]
    return body + check_digit(body)


def make_sscc(prefix: str, serial_reference: str, *, extension: str = "0") -> str:
    """Make an SSCC of 18 digits.

    Args:
        prefix: GS1 company prefix of 6 to 12 digits.
        serial_reference: Filled with zeros on the left to 16 digits with the prefix.
        extension: 0 to 9, free to use: one more digit of serial reference.

    Raises:
        RefusedError: `GS1-004`, `GS1-007` or `GS1-008`: a part is wrong.
    """
    body = _joined(prefix, serial_reference, _SSCC_BODY, "serial reference")
    _digit(extension, "extension digit")
    return f"{extension}{body}{check_digit(extension + body)}"


def next_sscc(sscc: str, *, prefix_length: int) -> str:
    """Return the SSCC after this one, of the same extension digit.

    Args:
        sscc: 18 digits, checked here.
        prefix_length: Digits of the company prefix, which must not change.

    Raises:
        RefusedError: `GS1-004`, `GS1-007` or `GS1-009`: the SSCC or length is wrong; `GS1-040`:
            it was the last one.
    """
    if len(sscc) != _SSCC_BODY + 2 or not _DIGITS.fullmatch(sscc):
        raise RefusedError(codes.LENGTH.found(f"The SSCC {sscc!r} is not 18 digits."))
    if prefix_length not in PREFIX_LENGTHS:
        raise RefusedError(
            codes.COMPANY_PREFIX.found(
                f"A company prefix of {prefix_length} digits is impossible; 6 to 12 are expected."
            )
        )
    _checked(sscc, "SSCC")
    head, reference = sscc[: 1 + prefix_length], sscc[1 + prefix_length : -1]
    following = str(int(reference) + 1).zfill(len(reference))
    if len(following) > len(reference):
        raise RefusedError(
            codes.USED_UP.found(
                f"{sscc} is the last SSCC of extension digit {sscc[0]} and prefix {head[1:]}."
            )
        )
    return head + following + check_digit(head + following)


def expand_upc_e(text: str) -> str:
    """Return the GTIN-12 of a UPC-E number.

    Args:
        text: Six digits; or 7 with number system 0 or 1 in front; or 8 with check digit as well.

    Raises:
        RefusedError: `GS1-007`, `GS1-008`, `GS1-009` or `GS1-011`: it is no UPC-E number.

    Clause:
        GS1 General Specifications, section 5.2.2.4.2.
    """
    if not _DIGITS.fullmatch(text):
        raise RefusedError(codes.CHARACTERS.found(f"The UPC-E {text!r} has more than digits."))
    if not 6 <= len(text) <= 8:
        raise RefusedError(
            codes.LENGTH.found(f"The UPC-E {text!r} has {len(text)} digits; 6 to 8 are expected.")
        )
    system, middle = ("0", text) if len(text) == 6 else (text[0], text[1:7])
    if system not in "01":
        raise RefusedError(
            codes.VALUE.found(f"The UPC-E {text!r} begins with {system}; only 0 and 1 are allowed.")
        )
    body = system + _expanded(middle)
    number = body + check_digit(body)
    if len(text) == 8 and text[7] != number[-1]:
        raise RefusedError(
            codes.CHECK_DIGIT.found(
                f"The check digit of the UPC-E {text!r} is {text[7]}; {number[-1]} is right."
            )
        )
    return number


def _expanded(middle: str) -> str:
    """Return the ten digits that six stand for; the last tells where zeros were left out."""
    last = middle[5]
    if last in "012":
        return f"{middle[:2]}{last}0000{middle[2:5]}"
    if last == "3":
        return f"{middle[:3]}00000{middle[3:5]}"
    if last == "4":
        return f"{middle[:4]}00000{middle[4]}"
    return f"{middle[:5]}0000{last}"


def shorten_to_upc_e(gtin12: str) -> str | None:
    """Return the 8 digits of the UPC-E form of a GTIN-12, or None where it has none.

    Args:
        gtin12: Twelve digits.

    Raises:
        RefusedError: `GS1-007` or `GS1-009`: it is no GTIN-12.
    """
    if len(gtin12) != 12 or not _DIGITS.fullmatch(gtin12):
        raise RefusedError(codes.LENGTH.found(f"The GTIN-12 {gtin12!r} is not 12 digits."))
    _checked(gtin12, "GTIN-12")
    if gtin12[0] not in "01":
        return None
    maker, item = gtin12[1:6], gtin12[6:11]
    middles = (
        f"{maker[:2]}{item[2:]}{maker[2]}",
        f"{maker[:3]}{item[3:]}3",
        f"{maker[:4]}{item[4]}4",
        f"{maker}{item[4]}",
    )
    return next(
        (
            f"{gtin12[0]}{middle}{gtin12[11]}"
            for middle in middles
            if _expanded(middle) == gtin12[1:11]
        ),
        None,
    )


def _joined(prefix: str, reference: str, total: int, name: str) -> str:
    if not _DIGITS.fullmatch(prefix) or len(prefix) not in PREFIX_LENGTHS:
        raise RefusedError(
            codes.COMPANY_PREFIX.found(f"The company prefix {prefix!r} is not 6 to 12 digits.")
        )
    room = total - len(prefix)
    if reference and not _DIGITS.fullmatch(reference):
        raise RefusedError(codes.CHARACTERS.found(f"The {name} {reference!r} is no number."))
    if len(reference) > room:
        raise RefusedError(
            codes.LENGTH.found(
                f"The {name} {reference!r} has {len(reference)} digits; after a company prefix"
                f" of {len(prefix)} there is room for {room}."
            )
        )
    return prefix + reference.zfill(room) if room else prefix


def _digit(text: str, name: str) -> None:
    if len(text) != 1 or not _DIGITS.fullmatch(text):
        raise RefusedError(codes.CHARACTERS.found(f"The {name} {text!r} is not one digit."))


def _checked(number: str, name: str) -> None:
    right = check_digit(number[:-1])
    if number[-1] != right:
        raise RefusedError(
            codes.CHECK_DIGIT.found(
                f"The check digit of the {name} {number!r} is {number[-1]}; {right} is right."
            )
        )
