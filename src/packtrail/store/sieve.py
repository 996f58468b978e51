"""Sieves: what a large set of hashes certainly does not hold, told by one look into memory each.

A Bloom filter whose bits for one hash lie in one word of 64: to look for ten thousand hashes among
millions takes as many looks into memory, where a search in a sorted list takes some ten each. Two
hashes share a word on average, so that one in a thousand that were never put in is let through.

    >>> sieve = Sieve(1000)
    >>> sieve.add(np.arange(1000, dtype=np.uint64) << np.uint64(40))
    >>> bool(sieve.may_hold(np.array([7 << 40], dtype=np.uint64))[0])
    True
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from packtrail.store.mentions import Hashes

_WORD_BITS: Final = 64
_TOGETHER: Final = 2
"""Hashes that share a word, on average, when a sieve is full."""
_MARK_BITS: Final = 6
"""Bits of a hash that say which bit of a word it marks."""
_MARKS: Final = 4
"""Bits of a word that a hash marks."""


class Sieve:
    """A set of hashes that is only ever added to; others may look into it meanwhile.

    Args:
        capacity: Hashes that it is made for, spread evenly over 64 bits: four to eight octets each.
            Beyond, it holds them as well, and lets more others through.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        bits = max(1, (max(capacity - 1, 1) // _TOGETHER).bit_length())
        self._shift = np.uint64(_WORD_BITS - bits)
        self._words = np.zeros(1 << bits, dtype=np.uint64)
        self._lock = threading.Lock()

    def add(self, hashes: Hashes) -> None:
        """Put hashes in."""
        words, marked = self._words_of(hashes), marks(hashes)
        with self._lock:  # Of two that change one word at a time, one would be lost.
            np.bitwise_or.at(self._words, words, marked)

    def may_hold(self, hashes: Hashes, marked: Hashes | None = None) -> NDArray[np.bool_]:
        """Tell of each hash whether it may be in the set; of those in it always.

        Args:
            hashes: What is looked for.
            marked: Its `marks`, where several sieves are asked.
        """
        wanted = marks(hashes) if marked is None else marked
        found: NDArray[np.bool_] = self._words[self._words_of(hashes)] & wanted == wanted
        return found

    def _words_of(self, hashes: Hashes) -> NDArray[np.int64]:
        return (hashes >> self._shift).astype(np.int64)


def marks(hashes: Hashes) -> Hashes:
    """Return the bits that each hash marks in its word, from the lower half of the hash."""
    found = np.zeros(len(hashes), dtype=np.uint64)
    for place in range(_MARKS):
        bit = hashes >> np.uint64(place * _MARK_BITS) & np.uint64(_WORD_BITS - 1)
        found |= np.uint64(1) << bit
    return found
