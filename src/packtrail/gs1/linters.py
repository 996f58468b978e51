"""Checks of the content of values, one small pure function each, found by name in `LINTERS`.

A check gets the text of one component and returns its first defect or None. Character sets and
lengths are checked before; see `packtrail.gs1.values`.

    >>> LINTERS["csum"]("416000336109")
    Defect(reason='INCORRECT_CHECK_DIGIT', start=11, end=12, hint='8')

Clause:
    GS1 Barcode Syntax Tests.
"""

from __future__ import annotations

import re
from calendar import monthrange
from typing import TYPE_CHECKING, Final

from packtrail.gs1.charsets import SETS
from packtrail.gs1.check_digits import check_digit, check_pair
from packtrail.gs1.code_lists import COUNTRIES_ALPHA2, COUNTRIES_NUMERIC, CURRENCIES, PACKAGE_TYPES
from packtrail.gs1.coupons import lint_coupon, lint_positive_offer
from packtrail.gs1.dates import NO_TIME
from packtrail.gs1.defects import Defect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_GCP_LENGTH_MIN = 4
"""The shortest GS1 company prefix in use."""
_IBAN_LENGTH_MIN = 11
"""No bank of any country has shorter ones; the checks of GS1 draw the line here."""
_IBAN_LENGTH_MAX = 34


def _whole(reason: str, text: str) -> Defect:
    return Defect(reason, 0, len(text))


def _digits(text: str) -> Defect | None:
    place = SETS["N"].first_bad(text)
    return None if place is None else Defect("NON_DIGIT_CHARACTER", place, place + 1)


def _csum(text: str) -> Defect | None:
    if not text:
        return Defect("TOO_SHORT_FOR_CHECK_DIGIT", 0, 0)
    if foreign := _digits(text):
        return foreign
    right, place = check_digit(text[:-1]), len(text) - 1
    return None if text[-1] == right else Defect("INCORRECT_CHECK_DIGIT", place, place + 1, right)


def _csum_alpha(text: str) -> Defect | None:
    if len(text) < 2:
        return _whole("TOO_SHORT_FOR_CHECK_PAIR", text)
    body, pair = text[:-2], text[-2:]
    place = SETS["X"].first_bad(body)
    if place is not None:
        return Defect("INVALID_CSET82_CHARACTER", place, place + 1)
    right = check_pair(body)
    return None if pair == right else Defect("INCORRECT_CHECK_PAIR", len(body), len(text), right)


def _prefix_at(start: int) -> Callable[[str], Defect | None]:
    def lint(text: str) -> Defect | None:
        head = text[start : start + _GCP_LENGTH_MIN]
        if len(head) < _GCP_LENGTH_MIN:
            return Defect("TOO_SHORT_FOR_GCP", start if head else 0, len(text))
        place = SETS["N"].first_bad(head)
        if place is None:
            return None
        return Defect("INVALID_GCP_PREFIX", start + place, start + place + 1)

    return lint


def _cset64(text: str) -> Defect | None:
    body = text.rstrip("=")
    padding = len(text) - len(body)
    if padding and (padding > 2 or len(text) % 3):
        return Defect("INVALID_CSET64_PADDING", len(body), len(text))
    place = re.search(r"[^A-Za-z0-9_\-]", body)
    return Defect("INVALID_CSET64_CHARACTER", place.start(), place.end()) if place else None


def _charset(letter: str) -> Callable[[str], Defect | None]:
    def lint(text: str) -> Defect | None:
        place = SETS[letter].first_bad(text)
        return None if place is None else Defect(SETS[letter].reason, place, place + 1)

    return lint


def _among(values: Collection[str], reason: str) -> Callable[[str], Defect | None]:
    def lint(text: str) -> Defect | None:
        return None if text in values else _whole(reason, text)

    return lint


def _each(pattern: str, reason: str) -> Callable[[str], Defect | None]:
    """Make a check that finds the first character a pattern calls bad."""
    bad = re.compile(pattern)

    def lint(text: str) -> Defect | None:
        match = bad.search(text)
        return Defect(reason, match.start(), match.end()) if match else None

    return lint


