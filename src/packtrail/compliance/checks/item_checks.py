"""Checks of trade items: numbers, serial numbers and where they are registered."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from packtrail.compliance.checks.answers import (
    Answer,
    Check,
    decide,
    failed,
    listed,
    not_said,
    passed,
    subset,
    table,
)
from packtrail.compliance.statements import told
from packtrail.compliance.subjects import Lot, SubjectKind, TradeItem
from packtrail.compliance.words import Characters, Issuer

_WIDTH: Final = tuple(Characters)


def serial_at_most(item: TradeItem, *, length: int) -> Answer:
    """The serial number is not longer than allowed."""
    if item.serial_length is None:
        return not_said("serial_length", "how long its serial numbers are")
    return decide(
        is_so=item.serial_length <= length,
        yes=f"Serial numbers have {item.serial_length} characters; up to {length} are allowed.",
        no=f"Serial numbers have {item.serial_length} characters; only {length} are allowed.",
        at="serial_length",
    )


def serial_exactly(item: TradeItem, *, length: int) -> Answer:
    """The serial number has exactly the length that is prescribed."""
    if item.serial_length is None:
        return not_said("serial_length", "how long its serial numbers are")
    return decide(
        is_so=item.serial_length == length,
        yes=f"Serial numbers have {length} characters, as prescribed.",
        no=f"Serial numbers have {item.serial_length} characters; exactly {length} are prescribed.",
        at="serial_length",
    )


def serial_characters(item: TradeItem, *, within: Characters) -> Answer:
    """The serial number uses no other characters than allowed."""
    used = item.serial_characters
    if used is None:
        return not_said("serial_characters", "which characters its serial numbers have")
    return decide(
        is_so=_WIDTH.index(used) <= _WIDTH.index(within),
        yes=f"Serial numbers are {used.value}; {within.value} is allowed.",
        no=f"Serial numbers are {used.value}; only {within.value} is allowed.",
        at="serial_characters",
    )


def serial_random(item: TradeItem, *, guess_below: Fraction | None = None) -> Answer:
    """Serial numbers are random, and a guess hits one less often than the limit."""
    if item.is_serial_random is None:
        return not_said("serial_random", "whether its serial numbers are random")
    if not item.is_serial_random:
        return failed("Serial numbers follow each other; they must be random.", "serial_random")
    if guess_below is None:
        return passed("Serial numbers are random.", "serial_random")
    chance = item.guess_probability
    if chance is None:
        return not_said("guess_probability", "how likely a guess hits a serial number")
    return decide(
        is_so=chance < guess_below,
        yes=f"A guess hits a serial number with {told(chance)}, below {told(guess_below)}.",
        no=f"A guess hits a serial number with {told(chance)}; it must be below "
        f"{told(guess_below)}.",
        at="guess_probability",
    )


def serial_issued_by(item: TradeItem, *, issuer: Issuer) -> Answer:
    """Serial numbers or codes come from whom the law names."""
    if item.serial_issuer is None:
        return not_said("serial_issuer", "who makes its serial numbers")
    right = issuer is Issuer.EITHER or item.serial_issuer is issuer
    return decide(
        is_so=right,
        yes=f"The {item.serial_issuer.value} makes the codes.",
        no=f"The {item.serial_issuer.value} makes the codes; the {issuer.value} must.",
        at="serial_issuer",
    )


def national_number(item: TradeItem, *, schemes: tuple[str, ...]) -> Answer:
    """The trade item has a national number of one of the schemes."""
    if item.national_numbers is None:
        return not_said("national_numbers", "which national numbers it has")
    have = [f"{each} {item.national_numbers[each]}" for each in schemes
            if item.national_numbers.get(each)]  # fmt: skip
    return decide(
        is_so=bool(have),
        yes=f"It has {listed(have)}.",
        no=f"It has no {listed(schemes, last='or')}.",
        at="national_numbers",
    )


def national_number_digits(item: TradeItem, *, scheme: str, digits: int) -> Answer:
    """The national number has as many digits as prescribed."""
    number = (item.national_numbers or {}).get(scheme)
    if number is None:
        return not_said("national_numbers", f"what its {scheme} is")
    count = sum(character.isdigit() for character in number)
    return decide(
        is_so=count == digits,
        yes=f"The {scheme} {number} has {digits} digits.",
        no=f"The {scheme} {number} has {count} digits; {digits} are prescribed.",
        at="national_numbers",
    )


def gtin_begins_with(item: TradeItem, *, prefixes: tuple[str, ...]) -> Answer:
    """The GTIN belongs to the range of numbers that the market uses."""
    if item.gtin is None:
        return not_said("gtin", "what its GTIN is")
    return decide(
        is_so=item.gtin.zfill(14)[1:].startswith(prefixes),
        yes=f"The GTIN {item.gtin} begins with {listed(prefixes, last='or')}.",
        no=f"The GTIN {item.gtin} does not begin with {listed(prefixes, last='or')}.",
        at="gtin",
    )


def registered_with(item: TradeItem, *, systems: tuple[str, ...]) -> Answer:
    """Its master data is in every system that must know it."""
    if item.registered_with is None:
        return not_said("registered_with", "where its master data is registered")
    return subset(
        systems,
        item.registered_with,
        at="registered_with",
        yes="Its master data is registered with {}.",
        no="Its master data is not registered with {}.",
    )


def not_registered_with(item: TradeItem, *, systems: tuple[str, ...]) -> Answer:
    """No active identifier of it is in a system that must not know it."""
    if item.registered_with is None:
        return not_said("registered_with", "where its master data is registered")
    there = [each for each in systems if each in item.registered_with]
    return decide(
        is_so=not there,
        yes=f"It is not registered with {listed(systems, last='or')}.",
        no=f"It is registered with {listed(there)}, and must not be.",
        at="registered_with",
    )


def printed_at(lot: Lot, *, places: tuple[str, ...]) -> Answer:
    """Codes are printed where it is allowed."""
    if lot.printed_at is None:
        return not_said("printed_at", "where its codes are printed")
    place = lot.printed_at.replace("_", " ")
    return decide(
        is_so=lot.printed_at in places,
        yes=f"Codes are printed at: {place}.",
        no=f"Codes are printed at: {place}; allowed is {listed(places, last='or')}.",
        at="printed_at",
    )


ITEM_CHECKS: Final[dict[str, Check]] = {
    **table(
        [SubjectKind.TRADE_ITEM],
        serial_at_most,
        serial_exactly,
        serial_characters,
        serial_random,
        serial_issued_by,
        national_number,
        national_number_digits,
        gtin_begins_with,
        registered_with,
        not_registered_with,
    ),
    **table([SubjectKind.LOT], printed_at),
}
