"""Kinds of values: how receivers want a value written, what is wrong with one, and how to mend it.

A mending is only proposed where nothing is guessed: spaces go, a GTIN gets its leading zeros, a day
is written the other way. A wrong check digit is never mended, nor is what can be read in two ways.

    >>> KINDS["sscc"].defect("340123451111111113")
    'has the check digit 3; 1 is right'
    >>> KINDS["gtin"].mended("4012345111118")
    '04012345111118'
    >>> KINDS["day"].mended("31/12/2028"), KINDS["day"].mended("05/12/2028")
    ('2028-12-31', '05/12/2028')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from packtrail import gs1
from packtrail.base.errors import RefusedError

Defect = str | None
"""What is wrong, as the rest of a sentence about the value; None where nothing is."""


def _anything(_: str) -> Defect:
    return None


def _stripped(text: str) -> str:
    return text.strip()


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of value is written."""

    expected: str
    """What it looks like, in words."""
    defect: Callable[[str], Defect] = _anything
    write: Callable[[Any], str] = str
    """From a value of ours; raises ValueError where it has no such form."""
    mended: Callable[[str], str] = _stripped
    """What a text would be if it were written right; the text itself where that is not known."""
    identifies: Callable[[str], tuple[str, str] | None] | None = None
    """Of a text that names an object: what the store knows it by."""


def _matching(pattern: str, expected: str) -> Callable[[str], Defect]:
    compiled = re.compile(pattern)
    return lambda text: None if compiled.fullmatch(text) else f"is not {expected}"


# --- numbers of GS1 -------------------------------------------------------------------------------


def _digits(length: int, name: str) -> Callable[[str], Defect]:
    def defect(text: str) -> Defect:
        if not (text.isascii() and text.isdigit() and len(text) == length):
            return f"is not {name} of {length} digits"
        right = gs1.check_digit(text[:-1])
        return None if right == text[-1] else f"has the check digit {text[-1]}; {right} is right"

    return defect


def _only_digits(length: int) -> Callable[[str], str]:
    def mended(text: str) -> str:
        bare = re.sub(r"[\s.\-()]", "", text)
        is_number = bare.isascii() and bare.isdigit() and length - 6 <= len(bare) <= length
        return bare.zfill(length) if is_number else text.strip()

    return mended


def _sscc_identity(text: str) -> tuple[str, str] | None:
    return (f"sscc/{text[1:7]}", text) if len(text) == 18 else None


def _epc_defect(text: str) -> Defect:
    key, findings = gs1.check_epc_uri(text)
    if key is None:
        return f"is no EPC URI: {findings[0].message}" if findings else "is no EPC URI"
    if key.is_class or key.type not in {gs1.KeyType.SGTIN, gs1.KeyType.SSCC}:
        return "names no single pack or logistic unit"
    return None


def _epc_identity(text: str) -> tuple[str, str] | None:
    ((class_key, item_key),) = gs1.identify([text])
    return None if class_key.startswith("uri/") else (class_key, item_key)


def _serial_defect(text: str) -> Defect:
    try:
        gs1.Key.of(gs1.KeyType.SGTIN, "00000000000000", text)
    except RefusedError as refused:
        return f"is no serial number: {refused.findings[0].message}"
    return None


_LOT: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")


def _lot_defect(text: str) -> Defect:
    return None if _LOT.fullmatch(text) else "is no lot of 1 to 20 characters that GS1 allows"


def _sgtin27_defect(text: str) -> Defect:
    if not re.fullmatch(r"[0-9]{14}[A-Za-z0-9]{13}", text):
        return "is not a GTIN of 14 digits with a serial number of 13 letters and digits"
    right = gs1.check_digit(text[:13])
    return None if right == text[13] else f"has the GTIN check digit {text[13]}; {right} is right"


def _sgtin27_identity(text: str) -> tuple[str, str] | None:
    return f"sgtin/{text[:14]}", text[14:]


