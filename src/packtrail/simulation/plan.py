"""The plan of the year: which lots are packed when, how large, and how much pharmacies want."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise
from math import isqrt
from typing import TYPE_CHECKING

from packtrail.simulation.goods import Lot
from packtrail.simulation.products import PRODUCTS, Product
from packtrail.simulation.timetable import FIRST_DAY, working_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

PACKING_DAYS = 346
"""The last lot is packed about two weeks before the year ends, so that its maker has stock."""
SELLING_WEEKS = 36
LARGE_WORLD = 50_000


def lot_count(packs: int) -> int:
    """Return how many lots a world has: more of them, and larger ones, as it grows.

    >>> [lot_count(packs) for packs in (50, 2_000, 100_000, 1_000_000)]
    [4, 12, 32, 100]
    """
    return max(4, min(packs // 25, 12), round(isqrt(packs) / 10))


def plan_lots(rng: Random, packs: int) -> list[Lot]:
    """Plan the lots of the year, in order of packing; their sizes add up to `packs`."""
    count = lot_count(packs)
    sizes = _split(packs, [rng.uniform(0.6, 1.4) for _ in range(count)])
    lots = []
    first_number = rng.randint(100, 800)
    for n, size in enumerate(sizes):
        product = PRODUCTS[n % len(PRODUCTS)]
        day = FIRST_DAY + timedelta(days=2 + n * PACKING_DAYS // (count - 1) + rng.randint(0, 3))
        packed_on = working_day(day)
        number = product.lot_pattern.format(n=first_number + 3 * n)
        lots.append(Lot(product, number, size, packed_on, _expiry(product, packed_on)))
    return lots


def weekly_demand(lots: Iterable[Lot], market: str) -> dict[Product, float]:
    """Return how many packs of each product a market wants in a week, all pharmacies together."""
    demand = {product: 0.0 for product in PRODUCTS if product.market == market}
    for lot in lots:
        if lot.product in demand:
            demand[lot.product] += lot.size / SELLING_WEEKS
    return demand


def hospital_share(packs: int) -> float:
    """Return which share of a market's demand its hospital has.

    A large world has larger hospitals rather than more pharmacies: they issue packs in lists.
    """
    return 0.4 if packs < LARGE_WORLD else 0.75


def _split(total: int, weights: list[float]) -> list[int]:
    """Split a total by weights into whole numbers of at least 1 that add up to it."""
    spare = total - len(weights)
    bounds = [0.0]
    for weight in weights:
        bounds.append(bounds[-1] + weight)
    cuts = [round(spare * bound / bounds[-1]) for bound in bounds]
    return [1 + until - since for since, until in pairwise(cuts)]


def _expiry(product: Product, packed_on: date) -> date:
    months = packed_on.month - 1 + product.shelf_life_months
    year, month = packed_on.year + months // 12, months % 12 + 1
    return date(year, month, monthrange(year, month)[1])
