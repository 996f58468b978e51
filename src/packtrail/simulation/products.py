"""The medicines of the simulated makers, all invented, and how they are packed.

US presentations carry a GTIN built from the NDC (`03`, labeler, product and package code); the
others a GTIN under the maker's own prefix.
"""

from __future__ import annotations

from dataclasses import dataclass

from packtrail.simulation import numbering
from packtrail.simulation.numbering import with_check_digit
from packtrail.simulation.organisations import (
    ASTERION,
    ASTERION_PLANT,
    BELMONT,
    BELMONT_PLANT,
    CORVUS_PLANT,
    Location,
    Organisation,
)


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """A medicine in one presentation, with its packing levels."""

    maker: Organisation
    packed_at: Location
    """The plant whose line packs it; the contract packer's for some."""
    market: str
    company_prefix: str
    item: str
    """Item reference: company prefix and item reference are 12 digits together."""
    case_indicator: int | None
    """Indicator digit of the case's GTIN; None where cases carry an SSCC."""
    ndc: str | None
    name: str
    form: str
    strength: str
    content: str
    packs_per_case: int
    cases_per_pallet: int
    shelf_life_months: int
    serial_alphabet: str
    serial_length: int
    lot_pattern: str
    """Format of a lot number: `{n}` is a running number."""

    def gtin(self, indicator: int = 0) -> str:
        """Return the GTIN-14 of a packing level."""
        return with_check_digit(f"{indicator}{self.company_prefix}{self.item}")

    def class_urn(self, indicator: int = 0) -> str:
        """Return the EPC pattern URI of a packing level, as master data names it."""
        return f"urn:epc:idpat:sgtin:{self.company_prefix}.{indicator}{self.item}.*"


PRODUCTS = (
    Product(
        ASTERION, ASTERION_PLANT, "US", "0396417", "21030", 5, "96417-210-30",
        "Tarvoxil", "TABLET, FILM COATED", "10 mg", "30 tablets",
        packs_per_case=24, cases_per_pallet=40, shelf_life_months=24,
        serial_alphabet=numbering.CAPITALS, serial_length=14, lot_pattern="T6{n:04d}A",
    ),
    Product(
        BELMONT, BELMONT_PLANT, "EU", "95208614", "1005", 1, None,
        "Belvarine", "Filmtablette", "5 mg", "28 Filmtabletten",
        packs_per_case=20, cases_per_pallet=48, shelf_life_months=36,
        serial_alphabet=numbering.MIXED, serial_length=20, lot_pattern="BV{n:05d}",
    ),
    Product(
        BELMONT, CORVUS_PLANT, "EU", "95208614", "2017", None, None,
        "Sondrelis", "Hartkapsel", "250 mg", "56 Hartkapseln",
        packs_per_case=18, cases_per_pallet=30, shelf_life_months=24,
        serial_alphabet=numbering.CAPITALS, serial_length=16, lot_pattern="S{n:03d}-26",
    ),
    Product(
        ASTERION, ASTERION_PLANT, "US", "0396417", "11801", 5, "96417-118-01",
        "Nuvaledrin", "AEROSOL, METERED", "100 mcg", "200 actuations",
        packs_per_case=12, cases_per_pallet=60, shelf_life_months=18,
        serial_alphabet=numbering.DIGITS, serial_length=18, lot_pattern="N{n:05d}",
    ),
    Product(
        ASTERION, CORVUS_PLANT, "EU", "0396417", "40512", None, None,
        "Zephrelin", "Injektionslösung", "5 mg/ml", "10 Durchstechflaschen",
        packs_per_case=10, cases_per_pallet=36, shelf_life_months=20,
        serial_alphabet=numbering.CAPITALS, serial_length=12, lot_pattern="ZE{n:04d}",
    ),
    Product(
        BELMONT, BELMONT_PLANT, "US", "0396502", "33005", 3, "96502-330-05",
        "Oculyra", "SOLUTION/ DROPS", "0.5%", "5 mL",
        packs_per_case=36, cases_per_pallet=32, shelf_life_months=18,
        serial_alphabet=numbering.MIXED, serial_length=13, lot_pattern="0C{n:04d}",
    ),
)  # fmt: skip
