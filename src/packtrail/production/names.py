"""What a number in a report means: from text to the object, whatever its notation.

A line sends bare serial numbers, a scanner element strings, a partner EPC URIs.

    >>> tier = Tier(level=Level.PACK, gtin="03000101234509")
    >>> resolve("7K2M", tier) == resolve("(01)03000101234509(21)7K2M", tier)
    True
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.charsets import SETS
from packtrail.production.codes import BAD_REPORT
from packtrail.production.happenings import Happening, Kind
from packtrail.production.levels import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.base.findings import Finding
    from packtrail.production.levels import ItemKey, Tier
    from packtrail.production.orders import Terms

_SERIAL_LENGTH_MAX: Final = 20
_NOTATION: Final = re.compile(r"\((?:00|01)\)|urn:|https?:|\]|[\x1d\x1e]", re.IGNORECASE)
_SSCC: Final = re.compile(r"[0-9]{18}")
_SINGLE: Final = frozenset({gs1.KeyType.SGTIN, gs1.KeyType.SSCC, gs1.KeyType.ITIP})


def resolve(text: str, tier: Tier | None) -> ItemKey:
    """Return the object that a text names.

    Args:
        text: Serial number, SSCC, element string, Digital Link or EPC URI.
        tier: The level that a bare number is of; None: there are no bare serial numbers.

    Raises:
        RefusedError: `LIN-020` or a `GS1` code: it names no single object.
    """
    number = text.strip(" \t\r\n")
    if _SSCC.fullmatch(number) and (tier is None or not tier.gtin):
        return _parsed(number)
    if tier is not None and tier.gtin and not _is_notation(number, tier.gtin):
        if SETS["X"].first_bad(number) is not None or not 1 <= len(number) <= _SERIAL_LENGTH_MAX:
            message = f"{number[:60]!r} is no serial number of 1 to 20 characters of set 82."
            raise RefusedError(BAD_REPORT.found(message))
        return tier.item_of(number)
    return _parsed(number)


def keys_of(
    happening: Happening, terms: Terms | None
) -> tuple[dict[str, ItemKey], tuple[Finding, ...]]:
    """Return the object of every number that a happening names, and what names none.

    Returns:
        Text -> object, for those that name one; and findings for the others.
    """
    found: dict[str, ItemKey] = {}
    findings: list[Finding] = []
    for text, level in _texts(happening, terms):
        is_told = happening.level is not None and text != happening.parent
        tier = terms.tier(level) if terms and (is_told or not _is_sscc_of(text, terms)) else None
        try:
            found[text] = resolve(text, tier)
        except RefusedError as refused:
            findings += (
                BAD_REPORT.found(f"{text[:60]!r}: {each.message}") for each in refused.findings[:1]
            )
    return found, tuple(findings)


def _texts(happening: Happening, terms: Terms | None) -> Iterator[tuple[str, Level | None]]:
    parent_level = happening.parent_level
    level = happening.level
    if level is None and parent_level is not None and terms is not None:
        below = terms.below(parent_level)
        level = below.level if below else None
    level = level or _default_level(happening, terms)
    for number in happening.numbers:
        yield number, level
    if happening.by is not None:
        yield happening.by, level
    if happening.parent is not None:
        yield happening.parent, parent_level or _above(level, terms)


def _default_level(happening: Happening, terms: Terms | None) -> Level | None:
    """Return the level of bare numbers that say none: packs, or what holds packs."""
    if happening.kind is Kind.DISAGGREGATE:
        return _above(Level.PACK, terms)
    return Level.PACK


def _above(level: Level | None, terms: Terms | None) -> Level | None:
    if terms is None or level is None:
        return None
    levels = [tier.level for tier in terms.tiers]
    if level not in levels or level is levels[-1]:
        return None
    return levels[levels.index(level) + 1]


def _is_sscc_of(text: str, terms: Terms) -> bool:
    """Tell whether a text without a level is an SSCC of the order, not a serial of 18 digits."""
    return bool(_SSCC.fullmatch(text)) and any(
        tier.gtin is None and text.startswith(tier.number_of) for tier in terms.tiers
    )


def _is_notation(text: str, gtin: str) -> bool:
    return bool(_NOTATION.match(text) or "\x1d" in text or text.startswith(f"01{gtin}21"))


def _parsed(text: str) -> ItemKey:
    key = gs1.parse(text)
    if key.type not in _SINGLE or key.is_class:
        message = f"{text[:60]!r} is neither a serialised trade item nor an SSCC."
        raise RefusedError(BAD_REPORT.found(message))
    return key.class_key, key.item_key


def label_of(item: ItemKey) -> str:
    """Return an object as it is printed beside a barcode."""
    key = gs1.Key.from_identity(*item)
    return key.hri() if key else "".join(item)
