"""Numbers inside values: measures, prices and amounts with their decimals and unit.

The last digit of the application identifier (AI) says how many decimals the value has.

    >>> amount_of("3103", "001250")
    Amount(value=Decimal('1.250'), unit='kg')
    >>> amount_of("3912", "978" + "1995")
    Amount(value=Decimal('19.95'), unit='EUR')

Clause:
    GS1 General Specifications, sections 3.6 and 3.8.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from packtrail.gs1.application_identifiers import TABLE
from packtrail.gs1.code_lists import CURRENCY_CODES
from packtrail.gs1.values import lint

_SCALED: Final = re.compile(r"3[1-6]\d\d|39[0-5]\d")
_WITH_CURRENCY: Final = frozenset({"391", "393"})
_UNIT = re.compile(r"\((.+)\)")
_PER_AREA: Final = "337"
_PERCENT: Final = "394"
_TEMPERATURES: Final = {"4330": "°F", "4331": "°C", "4332": "°F", "4333": "°C"}


class Amount(NamedTuple):
    """A number with its unit."""

    value: Decimal
    unit: str
    """As the title of the AI has it, such as `kg`; an ISO 4217 code for money; else empty."""


def amount_of(ai: str, value: str) -> Amount | None:
    """Return the number that a value stands for, or None where it is none or has defects.

    Args:
        ai: Application identifier, such as 3103, 3922 or 30.
        value: The text after it.
    """
    if ai not in TABLE or lint(ai, value):
        return None
    if ai in {"30", "37"}:
        return Amount(Decimal(value), "")
    if ai in _TEMPERATURES:
        number = Decimal(value[:6]).scaleb(-2)
        return Amount(-number if value.endswith("-") else number, _TEMPERATURES[ai])
    if not _SCALED.fullmatch(ai):
        return None
    stem, decimals = ai[:3], int(ai[3])
    unit = ""
    if stem in _WITH_CURRENCY:
        unit, value = CURRENCY_CODES[value[:3]], value[3:]
    elif stem == _PERCENT:
        unit = "%"
    elif stem == _PER_AREA:
        unit = "kg/m²"
    elif match := _UNIT.search(TABLE[ai].title):
        unit = match[1]
    return Amount(Decimal(value).scaleb(-decimals), unit)