def _code_identity(text: str) -> tuple[str, str] | None:
    """Return the identity in a code as it is scanned: (01)…(21)… with or without what follows."""
    match = re.match(r"01([0-9]{14})21([^\x1d]{1,20})", text)
    return (f"sgtin/{match[1]}", match[2]) if match else None


def _code_defect(text: str) -> Defect:
    if _code_identity(text) is None:
        return "does not begin with 01, a GTIN of 14 digits, 21 and a serial number"
    return None


def _crypto_code_defect(text: str) -> Defect:
    if not re.fullmatch(r"01[0-9]{14}21[^\x1d]{13}\x1d91[^\x1d]{4}\x1d92[^\x1d]{44}", text):
        return "is no code with 13 characters of serial number, a key (91) and a signature (92)"
    return None


def _code_or_sscc_defect(text: str) -> Defect:
    return _digits(18, "an SSCC")(text) if len(text) == 18 else _code_defect(text)


def _code_or_sscc_identity(text: str) -> tuple[str, str] | None:
    return _sscc_identity(text) or _code_identity(text)


# --- days and times -------------------------------------------------------------------------------


def _day_write(form: str) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        if isinstance(value, str):
            value = _read_day(value)
        if not isinstance(value, date):
            raise ValueError(f"{value!r} is no day")  # noqa: TRY004 - one fault for all values
        return value.strftime(form)

    return write


_DAY_FORMS: Final = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})(?:[T ].*)?"),
    re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
)
"""Ways to write a day that mean one day only."""
_SLASHED: Final = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}")
_SLASHED_WAYS: Final = ("%d/%m/%Y", "%m/%d/%Y")
"""The day first, or the month: 05/12/2028 may be either. Six digits are not read at all: 281231 is
a day of 2028 on a pack, and of 2031 in notices of authorities."""


def _read_day(text: str) -> date | None:
    """Return the day of a text in one of the usual forms; None where it is none, or may be two."""
    bare = text.strip()
    for form in _DAY_FORMS:
        if match := form.fullmatch(bare):
            try:
                return date(int(match["year"]), int(match["month"]), int(match["day"]))
            except ValueError:
                return None
    if not _SLASHED.fullmatch(bare):
        return None
    days = {day for way in _SLASHED_WAYS if (day := _day_by(way, bare)) is not None}
    return days.pop() if len(days) == 1 else None


def _day_by(form: str, text: str) -> date | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _day_defect(form: str, expected: str) -> Callable[[str], Defect]:
    def defect(text: str) -> Defect:
        try:
            day = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            return f"is no day such as {expected}"
        return None if day.strftime(form) == text else f"is no day such as {expected}"

    return defect


def _day_mended(form: str) -> Callable[[str], str]:
    def mended(text: str) -> str:
        day = _read_day(text)
        return day.strftime(form) if day else text.strip()

    return mended


def _day(form: str, example: str) -> Kind:
    return Kind(
        f"a day such as {example}", _day_defect(form, example), _day_write(form), _day_mended(form)
    )


def _moment_of(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"{value!r} is no time with an offset")
    return value


def _moment_iso(value: Any) -> str:
    moment = _moment_of(value)
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def _moment_zulu(value: Any) -> str:
    moment = _moment_of(value).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _moment_mended(write: Callable[[Any], str]) -> Callable[[str], str]:
    def mended(text: str) -> str:
        try:
            return write(text)
        except ValueError:
            return text.strip()

    return mended


_ISO: Final = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?"


def _moment_defect(pattern: str, example: str) -> Callable[[str], Defect]:
    def defect(text: str) -> Defect:
        if not re.fullmatch(pattern, text):
            return f"is no time such as {example}"
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return f"is no time such as {example}"
        return None

    return defect


# --- numbers and words ----------------------------------------------------------------------------


def _number_defect(text: str) -> Defect:
    return None if re.fullmatch(r"[0-9]{1,18}", text) else "is no whole number"


_AMOUNT: Final = re.compile(r"[0-9]{1,14}(?:[.,][0-9]{1,2})?")
"""Three digits after a comma or a point may be thousands, or be lost when they are rounded."""