def _date(year_digits: int, *, day_zero: bool) -> Callable[[str], Defect | None]:
    length = year_digits + 4

    def lint(text: str) -> Defect | None:
        if len(text) != length:
            return _whole("DATE_TOO_SHORT" if len(text) < length else "DATE_TOO_LONG", text)
        if foreign := _digits(text):
            return foreign
        # Two digits cover years within fifty of today, all leap years of which are multiples of 4.
        year = int(text[:year_digits]) + (2000 if year_digits == 2 else 0)
        month, day = int(text[-4:-2]), int(text[-2:])
        if not 1 <= month <= 12:
            return Defect("ILLEGAL_MONTH", length - 4, length - 2)
        days = monthrange(year or 4, month)[1]
        if day > days or (day == 0 and not day_zero):
            return Defect("ILLEGAL_DAY", length - 2, length)
        return None

    return lint


def _clock(*parts: tuple[str, int], name: str) -> Callable[[str], Defect | None]:
    length = 2 * len(parts)

    def lint(text: str) -> Defect | None:
        if len(text) != length:
            return _whole(f"{name}_TOO_SHORT" if len(text) < length else f"{name}_TOO_LONG", text)
        for index, (reason, limit) in enumerate(parts):
            start, end = 2 * index, 2 * index + 2
            if foreign := _digits(text[start:end]):
                return foreign._replace(start=start + foreign.start, end=start + foreign.end)
            if int(text[start:end]) >= limit:
                return Defect(reason, start, end)
        return None

    return lint


_HOUR = ("ILLEGAL_HOUR", 24)
_MINUTE = ("ILLEGAL_MINUTE", 60)
_SECOND = ("ILLEGAL_SECOND", 60)


def _coordinate(name: str, limit: int) -> Callable[[str], Defect | None]:
    def lint(text: str) -> Defect | None:
        if len(text) != 10:
            return _whole(f"{name}_INVALID_LENGTH", text)
        if foreign := _digits(text):
            return foreign
        return _whole(f"INVALID_{name}", text) if int(text) > limit else None

    return lint


def _iban(text: str) -> Defect | None:
    if len(text) >= 4 and text[:2] not in COUNTRIES_ALPHA2:
        return Defect("ILLEGAL_IBAN_COUNTRY_CODE", 0, 2)
    if not _IBAN_LENGTH_MIN <= len(text) <= _IBAN_LENGTH_MAX:
        is_short = len(text) < _IBAN_LENGTH_MIN
        return _whole("IBAN_TOO_SHORT" if is_short else "IBAN_TOO_LONG", text)
    # The account comes first: a defect there is told before one in the check digits.
    foreign = re.compile(r"[^0-9A-Z]").search(text, 4) or re.search(r"[^0-9A-Z]", text)
    if foreign:
        return Defect("INVALID_IBAN_CHARACTER", foreign.start(), foreign.end())
    number = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return None if int(number) % 97 == 1 else Defect("INCORRECT_IBAN_CHECKSUM", 2, 4)


def _importer_index(text: str) -> Defect | None:
    if len(text) != 1:
        return _whole("IMPORTER_IDX_MUST_BE_ONE_CHARACTER", text)
    return (
        None
        if re.fullmatch(r"[-_0-9A-Za-z]", text)
        else _whole("INVALID_IMPORT_IDX_CHARACTER", text)
    )


def _piece_of_total(text: str) -> Defect | None:
    if foreign := _digits(text):
        return foreign
    if not text or len(text) % 2:
        return _whole("INVALID_LENGTH_FOR_PIECE_OF_TOTAL", text)
    half = len(text) // 2
    piece, total = int(text[:half]), int(text[half:])
    if piece == 0:
        return Defect("ZERO_PIECE_NUMBER", 0, half)
    if total == 0:
        return Defect("ZERO_TOTAL_PIECES", half, len(text))
    return _whole("PIECE_NUMBER_EXCEEDS_TOTAL", text) if piece > total else None


