"""Sieves: what a large set of hashes certainly does not hold, told by one look into memory each.

A Bloom filter whose bits for one hash lie in one word of 64: to look for ten thousand hashes among
millions takes as many looks into memory, where a search in a sorted list takes some ten each. Two
hashes share a word on average, so that one in a thousand that were never put in is let through.

    >>> sieve = Sieve(np.arange(1000, dtype=np.uint64) << np.uint64(40))
    >>> bool(sieve.may_hold(np.array([7 << 40], dtype=np.uint64))[0])
    True
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Hashes: TypeAlias = NDArray[np.uint64]

_WORD_BITS: Final = 64
_MARK_BITS: Final = 6
"""Bits of a hash that say which bit of a word it marks."""
_MARKS: Final = 4
"""Bits of a word that a hash marks."""


class Sieve:
    """A set of hashes, never changed.

    Args:
        hashes: Spread evenly over 64 bits; it takes four to eight octets of memory for each.
    """

    def __init__(self, hashes: Hashes) -> None:
        self._size = len(hashes)
        # As many words as the next power of two above half as many as there are hashes.
        self._shift = np.uint64(_WORD_BITS - max(1, (len(hashes) // 2).bit_length()))
        self._words = np.zeros(1 << int(_WORD_BITS - int(self._shift)), dtype=np.uint64)
        np.bitwise_or.at(self._words, (hashes >> self._shift).astype(np.int64), marks(hashes))

    def __len__(self) -> int:
        return self._size

    def may_hold(self, hashes: Hashes, marked: Hashes | None = None) -> NDArray[np.bool_]:
        """Tell of each hash whether it may be in the set; of those in it always.

        Args:
            hashes: What is looked for.
            marked: Its `marks`, where several sieves are asked.
        """
        wanted = marks(hashes) if marked is None else marked
        found: NDArray[np.bool_] = (
            self._words[(hashes >> self._shift).astype(np.int64)] & wanted == wanted
        )
        return found


def marks(hashes: Hashes) -> Hashes:
    """Return the bits that each hash marks in its word, from the lower half of the hash."""
    found = np.zeros(len(hashes), dtype=np.uint64)
    for place in range(_MARKS):
        bit = hashes >> np.uint64(place * _MARK_BITS) & np.uint64(_WORD_BITS - 1)
        found |= np.uint64(1) << bit
    return found
