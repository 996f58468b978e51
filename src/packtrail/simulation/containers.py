"""Makes cases, pallets and totes with their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.simulation.goods import Container
from packtrail.simulation.numbering import Numbering, serials, with_check_digit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from random import Random

    from packtrail.simulation.goods import Lot, Unit

PALLET, CASE, TOTE = 3, 1, 2
"""Extension digits that the organisations use for their logistic units."""


def logistic_unit(
    numbering: Numbering,
    company_prefix: str,
    contents: Iterable[Unit],
    *,
    extension: int,
    made_at: datetime,
) -> Container:
    """Make a container with a new SSCC."""
    prefix, reference = numbering.sscc(company_prefix, extension=extension)
    sscc = with_check_digit(f"{reference[0]}{prefix}{reference[1:]}")
    urn = f"urn:epc:id:sscc:{prefix}.{reference}"
    return Container(urn, f"https://id.gs1.org/00/{sscc}", [*contents], made_at)


def trade_item_cases(rng: Random, lot: Lot, count: int, *, made_at: datetime) -> list[Container]:
    """Make empty cases that carry a serialised GTIN with the product's case indicator."""
    product, indicator = lot.product, lot.product.case_indicator
    urn = f"urn:epc:id:sgtin:{product.company_prefix}.{indicator}{product.item}."
    link = f"https://id.gs1.org/01/{product.gtin(indicator or 0)}/21/"
    drawn = serials(rng, count, alphabet=product.serial_alphabet, length=12)
    return [Container(urn + serial, link + serial, [], made_at, lot=lot) for serial in drawn]
