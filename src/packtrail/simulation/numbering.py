"""Serial numbers, SSCCs and other numbers, drawn from the one seeded source of chance.

>>> with_check_digit("030001012345")
'0300010123455'
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from uuid import UUID

from packtrail.gs1.check_digits import check_digit

if TYPE_CHECKING:
    from random import Random

DIGITS = "0123456789"
CAPITALS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MIXED = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def with_check_digit(digits: str) -> str:
    """Return a GS1 number with its check digit added."""
    return digits + check_digit(digits)


def serials(rng: Random, count: int, *, alphabet: str, length: int) -> list[str]:
    """Draw distinct serial numbers of one length, 12 to 20 characters.

    Two draws of one product can only collide by chance, which 34**12 possibilities make
    negligible even for a hundred million packs.
    """
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        missing = count - len(drawn)
        text = "".join(rng.choices(alphabet, k=missing * length))
        drawn.update(dict.fromkeys(text[n : n + length] for n in range(0, len(text), length)))
    return list(drawn)


def event_id(rng: Random) -> str:
    """Draw an event identifier, a random UUID (version 4) as a URN."""
    return UUID(int=rng.getrandbits(128), version=4).urn


class Numbering:
    """Hands out the running numbers of companies: SSCCs, orders, despatches, messages."""

    def __init__(self) -> None:
        self._last: Counter[str] = Counter()

    def next(self, series: str) -> int:
        """Return the next number of a series, from 1 on."""
        self._last[series] += 1
        return self._last[series]

    def sscc(self, company_prefix: str, *, extension: int) -> tuple[str, str]:
        """Return the next SSCC of a company as company prefix and the rest, `(0952…, 31000…)`."""
        width = 16 - len(company_prefix)
        return company_prefix, f"{extension}{self.next(f'sscc {company_prefix}'):0{width}d}"