def _position_in_sequence(text: str) -> Defect | None:
    match = re.fullmatch(r"([0-9]+)/([0-9]+)", text)
    if not match:
        return _whole("POSITION_IN_SEQUENCE_MALFORMED", text)
    for group in (1, 2):
        if match[group].startswith("0"):
            return Defect("ILLEGAL_ZERO_PREFIX", match.start(group), match.end(group))
    exceeds = int(match[1]) > int(match[2])
    return _whole("POSITION_EXCEEDS_END", text) if exceeds else None


def _nonzero(text: str) -> Defect | None:
    if foreign := _digits(text):
        return foreign
    return None if text.strip("0") else _whole("ILLEGAL_ZERO_VALUE", text)


def _no_zero_prefix(text: str) -> Defect | None:
    return Defect("ILLEGAL_ZERO_PREFIX", 0, 1) if text[:1] == "0" else _digits(text)


def _zero(text: str) -> Defect | None:
    return None if text and not text.strip("0") else _whole("NOT_ZERO", text)


def _has_non_digit(text: str) -> Defect | None:
    return None if re.search(r"[^0-9]", text) else _whole("REQUIRES_NON_DIGIT_CHARACTER", text)


def _hyphen(text: str) -> Defect | None:
    return None if text and not text.strip("-") else _whole("NOT_HYPHEN", text)


_MEDIA_TYPES = frozenset(f"{n:02}" for n in (*range(1, 11), *range(80, 100)))

LINTERS: Final[dict[str, Callable[[str], Defect | None]]] = {
    "couponcode": lint_coupon,
    "couponposoffer": lint_positive_offer,
    "cset39": _charset("Y"),
    "cset64": _cset64,
    "cset82": _charset("X"),
    "csetnumeric": _digits,
    "csum": _csum,
    "csumalpha": _csum_alpha,
    "gcppos1": _prefix_at(0),
    "gcppos2": _prefix_at(1),
    "hasnondigit": _has_non_digit,
    "hh": _clock(_HOUR, name="HOUR"),
    "hhmi": _clock(_HOUR, _MINUTE, name="HOUR_WITH_MINUTE"),
    "hhmi9999": lambda text: None if text == NO_TIME else LINTERS["hhmi"](text),
    "hyphen": _hyphen,
    "iban": _iban,
    "importeridx": _importer_index,
    "iso3166": _among(COUNTRIES_NUMERIC, "NOT_ISO3166"),
    "iso3166999": _among(COUNTRIES_NUMERIC | {"999"}, "NOT_ISO3166_OR_999"),
    "iso3166alpha2": _among(COUNTRIES_ALPHA2, "NOT_ISO3166_ALPHA2"),
    "iso4217": _among(CURRENCIES, "NOT_ISO4217"),
    "iso5218": _among(frozenset("0129"), "INVALID_BIOLOGICAL_SEX_CODE"),
    "latitude": _coordinate("LATITUDE", 1_800_000_000),
    "longitude": _coordinate("LONGITUDE", 3_600_000_000),
    "mediatype": _among(_MEDIA_TYPES, "INVALID_MEDIA_TYPE"),
    "mi": _clock(_MINUTE, name="MINUTE"),
    "nonzero": _nonzero,
    "nozeroprefix": _no_zero_prefix,
    "packagetype": _among(PACKAGE_TYPES, "INVALID_PACKAGE_TYPE"),
    "pcenc": _each(r"%(?![0-9A-Fa-f]{2}).{0,2}", "INVALID_PERCENT_SEQUENCE"),
    "pieceoftotal": _piece_of_total,
    "posinseqslash": _position_in_sequence,
    "ss": _clock(_SECOND, name="SECOND"),
    "winding": _among(frozenset("019"), "INVALID_WINDING_DIRECTION"),
    "yesno": _among(frozenset("01"), "NOT_ZERO_OR_ONE"),
    "yymmd0": _date(2, day_zero=True),
    "yymmdd": _date(2, day_zero=False),
    "yyyymmd0": _date(4, day_zero=True),
    "yyyymmdd": _date(4, day_zero=False),
    "zero": _zero,
}
"""Every check by the name that formats use."""
