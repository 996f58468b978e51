"""National medicine numbers and the product codes that carry them: PPN, NTIN and NDC.

A PPN (pharmacy product number of IFA) is an agency code, the national number and a check pair. An
NTIN is a GTIN that has the national number inside, after a prefix that belongs to the country.

    >>> make_ppn("11", "12345678")
    '111234567842'
    >>> national_number_of("04150123456782")
    NationalNumber(scheme='PZN', country='DE', number='12345678')
    >>> make_ntin("PZN", "12345678")
    '04150123456782'

Clause:
    IFA: Coding System, PPN Code; GS1 General Specifications, section 2.1.9 (NHRN).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.check_digits import check_digit
from packtrail.gs1.ndc import ndc_digits_of, readings

_PPN = re.compile(r"[A-Z0-9]{2}[A-Z0-9]{1,18}[0-9]{2}")
_MODULUS: Final = 97
_PZN_MODULUS: Final = 11
_PZN_AGENCY: Final = "11"


class NationalNumber(NamedTuple):
    """A product's number in the register of one country."""

    scheme: str
    country: str
    """ISO 3166 two-letter code."""
    number: str


class _Ntin(NamedTuple):
    scheme: str
    country: str
    prefix: str
    """What stands in front of the national number in the GTIN-13."""
    digits: int


NTINS: Final = (
    _Ntin("PZN", "DE", "4150", 8),
    _Ntin("CIP", "FR", "34009", 7),
    _Ntin("CN", "ES", "847000", 6),
    _Ntin("Swissmedic", "CH", "7680", 8),
)
"""The NTIN schemes that Packtrail knows. NDC, whose parts have no fixed length, is in `ndc`."""


def ppn_check_pair(text: str) -> str:
    """Return the two check digits that belong after the agency code and number of a PPN.

    Args:
        text: ASCII letters and digits.
    """
    total = sum(weight * ord(character) for weight, character in enumerate(text, start=2))
    return f"{total % _MODULUS:02}"


def make_ppn(agency: str, number: str) -> str:
    """Make a PPN from the agency code (11 is Germany's) and the national number.

    Raises:
        RefusedError: `GS1-008` a part has other characters or another length than allowed.
    """
    ppn = f"{agency}{number}{ppn_check_pair(agency + number)}"
    if len(agency) != 2 or not _PPN.fullmatch(ppn):
        raise RefusedError(
            codes.CHARACTERS.found(
                f"A PPN is 2 capital letters or digits and 1 to 18 more, not {agency + number!r}."
            )
        )
    return ppn


def check_ppn(ppn: str) -> str:
    """Return what is wrong with a PPN in words, or nothing."""
    if not _PPN.fullmatch(ppn):
        return "a PPN has 5 to 22 capital letters and digits, the last two digits"
    right = ppn_check_pair(ppn[:-2])
    if ppn[-2:] != right:
        return f"its check digits are {ppn[-2:]}, {right} is right"
    if ppn[:2] == _PZN_AGENCY and not is_pzn(ppn[2:-2]):
        return f"{ppn[2:-2]} is no PZN: its own check digit is wrong"
    return ""


def is_pzn(number: str) -> bool:
    """Tell whether eight digits are a German PZN; the last one checks the others.

    Clause:
        IFA: Check Digit Calculations of PZN, PPN and Basic UDI-DI.
    """
    if len(number) != 8 or not (number.isascii() and number.isdigit()):
        return False
    total = sum(weight * int(digit) for weight, digit in enumerate(number[:7], start=1))
    return str(total % _PZN_MODULUS) == number[7]


def national_number_of(code: str) -> NationalNumber | None:
    """Return the national number inside an NTIN or PPN, or None where it is neither.

    Args:
        code: A GTIN of 13 or 14 digits, or a PPN; checked before.
    """
    if len(code) == 12 and code[:2] == _PZN_AGENCY and not check_ppn(code):
        return NationalNumber("PZN", "DE", code[2:-2])
    gtin = code[1:] if len(code) == 14 and code[0] == "0" else code
    if len(gtin) != 13 or not gtin.isdigit():
        return None
    for row in NTINS:
        if gtin.startswith(row.prefix):
            return NationalNumber(row.scheme, row.country, gtin[len(row.prefix) : -1])
    return None


def national_numbers_of(code: str) -> tuple[NationalNumber, ...]:
    """Return what the national number inside a product code can be, those of an NDC included.

    Args:
        code: A GTIN of 12 to 14 digits, or a PPN; checked before.

    >>> [number.number for number in national_numbers_of("00300021433802")]
    ['0002-1433-80', '00021-433-80', '00021-4338-0']
    """
    if (found := national_number_of(code)) is not None:
        return (found,)
    digits = ndc_digits_of(code) if code.isdigit() else None
    return tuple(NationalNumber("NDC", "US", str(ndc)) for ndc in readings(digits or ""))


def make_ntin(scheme: str, number: str) -> str:
    """Make the GTIN-14 that carries a national number.

    Args:
        scheme: `PZN`, `CIP`, `CN` or `Swissmedic`.
        number: As many digits as the scheme has.

    Raises:
        RefusedError: `GS1-011` the scheme is unknown; `GS1-007` the number does not fit.
    """
    row = next((row for row in NTINS if row.scheme == scheme), None)
    if row is None:
        known = ", ".join(row.scheme for row in NTINS)
        raise RefusedError(codes.VALUE.found(f"The scheme {scheme!r} is none of {known}."))
    if len(number) != row.digits or not (number.isascii() and number.isdigit()):
        raise RefusedError(
            codes.LENGTH.found(f"The {scheme} {number!r} is not {row.digits} digits.")
        )
    body = f"0{row.prefix}{number}"
    return body + check_digit(body)
