"""Coupon data of North America, AIs (8110) and (8112): numbers packed without gaps.

A coupon is a row of fields. A field of variable length is announced by a digit for its length (in
names: VLI); codes are one digit; optional fields start with their number, in rising order.

    >>> lint_coupon("0123456123")
    Defect(reason='COUPON_TRUNCATED_OFFER_CODE', start=7, end=10, hint='')

Clause:
    GS1 North American Coupon Application Guideline; GS1 General Specifications, section 3.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from packtrail.gs1.charsets import SETS
from packtrail.gs1.defects import Defect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class _Broken(Exception):
    """The reader met a defect; more cannot be told behind it."""

    def __init__(self, reason: str, start: int, end: int) -> None:
        super().__init__(reason)
        self.defect = Defect(f"COUPON_{reason}", start, end)


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    prefixes: list[tuple[int, int]] = field(default_factory=list)
    """Where company prefixes stand."""
    expires: str = ""

    def take(self, length: int, reason: str) -> str:
        part = self.text[self.at : self.at + length]
        if len(part) < length:
            # Where nothing is left to point at, the whole value is what is too short.
            raise _Broken(reason, self.at if part else 0, len(self.text))
        self.at += length
        return part

    def code(self, name: str, allowed: str, *, invalid: str = "") -> str:
        digit = self.take(1, f"MISSING_{name}")
        if digit not in allowed:
            raise _Broken(invalid or f"INVALID_{name}", self.at - 1, self.at)
        return digit

    def sized(self, name: str, lengths: Mapping[str, int]) -> None:
        digit = self.code(f"{name}_VLI", "".join(lengths), invalid=f"INVALID_{name}_LENGTH")
        if length := lengths[digit]:
            self.take(length, f"TRUNCATED_{name}")
            if name in _PREFIXES:
                self.prefixes.append((self.at - length, self.at))

    def date(self, name: str, misspelt: str) -> str:
        start = self.at
        text = self.take(6, f"TOO_SHORT_FOR_{name}")
        if not _DATE.fullmatch(text) or int(text[4:]) > _days(text):
            raise _Broken(f"INVALID_{misspelt}", start, self.at)
        return text


_DATE = re.compile(r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")


def _days(yymmdd: str) -> int:
    month = int(yymmdd[2:4])
    if month == 2:
        return 28 if int(yymmdd[:2]) % 4 else 29
    return 30 if month in {4, 6, 9, 11} else 31


def _lengths(digits: Iterable[int], plus: int = 0) -> dict[str, int]:
    return {str(digit): digit + plus for digit in digits}


_COMPANY: Final = _lengths(range(7), plus=6)
_OTHER_COMPANY: Final = {**_COMPANY, "9": 0}
_SHORT: Final = _lengths(range(1, 6))
_SERIAL: Final = _lengths(range(10), plus=6)
_RETAILER: Final = _lengths(range(1, 8), plus=6)
_PREFIXES: Final = frozenset(
    {"GCP", "2ND_PURCHASE_GCP", "3RD_PURCHASE_GCP", "RETAILER_GCP_OR_GLN", "FUNDER"}
)
"""Fields that hold a company prefix."""
_REQUIREMENT_CODES: Final = "012349"


def _purchase(reader: _Reader, which: str) -> None:
    reader.sized(f"{which}_PURCHASE_REQUIREMENT", _SHORT)
    reader.code(f"{which}_PURCHASE_REQUIREMENT_CODE", _REQUIREMENT_CODES)
    reader.take(3, f"TRUNCATED_{which}_PURCHASE_FAMILY_CODE")


def _second_purchase(reader: _Reader) -> None:
    reader.code("ADDITIONAL_PURCHASE_RULES_CODE", "0123")
    _purchase(reader, "2ND")
    reader.sized("2ND_PURCHASE_GCP", _OTHER_COMPANY)


def _third_purchase(reader: _Reader) -> None:
    _purchase(reader, "3RD")
    reader.sized("3RD_PURCHASE_GCP", _OTHER_COMPANY)


def _miscellaneous(reader: _Reader) -> None:
    reader.code("SAVE_VALUE_CODE", "01256")
    reader.code("SAVE_VALUE_APPLIES_TO_ITEM", "012")
    reader.take(1, "MISSING_STORE_COUPON_FLAG")
    reader.code("DONT_MULTIPLY_FLAG", "01")


def _expiration(reader: _Reader) -> None:
    reader.expires = reader.date("EXPIRATION_DATE", "EXIPIRATION_DATE")


def _start(reader: _Reader) -> None:
    starts = reader.date("START_DATE", "START_DATE")
    if reader.expires and starts > reader.expires:
        # Both dates and the number of the second field between them.
        raise _Broken("EXPIRATION_BEFORE_START", reader.at - 14, reader.at)


_OPTIONAL_FIELDS: Final[dict[str, Callable[[_Reader], object]]] = {
    "1": _second_purchase,
    "2": _third_purchase,
    "3": _expiration,
    "4": _start,
    "5": lambda reader: reader.sized("SERIAL_NUMBER", _SERIAL),
    "6": lambda reader: reader.sized("RETAILER_GCP_OR_GLN", _RETAILER),
    "9": _miscellaneous,
}


def _coupon(reader: _Reader) -> None:
    reader.sized("GCP", _COMPANY)
    reader.take(6, "TRUNCATED_OFFER_CODE")
    reader.sized("SAVE_VALUE", _SHORT)
    _purchase(reader, "1ST")
    for number, read in _OPTIONAL_FIELDS.items():
        if reader.text[reader.at : reader.at + 1] == number:
            reader.at += 1
            read(reader)


def _positive_offer(reader: _Reader) -> None:
    reader.code("FORMAT_CODE", "01")
    reader.sized("FUNDER", _COMPANY)
    reader.take(6, "TRUNCATED_OFFER_CODE")
    reader.sized("SERIAL_NUMBER", _SERIAL)


def _lint(text: str, read: Callable[[_Reader], None]) -> Defect | None:
    place = SETS["N"].first_bad(text)
    if place is not None:
        return Defect("NON_DIGIT_CHARACTER", place, place + 1)
    reader = _Reader(text)
    try:
        read(reader)
    except _Broken as broken:
        return broken.defect
    return Defect("COUPON_EXCESS_DATA", reader.at, len(text)) if reader.at < len(text) else None


def prefixes_of_coupon(text: str) -> list[tuple[int, int]]:
    """Return where the company prefixes stand in coupon data that is right, AI (8110)."""
    reader = _Reader(text)
    _coupon(reader)
    return reader.prefixes


def prefixes_of_positive_offer(text: str) -> list[tuple[int, int]]:
    """Return where the company prefixes stand in positive offer data that is right, AI (8112)."""
    reader = _Reader(text)
    _positive_offer(reader)
    return reader.prefixes


def lint_coupon(text: str) -> Defect | None:
    """Return the first defect of coupon data, AI (8110)."""
    return _lint(text, _coupon)


def lint_positive_offer(text: str) -> Defect | None:
    """Return the first defect of a positive offer file coupon, AI (8112)."""
    return _lint(text, _positive_offer)
