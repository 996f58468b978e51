"""Restricted circulation numbers: weight, price or count inside the number of a trade item.

Numbers with prefix 02 or 20 to 29 mean what the GS1 member organisation of a region says, those
with 04 or 40 to 49 what a company says; neither identifies anything outside. A hospital shop or a
pharmacy meets them at the till, never on a medicine pack.

    >>> measure_in("2712341002251", "dk")
    Measure(kind='weight', value=Decimal('0.225'), item='12341')
    >>> without_measure("2712341002251", "dk")
    '2712341000004'

Clause:
    GS1 General Specifications, sections 2.1.11, 2.1.12 and 7.9.2 to 7.9.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.check_digits import check_digit, price_check_digit
from packtrail.gs1.prefixes import prefix_of
from packtrail.gs1.trade_items import in_digits

Kind = Literal["weight", "price", "count"]


class Measure(NamedTuple):
    """What a number tells beside the item."""

    kind: Kind
    value: Decimal
    """Kilograms, pieces, or money in the currency of the region."""
    item: str
    """Reference of the item, in the shop or region."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """How a region reads the ten digits between the prefix and the check digit."""

    kind: Kind
    decimals: int
    item: int
    """Digits of the item."""
    has_check_digit: bool
    """A check digit of the measure stands in front of it."""


_TABLE: Final = """
dk 21-24 price  2 4   | dk 26 weight 3 4   | dk 27 weight 3 5   | dk 28 weight 3 4
ee 23    weight 3 6   | ee 24 weight 2 6   | ee 25 weight 1 6
fi 23    weight 3 6   | fi 24 weight 2 6   | fi 25 weight 1 6
lv 23    weight 3 6   | lv 24 weight 2 6   | lv 25 weight 1 6
lt 23    weight 3 6   | lt 24 weight 2 6   | lt 25 weight 1 6
de 22-23 price  2 4 c | de 25-26 count 0 4 c | de 28-29 weight 3 4 c
gb 20    price  2 5 c
no 20    price  2 6   | no 21 price 1 6    | no 22 price 0 6
no 23    weight 3 6   | no 24 weight 2 6   | no 25 weight 1 6
se 20    price  2 6   | se 21 price 1 6    | se 22 price 0 6
se 23    weight 3 6   | se 24 weight 2 6   | se 25 weight 1 6
"""
"""Region, prefixes, what is measured, its decimals, digits of the item, `c` for a check digit; from
the instructions of the member organisations of these regions (Norway's follow Sweden's)."""


def _rules() -> dict[tuple[str, str], _Rule]:
    rules = {}
    for cell in _TABLE.replace("|", "\n").strip().splitlines():
        region, prefixes, kind, decimals, item, *check = cell.split()
        first, _, last = prefixes.partition("-")
        for prefix in range(int(first), int(last or first) + 1):
            rule = _Rule(kind, int(decimals), int(item), bool(check))  # type: ignore[arg-type]
            rules[region, str(prefix)] = rule
    return rules


_RULES: Final = _rules()
REGIONS: Final = tuple(sorted({region for region, _ in _RULES}))
"""Regions whose rules are known, by ISO 3166 two-letter code."""


def measure_in(number: str, region: str) -> Measure | None:
    """Return what a number tells of weight, price or count; None where it tells nothing.

    Args:
        number: GTIN of 8, 12, 13 or 14 digits.
        region: ISO 3166 two-letter code; one of `REGIONS`.

    Raises:
        RefusedError: `GS1-009`: the check digit of the number or measure is wrong; `GS1-044`: the
            rules of the region are not known.
    """
    found = _find(number, region)
    if found is None:
        return None
    rule, digits = found
    start = 2 + rule.item + rule.has_check_digit
    measure = digits[start:12]
    if rule.has_check_digit and digits[start - 1] != price_check_digit(measure):
        raise RefusedError(
            codes.CHECK_DIGIT.found(
                f"The check digit of {measure!r} in {number} is {digits[start - 1]};"
                f" {price_check_digit(measure)} is right."
            )
        )
    value = Decimal(measure).scaleb(-rule.decimals)
    return Measure(rule.kind, value, digits[2 : 2 + rule.item])


def without_measure(number: str, region: str) -> str:
    """Return the number with its measure zeroed: the same for every weight or price of the item.

    Args:
        number: GTIN of 8, 12, 13 or 14 digits.
        region: ISO 3166 two-letter code; one of `REGIONS`.

    Returns:
        13 digits; the number as it is where it tells no measure.

    Raises:
        RefusedError: As for `measure_in`.
    """
    found = _find(number, region)
    if found is None:
        return number
    rule, digits = found
    zeros = "0" * (10 - rule.item - rule.has_check_digit)
    check = price_check_digit(zeros) if rule.has_check_digit else ""
    body = f"{digits[: 2 + rule.item]}{check}{zeros}"
    return body + check_digit(body)


def _find(number: str, region: str) -> tuple[_Rule, str] | None:
    """Return the rule for a number and its 13 digits; None where no rule applies."""
    if region not in REGIONS:
        raise RefusedError(
            codes.REGION.found(
                f"There are no rules for numbers of restricted circulation in {region!r};"
                f" known are {', '.join(REGIONS)}."
            )
        )
    prefix = prefix_of(number)
    if prefix is None or prefix.kind != "region":
        return None
    digits = in_digits(number, 13)
    rule = _RULES.get((region, digits[:2]))
    return (rule, digits) if rule else None