def _price(value: Any) -> str:
    text = str(value).strip()
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"{value!r} is no amount such as 12.50")
    return f"{Decimal(text.replace(',', '.')):.2f}"


def _price_mended(text: str) -> str:
    try:
        return _price(text)
    except ValueError:
        return text.strip()


def _flag(value: Any) -> str:
    return "true" if value in {True, "true", "yes", "1"} else "false"


_GUID: Final = r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}"

KINDS: Final[Mapping[str, Kind]] = {
    "text": Kind("a text", _matching(r"\S(.*\S)?", "a text without spaces at its ends")),
    "gtin": Kind("a GTIN of 14 digits", _digits(14, "a GTIN"), mended=_only_digits(14)),
    "gln": Kind("a GLN of 13 digits", _digits(13, "a GLN"), mended=_only_digits(13)),
    "sscc": Kind(
        "an SSCC of 18 digits",
        _digits(18, "an SSCC"),
        mended=_only_digits(18),
        identifies=_sscc_identity,
    ),
    "epc": Kind("the EPC URI of a pack or logistic unit", _epc_defect, identifies=_epc_identity),
    "sgtin27": Kind(
        "GTIN and serial number, 27 characters", _sgtin27_defect, identifies=_sgtin27_identity
    ),
    "code": Kind("the code as it is scanned", _code_defect, identifies=_code_identity),
    "crypto_code": Kind(
        "the code as it is scanned, with key and signature",
        _crypto_code_defect,
        identifies=_code_identity,
    ),
    "code_or_sscc": Kind(
        "the code of a pack as it is scanned, or an SSCC",
        _code_or_sscc_defect,
        identifies=_code_or_sscc_identity,
    ),
    "serial": Kind("a serial number of 1 to 20 characters", _serial_defect),
    "lot": Kind("a lot of 1 to 20 characters", _lot_defect),
    "day": _day("%Y-%m-%d", "2028-12-31"),
    "day_dotted": _day("%d.%m.%Y", "31.12.2028"),
    "day_short": _day("%y%m%d", "281231"),
    "moment": Kind(
        "a time with its offset, such as 2026-11-22T14:05:00+01:00",
        _moment_defect(rf"{_ISO}(Z|[+-]\d{{2}}:\d{{2}})", "2026-11-22T14:05:00+01:00"),
        _moment_iso,
        _moment_mended(_moment_iso),
    ),
    "moment_utc": Kind(
        "a time in UTC with milliseconds, such as 2026-01-10T08:30:01.000Z",
        _moment_defect(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "2026-01-10T08:30:01.000Z"),
        _moment_zulu,
        _moment_mended(_moment_zulu),
    ),
    "offset": Kind(
        "the offset from UTC, such as +02:00",
        _matching(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]", "an offset such as +02:00"),
    ),
    "whole": Kind("a whole number", _number_defect),
    "price": Kind(
        "an amount with two decimals",
        _matching(r"[0-9]{1,14}\.[0-9]{2}", "an amount such as 12.50"),
        _price,
        _price_mended,
    ),
    "flag": Kind("true or false", _matching(r"true|false", "true or false"), _flag),
    "country": Kind(
        "an ISO 3166 code of two capitals",
        _matching(r"[A-Z]{2}", "a country code of two capitals"),
        mended=lambda text: text.strip().upper(),
    ),
    "guid": Kind("a GUID", _matching(_GUID, "a GUID of 36 characters")),
    "ru_subject": Kind(
        "the 14 digits of a place of business in MDLP", _matching(r"[0-9]{14}", "14 digits")
    ),
    "ru_party": Kind(
        "14 digits, or a GUID, of a participant in MDLP",
        _matching(rf"[0-9]{{14}}|{_GUID}", "14 digits or a GUID"),
    ),
    "ru_device": Kind("16 characters", _matching(r".{16}", "16 characters")),
    "ru_inn": Kind("10 digits", _matching(r"[0-9]{10}", "10 digits")),
    "ru_kpp": Kind("9 digits", _matching(r"[0-9]{9}", "9 digits")),
}
"""Name in a form -> the kind."""
