"""Levels of packing: pack, bundle, case, pallet, and how many of one go into the next.

A tier is one level of one trade item. It carries a GTIN with serial numbers, or SSCCs.

    >>> pack = Tier(level=Level.PACK, gtin="03000101234509", prefix="300010")
    >>> pack.uri_of("7K2M")
    'urn:epc:id:sgtin:300010.0123450.7K2M'
    >>> Tier(level=Level.CASE, prefix="0614141").item_of("106141411234567897")
    ('sscc/061414', '106141411234567897')

Clause:
    GS1 General Specifications, sections 2.1 (trade items) and 2.2 (logistic units).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.escapes import escape_link, escape_urn
from packtrail.production.codes import BAD_PACKAGING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packtrail.base.findings import Finding

ItemKey: TypeAlias = tuple[str, str]
"""(class key, item key), as `packtrail.gs1.identify` gives them."""

HOLDS_MAX: Final = 10_000


class Level(StrEnum):
    """A level of packing, from the inside out."""

    PACK = "pack"
    BUNDLE = "bundle"
    CASE = "case"
    PALLET = "pallet"


LEVELS: Final = tuple(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One level of a trade item."""

    level: Level
    gtin: str | None = None
    """GTIN-14 whose serial numbers the objects carry; None: they carry SSCCs."""
    holds: int = 0
    """How many of the tier below go in; 0 for the pack."""
    prefix: str | None = None
    """GS1 company prefix, 6 to 12 digits: needed for SSCCs, and for EPC URIs of a GTIN."""
    extension: str = "0"
    """Extension digit of the SSCCs."""
    pool: str | None = None
    """Pool of its numbers, `owner/code`; None: the one pool of its GTIN or prefix."""

    @property
    def class_key(self) -> str:
        """What its numbers are serials of; of SSCCs the first digits of the prefix."""
        return f"sgtin/{self.gtin}" if self.gtin else f"sscc/{(self.prefix or '')[:6]}"

    @property
    def number_of(self) -> str:
        """What a pool for it numbers: the GTIN, or extension digit and prefix."""
        return self.gtin or f"{self.extension}{self.prefix}"

    def item_of(self, number: str) -> ItemKey:
        """Return the key of an object of this tier: by its serial number, or its whole SSCC."""
        return self.class_key, number

    def uri_of(self, number: str) -> str:
        """Return the EPC URI of an object where the prefix is known, else its Digital Link."""
        if not self.gtin:
            length = len(self.prefix or "")
            head, body = number[0], number[1:-1]
            return f"urn:epc:id:sscc:{body[:length]}.{head}{body[length:]}"
        if not self.prefix:
            return f"https://id.gs1.org/01/{self.gtin}/21/{escape_link(number)}"
        body = self.gtin[1:-1]
        item = self.gtin[0] + body[len(self.prefix) :]
        return f"urn:epc:id:sgtin:{self.prefix}.{item}.{escape_urn(number)}"


def check_tiers(tiers: Sequence[Tier]) -> tuple[Finding, ...]:
    """Return every defect of the tiers of a trade item."""
    return tuple(_defects(tiers))


def _defects(tiers: Sequence[Tier]) -> Iterator[Finding]:
    levels = [tier.level for tier in tiers]
    if not levels or levels[0] is not Level.PACK:
        yield BAD_PACKAGING.found("The levels begin with the pack.", at="levels/0/level")
    if levels != sorted(set(levels), key=LEVELS.index):
        shown = ", ".join(levels)
        yield BAD_PACKAGING.found(f"The levels go up, each once; here: {shown}.", at="levels")
    for number, tier in enumerate(tiers):
        at = f"levels/{number}"
        if tier.level is Level.PACK and not tier.gtin:
            yield BAD_PACKAGING.found("A pack has a GTIN.", at=f"{at}/gtin")
        if (tier.level is not Level.PACK) is not (1 <= tier.holds <= HOLDS_MAX):
            expected = "0" if tier.level is Level.PACK else f"1 to {HOLDS_MAX:,}"
            yield BAD_PACKAGING.found(
                f"A {tier.level} holds {tier.holds}; expected {expected}.", at=f"{at}/holds"
            )
        yield from _key_defects(tier, at)
    gtins = [tier.gtin for tier in tiers if tier.gtin]
    if len(gtins) != len(set(gtins)):
        yield BAD_PACKAGING.found("Each level has a GTIN of its own.", at="levels")


def _key_defects(tier: Tier, at: str) -> Iterator[Finding]:
    try:
        if tier.gtin is None:
            gs1.make_sscc(tier.prefix or "", "0", extension=tier.extension)
            return
        key = gs1.parse(tier.gtin)
        if key.type is not gs1.KeyType.GTIN or key.primary != tier.gtin:
            message = f"{tier.gtin[:80]!r} is no GTIN of 14 digits."
            yield BAD_PACKAGING.found(message, at=f"{at}/gtin")
        elif tier.prefix is not None:
            key.with_prefix_length(len(tier.prefix))
            if not tier.gtin[1:].startswith(tier.prefix):
                message = f"The GTIN {tier.gtin} does not begin with the prefix {tier.prefix[:20]}."
                yield BAD_PACKAGING.found(message, at=f"{at}/prefix")
    except RefusedError as refused:
        yield from refused.findings
