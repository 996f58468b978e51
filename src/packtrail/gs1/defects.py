"""Defects: what a check of one value can find, by name, with the sentence that explains it.

The names are those of the GS1 Barcode Syntax Tests, so that reports can be compared with other
tools. `explain` gives each its finding code and what was expected.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from packtrail.gs1 import codes

if TYPE_CHECKING:
    from packtrail.base.findings import FindingCode


class Defect(NamedTuple):
    """One thing wrong with a value, and the characters it concerns."""

    reason: str
    start: int
    end: int
    hint: str = ""
    """What would be right, where a check can tell."""


REASONS: Final[dict[str, tuple[FindingCode, str]]] = {
    "NON_DIGIT_CHARACTER": (codes.CHARACTERS, "only digits are allowed"),
    "INVALID_CSET82_CHARACTER": (codes.CHARACTERS, "it is not in GS1 character set 82"),
    "INVALID_CSET39_CHARACTER": (codes.CHARACTERS, "it is not in GS1 character set 39"),
    "INVALID_CSET64_CHARACTER": (codes.CHARACTERS, "it is not in file-safe base 64"),
    "INVALID_CSET64_PADDING": (codes.VALUE, "'=' may only fill up a group of three characters"),
    "TOO_SHORT_FOR_CHECK_DIGIT": (codes.CHECK_DIGIT, "there is no check digit"),
    "INCORRECT_CHECK_DIGIT": (codes.CHECK_DIGIT, "the check digit is wrong"),
    "TOO_SHORT_FOR_CHECK_PAIR": (codes.CHECK_DIGIT, "two check characters are expected"),
    "INCORRECT_CHECK_PAIR": (codes.CHECK_DIGIT, "the check pair is wrong"),
    "TOO_SHORT_FOR_GCP": (codes.COMPANY_PREFIX, "a GS1 company prefix is expected at its start"),
    "INVALID_GCP_PREFIX": (codes.COMPANY_PREFIX, "a GS1 company prefix consists of digits"),
    "GCP_DATASOURCE_OFFLINE": (codes.NO_ANSWER, "the register of company prefixes does not answer"),
    "REQUIRES_NON_DIGIT_CHARACTER": (codes.VALUE, "at least one character must not be a digit"),
    "DATE_TOO_SHORT": (codes.DATE, "a date has more digits"),
    "DATE_TOO_LONG": (codes.DATE, "a date has fewer digits"),
    "ILLEGAL_MONTH": (codes.DATE, "months are 01 to 12"),
    "ILLEGAL_DAY": (codes.DATE, "the month has no such day"),
    "ILLEGAL_HOUR": (codes.DATE, "hours are 00 to 23"),
    "ILLEGAL_MINUTE": (codes.DATE, "minutes are 00 to 59"),
    "ILLEGAL_SECOND": (codes.DATE, "seconds are 00 to 59"),
    "HOUR_TOO_SHORT": (codes.DATE, "an hour has two digits"),
    "HOUR_TOO_LONG": (codes.DATE, "an hour has two digits"),
    "MINUTE_TOO_SHORT": (codes.DATE, "minutes have two digits"),
    "MINUTE_TOO_LONG": (codes.DATE, "minutes have two digits"),
    "SECOND_TOO_SHORT": (codes.DATE, "seconds have two digits"),
    "SECOND_TOO_LONG": (codes.DATE, "seconds have two digits"),
    "HOUR_WITH_MINUTE_TOO_SHORT": (codes.DATE, "a time has four digits, HHMM"),
    "HOUR_WITH_MINUTE_TOO_LONG": (codes.DATE, "a time has four digits, HHMM"),
    "NOT_HYPHEN": (codes.VALUE, "only a minus sign may stand here"),
    "IBAN_TOO_SHORT": (codes.LENGTH, "an IBAN has at least 11 characters"),
    "IBAN_TOO_LONG": (codes.LENGTH, "an IBAN has at most 34 characters"),
    "INVALID_IBAN_CHARACTER": (codes.CHARACTERS, "an IBAN has digits and capital letters only"),
    "ILLEGAL_IBAN_COUNTRY_CODE": (codes.VALUE, "it is no ISO 3166 country code"),
    "INCORRECT_IBAN_CHECKSUM": (codes.CHECK_DIGIT, "the check digits of the IBAN are wrong"),
    "IMPORTER_IDX_MUST_BE_ONE_CHARACTER": (codes.LENGTH, "one character is expected"),
    "INVALID_IMPORT_IDX_CHARACTER": (codes.CHARACTERS, "a letter, digit, '-' or '_' is expected"),
    "NOT_ISO3166": (codes.VALUE, "it is no ISO 3166 numeric country code"),
    "NOT_ISO3166_OR_999": (codes.VALUE, "it is neither an ISO 3166 numeric country code nor 999"),
    "NOT_ISO3166_ALPHA2": (codes.VALUE, "it is no ISO 3166 two-letter country code"),
    "NOT_ISO4217": (codes.VALUE, "it is no ISO 4217 numeric currency code"),
    "INVALID_BIOLOGICAL_SEX_CODE": (codes.VALUE, "ISO 5218 knows 0, 1, 2 and 9"),
    "LATITUDE_INVALID_LENGTH": (codes.LENGTH, "a latitude has 10 digits"),
    "INVALID_LATITUDE": (codes.VALUE, "a latitude is at most 1800000000"),
    "LONGITUDE_INVALID_LENGTH": (codes.LENGTH, "a longitude has 10 digits"),
    "INVALID_LONGITUDE": (codes.VALUE, "a longitude is at most 3600000000"),
    "INVALID_MEDIA_TYPE": (codes.VALUE, "AIDC media types are 01 to 10 and 80 to 99"),
    "ILLEGAL_ZERO_VALUE": (codes.VALUE, "zero is not allowed"),
    "ILLEGAL_ZERO_PREFIX": (codes.VALUE, "leading zeros are not allowed"),
    "INVALID_PACKAGE_TYPE": (codes.VALUE, "it is no GS1 package type code"),
    "INVALID_PERCENT_SEQUENCE": (codes.PERCENT_ENCODING, "'%' needs two hexadecimal digits"),
    "INVALID_LENGTH_FOR_PIECE_OF_TOTAL": (codes.LENGTH, "piece and total have equal length"),
    "ZERO_PIECE_NUMBER": (codes.VALUE, "pieces are counted from 1"),
    "ZERO_TOTAL_PIECES": (codes.VALUE, "the total is at least 1"),
    "PIECE_NUMBER_EXCEEDS_TOTAL": (codes.VALUE, "the piece number exceeds the total"),
    "POSITION_IN_SEQUENCE_MALFORMED": (codes.VALUE, "it must read like 1/2"),
    "POSITION_EXCEEDS_END": (codes.VALUE, "the position exceeds the end of the sequence"),
    "INVALID_WINDING_DIRECTION": (codes.VALUE, "winding directions are 0, 1 and 9"),
    "NOT_ZERO_OR_ONE": (codes.VALUE, "0 and 1 are allowed"),
    "NOT_ZERO": (codes.VALUE, "it must be zero"),
    "COUPON_EXPIRATION_BEFORE_START": (codes.DATE, "it expires before it starts"),
}
"""What each defect means: its finding code, and the expectation that was not met."""

_COUPON = re.compile(r"COUPON_(MISSING|TRUNCATED|TOO_SHORT_FOR|INVALID|EXCESS)_(\w+)")
_COUPON_VERBS: Final = {
    "MISSING": (codes.LENGTH, "it ends before the {}"),
    "TRUNCATED": (codes.LENGTH, "it ends inside the {}"),
    "TOO_SHORT_FOR": (codes.LENGTH, "it ends inside the {}"),
    "INVALID": (codes.VALUE, "the {} is not allowed"),
    "EXCESS": (codes.LENGTH, "nothing may follow the last field"),
}
_COUPON_WORDS: Final = {"GCP": "company prefix", "VLI": "length digit", "EXIPIRATION": "expiration"}


def explain(reason: str) -> tuple[FindingCode, str]:
    """Return the finding code of a defect and the expectation that was not met."""
    if reason in REASONS:
        return REASONS[reason]
    match = _COUPON.fullmatch(reason)
    if not match:
        raise KeyError(reason)
    code, sentence = _COUPON_VERBS[match[1]]
    words = [_COUPON_WORDS.get(word, word.lower()) for word in match[2].split("_")]
    return code, sentence.format(" ".join(words))
