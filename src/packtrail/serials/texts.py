"""The space of a policy in bulk: positions, halves of numerals and texts, as arrays.

A text is a row of ASCII bytes. Its body is cut in two halves, each the number its characters write;
so a space of 36**20 texts still fits 64 bits, and FF1 takes the halves as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from packtrail.serials.ff1 import BULK_MODULUS_MAX, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.serials.policy import Policy

Texts: TypeAlias = NDArray[np.uint8]
"""(texts, characters): one row a text."""

NOWHERE: Final = np.uint64(2**64 - 1)
"""The position of a text beyond every ledger, or outside the space."""
_NO_NUMERAL: Final = 255


def positions(lo: int, hi: int) -> Words:
    """Return the positions from `lo` up to, not including, `hi`."""
    return np.arange(lo, hi, dtype=np.uint64)


def fitting(policy: Policy, strings: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which of many strings a policy allows."""
    length = policy.length
    fits = np.fromiter(
        (len(each) == length and each.isascii() for each in strings), np.bool_, len(strings)
    )
    joined = "".join(each for each, is_fitting in zip(strings, fits, strict=True) if is_fitting)
    rows = np.frombuffer(joined.encode("ascii"), dtype=np.uint8).reshape(-1, length)
    allowed = np.zeros((length, 256), dtype=np.bool_)
    for place in range(length):
        allowed[place, list(policy.characters_at(place).encode("ascii"))] = True
    fits[fits] = allowed[np.arange(length), rows].all(axis=1)
    return fits


class Space:
    """The texts of a policy by position, many at once; needs `is_bulk`."""

    def __init__(self, policy: Policy) -> None:
        radix, length = len(policy.alphabet), policy.body_length
        self._policy = policy
        self._radix = radix
        self._lengths = (length // 2, length - length // 2)
        self.is_bulk = radix ** self._lengths[1] <= BULK_MODULUS_MAX
        """Whether halves fit the arrays."""
        if not self.is_bulk:
            return
        self._right_size = np.uint64(radix ** self._lengths[1])
        self._first_size = np.uint64(radix ** (self._lengths[0] - 1))
        self._tail_size = radix ** (length - 1)
        self._characters = np.frombuffer(policy.alphabet.encode(), dtype=np.uint8)
        self._numerals = np.full(256, _NO_NUMERAL, dtype=np.uint8)
        self._numerals[self._characters] = np.arange(radix)
        self._firsts = np.array([policy.alphabet.index(c) for c in policy.firsts], dtype=np.uint64)
        self._first_ranks = np.full(radix, NOWHERE)
        self._first_ranks[self._firsts] = np.arange(len(self._firsts), dtype=np.uint64)

    def halves(self, position: Words) -> tuple[Words, Words]:
        """Return the two halves of the texts at positions below 2**56."""
        if self._tail_size >= NOWHERE:  # Only the first of the first characters is ever reached.
            first, rest = np.zeros_like(position), position
        else:
            first = position // np.uint64(self._tail_size)
            rest = position - first * np.uint64(self._tail_size)
        left = rest // self._right_size
        return self._firsts[first] * self._first_size + left, rest - left * self._right_size

    def positions(self, left: Words, right: Words) -> Words:
        """Undo `halves`; `NOWHERE` for what lies beyond every ledger or outside the space."""
        first = left // self._first_size
        rest = left - first * self._first_size
        rank = self._first_ranks[first]
        ceiling = int(NOWHERE) >> 1
        bad = (rank == NOWHERE) | (rest > (ceiling // int(self._right_size)) - 1)
        number = np.where(bad, 0, rest) * self._right_size + right
        if self._tail_size >= ceiling // self._radix:
            bad |= rank > 0
        else:
            number += np.where(bad, 0, rank) * np.uint64(self._tail_size)
        return np.where(bad, NOWHERE, number)

    def begins_well(self, left: Words) -> NDArray[np.bool_]:
        """Tell of which texts the first character is one that may stand there."""
        return np.asarray(self._first_ranks[left // self._first_size] != NOWHERE)

    def write(self, left: Words, right: Words) -> Texts:
        """Return the texts of halves."""
        policy = self._policy
        texts = np.empty((len(left), policy.length), dtype=np.uint8)
        texts[:, : len(policy.prefix)] = np.frombuffer(policy.prefix.encode(), dtype=np.uint8)
        column, radix = policy.length, np.uint64(self._radix)
        for half, length in ((right, self._lengths[1]), (left, self._lengths[0])):
            rest = half
            for _ in range(length):
                column -= 1
                next_rest = rest // radix
                texts[:, column] = self._characters[rest - next_rest * radix]
                rest = next_rest
        return texts

    def read(self, texts: Texts) -> tuple[Words, Words, NDArray[np.bool_]]:
        """Return the halves of texts, and which of them are texts of the space at all."""
        policy = self._policy
        prefix = np.frombuffer(policy.prefix.encode(), dtype=np.uint8)
        good = (texts[:, : len(prefix)] == prefix).all(axis=1)
        numerals = self._numerals[texts[:, len(prefix) :]]
        good &= (numerals != _NO_NUMERAL).all(axis=1)
        numerals[~good] = self._firsts[0]
        cut, halves = self._lengths[0], []
        for part in (numerals[:, :cut], numerals[:, cut:]):
            number = np.zeros(len(texts), dtype=np.uint64)
            for column in part.T:
                number = number * np.uint64(self._radix) + column
            halves.append(number)
        good &= self.begins_well(halves[0])
        halves[0][~good] = self._firsts[0] * self._first_size  # A start from which walks end.
        return halves[0], halves[1], good
