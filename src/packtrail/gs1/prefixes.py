"""From a number to the GS1 member organisation that licensed its company prefix.

The organisation says who gave out the number, not where the product was made.

    >>> prefix_of("03400935955838")
    Prefix(digits='340', kind='member', usage='GS1 France')
    >>> is_restricted("02712341002251")
    True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.gs1.keys import Key
from packtrail.gs1.prefix_ranges import GTIN8_PREFIXES, PREFIXES, Prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST: Final = 7
_SHORTEST: Final = 3
_TRADE_ITEMS: Final = frozenset({"01", "8006"})
_RESTRICTED: Final = frozenset({"region", "company"})


def prefix_of(value: Key | str) -> Prefix | None:
    """Tell what the GS1 prefix of a key or number is for, or None for one not given out.

    Args:
        value: A key; or a GTIN of 8, 12, 13 or 14 digits; or other digits that begin with a
            company prefix, such as a GLN.
    """
    if isinstance(value, Key):
        digits = value.primary[value.scheme.prefix_start :]
        return _look_up(digits, is_trade_item=value.scheme.ai in _TRADE_ITEMS)
    if not (value.isascii() and value.isdigit()):
        return None
    if len(value) == 8:
        return _longest(value, GTIN8_PREFIXES)
    if len(value) == 12:
        return _look_up(f"0{value}", is_trade_item=True)
    if len(value) == 14:
        return _look_up(value[1:], is_trade_item=True)
    return _look_up(value, is_trade_item=len(value) == 13)


def is_restricted(value: Key | str) -> bool:
    """Tell whether a number is for use inside a company or region only, and means nothing outside.

    Args:
        value: As for `prefix_of`.

    Clause:
        GS1 General Specifications, sections 1.4.4 and 2.1.11.
    """
    found = prefix_of(value)
    return found is not None and found.kind in _RESTRICTED


def _look_up(digits: str, *, is_trade_item: bool) -> Prefix | None:
    """Look a number up; five zeros in front of a trade item mean that a GTIN-8 follows."""
    if is_trade_item and digits.startswith("00000"):
        return _longest(digits[5:], GTIN8_PREFIXES)
    return _longest(digits, PREFIXES)


def _longest(digits: str, table: Mapping[str, Prefix]) -> Prefix | None:
    for length in range(_LONGEST, _SHORTEST - 1, -1):
        if len(digits) >= length and (row := table.get(digits[:length])):
            return row
    return None
