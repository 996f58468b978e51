"""The arithmetic of signals: how probable something is by chance, and how far places are apart."""

from __future__ import annotations

from math import asin, cos, exp, radians, sin, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from packtrail.detection.scans import Place, Product

_EARTH: Final = 6371.0088
"""Mean radius in kilometres."""


def at_least(count: int, expected: float) -> float:
    """Return how probable `count` or more are where so many are expected (Poisson).

    The tail is summed from its greatest end, so that small ones keep their digits.

        >>> at_least(1, 0.001) < 0.001 < at_least(1, 0.0011)
        True
    """
    if count <= 0:
        return 1.0
    if count <= expected:
        return 1.0 - sum(_terms(0, count - 1, expected))
    return min(1.0, sum(_terms(count, count + 60, expected)))


def near_chance(product: Product) -> float:
    """Return how probable a text drawn at random is one character from an issued number."""
    neighbours = product.length * (len(product.alphabet) - 1)
    return min(1.0, product.issued * neighbours / product.space)


def hit_chance(product: Product) -> float:
    """Return how probable a text drawn at random is an issued number."""
    return min(1.0, product.issued / product.space)


def distance(one: Place, other: Place) -> float | None:
    """Return the great-circle distance of two places in kilometres; None where one is unknown."""
    here, there = (one.latitude, one.longitude), (other.latitude, other.longitude)
    if None in here or None in there:
        return None
    lat1, lat2 = radians(one.latitude or 0), radians(other.latitude or 0)
    east = radians((other.longitude or 0) - (one.longitude or 0))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(east / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(half)))


def differing(one: str, other: str) -> int:
    """Return in how many places two texts of one length differ; their length where it differs."""
    if len(one) != len(other):
        return max(len(one), len(other))
    return sum(a != b for a, b in zip(one, other, strict=True))


def _terms(first: int, last: int, expected: float) -> list[float]:
    term = exp(-expected)
    for count in range(1, first + 1):
        term *= expected / count
    terms = [term]
    for count in range(first + 1, last + 1):
        term *= expected / count
        terms.append(term)
    return terms
