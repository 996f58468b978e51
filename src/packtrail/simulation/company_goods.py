"""The medicines of the demo company: 40 presentations, 12 markets, the lines that pack them.

All invented. The first three are those whose packs live through the simulated year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from packtrail.compliance.words import ProductClass
from packtrail.simulation.numbering import with_check_digit
from packtrail.simulation.organisations import ASTERION

MARKETS: Final = ("US", "DE", "FR", "IT", "GR", "GB", "TR", "SA", "KR", "EG", "IN", "ZA")
RX, OTC = ProductClass.PRESCRIPTION, ProductClass.NON_PRESCRIPTION
KOREAN_PREFIX: Final = "8809520"
"""A code for South Korea must begin with 880."""
OWN_ITEMS: Final = {
    "tarvoxil-10-30": "21030",
    "nuvaledrin-100-200": "11801",
    "zephrelin-5-10": "40512",
}
"""Product -> item reference of the packs that the simulated chain moves."""


@dataclass(frozen=True, slots=True)
class Brand:
    """A medicine with its presentations."""

    code: str
    name: str
    product_class: ProductClass
    groups: tuple[str, ...]
    made_in: str
    line: str
    markets: str
    presentations: tuple[tuple[str, str], ...]
    """End of the code, and what it is."""


BRANDS: Final = (
    Brand("tarvoxil", "Tarvoxil", RX, (), "US", "w2", "US DE FR IT GB TR SA", (
        ("10-30", "10 mg, 30 film-coated tablets"), ("20-30", "20 mg, 30 film-coated tablets"),
        ("20-90", "20 mg, 90 film-coated tablets"))),
    Brand("nuvaledrin", "Nuvaledrin", RX, (), "US", "w3", "US GB ZA", (
        ("100-200", "100 mcg, 200 actuations"), ("50-200", "50 mcg, 200 actuations"))),
    Brand("zephrelin", "Zephrelin", RX, (), "IE", "corvus-cmo/ulm-5", "DE FR IT GR", (
        ("5-10", "5 mg/ml, 10 vials"), ("5-1", "5 mg/ml, 1 vial"))),
    Brand("immuvera", "Immuvera", RX, ("vaccine",), "IE", "c1", "US DE FR SA IN ZA", (
        ("1", "0.5 ml, 1 pre-filled syringe"), ("10", "0.5 ml, 10 pre-filled syringes"))),
    Brand("cytaralin", "Cytaralin", RX, ("anticancer", "oncology"), "IE", "c1", "US DE IT KR IN", (
        ("50", "50 mg, 1 vial"), ("100", "100 mg, 1 vial"), ("500", "500 mg, 1 vial"))),
    Brand("bactrovex", "Bactrovex", RX, ("antimicrobial", "antibiotic"), "IE", "c2",
          "DE FR GR EG IN ZA", (
        ("250-20", "250 mg, 20 capsules"), ("500-20", "500 mg, 20 capsules"),
        ("susp", "125 mg/5 ml, 100 ml suspension"))),
    Brand("orphelix", "Orphelix", RX, ("orphan",), "US", "w1", "US DE FR KR", (
        ("25-56", "25 mg, 56 tablets"),)),
    Brand("narcodol", "Narcodol", RX, ("narcotic",), "US", "w1", "US GB IN", (
        ("5-100", "5 mg, 100 tablets"), ("10-100", "10 mg, 100 tablets"))),
    Brand("somnivar", "Somnivar", RX, ("psychotropic",), "US", "w1", "GB TR KR", (
        ("3-14", "3.75 mg, 14 tablets"), ("7-28", "7.5 mg, 28 tablets"))),
    Brand("glucenta", "Glucenta", RX, (), "IE", "c3", "DE FR IT GR TR SA EG ZA", (
        ("500-60", "500 mg, 60 tablets"), ("850-60", "850 mg, 60 tablets"),
        ("1000-60", "1,000 mg, 60 tablets"))),
    Brand("glucenta-sample", "Glucenta sample", ProductClass.FREE_SAMPLE, (), "IE", "c3", "DE SA", (
        ("500-10", "500 mg, 10 tablets"),)),
    Brand("cardiopryl", "Cardiopryl", RX, (), "IE", "c3", "DE FR IT GR GB TR SA EG", (
        ("2-28", "2.5 mg, 28 tablets"), ("5-28", "5 mg, 28 tablets"),
        ("10-28", "10 mg, 28 tablets"))),
    Brand("respirine", "Respirine", OTC, ("general_sale_list",), "IE", "c2", "GB EG SA ZA KR", (
        ("200-20", "200 mg, 20 tablets"), ("400-20", "400 mg, 20 tablets"),
        ("400-50", "400 mg, 50 tablets"))),
    Brand("gastrolux", "Gastrolux", OTC, ("annex_2",), "IE", "c2", "DE FR GB", (
        ("20-14", "20 mg, 14 capsules"), ("20-28", "20 mg, 28 capsules"))),
    Brand("imagora", "Imagora", RX, ("imaging",), "US", "w3", "US", (
        ("10", "10 ml, 5 vials"),)),
    Brand("ophtalin", "Ophtalin", RX, (), "US", "w3", "US TR EG", (
        ("5", "0.5 %, 5 ml drops"), ("10", "0.5 %, 10 ml drops"))),
    Brand("dermavit", "Dermavit", OTC, ("reimbursed",), "IE", "c2", "GR ZA", (
        ("30", "1 %, 30 g cream"),)),
    Brand("coagulix", "Coagulix", RX, (), "US", "w1", "US DE KR", (
        ("500", "500 IU, 1 vial and solvent"),)),
    Brand("renalix", "Renalix", RX, ("dialysis",), "IE", "c1", "IT KR", (
        ("10", "10 ml, 10 vials"),)),
    Brand("lipovance", "Lipovance", RX, (), "IE", "c3", "US DE GB TR SA EG ZA", (
        ("10-30", "10 mg, 30 tablets"), ("20-30", "20 mg, 30 tablets"))),
)  # fmt: skip

ENTERED: Final = {
    "US": date(2025, 9, 1), "DE": date(2025, 9, 15), "FR": date(2025, 10, 1),
    "GB": date(2025, 10, 1), "IT": date(2025, 11, 3), "GR": date(2025, 11, 3),
    "KR": date(2025, 12, 1), "TR": date(2026, 1, 5), "SA": date(2026, 1, 12),
    "EG": date(2026, 2, 2), "ZA": date(2026, 2, 2), "IN": date(2026, 2, 16),
}  # fmt: skip
"""Market -> since when the young company sells there."""
LAUNCHED: Final = {("lipovance", "EG"): date(2027, 3, 1), ("bactrovex", "EG"): date(2026, 10, 1)}
"""Brand and market -> its first sale, where that comes later."""
SOLD_UNTIL: Final = {("zephrelin", "GR"): date(2026, 12, 31)}


@dataclass(frozen=True, slots=True)
class Sold:
    """A presentation in a market."""

    brand: Brand
    number: int
    """Of the presentation among all, from 0."""
    suffix: str
    presentation: str
    market: str

    @property
    def product(self) -> str:
        """Code of the product."""
        return f"{self.brand.code}-{self.suffix}"

    @property
    def trade_item(self) -> str:
        """Code of its trade item."""
        return f"{self.product}-{self.market.lower()}"

    @property
    def sold_from(self) -> date:
        """Day of its first sale in the market."""
        return LAUNCHED.get((self.brand.code, self.market), ENTERED[self.market])

    @property
    def prefix(self) -> str:
        """Company prefix of its GTINs."""
        return KOREAN_PREFIX if self.market == "KR" and self.number % 3 else ASTERION.company_prefix

    def gtin(self, indicator: int = 0) -> str:
        """Return the GTIN-14 of a packing level."""
        return with_check_digit(f"{indicator}{self.prefix}{self._item}")

    @property
    def national_numbers(self) -> dict[str, str]:
        """Scheme -> number, where the market has one of its own."""
        digits = f"{self.number + 1:02d}"
        made = {
            "US": ("NDC", f"96417-{self._item[:3]}-{self._item[3:]}"),
            "IT": ("AIC", f"0489{digits}018"),
            "FR": ("CIP", with_check_digit(f"3400930{digits}018")),
            "KR": ("KD", self.gtin()[1:]),
        }
        return dict([made[self.market]]) if self.market in made else {}

    @property
    def _item(self) -> str:
        first_market = self.market == self.brand.markets.split()[0]
        if self.product in OWN_ITEMS and first_market:
            return OWN_ITEMS[self.product]
        return f"{50_000 + self.number * 100 + MARKETS.index(self.market):05d}"


def presentations() -> Iterator[tuple[Brand, str, str]]:
    """Yield every product: brand, end of its code, and what it is."""
    for brand in BRANDS:
        for suffix, told in brand.presentations:
            yield brand, suffix, told


def sold() -> Iterator[Sold]:
    """Yield every product in every market that it is sold in."""
    for number, (brand, suffix, told) in enumerate(presentations()):
        for market in brand.markets.split():
            yield Sold(brand, number, suffix, told, market)
