"""What moves through the chain: lots, their packs, and the cases, pallets and totes around them.

Every pack knows its true fate, and every lot counts the fates of its packs, so that the ground
truth costs no list of packs: a pack nobody holds any more is forgotten.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from packtrail.simulation.organisations import Location
    from packtrail.simulation.products import Product


class Fate(StrEnum):
    """Where a pack is, or how it ended."""

    UNMADE = "unmade"
    AT_MAKER = "at_maker"
    """Packed, at the plant, on the way to or in the maker's distribution centre."""
    IN_TRANSIT = "in_transit"
    AT_WHOLESALER = "at_wholesaler"
    AT_PHARMACY = "at_pharmacy"
    DISPENSED = "dispensed"
    DECOMMISSIONED = "decommissioned"
    DESTROYED = "destroyed"
    SAMPLED = "sampled"
    STOLEN = "stolen"
    RECALLED = "recalled"
    """Held because of a recall and not yet destroyed."""


@dataclass(slots=True, eq=False)
class Lot:
    """One production run of a product."""

    product: Product
    number: str
    size: int
    """Packs that get a serial number."""
    packed_on: date
    expires_on: date
    fates: Counter[Fate] = field(default_factory=Counter)
    commissioned_at: datetime | None = None
    recalled_at: datetime | None = None
    each: dict[str, Fate] | None = None
    """Serial number -> fate, where somebody wants to know it of every single pack."""
    urn: str = field(init=False)
    """Start of the EPC URI of every pack."""
    link: str = field(init=False)
    """Start of the Digital Link of every pack."""

    def __post_init__(self) -> None:
        product = self.product
        self.urn = f"urn:epc:id:sgtin:{product.company_prefix}.0{product.item}."
        self.link = f"https://id.gs1.org/01/{product.gtin()}/21/"
        self.fates[Fate.UNMADE] = self.size


@dataclass(slots=True, eq=False)
class Pack:
    """One saleable pack with its serial number."""

    lot: Lot
    serial: str
    fate: Fate = Fate.UNMADE

    @property
    def urn(self) -> str:
        """EPC URI."""
        return self.lot.urn + self.serial

    @property
    def link(self) -> str:
        """GS1 Digital Link."""
        return self.lot.link + self.serial


@dataclass(frozen=True, slots=True, eq=False)
class Fake:
    """A counterfeit that carries a number of a product: a copied or an invented one."""

    lot: Lot
    """The lot printed on it."""
    serial: str
    is_copy: bool

    @property
    def urn(self) -> str:
        """EPC URI."""
        return self.lot.urn + self.serial

    @property
    def link(self) -> str:
        """GS1 Digital Link."""
        return self.lot.link + self.serial


@dataclass(slots=True, eq=False)
class Container:
    """A case, a pallet or a tote."""

    urn: str
    link: str
    contents: list[Unit]
    made_at: datetime
    lot: Lot | None = None
    """Set for a case that carries a serialised GTIN: its label shows lot and expiry."""
    packed_at: datetime | None = None
    packed_in: Location | None = None
    is_open: bool = False
    """Whether something was taken out, so that it no longer leaves as a whole."""


Unit = Pack | Container
"""Anything that can be shipped on its own."""


def packs_in(units: Iterable[Unit]) -> list[Pack]:
    """Return the packs of units, whatever holds them, in their order."""
    found: list[Pack] = []
    for unit in units:
        if isinstance(unit, Pack):
            found.append(unit)
        elif unit.contents and isinstance(unit.contents[0], Pack):
            found += unit.contents  # type: ignore[arg-type]  # A case holds packs and nothing else.
        else:
            found += packs_in(unit.contents)
    return found


def containers_in(units: Iterable[Unit]) -> Iterator[Container]:
    """Go through the containers of units, the outer ones first."""
    for unit in units:
        if isinstance(unit, Container):
            yield unit
            yield from containers_in(unit.contents)


def lots_of(units: Iterable[Unit]) -> dict[Lot, list[Pack]]:
    """Sort the packs of units by lot, in order of first appearance."""
    lots: dict[Lot, list[Pack]] = {}
    for pack in packs_in(units):
        lots.setdefault(pack.lot, []).append(pack)
    return lots


def products_of(units: Iterable[Unit]) -> list[Product]:
    """Return the products among units, each once, in order of first appearance."""
    return list(dict.fromkeys(lot.product for lot in lots_of(units)))


def become(units: Iterable[Unit], fate: Fate) -> None:
    """Give the packs of units a new fate, and keep the count of their lots."""
    for pack in packs_in(units):
        fates = pack.lot.fates
        fates[pack.fate] -= 1
        fates[fate] += 1
        pack.fate = fate
        if pack.lot.each is not None:
            pack.lot.each[pack.serial] = fate
