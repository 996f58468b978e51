"""The question: which pack is asked about, with which lot and expiry.

>>> Question.of(gtin="4012345111118", serial="A1", expires="280200", today=date(2026, 1, 1))
Question(gtin='04012345111118', serial='A1', lot=None, expires='280200', expires_on=...)
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.dates import resolve
from packtrail.gs1.national_codes import check_ppn, is_pzn
from packtrail.verification import codes

_LENGTH_MAX: Final = 20
_PPN_LENGTH: Final = 12
_FORMS: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})(?:-(?P<day>\d{2}))?"),
    re.compile(r"(?P<month>\d{1,2})[/.](?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})"),
)
"""Ways to write an expiry besides the six digits of a barcode; no day is the end of the month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about a pack."""

    gtin: str
    """14 digits; of a pack with a PPN the NTIN that carries its national number."""
    serial: str
    lot: str | None = None
    """Exactly as scanned; None: not asked with."""
    expires: str | None = None
    """As scanned or typed."""
    expires_on: date | None = None
    """The last day of use it means."""

    @classmethod
    def of(
        cls,
        *,
        gtin: str,
        serial: str,
        lot: str | None = None,
        expires: str | None = None,
        today: date,
    ) -> Question:
        """Make a question of fields.

        Args:
            gtin: GTIN of 8, 12, 13 or 14 digits, PPN or PZN of a German pack.
            serial: 1 to 20 characters, exactly.
            lot: The same.
            expires: YYMMDD, YYYY-MM-DD, YYYY-MM or MM/YYYY; day 00 is the end of the month.
            today: Decides the century of two-digit years.

        Raises:
            RefusedError: A `GS1` code or `VER-002`, a field cannot be used.
        """
        lot, expires = lot or None, expires or None
        for name, value in (("serial", serial), ("lot", lot)):
            if value is not None and not 0 < len(value) <= _LENGTH_MAX:
                text = f"The {name} has {len(value)} characters; 1 to {_LENGTH_MAX} are possible."
                raise RefusedError(codes.NOT_COMPLETE.found(text, at=name))
        day = last_day(expires, today=today) if expires else None
        if expires and day is None:
            text = f"{expires[:40]!r} is no expiry such as 280131 or 2028-01-31."
            raise RefusedError(codes.NOT_COMPLETE.found(text, at="expires"))
        return cls(gtin=product_of(gtin), serial=serial, lot=lot, expires=expires, expires_on=day)

    @property
    def item(self) -> tuple[str, str]:
        """What the store knows the pack by."""
        return f"sgtin/{self.gtin}", self.serial


def product_of(code: str) -> str:
    """Return the GTIN-14 of a product code: GTIN, PPN or PZN.

    Raises:
        RefusedError: A `GS1` code, or `VER-002`: it is no product code.
    """
    text = code.strip()
    if is_pzn(text):
        return gs1.make_ntin("PZN", text)
    if len(text) == _PPN_LENGTH and text[:2] == "11" and not check_ppn(text):
        return gs1.make_ntin("PZN", text[2:-2])
    key = gs1.parse(text)
    if key.type is not gs1.KeyType.GTIN:
        raise RefusedError(codes.NOT_COMPLETE.found(f"{text[:60]!r} is no GTIN.", at="gtin"))
    return key.primary


def last_day(text: str, *, today: date) -> date | None:
    """Return the last day of use that an expiry means; None when it is none."""
    text = text.strip()
    try:
        if len(text) == 6 and text.isascii() and text.isdigit():
            return resolve(text, reference_year=today.year)
        for form in _FORMS:
            match = form.fullmatch(text)
            if match:
                told = match.groupdict()
                year, month, day = (int(told.get(n) or 0) for n in ("year", "month", "day"))
                return date(year, month, day or monthrange(year, month)[1])
    except ValueError:
        return None
    return None
