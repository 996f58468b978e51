"""The National Drug Code of the USA: its ten digits, the eleven of claims, and its GTIN.

An NDC has labeler, product and package; ten digits in all, as 4-4-2, 5-3-2 or 5-4-1. Claims fill
each part with a zero in front: 5-4-2. Without hyphens nobody can tell the parts apart, so such
numbers have several readings, and all of them are given.

    >>> Ndc.parse("0002-1433-80").eleven
    '00002143380'
    >>> Ndc.parse("0002-1433-80").gtin()
    '00300021433802'
    >>> [str(ndc) for ndc in readings("0002143380")]
    ['0002-1433-80', '00021-433-80', '00021-4338-0']

Clause:
    21 CFR 207.33 and 207.35; GS1 US: Healthcare, NDC in a GTIN.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.check_digits import check_digit

_FORMS: Final = ((4, 4, 2), (5, 3, 2), (5, 4, 1))
_FILLED: Final = (5, 4, 2)
_HYPHENATED = re.compile(r"([0-9]{4,5})-([0-9]{3,4})-([0-9]{1,2})")
_DIGITS = re.compile(r"[0-9]+")
_GTIN_PREFIX: Final = "03"


@dataclass(frozen=True, slots=True)
class Ndc:
    """One NDC with its parts told apart."""

    labeler: str
    product: str
    package: str

    @classmethod
    def parse(cls, text: str) -> Ndc:
        """Read an NDC with hyphens, of ten digits or of the eleven of claims where unambiguous.

        Raises:
            RefusedError: `GS1-007` the parts have other lengths; `GS1-041` several NDCs it can be.
        """
        match = _HYPHENATED.fullmatch(text)
        lengths = tuple(len(part) for part in match.groups()) if match else ()
        if match and lengths in _FORMS:
            return cls(*match.groups())
        found = readings(text.replace("-", "")) if lengths == _FILLED else readings(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise RefusedError(
                codes.LENGTH.found(
                    f"The NDC {text!r} is not ten digits as 4-4-2, 5-3-2 or 5-4-1, nor eleven."
                )
            )
        ways = " or ".join(map(str, found))
        raise RefusedError(codes.AMBIGUOUS.found(f"The NDC {text!r} can be {ways}."))

    def __str__(self) -> str:
        return f"{self.labeler}-{self.product}-{self.package}"

    @property
    def ten(self) -> str:
        """The ten digits without hyphens."""
        return self.labeler + self.product + self.package

    @property
    def eleven(self) -> str:
        """The eleven digits of claims (5-4-2), without hyphens."""
        return f"{self.labeler:0>5}{self.product:0>4}{self.package:0>2}"

    def gtin(self, *, indicator: str = "0") -> str:
        """Return the GTIN-14 of the package.

        Args:
            indicator: 0 for the package the NDC names, 1 to 7 for what holds several.
        """
        body = indicator + _GTIN_PREFIX + self.ten
        return body + check_digit(body)


def readings(digits: str) -> tuple[Ndc, ...]:
    """Return every NDC that ten or eleven digits without hyphens can be; none for other texts."""
    if not _DIGITS.fullmatch(digits):
        return ()
    if len(digits) == 10:
        return tuple(_cut(digits, form) for form in _FORMS)
    if len(digits) != sum(_FILLED):
        return ()
    filled = _cut(digits, _FILLED)
    parts = (filled.labeler, filled.product, filled.package)
    found = []
    for form in _FORMS:
        spare = [part[: len(part) - size] for part, size in zip(parts, form, strict=True)]
        if "".join(spare) == "0":
            found.append(Ndc(*(p[len(s) :] for p, s in zip(parts, spare, strict=True))))
    return tuple(found)


def ndc_digits_of(gtin: str) -> str | None:
    """Return the ten digits of the NDC inside a GTIN of 12 to 14 digits, or None without one.

    Args:
        gtin: Checked before. A GTIN of GS1 US that begins with 03 is a drug's.
    """
    gtin = gtin.zfill(14)
    return gtin[3:13] if len(gtin) == 14 and gtin[1:3] == _GTIN_PREFIX else None


def _cut(digits: str, form: tuple[int, int, int]) -> Ndc:
    first, second, _ = form
    return Ndc(digits[:first], digits[first : first + second], digits[first + second :])
