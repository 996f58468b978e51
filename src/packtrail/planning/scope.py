"""The scope of a programme, and what the rules of its markets make necessary.

A narrow view of what other parts of Packtrail know in full: products, lines, sites, partners and
dated rules become the few facts that decide which work there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.planning.calendars import Window
from packtrail.planning.work import Certainty

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Capability(StrEnum):
    """Something a rule makes necessary."""

    PRODUCT_CODE = "product_code"
    """A two-dimensional code with product, lot and expiry, without a serial number."""
    SERIALS = "serials"
    """A serial number on every pack."""
    ISSUED_CODES = "issued_codes"
    """Numbers, or signatures of them, that an authority issues."""
    NATIONAL_NUMBER = "national_number"
    """A national number or label on the pack."""
    TAMPER_EVIDENCE = "tamper_evidence"
    AGGREGATION = "aggregation"
    """What holds what is recorded, up to the pallet."""
    LOGISTIC_UNITS = "logistic_units"
    """SSCCs on cases and pallets."""
    REPORTING = "reporting"
    """Messages to an authority or a national system."""
    VERIFICATION = "verification"
    """Answers to those who ask whether a pack is genuine."""
    PARTNER_DATA = "partner_data"
    """Events sent to, or taken from, trading partners."""


LINE_CAPABILITIES = frozenset(
    {
        Capability.PRODUCT_CODE,
        Capability.SERIALS,
        Capability.TAMPER_EVIDENCE,
        Capability.AGGREGATION,
    }
)
"""What a line must be able to do; the others are done elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A country or region that products are sold in."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the rules of a market make necessary by a day."""

    code: str
    """Short name: the market, and a number where a market has several."""
    market: str
    title: str
    capabilities: frozenset[Capability]
    due_on: date
    """The last day without it."""
    key: str = ""
    """Rule pack and name of its deadline, which stay the same when the day moves; none: own."""
    certainty: Certainty = Certainty.KNOWN
    source: str = ""
    clause: str = ""
    classes: frozenset[str] = frozenset()
    """Classes of products it is for, such as `prescription`; empty is all."""
    groups: frozenset[str] = frozenset()
    """Groups of products it is for, such as `vaccine`; empty is all."""
    origins: frozenset[str] = frozenset()
    """`domestic` or `imported`; empty is both."""
    is_in: bool = True
    """Whether the programme is to answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A medicine in one presentation."""

    code: str
    name: str
    markets: tuple[str, ...]
    line: str = ""
    """Code of the line that packs it."""
    product_class: str = ""
    """What it is to the law, such as `prescription`."""
    groups: frozenset[str] = frozenset()
    """Groups that rules tell apart, such as `vaccine`."""
    made_in: str = ""
    """Country it is made in."""
    gtin: str = ""
    """Of the pack."""
    more_gtins: tuple[str, ...] = ()
    """Of packs for other markets."""
    gtins_by_market: tuple[tuple[str, str], ...] = ()
    """Market and GTIN of its packs, where that is known."""
    first_sales: tuple[tuple[str, date | None], ...] = ()
    """Market and first day of sale, where that is written down; None: nobody sells it there yet."""
    packs_a_year: int = 0

    @property
    def gtins(self) -> tuple[str, ...]:
        """All GTINs of its packs."""
        return (self.gtin, *self.more_gtins) if self.gtin else self.more_gtins

    def gtins_for(self, markets: Collection[str]) -> tuple[str, ...]:
        """Return the GTINs of its packs for some markets; all, where nobody says which is whose."""
        found = dict.fromkeys(gtin for market, gtin in self.gtins_by_market if market in markets)
        return tuple(found) or self.gtins

    def due_on(self, need: Need, today: date) -> date | None:
        """Return the last day without what a need asks of it.

        Rules that hold already wait for its first sale; None: nobody has set the day of that.
        """
        sales = dict(self.first_sales)
        if need.market not in sales:
            return need.due_on
        first = sales[need.market]
        if first is None:
            return need.due_on if need.due_on >= today else None
        return max(need.due_on, first - timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A plant."""

    code: str
    name: str
    country: str = ""
    """ISO 3166 code, whose holidays it keeps."""
    subdivision: str = ""
    """ISO 3166-2 part whose holidays it keeps besides."""
    is_contract: bool = False
    """Whether a contract packer runs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A packaging line."""

    code: str
    name: str
    site: str
    capabilities: frozenset[Capability] = frozenset()
    """What it can do today."""
    stops: tuple[Window, ...] = ()
    """When it may be stopped for work on it; none said: at any time."""


class PartnerKind(StrEnum):
    """What a partner does for the programme."""

    CMO = "cmo"
    WHOLESALER = "wholesaler"
    LOGISTICS = "logistics"
    AUTHORITY = "authority"
    SUPPLIER = "supplier"
    AFFILIATE = "affiliate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Somebody to be connected."""

    code: str
    name: str
    kind: PartnerKind
    markets: tuple[str, ...] = ()
    """For which; of a CMO its lines tell."""
    site: str = ""
    """The site that a CMO runs."""
    organisation: str = ""
    """Its code on this installation, where it has one and that differs."""
    is_connected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Days in which a line packs a market's products."""

    line: str
    market: str
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a programme is about."""

    markets: Sequence[Market] = ()
    needs: Sequence[Need] = ()
    products: Sequence[Product] = ()
    sites: Sequence[Site] = ()
    lines: Sequence[Line] = ()
    partners: Sequence[Partner] = ()
    campaigns: Sequence[Campaign] = ()
    is_running: bool = False
    """Whether repository and procedures are in use already, and only markets are added."""

    def products_of(self, need: Need) -> tuple[Product, ...]:
        """Return the products that a need is about, or may be about, by code."""
        found = (each for each in self.products if concerns(need, each))
        return tuple(sorted(found, key=lambda each: each.code))


def concerns(need: Need, product: Product) -> bool:
    """Tell whether a need may be about a product; what a product does not say leaves it in."""
    if need.market not in product.markets:
        return False
    if need.groups and not need.groups & product.groups:
        return False
    if need.classes and product.product_class and product.product_class not in need.classes:
        return False
    if need.origins and product.made_in:
        origin = "domestic" if product.made_in == need.market else "imported"
        return origin in need.origins
    return True
